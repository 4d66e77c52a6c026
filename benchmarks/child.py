"""One side of a case in a process of its own, so that its memory and CPU are its own.

It imports only what the side needs, says that it is ready, waits for the word, measures and
reports one line of JSON.
"""

from __future__ import annotations

import sys
from pathlib import Path

from attrs import evolve

from benchmarks.cases import domain
from benchmarks.runner import line_of, timed

__all__ = ["main", "peak_mb"]


def main(arguments: list[str]) -> None:
    """Measure ``DOMAIN SIZES CASE SIDE HOME``."""
    name, sizes, case_name, side_name, home = arguments
    case = next(c for c in domain(name).cases(sizes) if c.name == case_name)
    run = case.side(side_name).prepare(case.make(Path(home)))
    print("ready", flush=True)
    sys.stdin.readline()
    measured, read = timed(run)
    print(line_of(evolve(measured, peak_mb=peak_mb()), read()), flush=True)


def peak_mb() -> float | None:
    """Return the highest resident memory of this process [MB], None where it is not told.

    Linux hands ``ru_maxrss`` of a parent on to the program it starts, so the kernel is asked for
    the mark of this program alone.
    """
    status = Path("/proc/self/status")
    if not status.exists():
        return None
    line = next(s for s in status.read_text().splitlines() if s.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024 / 1e6


if __name__ == "__main__":
    main(sys.argv[1:])
