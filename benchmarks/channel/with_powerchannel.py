"""Ours: the scoring loop on dense codes, and the way from files to scores or to a file."""

from __future__ import annotations

import os
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from attrs import frozen
from numpy.typing import NDArray

from benchmarks.cases import Read, Run
from benchmarks.channel.answers import answer_of, read_answer, scratch
from benchmarks.channel.data import Contacts, Events, Files
from benchmarks.channel.rules import AS_OF, CHANNELS, MONTHS
from powerchannel import flow
from powerchannel._kernels.loops import VARIABLE, loops
from powerchannel._kernels.rules import COMPLAINT, DISLIKE, NO_CHOICE
from powerchannel.channel.batch import Engine
from powerchannel.channel.rules import Rulebook
from powerchannel.channel.scoring import Scorer, loop_rules
from powerchannel.files.wide import write_wide
from powerchannel.periods import parse_month, window
from powerchannel.rulebook import load_rulebook
from powerchannel.store import load_state, save_state
from powerchannel.tables import IdsMode

__all__ = [
    "Planes",
    "files",
    "finalise",
    "memory",
    "new_month",
    "planes_of",
    "save_known",
    "save_scores",
    "scores",
]


def rulebook() -> Rulebook:
    """Return the bundled rules."""
    found = load_rulebook("hebei-2022")
    assert isinstance(found, Rulebook)
    return found


def memory(events: Events, *, kernel: str = "auto", customers: int) -> Run:
    """Score dense codes in memory: fresh planes and columns every time."""
    chosen, rules = loops(kernel), loop_rules(rulebook())

    def run() -> Read:
        planes = _empty_planes(customers)
        chosen.scatter(events.customers, events.channels, events.slots, planes)
        modifiers = np.zeros((customers, len(CHANNELS)), np.uint8)
        scores, first = _columns(customers)
        chosen.finalise(planes, modifiers, rules, scores, first, 0, customers)
        return lambda: answer_of(_wide(scores, first))

    return run


@frozen(eq=False)
class Planes:
    """What the last step takes: use counts by month, and marks."""

    uses: list[NDArray[np.uint8]]
    modifiers: NDArray[np.uint8]

    @property
    def customers(self) -> int:
        """How many customers."""
        return len(self.modifiers)


def planes_of(spec: Contacts) -> Planes:
    """Count contacts, and mark some customers."""
    events, rng = spec.events(), np.random.default_rng([spec.seed, 2])
    uses = _empty_planes(spec.customers)
    loops().scatter(events.customers, events.channels, events.slots, uses)
    marks = rng.integers(0, 65536, (spec.customers, len(CHANNELS)), np.uint16)
    modifiers = np.zeros(marks.shape, np.uint8)
    modifiers[marks < 65536 // 50] = COMPLAINT
    modifiers[marks < 65536 // 100] = DISLIKE
    return Planes(uses, modifiers)


def finalise(planes: Planes, *, kernel: str) -> Run:
    """Score planes into columns that are there already."""
    chosen, rules, customers = loops(kernel), loop_rules(rulebook()), planes.customers
    scores, first = _columns(customers)
    scores[:], first[:] = 0, 0  # so that the pages are there

    def run() -> Read:
        chosen.finalise(planes.uses, planes.modifiers, rules, scores, first, 0, customers)
        return lambda: answer_of(_wide(scores, first))

    return run


def files(made: Files, *, ids: IdsMode, threads: int = 1, kernel: str = "auto") -> Run:
    """Score Parquet files into a Parquet file."""
    out, rules = scratch(made.home), rulebook()

    def run() -> Read:
        with patch.dict(os.environ, {VARIABLE: kernel}):
            _score(made, rules, out, ids=ids, threads=threads)
        return lambda: read_answer(out)

    return run


def scores(made: Files, *, ids: IdsMode, threads: int = 1) -> Run:
    """Score Parquet files into an Arrow table."""
    rules = rulebook()

    def run() -> Read:
        found = flow.score_table(
            made.contacts, rulebook=rules, as_of=AS_OF, **_sides(made), ids=ids, threads=threads
        )
        return lambda: answer_of(found)

    return run


def save_scores(made: Files, *, ids: IdsMode) -> None:
    """Keep the scores, for who only writes them."""
    _score(made, rulebook(), made.scores, ids=ids)


def _score(made: Files, rules: Rulebook, out: Path, *, ids: IdsMode, threads: int = 1) -> None:
    flow.score_files(
        made.contacts,
        rulebook=rules,
        as_of=AS_OF,
        out=out,
        **_sides(made),
        ids=ids,
        threads=threads,
    )


def save_known(made: Files, *, ids: IdsMode) -> None:
    """Keep the state of all months but the last."""
    months = window(parse_month(AS_OF), MONTHS).tolist()[:-1]
    counted = flow.count_files(
        made.contacts[:-1], rulebook=rulebook(), months=months, sides={}, ids=ids
    )
    save_state(counted.state, made.state)


def new_month(made: Files, *, ids: IdsMode, threads: int = 1) -> Run:
    """Add the file of the last month to the state that is kept, and score into a Parquet file."""
    out, rules, month = scratch(made.home), rulebook(), parse_month(AS_OF)

    def run() -> Read:
        new = flow.count_files(
            made.contacts[-1],
            rulebook=rules,
            months=[month],
            sides=_sides(made),
            ids=ids,
            threads=threads,
        )
        state = load_state(made.state).merge(new.state)
        blocks = Scorer(Engine(state, rules, month), threads=threads).blocks()
        write_wide(state.customers, state.channels, blocks, out)
        return lambda: read_answer(out)

    return run


def _sides(made: Files) -> dict[str, pa.Table]:
    paths = {"complaints": made.complaints, "dislikes": made.dislikes}
    return {name: pq.ParquetFile(path).read() for name, path in paths.items()}


def _empty_planes(customers: int) -> list[NDArray[np.uint8]]:
    return [np.zeros((customers, len(CHANNELS)), np.uint8) for _ in range(MONTHS)]


def _columns(customers: int) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    return np.empty((len(CHANNELS), customers), np.float32), np.empty(customers, np.uint8)


def _wide(scores: NDArray[np.float32], first: NDArray[np.uint8]) -> pa.Table:
    """Return columns as the other sides return theirs."""
    codes = pa.array(first.astype(np.int16), mask=first == NO_CHOICE)
    choices = pa.DictionaryArray.from_arrays(codes, list(CHANNELS))
    named = dict(zip(CHANNELS, scores, strict=True))
    return pa.table({"customer": np.arange(len(first)), "first_choice": choices, **named})
