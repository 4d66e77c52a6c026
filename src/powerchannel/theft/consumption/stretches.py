"""The last days as one stretch of load, beside the customer's own days (连续日负荷特征).

An attack that goes on leaves in a stretch what no day shows: noise in every slot leaves no quiet
hours, reversed days have their mean profile reversed, a factor moves all levels alike while a
change of season moves the upper ones more. Some numbers are held against the own days, others
stand by themselves, as a customer's first weeks may be of another season.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from powerchannel.text import Text
from powerchannel.theft.consumption.days import Floats
from powerchannel.theft.consumption.features import Features
from powerchannel.theft.consumption.profiles import OwnDays, direction

__all__ = ["STRETCH_FEATURES", "stretch_features"]

_Rows: TypeAlias = NDArray[np.integer]

_CHUNK = 1 << 9
_LEVEL_FLOOR, _STEP_FLOOR, _SLOT_FLOOR, _SHAPE_FLOOR = 0.01, 0.003, 0.02, 0.05
"""Of the mean slot: what is added before taking logs."""
_LEVELS = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
_STEPS = (0.1, 0.25, 0.5, 0.75, 0.9)
_LEAST_FACTOR, _MOST_FACTOR = 0.1, 0.8
"""Between which the noise of the attacks h3 and h4 lies."""

_LEVEL_NAMES = tuple(f"level_{round(100 * share)}" for share in _LEVELS)
_STEP_NAMES = tuple(f"step_{round(100 * share)}" for share in _STEPS)
_RATIO_NAMES = tuple(f"ratio_{round(100 * share)}" for share in _STEPS)

_BESIDE: dict[str, Text] = {
    **{
        name: Text(f"{share:.0%}分位（对数）", f"{share:.0%} quantile of slots (log)")
        for name, share in zip(_LEVEL_NAMES, _LEVELS, strict=True)
    },
    **{
        name: Text(f"逐点变化{share:.0%}分位（对数）", f"{share:.0%} quantile of steps (log)")
        for name, share in zip(_STEP_NAMES, _STEPS, strict=True)
    },
    **{
        name: Text(
            f"逐点对数变化{share:.0%}分位（对数）", f"{share:.0%} quantile of steps of logs (log)"
        )
        for name, share in zip(_RATIO_NAMES, _STEPS, strict=True)
    },
    "quiet_eighth": Text("最平静的八分之一日（对数）", "quietest eighth of a day (log)"),
    "quiet_quarter": Text("最平静的四分之一日（对数）", "quietest quarter of a day (log)"),
    "total": Text("日均电量（对数）", "mean (log)"),
    "lag_1": Text("对数逐点自相关", "correlation of the logs of neighbouring slots"),
    "lag_2": Text("对数隔点自相关", "the same of every other slot"),
    "step_skewness": Text("对数变化偏度", "skewness of steps of logs"),
    "rise_skewness": Text("变化偏度", "skewness of steps"),
    "noise_gap": Text("与均匀噪声之差", "distance from noise about the day's mean"),
    "noise_gap_least": Text("与均匀噪声之最小差", "the same of the day nearest to it"),
    "zero_share": Text("零点占比", "share of slots without use"),
}
_ITSELF = (
    "ratio_10",
    "ratio_25",
    "ratio_50",
    "quiet_eighth",
    "quiet_quarter",
    "lag_1",
    "lag_2",
    "noise_gap",
    "noise_gap_least",
    "zero_share",
    "step_skewness",
)

STRETCH_FEATURES: dict[str, Text] = {
    **{
        name: Text(f"{text.zh}，比自身", f"{text.en}, beside own") for name, text in _BESIDE.items()
    },
    **{f"{name}_itself": _BESIDE[name] for name in _ITSELF},
    "forward": Text("与自身平均曲线的相关", "correlation with the own mean profile"),
    "reversed": Text("与反转平均曲线的相关", "correlation with its reverse"),
    "forward_less": Text("正反相关之差", "the one less the other"),
    "log_forward": Text("对数曲线的相关", "correlation of the logs of mean profiles"),
    "log_forward_less": Text("对数曲线正反相关之差", "the same less that with the reverse"),
    "levels_spread": Text("各分位变化之离散", "spread of how levels changed"),
    "levels_least": Text("各分位变化之最小", "least of how levels changed"),
    "levels_most": Text("各分位变化之最大", "most of how levels changed"),
    "steps_spread": Text("各变化分位之离散", "spread of how steps changed"),
    "steps_most": Text("各变化分位之最大", "most of how steps changed"),
    "base_apart": Text("基荷与均值变化之差", "how the base changed apart from the mean"),
    "top_to_base": Text("峰荷与基荷变化之差", "how the top changed less how the base did"),
}
"""Every feature of a stretch by its name (连续日特征)."""


def stretch_features(
    energy: Floats, own: OwnDays, customer: _Rows, days: int, *, at: _Rows | None = None
) -> Features:
    """Describe each day with those before it as one stretch (连续日负荷特征).

    Parameters
    ----------
    energy : ndarray of float64, shape (days, slots)
        [kWh] a slot; nothing is missing. The days of a customer together, one after another.
    own : OwnDays
        What it is held against.
    customer : ndarray of int, shape (days,)
        The row of `own` of each day.
    days : int
        How many a stretch has; where a customer has no more yet, those there are.
    at : ndarray of int, optional
        The rows to describe, such as the last of each customer; all if left out. On one core a
        stretch of 28 days of 48 slots takes about 0.6 ms, one of a week 0.1 ms.

    Returns
    -------
    Features
        A row for each of `at`; the names end in the number of days.

    Raises
    ------
    ValueError
        When lengths or slots differ, something is missing, or a customer's days are apart.

    Examples
    --------
    >>> use = np.tile(1.0 + np.sin(np.linspace(0, 6, 48)), (1, 28, 1))
    >>> use += np.random.default_rng(0).uniform(0, 0.1, use.shape)
    >>> own = OwnDays(use, np.arange("2025-03-01", "2025-03-29", dtype="datetime64[D]")[None])
    >>> weeks = np.concatenate([use[0, :7] / 4, use[0, :7, ::-1]])
    >>> found = stretch_features(weeks, own, np.zeros(14, int), 7, at=np.array([6, 13]))
    >>> found["total_7"].round(1).tolist(), (found["forward_less_7"] > 0).tolist()
    ([-1.4, 0.0], [True, False])
    """
    _checked(energy, own, customer)
    rows = np.arange(len(energy)) if at is None else np.asarray(at)
    usual = _described(own.scaled)
    values = np.empty((len(rows), len(STRETCH_FEATURES)))
    for first in range(0, len(rows), _CHUNK):
        some = rows[first : first + _CHUNK]
        who = customer[some]
        stretch = energy[_last(customer, some, days)] / own.mean[who, None, None]
        found = _beside(stretch, own.profile[who], {name: usual[name][who] for name in usual})
        for column, name in enumerate(STRETCH_FEATURES):
            values[first : first + _CHUNK, column] = found[name]
    return Features(names=tuple(f"{name}_{days}" for name in STRETCH_FEATURES), values=values)


def _checked(energy: Floats, own: OwnDays, customer: _Rows) -> None:
    if energy.shape != (len(customer), own.energy.shape[2]):
        raise ValueError(
            f"energy of shape {energy.shape}, {len(customer)} customers; give one each, and "
            f"{own.energy.shape[2]} slots a day, as the own days have"
        )
    if not bool(np.isfinite(energy).all()):
        raise ValueError("nothing may be missing in a day; leave such days out")
    starts = np.flatnonzero(np.diff(customer, prepend=customer[:1] - 1))
    if len(np.unique(customer[starts])) < len(starts):
        raise ValueError("the days of a customer must be together")


def _last(customer: _Rows, rows: _Rows, days: int) -> NDArray[np.intp]:
    """Return the rows of each one's last days; those there are over again where too few."""
    starts = np.flatnonzero(np.diff(customer, prepend=customer[:1] - 1))
    first = starts[np.searchsorted(starts, rows, side="right") - 1]
    count = np.minimum(rows - first + 1, days)
    return np.asarray(rows[:, None] - np.arange(days) % count[:, None], np.intp)


