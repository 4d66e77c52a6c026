"""The check of a total register against its rates (总与各时段审核)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from powerchannel.billing.audit.inputs import (
    Bools,
    Facet,
    Inputs,
    Ints,
    Limits,
    Objects,
    is_known,
)
from powerchannel.billing.audit.registers import looked_up
from powerchannel.billing.audit.struck import struck_rows, with_unchecked
from powerchannel.billing.compare.sheets import DECIMALS
from powerchannel.billing.tables.words import READ
from powerchannel.money import exact_integer, multiply_divide_half_up
from powerchannel.tables import NO_NUMBER
from powerchannel.text import Text

__all__ = ["rates_differ"]

_ONE = 10**DECIMALS
_TOLERANCE_DECIMALS = 4
_KEY = ["meter_id", "is_reverse"]
_ACTIVE = r"^(?:reverse_)?active_(\w+)$"
_VALID = ("", *sorted(READ), "estimated")
_WHAT = Text(
    "总与各时段之和相差 {found} 千瓦时，允许 {threshold}",
    "total and periods differ by {found} kWh, allowed {threshold}",
)


def rates_differ(inputs: Inputs, limits: Limits) -> Facet:
    """Find a total that is not the sum of its rates, beyond the last digits (总与各时段不符).

    By the readings of the meters; where these are not given, by the registers that bills print,
    among which the total may not be.
    """
    del limits
    is_read = "readings" in inputs.archive
    rows = _read(inputs) if is_read else _printed(inputs)
    is_total = rows["period"] == "total"
    # A price change cuts a register into several rows: the rates are counted, not the rows.
    parts = (
        rows[~is_total]
        .groupby(_KEY)
        .agg(
            parts=("kwh", "sum"),
            rates=("period", "nunique"),
            has_flat=("is_flat", "any"),
            is_known=("is_known", "all"),
            multiplier=("multiplier", "max"),
            decimals=("decimals", "max"),
        )
    )
    if is_read:
        with_total = pd.MultiIndex.from_frame(rows.loc[is_total, _KEY])
        parts = parts[parts.index.isin(with_total)]
    total = rows[is_total & rows["is_known"]].groupby(_KEY)["kwh"].sum()
    both = parts.assign(total=total.reindex(parts.index, fill_value=NO_NUMBER)).reset_index()
    has_all = (both["is_known"] & is_known(both["total"].to_numpy())).to_numpy(dtype=np.bool_)
    owners = inputs.account_of(both["meter_id"].to_numpy(dtype=object))
    found = _differing(inputs, both[has_all], owners[has_all])
    return with_unchecked(found, owners[~has_all], "archive.readings")


def _differing(inputs: Inputs, both: pd.DataFrame, owners: Objects) -> Facet:
    gap = (both["total"] - both["parts"]).to_numpy(dtype=np.int64)
    # What a meter without a register for flat leaves of its total is billed as flat.
    gap = np.where(both["has_flat"], np.abs(gap), -gap)
    tolerance = inputs.rulebook.readings.rates_tolerance_units
    units = exact_integer(tolerance, _TOLERANCE_DECIMALS, where="rates_tolerance_units")
    rates, multiplier, decimals = (
        both[name].to_numpy(dtype=np.int64) for name in ("rates", "multiplier", "decimals")
    )
    steps = 10 ** (decimals + _TOLERANCE_DECIMALS)
    allowed = multiply_divide_half_up(multiplier, rates * units, steps)
    return struck_rows(owners, gap > allowed, gap, allowed, _WHAT)


def _printed(inputs: Inputs) -> pd.DataFrame:
    """Return the rows of active registers, as bills print them."""
    sheet = inputs.sheet("registers", "meter_id", "register", "period", "multiplier", "metered_kwh")
    meter_ids, registers = sheet.texts("meter_id"), sheet.texts("register")
    ends = [_decimals_of(sheet.units(n, DECIMALS)) for n in ("previous", "current") if sheet.has(n)]
    kwh = sheet.units("metered_kwh", DECIMALS)
    table = _table(meter_ids, registers, kwh, sheet.units("multiplier", DECIMALS))
    shown = np.max(ends, axis=0) if ends else np.zeros(len(table), np.int64)
    stated = _stated_decimals(inputs, meter_ids)
    decimals = np.where(is_known(stated), stated, shown)
    table = table.assign(period=sheet.texts("period"), is_flat=True, decimals=decimals)
    # A share of another's energy has no meter.
    is_mine: Bools = _is_active(registers) & (meter_ids != "").astype(np.bool_)
    return table[is_mine]


def _read(inputs: Inputs) -> pd.DataFrame:
    """Return what each active register counted in the period of its account."""
    sheet = inputs.sheet("readings", "meter_id", "register", "read_on", "reading")
    status = sheet.texts("status") if sheet.has("status") else np.full(sheet.rows, "")
    registers, meter_ids = sheet.texts("register"), sheet.texts("meter_id")
    days, units = sheet.days("read_on"), sheet.units("reading", DECIMALS)
    is_mine = _is_active(registers) & np.isin(status.astype(str), _VALID)
    is_mine &= _is_in_period(inputs, meter_ids, days)
    table = pd.DataFrame({"meter_id": meter_ids, "register": registers, "day": days})[is_mine]
    table = table.assign(units=units[is_mine], decimals=_decimals_of(units[is_mine]))
    ends = (
        table.sort_values("day", kind="stable")
        .groupby(["meter_id", "register"])
        .agg(
            first=("units", "first"),
            last=("units", "last"),
            began=("day", "first"),
            ended=("day", "last"),
            decimals=("decimals", "max"),
        )
    )
    return _counted(inputs, ends.reset_index())


def _counted(inputs: Inputs, ends: pd.DataFrame) -> pd.DataFrame:
    """Return the energy of registers; one that ran over counts on from zero."""
    meters = inputs.sheet("meters", "meter_id", "multiplier", "integer_digits")
    meter_ids = ends["meter_id"].to_numpy(dtype=object)
    digits = looked_up(meters, "integer_digits", meter_ids, 0)
    multiplier = looked_up(meters, "multiplier", meter_ids, DECIMALS)
    multiplier = np.where(is_known(multiplier), multiplier, _ONE)
    step = (ends["last"] - ends["first"]).to_numpy(dtype=np.int64)
    full = 10 ** np.where(is_known(digits), digits, 0) * _ONE
    step = np.where((step < 0) & is_known(digits), step + full, step)
    kwh = multiply_divide_half_up(np.maximum(step, 0), multiplier, _ONE)
    # All of a meter's registers are to be read on the same two days.
    same = ends.groupby("meter_id")[["began", "ended"]].transform("nunique").max(axis=1) == 1
    is_read = same & (ends["began"] < ends["ended"]) & (step >= 0)
    table = _table(
        meter_ids,
        ends["register"].to_numpy(dtype=object),
        np.where(is_read, kwh, NO_NUMBER),
        multiplier,
    )
    stated = _stated_decimals(inputs, meter_ids)
    return table.assign(decimals=np.where(is_known(stated), stated, ends["decimals"]))


def _table(meter_ids: Objects, registers: Objects, kwh: Ints, multiplier: Ints) -> pd.DataFrame:
    names = pd.Series(registers, dtype=object)
    periods = names.str.extract(_ACTIVE, expand=False)
    return pd.DataFrame(
        {
            "meter_id": meter_ids,
            "is_reverse": names.str.startswith("reverse"),
            "period": periods,
            "is_flat": periods == "flat",
            "kwh": np.where(is_known(kwh), kwh, 0),
            "is_known": is_known(kwh),
            "multiplier": multiplier,
        }
    )


def _is_active(registers: Objects) -> Bools:
    return pd.Series(registers, dtype=object).str.match(_ACTIVE).to_numpy(dtype=np.bool_)


def _is_in_period(inputs: Inputs, meter_ids: Objects, days: NDArray[np.datetime64]) -> Bools:
    """Return which readings lie in the period of an account that is audited."""
    rows = inputs.accounts[inputs.accounts["account_id"].isin(inputs.ids)]
    period = rows.groupby("account_id").agg(started=("started", "min"), ended=("ended", "max"))
    place = period.index.get_indexer(pd.Index(inputs.account_of(meter_ids), dtype=object))
    if not len(period):
        return np.zeros(len(days), np.bool_)
    started, ended = (period[n].to_numpy().astype("datetime64[D]")[place] for n in period.columns)
    return (place >= 0) & (started <= days) & (days <= ended)


def _stated_decimals(inputs: Inputs, meter_ids: Objects) -> Ints:
    """Return the decimals that meters are said to have."""
    if "meters" not in inputs.archive or not inputs.archive["meters"].has("decimal_digits"):
        return np.full(len(meter_ids), NO_NUMBER)
    return looked_up(inputs.archive["meters"], "decimal_digits", meter_ids, 0)


def _decimals_of(units: Ints) -> Ints:
    """Return how many decimals numbers have."""
    known = np.where(is_known(units), units, 0)
    parts = [known % 10**n != 0 for n in range(1, DECIMALS + 1)]
    return np.asarray(np.sum(parts, axis=0), dtype=np.int64)
