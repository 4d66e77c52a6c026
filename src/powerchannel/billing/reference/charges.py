"""From energy to the bill of one group: prices, capacity, power factor, fees, total (电费计算)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from attrs import evolve

from powerchannel.billing.records import (
    Account,
    AccountEnergy,
    Finding,
    Group,
    GroupBill,
    GroupEnergy,
)
from powerchannel.billing.reference.assembly import results
from powerchannel.billing.reference.capacity import capacity_charges
from powerchannel.billing.reference.fees import adjustments, feed_in, late_fees
from powerchannel.billing.reference.givens import given_findings
from powerchannel.billing.reference.incidents import incident_charges
from powerchannel.billing.reference.power_factor import adjusted_accounts, power_factor_charges
from powerchannel.billing.reference.prices import covered, energy_charges, given_charges, replaced
from powerchannel.billing.reference.segments import Segment, by_account, segments
from powerchannel.billing.reference.stage import Stage, joined
from powerchannel.billing.reference.tiers import less_free, tier_charges
from powerchannel.billing.rules import Rulebook
from powerchannel.errors import PowerChannelError

__all__ = ["group_bill"]


def group_bill(group: Group, energy: GroupEnergy, rulebook: Rulebook) -> GroupBill:
    """Price the energy of a group, charge by charge, and add it up (组电费计算).

    Energy charges and tiers, capacity or demand, adjustments and given amounts, incidents and late
    fees, then the power factor on what they make its base. The lines are the bill: it is their
    sum, each rounded once.

    Parameters
    ----------
    group : Group
        All that the bill depends on.
    energy : GroupEnergy
        What every account is billed for.
    rulebook : Rulebook
        The rules and the tariffs.

    Returns
    -------
    GroupBill
        With a fatal finding, there are neither lines nor values.
    """
    energy = _with_every_row(group, energy)
    if any(found.is_fatal for found in energy.findings):
        return _refused(energy, energy.findings)
    parts, findings = _segments(group, energy, rulebook)
    if findings:
        return _refused(energy, (*energy.findings, *findings))
    stage = _stages(group, energy, rulebook, parts)
    findings = (*energy.findings, *_once(stage.findings))
    if any(found.is_fatal for found in findings):
        return _refused(energy, findings)
    lines = tuple(charge.line for charge in stage.charges)
    return GroupBill(
        group_id=group.group_id,
        lines=lines,
        values=results(energy, lines, stage.values),
        registers=energy.registers,
        findings=findings,
        estimates=energy.estimates,
    )


def _stages(
    group: Group,
    energy: GroupEnergy,
    rulebook: Rulebook,
    parts: Mapping[str, tuple[Segment, ...]],
) -> Stage:
    accounts = [_of_account(group, energy, mine) for mine in parts.values()]
    others = [adjustments(group), incident_charges(group, rulebook)]
    before = joined([*accounts, *others, late_fees(group, rulebook, parts)])
    after = power_factor_charges(group, energy, rulebook, before.charges)
    unused = given_findings(group, parts, adjusted_accounts(group))
    return joined([before, after, Stage(findings=unused)])


def _of_account(group: Group, energy: GroupEnergy, parts: Sequence[Segment]) -> Stage:
    """Charge one account: energy, tiers, capacity, and what is given."""
    mine = tuple(parts)
    given = covered(replaced(group, mine))
    billed = less_free(mine)
    return joined(
        [
            *(energy_charges(segment, given) for segment in billed),
            tier_charges(group, billed, given),
            capacity_charges(group, energy, mine, given),
            given_charges(group, mine),
            feed_in(group, mine),
        ]
    )


def _with_every_row(group: Group, energy: GroupEnergy) -> GroupEnergy:
    """Return the energy in the order of accounts and days; a row without any has none."""
    empty = [
        AccountEnergy(account=account, energy_kwh={"total": Decimal(0)})
        for account in group.accounts
        if not any(_overlap(account, row.account) for row in energy.accounts)
    ]
    rows = tuple(sorted((*energy.accounts, *empty), key=lambda row: _place(row.account)))
    return energy if rows == energy.accounts else evolve(energy, accounts=rows)


def _overlap(one: Account, other: Account) -> bool:
    is_same = one.account_id == other.account_id
    return is_same and one.started_on < other.ended_on and other.started_on < one.ended_on


def _place(account: Account) -> tuple[str, date]:
    return account.account_id, account.started_on


def _segments(
    group: Group, energy: GroupEnergy, rulebook: Rulebook
) -> tuple[Mapping[str, tuple[Segment, ...]], tuple[Finding, ...]]:
    """Split every row by editions of its tariff; a tariff that is not there is told."""
    found: list[Segment] = []
    findings: list[Finding] = []
    for row in energy.accounts:
        if _needs_no_tariff(group, row):
            continue
        try:
            found += segments(row, rulebook)
        except PowerChannelError as error:
            findings += _untold(row, error)
    return by_account(found), tuple(findings)


def _needs_no_tariff(group: Group, row: AccountEnergy) -> bool:
    """Tell whether a row without a tariff is there for amounts that no tariff prices."""
    if row.account.tariff or row.energy_kwh.get("total") or row.demand_kw or row.feed_in_kwh:
        return False
    bearers = {debt.account_id for debt in group.debts}
    bearers |= {adjustment.account_id for adjustment in group.adjustments}
    bearers |= {incident.account_id for incident in group.incidents}
    return row.account.account_id in bearers - {given.id for given in group.givens}


def _untold(row: AccountEnergy, error: PowerChannelError) -> list[Finding]:
    return [
        Finding(code=p.code, id=row.account.account_id, is_fatal=True, message=p.message)
        for p in error.problems
    ]


def _once(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(dict.fromkeys(findings))


def _refused(energy: GroupEnergy, findings: Sequence[Finding]) -> GroupBill:
    return GroupBill(
        group_id=energy.group_id,
        lines=(),
        values={},
        registers=energy.registers,
        findings=_once(findings),
    )