def _beside(days: Floats, profile: Floats, usual: Mapping[str, Floats]) -> dict[str, Floats]:
    here = _described(days)
    found = {name: value - usual[name] for name, value in here.items()}
    found |= {f"{name}_itself": here[name] for name in _ITSELF}
    levels = np.stack([found[name] for name in _LEVEL_NAMES])
    steps = np.stack([found[name] for name in _STEP_NAMES[1:]])
    return {
        **found,
        **_shape_beside(days.mean(axis=1), profile),
        "levels_spread": levels.std(axis=0),
        "levels_least": levels.min(axis=0),
        "levels_most": levels.max(axis=0),
        "steps_spread": steps.std(axis=0),
        "steps_most": steps.max(axis=0),
        "base_apart": np.abs(found["level_10"] - found["total"]),
        "top_to_base": found["level_90"] - found["level_10"],
    }


def _shape_beside(mean: Floats, profile: Floats) -> dict[str, Floats]:
    """Compare mean profiles, forward and reversed, as they are and as logs."""
    mine, usual = direction(mean), direction(profile)
    forward, backward = (mine * usual).sum(axis=1), (mine * usual[:, ::-1]).sum(axis=1)
    beside = mean / (mean.mean(axis=1, keepdims=True) + 1e-4)
    logs, own_logs = (
        direction(np.log(beside + _SHAPE_FLOOR)),
        direction(np.log(profile + _SHAPE_FLOOR)),
    )
    log_forward = (logs * own_logs).sum(axis=1)
    return {
        "forward": forward,
        "reversed": backward,
        "forward_less": forward - backward,
        "log_forward": log_forward,
        "log_forward_less": log_forward - (logs * own_logs[:, ::-1]).sum(axis=1),
    }


