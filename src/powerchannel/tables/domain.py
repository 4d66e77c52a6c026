"""The tables of a domain after checking: what every domain's `check` returns (检查后的数据)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import ClassVar

import pandas as pd
from attrs import frozen

from powerchannel.errors import Problem
from powerchannel.tables.checked import (
    CheckedTable,
    counted_table,
    problem_table,
    rejected_table,
)

__all__ = ["DomainTables", "kept"]


@frozen(eq=False, slots=False, repr=False, kw_only=True)
class DomainTables:
    """The tables of a domain after checking (检查后的数据).

    A domain adds its name, and a line for each table::

        @frozen(eq=False, slots=False, repr=False, kw_only=True)
        class Tables(DomainTables):
            domain = "theft"
            areas = kept("areas", "The transformer areas kept (台区).")

    Parameters
    ----------
    checked : mapping of table name to CheckedTable
        The compact columns.
    notices : tuple of Problem
        What was found beyond single tables.
    """

    domain: ClassVar[str]

    checked: Mapping[str, CheckedTable]
    notices: tuple[Problem, ...] = ()

    @cached_property
    def rejected(self) -> pd.DataFrame:
        """Every row left out: table, row, code, column, value (剔除的行)."""
        return rejected_table(self.checked)

    @property
    def found(self) -> tuple[Problem, ...]:
        """Everything that was found (全部问题)."""
        return tuple(p for t in self.checked.values() for p in t.problems) + self.notices

    @cached_property
    def problems(self) -> pd.DataFrame:
        """Everything that was found: severity, code, where, count, examples, zh, en (问题表)."""
        return problem_table(self.found)

    @cached_property
    def counts(self) -> pd.DataFrame:
        """Rows in, kept and rejected for each table; in = kept + rejected (行数核对)."""
        return counted_table(self.checked)

    def __repr__(self) -> str:
        came = {n: t for n, t in self.checked.items() if t.rows_in}
        kept = ", ".join(f"{n}: {t.rows:,}/{t.rows_in:,}" for n, t in came.items())
        return f"<{self.domain}.Tables kept/in {kept}; problems: {len(self.found)}>"

    def _repr_html_(self) -> str:
        return str(self.counts.to_html(index=False)) + str(self.problems.to_html(index=False))


def kept(table: str, doc: str) -> cached_property[pd.DataFrame]:
    """Return a property that is the kept rows of a table as a data frame (保留的行).

    Parameters
    ----------
    table : str
        The name of the table.
    doc : str
        What it holds.
    """

    def frame(tables: DomainTables) -> pd.DataFrame:
        return tables.checked[table].frame()

    frame.__doc__ = doc
    return cached_property(frame)
