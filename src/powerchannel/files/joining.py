"""A table in several files, such as one a month, put together as one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from powerchannel.tables import Schema

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["join_tables"]


def join_tables(
    tables: Sequence[pd.DataFrame | pa.Table], schema: Schema
) -> pd.DataFrame | pa.Table:
    """Return the rows of all tables, one after the other (合并多个文件).

    Parameters
    ----------
    tables : sequence of DataFrame or pyarrow.Table
        At least one, as `read_table` gives them. Each may have its own headers for a column.
    schema : Schema
        What they must look like; its headers tell which columns are the same.

    Returns
    -------
    DataFrame or pyarrow.Table
        A single table as it is; several with the names of the schema. Where types differ, cell by
        cell, for no cast would keep all values.

    Examples
    --------
    >>> from powerchannel.channel import SCHEMAS
    >>> march = pd.DataFrame({"customer_id": ["017"], "contacted_at": ["2022-03-05"]})
    >>> april = pd.DataFrame({"办理时间": ["2022-04-01"], "客户编号": ["025"]})
    >>> join_tables([march, april], SCHEMAS["contacts"]).values.tolist()
    [['017', '2022-03-05'], ['025', '2022-04-01']]
    """
    if len(tables) == 1:
        return tables[0]
    named = [_named(t, schema) for t in tables]
    if any(isinstance(t, pd.DataFrame) or t.schema != named[0].schema for t in named):
        return pd.concat([_cells(t) for t in named], ignore_index=True)
    import pyarrow as pa

    return pa.concat_tables(named)


def _named(table: pd.DataFrame | pa.Table, schema: Schema) -> pd.DataFrame | pa.Table:
    """Return a table with the names of the schema where a header is plain."""
    headers = [str(h) for h in (table if isinstance(table, pd.DataFrame) else table.column_names)]
    ours = {h[0]: name for name, h in schema.resolve(headers).items() if len(h) == 1}
    names = [ours.get(h, h) for h in headers]
    if isinstance(table, pd.DataFrame):
        return table.set_axis(names, axis=1)
    return table.rename_columns(names)


def _cells(table: pd.DataFrame | pa.Table) -> pd.DataFrame:
    if isinstance(table, pd.DataFrame):
        return table
    return pd.DataFrame(table.to_pydict(), dtype=object)
