"""The power-factor adjustment charge (力调电费)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from attrs import frozen

from powerchannel.billing.records import Account, AccountEnergy, Finding, Group, GroupEnergy, Line
from powerchannel.billing.reference.pooling import pooled_rows, rate_percent, shared_factor
from powerchannel.billing.reference.rounding import half_up
from powerchannel.billing.reference.stage import (
    Charge,
    Key,
    Rule,
    Stage,
    amount_fen,
    fatal,
    given_amounts,
    joined,
    lump,
    remark,
    yuan,
)
from powerchannel.billing.rules import PowerFactorTable, Rulebook
from powerchannel.billing.tariff import PowerFactor
from powerchannel.ledger import STATUS_LABELS
from powerchannel.rulebook import Provenance
from powerchannel.text import Text

__all__ = [
    "CHARGE",
    "FACTOR",
    "RATE",
    "adjusted_accounts",
    "power_factor_charges",
    "table_rule",
]

CHARGE, FACTOR, RATE = "power_factor_charge", "power_factor", "power_factor_rate_percent"

_DEFAULT = PowerFactor(provenance=Provenance(status="assumed", clause="powerchannel"))


def table_rule(table: PowerFactorTable) -> Rule:
    """Return the rule that a rate follows from; records drop the last zero of a standard (力率表).

    Parameters
    ----------
    table : PowerFactorTable
        Of one standard.
    """
    return Rule.of(f"power_factor_tables.{table.standard:.2f}", table.provenance)


@frozen(kw_only=True)
class _Case:
    """One group on its way to an adjustment."""

    group: Group
    energy: GroupEnergy
    rulebook: Rulebook
    charges: tuple[Charge, ...]

    def given(self, an_id: str, quantity: str) -> Decimal | None:
        """Return what is given for an account, or for the whole group."""
        own = self.own(an_id, quantity)
        return self.own(self.group.group_id, quantity) if own is None else own

    def own(self, an_id: str, quantity: str) -> Decimal | None:
        """Return what is given for an account or a group itself."""
        amounts = given_amounts(self.group, an_id).get(quantity)
        return sum((a.value for a in amounts), start=Decimal(0)) if amounts else None

    def rows(self, account_id: str, *, pooled: Sequence[AccountEnergy]) -> list[AccountEnergy]:
        """Return the rows whose charges are adjusted, one after another.

        They share the factor; all rows count where factor or rate come from outside.
        """
        is_given = any(self.given(account_id, name) is not None for name in (FACTOR, RATE))
        rows = self.energy.accounts if is_given else pooled
        mine = [row for row in rows if row.account.account_id == account_id]
        assessed = [row for row in mine if _is_assessed(self.group, row.account)]
        return sorted(assessed or mine, key=lambda row: row.account.started_on)

    def standard(self, account: Account) -> Decimal | None:
        """Return the standard of a row; a row without one takes that of its group."""
        if account.power_factor_standard is not None:
            return account.power_factor_standard
        others = {a.power_factor_standard for a in self.group.accounts} - {None}
        return others.pop() if len(others) == 1 else None

    def rate(
        self, account_id: str, standard: Decimal | None, factor: Decimal | None
    ) -> tuple[Decimal, Rule] | None:
        """Return the rate [percent], given or from the table of the standard, and its rule."""
        given = self.given(account_id, RATE)
        if given is not None:
            return given, Rule(id="givens")
        tables = (t for t in self.rulebook.power_factor_tables if t.standard == standard)
        table = next(tables, None)
        if table is None or factor is None:
            return None
        return rate_percent(table, factor), table_rule(table)

    def base(self, account_id: str, rows: Sequence[AccountEnergy], *, is_last: bool) -> list[Line]:
        """Return the lines that are adjusted; those of no row go with the last standard."""
        return [
            charge.line
            for charge in self.charges
            if charge.line.account_id == account_id
            and charge.line.group in self.rule(account_id, charge).base_groups
            and (is_last if charge.segment is None else charge.segment.row in rows)
        ]

    def rule(self, account_id: str, charge: Charge | None = None) -> PowerFactor:
        """Return the rule of the tariff of a line, or of the account's last days."""
        if charge is not None and charge.segment is not None:
            return charge.segment.tariff.power_factor or _DEFAULT
        mine = [c.segment for c in self.charges if c.segment and c.segment.account_id == account_id]
        last = max(mine, key=lambda segment: segment.started_on, default=None)
        return (last.tariff.power_factor if last else None) or _DEFAULT


