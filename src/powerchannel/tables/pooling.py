"""Distinct values of fixed-width text, found through exact 64-bit words."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["hash_cells", "mix", "pool_fixed", "pool_texts"]

_ODD = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(32)
_BLOCK_ROWS = 1 << 16


def mix(hashes: NDArray[np.uint64], words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Fold one more word a row into a hash (散列混合)."""
    folded = (hashes ^ words) * _ODD
    return folded ^ (folded >> _SHIFT)


def pool_fixed(values: NDArray[np.generic]) -> tuple[NDArray[np.int32], NDArray[np.generic]]:
    """Return a code a row and the distinct values in order of appearance (去重编码).

    Parameters
    ----------
    values : ndarray of bytes, shape (n,)
        Fixed-width text.

    Notes
    -----
    Rows are grouped by a 64-bit hash and compared with the first of their group afterwards; on a
    collision the exact and slower way is taken.

    Examples
    --------
    >>> codes, pool = pool_fixed(np.array([b"app", b"hall", b"app"]))
    >>> codes.tolist(), pool.tolist()
    ([0, 1, 0], [b'app', b'hall'])
    """
    codes, first = _first_seen(hash_cells(values))
    pool = values[first]
    if len(values) and not bool(np.all(pool[codes] == values)):
        uniques, found = np.unique(values, return_inverse=True)
        return found.reshape(-1).astype(np.int32), uniques
    return codes, pool


def pool_texts(cells: NDArray[np.object_]) -> tuple[NDArray[np.int32], NDArray[np.object_]]:
    r"""Return a code a row and the distinct values (文本去重编码).

    Parameters
    ----------
    cells : ndarray of str, shape (n,)
        Text of any length. pandas 2 takes it to end at a NUL, so cells with one are sorted.

    Examples
    --------
    >>> codes, pool = pool_texts(np.array(["营业厅", "app", "app\0"], dtype=object))
    >>> pool[codes].tolist()
    ['营业厅', 'app', 'app\x00']
    """
    if any("\0" in cell for cell in cells):
        pool, codes = np.unique(cells, return_inverse=True)
    else:
        codes, pool = pd.factorize(cells)
    return codes.reshape(-1).astype(np.int32), pool


def hash_cells(values: NDArray[np.generic]) -> NDArray[np.uint64]:
    """Return a hash of each cell of text (单元格散列).

    Parameters
    ----------
    values : ndarray of bytes or object, shape (n,)
        Fixed-width text, or str.
    """
    if values.dtype.kind != "S":
        return pd.util.hash_array(values.astype(object), categorize=False)
    hashes = np.empty(len(values), np.uint64)
    for start in range(0, len(values), _BLOCK_ROWS):
        part = slice(start, start + _BLOCK_ROWS)
        hashes[part] = _hash_block(values[part])
    return hashes


def _hash_block(values: NDArray[np.generic]) -> NDArray[np.uint64]:
    width = -(-values.dtype.itemsize // 8) * 8
    words = values.astype(f"S{width}").view(np.uint64).reshape(len(values), -1)
    hashes = np.zeros(len(values), np.uint64)
    for column in words.T:
        hashes = mix(hashes, column)
    return hashes


def _first_seen(hashes: NDArray[np.uint64]) -> tuple[NDArray[np.int32], NDArray[np.intp]]:
    codes, uniques = pd.factorize(hashes)
    first = np.zeros(len(uniques), np.intp)
    first[codes[::-1]] = np.arange(len(codes), dtype=np.intp)[::-1]
    return codes.astype(np.int32), first
