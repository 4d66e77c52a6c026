"""Whether labels leak, from a file: theft audit."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from powerchannel.cli.console import Console, UsageError
from powerchannel.cli.inputs import read_frame
from powerchannel.cli.outputs import check_outputs, write_all
from powerchannel.errors import LeakageError, Problem, TableError
from powerchannel.files import first_row
from powerchannel.registry import Registry
from powerchannel.text import Text

if TYPE_CHECKING:
    from powerchannel.theft.leakage import Leak, Leakage

__all__ = ["audit"]

_WHERE = "measurements"
_ROLES = ("label", "split", "group", "time")
_TRAIN_AND_TEST = ({"train", "test"}, {"训练", "测试"})
_TESTED = ("test", "测试")
_SHOWN = 3

_Splits: TypeAlias = list[tuple[NDArray[np.intp], NDArray[np.intp]]]


def audit(options: argparse.Namespace, console: Console) -> int:
    """Look for leaks, tell of each, and fail when there is any (泄漏审计)."""
    file = Path(options.measurements)
    check_outputs(options, [file])
    _refuse_unused(options)
    found = _audited(options, read_frame(file, where=_WHERE), first_row(file))
    write_all({options.out: found.table})
    told = _TOLD.fill(
        rows=f"{found.rows:,}", positives=f"{found.positives:,}", leaks=len(found.leaks)
    )
    notes = [] if options.split else [_NO_SPLIT.pick(console.lang)]
    console.answer([told.pick(console.lang), *notes], _document(found))
    if found.leaks:
        raise LeakageError(_problem(leak) for leak in found.leaks)
    return 0


def _audited(options: argparse.Namespace, frame: pd.DataFrame, first: int) -> Leakage:
    from powerchannel.theft import audit_leakage

    columns = _columns(options, frame)
    cells = {name: _words(frame[column], first) for name, column in columns.items()}
    measured = frame.drop(columns=[*columns.values(), *options.leave_out])
    return audit_leakage(
        _numbers(measured, first),
        _labels(cells["label"], options),
        cells.get("group"),
        times=_days(cells["time"], columns["time"], first) if "time" in cells else None,
        splits=_splits(cells["split"], columns["split"]) if "split" in cells else (),
        on_leak="report",
    )


def _refuse_unused(options: argparse.Namespace) -> None:
    """Refuse customers and days without the split that they are held against."""
    if options.split is None and (options.group is not None or options.time is not None):
        raise UsageError.of("usage", "--split", _NEEDS_SPLIT.zh, _NEEDS_SPLIT.en)


def _columns(options: argparse.Namespace, frame: pd.DataFrame) -> Mapping[str, str]:
    """Return the column of each role that is given; a name that is not there is refused."""
    known = Registry(Text("列", "column"), {str(name): name for name in frame.columns})
    given = {role: getattr(options, role) for role in _ROLES}
    found = {role: name for role, name in given.items() if name is not None}
    for name in (*found.values(), *options.leave_out):
        known.get(name)
    return found


def _words(cells: pd.Series, first: int) -> NDArray[np.str_]:
    """Return cells as words, whole numbers without decimals; an empty one is refused."""
    text = cells.astype(str).str.strip().mask(cells.isna(), "")
    numbers = pd.to_numeric(text, errors="coerce")
    is_whole = pd.api.types.is_numeric_dtype(cells.dtype) & (numbers % 1 == 0)
    text = text.where(~is_whole, numbers.where(is_whole, 0).astype("int64").astype(str))
    _refuse(text[text == ""], len(text), _EMPTY, first)
    return text.to_numpy(str)


def _labels(words: NDArray[np.str_], options: argparse.Namespace) -> NDArray[np.bool_]:
    labels = np.asarray(words == options.positive, np.bool_)
    if labels.all() or not labels.any():
        kinds = ", ".join(np.unique(words)[:_SHOWN].tolist())
        raise _fault("one_kind", options.label, _ONE_KIND, word=options.positive, kinds=kinds)
    return labels


def _days(words: NDArray[np.str_], column: str, first: int) -> NDArray[np.datetime64]:
    text = pd.Series(words, name=column)
    days = pd.to_datetime(text, errors="coerce", format="ISO8601", utc=True)
    _refuse(text[days.isna()], len(text), _NO_DAY, first)
    return days.dt.tz_localize(None).to_numpy("datetime64[s]")


def _splits(words: NDArray[np.str_], column: str) -> _Splits:
    """Return rows to learn from and rows to test on: the two, or each fold against the others."""
    kinds = set(np.unique(words).tolist())
    if len(kinds) < 2:
        raise _fault("one_kind", column, _ONE_FOLD, kinds=", ".join(kinds))
    tested = [w for w in _TESTED if w in kinds] if kinds in _TRAIN_AND_TEST else sorted(kinds)
    return [(np.flatnonzero(words != fold), np.flatnonzero(words == fold)) for fold in tested]


def _numbers(measured: pd.DataFrame, first: int) -> NDArray[np.float64]:
    if measured.columns.empty:
        raise _fault("no_measurement", "", _NOTHING)
    faults: list[Problem] = []
    columns = []
    for name in measured.columns:
        cells = measured[name]
        plain = cells if pd.api.types.is_numeric_dtype(cells.dtype) else cells.astype("object")
        numbers = pd.to_numeric(plain, errors="coerce")
        unread = cells[numbers.isna() & cells.notna()].astype(str).str.strip()
        faults += _wrong(unread[unread != ""], len(cells), _NO_NUMBER, first)
        columns.append(numbers.to_numpy("float64"))
    if faults:
        raise TableError(faults)
    return np.column_stack(columns)


def _refuse(wrong: pd.Series, rows: int, message: Text, first: int) -> None:
    if faults := list(_wrong(wrong, rows, message, first)):
        raise TableError(faults)


def _wrong(wrong: pd.Series, rows: int, message: Text, first: int) -> Iterator[Problem]:
    """Return the problem of the cells that are wrong, if any are, with the first few of them."""
    if len(wrong):
        shown = wrong.iloc[:_SHOWN]
        rows_of_file = (shown.index.to_numpy() + first).tolist()
        yield Problem(
            code="bad_cells",
            where=f"{_WHERE}.{wrong.name}",
            message=message.fill(count=f"{len(wrong):,}", total=f"{rows:,}"),
            count=len(wrong),
            examples=tuple(zip(rows_of_file, shown.tolist(), strict=True)),
        )


def _fault(code: str, column: str, message: Text, **values: object) -> TableError:
    text = message.fill(**values)
    return TableError.of(code, f"{_WHERE}.{column}".rstrip("."), text.zh, text.en)


def _problem(leak: Leak) -> Problem:
    return Problem(code=leak.code, where=_WHERE, message=leak.message)


def _document(found: Leakage) -> dict[str, object]:
    return {
        "rows": found.rows,
        "positives": found.positives,
        "leaks": found.table.to_dict("records"),
    }


_TOLD = Text(
    "{rows} 行，其中正例 {positives} 行；查出泄漏 {leaks} 处",
    "{rows} rows, {positives} of them positive; leaks found: {leaks}",
)
_NO_SPLIT = Text(
    "未给 --split，没有核对划分两侧的同户、同行与先后",
    "without --split, customers, copies and days on both sides of a split were not looked at",
)
_NEEDS_SPLIT = Text(
    "--group 与 --time 只用于核对划分；请加 --split 列名，或用 --leave-out 排除该列。",
    "--group and --time are held against a split; add --split COLUMN, or use --leave-out.",
)
_EMPTY = Text(
    "{total} 行中有 {count} 行是空的（{examples}）；请补充或删去这些行。",
    "{count} of {total} rows are empty ({examples}); fill them in or remove them.",
)
_NO_DAY = Text(
    "{total} 行中有 {count} 行不是日期（{examples}）；应写成 2025-03-31。",
    "{count} of {total} rows are no day ({examples}); write 2025-03-31.",
)
_NO_NUMBER = Text(
    "{total} 行中有 {count} 行不是数字（{examples}）；如非测量值，请用 --leave-out 排除此列。",
    "{count} of {total} rows are no number ({examples}); use --leave-out for a column that "
    "is no measurement.",
)
_NOTHING = Text("没有一列测量值；请核对列名。", "no column is a measurement; check the names.")
_ONE_KIND = Text(
    "标签须有两种，其中 {word} 表示窃电；现有 {kinds}；请用 --positive 指明。",
    "labels must be of two kinds, of which {word} is theft; found: {kinds}; say which with "
    "--positive.",
)
_ONE_FOLD = Text(
    "划分至少要有两种值，现只有 {kinds}。", "a split has at least two words; found: {kinds}."
)
