"""Blocks of bills as the rows of each table of a result (批量结果行)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.billing.batch.columns.cells import Numbers, Texts, Words, words
from powerchannel.billing.batch.columns.exact import Ints, shown_decimals, total
from powerchannel.billing.batch.columns.keys import text_ranks
from powerchannel.billing.batch.columns.printed import LineColumn, NoteColumn, RegisterColumn
from powerchannel.billing.batch.inputs.meters import MISSING
from powerchannel.billing.batch.results.block import Block
from powerchannel.billing.batch.results.group_values import group_values
from powerchannel.billing.batch.results.values import Value, key_of, values_of
from powerchannel.billing.printing.frames import is_money
from powerchannel.billing.reference.power_factor import CHARGE
from powerchannel.billing.tariff import GROUPS
from powerchannel.ids import Ids
from powerchannel.text import Text

__all__ = ["Part", "account_parts", "finding_parts", "line_parts", "register_parts", "value_parts"]

Names: TypeAlias = NDArray[np.object_]
Columns: TypeAlias = "Mapping[str, Texts | NDArray[np.generic]]"
_Bools: TypeAlias = NDArray[np.bool_]

_READING_DECIMALS, _ONE = 6, 10**6
_LINES = 1 << 12
"""More than a bill has."""
_LATER = 1 << 40


@frozen(eq=False)
class Part:
    """Rows of a table (表行).

    Parameters
    ----------
    groups : ndarray of int64
        The key of the group of each.
    order : ndarray of int64
        Its place within the group.
    cells : mapping of column name to ndarray
        Without the group.
    """

    groups: Ints
    order: Ints
    cells: Columns

    def where(self, mask: _Bools | None) -> Part:
        """Return some of the rows (筛选)."""
        if mask is None or mask.all():
            return self
        cells = {name: values[mask] for name, values in self.cells.items()}
        return Part(self.groups[mask], self.order[mask], cells)


def _constant(count: int, value: str) -> Texts:
    return np.full(count, value, object)


def _text(keys: Ints, names: Names) -> Texts:
    return Ids(keys, names).to_text()


def line_parts(blocks: Sequence[Block], names: Names) -> Iterator[Part]:
    """Yield every line (账单行).

    Parameters
    ----------
    blocks : sequence of Block
        The bills.
    names : ndarray of object
        The names that keys are over.
    """
    for block in blocks:
        account = _text(block.accounts, names)
        for order, line in enumerate(block.lines):
            yield _line(block, line, order, account)


def _line(block: Block, line: LineColumn, order: int, account: Texts) -> Part:
    n = len(block)
    cells: Columns = {
        "account_id": account,
        "code": _constant(n, line.code),
        "group": _constant(n, line.group),
        "period": _constant(n, line.period),
        "quantity": _constant(n, "") if line.quantity is None else line.quantity.text(),
        "unit": _constant(n, line.unit),
        "price": words(line.price, n),
        "amount_fen": line.amount,
        "rule_id": words(line.rule_id, n),
        "status": words(line.status, n),
        "clause": words(line.clause, n),
    }
    is_last = line.code == CHARGE  # behind those of all accounts of the group
    place = block.ranks * _LINES + order + is_last * _LATER
    return Part(block.groups, place, cells).where(line.mask)


def register_parts(blocks: Sequence[Block], names: Names) -> Iterator[Part]:
    """Yield every row of a register (示数行).

    Parameters
    ----------
    blocks, names
        As for `line_parts`.
    """
    for block in blocks:
        for column in block.energy.source.registers(block.energy.billed):
            bill = np.arange(len(block)) if column.bill is None else column.bill
            cells = _register(column, _text(block.accounts[bill], names), names)
            yield Part(block.groups[bill], column.order, cells)


def _register(column: RegisterColumn, account: Texts, names: Names) -> Columns:
    n = len(account)
    added = (column.metered, column.transformer, column.line, column.added)
    multiplier = np.full(n, _ONE) if column.multiplier is None else column.multiplier
    return {
        "meter_id": _constant(n, "") if column.meter is None else _text(column.meter, names),
        "account_id": account,
        "register": _constant(n, column.register),
        "period": _constant(n, column.period),
        "previous": _reading(column.previous, n),
        "current": _reading(column.current, n),
        "multiplier": _reading(multiplier, n),
        "metered_kwh": _number(column.metered, n),
        "transformer_loss_kwh": _number(column.transformer, n),
        "line_loss_kwh": _number(column.line, n),
        "added_kwh": _number(column.added, n),
        "billed_kwh": _number(_sum([part for part in added if part is not None]), n),
        "is_estimated": np.zeros(n, np.bool_),
    }


def _number(cells: Numbers | None, count: int) -> Texts:
    return _constant(count, "0") if cells is None else cells.text()


def _sum(parts: Sequence[Numbers]) -> Numbers | None:
    """Return a sum with the decimals of the part that has most."""
    if len(parts) < 2:
        return parts[0] if parts else None
    most = max(part.decimals for part in parts)
    values = [part.values * 10 ** (most - part.decimals) for part in parts]
    shown = [part.decimals if part.shown is None else part.shown for part in parts]
    whole, most_shown = values[0], shown[0]
    for value, more in zip(values[1:], shown[1:], strict=True):
        whole, most_shown = whole + value, np.maximum(most_shown, more)
    return Numbers(whole, most, np.broadcast_to(most_shown, whole.shape))


def _reading(values: Ints | None, count: int) -> Texts:
    """Return numbers without zeros behind their last digit."""
    if values is None:
        return _constant(count, "")
    is_known = values != MISSING
    known = np.where(is_known, values, 0)
    shown = shown_decimals(known, _READING_DECIMALS)
    return np.where(is_known, Numbers(known, _READING_DECIMALS, shown).text(), "")


def finding_parts(blocks: Sequence[Block], names: Names) -> Iterator[Part]:
    """Yield every finding: of the energy in the order of codes and ids, then of the charges (提示).

    Parameters
    ----------
    blocks, names
        As for `line_parts`.
    """
    yield from _notes(blocks, names)
    for block in blocks:
        n, account = len(block), _text(block.accounts, names)
        for order, found in enumerate(block.findings):
            cells: Columns = {
                "code": _constant(n, found.code),
                "id": account,
                "is_fatal": np.zeros(n, np.bool_),
                "zh": words(found.zh, n),
                "en": words(found.en, n),
            }
            place = block.ranks * _LINES + order + _LATER * (1 + found.is_last)
            yield Part(block.groups, place, cells).where(found.mask)


def _notes(blocks: Sequence[Block], names: Names) -> Iterator[Part]:
    told = [
        _note(block, note, names)
        for block in blocks
        for note in block.energy.notes
        if len(note.bill)
    ]
    if told:
        groups = np.concatenate([part.groups for part in told])
        cells = {c: np.concatenate([part.cells[c] for part in told]) for c in told[0].cells}
        ranks = [np.unique(cells[c], return_inverse=True)[1] for c in ("en", "id", "code")]
        order = np.empty(len(groups), np.int64)
        order[np.lexsort([rank.reshape(-1) for rank in ranks])] = np.arange(len(groups))
        yield Part(groups, order, cells)


def _note(block: Block, note: NoteColumn, names: Names) -> Part:
    n, said = len(note.bill), note.messages
    messages = (said,) * n if isinstance(said, Text) else said
    cells: Columns = {
        "code": _constant(n, note.code),
        "id": _text(note.ids, names),
        "is_fatal": np.zeros(n, np.bool_),
        "zh": np.array([message.zh for message in messages], object),
        "en": np.array([message.en for message in messages], object),
    }
    return Part(block.groups[note.bill], np.zeros(n, np.int64), cells)


def account_parts(blocks: Sequence[Block], names: Names) -> Iterator[Part]:
    """Yield a row of subtotals of every account that has a line (分户宽表).

    Parameters
    ----------
    blocks, names
        As for `line_parts`.
    """
    for block in blocks:
        known = (*GROUPS, CHARGE)
        sums: dict[str, list[Ints]] = {name: [] for name in (*known, "other")}
        has_line = np.zeros(len(block), np.bool_)
        for line in block.lines:
            name = CHARGE if line.code == CHARGE else line.group
            sums[name if name in known else "other"].append(line.amount)
            has_line |= True if line.mask is None else line.mask
        energy = Numbers(block.energy.billed["total"], block.billed_decimals)
        cells: Columns = {
            "account_id": _text(block.accounts, names),
            "billed_energy_kwh": energy.text(),
            **{f"{name}_fen": total(parts, len(block)) for name, parts in sums.items()},
            "amount_fen": block.amount,
        }
        yield Part(block.groups, block.ranks, cells).where(has_line)


def value_parts(blocks: Sequence[Block], names: Names) -> Iterator[Part]:
    """Yield every value of groups, accounts and meters; one id has each name once (结果长表).

    Parameters
    ----------
    blocks, names
        As for `line_parts`.
    """
    of_blocks = [(block, values_of(block)) for block in blocks]
    found = [result for block, values in of_blocks for result in _all_values(block, values)]
    found += [
        _result(value.groups, value.groups, value.key, value.cells, None)
        for value in group_values(of_blocks)
    ]
    keys = sorted({result.key for result in found})
    if not keys:
        return
    ranks = _Ranks(np.concatenate([result.ids for result in found]), names)
    for result in found:
        order = ranks.of(result.ids) * len(keys) + keys.index(result.key)
        yield Part(result.groups, order, _value_cells(result, names))


@frozen(eq=False)
class _Result:
    """A result of some ids."""

    groups: Ints
    ids: Ints
    key: tuple[str, int, str]
    cells: Numbers | Texts


def _all_values(block: Block, values: Sequence[Value]) -> Iterator[_Result]:
    """Yield those of accounts and meters, and of groups of one account."""
    is_apart = block.accounts != block.groups
    for value in values:
        is_mine = block.is_alone if value.of == "group" else is_apart
        mask = is_mine if value.mask is None else value.mask & is_mine
        ids = block.groups if value.of == "group" else block.accounts
        yield _result(block.groups, ids, value.key, value.cells, mask)
    for column in block.energy.source.meters():
        bill = np.arange(len(block)) if column.bill is None else column.bill
        groups, accounts = block.groups[bill], block.accounts[bill]
        is_new = (column.meter != groups) & (column.meter != accounts)
        key = key_of(column.name, column.period)
        yield _result(groups, column.meter, key, column.cells, is_new)


def _result(
    groups: Ints,
    ids: Ints,
    key: tuple[str, int, str],
    cells: Numbers | Words | Texts,
    mask: _Bools | None,
) -> _Result:
    found = cells if isinstance(cells, (Numbers, np.ndarray)) else words(cells, len(groups))
    if mask is None or mask.all():
        return _Result(groups, ids, key, found)
    kept = found.where(mask) if isinstance(found, Numbers) else found[mask]
    return _Result(groups[mask], ids[mask], key, kept)


class _Ranks:
    """The place of each id in the order of their texts."""

    def __init__(self, keys: Ints, names: Names) -> None:
        self._keys = np.unique(keys)
        self._ranks = text_ranks(self._keys, names)

    def of(self, keys: Ints) -> Ints:
        """Return the places of some."""
        return np.asarray(self._ranks[np.searchsorted(self._keys, keys)])


def _value_cells(value: _Result, names: Names) -> Columns:
    n = len(value.ids)
    name, _, period = value.key
    fen = np.full(n, None, object)
    if is_money(name) and isinstance(value.cells, Numbers):
        fen = value.cells.values.astype(object)
    return {
        "id": _text(value.ids, names),
        "name": _constant(n, name),
        "period": _constant(n, period),
        "value": value.cells.text() if isinstance(value.cells, Numbers) else value.cells,
        "value_fen": fen,
    }
