"""Residential tiers of many accounts (阶梯电费)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.billing.batch.charges.limits import DECIMALS, MOST_KWH, limits_of
from powerchannel.billing.batch.charges.pricing import Priced, charged, priced
from powerchannel.billing.batch.columns.cells import Numbers
from powerchannel.billing.batch.columns.exact import Ints, quotient
from powerchannel.billing.batch.columns.exact import shown_decimals as decimals_of
from powerchannel.billing.batch.columns.printed import LineColumn
from powerchannel.billing.batch.inputs.chunks import Chunk
from powerchannel.billing.batch.inputs.splits import Days
from powerchannel.billing.reference.prices import CATALOGUE
from powerchannel.billing.reference.stage import Rule
from powerchannel.billing.tariff import Tariff, Tiers
from powerchannel.tables import NO_NUMBER

__all__ = ["TierPlan", "Tiered", "is_far", "less_free", "tier_lines"]

_USED_DECIMALS = 4  # of year_to_date_kwh


@frozen(kw_only=True)
class TierPlan:
    """What each tier of a tariff prints (阶梯计价行).

    Parameters
    ----------
    tariff : Tariff
        With tiers.
    periods : tuple of str
        Of the energy.
    lines : tuple of tuple of Priced
        The lines of each tier.
    is_split : bool
        Whether tiers are split by period.
    missing : frozenset of str
        Periods without a price; they may not have energy.
    """

    tariff: Tariff
    periods: tuple[str, ...]
    lines: tuple[tuple[Priced, ...], ...]
    is_split: bool
    missing: frozenset[str]

    @property
    def rest(self) -> str:
        """The period that has what splits of tiers leave over (余量所在时段)."""
        return rest_of(self.periods)

    @property
    def tiers(self) -> Tiers:
        """The rules (阶梯规则)."""
        assert self.tariff.tiers is not None
        return self.tariff.tiers

    @classmethod
    def of(cls, tariff: Tariff, periods: tuple[str, ...]) -> TierPlan | None:
        """Lay the tiers of a tariff out; None without tiers (阶梯计价行)."""
        tiers = tariff.tiers
        if tiers is None:
            return None
        rule = Rule.of(f"{tariff.name}.tiers", tiers.provenance)
        found, missing = [], set[str]()
        if tiers.model == "adder":
            tables = [{"total": increment} for increment in tiers.increments]
        else:
            tables = [dict(prices) for prices in tariff.tier_prices()]
        for k, prices in enumerate(tables):
            wanted = ("total",) if set(prices) == {"total"} else periods
            lines, unpriced = priced(
                prices, wanted, code=f"tier_{k + 1}", group=CATALOGUE, rule=rule
            )
            found.append(tuple(lines))
            missing |= unpriced
        return cls(
            tariff=tariff,
            periods=periods,
            lines=tuple(found),
            is_split=any(set(prices) != {"total"} for prices in tables),
            missing=frozenset(missing),
        )


@frozen(eq=False, kw_only=True)
class Tiered:
    """Days of some bills with one edition, and the energy that fills its tiers (阶梯计费段).

    Parameters
    ----------
    plan : TierPlan
        Of the edition.
    days : Days
        The days of each bill.
    energy : mapping of period to ndarray of int64
        With ``total``.
    starts_row : bool
        Whether the account rows begin with it.
    """

    plan: TierPlan
    days: Days
    energy: Mapping[str, Ints]
    starts_row: bool


def is_far(tariffs: Sequence[Tariff], chunk: Chunk, rows: Ints) -> NDArray[np.bool_]:
    """Tell which accounts used more of their year before than anyone does (用量过大)."""
    used = chunk.account("year_to_date_kwh", rows)
    has_tiers = any(tariff.tiers is not None for tariff in tariffs)
    return np.asarray(has_tiers & (used > MOST_KWH * 10**_USED_DECIMALS))


def tier_lines(
    parts: Sequence[Tiered], chunk: Chunk, rows: Ints, decimals: int
) -> list[LineColumn]:
    """Charge the tiers of some accounts, in the order of days (阶梯电费行).

    Parameters
    ----------
    parts : sequence of Tiered
        Those with tiers, one after another.
    chunk : Chunk
        With the accounts.
    rows : ndarray of int64
        Which.
    decimals : int
        Of the energy.
    """
    found: list[LineColumn] = []
    zero = np.zeros(len(rows), np.int64)
    used, whole = _Count(zero, zero), Days(begins=parts[0].days.begins, ends=parts[-1].days.ends)
    for before, part in pairwise([parts[0], *parts]):
        used = _used_before(part, before, used, chunk, rows)
        end = _with(used, part.energy["total"], decimals)
        limits = limits_of(part.plan.tariff, part.days, whole, chunk, rows, decimals)
        shares = _Shares(part.plan.periods, part.energy, decimals)
        for lines, energy in zip(
            part.plan.lines, _energies(used, end, limits, decimals), strict=True
        ):
            split = shares.next(energy) if part.plan.is_split else {"total": energy}
            found += [charged(line, split[line.period]) for line in lines]
        used = end
    return found


def less_free(
    energy: Mapping[str, Ints], allowed: Ints, decimals: int
) -> tuple[dict[str, Ints], Ints]:
    """Take free energy off the periods by their shares, and return what was taken (扣除免费电量).

    Parameters
    ----------
    energy : mapping of period to ndarray of int64
        With ``total``.
    allowed : ndarray of int64
        What is free at most.
    decimals : int
        Of both.
    """
    free = np.maximum(np.minimum(allowed, energy["total"]), 0)
    periods = [p for p in energy if p != "total"] or ["total"]
    scale = 10 ** (DECIMALS - decimals)
    shown = np.full(len(free), decimals)
    taken = _Shares(periods, energy, decimals).next(Numbers(free * scale, DECIMALS, shown))
    rest = {p: energy[p] - taken[p].values // scale for p in periods}
    return {**rest, "total": energy["total"] - free}, free


@frozen(eq=False)
class _Count:
    """Energy of the cycle up to some day, and the decimals that it shows."""

    values: Ints
    places: Ints | int

    def at_least(self, other: _Count) -> _Count:
        return self._or(other, other.values > self.values)

    def at_most(self, other: _Count) -> _Count:
        return self._or(other, other.values < self.values)

    def _or(self, other: _Count, is_other: NDArray[np.bool_]) -> _Count:
        return _Count(
            np.where(is_other, other.values, self.values),
            np.where(is_other, other.places, self.places),
        )


def _energies(used: _Count, end: _Count, limits: list[Ints], decimals: int) -> list[Numbers]:
    """Return what falls into each tier between two counts, with the decimals it prints."""
    zero = _Count(np.zeros(len(end.values), np.int64), 0)
    upper = [_Count(limit, decimals) for limit in limits]
    least, most = end.at_most(used).at_most(zero), end.at_least(used)
    for limit in upper:
        most = most.at_least(limit)
    found = []
    for low, high in pairwise([least, *upper, most.at_least(zero)]):
        after, before = (count.at_least(low).at_most(high) for count in (end, used))
        shown = np.maximum(after.places, before.places)
        found.append(Numbers(after.values - before.values, DECIMALS, shown))
    return found


def _with(used: _Count, energy: Ints, decimals: int) -> _Count:
    end = used.values + energy * 10 ** (DECIMALS - decimals)
    return _Count(end, np.maximum(used.places, decimals))


def _used_before(part: Tiered, before: Tiered, used: _Count, chunk: Chunk, rows: Ints) -> _Count:
    """Return what the cycle had used up when a part begins."""
    if part.plan.tiers.cycle == "month":
        return used
    is_same = _year(part.days.begins) == _year(before.days.begins)
    values, shown = (np.where(is_same, v, 0) for v in (used.values, used.places))
    if part.starts_row:
        said = chunk.account("year_to_date_kwh", rows)
        is_known = said != NO_NUMBER
        said = np.where(is_known, said, 0)
        scale = 10 ** (DECIMALS - _USED_DECIMALS)
        values = np.where(is_known, said * scale, values)
        shown = np.where(is_known, decimals_of(said, _USED_DECIMALS), shown)
    return _Count(values, shown)


def _year(days: Ints) -> Ints:
    """Return the first day of the year of each day."""
    return days.astype("datetime64[D]").astype("datetime64[Y]").astype("datetime64[D]").astype(int)


def rest_of(periods: Sequence[str]) -> str:
    """Return the period that has what does not divide (余量所在时段)."""
    return "peak" if "peak" in periods else periods[0]


class _Shares:
    """Splits tiers by the periods' shares, one tier after another; the rest is peak."""

    def __init__(self, periods: Sequence[str], billed: Mapping[str, Ints], decimals: int) -> None:
        self._billed = {p: billed[p] for p in periods}
        self._whole = np.maximum(billed["total"], 1) * 10 ** (DECIMALS - decimals)
        self._rest = rest_of(periods)
        self._decimals = decimals
        none = np.zeros(len(billed["total"]), np.int64)
        self._so_far, self._shown = none, none
        self._reached = dict.fromkeys(periods, none)

    def next(self, tier: Numbers) -> dict[str, Numbers]:
        """Return the parts of the next tier."""
        assert isinstance(tier.shown, np.ndarray)
        self._so_far = self._so_far + tier.values
        self._shown = np.maximum(self._shown, tier.shown)
        scale = 10 ** (DECIMALS - self._decimals)
        now = {
            p: quotient(energy, self._so_far, self._whole) * scale
            for p, energy in self._billed.items()
        }
        others = [v for p, v in now.items() if p != self._rest]
        now[self._rest] = self._so_far - sum(others, start=np.int64(0))
        found = {p: now[p] - self._reached[p] for p in self._billed}
        self._reached = now
        rest_shown = np.maximum(self._shown, self._decimals if others else 0)
        return {
            p: Numbers(v, DECIMALS, rest_shown if p == self._rest else self._decimals)
            for p, v in found.items()
        }
