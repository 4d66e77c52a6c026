"""The tables of a result, made of blocks and of bills of the reference (批量结果表).

Cell for cell what the reference alone would give, in the same order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

import numpy as np
import pandas as pd
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.billing.batch.bills import Batch
from powerchannel.billing.batch.blocks import Block, Numbers, Texts, total, words
from powerchannel.billing.batch.exact import Ints
from powerchannel.billing.batch.inputs import shown_decimals
from powerchannel.billing.batch.values import Value, values_of
from powerchannel.billing.printing import frames
from powerchannel.billing.records import GroupBill
from powerchannel.billing.reference.power_factor import CHARGE
from powerchannel.billing.tariff import GROUPS
from powerchannel.ids import Ids

__all__ = ["Tables"]

_Columns: TypeAlias = "Mapping[str, Texts | NDArray[np.generic]]"
_Part: TypeAlias = "tuple[Ints, _Columns]"
"""The place within the group for each row, or -1 where the row is not there, and its cells."""

_READING_DECIMALS = 6
_REVERSE = "reverse_active_"


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
        return self._table(frames.value_frame, _value_parts)

    def lines(self) -> pd.DataFrame:
        """Return every line (账单行)."""
        return self._table(frames.line_frame, _line_parts)

    def registers(self) -> pd.DataFrame:
        """Return every row of a register (示数行)."""
        return self._table(frames.register_frame, _register_parts)

    def findings(self) -> pd.DataFrame:
        """Return every finding (计费提示)."""
        return self._table(frames.finding_frame, _finding_parts)

    def accounts(self) -> pd.DataFrame:
        """Return one row an account (分户宽表)."""
        return self._table(frames.account_frame, _account_parts)

    def _table(
        self,
        by_reference: Callable[[Sequence[GroupBill]], pd.DataFrame],
        parts: Callable[[Block, _Ids], Iterator[_Part]],
    ) -> pd.DataFrame:
        """Put the rows of both into the order of groups."""
        place = _Places(self.batch.groups)
        known = by_reference(self.others)
        ranks, orders = [place.of_text(known["group_id"].tolist())], [np.arange(len(known))]
        columns: dict[str, list[NDArray[np.generic]]] = {name: [] for name in known.columns}
        for block in self.batch.blocks:
            rank = place.of(block.groups)
            for order, cells in parts(block, _Ids.of(block, self.batch.groups.names)):
                there = np.flatnonzero(order >= 0)
                ranks.append(rank[there])
                orders.append(order[there])
                for name, found in columns.items():
                    found.append(cells[name][there])
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


@frozen(eq=False)
class _Ids:
    """The ids of a block as text."""

    group: Texts
    account: Texts
    meter: Texts

    @classmethod
    def of(cls, block: Block, names: NDArray[np.object_]) -> _Ids:
        keys = (block.groups, block.accounts, block.meters)
        return cls(*(Ids(k, names).to_text() for k in keys))


def _constant(count: int, value: str) -> Texts:
    return np.full(count, value, object)


def _line_parts(block: Block, named: _Ids) -> Iterator[_Part]:
    n = len(block)
    for order, line in enumerate(block.lines):
        yield (
            np.full(n, order),
            {
                "group_id": named.group,
                "account_id": named.account,
                "code": _constant(n, line.code),
                "group": _constant(n, line.group),
                "period": _constant(n, line.period),
                "quantity": line.quantity.text(),
                "unit": _constant(n, line.unit),
                "price": words(line.price, n),
                "amount_fen": line.amount,
                "rule_id": words(line.rule_id, n),
                "status": _constant(n, line.status),
                "clause": _constant(n, line.clause),
            },
        )


def _register_parts(block: Block, named: _Ids) -> Iterator[_Part]:
    order = 0
    for period, energy in block.metered.items():
        billed = block.billed[period]
        yield (
            order_of(block, order),
            _register(block, named, f"active_{period}", period, energy, billed),
        )
        order += 1
    for register, energy in block.others.items():
        period = register.removeprefix(_REVERSE) if register.startswith(_REVERSE) else "total"
        yield order_of(block, order), _register(block, named, register, period, energy, None)
        order += 1


def order_of(block: Block, order: int) -> Ints:
    """Return one order for all bills of a block (行序)."""
    return np.full(len(block), order)


def _register(
    block: Block, named: _Ids, register: str, period: str, energy: Ints, billed: Ints | None
) -> _Columns:
    """Return a row of every meter: what rounding adds stands beside what was metered."""
    n, decimals = len(block), block.metered_decimals
    zero, metered = _constant(n, "0"), Numbers(energy, decimals).text()
    added, whole = zero, metered
    if billed is not None:
        most = max(decimals, block.billed_decimals)
        final = billed * 10 ** (most - block.billed_decimals)
        added = Numbers(final - energy * 10 ** (most - decimals), most).text()
        whole = Numbers(final, most).text()
    return {
        "group_id": named.group,
        "meter_id": named.meter,
        "account_id": named.account,
        "register": _constant(n, register),
        "period": _constant(n, period),
        "previous": _shown(block.previous.get(register), n),
        "current": _shown(block.current.get(register), n),
        "multiplier": _shown(block.multiplier, n),
        "metered_kwh": metered,
        "transformer_loss_kwh": zero,
        "line_loss_kwh": zero,
        "added_kwh": added,
        "billed_kwh": whole,
        "is_estimated": np.zeros(n, np.bool_),
    }


def _shown(values: Ints | None, count: int) -> Texts:
    """Return numbers without zeros behind their last digit."""
    if values is None:
        return _constant(count, "")
    return Numbers(values, _READING_DECIMALS, shown_decimals(values, _READING_DECIMALS)).text()


def _finding_parts(block: Block, named: _Ids) -> Iterator[_Part]:
    n = len(block)
    for order, (code, message) in enumerate(block.findings):
        yield (
            np.full(n, order),
            {
                "group_id": named.group,
                "code": _constant(n, code),
                "id": named.account,
                "is_fatal": np.zeros(n, np.bool_),
                "zh": _constant(n, message.zh),
                "en": _constant(n, message.en),
            },
        )


def _account_parts(block: Block, named: _Ids) -> Iterator[_Part]:
    if not block.lines:
        return
    known = (*GROUPS, CHARGE)
    sums: dict[str, list[Ints]] = {name: [] for name in (*known, "other")}
    for line in block.lines:
        name = CHARGE if line.code == CHARGE else line.group
        sums[name if name in known else "other"].append(line.amount)
    energy = total(list(block.billed.values()), len(block))
    yield (
        order_of(block, 0),
        {
            "group_id": named.group,
            "account_id": named.account,
            "billed_energy_kwh": Numbers(energy, block.billed_decimals).text(),
            **{f"{name}_fen": total(parts, len(block)) for name, parts in sums.items()},
            "amount_fen": block.amount,
        },
    )


def _value_parts(block: Block, named: _Ids) -> Iterator[_Part]:
    """Yield every value of groups, accounts and meters; one id has each name once."""
    found = values_of(block)
    keys = sorted({value.key for value in found})
    is_group = named.group == named.account
    is_known = (named.meter == named.group) | (named.meter == named.account)
    hidden = {"group": np.zeros(len(block), np.bool_), "account": is_group, "meter": is_known}
    ids = {"group": named.group, "account": named.account, "meter": named.meter}
    places = _places(ids)
    for value in found:
        order = places[value.of] * len(keys) + keys.index(value.key)
        order = np.where(hidden[value.of], -1, order)
        if value.mask is not None:
            order = np.where(value.mask, order, -1)
        yield order, _value_cells(value, named, ids[value.of])


def _places(ids: Mapping[str, Texts]) -> dict[str, Ints]:
    """Return the place of each id among those of its bill, by their text."""
    return {
        name: sum(
            (np.asarray(other < mine).astype(np.int64) for other in ids.values()),
            start=np.zeros(len(mine), np.int64),
        )
        for name, mine in ids.items()
    }


def _value_cells(value: Value, named: _Ids, ids: Texts) -> _Columns:
    n = len(ids)
    name, _, period = value.key
    text = value.cells.text() if isinstance(value.cells, Numbers) else words(value.cells, n)
    fen = np.full(n, None, object)
    if frames.is_money(name) and isinstance(value.cells, Numbers):
        fen = value.cells.values.astype(object)
    return {
        "group_id": named.group,
        "id": ids,
        "name": _constant(n, name),
        "period": _constant(n, period),
        "value": text,
        "value_fen": fen,
    }
