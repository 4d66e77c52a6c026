"""Contacts, complaints and dislikes as Parquet files with ids of 13 digits and dates."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from benchmarks.channel.data import Contacts, Files, draw_channels
from benchmarks.channel.rules import CHANNELS, END, MONTH_STARTS, MONTHS, WEIGHTS

__all__ = ["write", "write_known"]

_STARTS = np.array([*MONTH_STARTS, END], "datetime64[D]").astype(int)
_BEFORE = 90  # complaints and dislikes begin so many days before the window
_SHORTEST, _LONGEST = 10**11, 10**13  # one id in eleven has leading zeros


def write(spec: Contacts, home: Path) -> None:
    """Write all files, or none."""
    part = home.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    _write(spec, Files(part))
    part.rename(home)


def write_known(spec: Contacts, files: Files) -> None:
    """Write what a peer would keep of all months but the last: counts packed in a word.

    One file has a row a customer, the other a row a customer and channel.
    """
    events = spec.events()
    words = np.zeros(spec.customers * len(CHANNELS), np.int64)
    for month in range(MONTHS - 1):
        made = events.months(month, month)
        cells = made.customers.astype(np.int64) * len(CHANNELS) + made.channels
        words += np.bincount(cells, minlength=len(words)) * WEIGHTS[month]
    numbers = _draw_numbers(spec, np.random.default_rng([spec.seed, 1]))
    wide = words.reshape(-1, len(CHANNELS))
    columns = {c: wide[:, k].copy() for k, c in enumerate(CHANNELS)}
    _save({"customer": numbers, **columns}, files.known_by_customer)
    found = np.flatnonzero(words)
    keys = numbers[found // len(CHANNELS)] * len(CHANNELS) + found % len(CHANNELS)
    _save({"key": keys, "word": words[found]}, files.known_by_channel)


def _write(spec: Contacts, files: Files) -> None:
    events, rng = spec.events(), np.random.default_rng([spec.seed, 1])
    ids = _draw_ids(spec, rng)
    for month, path in enumerate(files.contacts):
        made = events.months(month, month)
        days = rng.integers(_STARTS[month], _STARTS[month + 1], len(made.slots), np.int32)
        _save({**_columns(ids, made.customers, made.channels), "contacted_at": _dates(days)}, path)
    _save(_complaints(spec, ids, rng), files.complaints)
    _save(_dislikes(spec, ids, rng), files.dislikes)


def _complaints(spec: Contacts, ids: pa.Array, rng: np.random.Generator) -> dict[str, pa.Array]:
    """One customer in 50 complains of a channel, one in 500 twice."""
    who = rng.choice(spec.customers, spec.customers // 50, replace=False)
    channels, twice = draw_channels(len(who), rng), len(who) // 10
    who, channels = np.append(who, who[:twice]), np.append(channels, channels[:twice])
    return {**_columns(ids, who, channels), "complained_at": _dates(_draw_days(len(who), rng))}


def _dislikes(spec: Contacts, ids: pa.Array, rng: np.random.Generator) -> dict[str, pa.Array]:
    """One customer in 100 dislikes a channel; one in four of them withdraws it, some too late."""
    who = rng.choice(spec.customers, spec.customers // 100, replace=False)
    days = _draw_days(len(who), rng)
    later = days + rng.integers(0, 90, len(who), np.int32)
    return {
        **_columns(ids, who, draw_channels(len(who), rng)),
        "disliked_at": _dates(days),
        "withdrawn_at": _dates(later, is_null=rng.random(len(who)) < 0.75),
    }


def _draw_days(count: int, rng: np.random.Generator) -> NDArray[np.int32]:
    return rng.integers(_STARTS[0] - _BEFORE, _STARTS[-1], count, np.int32)


def _draw_numbers(spec: Contacts, rng: np.random.Generator) -> NDArray[np.int64]:
    numbers = np.unique(rng.integers(_SHORTEST, _LONGEST, spec.customers * 21 // 20 + 100))
    rng.shuffle(numbers)
    return numbers[: spec.customers]


def _draw_ids(spec: Contacts, rng: np.random.Generator) -> pa.Array:
    """Draw the id of each code: numbers, or their 13 digits with the leading zeros."""
    numbers = _draw_numbers(spec, rng)
    if spec.ids == "integer":
        return pa.array(numbers)
    digits = numbers[:, None] // 10 ** np.arange(12, -1, -1) % 10 + ord("0")
    offsets = np.arange(spec.customers + 1, dtype=np.int32) * 13
    cells = pa.py_buffer(digits.astype(np.uint8))
    return pa.StringArray.from_buffers(spec.customers, pa.py_buffer(offsets), cells)


def _columns(
    ids: pa.Array, who: NDArray[np.integer], channels: NDArray[np.uint8]
) -> dict[str, pa.Array]:
    names = pa.DictionaryArray.from_arrays(pa.array(channels.view(np.int8)), list(CHANNELS))
    return {"customer_id": ids.take(pa.array(who)), "channel": names}


def _dates(days: NDArray[np.int32], is_null: NDArray[np.bool_] | None = None) -> pa.Array:
    return pa.array(days, pa.int32(), mask=is_null).cast(pa.date32())


def _save(columns: Mapping[str, pa.Array | NDArray[np.int64]], path: Path) -> None:
    coded = [name for name in columns if name.endswith(("channel", "_at"))]  # ids would only bloat
    pq.write_table(pa.table(dict(columns)), path, compression="zstd", use_dictionary=coded)
