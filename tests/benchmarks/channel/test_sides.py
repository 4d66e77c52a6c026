"""All sides of channel scoring give one answer, and it is the library's by the general path."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.cases import SIZES, Case
from benchmarks.channel import cases, goals, with_powerchannel
from benchmarks.channel.answers import answer_of
from benchmarks.channel.data import Contacts
from benchmarks.channel.inputs import DECODE_AND_WRITE, MONTH_OF_MANY, NEW_MONTH, OURS
from benchmarks.channel.rules import AS_OF, CHANNELS
from benchmarks.results import Measured, Result, Results
from benchmarks.runner import digest, measure_case, within
from powerchannel import channel
from powerchannel._kernels.loops import available
from powerchannel.channel.result import Result as Scores
from powerchannel.rulebook import load_rulebook

TINY = cases("tiny")
NOW = date(2022, 12, 31)


@pytest.mark.parametrize("case", TINY, ids=[c.name for c in TINY])
def test_all_sides_give_one_answer(case: Case, home: Path) -> None:
    result = measure_case(case, within(case, home), repeats=1)
    assert list(result.sides) == [side.name for side in case.sides]


@pytest.fixture(scope="module", params=["integer", "text"])
def spec(request: pytest.FixtureRequest) -> Contacts:
    return Contacts(count=10**4, customers=10**3, ids=request.param)


def by_the_general_path(spec: Contacts, home: Path) -> Scores:
    files = spec.files(home)
    tables = channel.check(
        contacts=pa.concat_tables(pq.ParquetFile(path).read() for path in files.contacts),
        complaints=pq.ParquetFile(files.complaints).read(),
        dislikes=pq.ParquetFile(files.dislikes).read(),
        ids=spec.ids,
        now=NOW,
    )
    return channel.evaluate(channel.aggregate(tables), load_rulebook("hebei-2022"), as_of=AS_OF)


def test_ours_is_the_answer_of_the_general_path(spec: Contacts, home: Path) -> None:
    wide = by_the_general_path(spec, home).wide
    expected = answer_of(pa.Table.from_pandas(wide, preserve_index=False))
    case = next(c for c in TINY if c.name == f"files-{spec.ids}-random-1e4")
    found = case.side(OURS).prepare(case.make(home))()()
    assert digest(found) == digest(expected)
    assert len(found["customers"]) == spec.customers


@pytest.mark.parametrize("name", [NEW_MONTH, MONTH_OF_MANY])
def test_a_month_more_gives_what_six_months_at_once_give(name: str, home: Path) -> None:
    case = next(c for c in TINY if c.name == name)
    files = case.make(home)
    for side in (s for s in case.sides if s.name.startswith(OURS)):
        found = side.prepare(files)()()
        assert digest(found) == digest(with_powerchannel.files(files, ids="integer")()())
        assert len(found["customers"]) == case.facts["customers"]


def test_the_bound_reads_all_files_and_writes_the_scores(tmp_path: Path) -> None:
    case = next(c for c in TINY if c.name == "files-text-random-1e4")
    made = case.make(tmp_path)
    run = case.side(DECODE_AND_WRITE).prepare(made)
    expected = case.side(OURS).prepare(made)()()
    assert digest(run()()) == digest(expected)
    made.dislikes.unlink()
    with pytest.raises(FileNotFoundError):
        run()


def test_every_rule_bites(spec: Contacts, home: Path) -> None:
    table = by_the_general_path(spec, home).table
    assert set(table["streak_factor"]) == {1.0, 1.1, 1.2}
    assert set(table["frequency_factor"]) == {1.0, 1.4}
    assert set(table["complaint_factor"]) == {0.5, 1.0}
    assert set(table["is_disliked"]) == {False, True}
    assert set(table["is_tied"]) == {False, True}
    assert not table["latent"].any()


def test_leading_zeros_count() -> None:
    scores = {c: np.float32([1, 1]) for c in CHANNELS}
    table = pa.table({"customer": ["0100", "100"], "first_choice": ["app", "app"], **scores})
    assert answer_of(table)["customers"].tolist() == [1100, 10100]


def test_an_answer_does_not_depend_on_order_or_type() -> None:
    wide = pd.DataFrame({"customer": [7, 5], "first_choice": [None, "hall"]}).assign(
        **{c: np.float32([0, 2]) for c in CHANNELS}
    )
    text = wide.astype({"customer": str, "first_choice": "category"}).iloc[::-1]
    one, other = (answer_of(pa.Table.from_pandas(w, preserve_index=False)) for w in (wide, text))
    assert digest(one) == digest(other)
    assert one["customers"].tolist() == [15, 17]
    assert one["first choices"].tolist() == [1, 255]
    assert one["scores"][:, 1].tolist() == [2, 0]


@pytest.mark.parametrize("sizes", SIZES)
def test_names_are_unique_and_ours_comes_first(sizes: str) -> None:
    found = cases(sizes)
    assert len({c.name for c in found}) == len(found)
    for case in found:
        assert case.sides[0].name.startswith(OURS)
        assert len({s.name for s in case.sides}) == len(case.sides)


def results_of(sizes: str, measured: Iterable[Result]) -> Results:
    return Results(
        domain="channel",
        sizes=sizes,
        measured_on="",
        machine={},
        versions={},
        cases=tuple(measured),
    )


@pytest.mark.parametrize("sizes", SIZES)
def test_every_goal_has_its_case(sizes: str) -> None:
    figures = (Measured(cpu_s=1, wall_s=1, peak_mb=400),)
    measured = [
        Result(name=c.name, title=c.title, facts=c.facts, sides={s.name: figures for s in c.sides})
        for c in cases(sizes)
    ]
    found = goals(results_of(sizes, measured))
    has_vectors = "avx2" in available()
    assert {g.number for g in found} == {1, 2, 4, 5, 6} | ({3} if has_vectors else set())
    by_number = {g.number: g.reached.median for g in reversed(found)}
    customers = 10**3 if sizes == "tiny" else 10**6
    assert by_number == {1: 1, 2: 1, 4: 250e6 / customers, 5: 10, 6: 0.5} | (
        {3: 1} if has_vectors else {}
    )


def test_what_was_not_measured_is_no_goal() -> None:
    assert goals(results_of("small", [])) == []
