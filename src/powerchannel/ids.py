"""Customer numbers (客户编号): text that keeps its leading zeros, held as integers.

An id of up to 18 digits is kept as the integer that its digits make behind a leading 1, so that
``0100`` and ``100`` differ and a column of ten million takes eight bytes a row. Any other text is
an entry of a small sorted table of names. The canonical order is the order of the texts by code
point, whatever they are made of.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from attrs import frozen
from numpy.typing import NDArray

from powerchannel._idcells import (
    BLOCK_ROWS,
    IdFlag,
    block_rows,
    grid_of,
    key_of,
    read_block,
)
from powerchannel._idorder import digit_count, text_order

__all__ = ["IdFlag", "Ids", "parse_ids"]


@frozen(eq=False)
class Ids:
    """A column of ids (编号列).

    Parameters
    ----------
    keys : ndarray of int64, shape (rows,)
        Up to 18 digits: the integer of the digits behind a leading 1. Other text: ``-(i + 1)``
        for entry ``i`` of `names`. Null: 0.
    names : ndarray of object, shape (names,)
        The other texts, sorted by code point, each once; usually empty.

    Examples
    --------
    >>> ids = Ids.from_text(["0100", "HB-7", "100", "0100"])
    >>> ids.keys
    array([10100,    -1,  1100, 10100])
    >>> distinct, inverse = ids.unique()
    >>> distinct.to_text().tolist(), inverse.tolist()
    (['0100', '100', 'HB-7'], [0, 2, 1, 0])
    """

    keys: NDArray[np.int64]
    names: NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.keys)

    @classmethod
    def empty(cls) -> Ids:
        """Return a column without rows (空列).

        Examples
        --------
        >>> len(Ids.empty())
        0
        """
        return cls(keys=np.empty(0, np.int64), names=np.empty(0, object))

    @classmethod
    def from_text(cls, texts: Sequence[str]) -> Ids:
        """Take clean texts as they are, an empty one as null (由文本构造).

        Nothing is checked or normalised; `parse_ids` reads what comes from outside.

        Parameters
        ----------
        texts : sequence of str
            The ids.

        Examples
        --------
        >>> Ids.from_text(["007"]).to_text().tolist()
        ['007']
        """
        keys = np.array([key_of(text) for text in texts], dtype=np.int64)
        return _with_names(keys, [text for text, key in zip(texts, keys, strict=True) if key < 0])

    def take(self, index: NDArray[np.int64] | NDArray[np.bool_] | slice) -> Ids:
        """Return the rows asked for (取行).

        Parameters
        ----------
        index : ndarray of int64 or bool, or slice
            Row numbers from 0, or a mask.

        Examples
        --------
        >>> Ids.from_text(["1", "02"]).take(np.array([1, 1])).to_text().tolist()
        ['02', '02']
        """
        return Ids(keys=self.keys[index], names=self.names)

    def to_fixed(self) -> NDArray[np.bytes_]:
        """Return the texts as fixed-width UTF-8 bytes, null as ``b""`` (定长字节).

        Returns
        -------
        ndarray of bytes, shape (rows,)
            As wide as the longest id.

        Examples
        --------
        >>> Ids.from_text(["0100", "7"]).to_fixed()
        array([b'0100', b'7'], dtype='|S4')
        """
        names = np.array([name.encode() for name in self.names], dtype=np.bytes_)
        count = digit_count(self.keys)
        texts = self.keys < 0
        widths = [1, int(count.max(initial=0)), names.dtype.itemsize if texts.any() else 0]
        fixed = np.zeros(len(self), dtype=f"S{max(widths)}")
        grid = grid_of(fixed)
        for length in np.unique(count[count > 0]):
            rows = slice(None) if (count == length).all() else np.flatnonzero(count == length)
            grid[rows, :length] = _digits_of(self.keys[rows], int(length))
        fixed[texts] = names[-self.keys[texts] - 1]
        return fixed

    def to_text(self) -> NDArray[np.object_]:
        """Return the texts, null as ``None`` (还原文本).

        Returns
        -------
        ndarray of object, shape (rows,)
            ``str`` or ``None``.

        Examples
        --------
        >>> Ids.from_text(["0100", "甲-1", ""]).to_text().tolist()
        ['0100', '甲-1', None]
        """
        out: NDArray[np.object_] = np.full(len(self), None, dtype=object)
        for part in _slices(len(self), BLOCK_ROWS):
            block = self.take(part)
            digits, texts = np.flatnonzero(block.keys > 0), np.flatnonzero(block.keys < 0)
            out[part][digits] = block.take(digits).to_fixed().astype(np.str_).astype(object)
            out[part][texts] = self.names[-block.keys[texts] - 1]
        return out

    def unique(self) -> tuple[Ids, NDArray[np.int64]]:
        """Return the distinct ids in canonical order, and each row's place in it (去重).

        Returns
        -------
        distinct : Ids
            Without null, in the order of the texts by code point.
        inverse : ndarray of int64, shape (rows,)
            The row of `distinct`; -1 for null.

        Examples
        --------
        >>> distinct, inverse = Ids.from_text(["9", "10", "", "9"]).unique()
        >>> distinct.to_text().tolist(), inverse.tolist()
        (['10', '9'], [1, 0, -1, 1])
        """
        codes, keys = pd.factorize(self.keys)
        order = text_order(keys, self.names)
        place = np.full(len(keys), -1, dtype=np.int64)
        place[order] = np.arange(len(order))
        return _compact(keys[order], self.names), place[codes]

    def ordered(self) -> tuple[Ids, NDArray[np.int64]]:
        """Return ids that are distinct already in canonical order, and where each stood (排序).

        Returns
        -------
        ordered : Ids
            In the order of the texts by code point.
        order : ndarray of int64, shape (rows,)
            The row of this column that each one comes from.

        Examples
        --------
        >>> ordered, order = Ids.from_text(["9", "10"]).ordered()
        >>> ordered.to_text().tolist(), order.tolist()
        (['10', '9'], [1, 0])
        """
        order = text_order(self.keys, self.names)
        return _compact(self.keys[order], self.names), order

    def union(self, other: Ids) -> tuple[Ids, NDArray[np.int64], NDArray[np.int64]]:
        """Return the ids of both, and the places of the rows of each in them (并集).

        Parameters
        ----------
        other : Ids
            Distinct and in canonical order, as this column is.

        Returns
        -------
        both : Ids
            Distinct, in canonical order.
        here, there : ndarray of int64
            The rows of `both` that hold the rows of this column and of the other.

        Examples
        --------
        >>> both, here, there = Ids.from_text(["1", "3"]).union(Ids.from_text(["2", "3"]))
        >>> both.to_text().tolist(), here.tolist(), there.tolist()
        (['1', '2', '3'], [0, 2], [1, 2])
        """
        names = _merged_names(self.names, other.names)
        keys = np.concatenate([_renamed(self, names), _renamed(other, names)])
        order = text_order(keys, names)
        keys = keys[order]
        is_first = np.append(True, keys[1:] != keys[:-1])[: len(keys)]
        place = np.empty(len(keys), dtype=np.int64)
        place[order] = np.cumsum(is_first) - 1
        return _compact(keys[is_first], names), place[: len(self)], place[len(self) :]

    def positions(self, wanted: Ids) -> NDArray[np.int64]:
        """Return where the wanted ids stand in this column, -1 where absent (定位).

        This column must be distinct and in canonical order.

        Parameters
        ----------
        wanted : Ids
            Any column; a null in it is absent.

        Returns
        -------
        ndarray of int64, shape (wanted rows,)
            Row numbers of this column.

        Examples
        --------
        >>> Ids.from_text(["1", "3"]).positions(Ids.from_text(["3", "2"])).tolist()
        [1, -1]
        """
        found = pd.Index(self.keys).get_indexer(pd.Index(_renamed(wanted, self.names)))
        return np.asarray(found, dtype=np.int64)

    def is_canonical(self) -> bool:
        """Tell whether the ids are distinct, not null and in canonical order (是否规范序).

        Examples
        --------
        >>> Ids.from_text(["10", "9"]).is_canonical(), Ids.from_text(["9", "10"]).is_canonical()
        (True, False)
        """
        distinct = bool((self.keys != 0).all() and (self.keys[1:] != self.keys[:-1]).all())
        rows = np.arange(len(self))
        return distinct and bool(np.array_equal(text_order(self.keys, self.names), rows))

    def equals(self, other: Ids) -> bool:
        """Tell whether both hold the same ids row by row (逐行相等).

        Parameters
        ----------
        other : Ids
            A column, whatever the order of its table of names.

        Examples
        --------
        >>> Ids.from_text(["0100"]).equals(Ids.from_text(["100"]))
        False
        """
        return bool(
            np.array_equal(self.keys == 0, other.keys == 0)
            and np.array_equal(self.keys, _renamed(other, self.names))
        )


def parse_ids(
    values: NDArray[np.generic], is_null: NDArray[np.bool_], *, integers: bool = False
) -> tuple[Ids, NDArray[np.uint8]]:
    """Read a column of customer numbers (读取编号列).

    Blanks around an id are dropped and full-width digits become plain ones (`NORMALISED`). What a
    spreadsheet has spoilt is flagged and becomes null: ``1.2E+12``, ``-12``, ``=A1``, a number
    where text should be (``100`` as an integer, ``100.0`` as text: leading zeros may be lost),
    control and invisible characters, U+FFFD, more than 64 characters.

    Parameters
    ----------
    values : ndarray of bytes, object or int64, shape (rows,)
        ASCII cells, Python objects (``str``, or stray numbers), or whole numbers.
    is_null : ndarray of bool, shape (rows,)
        The rows without a value.
    integers : bool
        Take whole, non-negative numbers as ids of just their digits. A float from 2**53 on
        no longer tells its neighbours apart and stays flagged.

    Returns
    -------
    ids : Ids
        One a row; null where the flag is neither `OK` nor `NORMALISED`.
    flags : ndarray of uint8, shape (rows,)
        Values of `IdFlag`.

    Examples
    --------
    >>> cells = np.array(["0100", " ７ ", "1.2E+12", "HB-0017"], dtype=object)
    >>> ids, flags = parse_ids(cells, np.zeros(4, bool))
    >>> ids.to_text().tolist(), [IdFlag(flag).name for flag in flags]
    (['0100', '7', None, 'HB-0017'], ['OK', 'NORMALISED', 'SCIENTIFIC', 'OK'])
    """
    keys = np.zeros(len(values), dtype=np.int64)
    flags = np.zeros(len(values), dtype=np.uint8)
    names: list[str] = []
    for part in _slices(len(values), block_rows(values)):
        keys[part], flags[part], found = read_block(values[part], is_null[part], integers=integers)
        names += found
    return _with_names(keys, names), flags


def _slices(rows: int, step: int) -> Iterator[slice]:
    return (slice(start, min(start + step, rows)) for start in range(0, rows, step))


def _with_names(keys: NDArray[np.int64], names: list[str]) -> Ids:
    """Give the rows of key -1, in their order, these names."""
    codes, distinct = pd.factorize(np.array([*names, None], dtype=object))
    order = np.array(sorted(range(len(distinct)), key=distinct.__getitem__), dtype=np.int64)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    keys[keys < 0] = -1 - place[codes[:-1]]
    return Ids(keys=keys, names=distinct[order])


def _digits_of(keys: NDArray[np.int64], length: int) -> NDArray[np.uint8]:
    out = np.empty((length, len(keys)), dtype=np.uint8)
    for column in out[::-1]:
        rest = keys // 10
        column[:] = keys - rest * 10
        keys = rest
    return (out + np.uint8(ord("0"))).T


def _compact(keys: NDArray[np.int64], names: NDArray[np.object_]) -> Ids:
    """Keep only the names in use, of rows that are distinct and in canonical order."""
    texts = np.flatnonzero(keys < 0)
    used = names[-keys[texts] - 1]
    keys = keys.copy()
    keys[texts] = -1 - np.arange(len(texts))
    return Ids(keys=keys, names=used)


def _merged_names(here: NDArray[np.object_], there: NDArray[np.object_]) -> NDArray[np.object_]:
    names: NDArray[np.object_] = np.full(len({*here, *there}), None, dtype=object)
    names[:] = sorted({*here, *there})
    return names


def _renamed(ids: Ids, names: NDArray[np.object_]) -> NDArray[np.int64]:
    """Return the keys over another table of names; a name that it lacks becomes 0."""
    texts = np.flatnonzero(ids.keys < 0)
    keys = ids.keys.copy()
    place = pd.Index(names, dtype=object).get_indexer(pd.Index(ids.names, dtype=object))
    keys[texts] = -1 - place[-keys[texts] - 1]
    return keys
