"""Features in pandas, customer by customer: what a notebook would do.

It computes those of `COMPARED` alone; ours computes all there are.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.cases import Read, Run
from benchmarks.theft.answers import COMPARED, near
from benchmarks.theft.households import Households

__all__ = ["features_of"]

_FLOOR_KWH = 0.01
_SHARES = {"p10": 0.1, "p25": 0.25, "median": 0.5, "p75": 0.75, "p90": 0.9}


def features_of(drawn: Households) -> Run:
    """Compute the features of one customer after the other."""
    frame = pd.DataFrame(drawn.energy().T, index=pd.DatetimeIndex(drawn.on))

    def run() -> Read:
        found = pd.DataFrame([_described(frame[customer]) for customer in frame])
        return lambda: {name: near(found[name].to_numpy()) for name in COMPARED}

    return run


def _described(use: pd.Series) -> dict[str, float]:
    logs = np.log1p(use.clip(lower=0))
    return {
        **_level(use),
        **_variation(use, logs),
        **_zeros(use),
        **_trend(logs),
        **_rhythm(use, logs),
        **_weeks(use),
    }


def _logged(value: float) -> float:
    return float(np.log1p(max(value, 0.0)))


def _level(use: pd.Series) -> dict[str, float]:
    quantiles = {name: _logged(use.quantile(share)) for name, share in _SHARES.items()}
    ends = {"greatest": _logged(use.max()), "least": _logged(use.min())}
    return {"mean": _logged(use.mean()), **quantiles, **ends}


def _variation(use: pd.Series, logs: pd.Series) -> dict[str, float]:
    deviation, usual, change = use.std(ddof=0), max(use.mean(), 0) + _FLOOR_KWH, use.diff()
    return {
        "deviation": _logged(deviation),
        "variation": deviation / usual,
        "fluctuation": (use.max() - use.min()) / use.max(),
        "log_deviation": logs.std(ddof=0),
        "day_change": change.abs().mean() / usual,
        "rise": _logged(change.max()),
        "fall": _logged(-change.min()),
        "steepest": logs.diff().abs().max(),
    }


def _longest(holds: pd.Series) -> float:
    runs = holds.ne(holds.shift()).cumsum()
    return float(holds.groupby(runs).sum().max())


def _zeros(use: pd.Series) -> dict[str, float]:
    is_same = use.eq(use.shift()) & use.gt(0)
    pairs = (use.notna() & use.shift().notna()).sum()
    return {
        "zero_share": use.le(0).sum() / use.count(),
        "zero_run": _longest(use.le(0)),
        "missing_share": use.isna().mean(),
        "repeat_share": is_same.sum() / pairs,
        "repeat_run": _longest(is_same),
    }


def _trend(logs: pd.Series) -> dict[str, float]:
    half, mean = len(logs) // 2, logs.mean()
    return {
        "halves": logs.iloc[half:].mean() - logs.iloc[:half].mean(),
        "first_week": logs.iloc[:7].mean() - mean,
        "last_week": logs.iloc[-7:].mean() - mean,
        "first_day": logs.iloc[0] - mean,
        "last_day": logs.iloc[-1] - mean,
    }


def _rhythm(use: pd.Series, logs: pd.Series) -> dict[str, float]:
    centred = logs - logs.mean()
    variance = (centred**2).mean()
    lags = {f"lag_{lag}": (centred * centred.shift(lag)).mean() for lag in (1, 2, 7)}
    is_weekend = pd.DatetimeIndex(use.index).day_of_week >= 5
    weekend, workday = use[is_weekend].mean(), use[~is_weekend].mean()
    return {
        **{name: product / (variance + 1e-6) for name, product in lags.items()},
        "weekend": _logged(weekend) - _logged(workday),
    }


def _weeks(use: pd.Series) -> dict[str, float]:
    change = np.log(use.clip(lower=0) + 0.05).diff(7)
    return {
        "week_mean": change.mean(),
        "week_deviation": change.std(ddof=0),
        "week_least": change.min(),
        "week_last": change.iloc[-7:].mean(),
    }
