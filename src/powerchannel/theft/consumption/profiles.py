"""One day's load profile beside the customer's own days when nothing was wrong (日负荷曲线特征).

The days it is held against are given once, such as the first four weeks of a meter; no feature sees
how many decimals a value has. A day alone says little of a home: what goes on for weeks is seen in
the means of the days up to it (`trailing_means`), as they were reported.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.text import Text
from powerchannel.theft.consumption.days import Floats
from powerchannel.theft.consumption.features import Features
from powerchannel.theft.consumption.runs import longest_run

__all__ = ["PROFILE_FEATURES", "OwnDays", "direction", "profile_features", "trailing_means"]

_CHUNK = 1 << 10
_FLOOR = 0.02
"""Of the mean slot: what is added before taking logs."""
_LEVELS = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0)
_PARTS = 6

_LEVEL_NAMES = {f"level_{round(100 * share)}": share for share in _LEVELS}
_PART_NAMES = tuple(f"part_{number}" for number in range(1, _PARTS + 1))

PROFILE_FEATURES: dict[str, Text] = {
    "total": Text("日电量比自身（对数）", "day beside own days (log)"),
    "total_sigmas": Text("日电量偏离自身（标准差）", "day beside own days (deviations)"),
    "total_rank": Text("自身更低天数占比", "share of own days with less"),
    "weekday": Text("比自身同类日（对数）", "beside own days of that part of the week (log)"),
    **{
        name: Text(f"{share:.0%}分位比自身（对数）", f"{share:.0%} quantile beside own (log)")
        for name, share in _LEVEL_NAMES.items()
    },
    **{
        f"{name}_sigmas": Text(
            f"{share:.0%}分位偏离自身（标准差）", f"{share:.0%} quantile beside own (deviations)"
        )
        for name, share in _LEVEL_NAMES.items()
    },
    **{
        name: Text(f"第{number}时段比自身（对数）", f"sixth {number} of the day beside own (log)")
        for number, name in enumerate(_PART_NAMES, start=1)
    },
    "parts_spread": Text("各时段偏离之差", "spread of the sixths beside own"),
    "night": Text("夜昼比偏离（对数）", "night to day beside own (log)"),
    "correlation": Text("与自身平均曲线的相关", "correlation with the own mean profile"),
    "reversed": Text("与反转平均曲线的相关", "correlation with its reverse"),
    "forward": Text("正反相关之差", "the one less the other"),
    "nearest": Text("与最相似日的相关", "correlation with the most similar own day"),
    "nearest_reversed": Text("与反转最相似日的相关", "correlation with the most similar reversed"),
    "nearest_forward": Text("最相似日正反之差", "the one less the other"),
    "nearest_distance": Text("与最近日的距离（对数）", "distance to the nearest own day (log)"),
    "spread": Text("离散比自身（对数）", "coefficient of variation beside own (log)"),
    "roughness": Text("逐点变化比自身（对数）", "change from slot to slot beside own (log)"),
    "roughness_sigmas": Text("逐点变化偏离自身（标准差）", "the same in deviations"),
    "low_roughness": Text("低负荷逐点变化比自身", "the same where load is usually low"),
    "lag_1": Text("逐点自相关", "correlation of neighbouring slots"),
    "lag_1_sigmas": Text("逐点自相关偏离自身（标准差）", "the same beside own (deviations)"),
    "skewness": Text("偏度偏离自身", "skewness of slots beside own"),
    "uniformity": Text("上下半幅之比", "upper over lower half of the spread (log)"),
    "rise_skewness": Text("升降不对称偏离自身", "asymmetry of rises and falls beside own"),
    "centre": Text("用电重心偏离自身（占一日）", "centre of use beside own (share of a day)"),
    "residual": Text("逐点偏离自身的离散", "spread of slots beside the own mean profile (logs)"),
    "below": Text("低于自身最小值的占比", "share of slots below the own least"),
    "above": Text("高于自身最大值的占比", "share of slots above the own greatest"),
    "zero_run": Text("最长连续零点", "longest run of slots without use"),
    "zero_run_own": Text("超出自身的零点", "the same beyond the own longest"),
    "same_run": Text("最长连续相同点", "longest run of equal slots with use"),
    "distinct": Text("不同值的占比", "different values beside slots"),
    "ceiling": Text("最大值与均值之比（对数）", "largest slot beside the mean (log)"),
    "floor": Text("最小值与均值之比（对数）", "smallest slot beside the mean (log)"),
}
"""Every feature of a day by its name (日曲线特征)."""


@frozen(eq=False, slots=False)
class OwnDays:
    """Days of many customers when nothing was wrong (自身正常日).

    Parameters
    ----------
    energy : ndarray of float64, shape (customers, days, slots)
        [kWh] a slot; nothing is missing.
    on : ndarray of datetime64[D], shape (customers, days)
        Which days they are.

    Raises
    ------
    ValueError
        When shapes do not fit, there are fewer than two days, or something is missing.
    """

    energy: Floats
    on: NDArray[np.datetime64]

    def __attrs_post_init__(self) -> None:
        if self.energy.ndim != 3 or self.energy.shape[:2] != self.on.shape:
            raise ValueError(
                f"energy of shape {self.energy.shape} for days of shape {self.on.shape}; give "
                "customers x days x slots and customers x days"
            )
        if self.energy.shape[1] < 2 or self.energy.shape[2] < _PARTS:
            raise ValueError("give two days of six slots at least")
        if not bool(np.isfinite(self.energy).all()):
            raise ValueError("nothing may be missing in own days; leave such days out")

    @cached_property
    def mean(self) -> Floats:
        """The mean slot of each customer [kWh]; never 0 (均值)."""
        return np.asarray(np.maximum(self.energy.mean(axis=(1, 2)), 1e-6))

    @cached_property
    def scaled(self) -> Floats:
        """The energies beside that mean (标准化)."""
        return np.asarray(self.energy / self.mean[:, None, None])

    @cached_property
    def profile(self) -> Floats:
        """The mean profile, shape (customers, slots) (平均曲线)."""
        return np.asarray(self.scaled.mean(axis=1))

    @cached_property
    def described(self) -> dict[str, tuple[Floats, Floats]]:
        """Mean and deviation over own days of what a day is described by (自身分布)."""
        found = _described(self.scaled)
        spreads = {name: np.maximum(each.std(axis=1), 0.02) for name, each in found.items()}
        return {name: (each.mean(axis=1), spreads[name]) for name, each in found.items()}

    @cached_property
    def halves(self) -> Floats:
        """Log of the mean on workdays and on weekends, shape (customers, 2) (工作日与周末)."""
        is_weekend = _is_weekend(self.on)
        totals = self.scaled.mean(axis=2)
        out = np.empty((len(totals), 2))
        for part, here in enumerate((~is_weekend, is_weekend)):
            count = here.sum(axis=1)
            mean = (totals * here).sum(axis=1) / np.maximum(count, 1)
            out[:, part] = np.where(count > 0, mean, totals.mean(axis=1))
        return np.log(out + _FLOOR)

    @cached_property
    def directions(self) -> Floats:
        """Each day's profile about its mean, of length 1: (customers, days, slots) (方向)."""
        return direction(self.scaled)


