"""Losses looked up in tables, many at once (变损表查表)."""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import NDArray

from powerchannel.billing.batch.columns.exact import Ints, quotient
from powerchannel.billing.batch.losses.banks import Banks, States
from powerchannel.billing.reference.days import days_360
from powerchannel.memory import Rows
from powerchannel.tables import NO_NUMBER

__all__ = ["by_table", "counted_days"]

Bools = NDArray[np.bool_]

_EPOCH = date(1970, 1, 1).toordinal()
_MONTH, _PLACES = 30, 4
_MOST = 2**62 // _MONTH


def counted_days(states: States, is_actual: Bools) -> Ints:
    """Return the days of states, as the capacity charge of their account counts them (计费天数).

    Parameters
    ----------
    states : States
        One after another.
    is_actual : ndarray of bool, shape (banks,)
        Whether calendar days count; else months have 30 days.
    """
    spans = np.stack([states.begins, states.ends])
    distinct, at = np.unique(spans, axis=1, return_inverse=True)
    days = [
        days_360(date.fromordinal(_EPOCH + first), date.fromordinal(_EPOCH + last))
        for first, last in distinct.T.tolist()
    ]
    thirty = np.array(days, np.int64)[at.reshape(-1)]
    return np.where(is_actual[states.bank], states.days, thirty)


def by_table(
    transformers: Rows,
    tables: Rows,
    banks: Banks,
    states: States,
    days: Ints,
    kwh: Ints,
    unit: int,
    decimals: int,
) -> tuple[Ints, Bools]:
    """Scale energy up to 30 days, look it up, and scale the loss back (查表法变损).

    Parameters
    ----------
    transformers, tables : Rows
        The tables of the state.
    banks : Banks
        The transformers in parallel.
    states : States
        Of them.
    days : ndarray of int64, shape (states,)
        From `counted_days`.
    kwh : ndarray of int64, shape (banks,)
        The energy through them, in units of `unit` decimals.
    unit, decimals : int
        Decimals of energy and of losses.

    Returns
    -------
    loss : ndarray of int64, shape (2, banks)
        Of active and reactive energy, in units of `decimals`.
    is_odd : ndarray of bool
        What no table has, or none that the batch reads.
    """
    pair = np.flatnonzero(states.is_running)
    kva = np.zeros(len(states.bank), np.int64)
    np.add.at(kva, states.state[pair], transformers["capacity_kva"][states.row[pair]])
    state = np.flatnonzero(kva > 0)
    bank, count = states.bank[state], days[state]
    whole = np.zeros(len(banks), np.int64)
    np.add.at(whole, bank, count)
    name, is_odd = _tables_of(transformers, banks)
    is_odd |= kwh > _MOST // 10 ** max(_PLACES - unit, 0)
    energy = np.where(is_odd, 0, kwh)[bank] * 10 ** max(_PLACES - unit, 0)
    month = np.where(whole[bank] == 0, 1, _MONTH) * energy
    scale = np.where(whole[bank] == 0, 1, whole[bank]) * 10 ** max(unit - _PLACES, 0)
    row = _rows_of(tables, name[bank], kva[state], month, scale)
    is_odd[bank[row < 0]] = True
    found = np.zeros((2, len(banks)), np.int64)
    for i, column in enumerate(("loss_kwh", "loss_kvarh")):
        lost = tables[column][row] if len(tables) else np.zeros(len(row), np.int64)
        lost = np.where((row < 0) | (lost == NO_NUMBER), 0, lost)
        sums = np.zeros(len(banks), np.int64)
        np.add.at(sums, bank, lost * count)
        found[i] = quotient(sums, 10**decimals, _MONTH * 10**_PLACES)
    return found, is_odd


def _tables_of(transformers: Rows, banks: Banks) -> tuple[Ints, Bools]:
    """Return the table of each bank, and where its transformers name several."""
    name = transformers["loss_table"][banks.rows].astype(np.int64)
    lowest = np.full(len(banks), np.iinfo(np.int64).max)
    np.minimum.at(lowest, banks.of, name)
    is_odd = np.zeros(len(banks), np.bool_)
    is_odd[banks.of[name != lowest[banks.of]]] = True
    return lowest, is_odd


def _rows_of(tables: Rows, name: Ints, kva: Ints, month: Ints, scale: Ints) -> Ints:
    """Return the row for each capacity and ``month / scale`` kWh of 30 days; -1 for none."""
    found = np.full(len(name), -1)
    for table in np.unique(name).tolist():
        mine = np.flatnonzero(tables["loss_table"] == table)
        sizes = np.unique(tables["capacity_kva"][mine])
        at = np.flatnonzero(name == table)
        place = np.searchsorted(sizes, kva[at])
        for size in np.unique(place[place < len(sizes)]).tolist():
            bands = mine[tables["capacity_kva"][mine] == sizes[size]]
            bands = bands[np.argsort(tables["above_kwh"][bands], kind="stable")]
            cases = at[place == size]
            found[cases] = _bands(tables, bands, month[cases], scale[cases])
    return found


def _bands(tables: Rows, bands: Ints, month: Ints, scale: Ints) -> Ints:
    """Return the band of each energy: the first that has it."""
    above, upto = (tables[c][bands].tolist() for c in ("above_kwh", "up_to_kwh"))
    found = np.full(len(month), -1)
    for low, high, row in reversed(list(zip(above, upto, bands.tolist(), strict=True))):
        is_in = month > low * scale
        if high != NO_NUMBER:
            is_in &= month <= high * scale
        found[is_in] = row
    if above and above[0] <= 0:
        found[month == 0] = bands[0]
    return found
