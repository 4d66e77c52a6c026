"""Attacks on load profiles: false readings as the literature defines them (负荷曲线攻击)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from powerchannel.errors import TableError
from powerchannel.registry import Registry
from powerchannel.text import Text
from powerchannel.theft.simulate.resolution import own_quantum

__all__ = ["ATTACKS", "attack"]

_Floats: TypeAlias = NDArray[np.float64]
_Attack: TypeAlias = Callable[[_Floats, np.random.Generator, int], _Floats]

_LEAST_WINDOW_MINUTES = 240.0
_DECIMALS = 10
_ON_GRID = 1e-6


def attack(
    load: ArrayLike,
    kind: str,
    *,
    random_state: int | np.random.Generator | None,
    decimals: int | None = None,
    slot_minutes: float = 30,
) -> NDArray[np.float64]:
    """Return what a thief's meter would report of a load (负荷曲线攻击).

    With x_t the load and mean(x) the mean of the profile:

    ====== ========================================================================
    ``h1`` ``a x_t``, a from U(0.1, 0.8) once a customer
    ``h2`` ``b_t x_t``, b_t = 0 in one window of at least four hours, else 1
    ``h3`` ``c_t x_t``, c_t from U(0.1, 0.8) in every slot
    ``h4`` ``c_t mean(x)``
    ``h5`` ``mean(x)``
    ``h6`` ``x_{T-t}``: the profile reversed; no energy is missing, only its price
    ``t1`` ``a x_t``, a from U(0.1, 0.9) once a customer
    ``t2`` ``r_t x_t``, r_t from U(0.1, 1) in every slot
    ``t3`` ``d_t x_t``, d_t 0 or 1 in every slot
    ``t4`` ``r_t mean(x)``
    ``t5`` ``mean(x)``
    ``t6`` ``x_{T-t}``
    ====== ========================================================================

    A profile is a row: pass days as rows for attacks within each day. The result is rounded to
    what the customer's own readings are multiples of, which would give it away otherwise; it is
    never negative, and h1 to h3 and t1 to t3 are nowhere above the load. Formulas, as commonly
    restated: Jokar, Arianpoo and Leung, IEEE Transactions on Smart Grid 7 (2016) 216 (h);
    Punmiya and Choe, the same 10 (2019) 2326 (t).

    Parameters
    ----------
    load : array of float, of shape (slots,) or (customers, slots)
        Energy or power, not negative. NaN is missing, and stays so; h6 and t6 reverse gaps too.
    kind : str
        One of ``h1`` to ``h6``, ``t1`` to ``t6``.
    random_state : int or Generator, optional
        For a, b, c, d and r.
    decimals : int, optional
        To round to instead.
    slot_minutes : float
        The length of a slot, for the window of h2 [min].

    Returns
    -------
    ndarray of float64, of the shape of the load

    Raises
    ------
    UnknownNameError
        For another kind.
    TableError
        For a load that is negative, infinite, or of another shape.

    Examples
    --------
    >>> attack([1.5, 0.5, 2.5, 3.0], "h5", random_state=0)
    array([1.9, 1.9, 1.9, 1.9])
    >>> attack([1.5, 0.5, 2.5, 3.0], "h6", random_state=0)
    array([3. , 2.5, 0.5, 1.5])
    """
    change = ATTACKS.get(kind)
    given = np.asarray(load)
    precision = _precision(given.dtype)
    rows = _rows(given)
    window = max(int(np.ceil(_LEAST_WINDOW_MINUTES / slot_minutes)), 1)
    attacked = change(rows, np.random.default_rng(random_state), window)
    own = own_quantum(rows, precision=precision)
    quantum = own if decimals is None else np.full(len(rows), 10.0**-decimals)
    result = _rounded(attacked, quantum)
    if kind in _REDUCING:
        result = np.minimum(result, _rounded(rows, quantum, np.floor))
    return result.reshape(given.shape)


def _scaled(low: float, high: float) -> _Attack:
    def scale(load: _Floats, rng: np.random.Generator, _: int) -> _Floats:
        return load * rng.uniform(low, high, (len(load), 1))

    return scale


def _scaled_each_slot(low: float, high: float) -> _Attack:
    def scale(load: _Floats, rng: np.random.Generator, _: int) -> _Floats:
        return load * rng.uniform(low, high, load.shape)

    return scale


def _scaled_mean(low: float, high: float) -> _Attack:
    def scale(load: _Floats, rng: np.random.Generator, _: int) -> _Floats:
        return _mean(load) * rng.uniform(low, high, load.shape)

    return scale


def _switched_off(load: _Floats, rng: np.random.Generator, window: int) -> _Floats:
    """Zero in one window: any length that is long enough, anywhere in the profile."""
    slots = load.shape[1]
    length = rng.integers(min(window, slots), slots, len(load), endpoint=True)
    first = np.floor(rng.uniform(0.0, 1.0, len(load)) * (slots - length + 1))
    at = np.arange(slots)
    is_off = (at >= first[:, None]) & (at < (first + length)[:, None])
    return np.where(is_off, load * 0.0, load)


def _switched(load: _Floats, rng: np.random.Generator, _: int) -> _Floats:
    return load * rng.integers(0, 2, load.shape)


def _flat(load: _Floats, _: np.random.Generator, __: int) -> _Floats:
    return _mean(load)


def _reversed(load: _Floats, _: np.random.Generator, __: int) -> _Floats:
    return load[:, ::-1].copy()


def _mean(load: _Floats) -> _Floats:
    """Return the mean of what each row has, where it has something."""
    is_there = ~np.isnan(load)
    count = is_there.sum(axis=1, keepdims=True)
    total = np.where(is_there, load, 0.0).sum(axis=1, keepdims=True)
    return np.where(is_there, total / np.maximum(count, 1), np.nan)


ATTACKS: Registry[_Attack] = Registry(
    Text("攻击", "attack"),
    {
        "h1": _scaled(0.1, 0.8),
        "h2": _switched_off,
        "h3": _scaled_each_slot(0.1, 0.8),
        "h4": _scaled_mean(0.1, 0.8),
        "h5": _flat,
        "h6": _reversed,
        "t1": _scaled(0.1, 0.9),
        "t2": _scaled_each_slot(0.1, 1.0),
        "t3": _switched,
        "t4": _scaled_mean(0.1, 1.0),
        "t5": _flat,
        "t6": _reversed,
    },
)
"""The attacks by name: load of shape (customers, slots), generator, slots of the window of h2."""

_REDUCING = ("h1", "h2", "h3", "t1", "t2", "t3")


def _precision(dtype: np.dtype) -> float:
    return float(np.finfo(dtype if dtype.kind == "f" else np.float64).eps)


def _rows(given: NDArray[np.generic]) -> _Floats:
    if given.ndim not in (1, 2):
        raise TableError.of(
            "wrong_shape",
            "load",
            f"应为一维（时段）或二维（用户 × 时段），实为 {given.ndim} 维",
            f"must be of shape (slots,) or (customers, slots), found {given.ndim} dimensions",
        )
    load = np.atleast_2d(given.astype(np.float64))
    if (is_bad := (load < 0.0) | np.isinf(load)).any():
        raise TableError.of(
            "not_a_load",
            "load",
            f"有 {is_bad.sum()} 个负数或无穷大；攻击只作用于用电量，请先去掉上网电量",
            f"{is_bad.sum()} values are negative or infinite; attacks are on consumption, so take "
            "exports out first",
            count=int(is_bad.sum()),
        )
    return load


def _rounded(
    values: _Floats, quantum: _Floats, how: Callable[[_Floats], _Floats] = np.rint
) -> _Floats:
    """Return multiples of each row's quantum; as they are where it is 0."""
    step = np.where(quantum > 0.0, quantum, 1.0)[:, None]
    # A reading on the grid may lie a rounding error below it.
    tolerance = 0.0 if how is np.rint else _ON_GRID
    on_grid = np.round(how(values / step + tolerance) * step, _DECIMALS)
    return np.where(quantum[:, None] > 0.0, on_grid, values)
