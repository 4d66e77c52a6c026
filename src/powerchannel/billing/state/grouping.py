"""The rows of one group as records to be read (单组记录)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Context, Decimal

import attrs
import numpy as np
from numpy.typing import NDArray

from powerchannel.billing.records import (
    Account,
    Adjustment,
    Debt,
    Given,
    Group,
    Incident,
    Interval,
    LossRow,
    Meter,
    Reading,
    Relation,
    Transformer,
    WireLine,
)
from powerchannel.billing.tables.schemas import SCHEMAS
from powerchannel.memory import Rows
from powerchannel.tables import NO_DAY, NO_NUMBER, Column
from powerchannel.times import to_local

__all__ = ["group_of"]

_RECORDS: Mapping[str, type[attrs.AttrsInstance]] = {
    "accounts": Account,
    "meters": Meter,
    "readings": Reading,
    "relations": Relation,
    "transformers": Transformer,
    "loss_tables": LossRow,
    "lines": WireLine,
    "givens": Given,
    "adjustments": Adjustment,
    "incidents": Incident,
    "debts": Debt,
    "intervals": Interval,
}
_EXACT = Context(prec=60)
_EPOCH = date(1970, 1, 1).toordinal()
_MIDNIGHT = datetime(1970, 1, 1)  # as the clock shows it
_COUNTS = ("household_count", "integer_digits", "decimal_digits")


def group_of(group_id: str, rows: Mapping[str, Rows], names: NDArray[np.object_]) -> Group:
    """Turn the rows of one group into records (转为记录).

    Parameters
    ----------
    group_id : str
        The group.
    rows : mapping of table name to Rows
        Its rows of one month, the readings up to its end, the intervals in it, and the loss tables
        it uses.
    names : ndarray of object
        The names that ids are keys over.
    """
    found = {table: _records(table, part, names, group_id) for table, part in rows.items()}
    return Group(group_id=group_id, **found)  # type: ignore[arg-type]  # each of its own record


def _records(
    table: str, rows: Rows, names: NDArray[np.object_], group_id: str
) -> tuple[attrs.AttrsInstance, ...]:
    if not len(rows):
        return ()
    layout = _LAYOUTS[table]
    cells = [
        [empty if v is None else v for v in _cells(column, rows[column.name].tolist(), names)]
        for column, empty in layout.columns
    ]
    more = {"group_id": group_id} if table == "accounts" else {}
    named = [column.name for column, _ in layout.columns]
    made = [
        layout.record(**dict(zip(named, values, strict=True)), **more)
        for values in zip(*cells, strict=True)
    ]
    return tuple(sorted(made, key=lambda r: [_rank(getattr(r, n)) for n in layout.order]))


@attrs.frozen
class _Layout:
    """The columns of a record, each with what stands where it is empty, and the order of many."""

    record: type[attrs.AttrsInstance]
    columns: tuple[tuple[Column, object], ...]
    order: tuple[str, ...]


def _layout(table: str, record: type[attrs.AttrsInstance]) -> _Layout:
    fields = {f.name: f.default for f in attrs.fields(record)}
    schema = SCHEMAS[table]
    columns = [c for c in schema.columns if c.name in fields and c.name != "group_id"]
    empty = {n: _EMPTY.get(n) if v is attrs.NOTHING else v for n, v in fields.items()}
    return _Layout(
        record,
        tuple((column, empty[column.name]) for column in columns),
        tuple(name for name in schema.key if name in fields),
    )


_EMPTY = {"loss_kvarh": Decimal(0)}
"""What is not counted where it is left empty, of what must be said in a record."""
_LAYOUTS = {table: _layout(table, record) for table, record in _RECORDS.items()}


def _rank(value: object) -> tuple[bool, object]:
    """Put what is not said first."""
    return (value is not None, value)


def _cells(column: Column, values: list[int], names: NDArray[np.object_]) -> list[object]:
    if column.kind == "id":
        return [_text(v, names) for v in values]
    if column.kind == "decimal":
        return [None if v == NO_NUMBER else _number(v, column) for v in values]
    if column.kind == "date":
        return [None if v == NO_DAY else date.fromordinal(_EPOCH + v) for v in values]
    if column.kind == "time":
        local = to_local(np.array(values, np.int64))
        return [_MIDNIGHT + timedelta(microseconds=int(v)) for v in local]
    if column.kind == "code":
        return [None if v < 0 else column.codes[v].code for v in values]
    return [None if v < 0 else bool(v) for v in values]


def _text(key: int, names: NDArray[np.object_]) -> str:
    if key < 0:
        return str(names[-key - 1])
    return str(key)[1:] if key else ""


def _number(value: int, column: Column) -> Decimal | int:
    """Return the number without zeros behind its last digit, such as ``Decimal("500")``."""
    if column.name in _COUNTS:
        return value
    plain = _EXACT.normalize(Decimal(value).scaleb(-column.decimals, _EXACT))
    return plain if plain.as_tuple().exponent <= 0 else _EXACT.quantize(plain, Decimal(1))  # type: ignore[operator]  # finite
