"""Text tables for a terminal, aligned where Chinese letters are two columns wide."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from powerchannel.text import Lang, Text

__all__ = ["aligned", "count_table", "display_width"]

_COUNTS_HEAD = Text("表 读入 保留 剔除", "table rows kept rejected")


def display_width(text: str) -> int:
    """Return how many columns a text takes on a terminal (显示宽度).

    Examples
    --------
    >>> display_width("app"), display_width("营业厅")
    (3, 6)
    """
    return sum(_letter_width(letter) for letter in text)


def aligned(rows: Iterable[Sequence[object]], *, right: Iterable[int] = (), gap: int = 2) -> str:
    """Return rows as lines with aligned columns (对齐的文本表).

    Parameters
    ----------
    rows : iterable of sequences
        The cells, row by row; all rows of one length.
    right : iterable of int
        Positions of the columns that are flush right, such as numbers.
    gap : int
        Blanks between columns.

    Examples
    --------
    >>> print(aligned([("渠道", "占比"), ("app", "7 %")], right=[1]))
    渠道  占比
    app    7 %
    """
    cells = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(display_width, column)) for column in zip(*cells, strict=True)]
    flush = set(right)
    lines = (
        (" " * gap).join(
            _padded(cell, width, right=place in flush)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in cells
    )
    return "\n".join(line.rstrip() for line in lines)


def count_table(counts: Iterable[Sequence[object]], lang: Lang) -> str:
    """Return rows in, kept and rejected of each table, aligned (行数表).

    Parameters
    ----------
    counts : iterable of (table, rows in, kept, rejected)
        Rows of ``Tables.counts``.
    lang : {"zh", "en"}
        The language.

    Examples
    --------
    >>> print(count_table([("contacts", 27512, 27292, 220)], "en"))
    table       rows    kept  rejected
    contacts  27,512  27,292       220
    """
    head = _COUNTS_HEAD.pick(lang).split()
    return aligned(
        [head, *((name, *(f"{n:,}" for n in numbers)) for name, *numbers in counts)],
        right=(1, 2, 3),
    )


def _letter_width(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def _padded(cell: str, width: int, *, right: bool) -> str:
    blanks = " " * (width - display_width(cell))
    return blanks + cell if right else cell + blanks