def adjusted_accounts(group: Group) -> list[str]:
    """Return the accounts whose bill the power factor changes (力率考核账户).

    A charge or rate that is given for a group in which no account is assessed is for all.

    Parameters
    ----------
    group : Group
        With what is given.
    """
    accounts = group.accounts
    found = {a.account_id for a in accounts if _is_assessed(group, a)}
    if not found and _is_given(group, group.group_id):
        found = {a.account_id for a in accounts if a.is_power_factor_assessed is not False}
    return sorted(found)


def _is_assessed(group: Group, account: Account) -> bool:
    """Tell whether a row is assessed: as it says, or where it has a standard."""
    if account.is_power_factor_assessed is not None:
        return account.is_power_factor_assessed
    return account.power_factor_standard is not None or _is_given(group, account.account_id)


def _is_given(group: Group, an_id: str) -> bool:
    """Tell whether the charge or the rate of an account or a group is given."""
    given = given_amounts(group, an_id)
    return CHARGE in given or RATE in given


def power_factor_charges(
    group: Group, energy: GroupEnergy, rulebook: Rulebook, charges: Sequence[Charge]
) -> Stage:
    """Adjust the charges of the assessed accounts by the power factor they share (力调电费).

    The base is what the rows that share the factor are charged in the groups of components that
    the tariff names; each standard within the month takes its own base and rate. What is given
    replaces what would be computed: the charge, the rate, or the factor.

    Parameters
    ----------
    group : Group
        With relations and what is given.
    energy : GroupEnergy
        Its energy.
    rulebook : Rulebook
        With the tables of rates.
    charges : sequence of Charge
        All other lines of the group.
    """
    case = _Case(group=group, energy=energy, rulebook=rulebook, charges=tuple(charges))
    assessed, whole = adjusted_accounts(group), case.own(group.group_id, CHARGE)
    pooled = pooled_rows(group, energy)
    factors = _factors(case, assessed, shared_factor(pooled, energy.remainders))
    if whole is not None:
        # The line stands with the group where several accounts bear it.
        bearer = assessed[0] if len(assessed) == 1 else group.group_id
        stage = _given_line(case, bearer, whole)
    else:
        stage = joined(
            _of_account(case, account_id, pooled, factors.get(account_id))
            for account_id in assessed
        )
    values = {(an_id, FACTOR, "total"): factor for an_id, factor in factors.items()}
    return joined([Stage(values=values), stage, _of_group(case, stage)])


def _factors(case: _Case, assessed: Sequence[str], shared: Decimal | None) -> dict[str, Decimal]:
    """Return the factor of the group and of each assessed account, given or shared."""
    own = {an_id: case.given(an_id, FACTOR) for an_id in assessed}
    whole, of_all = case.own(case.group.group_id, FACTOR), set(own.values())
    if whole is None and len(of_all) == 1:
        whole = of_all.pop()
    found = {case.group.group_id: whole, **own}
    factors = {an_id: shared if one is None else one for an_id, one in found.items()}
    return {an_id: half_up(factor, 2) for an_id, factor in factors.items() if factor is not None}


def _of_group(case: _Case, stage: Stage) -> Stage:
    """Return the charge of the group, and its rate: that of its own account, or of the first."""
    group_id = case.group.group_id
    rates = {an_id: v for (an_id, name, _), v in sorted(stage.values.items()) if name == RATE}
    values: dict[Key, Decimal] = {}
    if rates:
        values[group_id, RATE, "total"] = rates.get(group_id, next(iter(rates.values())))
    if any(name == CHARGE for _, name, _ in stage.values):
        fen = sum(charge.line.amount_fen for charge in stage.charges)
        values[group_id, CHARGE, "total"] = yuan(fen)
    return Stage(values=values)


def _given_line(case: _Case, an_id: str, amount: Decimal) -> Stage:
    charge = lump(an_id, code=CHARGE, group=CHARGE, yuan=amount, rule=Rule(id="givens"))
    values: dict[Key, Decimal] = {(an_id, CHARGE, "total"): yuan(charge.line.amount_fen)}
    rate = case.given(an_id, RATE)
    if rate is not None:
        values[an_id, RATE, "total"] = rate
    return Stage(charges=(charge,), values=values)


