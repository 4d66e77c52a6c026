"""Measuring in turns, and holding answers against each other."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from attrs import evolve

from benchmarks import child
from benchmarks.cases import Answer, Case, Near, Run, Side, domain
from benchmarks.channel.inputs import DECODE, OURS
from benchmarks.results import Measured
from benchmarks.runner import (
    AnswersDifferError,
    Round,
    apart,
    digest,
    line_of,
    measure_case,
    timed,
    within,
)


def answering(**answer: object) -> Callable[[object], Run]:
    found = {name: np.asarray(part) for name, part in answer.items()}
    return lambda _: lambda: lambda: found


def case_of(sides: Mapping[str, Callable[[object], Run]], *, turns: int = 1) -> Case:
    return Case(
        name="some",
        title="Some case",
        facts={"count": 3},
        make=lambda _: "input",
        sides=[Side(name=name, prepare=prepare) for name, prepare in sides.items()],
        turns=turns,
    )


def test_sides_take_turns_round_by_round() -> None:
    seen: list[str] = []
    case = case_of({"a": answering(), "b": answering()}, turns=2)

    def measure(side: Side) -> Round:
        seen.append(side.name)
        return Round(Measured(cpu_s=len(seen), wall_s=0), {})

    result = measure_case(case, measure, repeats=2)
    assert seen == ["a", "b"] * 4
    assert [m.cpu_s for m in result.sides["b"]] == [2, 4, 6, 8]
    assert (result.name, result.title, result.facts) == ("some", "Some case", {"count": 3})


@pytest.mark.parametrize(
    "other",
    [
        {"scores": np.float32([1, np.nextafter(np.float32(2), np.float32(3))]), "first": [0, 1]},
        {"scores": np.float64([1, 2]), "first": [0, 1]},
        {"scores": np.float32([[1, 2]]), "first": [0, 1]},
        {"first": [0, 1]},
    ],
    ids=["one bit", "another type", "another shape", "missing"],
)
def test_an_answer_that_differs_in_anything_is_named(
    other: dict[str, object], tmp_path: Path
) -> None:
    same = {"scores": np.float32([1, 2]), "first": [0, 1]}
    case = case_of({"a": answering(**same), "b": answering(**same), "c": answering(**other)})
    with pytest.raises(AnswersDifferError, match=r"^some: c and a differ in scores$"):
        measure_case(case, within(case, tmp_path), repeats=1)


def nearing(*values: float, within: float) -> Callable[[object], Run]:
    found: Answer = {"charge": Near(np.array(values), within), "count": np.array([len(values)])}
    return lambda _: lambda: lambda: found


def test_parts_that_are_near_may_differ_by_what_both_allow(tmp_path: Path) -> None:
    case = case_of({"a": nearing(1.0, 2.0, within=0.01), "b": nearing(1.011, 2, within=0.002)})
    assert set(measure_case(case, within(case, tmp_path), repeats=1).sides) == {"a", "b"}


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (nearing(1.013, 2.0, within=0.002), "b and a differ in charge: 1 of 2, by up to 0.013"),
        (nearing(np.nan, 2.5, within=0.002), "b and a differ in charge: 2 of 2"),
        (nearing(1.0, within=0.002), "b and a differ in count"),
        (answering(count=[2]), "b and a answer other parts"),
    ],
)
def test_parts_that_are_not_near_enough(
    other: Callable[[object], Run], words: str, tmp_path: Path
) -> None:
    case = case_of({"a": nearing(1.0, 2.0, within=0.01), "b": other})
    with pytest.raises(AnswersDifferError, match=words):
        measure_case(case, within(case, tmp_path), repeats=1)


def test_another_shape_is_never_near(tmp_path: Path) -> None:
    one, other = ({"x": Near(np.zeros(n), 1.0)} for n in (2, 3))
    case = case_of({"a": lambda _: lambda: lambda: one, "b": lambda _: lambda: lambda: other})
    with pytest.raises(AnswersDifferError, match=r"shapes \(3,\) and \(2,\)"):
        measure_case(case, within(case, tmp_path), repeats=1)


def test_what_need_not_agree_to_the_bit_does_not_leave_its_process() -> None:
    with pytest.raises(ValueError, match="not to the bit: charge"):
        line_of(Measured(cpu_s=1, wall_s=1), nearing(1.0, within=0.1)(None)()())


def test_what_is_learnt_of_the_input_is_a_fact(tmp_path: Path) -> None:
    case = evolve(case_of({"a": answering()}), learn=lambda made: {"made of": made})
    assert within(case, tmp_path).facts == {"count": 3, "made of": "input"}


def test_a_side_without_what_it_needs_is_left_out() -> None:
    sides = [Side(name=n, prepare=answering(), needs=n) for n in ("numpy", "no_such_module")]
    case, absent = evolve(case_of({}), sides=sides).without_absent()
    assert ([side.name for side in case.sides], [side.name for side in absent]) == (
        ["numpy"],
        ["no_such_module"],
    )


def test_an_answer_that_changes_from_round_to_round_is_told(tmp_path: Path) -> None:
    rounds = iter(range(2))
    case = case_of({"a": lambda _: lambda: lambda: {"x": np.array([next(rounds)])}})
    with pytest.raises(AnswersDifferError, match="a and a differ in x"):
        measure_case(case, within(case, tmp_path), repeats=2)


def test_a_side_without_an_answer_only_bounds_the_others(tmp_path: Path) -> None:
    case = case_of({"a": answering(x=[1]), "bound": answering()})
    assert set(measure_case(case, within(case, tmp_path), repeats=1).sides) == {"a", "bound"}


def test_the_answer_is_read_after_the_measuring() -> None:
    steps: list[str] = []

    def read() -> Answer:
        steps.append("read")
        return {}

    def run() -> Callable[[], Answer]:
        steps.append("run")
        return read

    _, found = timed(run)
    assert steps == ["run"]
    found()
    assert steps == ["run", "read"]


def test_the_input_is_made_once_and_prepared_once_a_side(tmp_path: Path) -> None:
    made: list[object] = []

    def prepare(given: object) -> Run:
        made.append(given)
        return lambda: dict

    case = case_of({"a": prepare, "b": prepare})
    measure_case(case, within(case, tmp_path), repeats=3)
    assert made == ["input", "input"]


def test_a_digest_tells_type_shape_and_contents() -> None:
    one = digest({"x": np.int32([1, 2])})
    assert one == digest({"x": np.int32([0, 1, 0, 2])[1::2]})
    for other in (np.int64([1, 2]), np.int32([[1, 2]]), np.int32([1, 3])):
        assert digest({"x": other}) != one


def test_a_child_gets_ready_waits_measures_and_reports(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("go\n"))
    case = "files-integer-random-1e4"
    child.main(["channel", "tiny", case, OURS, str(home)])
    ready, report = capsys.readouterr().out.splitlines()
    found = json.loads(report)
    assert ready == "ready"
    assert set(found["measured"]) == {"cpu_s", "wall_s", "peak_mb"}
    assert set(found["digest"]) == {"customers", "first choices", "scores"}


def test_the_peak_is_that_of_the_whole_process() -> None:
    held = np.ones(50_000_000, np.uint8)
    size = held.nbytes / 1e6
    del held
    peak = child.peak_mb()
    assert peak is None or peak > size


def test_processes_of_their_own_run_at_once_and_add_up(home: Path) -> None:
    case = next(c for c in domain("channel").cases("tiny") if DECODE in {s.name for s in c.sides})
    measure = apart("channel", "tiny", case, home)
    found = measure(Side(name=DECODE, prepare=answering(), copies=2))
    assert found.digest == {}
    assert found.measured.peak_mb is not None


def test_a_process_that_fails_is_no_figure(home: Path) -> None:
    case = next(c for c in domain("channel").cases("tiny") if c.is_isolated)
    measure = apart("channel", "tiny", case, home)
    with pytest.raises(RuntimeError, match="ended with 1"):
        measure(Side(name="nobody", prepare=answering()))


def test_copies_that_differ_are_told_apart_from_all_others() -> None:
    lines = [json.loads(line_of(Measured(cpu_s=1, wall_s=1), {"x": np.array([n])})) for n in (1, 2)]
    assert lines[0]["digest"] != lines[1]["digest"]
