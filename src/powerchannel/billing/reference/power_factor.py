"""The power-factor adjustment charge (力调电费)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from attrs import evolve, frozen

from powerchannel.billing.records import Account, AccountEnergy, Finding, Group, GroupEnergy, Line
from powerchannel.billing.reference.pooling import pooled_rows, rate_percent, shared_factor
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
from powerchannel.billing.rules import Rulebook
from powerchannel.billing.tariff import PowerFactor
from powerchannel.rulebook import Provenance
from powerchannel.text import Text

__all__ = ["CHARGE", "FACTOR", "RATE", "power_factor_charges"]

CHARGE, FACTOR, RATE = "power_factor_charge", "power_factor", "power_factor_rate_percent"

_DEFAULT = PowerFactor(provenance=Provenance(status="assumed", clause="powerchannel"))


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

    def assessed(self) -> list[str]:
        """Return the accounts whose bill the power factor changes.

        A charge or rate that is given for a group in which no account is assessed is for all.
        """
        accounts = self.group.accounts
        found = {a.account_id for a in accounts if self.is_assessed(a)}
        if not found and self._is_given(self.group.group_id):
            found = {a.account_id for a in accounts if a.is_power_factor_assessed is not False}
        return sorted(found)

    def is_assessed(self, account: Account) -> bool:
        """Tell whether a row is assessed: as it says, or where it has a standard."""
        if account.is_power_factor_assessed is not None:
            return account.is_power_factor_assessed
        return account.power_factor_standard is not None or self._is_given(account.account_id)

    def _is_given(self, an_id: str) -> bool:
        return any(self.own(an_id, name) is not None for name in (CHARGE, RATE))

    def rows(self, account_id: str, *, pooled: Sequence[AccountEnergy]) -> list[AccountEnergy]:
        """Return the rows whose charges are adjusted, one after another.

        They share the factor; all rows count where factor or rate come from outside.
        """
        is_given = any(self.given(account_id, name) is not None for name in (FACTOR, RATE))
        rows = self.energy.accounts if is_given else pooled
        mine = [row for row in rows if row.account.account_id == account_id]
        assessed = [row for row in mine if self.is_assessed(row.account)]
        return sorted(assessed or mine, key=lambda row: row.account.started_on)

    def standard(self, account: Account) -> Decimal | None:
        """Return the standard of a row; a row without one takes that of its group."""
        if account.power_factor_standard is not None:
            return account.power_factor_standard
        others = {a.power_factor_standard for a in self.group.accounts} - {None}
        return others.pop() if len(others) == 1 else None

    def rate(
        self, account_id: str, standard: Decimal | None, factor: Decimal | None
    ) -> Decimal | None:
        """Return the rate, given or from the table of the standard [percent]."""
        given = self.given(account_id, RATE)
        tables = (t for t in self.rulebook.power_factor_tables if t.standard == standard)
        table = next(tables, None)
        if given is not None or table is None or factor is None:
            return given
        return rate_percent(table, factor)

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
    assessed, whole = case.assessed(), case.own(group.group_id, CHARGE)
    pooled = pooled_rows(group, energy)
    factor = case.own(group.group_id, FACTOR)
    factor = shared_factor(pooled) if factor is None else factor
    if whole is not None:
        # The line stands with the group where several accounts bear it.
        bearer = assessed[0] if len(assessed) == 1 else group.group_id
        stage = _given_line(case, bearer, whole)
    else:
        stage = joined(_of_account(case, account_id, pooled, factor) for account_id in assessed)
    return joined([_factors(case, assessed, factor), stage, _of_group(case, stage)])


def _factors(case: _Case, assessed: Sequence[str], factor: Decimal | None) -> Stage:
    ids = (case.group.group_id, *assessed)
    if factor is None:
        return Stage()
    return Stage(values={(an_id, FACTOR, "total"): factor for an_id in ids})


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
    amount, own_factor = case.own(account_id, CHARGE), case.own(account_id, FACTOR)
    if amount is not None:
        return _given_line(case, account_id, amount)
    rows = case.rows(account_id, pooled=pooled)
    factor = factor if own_factor is None else own_factor
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
        rate = case.rate(account_id, standard, factor)
        if rate is None:
            yield Stage(findings=(_no_table(account_id, standard),))
            return
        mine = [row for row in rows if case.standard(row.account) == standard]
        base = case.base(account_id, mine, is_last=standard == standards[-1])
        charge = _line(case.rule(account_id), account_id, base, rate, standard)
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
    standard: Decimal | None,
) -> Charge:
    """Return base x rate: of the sum, rounded once, or of each line."""
    part, fen = Fraction(rate) / 100, sum(line.amount_fen for line in base)
    charge = lump(
        account_id,
        code=CHARGE,
        group=CHARGE,
        yuan=part * fen / 100,
        rule=Rule.of(f"power_factor_tables.{standard}", rule.provenance),
        note=Text(f"标准 {standard}，比率 {rate}%", f"standard {standard}, rate {rate}%"),
    )
    if rule.rounding == "base":
        return evolve(charge, line=evolve(charge.line, quantity=yuan(fen), price=rate / 100))
    fens = sum(amount_fen(part * line.amount_fen / 100) for line in base)
    return evolve(charge, line=evolve(charge.line, quantity=yuan(fen), amount_fen=fens))


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
