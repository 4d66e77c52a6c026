"""Shares that sum to what they share, many at once: over points, and over periods (分摊)."""

from __future__ import annotations

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.billing.batch.columns.exact import Ints, quotient
from powerchannel.billing.batch.columns.keys import distinct, reduced
from powerchannel.billing.records import PERIODS

__all__ = ["FLAT", "Amounts", "by_period", "share", "spread"]

FLAT = PERIODS.index("flat")
"""The place of flat among the periods (平段位置)."""


@frozen(eq=False)
class Amounts:
    """Exact decimals, each with the decimals it shows (带显示小数位的数).

    Parameters
    ----------
    values : ndarray of int64
        In units of the last decimal that any may show.
    shown : ndarray of int64
        Decimals that each shows.
    """

    values: Ints
    shown: Ints


def share(total: Amounts, weights: Ints, starts: Ints, unit: int, decimals: int | Ints) -> Amounts:
    """Share totals over runs of weights, by cumulative rounding (累计取整分摊).

    As `powerchannel.billing.reference.rounding.share`, each run by itself.

    Parameters
    ----------
    total : Amounts
        What is shared, one a run.
    weights : ndarray of int64
        None negative.
    starts : ndarray of int64
        Where each run begins; none is empty.
    unit : int
        Decimals of the values.
    decimals : int or ndarray of int64
        Of the cuts between the shares of each run, at most `unit`.

    Examples
    --------
    >>> whole = Amounts(np.array([100, 7]), np.array([0, 0]))
    >>> found = share(whole, np.array([1, 1, 1, 0]), np.array([0, 3]), 0, 0)
    >>> found.values.tolist(), found.shown.tolist()
    ([33, 34, 33, 7], [0, 0, 0, 0])
    """
    counts = np.diff(starts, append=len(weights))
    if len(starts) == len(weights):
        return total
    run = np.repeat(np.arange(len(starts)), counts)
    sums = reduced(np.add, weights, starts)
    if not sums.all():
        weights = np.where(sums[run] == 0, 1, weights)
        sums = reduced(np.add, weights, starts)
    whole = sums[run]
    upto = np.cumsum(weights)
    upto -= (upto[starts] - weights[starts])[run]
    if not isinstance(decimals, int):
        decimals = decimals[run]
    size, more = total.values[run], 10 ** (unit - decimals)
    cut = quotient(size, upto, whole * more) * more
    is_whole = (upto == whole) | (np.abs(size) < np.abs(cut))
    cut = np.where(is_whole, size, cut)
    shown = np.where(is_whole, total.shown[run], decimals)
    before, shown_before = np.zeros_like(cut), np.zeros_like(shown)
    before[1:], shown_before[1:] = cut[:-1], shown[:-1]
    before[starts], shown_before[starts] = 0, 0
    return Amounts(cut - before, np.maximum(shown, shown_before))


def by_period(
    total: Amounts, weights: Ints, has: NDArray[np.bool_], unit: int, decimals: int, policy: str
) -> tuple[Ints, Ints]:
    """Share quantities over the periods of points (分摊到各时段).

    As `powerchannel.billing.reference.rounding.by_period`; a single rate stands under flat.

    Parameters
    ----------
    total : Amounts
        What is shared, one a point.
    weights : ndarray of int64, shape (periods, points)
        The energy of each period.
    has : ndarray of bool, shape (periods, points)
        The periods that each has.
    unit : int
        Decimals of the values.
    decimals : int
        Of each share but flat's, at most `unit`.
    policy : {"proportional", "flat"}
        As in the rules.

    Returns
    -------
    values, shown : ndarray of int64, shape (periods, points)
        As of `Amounts`.
    """
    n = len(total.values)
    values, shown = np.zeros(has.shape, np.int64), np.zeros(has.shape, np.int64)
    codes = np.zeros(n, np.int64)
    for period, there in enumerate(has):
        codes |= there.astype(np.int64) << period
    kinds = distinct(codes)
    for code in kinds:
        rows = slice(None) if len(kinds) == 1 else np.flatnonzero(codes == code)
        periods = [p for p in range(len(has)) if code >> p & 1]
        part = Amounts(total.values[rows], total.shown[rows])
        held = {p: np.maximum(weights[p, rows], 0) for p in periods}
        found = _periods(part, held, unit, decimals, policy)
        for period, amounts in found.items():
            values[period, rows], shown[period, rows] = amounts.values, amounts.shown
    return values, shown


def _periods(
    total: Amounts, held: dict[int, Ints], unit: int, decimals: int, policy: str
) -> dict[int, Amounts]:
    others = [p for p in held if p != FLAT]
    if not others:
        return {FLAT: total} if held else {}
    if FLAT not in held:
        return _spread(total, held, unit, decimals)
    zero = np.zeros_like(total.values)
    nothing = {p: Amounts(zero, zero) for p in others}
    if policy == "flat":
        return {**nothing, FLAT: total}
    whole = sum(held.values(), start=zero)
    more = 10 ** (unit - decimals)
    divisor = np.maximum(whole, 1) * more
    parts = {p: quotient(total.values, held[p], divisor) * more for p in others}
    rest = total.values - sum(parts.values(), start=zero)
    found = {p: Amounts(v, np.full_like(zero, decimals)) for p, v in parts.items()}
    found[FLAT] = Amounts(rest, np.maximum(total.shown, decimals))
    is_bare = whole == 0
    if is_bare.any():
        found = _chosen(is_bare, {**nothing, FLAT: total}, found)
    is_odd = ~is_bare & ((held[FLAT] == 0) | (np.sign(rest) * np.sign(total.values) < 0))
    if is_odd.any():
        rows = np.flatnonzero(is_odd)
        part = Amounts(total.values[rows], total.shown[rows])
        spread = _spread(part, {p: v[rows] for p, v in held.items()}, unit, decimals)
        for period, amounts in spread.items():
            found[period].values[rows], found[period].shown[rows] = amounts.values, amounts.shown
    return found


def _chosen(
    mask: NDArray[np.bool_], one: dict[int, Amounts], other: dict[int, Amounts]
) -> dict[int, Amounts]:
    return {
        p: Amounts(
            np.where(mask, one[p].values, other[p].values),
            np.where(mask, one[p].shown, other[p].shown),
        )
        for p in other
    }


def spread(
    total: Amounts, weights: Ints, has: NDArray[np.bool_], unit: int, decimals: int
) -> tuple[Ints, Ints]:
    """Share quantities over the periods of points by cumulative rounding (按时段累计分摊).

    Parameters
    ----------
    total, weights, has, unit, decimals
        As for `by_period`; every point has a period.
    """
    points, periods = np.nonzero(has.T)
    starts = np.searchsorted(points, np.arange(len(total.values)))
    found = share(total, weights[periods, points], starts, unit, decimals)
    values, shown = np.zeros_like(weights), np.zeros_like(weights)
    values[periods, points], shown[periods, points] = found.values, found.shown
    return values, shown


def _spread(total: Amounts, held: dict[int, Ints], unit: int, decimals: int) -> dict[int, Amounts]:
    """Share by cumulative rounding, period after period."""
    periods = sorted(held)
    count = len(periods)
    weights = np.stack([held[p] for p in periods], axis=1).reshape(-1)
    starts = np.arange(len(total.values)) * count
    if count == 1:
        return {periods[0]: total}
    found = share(total, weights, starts, unit, decimals)
    return {
        p: Amounts(found.values[i::count].copy(), found.shown[i::count].copy())
        for i, p in enumerate(periods)
    }
