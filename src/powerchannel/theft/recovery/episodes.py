"""Energy that was not recorded in each of many episodes (各异常区段的少计电量)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.theft.electrical.episodes import WHOLE, Episodes
from powerchannel.theft.electrical.measured import Measured
from powerchannel.theft.electrical.nominal import Points
from powerchannel.theft.electrical.rules import ElectricalRules
from powerchannel.theft.electrical.runs import Ending
from powerchannel.theft.recovery.expected import CODES, WAYS, Damage, expected_power, row_means
from powerchannel.times import NAT

__all__ = ["DAMAGE_OF_RULE", "EpisodeLosses", "lost_in_episodes"]

DAMAGE_OF_RULE: Mapping[str, Damage] = {
    "power_reversal": "direction",
    "neutral_current_mismatch": "neutral",
    "current_loss": "current",
    "voltage_loss": "voltage",
    "total_voltage_loss": "voltage",
}
"""What a phase lost while an episode of a rule lasts; of two on one phase the later here counts."""

_HOUR_US = 3_600_000_000
_MINUTE_US = 60_000_000


@frozen(kw_only=True, eq=False)
class EpisodeLosses:
    """What each episode cost (各区段少计电量).

    Parameters
    ----------
    kwh, low_kwh, high_kwh : ndarray of float, of shape (k,)
        The customer's energy that was not recorded, and its interval; NaN where the readings do
        not tell: the rule says of no phase what it lost, or no healthy phase is left [kWh].
    hours : ndarray of float, of shape (k,)
        The time that the readings tell of [h].
    """

    kwh: NDArray[np.float64]
    low_kwh: NDArray[np.float64]
    high_kwh: NDArray[np.float64]
    hours: NDArray[np.float64]


def lost_in_episodes(
    measured: Measured,
    points: Points,
    episodes: Episodes,
    rules: ElectricalRules,
    *,
    balance_ratio: float,
) -> EpisodeLosses:
    """Return what was not recorded in each episode (各区段少计电量).

    As `lost_by_phases`, for all episodes at once. A phase that two episodes speak of at a time is
    counted in one of them, so that losses may be added up.

    Parameters
    ----------
    measured : Measured
        The readings that the episodes were found in.
    points : Points
        What the meters are rated for.
    episodes : Episodes
        Of `powerchannel.theft.electrical.find_episodes`.
    rules : ElectricalRules
        Those they were found with.
    balance_ratio : float
        By which phases differ even of a balanced load, as a share of the lost energy.

    Examples
    --------
    >>> import tomllib
    >>> from decimal import Decimal
    >>> from importlib.resources import files
    >>> from powerchannel.rulebook import structure
    >>> from powerchannel.theft.electrical import find_episodes, measured_of
    >>> from powerchannel.theft.simulate import meter
    >>> text = (files("powerchannel.theft") / "rulebooks/dlt698-theft.toml").read_text("utf-8")
    >>> rules = structure(ElectricalRules, tomllib.loads(text, parse_float=Decimal)["electrical"])
    >>> found = meter("34", "voltage_open_a", phi_rad=0.0, minutes=1200)
    >>> measured, points = measured_of(found.phase_readings, found.points)
    >>> episodes = find_episodes(measured, points, rules)
    >>> lost_in_episodes(measured, points, episodes, rules, balance_ratio=0.02).kwh
    array([264.])
    """
    rows, owner, damage = _painted(measured, episodes, rules)
    taken = measured.take(rows)
    wiring = points.wiring[taken.meter]
    ways = row_means(expected_power(taken, wiring, damage)) - taken.power
    hours = _hours(measured, rules.gap.minutes * _MINUTE_US)[rows]
    weight = hours * points.ratio[taken.meter]
    is_told = (owner >= 0) & ~np.isnan(ways).any(axis=0)
    count = len(episodes)

    def summed(values: NDArray[np.float64]) -> NDArray[np.float64]:
        total = np.bincount(owner[is_told], weights=values[is_told], minlength=count)
        return total.astype(np.float64)

    energy = np.stack([summed(ways[way] * weight[:, None]) for way in range(WAYS)])
    told = summed(np.broadcast_to(hours[:, None], owner.shape))
    return _losses(energy, told, balance_ratio)


def _losses(
    energy: NDArray[np.float64], told: NDArray[np.float64], balance_ratio: float
) -> EpisodeLosses:
    kwh = np.where(told > 0.0, energy.mean(axis=0), np.nan)
    margin = np.abs(kwh) * balance_ratio
    low, high = energy.min(axis=0) - margin, energy.max(axis=0) + margin
    return EpisodeLosses(
        kwh=kwh,
        low_kwh=np.where(kwh >= 0.0, np.maximum(low, 0.0), low),
        high_kwh=np.where(kwh >= 0.0, high, np.minimum(high, 0.0)),
        hours=told,
    )


def _painted(
    measured: Measured, episodes: Episodes, rules: ElectricalRules
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint8]]:
    """Return the rows in any episode of damage; of each phase, which episode and which damage."""
    order = list(DAMAGE_OF_RULE)
    ranks = np.array([order.index(r.id) if r.id in order else -1 for r in rules.rules], np.int64)
    rank = ranks[episodes.rule]
    told = np.flatnonzero(rank >= 0)
    told = told[np.argsort(rank[told], kind="stable")]
    near = np.flatnonzero(np.isin(measured.meter, episodes.meter[told]))
    first, stop = _rows(measured.meter[near], measured.at[near], episodes.take(told))
    length = stop - first
    at = np.repeat(first - np.cumsum(length) + length, length) + np.arange(length.sum())
    rows, position = np.unique(at, return_inverse=True)
    owner = np.full((len(rows), 3), -1, dtype=np.int64)
    each = np.repeat(told, length)
    # The last of several writes stays: the rule of the highest rank.
    for phase in range(3):
        is_hit = np.isin(episodes.phase[each], (phase, WHOLE))
        owner[position[is_hit], phase] = each[is_hit]
    codes = np.array([CODES[DAMAGE_OF_RULE[rule]] for rule in order], dtype=np.uint8)
    return near[rows], owner, np.where(owner >= 0, codes[rank[owner]], 0).astype(np.uint8)


def _rows(
    meter: NDArray[np.int64], at: NDArray[np.int64], episodes: Episodes
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the first row of each episode and the one after its last."""
    in_order = _keys(meter, at)
    # After a gap the last reading before belongs to it.
    stop_at = episodes.ended_at + (episodes.ending == Ending.GAP)
    stop = np.where(episodes.ended_at == NAT, np.inf, stop_at)
    first = np.searchsorted(in_order, _keys(episodes.meter, episodes.started_at))
    return first, np.searchsorted(in_order, _keys(episodes.meter, stop))


def _keys(
    meter: NDArray[np.int64], at: NDArray[np.int64] | NDArray[np.float64]
) -> NDArray[np.complex128]:
    """Return meter and time as one number: NumPy sorts by the real part, then by the other."""
    keys = np.empty(len(meter), dtype=np.complex128)
    keys.real, keys.imag = meter, at
    return keys


def _hours(measured: Measured, longest_us: int) -> NDArray[np.float64]:
    """Return the time to the next reading of the same meter; before a gap, since the one before."""
    step = np.diff(measured.at)
    step = np.where((np.diff(measured.meter) == 0) & (step <= longest_us), step, -1)
    after = np.append(step, -1)
    before = np.insert(step, 0, -1)
    known = np.where(after >= 0, after, np.maximum(before, 0))
    return np.asarray(known[: len(measured)] / _HOUR_US)
