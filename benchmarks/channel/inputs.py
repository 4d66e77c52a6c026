"""The cases of channel scoring, and the names of their sides."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeAlias

from benchmarks.cases import Case, Side, later
from benchmarks.channel.data import Contacts
from benchmarks.channel.rules import MONTHS

__all__ = [
    "COPIES",
    "COPY",
    "DECODE",
    "DECODE_AND_WRITE",
    "DUCKDB",
    "FINALISE",
    "HALF_YEAR",
    "MONTH_OF_MANY",
    "OURS",
    "POLARS",
    "THREADS",
    "TWIN",
    "TWO",
    "cases",
    "judged",
    "kernel_side",
]

OURS, TWIN = "powerchannel", "powerchannel, NumPy twin"
TWO, COPIES = "powerchannel, 2 threads", "powerchannel, 2 copies at once"
POLARS, POLARS_IN_MEMORY = "Polars, streaming engine", "Polars, in-memory engine"
DUCKDB, PANDAS = "DuckDB", "pandas"
DECODE = "decoding alone (pyarrow)"
DECODE_AND_WRITE = "decoding and writing alone (pyarrow)"
COPY, COPY_BY_PIECES = "copy of as many bytes", "the same copy by cached pieces"
NEW_MONTH, MONTH_OF_MANY, HALF_YEAR = "new-month", "month-of-many", "half-year"
THREADS, FINALISE = "threads", "finalise"

_COUNTS = {"tiny": (10**4,), "small": (10**6, 10**7), "large": (10**6, 10**7, 10**8)}
_JUDGED = {"tiny": 10**4, "small": 10**7, "large": 10**7}
_MANY_CUSTOMERS = {"tiny": 10**3, "small": 4 * 10**6, "large": 4 * 10**6}
_LARGE = 10**7  # contacts, beyond which only the sides that the goals name are measured
_KERNELS = ("plain", "avx2", "avx512")

_Ids: TypeAlias = Literal["integer", "text"]
_Order: TypeAlias = Literal["random", "sorted", "skewed"]
_Newcomers: TypeAlias = Literal["some", "none"]
_IDS: tuple[_Ids, ...] = ("integer", "text")
_ORDERS: tuple[_Order, ...] = ("random", "sorted", "skewed")
_ID_WORDS = {"integer": "int64 ids", "text": "text ids of 13 digits"}


def cases(sizes: str) -> tuple[Case, ...]:
    """Return the cases at some sizes."""
    return tuple(_cases(sizes))


def judged(kind: str, sizes: str) -> str:
    """Return the name of the case of a kind by which the goals are judged."""
    return f"{kind}-random-{_short(_JUDGED[sizes])}"


def kernel_side(kernel: str) -> str:
    """Return the name of the side of a kernel."""
    return f"{OURS}, {kernel}"


def _cases(sizes: str) -> Iterator[Case]:
    for count in _COUNTS[sizes]:
        for order in _ORDERS if count <= _LARGE else _ORDERS[:1]:
            yield _memory(_ten_each(count, order))
            for ids in _IDS:
                yield _files(_ten_each(count, order, ids))
        if count <= _LARGE:
            yield _scores(_ten_each(count))
    yield _new_month(_three_each(_JUDGED[sizes] // 10))
    yield _threads(_ten_each(_JUDGED[sizes]))
    yield _month_of_many(_three_each(_MANY_CUSTOMERS[sizes], newcomers="none"))
    yield _half_year(_three_each(_MANY_CUSTOMERS[sizes]))
    yield _finalise(_three_each(_MANY_CUSTOMERS[sizes]))


def _ten_each(count: int, order: _Order = "random", ids: _Ids = "integer") -> Contacts:
    return Contacts(count=count, customers=count // 10, order=order, ids=ids)


def _three_each(customers: int, *, newcomers: _Newcomers = "some") -> Contacts:
    return Contacts(count=3 * customers, customers=customers, newcomers=newcomers)


def _short(count: int) -> str:
    return f"{count:.0e}".replace("e+0", "e")


def _words(spec: Contacts) -> str:
    return f"{spec.count:,} contacts, {spec.order}"


def _facts(spec: Contacts) -> dict[str, int | str]:
    return {
        "contacts": spec.count,
        "customers": spec.customers,
        "order": spec.order,
        "ids": spec.ids,
        "seed": spec.seed,
    }


def _month_facts(spec: Contacts) -> dict[str, int | str]:
    last = {"contacts of the last month": spec.count // MONTHS, "newcomers": spec.newcomers}
    return {**_facts(spec), **last}


def _side(name: str, function: str, *, copies: int = 1, **options: object) -> Side:
    module, _, attribute = function.partition(".")
    prepare = later(f"benchmarks.channel.{module}", attribute, **options)
    return Side(name=name, prepare=prepare, copies=copies)


def _memory(spec: Contacts) -> Case:
    ours, polars = "with_powerchannel.memory", "with_polars.memory"
    sides = [
        _side(OURS, ours, customers=spec.customers),
        _side(POLARS, polars, engine="streaming", is_skewed=spec.order == "skewed"),
    ]
    if spec.order == "random":
        sides += [
            _side(TWIN, ours, customers=spec.customers, kernel="numpy"),
            _side(DUCKDB, "with_duckdb.memory"),
        ]
    if spec.order == "random" and spec.count <= _LARGE:
        sides += [
            _side(POLARS_IN_MEMORY, polars, engine="in-memory"),
            _side(PANDAS, "with_pandas.memory"),
        ]
    return Case(
        name=f"memory-{spec.order}-{_short(spec.count)}",
        title=f"Dense codes to scores in memory: {_words(spec)}",
        facts=_facts(spec),
        make=lambda _: spec.events(),
        sides=sides,
    )


def _files(spec: Contacts) -> Case:
    ours, polars, ids = "with_powerchannel.files", "with_polars.files", spec.ids
    is_skewed = spec.order == "skewed"
    sides = [
        _side(OURS, ours, ids=ids),
        _side(POLARS, polars, ids=ids, engine="streaming", is_skewed=is_skewed),
    ]
    if spec.order == "random":
        sides += [
            _side(TWO, ours, ids=ids, threads=2),
            _side(DUCKDB, "with_duckdb.files", ids=ids),
            _side(DECODE, "bounds.decode"),
            _side(DECODE_AND_WRITE, "bounds.decode_and_write"),
        ]
    if spec.order == "random" and spec.count <= _LARGE:
        sides += [
            _side(TWIN, ours, ids=ids, kernel="numpy"),
            _side(POLARS_IN_MEMORY, polars, ids=ids, engine="in-memory"),
            _side(PANDAS, "with_pandas.files", ids=ids),
        ]
    return Case(
        name=f"files-{ids}-{spec.order}-{_short(spec.count)}",
        title=f"Parquet to Parquet: {_words(spec)}, {_ID_WORDS[ids]}",
        facts=_facts(spec),
        make=spec.files_and_scores if spec.order == "random" else spec.files,
        sides=sides,
        is_isolated=True,
    )


def _scores(spec: Contacts) -> Case:
    ours, ids = "with_powerchannel.scores", spec.ids
    return Case(
        name=f"scores-{ids}-{spec.order}-{_short(spec.count)}",
        title=f"Parquet to scores in memory: {_words(spec)}, {_ID_WORDS[ids]}",
        facts=_facts(spec),
        make=spec.files,
        sides=[
            _side(OURS, ours, ids=ids),
            _side(TWO, ours, ids=ids, threads=2),
            _side(POLARS, "with_polars.scores", ids=ids),
            _side(DUCKDB, "with_duckdb.scores", ids=ids),
            _side(DECODE, "bounds.decode"),
        ],
        is_isolated=True,
    )


def _new_month(spec: Contacts) -> Case:
    return Case(
        name=NEW_MONTH,
        title="A month more: five months as kept, the sixth from Parquet, scores to Parquet",
        facts=_month_facts(spec),
        make=spec.files_and_known,
        sides=[
            _side(OURS, "with_powerchannel.new_month", ids=spec.ids),
            _side(POLARS, "with_polars.new_month", ids=spec.ids),
            _side(DUCKDB, "with_duckdb.new_month", ids=spec.ids),
        ],
        is_isolated=True,
    )


def _month_of_many(spec: Contacts) -> Case:
    ours = "with_powerchannel.new_month"
    return Case(
        name=MONTH_OF_MANY,
        title="A month more of many customers: five as kept, the sixth from Parquet, to Parquet",
        facts=_month_facts(spec),
        make=spec.files_and_state,
        sides=[_side(OURS, ours, ids=spec.ids), _side(TWO, ours, ids=spec.ids, threads=2)],
        is_isolated=True,
    )


def _threads(spec: Contacts) -> Case:
    ours = "with_powerchannel.files"
    return Case(
        name=THREADS,
        title="Parquet to Parquet: two threads beside two copies of the program at once",
        facts=_facts(spec),
        make=spec.files,
        sides=[
            _side(OURS, ours, ids=spec.ids),
            _side(TWO, ours, ids=spec.ids, threads=2),
            _side(COPIES, ours, ids=spec.ids, copies=2),
        ],
        is_isolated=True,
    )


def _half_year(spec: Contacts) -> Case:
    return Case(
        name=HALF_YEAR,
        title="Many customers: six months from Parquet, scores to Parquet",
        facts=_facts(spec),
        make=spec.files,
        sides=[_side(OURS, "with_powerchannel.files", ids=spec.ids)],
        is_isolated=True,
    )


def _finalise(spec: Contacts) -> Case:
    function = "with_powerchannel.finalise"
    kernels = [_side(kernel_side(k), function, kernel=k) for k in ("numpy", *_kernels())]
    return Case(
        name=FINALISE,
        title="The last step alone: use planes and marks to scores and first choices",
        facts=_facts(spec),
        make=lambda _: _planes(spec),
        sides=[
            *reversed(kernels),
            _side(COPY, "bounds.copy", is_by_pieces=False),
            _side(COPY_BY_PIECES, "bounds.copy", is_by_pieces=True),
        ],
        turns=5,
    )


def _planes(spec: Contacts) -> object:
    from benchmarks.channel.with_powerchannel import planes_of

    return planes_of(spec)


def _kernels() -> tuple[str, ...]:
    """Return the compiled kernels that run here, without loading more of the library."""
    try:
        from powerchannel._kernels import _core
    except ImportError:
        return ()
    return _KERNELS[: _core.level() + 1]
