"""Signs beside the likelihoods: what goes with the unexplained, day by day (相关与变点)."""

from __future__ import annotations

import numpy as np
from scipy.optimize import nnls

from powerchannel.theft.areas.balance import Balance, Floats

__all__ = ["signs"]

_FLOOR = 0.01
_LEAST_BEFORE = 4


def signs(area: Balance, since: int) -> dict[str, Floats]:
    """Return the signs of each customer by name (关联迹象)."""
    return {
        **_multiples(area),
        **_correlations(area, 0, ""),
        **_correlations(area, since if since >= _LEAST_BEFORE else 0, "_since"),
        **_zeros(area),
        **_changes(area, since),
        **_sizes(area),
    }


def _multiples(area: Balance) -> dict[str, Floats]:
    """Non-negative least squares of the unexplained on all readings, weighted by noise."""
    weight = 1 / area.noise
    factors, _ = nnls((area.energy * weight).T, area.unexplained * weight)
    total = max(float(area.unexplained.sum()), float(np.sqrt((area.noise**2).sum())))
    return {"multiple": factors, "multiple_share": factors * area.energy.sum(axis=1) / total}


def _correlation(one: Floats, many: Floats) -> Floats:
    one, many = one - one.mean(), many - many.mean(axis=1, keepdims=True)
    size = np.sqrt((one**2).sum() * (many**2).sum(axis=1))
    return np.asarray((many @ one) / np.where(size > 1e-12, size, np.inf))


def _correlations(area: Balance, first: int, name: str) -> dict[str, Floats]:
    unexplained, energy = area.unexplained[first:], area.energy[:, first:]
    steps = np.diff(energy, axis=1)
    return {
        f"correlation{name}": _correlation(unexplained, energy),
        f"change_correlation{name}": _correlation(np.diff(unexplained), steps),
    }


def _zeros(area: Balance) -> dict[str, Floats]:
    is_zero = area.energy <= 1e-9
    some = is_zero.any(axis=1) & ~is_zero.all(axis=1)
    found = _correlation(area.unexplained, is_zero.astype(np.float64))
    beside = area.unexplained - area.unexplained.mean() * area.factor
    own = area.energy - area.mean[:, None] * area.factor
    return {
        "zero_correlation": np.where(some, found, np.nan),
        "shape_correlation": _correlation(beside, own),
        "rank_correlation": _correlation(_ranks(area.unexplained[None])[0], _ranks(area.energy)),
    }


def _ranks(values: Floats) -> Floats:
    order, ranks = values.argsort(axis=1, kind="stable"), np.empty(values.shape)
    np.put_along_axis(ranks, order, np.arange(values.shape[1], dtype=np.float64)[None], axis=1)
    return ranks


def _changes(area: Balance, since: int) -> dict[str, Floats]:
    """Compare a customer's own readings before and after the day since when it is unexplained."""
    nothing = np.full(len(area.energy), np.nan)
    if since < _LEAST_BEFORE:
        return {"fallen": nothing, "rougher": nothing}
    before, after = area.energy[:, :since], area.energy[:, since:]
    moved = [np.abs(np.diff(part, axis=1)).mean(axis=1) for part in (before, after)]
    levels = [np.maximum(part.mean(axis=1), 0.0) for part in (before, after)]
    return {
        "fallen": np.log((levels[0] + _FLOOR) / (levels[1] + _FLOOR)),
        "rougher": np.log((moved[1] + _FLOOR) / (moved[0] + _FLOOR)),
    }


def _sizes(area: Balance) -> dict[str, Floats]:
    mean, noise = np.maximum(area.mean, 0.0) + _FLOOR, float(area.noise.mean())
    room = (np.maximum(area.unexplained, 0.0) + 2 * area.noise) / (
        np.maximum(area.energy, 0.0) + _FLOOR
    )
    usual = max(float(area.unexplained.mean()), noise)
    clear = float(np.log1p(((area.unexplained / area.noise) ** 2).mean()))
    return {
        "room": np.log(np.quantile(room, 0.1, axis=1) + 1e-3),
        "size_to_noise": np.log(mean / noise),
        "size_to_unexplained": np.log(mean / usual),
        "clearness": np.full(len(mean), clear),
    }
