"""From files to files: contacts stream in, scores stream out, memory goes by the customer.

The answer is that of ``check``, ``aggregate``, ``evaluate`` and ``Result.wide``. Contacts that
carry source keys must be told from repeats, and request texts read as evidence, which needs them
all at once: such files take that way by themselves, and the summary says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import chain
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from attrs import frozen

from powerchannel import channel
from powerchannel.channel.batch import Engine
from powerchannel.channel.counter import Batches, Counter, Tally, streaming_obstacle
from powerchannel.channel.planes import LIMIT
from powerchannel.channel.schemas import SCHEMAS
from powerchannel.channel.scoring import Scorer
from powerchannel.channel.state import State
from powerchannel.errors import Problem
from powerchannel.files import check_target, read_table
from powerchannel.files.joining import join_tables
from powerchannel.files.streams import can_stream, headers_of, parts_of
from powerchannel.files.wide import wide_batches, wide_schema, write_wide
from powerchannel.periods import parse_month, window
from powerchannel.rulebook.origin import Origin
from powerchannel.tables import IdsMode, Source, check_tables, row_counts
from powerchannel.tables.check import unused_columns
from powerchannel.text import Text

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["Counted", "Summary", "count_files", "score_files", "score_table", "write_scores"]

Paths: TypeAlias = str | PathLike[str] | Sequence[str | PathLike[str]]
Rows: TypeAlias = tuple[str, int, int, int]
"""A table's name, rows in, kept and rejected."""

_CONTACTS = SCHEMAS["contacts"]
_STREAMED = ("customer_id", "channel", "contacted_at")
_WHOLE_ONLY = ("business_type", "handling_mode", "request_text", "source_key")


@frozen(kw_only=True)
class Counted:
    """A state made from files, and what became of the contacts (文件汇总结果).

    Parameters
    ----------
    state : State
        The state; of a streamed file only the months asked for.
    tally : Tally
        Contacts in, counted, of other months, rejected.
    sides : tuple of (str, int, int, int)
        Of each other table its name, rows in, kept and rejected.
    problems : tuple of Problem
        Everything that was found.
    is_streamed : bool
        Whether the contacts were counted as they streamed by.
    note : Text
        Why, or what was not looked for.
    """

    state: State
    tally: Tally
    sides: tuple[Rows, ...]
    problems: tuple[Problem, ...]
    is_streamed: bool
    note: Text


@frozen(kw_only=True)
class Summary:
    """What a run from files to a file did (运行摘要).

    Parameters
    ----------
    customers : int
        Rows written.
    tally : Tally
        What became of the contacts.
    sides : tuple of (str, int, int, int)
        Of each other table its name, rows in, kept and rejected.
    problems : tuple of Problem
        Everything that was found.
    result : Result
        The scores, to explain a customer or keep the state; it holds the state in memory.
    note : Text
        Which way was taken, and why.
    """

    customers: int
    tally: Tally
    sides: tuple[Rows, ...]
    problems: tuple[Problem, ...]
    result: channel.Result
    note: Text

    @property
    def origin(self) -> Origin:
        """Where the scores come from (结果来源)."""
        return self.result.origin


def score_files(
    contacts: Paths,
    *,
    rulebook: channel.Rulebook,
    as_of: str,
    out: str | PathLike[str],
    facts: Source | None = None,
    dislikes: Source | None = None,
    complaints: Source | None = None,
    ids: IdsMode = "text",
    threads: int = 1,
    now: date | None = None,
) -> Summary:
    """Score contacts from files into a wide file (文件到文件计分).

    Parameters
    ----------
    contacts : path or sequence of paths
        Parquet and Arrow IPC files are streamed; others are read whole.
    rulebook : Rulebook
        The rules.
    as_of : str
        The month, such as ``"2022-03"``.
    out : path
        Parquet, Arrow IPC or CSV: customer_id, first_choice, one float32 score a channel.
    facts, dislikes, complaints : data frames, optional
        As in `channel.check`.
    ids : {"text", "integer"}
        Whether integer ids are accepted.
    threads : int
        Threads that read, count and score; the answer does not depend on it.
    now : date, optional
        As in `channel.check`.

    Raises
    ------
    TableError
        For structural faults of any file.
    """
    check_target(out)  # now, and not after an hour of counting
    sides = {"facts": facts, "dislikes": dislikes, "complaints": complaints}
    counted = _counted(contacts, rulebook, as_of, sides, ids, threads, now)
    result = channel.evaluate(counted.state, rulebook, as_of=as_of)
    write_scores(result, out, threads=threads)
    return Summary(
        customers=len(counted.state),
        tally=counted.tally,
        sides=counted.sides,
        problems=counted.problems,
        result=result,
        note=counted.note,
    )


def score_table(
    contacts: Paths,
    *,
    rulebook: channel.Rulebook,
    as_of: str,
    facts: Source | None = None,
    dislikes: Source | None = None,
    complaints: Source | None = None,
    ids: IdsMode = "text",
    threads: int = 1,
    now: date | None = None,
) -> pa.Table:
    """Score contacts from files into an Arrow table (文件计分入内存).

    Parameters
    ----------
    contacts, rulebook, as_of, facts, dislikes, complaints, ids, threads, now
        As in `score_files`.

    Returns
    -------
    pyarrow.Table
        customer_id, first_choice (a dictionary, null for none), one float32 score a channel.

    Raises
    ------
    TableError
        For structural faults of any file.
    """
    import pyarrow as pa

    sides = {"facts": facts, "dislikes": dislikes, "complaints": complaints}
    counted = _counted(contacts, rulebook, as_of, sides, ids, threads, now)
    result = channel.evaluate(counted.state, rulebook, as_of=as_of)
    state, blocks = result.state, _scorer(result, threads).blocks()
    batches = wide_batches(state.customers, state.channels, blocks)
    return pa.Table.from_batches(batches, schema=wide_schema(state.channels))


