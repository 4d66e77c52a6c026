"""Tables at the door: contracts, checking, and the compact columns that go on.

- `schema`: `Column`, `Schema`, `Code`: what a table must look like; `building`: columns in short
- `door`, `arrow`, `raw`, `pooling`: any data frame to NumPy columns
- `reading`, `amounts`, `numbers`: one column by its kind; `columns`: what that gives
- `keys`: rows seen again
- `check`: all of it, every problem at once
- `checked`: what comes out; `domain`: of all tables of a domain together
- `messages`: what is said
"""

from powerchannel.tables.check import check_tables
from powerchannel.tables.checked import (
    CheckedTable,
    counted_table,
    problem_table,
    rejected_table,
    row_counts,
)
from powerchannel.tables.columns import NO_DAY, NO_NUMBER, IdsMode, Values
from powerchannel.tables.domain import DomainTables, kept
from powerchannel.tables.door import Source
from powerchannel.tables.raw import Raw
from powerchannel.tables.schema import Code, Column, Schema, Vocabulary

__all__ = [
    "NO_DAY",
    "NO_NUMBER",
    "CheckedTable",
    "Code",
    "Column",
    "DomainTables",
    "IdsMode",
    "Raw",
    "Schema",
    "Source",
    "Values",
    "Vocabulary",
    "check_tables",
    "counted_table",
    "kept",
    "problem_table",
    "rejected_table",
    "row_counts",
]
