"""Where the randomness comes from: one seed stream a table, a block of customers, and a month.

A stream is named, not taken in turn. So a further table changes no other, a customer is the same
in a province of a thousand as in one of a million, and a month is the same whichever months are
made beside it.
"""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "BLOCK",
    "block_count",
    "choose",
    "cumulative",
    "fixed_digits",
    "poisson_cumulative",
    "stream",
    "whole",
]

BLOCK = 16_384
"""Customers drawn together. A block is always drawn whole and cut to the customers wanted."""


def stream(seed: int, table: str, block: int, month: int = 0) -> np.random.Generator:
    """Return the generator of one block of a table (随机数流).

    Parameters
    ----------
    seed : int
        The seed of the province, 0 or more.
    table : str
        The name of the table, which alone keeps its stream apart from those of other tables.
    block : int
        The number of the block of `BLOCK` customers.
    month : int
        Months since 1970-01 for tables of events.

    Examples
    --------
    >>> stream(1, "contacts", 0).random() == stream(1, "contacts", 0).random()
    True
    """
    key = (zlib.crc32(table.encode("ascii")), block, month)
    sequence = np.random.SeedSequence(seed, spawn_key=key)
    return np.random.Generator(np.random.PCG64(sequence))


def block_count(customers: int) -> int:
    """Return how many blocks hold a number of customers (块数).

    Examples
    --------
    >>> block_count(1), block_count(BLOCK), block_count(BLOCK + 1)
    (1, 1, 2)
    """
    return -(-customers // BLOCK)


def cumulative(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return weights along the last axis as a cumulative distribution (累积分布).

    Parameters
    ----------
    weights : ndarray of shape (..., k)
        Not negative, and not all zero along the last axis.

    Examples
    --------
    >>> cumulative(np.array([1.0, 0.0, 3.0])).tolist()
    [0.25, 0.25, 1.0]
    """
    summed = np.cumsum(weights, axis=-1)
    # The division leaves the last entry at exactly 1, so a draw below 1 always finds its place.
    return np.asarray(summed / summed[..., -1:], dtype=np.float64)


def choose(distribution: NDArray[np.float64], draws: NDArray[np.floating]) -> NDArray[np.int8]:
    """Return for each uniform draw the index it falls on (按分布抽取).

    Inversion needs nothing of NumPy but uniform draws, which have been the same in every version.

    Parameters
    ----------
    distribution : ndarray of shape (k,) or (n, k)
        Cumulative, one for all draws or one a draw.
    draws : ndarray of shape (n,)
        Uniform in [0, 1).

    Examples
    --------
    >>> choose(np.array([0.25, 0.25, 1.0]), np.array([0.1, 0.25, 0.9], np.float32)).tolist()
    [0, 2, 2]
    """
    if distribution.ndim == 1:
        return np.searchsorted(distribution, draws, side="right").astype(np.int8)
    return np.asarray((draws[:, None] >= distribution).sum(axis=1, dtype=np.int8))


def poisson_cumulative(mean: NDArray[np.float64], most: int) -> NDArray[np.float64]:
    """Return cumulative Poisson distributions, cut at a largest count (泊松分布).

    Parameters
    ----------
    mean : ndarray of shape (...)
        Expected counts.
    most : int
        The largest count that is drawn.

    Returns
    -------
    ndarray of shape (..., most + 1)

    Examples
    --------
    >>> poisson_cumulative(np.array([1.0]), 2).round(3).tolist()
    [[0.4, 0.8, 1.0]]
    """
    steps = np.arange(1, most + 1)
    terms = np.cumprod(mean[..., None] / steps, axis=-1)
    return cumulative(np.concatenate([np.ones((*mean.shape, 1)), terms], axis=-1))


def whole(draws: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    """Return whole numbers from 0 up to, but not including, `count` (均匀整数).

    Computed in float64: NumPy 1 and 2 disagree on what a float32 times a large int is.

    Parameters
    ----------
    draws : ndarray of shape (n,)
        Uniform in [0, 1).
    count : int
        How many numbers there are to choose from.

    Examples
    --------
    >>> whole(np.array([0.0, 0.99], np.float32), 28).tolist()
    [0, 27]
    """
    return (draws.astype(np.float64) * count).astype(np.int64)


def fixed_digits(numbers: NDArray[np.int64], width: int) -> NDArray[np.bytes_]:
    """Return numbers as ASCII digits with leading zeros (定宽数字).

    Parameters
    ----------
    numbers : ndarray of shape (n,)
        Not negative, and of at most `width` digits.
    width : int
        Digits of each.

    Examples
    --------
    >>> fixed_digits(np.array([17]), 5).tolist()
    [b'00017']
    """
    digits = np.empty((len(numbers), width), dtype=np.uint8)
    rest = numbers.astype(np.int64)
    for column in range(width - 1, -1, -1):
        rest, digits[:, column] = np.divmod(rest, 10)
    digits += ord("0")
    return digits.view(f"S{width}").reshape(-1)