def write_scores(result: channel.Result, out: str | PathLike[str], *, threads: int = 1) -> None:
    """Write the scores of a result into a wide file, block by block (写出宽表).

    Parameters
    ----------
    result : Result
        From `channel.evaluate`, such as of a state that was kept and merged with a new month.
    out : path
        As in `score_files`.
    threads : int
        Threads that score.

    Raises
    ------
    TableError
        When the file cannot be written.
    """
    state, blocks = result.state, _scorer(result, threads).blocks()
    write_wide(state.customers, state.channels, blocks, out)


def _scorer(result: channel.Result, threads: int) -> Scorer:
    return Scorer(Engine(result.state, result.rulebook, result.month), threads=threads)


def _counted(
    contacts: Paths,
    rulebook: channel.Rulebook,
    as_of: str,
    sides: dict[str, Source | None],
    ids: IdsMode,
    threads: int,
    now: date | None,
) -> Counted:
    months = window(parse_month(as_of), rulebook.window.months).tolist()
    return count_files(
        contacts, rulebook=rulebook, months=months, sides=sides, ids=ids, threads=threads, now=now
    )


def count_files(
    contacts: Paths,
    *,
    rulebook: channel.Rulebook,
    months: Sequence[int],
    sides: dict[str, Source | None],
    ids: IdsMode = "text",
    threads: int = 1,
    now: date | None = None,
) -> Counted:
    """Make a state from files of contacts (文件汇总).

    Parameters
    ----------
    contacts : path or sequence of paths
        The files.
    rulebook : Rulebook
        Whose catalogue is used.
    months : sequence of int
        Months to count, since 1970-01; a file that is not streamed keeps all its months.
    sides : dict of table name to data frame or None
        facts, dislikes, complaints.
    ids, threads, now
        As in `score_files`.
    """
    paths = [Path(p) for p in ([contacts] if isinstance(contacts, str | PathLike) else contacts)]
    today = now or date.today()
    why = _obstacle(paths, rulebook, len(months))
    if why is not None:
        return _whole(paths, rulebook, sides, ids, today, why)
    checked = check_tables(
        sides,
        {n: s for n, s in SCHEMAS.items() if n != "contacts"},
        vocabularies=rulebook.catalogue.vocabularies,
        latest_year=today.year + 1,
        ids=ids,
    )
    counter = Counter(rulebook.catalogue, months=months, ids=ids, now=today, threads=threads)
    counter.add(part for path in paths for part in _parts(path))
    slips = (unused_columns(_CONTACTS, headers_of(p, where=_CONTACTS.name)) for p in paths)
    other_problems = chain(*slips, *(t.problems for t in checked.values()))
    return Counted(
        state=counter.state(checked),
        tally=counter.tally,
        sides=row_counts(checked),
        problems=tuple(dict.fromkeys((*counter.problems, *other_problems))),
        is_streamed=True,
        note=Text(
            "流式计数：未查找无来源键的相同行",
            "counted as they streamed by: identical rows without a key were not looked for",
        ),
    )


def _obstacle(paths: Iterable[Path], rulebook: channel.Rulebook, months: int) -> Text | None:
    """Say why the files must be held whole, or None when they can be streamed."""
    in_files = next(filter(None, map(_file_obstacle, paths)), None)
    if in_files is not None:
        return in_files
    if any(extra.at_least > LIMIT for extra in rulebook.latent.extras):
        return Text(f"证据次数门槛超过 {LIMIT}", f"evidence asked for more than {LIMIT} times")
    return streaming_obstacle(rulebook.catalogue, months)


def _file_obstacle(path: Path) -> Text | None:
    if not can_stream(path, where=_CONTACTS.name):
        return Text("文本或压缩文件须整体读入", "a text or packed file is read whole")
    found = _CONTACTS.resolve(headers_of(path, where=_CONTACTS.name))
    held = [name for name in _WHOLE_ONLY if name in found]
    if held:
        listed = ", ".join(held)
        return Text(
            f"整体读入：有 {listed} 列，须查重或取证据",
            f"read whole: the columns {listed} tell repeats or evidence",
        )
    if any(len(found.get(name, ())) != 1 for name in _STREAMED):
        return Text("整体读入：列不齐或重复", "read whole: columns are missing or repeated")
    return None


def _parts(path: Path) -> Iterator[Batches]:
    found = _CONTACTS.resolve(headers_of(path, where=_CONTACTS.name))
    columns = [found[name][0] for name in _STREAMED]
    coded = [found["channel"][0]]
    return parts_of(path, columns, where=_CONTACTS.name, coded=coded)


def _whole(
    paths: Sequence[Path],
    rulebook: channel.Rulebook,
    sides: dict[str, Source | None],
    ids: IdsMode,
    today: date,
    why: Text,
) -> Counted:
    tables = channel.check(
        contacts=join_tables([read_table(p, where=_CONTACTS.name) for p in paths], _CONTACTS),
        catalogue=rulebook.catalogue,
        ids=ids,
        now=today,
        **sides,
    )
    checked = dict(tables.checked)
    counted = checked.pop("contacts")
    return Counted(
        state=channel.aggregate(tables),
        tally=Tally(rows_in=counted.rows_in, counted=counted.rows, rejected=counted.rejected.count),
        sides=row_counts(checked),
        problems=tables.found,
        is_streamed=False,
        note=why,
    )
