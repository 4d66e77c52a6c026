"""What the collecting system has of each day: readings, gaps, and data faults (采集数据)."""

from __future__ import annotations

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.datasets.streams import stream
from powerchannel.datasets.theft.planted import Cases
from powerchannel.datasets.theft.registers import Registers
from powerchannel.datasets.theft.supply import Supply
from powerchannel.datasets.theft.use import SECOND_DECIMAL

__all__ = ["Shown", "shown_days"]

_GAP_SHARE = 0.006
_GAPS_SHARE = 0.5
_STUCK_DAYS = 14
_SPIKE = 99
_LARGEST_START = 1_500_000


@frozen(kw_only=True, eq=False)
class Shown:
    """Daily energies and readings as collected (采集到的日数据).

    Parameters
    ----------
    energy_kwh, reading_kwh : ndarray of float, of shape (customers, days)
        With the ratio, and without it; NaN where nothing was read [kWh].
    """

    energy_kwh: NDArray[np.float64]
    reading_kwh: NDArray[np.float64]


def shown_days(
    supply: Supply, cases: Cases, registers: Registers, is_dark: NDArray[np.bool_], seed: int
) -> Shown:
    """Return what was collected (采集结果).

    A day in about 170 fails; frozen readings of days without supply are collected afterwards.

    Parameters
    ----------
    supply : Supply
        The customers.
    cases : Cases
        Who has which case.
    registers : Registers
        What was counted.
    is_dark : ndarray of bool, of shape (customers, days)
        When there was no supply.
    seed : int
        The seed of the month.
    """
    net, index = registers.net.copy(), _index(supply, cases, registers)
    chance = stream(seed, "theft_collecting", 0).random(net.shape)
    failed, refused = (chance < _GAP_SHARE) & ~is_dark, np.zeros(net.shape, np.bool_)
    for row in cases.rows("gaps"):
        failed[row] = chance[row] < _GAPS_SHARE
    for row in cases.rows("stuck"):
        _stick(net[row], index[row], int(cases.first[row]))
    for row in cases.rows("spike"):
        day = cases.first[row]
        index[row, day] += _SPIKE * net[row, day]
        net[row, day] *= _SPIKE + 1
        failed[row, day : day + 2] = False
        # The index is right again: by it the next day's energy is negative, which no system takes.
        refused[row, day + 1] = True
    energy = net * supply.ratio[:, None] / SECOND_DECIMAL
    return Shown(
        energy_kwh=np.where(failed | refused, np.nan, energy),
        reading_kwh=np.where(failed, np.nan, index / SECOND_DECIMAL),
    )


def _index(supply: Supply, cases: Cases, registers: Registers) -> NDArray[np.int64]:
    """Return the register at the end of each day; that of a new meter begins at nothing."""
    start = (supply.draws[:, 2] * _LARGEST_START).astype(np.int64)
    index = start[:, None] + np.cumsum(registers.forward, axis=1)
    for row in cases.rows("replaced"):
        first = cases.first[row]
        index[row, first:] = np.cumsum(registers.forward[row, first:])
    return np.asarray(index)


def _stick(net: NDArray[np.int64], index: NDArray[np.int64], first: int) -> None:
    """Spread what was counted in some days evenly over them, as a system that fills gaps does."""
    days = slice(first, first + _STUCK_DAYS)
    each, rest = divmod(int(net[days].sum()), len(net[days]))
    before = index[first] - net[first]
    net[days] = each
    net[days.stop - 1] += rest
    index[days] = before + np.cumsum(net[days])