def _of_account(
    case: _Case, account_id: str, pooled: Sequence[AccountEnergy], factor: Decimal | None
) -> Stage:
    amount = case.own(account_id, CHARGE)
    if amount is not None:
        return _given_line(case, account_id, amount)
    rows = case.rows(account_id, pooled=pooled)
    if not rows or (factor is None and case.given(account_id, RATE) is None):
        return _unadjusted(case, account_id, is_measured=bool(rows))
    return joined(_standards(case, account_id, rows, factor))


def _unadjusted(case: _Case, account_id: str, *, is_measured: bool) -> Stage:
    rows = [row for row in case.energy.accounts if row.account.account_id == account_id]
    used = any(row.energy_kwh.get("total") for row in rows)
    found = _unmeasured(account_id) if used and not is_measured else _undefined(account_id)
    return Stage(values={(account_id, CHARGE, "total"): yuan(0)}, findings=(found,))


def _standards(
    case: _Case, account_id: str, rows: Sequence[AccountEnergy], factor: Decimal | None
) -> Iterator[Stage]:
    """Yield the adjustment for each standard that an account had, one after another."""
    standards = list(dict.fromkeys(case.standard(row.account) for row in rows))
    total = 0
    for standard in standards:
        found = case.rate(account_id, standard, factor)
        if found is None:
            yield Stage(findings=(_no_table(account_id, standard),))
            return
        rate, source = found
        mine = [row for row in rows if case.standard(row.account) == standard]
        base = case.base(account_id, mine, is_last=standard == standards[-1])
        rule = case.rule(account_id)
        note = _note(rule, rate, standard, case.given(account_id, FACTOR))
        charge = _line(rule, account_id, base, rate, source, note)
        total += charge.line.amount_fen
        values = {
            (account_id, CHARGE, "total"): yuan(total),
            (account_id, RATE, "total"): rate,
        }
        yield Stage(charges=(charge,), values=values)


def _line(
    rule: PowerFactor,
    account_id: str,
    base: Sequence[Line],
    rate: Decimal,
    source: Rule,
    note: Text,
) -> Charge:
    """Return base x rate: of the sum, rounded once, or of each line."""
    part, fen = Fraction(rate) / 10_000, sum(line.amount_fen for line in base)
    is_whole = rule.rounding == "base"
    amount = part * fen if is_whole else sum(amount_fen(part * line.amount_fen) for line in base)
    return lump(
        account_id,
        code=CHARGE,
        group=CHARGE,
        yuan=amount if isinstance(amount, Fraction) else yuan(amount),
        rule=source,
        quantity=yuan(fen),
        price=rate / 100 if is_whole else None,
        note=note,
    )


def _note(
    rule: PowerFactor, rate: Decimal, standard: Decimal | None, given: Decimal | None
) -> Text:
    """Return the standard, a factor from outside, the rate, and whose groups the base has."""
    shown = "-" if standard is None else f"{standard:.2f}"
    factor = Text("", "")
    if given is not None:
        factor = Text(f"功率因数 {given}（外部给定），", f"power factor {given} from outside, ")
    status, clause = STATUS_LABELS[rule.provenance.status], rule.provenance.clause
    return Text(
        f"标准 {shown}，{factor.zh}比率 {rate}%；基数各组{status.zh}：{clause}",
        f"standard {shown}, {factor.en}rate {rate}%; groups of the base {status.en}: {clause}",
    )


def _no_table(account_id: str, standard: Decimal | None) -> Finding:
    return fatal(
        "power_factor_standard",
        account_id,
        f"没有标准 {standard} 的力率调整表；请核对 power_factor_standard，或在规则集中补表",
        f"there is no table of rates for the standard {standard}; check power_factor_standard, "
        "or add the table to the rulebook",
    )


def _undefined(account_id: str) -> Finding:
    return remark(
        "power_factor_undefined",
        account_id,
        "有功电量为 0，功率因数无法计算，不作调整",
        "there is no active energy, so no power factor, and no adjustment",
    )


def _unmeasured(account_id: str) -> Finding:
    return remark(
        "reactive_missing",
        account_id,
        "没有无功计量，功率因数无法计算，未作调整；请补抄无功示数，或给定 power_factor",
        "nothing measures reactive energy, so there is no power factor and no adjustment; read "
        "the reactive registers, or give power_factor",
    )
