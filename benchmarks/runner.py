"""Measuring the sides of a case in turns, and holding their answers against each other."""

from __future__ import annotations

import gc
import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeAlias

import numpy as np
from attrs import asdict, evolve, frozen

from benchmarks.cases import Answer, Case, Read, Run, Side
from benchmarks.results import Measured, Result

__all__ = [
    "ROOT",
    "AnswersDifferError",
    "Round",
    "apart",
    "digest",
    "line_of",
    "measure_case",
    "timed",
    "within",
]

ROOT = Path(__file__).resolve().parents[1]


class AnswersDifferError(Exception):
    """Sides that must agree do not: no figure of theirs is worth reading."""


@frozen
class Round:
    """A run and the fingerprint of its answer."""

    measured: Measured
    digest: Mapping[str, str]


Measure: TypeAlias = Callable[[Side], Round]


def timed(run: Run) -> tuple[Measured, Read]:
    """Run once; the answer is read later."""
    gc.collect()
    cpu, wall = time.process_time(), time.perf_counter()
    read = run()
    return Measured(wall_s=time.perf_counter() - wall, cpu_s=time.process_time() - cpu), read


def digest(answer: Answer) -> dict[str, str]:
    """Return a fingerprint of each part of an answer, type and shape included."""
    return {name: _fingerprint(np.ascontiguousarray(part)) for name, part in answer.items()}


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
    found = [(name, r.digest) for name, runs in rounds.items() for r in runs if r.digest]
    for name, other in found:
        first_name, first = found[0]
        parts = sorted(p for p in {*first, *other} if first.get(p) != other.get(p))
        if parts:
            raise AnswersDifferError(
                f"{case.name}: {name} and {first_name} differ in {', '.join(parts)}"
            )


def within(case: Case, home: Path) -> Measure:
    """Measure the sides in this process, on one input."""
    made = case.make(home)
    runs = {side.name: side.prepare(made) for side in case.sides}

    def measure(side: Side) -> Round:
        measured, read = timed(runs[side.name])
        return Round(measured, digest(read()))

    return measure


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
    """Return what a child reports."""
    return json.dumps({"measured": asdict(measured), "digest": digest(answer)})
