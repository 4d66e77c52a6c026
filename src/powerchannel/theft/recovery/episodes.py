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
from powerchannel.theft.electrical.runs import Ending, rows_of
from powerchannel.theft.recovery.expected import CODES, WAYS, Damage, expected_power, row_means
from powerchannel.theft.recovery.healthy import LEARNT, healthy_ratios
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

_STILL_TOLD = "neutral_current_mismatch"
"""Where little is used the currents differ by less than the rule asks for; they still differ."""

_HOUR_US = 3_600_000_000
_DAY_US = 24 * _HOUR_US
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
    is_own : ndarray of bool, of shape (k,)
        Where power flows backwards by the load itself: nothing is wrong with the circuit, and
        nothing is lost.
    """

    kwh: NDArray[np.float64]
    low_kwh: NDArray[np.float64]
    high_kwh: NDArray[np.float64]
    hours: NDArray[np.float64]
    is_own: NDArray[np.bool_]


def lost_in_episodes(
    measured: Measured,
    points: Points,
    episodes: Episodes,
    rules: ElectricalRules,
    *,
    balance_ratio: float,
    unbalance_ratio: float,
) -> EpisodeLosses:
    """Return what was not recorded in each episode (各区段少计电量).

    As `lost_by_phases`, for all episodes at once. A phase that two episodes speak of at a time is
    counted in one of them, so that losses may be added up. How much a phase takes beside the
    others is learnt from the readings before the first episode of its meter, where they make a
    day (`healthy_ratios`). Between two episodes of a neutral that carries more, at most a day
    apart, what it carries more is counted with the first of them.

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
    unbalance_ratio : float
        By how much more, of a phase without current whose share of the load no readings show.

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
    >>> ratios = {"balance_ratio": 0.02, "unbalance_ratio": 0.2}
    >>> lost_in_episodes(measured, points, episodes, rules, **ratios).kwh
    array([264.])
    """
    rows, owner, damage = _painted(measured, episodes, rules)
    taken = measured.take(rows)
    wiring = points.wiring[taken.meter]
    every_hours = _hours(measured, rules.gap.minutes * _MINUTE_US)
    ratios = _ratios(measured, points, every_hours, rows, taken.meter, damage)
    by_others = expected_power(taken, wiring, damage)
    is_guessed = (np.isnan(ratios) & ~np.isnan(by_others)).any(axis=0)
    ways = row_means(by_others * np.where(np.isnan(ratios), 1.0, ratios)) - taken.power
    hours = every_hours[rows]
    is_guessed &= damage == CODES["current"]
    margins = balance_ratio + np.where(is_guessed, unbalance_ratio, 0.0)
    weight = hours * points.ratio[taken.meter]
    is_told = (owner >= 0) & ~np.isnan(ways).any(axis=0)
    count = len(episodes)

    def summed(values: NDArray[np.float64]) -> NDArray[np.float64]:
        total = np.bincount(owner[is_told], weights=values[is_told], minlength=count)
        return total.astype(np.float64)

    energy = np.stack([summed(ways[way] * weight[:, None]) for way in range(WAYS)])
    told = summed(np.broadcast_to(hours[:, None], owner.shape))
    margin = np.abs(summed(ways.mean(axis=0) * weight[:, None] * margins))
    return _losses(energy, told, margin, _is_own(owner, damage, ways, count))


def _ratios(
    measured: Measured,
    points: Points,
    hours: NDArray[np.float64],
    rows: NDArray[np.int64],
    meter: NDArray[np.int64],
    damage: NDArray[np.uint8],
) -> NDArray[np.float64]:
    """Return what each way is multiplied by: learnt before the first of the rows of each meter."""
    meters, first, group = np.unique(meter, return_index=True, return_inverse=True)
    own, began = measured.meter, np.searchsorted(measured.meter, meters)
    before = rows_of(began, rows[first])
    healthy = measured.take(before)
    wiring, whose = points.wiring[healthy.meter], np.searchsorted(meters, own[before])
    learnt = healthy_ratios(healthy, wiring, hours[before], whose, len(meters))
    out = np.ones((WAYS, *damage.shape))
    for i, name in enumerate(LEARNT):
        out = np.where(damage == CODES[name], learnt[i][:, group], out)
    return out


def _losses(
    energy: NDArray[np.float64],
    told: NDArray[np.float64],
    margin: NDArray[np.float64],
    is_own: NDArray[np.bool_],
) -> EpisodeLosses:
    kwh = np.where((told > 0.0) & ~is_own, energy.mean(axis=0), np.nan)
    low, high = energy.min(axis=0) - margin, energy.max(axis=0) + margin
    return EpisodeLosses(
        kwh=kwh,
        low_kwh=np.where(kwh >= 0.0, np.maximum(low, 0.0), low),
        high_kwh=np.where(kwh >= 0.0, high, np.minimum(high, 0.0)),
        hours=told,
        is_own=is_own,
    )


def _is_own(
    owner: NDArray[np.int64], damage: NDArray[np.uint8], ways: NDArray[np.float64], count: int
) -> NDArray[np.bool_]:
    """Return the episodes in which most of what flows backwards is as it should be."""
    is_back = (owner >= 0) & (damage == CODES["direction"])
    is_right = is_back & (ways == 0.0).all(axis=0)
    right, all_ = (np.bincount(owner[rows], minlength=count) for rows in (is_right, is_back))
    return right * 2 > all_


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
    mine = episodes.take(told)
    first, stop = _rows(measured.meter[near], measured.at[near], mine)
    stop = np.where(
        _goes_on(mine, ranks[mine.rule] == order.index(_STILL_TOLD)), _next(first), stop
    )
    rows, position = np.unique(rows_of(first, stop), return_inverse=True)
    owner = np.full((len(rows), 3), -1, dtype=np.int64)
    each = np.repeat(told, stop - first)
    # The last of several writes stays: the rule of the highest rank.
    for phase in range(3):
        is_hit = np.isin(episodes.phase[each], (phase, WHOLE))
        owner[position[is_hit], phase] = each[is_hit]
    codes = np.array([CODES[DAMAGE_OF_RULE[rule]] for rule in order], dtype=np.uint8)
    return near[rows], owner, np.where(owner >= 0, codes[rank[owner]], 0).astype(np.uint8)


def _goes_on(episodes: Episodes, is_still_told: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which episodes the next one of the same rule follows within a day."""
    same = is_still_told
    for column in (episodes.rule, episodes.meter, episodes.phase.astype(np.int64)):
        same = same & (_next(column) == column)
    wait = _next(episodes.started_at) - episodes.ended_at
    return same & (wait >= 0) & (wait <= _DAY_US)


def _next(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return what follows each; of the last one itself."""
    return np.append(values[1:], values[-1:])


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
