"""Every result of a bill by the names of the billing contract (账单结果)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from powerchannel.billing.records import PERIODS, AccountEnergy, GroupEnergy, Kwh, Line
from powerchannel.billing.reference.power_factor import CHARGE, FACTOR, RATE
from powerchannel.billing.reference.rounding import half_up_ratio
from powerchannel.billing.reference.stage import Key, yuan
from powerchannel.billing.tariff import GROUPS

__all__ = ["AVERAGE_DECIMALS", "results", "sums_of"]

AVERAGE_DECIMALS = 5

_ENERGY_GROUPS = frozenset(GROUPS) - {"capacity"}
"""What an energy charge is made of: all that is charged by the kWh, funds included."""

_ENERGIES = (
    "metered_energy_kwh",
    "billed_energy_kwh",
    "transformer_loss_kwh",
    "line_loss_kwh",
)
_QUANTITIES = (
    "billed_reactive_kvarh",
    "metered_reactive_kvarh",
    "transformer_loss_kvarh",
    "billed_demand_kw",
    "metered_demand_kw",
)
_SUMS = {"supplement": "supplement_yuan", "penalty": "penalty_yuan", "late_fee": "late_fee_yuan"}
_NOT_SUMMED = frozenset({FACTOR, RATE, "average_price_yuan_per_kwh"})

_Values = dict[Key, Decimal]


def results(
    energy: GroupEnergy, lines: Sequence[Line], stated: Mapping[Key, Decimal]
) -> dict[Key, Decimal]:
    """Return every result of a group (全部结果).

    An account's amount stands without the power-factor charge, the group's with it; a group has
    the sums of its accounts. Where ids are the same, the group goes before the account, the
    account before the meter.

    Parameters
    ----------
    energy : GroupEnergy
        Energy of meters and accounts.
    lines : sequence of Line
        The whole bill.
    stated : mapping of (id, name, period) to Decimal
        What the stages found besides lines: power factor, incidents, feed-in, billed demand.
    """
    ids = sorted({row.account.account_id for row in energy.accounts})
    ids = sorted({*ids, *(line.account_id for line in lines)} - ({energy.group_id} - set(ids)))
    accounts = {an_id: _account(an_id, energy, lines, stated) for an_id in ids}
    group = _group(energy.group_id, list(accounts.values()), lines, stated)
    others = {key: value for key, value in stated.items() if key[0] not in {*ids, energy.group_id}}
    found = {**_meters(energy), **others}
    for values in accounts.values():
        found.update(values)
    return {**found, **group}


def _meters(energy: GroupEnergy) -> _Values:
    found: _Values = {}
    for meter_id, kwh in energy.meters.items():
        _put(found, meter_id, "metered_energy_kwh", kwh)
    for meter_id, kvarh in energy.meter_reactive_kvarh.items():
        found[meter_id, "metered_reactive_kvarh", "total"] = kvarh
    return found


def _account(
    an_id: str, energy: GroupEnergy, lines: Sequence[Line], stated: Mapping[Key, Decimal]
) -> _Values:
    rows = [row for row in energy.accounts if row.account.account_id == an_id]
    mine = [line for line in lines if line.account_id == an_id]
    found = _energies(an_id, rows)
    found.update(_amounts(an_id, mine))
    found.update({key: value for key, value in stated.items() if key[0] == an_id})
    fen = sum(line.amount_fen for line in mine if line.code != CHARGE)
    return {**found, **_totals(an_id, found, fen)}


def _group(
    group_id: str,
    accounts: Sequence[_Values],
    lines: Sequence[Line],
    stated: Mapping[Key, Decimal],
) -> _Values:
    found: _Values = {}
    for values in accounts:
        for (_, name, period), value in values.items():
            if name not in _NOT_SUMMED:
                key = (group_id, name, period)
                found[key] = found[key] + value if key in found else value
    shared = (FACTOR, RATE, CHARGE)
    found.update({key: v for key, v in stated.items() if key[0] == group_id and key[1] in shared})
    return {**found, **_totals(group_id, found, sum(line.amount_fen for line in lines))}


def _energies(an_id: str, rows: Iterable[AccountEnergy]) -> _Values:
    found: _Values = {(an_id, name, "total"): Decimal(0) for name in _ENERGIES}
    for row in rows:
        sources = (row.metered_kwh, row.energy_kwh, row.transformer_loss_kwh, row.line_loss_kwh)
        for name, kwh in zip(_ENERGIES, sources, strict=True):
            _put(found, an_id, name, kwh)
        reactive = (row.reactive_kvarh, row.metered_reactive_kvarh, row.transformer_loss_kvarh)
        for name, kvarh in zip(_QUANTITIES, reactive, strict=False):
            if kvarh is not None:
                key = (an_id, name, "total")
                found[key] = found.get(key, Decimal(0)) + kvarh
        # A maximum: that of several rows is the largest.
        for name, kw in zip(_QUANTITIES[3:], (row.demand_kw, row.metered_demand_kw), strict=True):
            if kw is not None:
                key = (an_id, name, "total")
                found[key] = max(found.get(key, kw), kw)
    return found


def _put(found: _Values, an_id: str, name: str, kwh: Kwh) -> None:
    """Add energy by period and in total; a total is the sum of its parts."""
    parts = {period: kwh[period] for period in PERIODS if period in kwh}
    total = sum(parts.values(), start=Decimal(0)) if parts else kwh.get("total", Decimal(0))
    for period, value in {**parts, "total": kwh.get("total", total)}.items():
        key = (an_id, name, period)
        found[key] = found[key] + value if key in found else value


def _amounts(an_id: str, lines: Iterable[Line]) -> _Values:
    """Return the amounts of every code and group, by period and in total [yuan]."""
    fens: dict[tuple[str, str], int] = {}
    known: dict[tuple[str, str], set[str]] = {}
    for line in lines:
        fen, period, place = line.amount_fen, line.period, (line.code, line.group)
        if place not in known:
            known[place] = {*place, *sums_of(*place)}
        for name in known[place]:
            fens[name, "total"] = fens.get((name, "total"), 0) + fen
            if period != "total":
                fens[name, period] = fens.get((name, period), 0) + fen
    return {(an_id, *key): yuan(fen) for key, fen in fens.items()}


def sums_of(code: str, group: str) -> Iterable[str]:
    """Return the sums that a line is in beside those of its code and group (所入合计).

    Examples
    --------
    >>> list(sums_of("rural_grid", "fund")), list(sums_of("late_fee", "late_fee"))
    (['energy_charge_yuan'], ['late_fee_yuan'])
    """
    if code in _SUMS:
        yield _SUMS[code]
    if group in _ENERGY_GROUPS:
        yield "energy_charge_yuan"


def _totals(an_id: str, found: Mapping[Key, Decimal], fen: int) -> _Values:
    """Return the amount, and what a kWh costs on average where there are any."""
    values = {(an_id, "amount_yuan", "total"): yuan(fen)}
    energy = found.get((an_id, "billed_energy_kwh", "total"), Decimal(0))
    values[an_id, "energy_charge_yuan", "total"] = found.get(
        (an_id, "energy_charge_yuan", "total"), yuan(0)
    )
    if energy:
        size, unit = energy.as_integer_ratio()
        owed = fen * unit if size > 0 else -fen * unit
        average = half_up_ratio(owed, 100 * abs(size), AVERAGE_DECIMALS)
        values[an_id, "average_price_yuan_per_kwh", "total"] = average
    return values
