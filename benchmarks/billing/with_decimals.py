"""A loop over customers in plain Decimal, as one would write it by hand: no record, no trace.

It shares nothing with the library but the input: the sorted rows of readings, and per customer the
multiplier, the capacity and the standard.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import ROUND_HALF_UP, Decimal
from math import isqrt
from typing import TypeAlias

import numpy as np

from benchmarks.billing.answers import answer_of
from benchmarks.billing.data import READ, Customers, rulebook
from benchmarks.cases import Read, Run

__all__ = ["from_integers", "loop"]

_FEN, _METERED, _KWH = Decimal("0.01"), Decimal("0.01"), Decimal(1)
_FLAT = tuple(
    map(Decimal, ("0.4125", "0.0195", "0.0425", "0.00196875", "0.00625", "0.0005", "0.019"))
)
"""One price for all kWh each; the funds are the last four."""
_FUNDS = 4
_AT_ONCE = 10_000
_DAYS = ("2025-06-01", "2025-07-01")
_GRID = tuple(map(Decimal, ("0.29088", "0.2424", "0.1515", "0.05757")))
"""Sharp, peak, flat, valley: 0.1515 x 1.6 x 1.2, x 1.6, x 1, x 0.38."""
_CAPACITY = Decimal(24)

_Reading: TypeAlias = tuple[str, str, Decimal, str]
"""Register, day, what it showed, status."""
_Row: TypeAlias = tuple[list[_Reading], Decimal, Decimal, str]


def loop(customers: Customers) -> Run:
    """Bill one customer after the other; all numbers are decimals already."""
    rows, rates = list(_rows(customers)), _rates()
    return lambda: _bills(rows, rates)


def from_integers(customers: Customers) -> Run:
    """Bill a million as well: decimals are made as it goes, for all at once would fill memory."""
    rates = _rates()
    return lambda: _bills(_rows(customers), rates)


def _bills(rows: Iterable[_Row], rates: dict[str, list[Decimal]]) -> Read:
    fens = [[int(line.scaleb(2)) for line in _bill(row, rates)] for row in rows]
    return lambda: answer_of(np.array(fens, np.int64))


def _rows(customers: Customers) -> Iterator[_Row]:
    read, others = (
        customers.readings(),
        (
            customers.multipliers(),
            customers.capacities(),
            customers.standards(),
        ),
    )
    for first in range(0, customers.count, _AT_ONCE):
        part = slice(first, first + _AT_ONCE)
        columns = (column[part].tolist() for column in (read, *others))
        for pairs, multiplier, kva, standard in zip(*columns, strict=True):
            readings = [
                (name, day, Decimal(value).scaleb(-2), "ok")
                for name, pair in zip(READ, pairs, strict=True)
                for day, value in zip(_DAYS, pair, strict=True)
            ]
            yield readings, Decimal(multiplier), Decimal(kva), f"0.{standard}"


def _rates() -> dict[str, list[Decimal]]:
    """Return the rate of each hundredth, by standard."""
    found = {}
    for table in rulebook().power_factor_tables:
        known = {int(Decimal(key) * 100): rate for key, rate in table.percent.items()}
        lowest = min(known)
        below = [known[lowest] + table.below_step_percent * (lowest - c) for c in range(lowest)]
        percents = [*below, *(known[c] for c in range(lowest, 101))]
        found[f"{table.standard:.2f}"] = [percent / 100 for percent in percents]
    return found


def _metered(readings: list[_Reading], multiplier: Decimal) -> dict[str, Decimal]:
    """Check the readings, and return the energy of each register."""
    known = {(name, day): value for name, day, value, status in readings if status == "ok"}
    found = {}
    for name in dict.fromkeys(name for name, *_ in readings):
        first, last = known.get((name, _DAYS[0])), known.get((name, _DAYS[1]))
        if first is None or last is None:
            raise ValueError("a reading is missing")
        if last < first:
            raise ValueError("a register went back")
        found[name] = ((last - first) * multiplier).quantize(_METERED, ROUND_HALF_UP)
    return found


def _bill(row: _Row, rates: dict[str, list[Decimal]]) -> list[Decimal]:
    readings, multiplier, kva, standard = row
    counted = _metered(readings, multiplier)
    metered = [counted[name] for name in READ]
    parts = metered[1:5]
    if abs(metered[0] - sum(parts)) > 4 * multiplier * Decimal("0.01"):
        raise ValueError("total and parts differ")
    energy = [kwh.quantize(_KWH, ROUND_HALF_UP) for kwh in parts]
    total, reactive = sum(energy), metered[5].quantize(_KWH, ROUND_HALF_UP)
    lines = [(total * price).quantize(_FEN, ROUND_HALF_UP) for price in _FLAT]
    lines += [
        (kwh * price).quantize(_FEN, ROUND_HALF_UP)
        for kwh, price in zip(energy, _GRID, strict=True)
    ]
    lines.append((kva * _CAPACITY).quantize(_FEN, ROUND_HALF_UP))
    base = sum(lines[: len(_FLAT) - _FUNDS]) + sum(lines[len(_FLAT) :])
    a, r = int(total), int(reactive)
    if not a:
        raise ValueError("no active energy")
    factor = (isqrt((200 * a) ** 2 // (a * a + r * r)) + 1) // 2
    lines.append((base * rates[standard][factor]).quantize(_FEN, ROUND_HALF_UP))
    return lines
