"""Arrow batches without blemish, from their buffers straight to what is counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel._kernels.loops import Loops
from powerchannel._kernels.rules import NOWHERE
from powerchannel.channel.catalogue import Catalogue
from powerchannel.channel.evidence import in_hours_of_day
from powerchannel.channel.schemas import SCHEMAS
from powerchannel.channel.shards import Cells
from powerchannel.tables.reading import code_table

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ArrowReader", "days_of", "is_arrow"]

_PER_DAY = {"s": 86_400, "ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}
_EIGHT_HOURS_PER_DAY = 3
_SUMMER_TIME_ENDS = 8035  # 1992-01-01: before, an hour may belong to another local day
_FIRST_DAY = 7305  # 1990-01-01
_OTHER_MONTH = 254
_NEEDED = ("customer_id", "channel", "contacted_at")


def is_arrow(batch: object) -> bool:
    """Tell whether a batch is an Arrow record batch or table (是否 Arrow)."""
    return type(batch).__module__.partition(".")[0] == "pyarrow"


@frozen(eq=False, kw_only=True)
class ArrowReader:
    """Reads clean batches; for any other it gives None and the batch is checked instead (快速读取).

    Parameters
    ----------
    loops : Loops
        The path that reads ids.
    catalogue : Catalogue
        Channels and evidence.
    days : ndarray of uint8
        For each day from 1990 on the slot of its month, 254 for other months, 255 for days whose
        stamps must be checked.
    is_integer : bool
        Whether integer ids are accepted.
    """

    loops: Loops
    catalogue: Catalogue
    days: NDArray[np.uint8]
    is_integer: bool

    def read(self, batch: object) -> tuple[Cells, Cells] | None:
        """Return uses and evidence of a batch, or None where it must be checked (读批次)."""
        table = cast("pa.RecordBatch", batch)
        found = SCHEMAS["contacts"].resolve(table.schema.names)
        if sorted(found) != sorted(_NEEDED) or any(len(h) > 1 for h in found.values()):
            return None
        columns = [_whole(table.column(found[name][0])) for name in _NEEDED]
        if any(c is None for c in columns):
            return None
        customer, channel, contacted = columns
        keys, codes = self._keys(customer), self._channels(channel)
        if keys is None or codes is None:
            return None
        stamps = self._stamps(contacted)
        if stamps is None:
            return None
        uses = Cells(keys, codes, stamps.slots)
        return uses, self._evidence(uses, stamps)

    def _keys(self, column: pa.Array) -> NDArray[np.int64] | None:
        kind = str(column.type)
        if kind == "int64" and self.is_integer:
            keys = self.loops.keys_of(_values(column, np.int64))
        elif kind in ("string", "large_string"):
            width = np.int32 if kind == "string" else np.int64
            _, offsets, data = column.buffers()
            if data is None:
                return None
            at = np.frombuffer(offsets, width)[column.offset : column.offset + len(column) + 1]
            found = self.loops.digits(at, np.frombuffer(data, np.uint8))
            if found is None:
                return None
            keys = found
        else:
            return None
        return keys if keys.all() else None

    def _channels(self, column: pa.Array) -> NDArray[np.uint8] | None:
        if not str(column.type).startswith("dictionary"):
            column = column.dictionary_encode()
        if column.dictionary.null_count or "string" not in str(column.dictionary.type):
            return None
        table = code_table(self.catalogue.vocabularies["channel"])
        words = column.dictionary.to_pylist()
        known = np.array([table.get(w.strip().casefold(), NOWHERE) for w in words], np.uint8)
        codes = known[column.indices.to_numpy(zero_copy_only=False)]
        return None if (codes == NOWHERE).any() else codes

    def _stamps(self, column: pa.Array) -> _Stamps | None:
        kind = str(column.type)
        if kind.startswith("date32"):
            values, per_day, has_zone = _values(column, np.int32), 1, False
        elif kind.startswith("timestamp"):
            values, has_zone = _values(column, np.int64), column.type.tz is not None
            per_day = _PER_DAY[column.type.unit]
        else:
            return None
        shift = per_day // _EIGHT_HOURS_PER_DAY if has_zone else 0
        days = self.days
        if has_zone:
            days = days.copy()
            days[: _SUMMER_TIME_ENDS - _FIRST_DAY] = NOWHERE
        slots = self.loops.slots_of(values, per_day, shift, days, _FIRST_DAY)
        if (slots == NOWHERE).any():
            return None
        slots[slots == _OTHER_MONTH] = NOWHERE
        return _Stamps(values, per_day, shift, slots)

    def _evidence(self, uses: Cells, stamps: _Stamps) -> Cells:
        """Find what needs only channel and time; other columns did not come."""
        parts = []
        for kind, rule in enumerate(self.catalogue.evidence):
            if rule.hours is None or rule.business_types or rule.handling_modes or rule.text_any:
                continue
            if stamps.per_day == 1:
                continue
            of_day = (stamps.values + stamps.shift) % stamps.per_day
            holds = in_hours_of_day(of_day, rule.hours, stamps.per_day)
            if rule.channels:
                holds &= np.isin(
                    uses.columns, [self.catalogue.codes.index(c) for c in rule.channels]
                )
            rows = np.flatnonzero(holds)
            kinds = np.full(len(rows), kind, np.uint8)
            parts.append(Cells(uses.keys[rows], kinds, stamps.slots[rows]))
        return _joined(parts)


@frozen(eq=False)
class _Stamps:
    values: NDArray[np.integer]
    per_day: int
    shift: int
    slots: NDArray[np.uint8]


def _joined(parts: Sequence[Cells]) -> Cells:
    if not parts:
        return Cells.none()
    return Cells(
        np.concatenate([p.keys for p in parts]),
        np.concatenate([p.columns for p in parts]),
        np.concatenate([p.slots for p in parts]),
    )


def _whole(column: pa.Array | pa.ChunkedArray) -> pa.Array | None:
    """Return one array without nulls, or None."""
    if column.null_count:
        return None
    if hasattr(column, "chunks"):
        column = column.combine_chunks()
        if hasattr(column, "chunks"):
            return None
    return column


def _values(column: pa.Array, kind: type[np.integer]) -> NDArray[np.integer]:
    values = np.frombuffer(column.buffers()[1], kind)
    return values[column.offset : column.offset + len(column)]


def days_of(months: Mapping[int, int], latest_year: int) -> NDArray[np.uint8]:
    """Return the slot of each day from 1990 on to the end of the latest year (日对应月槽).

    Parameters
    ----------
    months : mapping of month to slot
        The months counted.
    latest_year : int
        The last year accepted.
    """
    days = np.arange(_FIRST_DAY, _day(latest_year + 1))
    month = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    table = np.full(len(days), _OTHER_MONTH, np.uint8)
    for wanted, slot in months.items():
        table[month == wanted] = slot
    return table


def _day(year: int) -> int:
    return int(np.datetime64(f"{year}-01-01", "D").astype(np.int64))
