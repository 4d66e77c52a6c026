"""The query in pandas: a group-by of packed counts by customer and channel, then plain arrays.

Tried as well, on 1e7 contacts of 1e6 customers: ``value_counts`` by customer, channel and month
(twice as slow), ``unstack`` to the wide table (twice as slow).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from benchmarks.cases import Read, Run
from benchmarks.channel.answers import answer_of, read_answer, scratch
from benchmarks.channel.data import Events, Files
from benchmarks.channel.rules import (
    BITS,
    CAP,
    CHANNELS,
    COMPLAINED,
    COMPLAINT,
    DISLIKED,
    END,
    FREQUENCY,
    MASK,
    MONTH_STARTS,
    MONTHS,
    MORE_THAN,
    STREAK_OF_2,
    STREAK_OF_3,
    TIES,
    WEIGHTS,
)

__all__ = ["files", "memory"]

_WEIGHTS = np.array(WEIGHTS)
_STARTS = np.array(MONTH_STARTS[1:], "datetime64[D]")
_TIE_ORDER = np.array([CHANNELS.index(c) for c in TIES])


def memory(events: Events) -> Run:
    """Score dense codes in memory."""
    frame = pd.DataFrame(events.columns(), copy=False)

    def run() -> Read:
        keys = frame["customer"].astype(np.int64) * 8 + frame["channel"]
        found = _scored(keys, pd.Series(_WEIGHTS[frame["slot"].to_numpy()]))
        return lambda: answer_of(pa.Table.from_pandas(found, preserve_index=False))

    return run


def files(made: Files, *, ids: str) -> Run:
    """Score Parquet files into a Parquet file."""
    out = scratch(made.home)

    def run() -> Read:
        events = [_contacts(path, ids) for path in made.contacts]
        events += [_complaints(made, ids), _dislikes(made, ids)]
        both = pd.concat(events, ignore_index=True)
        found = _scored(both["key"], both["word"])
        if ids == "text":
            found["customer"] = found["customer"].astype(str).str.zfill(13)
        found.to_parquet(out, index=False)
        return lambda: read_answer(out)

    return run


def _read(path: Path, ids: str) -> pd.DataFrame:
    table = pq.read_table(path)
    if ids == "text":
        table = table.set_column(0, "customer_id", table.column(0).cast(pa.int64()))
    frame = pd.DataFrame(table.to_pandas(date_as_object=False))
    channel = frame.pop("channel").cat.set_categories(CHANNELS).cat.codes
    return frame.assign(key=frame.pop("customer_id") * 8 + channel)


def _contacts(path: Path, ids: str) -> pd.DataFrame:
    frame = _read(path, ids)
    slots = np.searchsorted(_STARTS, frame["contacted_at"].to_numpy(), side="right")
    return pd.DataFrame({"key": frame["key"], "word": _WEIGHTS[slots]})


def _complaints(made: Files, ids: str) -> pd.DataFrame:
    frame = _read(made.complaints, ids)
    inside = frame["complained_at"].between(MONTH_STARTS[0], END, inclusive="left")
    return pd.DataFrame({"key": frame["key"][inside].unique(), "word": COMPLAINED})


def _dislikes(made: Files, ids: str) -> pd.DataFrame:
    frame = _read(made.dislikes, ids)
    frame["withdrawn_at"] = frame["withdrawn_at"].where(frame["withdrawn_at"] < END)
    last = frame.groupby("key").max()
    is_live = ~(last["withdrawn_at"] >= last["disliked_at"])
    keys = last.index[(last["disliked_at"] >= MONTH_STARTS[0]) & is_live]
    return pd.DataFrame({"key": keys, "word": DISLIKED})


def _scored(keys: pd.Series, words: pd.Series) -> pd.DataFrame:
    """Return the customer, the first choice and the score of each channel."""
    counted = words.groupby(keys.to_numpy(), sort=False).sum()
    key, word = counted.index.to_numpy(np.int64), counted.to_numpy(np.int64)
    codes, customers = pd.factorize(key >> 3)
    scores = np.zeros((len(customers), len(CHANNELS)), np.float32)
    scores[codes, key & 7] = _scores(word)
    wide = pd.DataFrame(scores, columns=list(CHANNELS))
    wide.insert(0, "customer", customers)
    wide.insert(1, "first_choice", _first_choices(scores))
    return wide


def _scores(words: NDArray[np.int64]) -> NDArray[np.float32]:
    counts = [(words >> BITS * m) & MASK for m in range(MONTHS)]
    uses = np.sum([np.minimum(c, CAP) for c in counts], axis=0)
    is_2 = (counts[-1] > 0) & (counts[-2] > 0)
    score = uses * np.where(is_2, np.where(counts[-3] > 0, STREAK_OF_3, STREAK_OF_2), 1.0)
    score *= np.where(uses > MORE_THAN, FREQUENCY, 1.0)
    score *= np.where(words & COMPLAINED, COMPLAINT, 1.0)
    score[(words & DISLIKED) > 0] = 0.0
    return np.asarray(score, np.float32)


def _first_choices(scores: NDArray[np.float32]) -> pd.Series:
    best = _TIE_ORDER[scores[:, _TIE_ORDER].argmax(axis=1)]
    codes = np.where(scores.max(axis=1) > 0, best, -1).astype(np.int8)
    return pd.Series(pd.Categorical.from_codes(codes, categories=pd.Index(CHANNELS)))
