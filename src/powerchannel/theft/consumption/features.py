"""What daily use tells of a customer, as named numbers (用电特征).

Each feature compares a customer with their own past, or, where peers are given, with customers of
the same kind. None of them sees how many decimals a value was written with, where in a file it
stood, or which other customers came with it: one customer alone has the same features.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pandas as pd
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.text import Text
from powerchannel.theft.consumption.days import Days, Floats, ratio
from powerchannel.theft.consumption.peers import Peers, day_factors
from powerchannel.theft.consumption.runs import longest_run, trailing_run
from powerchannel.theft.consumption.shifts import shift_features

__all__ = ["FEATURES", "Features", "features"]

_CHUNK = 1 << 14
"""Customers at a time: their matrices stay in the cache, and memory does not grow with all."""
_FLOOR_KWH = 0.01

FEATURES: dict[str, Text] = {
    "mean": Text("日均电量（对数）", "mean daily energy (log)"),
    "median": Text("日电量中位数（对数）", "median daily energy (log)"),
    "p10": Text("日电量10%分位（对数）", "10th percentile (log)"),
    "p25": Text("日电量25%分位（对数）", "25th percentile (log)"),
    "p75": Text("日电量75%分位（对数）", "75th percentile (log)"),
    "p90": Text("日电量90%分位（对数）", "90th percentile (log)"),
    "greatest": Text("最大日电量（对数）", "largest day (log)"),
    "least": Text("最小日电量（对数）", "smallest day (log)"),
    "deviation": Text("日电量标准差（对数）", "standard deviation (log)"),
    "variation": Text("变异系数", "coefficient of variation"),
    "fluctuation": Text("波动系数", "fluctuation (max - min) / max"),
    "log_deviation": Text("对数电量标准差", "deviation of logs"),
    "day_change": Text("逐日变化", "change from day to day, beside the mean"),
    "rise": Text("最大日增（对数）", "largest rise in a day (log)"),
    "fall": Text("最大日降（对数）", "largest fall in a day (log)"),
    "steepest": Text("最大逐日对数变化", "steepest change in a day (logs)"),
    "skewness": Text("对数电量偏度", "skewness of logs"),
    "kurtosis": Text("对数电量峰度", "kurtosis of logs"),
    "zero_share": Text("零电量天数占比", "share of days without use"),
    "zero_run": Text("最长连续零电量天数", "longest run of days without use"),
    "zero_changes": Text("用与不用的转换次数", "changes between use and none"),
    "missing_share": Text("缺失天数占比", "share of days not read"),
    "slope": Text("趋势（每日，占日均）", "trend a day, beside the mean"),
    "log_slope": Text("对数趋势", "trend of logs a day"),
    "halves": Text("后半比前半（对数）", "second half beside the first (log)"),
    "first_week": Text("首周偏离（对数）", "first week beside the mean (log)"),
    "last_week": Text("末周偏离（对数）", "last week beside the mean (log)"),
    "first_day": Text("首日偏离（对数）", "first day beside the mean (log)"),
    "last_day": Text("末日偏离（对数）", "last day beside the mean (log)"),
    "repeat_share": Text("与前一日相同的占比", "share of days equal to the day before"),
    "repeat_run": Text("最长相同天数", "longest run of equal days"),
    "repeat_tail": Text("末尾相同天数", "equal days at the end"),
    "lag_1": Text("一日自相关", "correlation with the day before"),
    "lag_2": Text("二日自相关", "correlation with two days before"),
    "lag_7": Text("七日自相关", "correlation with the week before"),
    "weekend": Text("周末比工作日（对数）", "weekends beside weekdays (log)"),
    "week_mean": Text("比上周同日（对数，平均）", "beside the week before (log, mean)"),
    "week_deviation": Text("比上周同日（标准差）", "beside the week before (deviation)"),
    "week_least": Text("比上周同日（最小）", "beside the week before (least)"),
    "week_last": Text("末周比前一周（对数）", "last week beside the one before (log)"),
    "split_gain": Text("突变显著度", "how clearly use changed once"),
    "split_ratio": Text("突变前后之比（对数）", "after beside before that change (log)"),
    "split_spread": Text("突变前后波动差", "change of variation there"),
    "split_zeros": Text("突变前后零电量差", "change of days without use there"),
    "least_ratio": Text("最大降幅（对数）", "deepest drop of any split (log)"),
    "greatest_ratio": Text("最大升幅（对数）", "highest rise of any split (log)"),
    "least_spread": Text("波动减少最多", "largest loss of variation"),
    "greatest_spread": Text("波动增加最多", "largest gain of variation"),
    "greatest_zeros": Text("零电量增加最多", "largest gain of days without use"),
    "peer_last": Text("末周偏离同类（对数）", "last week beside peers (log)"),
    "peer_deviation": Text("偏离同类的离散", "deviation from peers"),
    "peer_change": Text("偏离同类的离散变化", "change of the deviation from peers"),
    "peer_correlation": Text("与同类的相关", "correlation with peers"),
    "temperature": Text("与气温的相关", "correlation with temperature"),
}
"""Every feature by its name (全部特征)."""


@frozen(eq=False, kw_only=True)
class Features:
    """Named numbers of many customers (特征表).

    Parameters
    ----------
    names : tuple of str
        The columns.
    values : ndarray of float64, shape (customers, features)
        NaN where nothing can be said.
    """

    names: tuple[str, ...]
    values: Floats

    def __getitem__(self, name: str) -> Floats:
        return np.asarray(self.values[:, self.names.index(name)])

    def frame(self) -> pd.DataFrame:
        """Return them as a data frame, one column a feature (转为数据表)."""
        return pd.DataFrame(self.values, columns=list(self.names))


def features(
    energy: Floats,
    on: NDArray[np.datetime64],
    *,
    peers: Peers | None = None,
    kinds: Sequence[str] = (),
    temperature_c: Floats | None = None,
) -> Features:
    """Describe the daily use of customers by named numbers (用电特征).

    Parameters
    ----------
    energy : ndarray of float64, shape (customers, days)
        [kWh]; NaN where nothing was read.
    on : ndarray of datetime64[D], shape (days,)
        One day after another.
    peers : Peers, optional
        What customers of the same kind do; without, features beside peers are NaN.
    kinds : sequence of str, optional
        The kind of each customer.
    temperature_c : ndarray of float64, shape (days,), optional
        Of each day [°C]; without, the correlation with it is NaN.

    Raises
    ------
    ValueError
        When days are missing between others, or lengths differ.

    Examples
    --------
    >>> days = np.arange("2025-01-01", "2025-01-29", dtype="datetime64[D]")
    >>> use = np.r_[np.full(14, 10.0), np.full(14, 2.0)]
    >>> found = features(np.array([use, use[::-1]]), days)
    >>> found["halves"].round(2).tolist(), found["fluctuation"].tolist()
    ([-1.3, 1.3], [0.8, 0.8])
    """
    whole = Days(energy, on)
    expected = None if peers is None else peers.factors(kinds or [""] * len(energy), on)
    values = np.empty((len(energy), len(FEATURES)))
    for first in range(0, len(energy), _CHUNK):
        rows = slice(first, first + _CHUNK)
        known = None if expected is None else expected[rows]
        found = dict(_described(Days(whole.energy[rows], on), known, temperature_c))
        for column, name in enumerate(FEATURES):
            values[rows, column] = found[name]
    return Features(names=tuple(FEATURES), values=values)


def _described(
    days: Days, expected: Floats | None, temperature: Floats | None
) -> Iterator[tuple[str, Floats]]:
    parts: tuple[Callable[[Days], dict[str, Floats]], ...] = (
        _level,
        _variation,
        _shape,
        _zeros,
        _trend,
        _repeats,
        _rhythm,
        _weeks,
        shift_features,
    )
    for part in parts:
        yield from part(days).items()
    yield from _beside_peers(days, expected).items()
    nothing = np.full(len(days.energy), np.nan)
    yield "temperature", nothing if temperature is None else _correlation(days.logs, temperature)


def _logged(values: Floats) -> Floats:
    return np.log1p(np.maximum(values, 0.0))


def _level(days: Days) -> dict[str, Floats]:
    shares = {"p10": 0.1, "p25": 0.25, "median": 0.5, "p75": 0.75, "p90": 0.9}
    return {
        "mean": _logged(days.mean),
        **{name: _logged(days.quantile(share)) for name, share in shares.items()},
        "greatest": _logged(days.quantile(1)),
        "least": _logged(days.quantile(0)),
    }


def _deviation(values: Floats) -> Floats:
    """Return the standard deviation of what is there in each row."""
    there = ~np.isnan(values)
    count = there.sum(axis=1).astype(np.float64)
    filled = np.where(there, values, 0.0)
    mean = ratio(filled.sum(axis=1), count)
    squares = np.where(there, (filled - mean[:, None]) ** 2, 0.0).sum(axis=1)
    return np.sqrt(ratio(squares, count))


def _variation(days: Days) -> dict[str, Floats]:
    deviation, top = _deviation(days.energy), days.quantile(1)
    change = np.diff(days.energy, axis=1)
    moved = np.where(np.isnan(change), 0.0, change)
    pairs = (~np.isnan(change)).sum(axis=1).astype(np.float64)
    steep = np.abs(np.diff(days.logs, axis=1))
    return {
        "deviation": _logged(deviation),
        "variation": deviation / (np.maximum(days.mean, 0) + _FLOOR_KWH),
        "fluctuation": ratio(top - days.quantile(0), np.maximum(top, 0)),
        "log_deviation": _deviation(days.logs),
        "day_change": ratio(np.abs(moved).sum(axis=1), pairs)
        / (np.maximum(days.mean, 0) + _FLOOR_KWH),
        "rise": _logged(moved.max(axis=1, initial=0.0)),
        "fall": _logged(-moved.min(axis=1, initial=0.0)),
        "steepest": np.where(np.isnan(steep), 0.0, steep).max(axis=1, initial=0.0),
    }


def _centred(days: Days) -> Floats:
    """Return logs beside their mean; 0 where nothing was read."""
    logs = np.where(days.is_read, days.logs, 0.0)
    mean = ratio(logs.sum(axis=1), days.count)
    return np.where(days.is_read, logs - mean[:, None], 0.0)


def _shape(days: Days) -> dict[str, Floats]:
    centred = _centred(days)
    squares = centred * centred
    variance = ratio(squares.sum(axis=1), days.count)
    third = ratio((squares * centred).sum(axis=1), days.count)
    fourth = ratio((squares * squares).sum(axis=1), days.count)
    return {
        "skewness": third / (variance**1.5 + 1e-6),
        "kurtosis": fourth / (variance**2 + 1e-6),
    }


def _zeros(days: Days) -> dict[str, Floats]:
    is_zero = days.is_read & (days.filled <= 0)
    known = days.is_read[:, 1:] & days.is_read[:, :-1]
    return {
        "zero_share": ratio(is_zero.sum(axis=1).astype(np.float64), days.count),
        "zero_run": longest_run(is_zero),
        "zero_changes": ((is_zero[:, 1:] != is_zero[:, :-1]) & known).sum(axis=1) * 1.0,
        "missing_share": 1.0 - days.is_read.mean(axis=1),
    }


def _part_mean(days: Days, part: slice) -> Floats:
    """Return the mean of the logs of some days."""
    there = days.is_read[:, part]
    logs = np.where(there, days.logs[:, part], 0.0)
    return ratio(logs.sum(axis=1), there.sum(axis=1).astype(np.float64))


def _slope(values: Floats, there: NDArray[np.bool_]) -> Floats:
    """Return the slope of the least-squares line through what is there, a day."""
    time = np.arange(values.shape[1], dtype=np.float64)
    n = there.sum(axis=1).astype(np.float64)
    filled = np.where(there, values, 0.0)
    t, tt = (there * time).sum(axis=1), (there * time**2).sum(axis=1)
    x, tx = filled.sum(axis=1), (filled * time).sum(axis=1)
    return ratio(n * tx - t * x, n * tt - t**2)


def _trend(days: Days) -> dict[str, Floats]:
    half = days.energy.shape[1] // 2
    mean = _part_mean(days, slice(None))
    parts = {
        "first_week": slice(0, 7),
        "last_week": slice(-7, None),
        "first_day": slice(0, 1),
        "last_day": slice(-1, None),
    }
    return {
        "slope": _slope(days.energy, days.is_read) / (np.maximum(days.mean, 0) + _FLOOR_KWH),
        "log_slope": _slope(days.logs, days.is_read),
        "halves": _part_mean(days, slice(half, None)) - _part_mean(days, slice(0, half)),
        **{name: _part_mean(days, part) - mean for name, part in parts.items()},
    }


def _repeats(days: Days) -> dict[str, Floats]:
    later, earlier = days.energy[:, 1:], days.energy[:, :-1]
    same = (later == earlier) & (later > 0)
    pairs = (days.is_read[:, 1:] & days.is_read[:, :-1]).sum(axis=1).astype(np.float64)
    return {
        "repeat_share": ratio(same.sum(axis=1).astype(np.float64), pairs),
        "repeat_run": longest_run(same),
        "repeat_tail": trailing_run(same),
    }


def _rhythm(days: Days) -> dict[str, Floats]:
    centred = _centred(days)
    variance = ratio((centred**2).sum(axis=1), days.count)

    def lagged(lag: int) -> Floats:
        both = days.is_read[:, lag:] & days.is_read[:, :-lag]
        products = (centred[:, lag:] * centred[:, :-lag]).sum(axis=1)
        return ratio(products, both.sum(axis=1).astype(np.float64)) / (variance + 1e-6)

    is_weekend = days.weekday >= 5
    weekend, workday = (_mean_of(days, part) for part in (is_weekend, ~is_weekend))
    return {
        "lag_1": lagged(1),
        "lag_2": lagged(2),
        "lag_7": lagged(7),
        "weekend": _logged(weekend) - _logged(workday),
    }


def _mean_of(days: Days, part: NDArray[np.bool_]) -> Floats:
    count = days.is_read[:, part].sum(axis=1).astype(np.float64)
    return ratio(np.compress(part, days.filled, axis=1).sum(axis=1), count)


def _weeks(days: Days) -> dict[str, Floats]:
    """Compare each day with the same day of the week before."""
    logs = np.log(np.maximum(days.energy, 0.0) + 0.05)
    change = logs[:, 7:] - logs[:, :-7]
    there = ~np.isnan(change)
    count = there.sum(axis=1).astype(np.float64)
    filled = np.where(there, change, 0.0)
    least = np.where(there, change, np.inf).min(axis=1, initial=np.inf)
    last = there[:, -7:].sum(axis=1).astype(np.float64)
    return {
        "week_mean": ratio(filled.sum(axis=1), count),
        "week_deviation": _deviation(change),
        "week_least": np.where(np.isinf(least), np.nan, least),
        "week_last": ratio(filled[:, -7:].sum(axis=1), last),
    }


def _beside_peers(days: Days, expected: Floats | None) -> dict[str, Floats]:
    nothing = np.full(len(days.energy), np.nan)
    names = ("peer_last", "peer_deviation", "peer_change", "peer_correlation")
    if expected is None:
        return dict.fromkeys(names, nothing)
    with np.errstate(divide="ignore", invalid="ignore"):
        own = np.log(np.maximum(day_factors(days), 1e-3))
        rest = own - np.log(np.maximum(expected, 1e-3))
    there = ~np.isnan(rest)
    last = np.where(there, rest, 0.0)[:, -7:].sum(axis=1)
    half = rest.shape[1] // 2
    return {
        "peer_last": ratio(last, there[:, -7:].sum(axis=1).astype(np.float64)),
        "peer_deviation": _deviation(rest),
        "peer_change": _deviation(rest[:, half:]) - _deviation(rest[:, :half]),
        "peer_correlation": _correlations(own, np.log(np.maximum(expected, 1e-3))),
    }


def _correlation(rows: Floats, series: Floats) -> Floats:
    """Return how each row goes with one series."""
    return _correlations(rows, np.broadcast_to(series, rows.shape))


def _correlations(one: Floats, other: Floats) -> Floats:
    """Return how each row goes with the same row of another matrix; NaN where one is constant."""
    there = ~(np.isnan(one) | np.isnan(other))
    n = there.sum(axis=1).astype(np.float64)
    x, y = np.where(there, one, 0.0), np.where(there, other, 0.0)
    x = np.where(there, x - ratio(x.sum(axis=1), n)[:, None], 0.0)
    y = np.where(there, y - ratio(y.sum(axis=1), n)[:, None], 0.0)
    spread = np.sqrt((x**2).sum(axis=1) * (y**2).sum(axis=1))
    return ratio((x * y).sum(axis=1), np.where(spread > 1e-12, spread, 0.0))
