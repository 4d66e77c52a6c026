"""Meters and their readings at both ends of a made-up month."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from powerchannel.datasets.faults import Faults
from powerchannel.datasets.frames import categorical, texts
from powerchannel.datasets.supply import DECIMALS, KINDS, Supply, account_ids, meter_ids
from powerchannel.money import decimal_text

__all__ = ["REGISTERS", "meters_table", "numbers", "readings_table"]

REGISTERS: tuple[str, ...] = tuple(dict.fromkeys(r for kind in KINDS for r in kind.registers))
"""The registers there are."""

_DIGITS = 6
_RANGE = 10 ** (_DIGITS + DECIMALS)
_DEMAND_DECIMALS = 4
_RATES = ("active_sharp", "active_peak", "active_flat", "active_valley")
_PERCENT = {
    False: {"active_sharp": 8, "active_peak": 32, "active_valley": 25},
    True: {"active_peak": 60},
}
"""Shares of the rates; what they leave is the rest's: valley for homes, flat for others."""


def numbers(values: NDArray[np.int64], decimals: int = 0) -> pd.Series[str]:
    """Return whole numbers of a last decimal as exact text (数字文本)."""
    return texts(decimal_text(values, decimals).astype(np.bytes_))


def meters_table(supply: Supply, faults: Faults) -> pd.DataFrame:
    """Return the meters, one an account that has one (计量点表).

    Returns
    -------
    DataFrame
        meter_id, account_id, multiplier, integer_digits, decimal_digits, total_policy,
        metering_side, transformer_id, and for audits current_transformer_ratio,
        voltage_transformer_ratio, previous_multiplier, work_order_id.
    """
    rows = np.flatnonzero(supply.kind != len(KINDS) - 1)
    ratio = supply.multiplier
    stated = np.where(faults.has("wrong_multiplier"), ratio * 3 // 2, ratio)
    before = np.where(faults.has("swapped_meter"), ratio * 2, stated)
    is_low = supply.is_of("works", "group_main")
    has_own = supply.capacity_kva[rows] > 0
    accounts = account_ids(rows)
    return pd.DataFrame(
        {
            "meter_id": meter_ids(rows),
            "account_id": accounts,
            "multiplier": numbers(stated[rows]),
            "integer_digits": numbers(np.full(len(rows), _DIGITS)),
            "decimal_digits": numbers(np.full(len(rows), DECIMALS)),
            "total_policy": categorical(np.zeros(len(rows), np.int8), ["parts"]),
            "metering_side": categorical((~is_low[rows]).astype(np.int8), ["low", "high"]),
            "transformer_id": accounts.where(has_own, ""),
            "current_transformer_ratio": numbers(supply.current_ratio[rows]),
            "voltage_transformer_ratio": numbers(supply.voltage_ratio[rows]),
            "previous_multiplier": numbers(before[rows]),
            "work_order_id": pd.Series([""] * len(rows), dtype="str"),
        }
    )


def readings_table(
    supply: Supply, faults: Faults, days: tuple[np.datetime64, np.datetime64]
) -> pd.DataFrame:
    """Return the readings on the first day of the period and on the day after its last (示数表).

    Parameters
    ----------
    supply : Supply
        What the meters counted, faults included.
    faults : Faults
        The faults.
    days : tuple of datetime64
        Both days.

    Returns
    -------
    DataFrame
        meter_id, register, read_on, reading; meter by meter.
    """
    parts = list(_rows(supply, faults))
    row, day, register = (np.concatenate([p[i] for p in parts]) for i in range(3))
    order = np.lexsort((day, register, row))
    readings = pd.concat([p[3] for p in parts], ignore_index=True)
    return pd.DataFrame(
        {
            "meter_id": meter_ids(row[order]),
            "register": categorical(register[order], REGISTERS),
            "read_on": categorical(day[order], [str(d) for d in days]),
            "reading": readings.iloc[order].reset_index(drop=True),
        }
    )


_Part = tuple[NDArray[np.intp], NDArray[np.int64], NDArray[np.int64], "pd.Series[str]"]


def _rows(supply: Supply, faults: Faults) -> Iterator[_Part]:
    """Yield the row of the account, which of the days, the register and the reading."""
    steps = _steps(supply, faults)
    is_read = ~faults.has("missing_reading")
    for register, name in enumerate(REGISTERS):
        has_it = np.array([name in kind.registers for kind in KINDS])[supply.kind]
        if name == "max_demand":
            rows = np.flatnonzero(has_it)
            yield rows, *_same(len(rows), 1, register), _demand(supply)[rows]
            continue
        start, end = _ends(supply, faults, steps[name], register)
        for day, values in enumerate((start, end)):
            rows = np.flatnonzero(has_it & is_read) if day else np.flatnonzero(has_it)
            yield rows, *_same(len(rows), day, register), numbers(values[rows], DECIMALS)


def _same(count: int, day: int, register: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    return np.full(count, day), np.full(count, register)


def _ends(
    supply: Supply, faults: Faults, step: NDArray[np.int64], register: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return what a register showed first and last; one that ran over begins near its end."""
    low = (supply.draws[:, 2] * _RANGE * (8 - register) / 16).astype(np.int64)
    start = np.where(faults.has("rollover"), _RANGE - 1 - step // 2, low)
    return start, (start + step) % _RANGE


def _steps(supply: Supply, faults: Faults) -> dict[str, NDArray[np.int64]]:
    """Return what each register counted, in whole units of its last decimal."""
    used, is_home = supply.used, supply.is_of("home")
    shares = {
        name: np.where(
            is_home, *(used * _PERCENT[home].get(name, 0) // 100 for home in (True, False))
        )
        for name in _RATES
    }
    rest = used - sum(shares.values(), np.zeros(len(used), np.int64))
    shares["active_valley"] += np.where(is_home, rest, 0)
    shares["active_flat"] += np.where(is_home, 0, rest)
    more = np.where(faults.has("parts_differ"), used // 10 + 100, 0)
    reactive = (used * (0.25 + 0.2 * supply.draws[:, 3])).astype(np.int64)
    return {**shares, "active_total": used + more, "reactive_forward": reactive}


def _demand(supply: Supply) -> pd.Series[str]:
    """Return the demand as the meter shows it: half to nine tenths of the capacity."""
    kilowatts = supply.capacity_kva * (0.5 + 0.4 * supply.draws[:, 4])
    shown = kilowatts * 10**_DEMAND_DECIMALS / np.maximum(supply.multiplier, 1)
    return numbers(shown.astype(np.int64), _DEMAND_DECIMALS)
