"""What episodes and outages say of a cause: hours, covers opened before, no supply (区段证据)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from powerchannel.theft.causes.catalogue import EPISODE_RULES, Floats, hours_of
from powerchannel.theft.electrical import ElectricalRules, Episodes, Outages
from powerchannel.times import NAT

__all__ = ["began_at", "episode_hours", "opened_before", "outage_share"]

_HOUR_US = 3_600_000_000
_DAY_US = 24 * _HOUR_US
_SECOND_US = 1_000_000
_COVERS = ("cover_opened", "terminal_cover_opened")
_NEVER = int(np.iinfo(np.int64).max)

_Ints = NDArray[np.int64]


def _of_rules(episodes: Episodes, rules: ElectricalRules, names: tuple[str, ...]) -> Episodes:
    places = [i for i, rule in enumerate(rules.rules) if rule.id in names]
    return episodes.take(np.isin(episodes.rule, places))


def episode_hours(
    episodes: Episodes, rules: ElectricalRules, meters: int, *, as_of: int
) -> dict[str, Floats]:
    """Return how long each rule spoke of each meter, on whichever phase (区段时长).

    Parameters
    ----------
    episodes : Episodes
        Of readings, of days, of events, merged.
    rules : ElectricalRules
        Those that they name.
    meters : int
        How many meters there are.
    as_of : int
        Until when what lasts is counted [microseconds UTC].

    Returns
    -------
    dict of str to ndarray of float64, shape (meters,)
        [h], added up over phases; an episode counts for a second at least, so that an event
        without an end is not nothing.
    """
    found = {}
    for rule in EPISODE_RULES:
        mine = _of_rules(episodes, rules, (rule,))
        ended = np.where(mine.ended_at == NAT, as_of, mine.ended_at)
        hours = np.maximum(ended - mine.started_at, _SECOND_US) / _HOUR_US
        found[hours_of(rule)] = np.bincount(mine.meter, hours, minlength=meters).astype(np.float64)
    return found


def began_at(episodes: Episodes, rules: ElectricalRules, meters: int) -> _Ints:
    """Return when the first episode of each meter began, covers aside; NAT without (异常起始).

    Returns
    -------
    ndarray of int64, shape (meters,)
        Microseconds UTC.
    """
    names = tuple(rule for rule in EPISODE_RULES if rule not in _COVERS)
    mine = _of_rules(episodes, rules, names)
    first = np.full(meters, _NEVER)
    np.minimum.at(first, mine.meter, mine.started_at)
    return np.where(first == _NEVER, NAT, first)


def opened_before(
    episodes: Episodes, rules: ElectricalRules, since: _Ints, *, within_days: int = 30
) -> Floats:
    """Return whose cover was opened shortly before something began, or with it (先行开盖).

    Parameters
    ----------
    episodes : Episodes
        With those of meter events.
    rules : ElectricalRules
        Those that they name.
    since : ndarray of int64, shape (meters,)
        When it began [microseconds UTC]; NAT: nothing did.
    within_days : int
        What is shortly [d]; up to an hour after the start is still before it.

    Returns
    -------
    ndarray of float64, shape (meters,)
        1 and 0; NaN where nothing began.
    """
    covers = _of_rules(episodes, rules, _COVERS)
    began = since[covers.meter]
    is_before = (covers.started_at >= began - within_days * _DAY_US) & (
        covers.started_at <= began + _HOUR_US
    )
    opened = np.zeros(len(since))
    opened[covers.meter[is_before & (began != NAT)]] = 1.0
    return np.where(since == NAT, np.nan, opened)


def outage_share(outages: Outages, since: _Ints, until: _Ints) -> Floats:
    """Return how much of the time of an anomaly there was no supply (停电占比).

    Parameters
    ----------
    outages : Outages
        Of the meters, none over another.
    since, until : ndarray of int64, shape (meters,)
        When each anomaly began and ended [microseconds UTC]; NAT: none.

    Returns
    -------
    ndarray of float64, shape (meters,)
        0 to 1; NaN where there is none.
    """
    meter = outages.meter
    ended = np.where(outages.ended_at == NAT, until[meter], outages.ended_at)
    over = np.minimum(ended, until[meter]) - np.maximum(outages.started_at, since[meter])
    total = np.bincount(meter, np.maximum(over, 0).astype(np.float64), minlength=len(since))
    length = np.where((since == NAT) | (until == NAT), 0, until - since)
    nothing = np.full(len(since), np.nan)
    return np.asarray(np.divide(total, length, out=nothing, where=length > 0))
