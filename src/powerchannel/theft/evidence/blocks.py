"""Whole transformer areas of a state, some at a time: memory does not grow with it (分块取证)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.ids import Ids
from powerchannel.memory import Rows
from powerchannel.theft.electrical.runs import rows_of
from powerchannel.theft.state import State

__all__ = ["Block", "blocks_of"]

_ROWS = 1 << 19
"""Fewer: the calls cost more than the rows; more: matrices leave the cache."""
_OF_CUSTOMERS = ("points", "phase_readings", "daily", "inspections", "events")
_OF_AREAS = ("outages", "areas")
_LONG = ("phase_readings", "daily")
_LEAST_ROWS = 92
"""Of a customer: one without any has a row of days too."""


@frozen(eq=False, kw_only=True)
class Block:
    """All that is remembered of some areas (部分台区).

    Parameters
    ----------
    customers : Ids
        Their customers, in the order of keys.
    customer_areas : ndarray of int64, shape (customers,)
        The key of the area of each.
    tables : mapping of table name to Rows
        Their rows; temperatures are everybody's.
    """

    customers: Ids
    customer_areas: NDArray[np.int64]
    tables: Mapping[str, Rows]

    @classmethod
    def of(cls, state: State, rows: NDArray[np.int64]) -> Block:
        """Take all customers of some areas out of a state (取台区).

        Parameters
        ----------
        state : State
            What is remembered.
        rows : ndarray of int64
            Their places in ``state.customers``, ascending.
        """
        keys, areas = state.customers.keys[rows], state.customer_areas[rows]
        tables = {**state.tables}
        for name in _OF_CUSTOMERS:
            tables[name] = _taken(tables[name], "customer_id", keys)
        for name in _OF_AREAS:
            tables[name] = _taken(tables[name], "area_id", np.unique(areas))
        return cls(customers=Ids(keys, state.names), customer_areas=areas, tables=tables)


def _taken(rows: Rows, column: str, keys: NDArray[np.int64]) -> Rows:
    """Return the rows of some keys; they are sorted by that column."""
    first, stop = (np.searchsorted(rows[column], keys, side) for side in ("left", "right"))
    taken = rows_of(first, stop)
    return Rows(rows.name, rows.key, {name: each[taken] for name, each in rows.columns.items()})


def blocks_of(state: State, rows: int = _ROWS) -> list[NDArray[np.int64]]:
    """Return the customers of stretches of whole areas (分块).

    Parameters
    ----------
    state : State
        What is remembered.
    rows : int
        About how many daily and phase readings a block has; an area is never split.

    Returns
    -------
    list of ndarray of int64
        Places in ``state.customers``, ascending within a block; at least one block.

    Examples
    --------
    >>> from powerchannel import theft
    >>> daily = {"户号": ["1", "2", "3"], "日期": ["2025-01-31"] * 3, "日用电量": [1, 2, 3]}
    >>> state = theft.aggregate(theft.check(daily=daily))
    >>> [block.tolist() for block in blocks_of(state, 150)]
    [[0, 1], [2]]
    """
    order = np.argsort(state.customer_areas, kind="stable")
    areas, keys = state.customer_areas[order], state.customers.keys
    counts = np.full(len(keys), _LEAST_ROWS)
    for name in _LONG:
        owners = state.tables[name]["customer_id"]
        counts += np.searchsorted(owners, keys, "right") - np.searchsorted(owners, keys)
    before = np.cumsum(counts[order]) - counts[order]
    is_new = np.append(True, areas[1:] != areas[:-1])[: len(areas)]
    block = np.maximum.accumulate(np.where(is_new, before // rows, 0))
    return [np.sort(part) for part in np.split(order, np.flatnonzero(np.diff(block)) + 1)]
