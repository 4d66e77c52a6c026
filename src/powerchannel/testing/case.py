"""One case: tables, a month, rules, and what should come out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

from attrs import field, frozen

from powerchannel.errors import PowerChannelError
from powerchannel.rulebook import RulebookRecord
from powerchannel.testing.comparing import Cell, as_text

__all__ = ["Case", "CaseError", "CaseTable"]


class CaseError(PowerChannelError, ValueError):
    """A case file cannot be read, or it does not say what its domain needs."""


@frozen(kw_only=True)
class CaseTable:
    """A table as a case file writes it (算例中的表).

    Parameters
    ----------
    columns : tuple of str
        Its headers.
    rows : tuple of tuple of Cell
        Its rows; an empty text is no value.

    Examples
    --------
    >>> CaseTable(columns=("id", "kwh"), rows=(("a", "1.5"), ("b", ""))).arrays()
    {'id': ['a', 'b'], 'kwh': ['1.5', '']}
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def arrays(self) -> dict[str, list[Cell]]:
        """Return the columns, as a domain's `check` takes them (按列取值).

        Decimals and dates become text; an integer stays one, so that an id written as a number is
        found out.
        """
        cells = {c: [row[i] for row in self.rows] for i, c in enumerate(self.columns)}
        return {c: [_loaded(cell) for cell in part] for c, part in cells.items()}

    def records(self) -> Iterator[dict[str, Cell]]:
        """Yield each row by its headers (按行取值)."""
        return (dict(zip(self.columns, row, strict=True)) for row in self.rows)


def _loaded(cell: Cell) -> Cell:
    return as_text(cell) if isinstance(cell, Decimal | date) else cell


@frozen(kw_only=True)
class Case:
    """One case: what goes in and what should come out (算例).

    Parameters
    ----------
    path : Path
        The file.
    domain, name, source : str
        Whose it is, what it is called, and where its numbers come from.
    as_of : str
        The month; empty where the domain needs none.
    tables : mapping of table name to CaseTable
        The input.
    rulebook : RulebookRecord, optional
        The rules, with the changes of the case worked in.
    expect : CaseTable
        The expected values.
    details : mapping of str to object
        Further keys that belong to the domain alone, as the file has them.
    """

    path: Path
    domain: str
    name: str
    source: str
    as_of: str = ""
    tables: Mapping[str, CaseTable] = field(factory=dict)
    rulebook: RulebookRecord | None = None
    expect: CaseTable
    details: Mapping[str, object] = field(factory=dict)