def _described(days: Floats) -> dict[str, Floats]:
    """Describe stretches of shape (stretches, days, slots), in units of the own mean slot."""
    mean = days.mean(axis=(1, 2))
    beside = days / (mean[:, None, None] + 1e-4)
    logs = np.log(beside + _SLOT_FLOOR)
    return {
        **_quantiles(_LEVEL_NAMES, days, _LEVELS, _LEVEL_FLOOR),
        **_quantiles(_STEP_NAMES, np.abs(np.diff(days, axis=2)), _STEPS, _STEP_FLOOR),
        **_noise(logs),
        "total": np.log(mean + _LEVEL_FLOOR),
        "rise_skewness": _skewness(np.diff(beside, axis=2)),
        **_uniform_noise(days),
        "zero_share": (days <= 0).mean(axis=(1, 2)),
    }


def _quantiles(
    names: tuple[str, ...], values: Floats, shares: tuple[float, ...], floor: float
) -> dict[str, Floats]:
    found = np.quantile(values.reshape(len(values), -1), shares, axis=1)
    return {name: np.log(each + floor) for name, each in zip(names, found, strict=True)}


def _noise(logs: Floats) -> dict[str, Floats]:
    """Tell use that goes on from slot to slot from noise, which knows no quiet hours."""
    steps = np.diff(logs, axis=2)
    size = np.abs(steps)
    sums = np.cumsum(np.pad(size, ((0, 0), (0, 0), (1, 0))), axis=2)
    centred = logs - logs.mean(axis=2, keepdims=True)
    variance = (centred**2).mean(axis=2) + 1e-3
    return {
        **_quantiles(_RATIO_NAMES, size, _STEPS, _LEVEL_FLOOR),
        "quiet_eighth": _quietest(sums, logs.shape[2] // 8),
        "quiet_quarter": _quietest(sums, logs.shape[2] // 4),
        **{
            f"lag_{lag}": ((centred[..., lag:] * centred[..., :-lag]).mean(axis=2) / variance).mean(
                axis=1
            )
            for lag in (1, 2)
        },
        "step_skewness": _skewness(steps),
    }


def _quietest(sums: Floats, slots: int) -> Floats:
    """Return the least mean step over so many slots, a mean over days (log)."""
    width = max(slots, 1)
    least = ((sums[..., width:] - sums[..., :-width]) / width).min(axis=2)
    return np.asarray(np.log(least.mean(axis=1) + _LEVEL_FLOOR))


def _skewness(steps: Floats) -> Floats:
    cubes, squares = ((steps**power).mean(axis=(1, 2)) for power in (3, 2))
    return np.asarray(cubes / (squares**1.5 + 1e-3))


def _uniform_noise(days: Floats) -> dict[str, Floats]:
    """Return how far slots are from even noise about the day's mean (Kolmogorov's distance)."""
    slots, width = days.shape[2], _MOST_FACTOR - _LEAST_FACTOR
    middle = (_LEAST_FACTOR + _MOST_FACTOR) / 2
    beside = np.sort(days / (days.mean(axis=2, keepdims=True) + 1e-5) * middle, axis=2)
    expected = (np.arange(slots) + 0.5) / slots
    gap = np.abs(((beside - _LEAST_FACTOR) / width).clip(0, 1) - expected).max(axis=2)
    return {"noise_gap": gap.mean(axis=1), "noise_gap_least": gap.min(axis=1)}
