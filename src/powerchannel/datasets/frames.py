"""Columns of the tables: text from fixed-width bytes, categories from small pools, and back."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["as_bytes", "as_text", "categorical", "is_date", "stamps_text", "texts"]

_ROWS_AT_ONCE = 500_000


def texts(values: NDArray[np.bytes_]) -> pd.Series[str]:
    """Return ASCII bytes as a column of text (文本列).

    Parameters
    ----------
    values : ndarray of bytes, of shape (n,)
        Text without trailing NUL bytes.

    Examples
    --------
    >>> texts(np.array([b"0100", b"100"])).tolist()
    ['0100', '100']
    """
    wide = f"U{values.dtype.itemsize}"
    text = np.empty(len(values), dtype=np.object_)
    # A part at a time: the wide characters of ten million keys would take 700 MB.
    for start in range(0, len(values), _ROWS_AT_ONCE):
        rows = slice(start, start + _ROWS_AT_ONCE)
        text[rows] = values[rows].astype(wide)
    return pd.Series(text, dtype="str")


def categorical(
    codes: NDArray[np.integer], pool: Sequence[str] | NDArray[np.bytes_]
) -> pd.Categorical[str]:
    """Return positions in a pool of distinct texts as a categorical column (分类列).

    Parameters
    ----------
    codes : ndarray of int, of shape (n,)
        Positions; -1 for none.
    pool : sequence of str, or ndarray of bytes
        The distinct texts.

    Examples
    --------
    >>> categorical(np.array([1, -1, 0]), ("app", "hall")).tolist()
    ['hall', nan, 'app']
    """
    names = texts(pool) if isinstance(pool, np.ndarray) else pd.Series(list(pool), dtype="str")
    return pd.Categorical.from_codes(codes, categories=pd.Index(names))


def stamps_text(stamps: NDArray[np.datetime64], *, has_clock: bool = True) -> NDArray[np.bytes_]:
    """Return times as ``YYYY-MM-DD HH:MM:SS``, or their dates alone; NaT is empty (时间文本).

    Parameters
    ----------
    stamps : ndarray of datetime64, of shape (n,)
        Local times.
    has_clock : bool
        Whether to write the time of day.

    Examples
    --------
    >>> stamps_text(np.array(["2022-03-05T20:13:45", "NaT"], "M8[us]")).tolist()
    [b'2022-03-05 20:13:45', b'']
    """
    iso = np.datetime_as_string(stamps, unit="s" if has_clock else "D")
    width = 19 if has_clock else 10
    cells = iso.astype(f"S{width}").view(np.uint8).reshape(-1, width)
    if has_clock:
        cells[:, 10] = ord(" ")
    cells[np.isnat(stamps)] = 0
    return cells.view(f"S{width}").reshape(-1)


def is_date(column: pd.Series) -> bool:
    """Return whether a column of times holds dates, by its name (是否日期).

    It ends in ``_on``, or is ``on``; in Chinese it ends in 日期.

    Examples
    --------
    >>> is_date(pd.Series(name="opened_on")), is_date(pd.Series(name="contacted_at"))
    (True, False)
    """
    return f"_{column.name}".endswith(("_on", "日期"))


def as_bytes(column: pd.Series) -> NDArray[np.bytes_]:
    """Return times, numbers or ASCII text as bytes; NaT and NaN are empty (导出字节).

    Parameters
    ----------
    column : Series
        Dates are written without a time of day, floats with the digits that they need.

    Examples
    --------
    >>> as_bytes(pd.Series([220, 10_000])).tolist()
    [b'220', b'10000']
    >>> as_bytes(pd.Series([2.5, float("nan"), 2.0])).tolist()
    [b'2.5', b'', b'2.0']
    """
    if column.dtype.kind == "M":
        return stamps_text(column.to_numpy(), has_clock=not is_date(column))
    if column.dtype.kind == "i":
        return column.to_numpy().astype("S")
    if column.dtype.kind == "f":
        cells = column.to_numpy(dtype=np.object_).astype("S")
        cells[column.isna().to_numpy()] = b""
        return cells
    return column.to_numpy(dtype=np.object_).astype("S")


def as_text(column: pd.Series) -> NDArray[np.object_]:
    """Return a column as an export writes it, with nothing for what is missing (导出文本).

    Parameters
    ----------
    column : Series
        Categories, or what `as_bytes` takes.

    Examples
    --------
    >>> as_text(pd.Series(pd.Categorical(["交费", None]))).tolist()
    ['交费', '']
    """
    if not isinstance(column.dtype, pd.CategoricalDtype):
        return texts(as_bytes(column)).to_numpy(dtype=np.object_)
    pool = np.append(column.cat.categories.to_numpy(dtype=np.object_), "")
    return np.asarray(pool[column.cat.codes.to_numpy()])
