"""Arrow batches without blemish, from their buffers straight to what is counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel._kernels.loops import Loops
from powerchannel._kernels.rules import NOWHERE
from powerchannel.channel.catalogue import Catalogue, Evidence
from powerchannel.channel.evidence import in_hours_of_day
from powerchannel.channel.schemas import SCHEMAS
from powerchannel.channel.shards import Cells
from powerchannel.tables.reading import code_table

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["ArrowReader", "Events", "days_of"]

_I = TypeVar("_I", bound=np.integer)
_PER_DAY = {"s": 86_400, "ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}
_EIGHT_HOURS_PER_DAY = 3
_SUMMER_TIME_ENDS = 8035  # 1992-01-01: before, an hour may belong to another local day
_FIRST_DAY = 7305  # 1990-01-01
_OTHER_MONTH = 254
_NEEDED = ("customer_id", "channel", "contacted_at")


@frozen(eq=False)
class Events:
    """What is to be counted of a batch (一批事件).

    Parameters
    ----------
    uses, evidence : Cells
        Uses of channels, and what is evidence besides.
    has_zone : bool
        Whether the stamps carry an offset.
    """

    uses: Cells
    evidence: Cells
    has_zone: bool


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

    def read(self, batch: pa.RecordBatch) -> Events | None:
        """Return uses and evidence of a batch, or None where it must be checked (读批次)."""
        found = SCHEMAS["contacts"].resolve(batch.schema.names)
        if sorted(found) != sorted(_NEEDED) or any(len(h) > 1 for h in found.values()):
            return None
        customer, channel, contacted = (batch.column(found[name][0]) for name in _NEEDED)
        if customer.null_count or channel.null_count or contacted.null_count:
            return None
        keys, codes = self._keys(customer), self._channels(channel)
        if keys is None or codes is None:
            return None
        stamps = self._stamps(contacted)
        if stamps is None:
            return None
        uses = Cells(keys, codes, stamps.slots)
        return Events(uses, self._evidence(uses, stamps), stamps.has_zone)

    def _keys(self, column: pa.Array) -> NDArray[np.int64] | None:
        kind, keys = str(column.type), None
        if kind == "int64" and self.is_integer:
            keys = self.loops.keys_of(_values(column, np.int64))
        elif kind in ("string", "large_string"):
            keys = self._text_keys(column, np.int32 if kind == "string" else np.int64)
        return keys if keys is not None and keys.all() else None

    def _text_keys(
        self, column: pa.Array, width: type[np.int32] | type[np.int64]
    ) -> NDArray[np.int64] | None:
        _, offsets, data = column.buffers()
        if data is None:  # empty texts alone
            return None
        at = _items(offsets, width, column.offset, len(column) + 1)
        return self.loops.digits(at, np.frombuffer(data, np.uint8))

    def _channels(self, column: pa.Array) -> NDArray[np.uint8] | None:
        if not str(column.type).startswith("dictionary"):
            column = column.dictionary_encode()
        if column.dictionary.null_count or "string" not in str(column.dictionary.type):
            return None
        table = code_table(self.catalogue.vocabularies["channel"])
        words = column.dictionary.to_pylist()
        known = np.array([table.get(w.strip().casefold(), NOWHERE) for w in words], np.uint8)
        codes = known.take(column.indices.to_numpy(zero_copy_only=False), mode="clip")
        return None if NOWHERE in known and NOWHERE in codes else codes

    def _stamps(self, column: pa.Array) -> _Stamps | None:
        kind, values = str(column.type), _stamp_values(column)
        if values is None:
            return None
        per_day = 1 if kind.startswith("date32") else _PER_DAY[column.type.unit]
        has_zone = getattr(column.type, "tz", None) is not None
        shift = per_day // _EIGHT_HOURS_PER_DAY if has_zone else 0
        days = self.days
        if has_zone:
            days = days.copy()
            days[: _SUMMER_TIME_ENDS - _FIRST_DAY] = NOWHERE
        slots = self.loops.slots_of(values, per_day, shift, days, _FIRST_DAY)
        if NOWHERE in slots:
            return None
        slots[slots == _OTHER_MONTH] = NOWHERE
        return _Stamps(values, per_day, shift, has_zone, slots)

    def _evidence(self, uses: Cells, stamps: _Stamps) -> Cells:
        """Find what needs only channel and time; other columns did not come."""
        parts = []
        for kind, rule in enumerate(self.catalogue.evidence):
            if rule.business_types or rule.handling_modes or rule.text_any:
                continue
            if rule.hours is not None and stamps.per_day == 1:
                continue  # dates without times
            rows = np.flatnonzero(self._holds(rule, uses, stamps))
            kinds = np.full(len(rows), kind, np.uint8)
            parts.append(Cells(uses.keys[rows], kinds, stamps.slots[rows]))
        return _joined(parts)

    def _holds(self, rule: Evidence, uses: Cells, stamps: _Stamps) -> NDArray[np.bool_]:
        holds = np.ones(len(uses), np.bool_)
        if rule.hours is not None:
            of_day, per_day = stamps.of_day()
            holds = in_hours_of_day(of_day, rule.hours, per_day)
        if rule.channels:
            wanted = [self.catalogue.codes.index(c) for c in rule.channels]
            holds &= np.isin(uses.columns, wanted)
        return holds


@frozen(eq=False)
class _Stamps:
    values: NDArray[np.integer]
    per_day: int
    shift: int
    has_zone: bool
    slots: NDArray[np.uint8]

    def of_day(self) -> tuple[NDArray[np.integer], int]:
        """Return the units since local midnight, and those of a day; none below a microsecond."""
        units = (self.values + self.shift) % self.per_day
        finer = max(self.per_day // _PER_DAY["us"], 1)
        return (units // finer if finer > 1 else units), self.per_day // finer


def _joined(parts: Sequence[Cells]) -> Cells:
    if not parts:
        return Cells.none()
    return Cells(
        np.concatenate([p.keys for p in parts]),
        np.concatenate([p.columns for p in parts]),
        np.concatenate([p.slots for p in parts]),
    )


def _stamp_values(column: pa.Array) -> NDArray[np.integer] | None:
    kind = str(column.type)
    if kind.startswith("date32"):
        return _values(column, np.int32)
    return _values(column, np.int64) if kind.startswith("timestamp") else None


def _values(column: pa.Array, kind: type[_I]) -> NDArray[_I]:
    return _items(column.buffers()[1], kind, column.offset, len(column))


def _items(buffer: pa.Buffer, kind: type[_I], start: int, count: int) -> NDArray[_I]:
    """View a part of a buffer; another system's buffer may have to be moved to be aligned."""
    found = np.frombuffer(buffer, kind, count, start * np.dtype(kind).itemsize)
    return np.require(found, requirements="A")


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
