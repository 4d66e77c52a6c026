"""The canonical order of ids: that of their texts by code point, whatever they are made of."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from powerchannel._idcells import BLOCK_ROWS, POWERS, SHORT_DIGITS

__all__ = ["digit_count", "text_order"]


def digit_count(keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the digits of each key, 0 where it has none; neighbours mostly have as many (位数)."""
    if len(keys):
        ends = np.searchsorted(POWERS, [keys.min(), keys.max()], side="right") - 1
        if ends[0] == ends[1]:
            return np.full(len(keys), max(ends[0], 0), np.int64)
    return np.maximum(np.searchsorted(POWERS, keys, side="right") - 1, 0)


def text_order(keys: NDArray[np.int64], names: NDArray[np.object_]) -> NDArray[np.int64]:
    """Return the rows that are not null in canonical order (规范序)."""
    if len(keys) and keys.min() > 0:
        return np.argsort(_text_codes(keys))  # equal ids may stand in any order among themselves
    digits = np.flatnonzero(keys > 0)
    codes = _text_codes(keys[digits])
    order = np.argsort(codes)
    texts = np.flatnonzero(keys < 0)
    texts = texts[np.argsort(-keys[texts], kind="stable")]
    anchors = np.array([_anchor(name) for name in names], dtype=np.uint64)
    slots = np.searchsorted(codes[order], anchors[-keys[texts] - 1], side="right")
    return np.insert(digits[order], slots, texts)


def _text_codes(keys: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Return numbers in the order of the digits' text: left-aligned digits, then length.

    They lie between 1 and 10**18 * 18, which uint64 just holds.
    """
    codes = np.empty(len(keys), dtype=np.uint64)
    for start in range(0, len(keys), BLOCK_ROWS):
        part = keys[start : start + BLOCK_ROWS]
        count = digit_count(part)
        aligned = ((part - POWERS[count]) * POWERS[SHORT_DIGITS - count]).astype(np.uint64)
        aligned *= np.uint64(SHORT_DIGITS)
        codes[start : start + BLOCK_ROWS] = aligned + count.astype(np.uint64)
    return codes


def _anchor(name: str) -> int:
    """Return the largest code of a text of digits that sorts before the name."""
    prefix = re.match("[0-9]{0,18}", name)[0]  # type: ignore[index]
    is_below = name[len(prefix) :] < "0"
    digits = prefix.ljust(SHORT_DIGITS, "0" if is_below else "9")
    return int(digits) * SHORT_DIGITS + (len(prefix) if is_below else SHORT_DIGITS)
