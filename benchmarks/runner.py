"""Measuring the sides of a case in turns, and holding their answers against each other."""

from __future__ import annotations

import gc
import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np
from attrs import asdict, evolve, field, frozen

from benchmarks.cases import Answer, Case, Near, Read, Run, Side
from benchmarks.results import Measured, Result

__all__ = [
    "ROOT",
    "AnswersDifferError",
    "Round",
    "Within",
    "apart",
    "digest",
    "line_of",
    "measure_case",
    "nearly",
    "timed",
    "within",
]

ROOT = Path(__file__).resolve().parents[1]


class AnswersDifferError(Exception):
    """Sides that must agree do not: no figure of theirs is worth reading."""


@frozen
class Round:
    """A run, the fingerprint of its answer, and the parts that need not agree to the bit."""

    measured: Measured
    digest: Mapping[str, str]
    near: Mapping[str, Near] = field(factory=dict)


Measure: TypeAlias = Callable[[Side], Round]


def timed(run: Run) -> tuple[Measured, Read]:
    """Run once; the answer is read later."""
    gc.collect()
    cpu, wall = time.process_time(), time.perf_counter()
    read = run()
    return Measured(wall_s=time.perf_counter() - wall, cpu_s=time.process_time() - cpu), read


def digest(answer: Answer) -> dict[str, str]:
    """Return a fingerprint of each part that is exact, type and shape included."""
    return {
        name: _fingerprint(np.ascontiguousarray(part))
        for name, part in answer.items()
        if not isinstance(part, Near)
    }


def nearly(answer: Answer) -> dict[str, Near]:
    """Return the parts that need not agree to the bit."""
    return {name: part for name, part in answer.items() if isinstance(part, Near)}


def _fingerprint(part: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> str:
    head = f"{part.dtype.str}{part.shape}".encode()
    return hashlib.sha256(head + part.tobytes()).hexdigest()[:16]


def measure_case(case: Case, measure: Measure, *, repeats: int) -> Result:
    """Measure every side once a round, round by round, so that all meet the same weather.

    Raises
    ------
    AnswersDifferError
        When any run of any side gives another answer.
    """
    rounds: dict[str, list[Round]] = {side.name: [] for side in case.sides}
    for _ in range(repeats * case.turns):
        for side in case.sides:
            rounds[side.name].append(measure(side))
    _compare(case, rounds)
    return Result(
        name=case.name,
        title=case.title,
        facts=case.facts,
        sides={name: tuple(r.measured for r in found) for name, found in rounds.items()},
    )


def _compare(case: Case, rounds: Mapping[str, Iterable[Round]]) -> None:
    found = [(name, r) for name, runs in rounds.items() for r in runs if r.digest or r.near]
    for name, other in found:
        first_name, first = found[0]
        names = {*first.digest, *other.digest}
        parts = sorted(p for p in names if first.digest.get(p) != other.digest.get(p))
        if parts:
            raise AnswersDifferError(
                f"{case.name}: {name} and {first_name} differ in {', '.join(parts)}"
            )
    _compare_near(case, [(name, r.near) for name, r in found])


def _compare_near(case: Case, found: Sequence[tuple[str, Mapping[str, Near]]]) -> None:
    for name, other in found[1:]:
        first_name, first = found[0]
        if first.keys() != other.keys():
            raise AnswersDifferError(f"{case.name}: {name} and {first_name} answer other parts")
        for part, near in other.items():
            if far := _far(near, first[part]):
                raise AnswersDifferError(
                    f"{case.name}: {name} and {first_name} differ in {part}: {far}"
                )


def _far(one: Near, other: Near) -> str:
    """Return how many values are further apart than both allow, and by how much at most."""
    if one.values.shape != other.values.shape:
        return f"shapes {one.values.shape} and {other.values.shape}"
    gap = np.abs(one.values - other.values)
    is_far = ~(gap <= np.add(one.within, other.within))  # NaN is far from everything
    if not is_far.any():
        return ""
    return f"{is_far.sum()} of {gap.size}, by up to {gap[is_far].max():g}"


@frozen(eq=False)
class Within:
    """Measures sides in this process, on one input.

    Parameters
    ----------
    runs : mapping of side to Run
        What is ready to run.
    facts : mapping
        Of the case, and what was learnt of the input.
    """

    runs: Mapping[str, Run]
    facts: Mapping[str, int | str]

    def __call__(self, side: Side) -> Round:
        """Run a side and read its answer."""
        measured, read = timed(self.runs[side.name])
        answer = read()
        return Round(measured, digest(answer), nearly(answer))


def within(case: Case, home: Path) -> Within:
    """Measure the sides in this process, on one input."""
    made = case.make(home)
    learnt = case.learn(made) if case.learn is not None else {}
    runs = {side.name: side.prepare(made) for side in case.sides}
    return Within(runs, {**case.facts, **learnt})


def apart(domain: str, sizes: str, case: Case, home: Path) -> Measure:
    """Measure each side in a process of its own, or in several at once."""
    case.make(home)  # so that the files are there, and in the page cache
    base = [sys.executable, "-m", "benchmarks.child", domain, sizes, case.name]

    def measure(side: Side) -> Round:
        command = [*base, side.name, str(home)]
        return _together([_Child(command) for _ in range(side.copies)])

    return measure


class _Child:
    """A process that gets ready, waits for the word, measures and reports."""

    def __init__(self, command: list[str]) -> None:
        self._command = " ".join(command)
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, cwd=ROOT, text=True, stdin=pipe, stdout=pipe)

    def _line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self._process.communicate()
            raise RuntimeError(f"{self._command} ended with {self._process.returncode}")
        return line

    def await_ready(self) -> None:
        assert self._line() == "ready\n"

    def go(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()

    def report(self) -> Round:
        found = json.loads(self._line())
        self._process.communicate()
        return Round(Measured(**found["measured"]), found["digest"])


def _together(children: list[_Child]) -> Round:
    """Start all at once: CPU adds up, the slowest one sets the wall time."""
    for child in children:
        child.await_ready()
    for child in children:
        child.go()
    rounds = [child.report() for child in children]
    figures = [r.measured for r in rounds]
    slowest = max(figures, key=lambda m: m.wall_s)
    parts = rounds[0].digest
    agreed = {p: "+".join(sorted({r.digest[p] for r in rounds})) for p in parts}
    return Round(evolve(slowest, cpu_s=sum(m.cpu_s for m in figures)), agreed)


def line_of(measured: Measured, answer: Answer) -> str:
    """Return what a child reports.

    Raises
    ------
    ValueError
        When a part need not agree to the bit: such answers are compared within one process.
    """
    if nearly(answer):
        raise ValueError(f"not to the bit: {', '.join(nearly(answer))}")
    return json.dumps({"measured": asdict(measured), "digest": digest(answer)})
