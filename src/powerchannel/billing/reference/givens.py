"""What is given from outside and a bill cannot take: nothing is passed over in silence (给定值)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from powerchannel.billing.records import Finding, Given, Group
from powerchannel.billing.reference.power_factor import CHARGE, FACTOR, RATE
from powerchannel.billing.reference.prices import ENERGY_CHARGE, all_components
from powerchannel.billing.reference.segments import Segment
from powerchannel.billing.reference.stage import fatal, remark
from powerchannel.billing.tariff import GROUPS
from powerchannel.registry import did_you_mean

__all__ = ["OF_ACCOUNTS", "OF_INCIDENTS", "OF_LOSSES", "OF_METERS", "given_findings"]

OF_LOSSES = (
    "transformer_loss_kwh",
    "transformer_loss_kvarh",
    "line_loss_kwh",
    "line_loss_kvarh",
)
"""Losses: of a meter, an account, a transformer, a line or a group."""

OF_METERS = (
    "metered_energy_kwh",
    "billed_energy_kwh",
    "metered_reactive_kvarh",
    "metered_demand_kw",
    *OF_LOSSES,
)
"""What may be given for a meter."""

OF_ACCOUNTS = (
    *OF_METERS,
    "billed_reactive_kvarh",
    "billed_demand_kw",
    "feed_in_energy_kwh",
    "feed_in_yuan",
    "feed_in_vat_yuan",
    "late_fee_yuan",
    ENERGY_CHARGE,
    FACTOR,
    RATE,
    CHARGE,
)
"""What may be given for an account, besides its components, their groups and its tiers."""

OF_INCIDENTS = ("incident_energy_kwh", "supplement_yuan", "penalty_yuan")
"""What may be given for an incident."""

_OF_EQUIPMENT = ("transformer_loss_ratio", *OF_LOSSES)
_OF_FACTOR = (FACTOR, RATE, CHARGE)

_Parts = Mapping[str, Sequence[Segment]]


def given_findings(group: Group, parts: _Parts, assessed: Sequence[str]) -> tuple[Finding, ...]:
    """Tell of every given value that no stage takes (未采用的给定值).

    Parameters
    ----------
    group : Group
        With what is given.
    parts : mapping of account_id to sequence of Segment
        With the tariffs of each account.
    assessed : sequence of str
        The accounts whose bill the power factor changes.

    Returns
    -------
    tuple of Finding
        Fatal where the bill would lack what someone meant to be in it; a remark where a power
        factor changes nothing.
    """
    if not group.givens:
        return ()
    found = [one for given in group.givens for one in _odd(given, group, parts, assessed)]
    return (*found, *_twice(group, parts))


def _odd(given: Given, group: Group, parts: _Parts, assessed: Sequence[str]) -> Iterator[Finding]:
    names = _names(given.id, group, parts)
    if not _is_among(given.quantity, names):
        of_all = [name for an_id in _accounts(group) for name in _names(an_id, group, parts)]
        is_shared = given.id == group.group_id and _is_among(given.quantity, of_all)
        yield _for_group(given) if is_shared else _unknown(given, names)
    elif given.quantity == FACTOR and not 0 < given.value <= 1:
        yield _impossible(given)
    elif given.quantity in _OF_FACTOR and not _is_assessed(given, group, assessed):
        yield _unassessed(given)


def _names(an_id: str, group: Group, parts: _Parts) -> tuple[str, ...]:
    """Return what may be given for an account, group, meter, incident, transformer or line."""
    accounts = _accounts(group)
    if an_id == group.group_id and len(accounts) == 1:
        an_id = accounts[0]
    if an_id in accounts:
        codes = dict.fromkeys(c.code for c in all_components(parts.get(an_id, ())))
        return (*codes, *GROUPS, "tier_1", *OF_ACCOUNTS)
    if an_id == group.group_id:
        return (*OF_LOSSES, *_OF_FACTOR)
    if any(meter.meter_id == an_id for meter in group.meters):
        return OF_METERS
    is_incident = any(incident.incident_id == an_id for incident in group.incidents)
    return OF_INCIDENTS if is_incident else _OF_EQUIPMENT


def _accounts(group: Group) -> list[str]:
    return sorted({account.account_id for account in group.accounts})


def _is_among(quantity: str, names: Sequence[str]) -> bool:
    return quantity in names or (quantity.startswith("tier_") and "tier_1" in names)


def _is_assessed(given: Given, group: Group, assessed: Sequence[str]) -> bool:
    """Tell whether a power factor, rate or charge changes a bill; a group's charge always does."""
    is_group = given.id == group.group_id
    return given.id in assessed or (is_group and (bool(assessed) or given.quantity == CHARGE))


def _for_group(given: Given) -> Finding:
    return fatal(
        "given_for_group",
        given.id,
        f"{given.quantity} 按整组给定，但组内有多个账户；请按账户给定",
        f"{given.quantity} was given for a group of several accounts; give it by account",
    )


def _unknown(given: Given, names: Sequence[str]) -> Finding:
    near = ", ".join(did_you_mean(given.quantity, names) or names)
    return fatal(
        "given_unknown",
        given.id,
        f"{given.quantity} 不是此处可由外部给定的数值，账单会缺少它；可给定的如：{near}",
        f"{given.quantity} is nothing that can be given here, and the bill would lack it; what "
        f"can be given: {near}",
    )


def _impossible(given: Given) -> Finding:
    return fatal(
        "given_impossible",
        given.id,
        f"给定的 power_factor 为 {given.value}，应大于 0 且不大于 1；请核对",
        f"the power_factor given is {given.value}, but it is above 0 and at most 1; check it",
    )


def _unassessed(given: Given) -> Finding:
    return remark(
        "given_unused",
        given.id,
        f"给定了 {given.quantity}，但账户不作力率考核，未采用；如应考核请填 power_factor_standard",
        f"{given.quantity} was given, but the power factor changes no bill here, so it was not "
        "used; give the account a power_factor_standard if it should",
    )


def _twice(group: Group, parts: _Parts) -> Iterator[Finding]:
    """Yield a finding where a sum is given beside a part of it."""
    accounts = _accounts(group)
    alone = accounts[0] if len(accounts) == 1 else group.group_id
    given = {(alone if g.id == group.group_id else g.id, g.quantity) for g in group.givens}
    for an_id, name in sorted(given):
        for whole in _sums_of(name, parts.get(an_id, ())):
            if (an_id, whole) in given:
                yield fatal(
                    "given_twice",
                    an_id,
                    f"{whole} 与其中的 {name} 同时给定，金额会重复；请只保留其一",
                    f"{whole} is given and so is {name}, which is a part of it; keep one of them",
                )


def _sums_of(name: str, parts: Sequence[Segment]) -> Iterator[str]:
    """Yield the sums that an amount is a part of."""
    groups: set[str] = {c.group for c in all_components(parts) if c.code == name}
    groups |= {"catalogue"} if name.startswith("tier_") else {name} & set(GROUPS)
    yield from sorted(groups - {name})
    if groups - {"capacity"}:
        yield ENERGY_CHARGE
