"""Late fees, feed-in settlement and adjustments (违约金、上网结算、调整)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from powerchannel.billing.records import Debt, Group
from powerchannel.billing.reference.rounding import share
from powerchannel.billing.reference.segments import Segment
from powerchannel.billing.reference.stage import (
    Key,
    Rule,
    Stage,
    amount_fen,
    given_amounts,
    lump,
    yuan,
)
from powerchannel.billing.rules import LateFee, Rulebook
from powerchannel.billing.tariff import Category
from powerchannel.text import Text

__all__ = ["LATE_FEE", "adjustments", "feed_in", "late_fee_yuan", "late_fees"]

LATE_FEE = "late_fee"

_ENERGY_DECIMALS = 6


def adjustments(group: Group) -> Stage:
    """Return the amounts that are added to a bill, each in its group (调整).

    Refunds, deviations of a market settlement, the value of green power: as they are given.

    Parameters
    ----------
    group : Group
        With its adjustments.
    """
    rows = sorted(group.adjustments, key=lambda a: (a.account_id, a.group, a.code, a.amount_yuan))
    return Stage(
        charges=tuple(
            lump(
                row.account_id,
                code=row.code,
                group=row.group,
                yuan=row.amount_yuan,
                rule=Rule(id="adjustments"),
            )
            for row in rows
        )
    )


def late_fees(group: Group, rulebook: Rulebook, parts: Mapping[str, Sequence[Segment]]) -> Stage:
    """Charge what was paid late, a line for each debt (违约金).

    Parameters
    ----------
    group : Group
        With its debts; one that is still owed counts to the end of the bill.
    rulebook : Rulebook
        With the rates.
    parts : mapping of account_id to sequence of Segment
        Their tariffs tell residents from others.
    """
    rows = sorted(
        group.debts, key=lambda d: (d.account_id, d.due_on, d.amount_yuan, _paid(group, d))
    )
    rule = Rule.of(LATE_FEE, rulebook.late_fee.provenance)
    given = {row.account_id: given_amounts(group, row.account_id) for row in rows}
    charges = [
        lump(
            row.account_id,
            code=LATE_FEE,
            group=LATE_FEE,
            yuan=late_fee_yuan(
                row, _paid(group, row), rulebook.late_fee, _category(parts.get(row.account_id, ()))
            ),
            rule=rule,
            note=_days_note(row, _paid(group, row)),
        )
        for row in rows
        if "late_fee_yuan" not in given[row.account_id]
    ]
    for account in sorted({account.account_id for account in group.accounts}):
        for amount in given_amounts(group, account).get("late_fee_yuan", ()):
            one = lump(
                account, code=LATE_FEE, group=LATE_FEE, yuan=amount.value, rule=Rule(id="givens")
            )
            charges.append(one)
    return Stage(charges=tuple(charges))


def _paid(group: Group, debt: Debt) -> date:
    ends = (account.ended_on for account in group.accounts)
    return debt.paid_on or max(ends, default=debt.due_on)


def _category(parts: Sequence[Segment]) -> Category | None:
    return parts[-1].tariff.category if parts else None


def late_fee_yuan(
    debt: Debt, paid_on: date, rule: LateFee, category: Category | None = None
) -> Fraction:
    """Return the fee for a debt, before rounding (单笔违约金).

    Simple, on the days from the day after it was due to the day of payment. Of a debt that is paid
    in a later year, the days after 31 December bear the rate across years, or all of them do.

    Parameters
    ----------
    debt : Debt
        Amount and due date.
    paid_on : date
        The last day that counts.
    rule : LateFee
        The rates.
    category : str, optional
        Of the tariff.

    Returns
    -------
    Fraction
        At least the minimum where there is a day [yuan].
    """
    within, across = rule.rates(category)
    days = max((paid_on - debt.due_on).days, 0)
    later = max((paid_on - date(debt.due_on.year, 12, 31)).days, 0)
    if later and rule.cross_year_span == "whole":
        later = days
    rate_days = Fraction(within) * (days - later) + Fraction(across) * later
    fee = Fraction(debt.amount_yuan) * rate_days
    return max(fee, Fraction(rule.least_yuan)) if days else Fraction()


def _days_note(debt: Debt, paid_on: date) -> Text:
    days = max((paid_on - debt.due_on).days, 0)
    return Text(
        f"欠费 {debt.amount_yuan} 元，{debt.due_on} 到期，逾期 {days} 天",
        f"{debt.amount_yuan} yuan were due on {debt.due_on}, {days} days late",
    )


def feed_in(group: Group, parts: Sequence[Segment]) -> Stage:
    """Settle the energy that an account fed in; it is paid apart from the bill (上网电费).

    The amount includes VAT: ``tax = round(amount / (1 + r) x r)`` from the rounded amount.

    Parameters
    ----------
    group : Group
        With what is given.
    parts : sequence of Segment
        All of one account.
    """
    account_id = parts[0].account_id
    paid, tax = (_given_yuan(group, account_id, f"feed_in_{n}yuan") for n in ("", "vat_"))
    energy, is_given = _fed_in(group, parts)
    fed = sum(energy, start=Decimal(0))
    if not fed and not is_given and paid is None and tax is None:
        return Stage()
    values: dict[Key, Decimal] = {(account_id, "feed_in_energy_kwh", "total"): fed}
    amounts = _feed_in_amounts(parts, energy)
    if paid is not None:
        amounts = [(amount_fen(paid), amounts[-1][1] if amounts else Decimal(0))]
    if amounts:
        values[account_id, "feed_in_yuan", "total"] = yuan(sum(fen for fen, _ in amounts))
    if amounts or tax is not None:
        fen = sum(_tax_fen(*one) for one in amounts) if tax is None else amount_fen(tax)
        values[account_id, "feed_in_vat_yuan", "total"] = yuan(fen)
    return Stage(values=values)


def _feed_in_amounts(
    parts: Sequence[Segment], energy_kwh: Sequence[Decimal]
) -> list[tuple[int, Decimal]]:
    """Return what is paid at each price [fen], and its rate of VAT."""
    found: dict[tuple[Decimal, Decimal], Fraction] = {}
    for segment, kwh in zip(parts, energy_kwh, strict=True):
        rule = segment.tariff.feed_in
        if rule is not None:
            key = (rule.price, rule.vat_rate)
            found[key] = found.get(key, Fraction()) + Fraction(kwh)
    return [(amount_fen(kwh * Fraction(price)), vat) for (price, vat), kwh in found.items()]


def _tax_fen(fen: int, vat: Decimal) -> int:
    return amount_fen(Fraction(fen, 100) / (1 + Fraction(vat)) * Fraction(vat))


def _given_yuan(group: Group, account_id: str, quantity: str) -> Decimal | None:
    given = given_amounts(group, account_id).get(quantity)
    return sum((amount.value for amount in given), start=Decimal(0)) if given else None


def _fed_in(group: Group, parts: Sequence[Segment]) -> tuple[list[Decimal], bool]:
    """Return the energy fed in during each segment, by days, and whether it was given."""
    given = given_amounts(group, parts[0].account_id).get("feed_in_energy_kwh", ())
    if given:
        total = sum((amount.value for amount in given), start=Decimal(0))
        return list(share(total, [part.days for part in parts], _ENERGY_DECIMALS)), True
    rows = list(dict.fromkeys((p.account.started_on, p.account.ended_on) for p in parts))
    found: list[Decimal] = []
    for days in rows:
        mine = [p for p in parts if (p.account.started_on, p.account.ended_on) == days]
        weights = [part.days for part in mine]
        found += share(mine[0].row.feed_in_kwh, weights, _ENERGY_DECIMALS)
    return found, False
