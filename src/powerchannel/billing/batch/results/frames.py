"""The tables of a result, made of blocks and of bills of the reference (批量结果表).

Cell for cell what the reference alone would give, in the same order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.billing.batch.columns.exact import Ints
from powerchannel.billing.batch.results.batch import Batch
from powerchannel.billing.batch.results.block import Block
from powerchannel.billing.batch.results.rows import (
    Part,
    account_parts,
    finding_parts,
    line_parts,
    register_parts,
    value_parts,
)
from powerchannel.billing.printing import frames
from powerchannel.billing.records import GroupBill
from powerchannel.ids import Ids

__all__ = ["Tables"]


@frozen(eq=False)
class Tables:
    """The tables of a batch and of the bills that the reference made (合并结果表).

    Parameters
    ----------
    batch : Batch
        The bills of the batch.
    others : sequence of GroupBill
        Those of the reference.
    """

    batch: Batch
    others: Sequence[GroupBill]

    def values(self) -> pd.DataFrame:
        """Return every value (结果长表)."""
        return self._table(frames.value_frame, value_parts)

    def lines(self) -> pd.DataFrame:
        """Return every line (账单行)."""
        return self._table(frames.line_frame, line_parts)

    def registers(self) -> pd.DataFrame:
        """Return every row of a register (示数行)."""
        return self._table(frames.register_frame, register_parts)

    def findings(self) -> pd.DataFrame:
        """Return every finding (计费提示)."""
        return self._table(frames.finding_frame, finding_parts)

    def accounts(self) -> pd.DataFrame:
        """Return one row an account (分户宽表)."""
        return self._table(frames.account_frame, account_parts)

    def _table(
        self,
        by_reference: Callable[[Sequence[GroupBill]], pd.DataFrame],
        parts: Callable[[Sequence[Block], NDArray[np.object_]], Iterator[Part]],
    ) -> pd.DataFrame:
        """Put the rows of both into the order of groups."""
        place = _Places(self.batch.groups)
        known = by_reference(self.others)
        ranks, orders = [place.of_text(known["group_id"].tolist())], [np.arange(len(known))]
        columns: dict[str, list[NDArray[np.generic]]] = {name: [] for name in known.columns}
        names = self.batch.groups.names
        for part in parts(self.batch.blocks, names):
            ranks.append(place.of(part.groups))
            orders.append(part.order)
            cells = {"group_id": Ids(part.groups, names).to_text(), **part.cells}
            for name, found in columns.items():
                found.append(cells[name])
        if len(ranks) == 1:
            return known
        rows = np.lexsort((np.concatenate(orders), np.concatenate(ranks)))
        both = pd.concat([known, _like(known, columns)], ignore_index=True)
        return both.take(rows).reset_index(drop=True)


def _like(
    known: pd.DataFrame, columns: Mapping[str, Sequence[NDArray[np.generic]]]
) -> pd.DataFrame:
    """Return columns as a table of the reference has them."""
    whole = {name: np.concatenate(parts) for name, parts in columns.items()}
    return pd.DataFrame({n: pd.Series(v, dtype=known[n].dtype) for n, v in whole.items()})


class _Places:
    """The place of each group in the order of a result."""

    def __init__(self, groups: Ids) -> None:
        ordered, self._order = groups.ordered()
        self._keys = groups.keys
        self._names = groups.names
        self._rank = np.empty(len(groups), np.int64)
        self._rank[self._order] = np.arange(len(groups))
        self._ordered = ordered

    def of(self, keys: Ints) -> Ints:
        return np.asarray(self._rank[np.searchsorted(self._keys, keys)])

    def of_text(self, texts: list[str]) -> Ints:
        return np.asarray(self._ordered.positions(Ids.from_text(texts)))
