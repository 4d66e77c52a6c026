"""Columns of foreign files as text, numbers and clocks (外部数据单元格)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.errors import TableError
from powerchannel.tables import Raw, Source
from powerchannel.tables.door import Frame, open_frame
from powerchannel.tables.raw import NULL_WORDS
from powerchannel.theft.exports.left_out import Left
from powerchannel.times import NAT, parse_times, to_local

__all__ = ["Numbers", "clocks", "has_text", "header_of", "numbers", "opened", "texts", "unused"]

_NOTHING = frozenset(word.lower() for word in NULL_WORDS)
_BOM = "\ufeff"


@frozen(eq=False)
class Numbers:
    """A column of numbers (数值列).

    Parameters
    ----------
    values : ndarray of float64, shape (rows,)
        NaN where there is none.
    is_blank : ndarray of bool, shape (rows,)
        Where nothing stood.
    is_bad : ndarray of bool, shape (rows,)
        Where something stood that is no number.
    """

    values: NDArray[np.float64]
    is_blank: NDArray[np.bool_]
    is_bad: NDArray[np.bool_]


def opened(source: Source, where: str) -> Frame:
    """Open a table with all its columns; two of one name are refused (打开).

    Raises
    ------
    TableError
        When it is no table, or two columns have one name.
    """
    frame = open_frame(source, lambda _: True, where=where)
    plain = [_plain(header) for header in frame.headers]
    repeated = sorted({header for header in plain if plain.count(header) > 1})
    if repeated:
        raise TableError.of(
            "repeated_column",
            where,
            f"列名重复：{'、'.join(repeated)}；请改名或去掉",
            f"columns stand twice: {', '.join(repeated)}; rename them, or leave one out",
            count=len(repeated),
        )
    return frame


def _plain(header: str) -> str:
    return header.strip().strip(_BOM).lower()


def header_of(frame: Frame, names: Iterable[str], where: str, *, is_needed: bool = True) -> str:
    """Return the header that is one of these names; empty where there is none (找列).

    Raises
    ------
    TableError
        When a column that is needed is not there.
    """
    wanted = [_plain(name) for name in names]
    found = {_plain(header): header for header in frame.headers}
    for name in wanted:
        if name in found:
            return found[name]
    if is_needed:
        raise TableError.of(
            "missing_column",
            f"{where}.{wanted[0]}",
            f"缺少列 {' / '.join(wanted)}；现有：{'、'.join(frame.headers[:8])}",
            f"no column {' / '.join(wanted)}; there are: {', '.join(frame.headers[:8])}",
        )
    return ""


def unused(frame: Frame, used: Sequence[str]) -> Left:
    """Tell which columns were not used (未用的列)."""
    others = [header for header in frame.headers if header not in used]
    return Left(reason="unused_column", count=len(others), example=", ".join(others[:5]))


def texts(raw: Raw) -> NDArray[np.object_]:
    """Return stripped text; None where nothing stands (文本列)."""
    shown = raw.clock_texts() if raw.kind == "time" else raw
    words = shown.words()
    plain = np.array([_word(word) for word in words], dtype=object)
    return shown.spread(plain, null=None)


def _word(word: object) -> str | None:
    text = "" if word is None else str(word).strip().strip(_BOM)
    return None if text.lower() in _NOTHING else text


def has_text(cells: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Return where a text stands (有文本)."""
    return np.fromiter((cell is not None for cell in cells), np.bool_, len(cells))


def numbers(raw: Raw) -> Numbers:
    """Read a column of numbers; ``Null`` and blanks are nothing, never 0 (数值列)."""
    if raw.kind in ("integer", "float"):
        values = raw.spread(raw.values.astype(np.float64), null=np.nan)
        is_blank = raw.nulls()
    else:
        pooled = raw.pooled()
        cells = pd.Series([_word(word) for word in pooled.words()], dtype=object)
        read = pd.to_numeric(cells, errors="coerce").to_numpy(np.float64, na_value=np.nan)
        values = pooled.spread(read, null=np.nan)
        is_blank = pooled.spread(cells.isna().to_numpy(np.bool_), null=True)
    is_bad = ~is_blank & ~np.isfinite(values)
    return Numbers(np.where(is_bad | is_blank, np.nan, values), is_blank, is_bad)


def clocks(raw: Raw, *, is_utc: bool = False) -> NDArray[np.int64]:
    """Return the microseconds that clocks show; NAT where none (钟面时间).

    Parameters
    ----------
    raw : Raw
        Stamps. Without a zone they are taken as they stand.
    is_utc : bool
        Whether stamps with a zone are told in UTC, and not as in Shanghai.
    """
    if raw.kind == "time":
        shown = raw.spread(raw.values.astype(np.int64), null=NAT)
        return to_local(shown) if raw.has_zone and not is_utc else shown
    pooled = raw.pooled()
    words = np.array([_word(word) or "" for word in pooled.words()], dtype=object)
    parsed = parse_times(words, np.array([not word for word in words], dtype=np.bool_))
    found = to_local(parsed.utc_us)
    return pooled.spread(np.where(parsed.has_offset & is_utc, parsed.utc_us, found), null=NAT)