def profile_features(
    energy: Floats, on: NDArray[np.datetime64], own: OwnDays, customer: NDArray[np.integer]
) -> Features:
    """Describe days by how they differ from the customer's own (日负荷曲线特征).

    Parameters
    ----------
    energy : ndarray of float64, shape (days, slots)
        [kWh] a slot; nothing is missing.
    on : ndarray of datetime64[D], shape (days,)
        Which day each is.
    own : OwnDays
        What it is held against.
    customer : ndarray of int, shape (days,)
        The row of `own` of each day.

    Raises
    ------
    ValueError
        When lengths or slots differ, or something is missing.

    Examples
    --------
    >>> use = np.tile(1.0 + np.sin(np.linspace(0, 6, 48)), (1, 28, 1))
    >>> use += np.random.default_rng(0).uniform(0, 0.1, use.shape)
    >>> own = OwnDays(use, np.arange("2025-03-01", "2025-03-29", dtype="datetime64[D]")[None])
    >>> days = np.stack([use[0, 0], use[0, 0] / 4, use[0, 0][::-1]])
    >>> found = profile_features(days, own.on[0, :3], own, np.zeros(3, int))
    >>> found["total"][1].round(1), (found["forward"] > 0).tolist()
    (np.float64(-1.3), [True, True, False])
    """
    if energy.shape != (len(on), own.energy.shape[2]) or len(customer) != len(on):
        raise ValueError(
            f"energy of shape {energy.shape}, {len(on)} days, {len(customer)} customers; give "
            f"{own.energy.shape[2]} slots a day, as the own days have"
        )
    if not bool(np.isfinite(energy).all()):
        raise ValueError("nothing may be missing in a day; leave such days out")
    values = np.empty((len(energy), len(PROFILE_FEATURES)))
    for first in range(0, len(energy), _CHUNK):
        rows = slice(first, first + _CHUNK)
        found = dict(_beside(energy[rows], on[rows], own, customer[rows]))
        for column, name in enumerate(PROFILE_FEATURES):
            values[rows, column] = found[name]
    return Features(names=tuple(PROFILE_FEATURES), values=values)


