"""The power factor to two decimals, exactly (功率因数)."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from powerchannel.billing.batch.columns.exact import Ints, decided

__all__ = ["hundredths"]

_ERROR = 1e-9  # of a hundredth: float64 is right to some 1e-13


def hundredths(active: Ints, reactive: Ints) -> Ints:
    """Return ``100 x A / sqrt(A^2 + R^2)``, half up, exactly (功率因数).

    A factor that lies between two hundredths is compared by squares of integers: cos >= (c - 1/2)
    / 100 holds where ``(200 A)^2 >= (2 c - 1)^2 (A^2 + R^2)``.

    Parameters
    ----------
    active, reactive : ndarray of int64
        In one unit; active not negative. Where active is 0, so is the result.

    Examples
    --------
    >>> hundredths(np.array([511_800, 4, 0]), np.array([110_100, 3, 5])).tolist()
    [98, 80, 0]
    """
    a, r = active.astype(np.float64), reactive.astype(np.float64)
    size = np.sqrt(a * a + r * r)
    estimate = 100 * np.divide(a, size, out=np.zeros_like(a), where=size > 0)

    def exact(row: int) -> Fraction:
        return Fraction(_one(int(active[row]), int(reactive[row]), int(estimate[row])))

    return decided(estimate, np.full(len(estimate), _ERROR), exact)


def _one(active: int, reactive: int, low: int) -> int:
    """Decide between a hundredth and the next."""
    reaches = (200 * active) ** 2 >= (2 * low + 1) ** 2 * (active**2 + reactive**2)
    return low + 1 if reaches else low
