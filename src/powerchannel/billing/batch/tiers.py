"""Residential tiers of many accounts (阶梯电费)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise

import numpy as np
from attrs import frozen

from powerchannel.billing.batch.blocks import LineColumn, Numbers
from powerchannel.billing.batch.exact import Ints, quotient
from powerchannel.billing.batch.inputs import Chunk
from powerchannel.billing.batch.inputs import shown_decimals as decimals_of
from powerchannel.billing.batch.pricing import Priced, charged, priced
from powerchannel.billing.records import Account, AccountEnergy, Group
from powerchannel.billing.reference.prices import CATALOGUE
from powerchannel.billing.reference.segments import Segment
from powerchannel.billing.reference.stage import Rule
from powerchannel.billing.reference.tiers import tier_limits
from powerchannel.billing.tariff import Tariff
from powerchannel.tables import NO_DAY, NO_NUMBER

__all__ = ["TierPlan", "is_cut", "tier_lines"]

_EPOCH = date(1970, 1, 1).toordinal()
_USED_DECIMALS = 4  # of year_to_date_kwh
_DECIMALS = 6  # of energy in tiers
_MOST_KWH = 10**12  # more than any account has: higher limits are never reached


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


def is_cut(tariff: Tariff, chunk: Chunk, rows: Ints) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Tell which accounts the batch cannot place in their year (年度不完整).

    Connected or closed within the year, or without the energy used before it.
    """
    if tariff.tiers is None or tariff.tiers.cycle == "month":
        return np.zeros(len(rows), np.bool_)
    begins = chunk.account("started_on", rows).astype("datetime64[D]")
    year = begins.astype("datetime64[Y]")
    installed, removed = chunk.meter("installed_on", rows), chunk.meter("removed_on", rows)
    is_cut = (installed != NO_DAY) & (installed > year.astype("datetime64[D]").astype(np.int64))
    is_cut |= (removed != NO_DAY) & (removed < (year + 1).astype("datetime64[D]").astype(np.int64))
    used = chunk.account("year_to_date_kwh", rows)
    is_cut |= used > _MOST_KWH * 10**_USED_DECIMALS
    is_unknown = used == NO_NUMBER
    return np.asarray(is_cut | (is_unknown & (begins != year.astype("datetime64[D]"))))


def tier_lines(
    plan: TierPlan, chunk: Chunk, rows: Ints, billed: Mapping[str, Ints], decimals: int
) -> list[LineColumn]:
    """Charge the tiers of some accounts (阶梯电费行).

    Parameters
    ----------
    plan : TierPlan
        Of their tariff.
    chunk : Chunk
        With the accounts.
    rows : ndarray of int64
        Which.
    billed : mapping of period to ndarray of int64
        With ``total``.
    decimals : int
        Of the energy.
    """
    found: list[LineColumn] = []
    energies = _energies(plan, chunk, rows, billed["total"], decimals)
    shares = _Shares(plan.periods, billed, decimals)
    for lines, energy in zip(plan.lines, energies, strict=True):
        parts = shares.next(energy) if plan.is_split else {"total": energy}
        found += [charged(line, parts[line.period]) for line in lines]
    return found


def _energies(
    plan: TierPlan, chunk: Chunk, rows: Ints, total: Ints, decimals: int
) -> list[Numbers]:
    """Return what falls into each tier, with the decimals it prints."""
    used, used_shown = _used(plan, chunk, rows)
    end, end_shown = used + total * 10 ** (_DECIMALS - decimals), np.maximum(used_shown, decimals)
    limits = _limits(plan.tariff, chunk, rows, decimals)
    none = np.zeros(len(rows), np.int64)
    most = end.copy()
    most_shown = end_shown.copy()
    for limit in limits:
        is_more = limit > most
        most, most_shown = np.where(is_more, limit, most), np.where(is_more, decimals, most_shown)
    shown = [np.zeros(len(rows), np.int64), *(np.full(len(rows), decimals) for _ in limits)]
    found = []
    for (lower, at), (upper, to) in pairwise(
        zip([none, *limits, most], [*shown, most_shown], strict=True)
    ):
        is_end, is_used = end <= upper, used >= lower
        energy = np.where(is_end, end, upper) - np.where(is_used, used, lower)
        places = np.maximum(np.where(is_end, end_shown, to), np.where(is_used, used_shown, at))
        places = np.where(energy < 0, 0, places)
        found.append(Numbers(np.maximum(energy, 0), _DECIMALS, places))
    return found


def _used(plan: TierPlan, chunk: Chunk, rows: Ints) -> tuple[Ints, Ints]:
    used = chunk.account("year_to_date_kwh", rows)
    tiers = plan.tariff.tiers
    if tiers is None or tiers.cycle == "month":
        used = np.zeros(len(rows), np.int64)
    used = np.where(used == NO_NUMBER, 0, used)
    return used * 10 ** (_DECIMALS - _USED_DECIMALS), decimals_of(used, _USED_DECIMALS)


def _limits(tariff: Tariff, chunk: Chunk, rows: Ints, decimals: int) -> list[Ints]:
    """Return the limits of each account; those of the same days and households are the same."""
    columns = ("started_on", "ended_on", "household_count")
    keys = np.stack([chunk.account(c, rows) for c in columns])
    distinct, at = np.unique(keys, axis=1, return_inverse=True)
    cases = [_limits_of(tariff, case, decimals) for case in distinct.T.tolist()]
    table = np.array(cases, np.int64).reshape(len(cases), -1)
    return [column[at.reshape(-1)] for column in table.T]


def _limits_of(tariff: Tariff, case: Sequence[int], decimals: int) -> list[int]:
    """Ask the reference: its limits depend on days and households alone."""
    begins, ends, count = case
    account = Account(
        account_id="",
        group_id="",
        tariff=tariff.name,
        started_on=date.fromordinal(_EPOCH + begins),
        ended_on=date.fromordinal(_EPOCH + ends),
        household_count=None if count == NO_NUMBER else count,
    )
    energy = {"total": Decimal(0).scaleb(-decimals)}
    segment = Segment(
        row=AccountEnergy(account=account, energy_kwh=energy),
        tariff=tariff,
        started_on=account.started_on,
        ended_on=account.ended_on,
        energy_kwh=energy,
    )
    limits = tier_limits(Group(group_id="", accounts=(account,)), segment, [segment])
    return [int(min(limit, Decimal(_MOST_KWH)).scaleb(_DECIMALS)) for limit in limits]


class _Shares:
    """Splits tiers by the periods' shares, one tier after another; the rest is peak."""

    def __init__(self, periods: Sequence[str], billed: Mapping[str, Ints], decimals: int) -> None:
        self._billed = {p: billed[p] for p in periods}
        self._whole = np.maximum(billed["total"], 1) * 10 ** (_DECIMALS - decimals)
        self._rest = "peak" if "peak" in periods else periods[0]
        self._decimals = decimals
        none = np.zeros(len(billed["total"]), np.int64)
        self._so_far, self._shown = none, none
        self._reached = dict.fromkeys(periods, none)

    def next(self, tier: Numbers) -> dict[str, Numbers]:
        """Return the parts of the next tier."""
        assert isinstance(tier.shown, np.ndarray)
        self._so_far = self._so_far + tier.values
        self._shown = np.maximum(self._shown, tier.shown)
        scale = 10 ** (_DECIMALS - self._decimals)
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
            p: Numbers(v, _DECIMALS, rest_shown if p == self._rest else self._decimals)
            for p, v in found.items()
        }
