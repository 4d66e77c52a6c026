"""The cases of billing, and the names of their sides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from benchmarks.billing.data import READ, Customers
from benchmarks.billing.frames import Mixed
from benchmarks.billing.minutes import Minutes, Rows
from benchmarks.billing.profiles import Profiles
from benchmarks.billing.random_tariffs import RandomTariff
from benchmarks.cases import Case, Side, later

__all__ = [
    "CHUNKS",
    "DECIMALS",
    "OURS",
    "PROFILED",
    "PROFILES",
    "PYSAM",
    "RECORDS",
    "REFERENCE",
    "REGISTERS",
    "TRACED",
    "cases",
]

OURS, REFERENCE = "powerchannel, batch", "powerchannel, one by one"
DECIMALS, CONVERTING = "plain Decimal loop", "plain Decimal loop, decimals made as it goes"
FROM_FRAMES, CHECKED = "powerchannel, from raw frames", "checking and sorting alone"
TABLES = "powerchannel, batch and result tables"
RECORDS, FROM_STATE = "powerchannel, a group's records", "powerchannel, a group of the state"
PRINTED = "powerchannel, billed and printed"
PROFILED, MEASURED = "powerchannel, measured and billed", "measuring alone"
THROUGH_FRAMES = "powerchannel, through raw frames"
PYSAM = "PySAM Utilityrate5"
MEASURING, SHUFFLED = "powerchannel", "powerchannel, rows shuffled"
PANDAS = "pandas"
REGISTERS, FRAMES, MIXED, TRACED, CHUNKS = "registers", "frames", "mixed", "traced", "chunks"
PROFILES, TARIFFS, MINUTES, ROWS = "profiles", "tariffs", "minutes", "rows"

_SOME = (2 * 10**3, 10**5, 10**6)
_COUNTS = {"tiny": (300,), "small": _SOME, "large": _SOME}
_FRAMES = {"tiny": 300, "small": 10**5, "large": 10**6}
_MANY = (10**6, 10**7)
_AT_MOST = {"tiny": (300, 600), "small": _MANY, "large": _MANY}
_AT_ONCE = 1 << 15
_FEW = {"tiny": 20, "small": 500, "large": 500}
_MIXED = {"tiny": (100,), "small": (2 * 10**3, 10**5), "large": (2 * 10**3, 10**5)}
_TARIFFS = {"tiny": 12, "small": 200, "large": 200}
_PROFILES = {"tiny": 4, "small": 1000, "large": 1000}
_METERS = {"tiny": 2, "small": 60, "large": 60}
_MOST_ONE_BY_ONE, _MOST_MADE = 2 * 10**3, 10**5

_Made = TypeVar("_Made")


def cases(sizes: str) -> tuple[Case, ...]:
    """Return the cases at some sizes."""
    return tuple(_cases(sizes))


def _cases(sizes: str) -> Iterator[Case]:
    for count in _COUNTS[sizes]:
        yield _registers(Customers(count=count))
    yield _frames(Customers(count=_FRAMES[sizes]))
    yield _traced(Customers(count=_FEW[sizes]))
    for count in _MIXED[sizes]:
        yield _mixed(Mixed(count=count))
    yield _chunks(_AT_MOST[sizes])
    yield _profiles(Profiles(count=_PROFILES[sizes]))
    yield _tariffs(_TARIFFS[sizes])
    yield _minutes(Minutes(count=_METERS[sizes]))
    yield _rows(Rows(count=_METERS[sizes]))


def _registers(customers: Customers) -> Case:
    """Register bills: the million is held against the plain loop, line by line."""
    names = {OURS: "with_powerchannel.batch"}
    if customers.count <= _MOST_MADE:
        names[DECIMALS] = "with_decimals.loop"
    else:
        names[CONVERTING] = "with_decimals.from_integers"
    if customers.count <= _MOST_ONE_BY_ONE:
        names[REFERENCE] = "with_powerchannel.reference"
    return _case(
        f"{REGISTERS}-{customers.count}",
        f"Bills from register readings: {customers.count:,} customers",
        customers,
        names,
        facts=_facts(customers),
    )


def _frames(customers: Customers) -> Case:
    return _case(
        FRAMES,
        f"Raw frames of text to bills: {customers.count:,} customers",
        customers,
        {
            FROM_FRAMES: "with_powerchannel.from_frames",
            CHECKED: "with_powerchannel.sorted_alone",
            OURS: "with_powerchannel.batch",
            TABLES: "with_powerchannel.tables",
        },
        facts=_facts(customers),
    )


def _traced(customers: Customers) -> Case:
    return _case(
        TRACED,
        f"Single bills, every line traced to a rule: {customers.count:,} of them",
        customers,
        {
            RECORDS: "with_powerchannel.traced",
            FROM_STATE: "with_powerchannel.reference",
            PRINTED: "with_powerchannel.explained",
        },
        facts=_facts(customers),
    )


def _mixed(made: Mixed) -> Case:
    names = {OURS: "with_powerchannel.all_of_them"}
    if made.count <= _MOST_ONE_BY_ONE:
        names[REFERENCE] = "with_powerchannel.one_by_one"
    return _case(
        f"{MIXED}-{made.count}",
        f"Losses, second meters, lines: {made.count:,} customers",
        made,
        names,
        facts={"customers": made.count, "seed": made.seed},
        learn=later("benchmarks.billing.with_powerchannel", "learn_of"),
    )


def _chunks(counts: tuple[int, ...]) -> Case:
    """Peak memory is that of a process: each side has its own."""
    sides = [
        *((f"powerchannel, {count:,} customers", "chunk_by_chunk", count) for count in counts),
        (f"making {counts[-1]:,} alone", "made_alone", counts[-1]),
    ]
    return Case(
        name=CHUNKS,
        title="Customers made and billed some at a time",
        facts={"customers": " and ".join(f"{count:,}" for count in counts), "at a time": _AT_ONCE},
        make=lambda _: None,
        sides=[
            Side(
                name=name,
                prepare=later(
                    "benchmarks.billing.with_powerchannel", f, count=count, at_once=_AT_ONCE
                ),
            )
            for name, f, count in sides
        ],
        is_isolated=True,
    )


def _profiles(made: Profiles) -> Case:
    return _case(
        PROFILES,
        "Quarter-hourly profiles of a year to twelve bills by time of use, with demand: "
        f"{made.count:,} customers",
        made,
        {
            PROFILED: "with_intervals.profiles",
            PYSAM: "with_pysam.profiles",
            MEASURED: "with_intervals.measured_alone",
            THROUGH_FRAMES: "with_intervals.through_frames",
        },
        facts={"profiles": made.count, "values a profile": 35_040, "seed": made.seed},
    )


def _tariffs(count: int) -> Case:
    """Both answers are compared within the rounding of lines."""
    made = [RandomTariff(number=number) for number in range(count)]
    return _case(
        TARIFFS,
        f"{count:,} random tariffs, each with a profile of a year, to twelve bills",
        made,
        {THROUGH_FRAMES: "with_intervals.tariffs", PYSAM: "with_pysam.tariffs"},
        facts={"tariffs": count, "hourly": count // 2, "quarter-hourly": count - count // 2},
    )


def _minutes(made: Minutes) -> Case:
    return _case(
        MINUTES,
        "Minutes of a month to energy by period and the highest 15 minutes, sliding: "
        f"{made.count:,} meters",
        made,
        {MEASURING: "with_minutes.ours", PANDAS: "with_minutes.with_pandas"},
        facts={"meters": made.count, "values a meter": made.grid.slots, "seed": made.seed},
    )


def _rows(made: Rows) -> Case:
    return _case(
        ROWS,
        "Rows of quarter-hours, one below the other, some twice or missing, to energy by period "
        f"and demand: {made.count:,} meters",
        made,
        {
            MEASURING: "with_minutes.ours_by_row",
            SHUFFLED: "with_minutes.ours_shuffled",
            PANDAS: "with_minutes.with_pandas_by_row",
        },
        facts={"meters": made.count, "slots a meter": made.grid.slots, "seed": made.seed},
    )


def _facts(customers: Customers) -> dict[str, int | str]:
    return {
        "customers": customers.count,
        "registers a meter": len(READ),
        "seed": customers.seed,
    }


def _case(
    name: str,
    title: str,
    made: _Made,
    sides: Mapping[str, str],
    *,
    facts: Mapping[str, int | str],
    learn: Any = None,
) -> Case:
    def make(home: Path) -> _Made:
        del home  # nothing is written
        return made

    return Case(
        name=name,
        title=title,
        facts=facts,
        make=make,
        sides=[_side(*pair) for pair in sides.items()],
        learn=learn,
    )


def _side(name: str, function: str) -> Side:
    module, _, attribute = function.partition(".")
    return Side(
        name=name,
        prepare=later(f"benchmarks.billing.{module}", attribute),
        needs="PySAM" if name == PYSAM else None,
    )