def trailing_means(found: Features, customer: NDArray[np.integer], days: int) -> Features:
    """Return the means of each customer's last days, up to each day (滑动均值).

    Parameters
    ----------
    found : Features
        Of days, those of a customer together and one after another.
    customer : ndarray of int, shape (days,)
        Whose each is.
    days : int
        How many; fewer where a customer has no more yet.

    Returns
    -------
    Features
        The names end in the number of days.

    Raises
    ------
    ValueError
        When lengths differ, or the days of a customer are not together.

    Examples
    --------
    >>> found = Features(names=("total",), values=np.array([[1.0], [3.0], [5.0], [9.0]]))
    >>> trailing_means(found, np.array([0, 0, 0, 1]), 2).values[:, 0].tolist()
    [1.0, 2.0, 4.0, 9.0]
    """
    if len(customer) != len(found.values):
        raise ValueError(f"{len(customer)} customers for {len(found.values)} days; give one each")
    starts = np.flatnonzero(np.diff(customer, prepend=customer[:1] - 1))
    if len(np.unique(customer[starts])) < len(starts):
        raise ValueError("the days of a customer must be together")
    place = np.arange(len(customer))
    first = starts[np.searchsorted(starts, place, side="right") - 1]
    number = np.minimum(place - first + 1, days)
    total = np.zeros_like(found.values)
    for back in range(min(days, len(customer))):
        rows = place[number > back]
        total[rows] += found.values[rows - back]
    names = tuple(f"{name}_{days}" for name in found.names)
    return Features(names=names, values=total / number[:, None])


def _beside(
    energy: Floats, on: NDArray[np.datetime64], own: OwnDays, who: NDArray[np.integer]
) -> Iterator[tuple[str, Floats]]:
    days = energy / own.mean[who, None]
    found = {name: each[:, 0] for name, each in _described(days[:, None]).items()}
    apart = {name: each - own.described[name][0][who] for name, each in found.items()}
    sigmas = {name: each / own.described[name][1][who] for name, each in apart.items()}
    yield from {name: apart[name] for name in _PLAIN}.items()
    yield from {f"{name}_sigmas": sigmas[name] for name in _BY_SIGMA}.items()
    yield "lag_1", found["lag_1"]
    yield "uniformity", found["uniformity"]
    yield from _levels_beside(days, on, own, who).items()
    parts = np.stack([apart[name] for name in _PART_NAMES], axis=1)
    yield "parts_spread", parts.std(axis=1)
    yield from _similarity(days, own, who).items()
    yield from _slots_beside(days, own, who).items()
    yield from _written(days, own, who).items()


_PLAIN = (
    "total",
    *_LEVEL_NAMES,
    *_PART_NAMES,
    "night",
    "spread",
    "roughness",
    "skewness",
    "rise_skewness",
    "centre",
)
_BY_SIGMA = ("total", *_LEVEL_NAMES, "roughness", "lag_1")


def _described(days: Floats) -> dict[str, Floats]:
    """Describe days of shape (customers, days, slots), in units of the customer's mean slot."""
    mean = days.mean(axis=2)
    centred = days - mean[..., None]
    deviation = days.std(axis=2)
    steps = np.diff(days, axis=2)
    beside = mean + _FLOOR
    levels = np.quantile(days, _LEVELS, axis=2)
    parts = np.stack([p.mean(axis=2) for p in np.array_split(days, _PARTS, axis=2)])
    products = (centred[..., 1:] * centred[..., :-1]).mean(axis=2)
    slot = (np.arange(days.shape[2]) + 0.5) / days.shape[2]
    width = levels[5] - levels[3] + _FLOOR * beside, levels[3] - levels[1] + _FLOOR * beside
    return {
        "total": np.log(beside),
        **{name: np.log(level + _FLOOR) for name, level in zip(_LEVEL_NAMES, levels, strict=True)},
        **{name: np.log(part + _FLOOR) for name, part in zip(_PART_NAMES, parts, strict=True)},
        "night": np.log(parts[0] + parts[1] + _FLOOR) - np.log(parts[2:].sum(axis=0) + _FLOOR),
        "spread": np.log(deviation / beside + _FLOOR),
        "roughness": np.log(np.abs(steps).mean(axis=2) / beside + _FLOOR),
        "lag_1": products / (deviation**2 + 1e-9),
        "skewness": (centred**3).mean(axis=2) / (deviation**3 + 1e-6),
        "rise_skewness": (steps**3).mean(axis=2) / ((steps**2).mean(axis=2) ** 1.5 + 1e-6),
        "centre": (days @ slot) / (days.sum(axis=2) + 1e-6) - 0.5,
        "uniformity": np.log(width[0]) - np.log(width[1]),
    }


