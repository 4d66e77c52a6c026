"""The same contacts in the many forms that Arrow files have them in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

import pyarrow as pa

from strategies import SHANGHAI

Contact = tuple[str, str, datetime]
"""Customer, channel, and a local stamp without a zone."""

IDS: dict[str, pa.DataType] = {
    "string": pa.string(),
    "large_string": pa.large_string(),
    "dictionary": pa.dictionary(pa.int32(), pa.string()),
}
NUMBERS: dict[str, pa.DataType] = {"int64": pa.int64(), "uint64": pa.uint64()}
CHANNELS: dict[str, pa.DataType] = {
    "string": pa.string(),
    "large_string": pa.large_string(),
    "dictionary int8": pa.dictionary(pa.int8(), pa.string()),
    "dictionary large": pa.dictionary(pa.int64(), pa.large_string()),
}
NAIVE: dict[str, pa.DataType] = {u: pa.timestamp(u) for u in ("s", "ms", "us", "ns")}
ZONED: dict[str, pa.DataType] = {
    f"{unit} {zone}": pa.timestamp(unit, zone)
    for unit, zone in (("s", "UTC"), ("ms", "Asia/Shanghai"), ("us", "+08:00"), ("ns", "UTC"))
}
DATES: dict[str, pa.DataType] = {"date32": pa.date32(), "date64": pa.date64()}
TEXTS: dict[str, Callable[[datetime], str]] = {
    "text": lambda at: at.strftime("%Y-%m-%d %H:%M:%S"),
    "text zoned": lambda at: at.strftime("%Y-%m-%dT%H:%M:%S+08:00"),
}
TIMES = (*NAIVE, *ZONED, *DATES, *TEXTS)


def ids_column(form: str, ids: Iterable[str]) -> pa.Array:
    """Return ids as text, or as numbers."""
    if form in NUMBERS:
        return pa.array([int(i) for i in ids], NUMBERS[form])
    return _text(list(ids), IDS[form])


def channel_column(form: str, words: Iterable[str]) -> pa.Array:
    """Return words for channels."""
    return _text(list(words), CHANNELS[form])


def _text(words: Sequence[str], kind: pa.DataType) -> pa.Array:
    """Cast only after encoding: a dictionary keeps words that no row needs."""
    if not pa.types.is_dictionary(kind):
        return pa.array(words, kind)
    extra = pa.array([*words, "nowhere"], kind.value_type).dictionary_encode()
    return pa.DictionaryArray.from_arrays(
        extra.indices[: len(words)].cast(kind.index_type), extra.dictionary
    )


def time_column(form: str, stamps: Iterable[datetime]) -> pa.Array:
    """Return local stamps as any kind of time; dates lose the time of day."""
    if form in TEXTS:
        return pa.array([TEXTS[form](at) for at in stamps], pa.string())
    if form in ZONED:
        instants = [at.replace(tzinfo=SHANGHAI).astimezone(UTC) for at in stamps]
        return pa.array(instants, pa.timestamp("us", "UTC")).cast(ZONED[form], safe=False)
    kind = NAIVE.get(form) or DATES[form]
    return pa.array(list(stamps), pa.timestamp("us")).cast(kind, safe=False)


def batch_of(
    contacts: Sequence[Contact],
    ids: str = "string",
    channels: str = "string",
    times: str = "us",
    *,
    headers: tuple[str, str, str] = ("customer_id", "channel", "contacted_at"),
    is_sliced: bool = False,
) -> pa.RecordBatch:
    """Return contacts as a record batch, or as the midst of a longer one."""
    rows = [*contacts[:1], *contacts, *contacts[:1]] if is_sliced and contacts else list(contacts)
    columns = [
        ids_column(ids, [who for who, _, _ in rows]),
        channel_column(channels, [word for _, word, _ in rows]),
        time_column(times, [at for _, _, at in rows]),
    ]
    batch = pa.RecordBatch.from_arrays(columns, names=list(headers))
    return batch.slice(1, len(contacts)) if len(rows) > len(contacts) else batch