def _levels_beside(
    days: Floats, on: NDArray[np.datetime64], own: OwnDays, who: NDArray[np.integer]
) -> dict[str, Floats]:
    mean = days.mean(axis=1)
    half = _is_weekend(on).astype(np.int64)
    return {
        "total_rank": (own.scaled.mean(axis=2)[who] < mean[:, None]).mean(axis=1),
        "weekday": np.log(mean + _FLOOR) - own.halves[who, half],
        "ceiling": np.log((days.max(axis=1) + _FLOOR) / (mean + _FLOOR)),
        "floor": np.log((days.min(axis=1) + _FLOOR) / (mean + _FLOOR)),
    }


def _similarity(days: Floats, own: OwnDays, who: NDArray[np.integer]) -> dict[str, Floats]:
    """Compare shapes, forward and reversed, with the mean profile and with the nearest day."""
    mine, usual = direction(days), direction(own.profile)[who]
    forward, backward = (mine * usual).sum(axis=1), (mine * usual[:, ::-1]).sum(axis=1)
    theirs = own.directions[who]
    near = np.einsum("nds,ns->nd", theirs, mine).max(axis=1)
    near_back = np.einsum("nds,ns->nd", theirs, mine[:, ::-1]).max(axis=1)
    gaps = np.abs(own.scaled[who] - days[:, None]).mean(axis=2).min(axis=1)
    return {
        "correlation": forward,
        "reversed": backward,
        "forward": forward - backward,
        "nearest": near,
        "nearest_reversed": near_back,
        "nearest_forward": near - near_back,
        "nearest_distance": np.log(gaps + _FLOOR),
    }


def _slots_beside(days: Floats, own: OwnDays, who: NDArray[np.integer]) -> dict[str, Floats]:
    usual = own.profile[who]
    logs = np.log(days + _FLOOR) - np.log(usual + _FLOOR)
    is_low = usual <= np.median(usual, axis=1)[:, None]
    steps, low = _relative_steps(days), is_low[:, 1:]
    theirs = _relative_steps(own.scaled).mean(axis=1)[who]
    count = np.maximum(low.sum(axis=1), 1)
    return {
        "residual": logs.std(axis=1),
        "low_roughness": ((steps - theirs) * low).sum(axis=1) / count,
        "below": (days < own.scaled.min(axis=1)[who]).mean(axis=1),
        "above": (days > own.scaled.max(axis=1)[who]).mean(axis=1),
    }


def _relative_steps(days: Floats) -> Floats:
    """Return how many times as much each slot is as the one before, as logs without sign."""
    beside = days / (days.mean(axis=-1, keepdims=True) + _FLOOR)
    return np.asarray(np.abs(np.diff(np.log(beside + _FLOOR), axis=-1)))


def _written(days: Floats, own: OwnDays, who: NDArray[np.integer]) -> dict[str, Floats]:
    """Look at what stands still: nothing, or one value, slot after slot."""
    customers, count, slots = own.scaled.shape
    theirs = longest_run(own.scaled.reshape(-1, slots) <= 0).reshape(customers, count)
    zeros = longest_run(days <= 0)
    ordered = np.sort(days, axis=1)
    return {
        "zero_run": zeros,
        "zero_run_own": zeros - theirs.max(axis=1)[who],
        "same_run": longest_run((days[:, 1:] == days[:, :-1]) & (days[:, 1:] > 0)),
        "distinct": (1 + (np.diff(ordered, axis=1) > 0).sum(axis=1)) / slots,
    }


def direction(days: Floats) -> Floats:
    """Return profiles about their mean, of length 1; 0 where a day is flat (曲线方向).

    Examples
    --------
    >>> direction(np.array([[1.0, 3.0, 1.0, 3.0], [2.0, 2.0, 2.0, 2.0]])).tolist()
    [[-0.5, 0.5, -0.5, 0.5], [0.0, 0.0, 0.0, 0.0]]
    """
    centred = days - days.mean(axis=-1, keepdims=True)
    length = np.sqrt((centred**2).sum(axis=-1, keepdims=True))
    return np.asarray(centred / np.where(length > 1e-9, length, 1.0) * (length > 1e-9))


def _is_weekend(on: NDArray[np.datetime64]) -> NDArray[np.bool_]:
    return np.asarray((on.astype("datetime64[D]").astype(np.int64) + 3) % 7 >= 5)
