"""Checking tables: every problem at once, bad rows out, the rest goes on."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

import numpy as np
from attrs import frozen

from powerchannel.errors import Problem, TableError
from powerchannel.registry import did_you_mean
from powerchannel.tables.checked import CheckedTable, Rejected, empty_table, take
from powerchannel.tables.columns import Bad, IdsMode, Reading, Setting, Values, has_value
from powerchannel.tables.door import Frame, Source, open_frame
from powerchannel.tables.keys import repeated_rows
from powerchannel.tables.messages import problem
from powerchannel.tables.raw import Raw
from powerchannel.tables.reading import read, rereadings
from powerchannel.tables.schema import Column, Schema, Vocabulary
from powerchannel.text import Text

__all__ = ["check_tables", "unused_columns"]

_LIKE = 0.5
_LONG = 8  # letters; a slip in a longer name may be two, such as two letters that changed places


def check_tables(
    sources: Mapping[str, Source | None],
    schemas: Mapping[str, Schema],
    *,
    vocabularies: Mapping[str, Vocabulary],
    latest_year: int,
    ids: IdsMode = "text",
) -> dict[str, CheckedTable]:
    """Check several tables together (数据表检查).

    Parameters
    ----------
    sources : mapping of table name to data frame or None
        A table that is None counts as empty.
    schemas : mapping of table name to Schema
        What each must look like.
    vocabularies : mapping of name to vocabulary
        The code tables that columns refer to.
    latest_year : int
        Stamps after this year are rejected.
    ids : {"text", "integer"}
        Whether integer columns are accepted as ids.

    Raises
    ------
    TableError
        With the structural faults of all tables at once.
    """
    checked: dict[str, CheckedTable] = {}
    faults: list[Problem] = []
    for name, schema in schemas.items():
        source = sources.get(name)
        if source is None and schema.is_empty_allowed:
            checked[name] = empty_table(schema, vocabularies)
            continue
        try:
            checked[name] = _Check(schema, vocabularies, ids, latest_year).run(source)
        except TableError as error:
            faults += error.problems
    if faults:
        raise TableError(faults)
    return checked


def unused_columns(schema: Schema, headers: Iterable[str]) -> tuple[Problem, ...]:
    """Tell which headers look like a slip for a column that was not found (疑似误写的表头).

    Other headers that are not understood are no problem: exports have more columns than are asked
    for.

    Parameters
    ----------
    schema : Schema
        What the table must look like.
    headers : iterable of str
        The headers there are.

    Examples
    --------
    >>> from powerchannel.channel import SCHEMAS
    >>> headers = ["客户编号", "渠道", "办理时间", "handling mod", "备注"]
    >>> [p.where for p in unused_columns(SCHEMAS["contacts"], headers)]
    ['contacts.handling_mode']
    """
    headers = tuple(dict.fromkeys(headers))
    found = schema.resolve(headers)
    free = {known: c for c in schema.columns if c.name not in found for known in c.headers}
    slips = ((h, _meant_by(h, free)) for h in headers if schema.column_of(h) is None)
    return tuple(_unused_column(schema, h, near, free[near]) for h, near in slips if near)


@frozen
class _Check:
    schema: Schema
    vocabularies: Mapping[str, Vocabulary]
    ids: IdsMode
    latest_year: int

    def run(self, source: Source) -> CheckedTable:
        schema = self.schema
        frame = open_frame(source, lambda h: schema.column_of(h) is not None, where=schema.name)
        headers = self._headers(frame)
        if frame.rows == 0:
            if not schema.is_empty_allowed:
                raise TableError([problem("empty_table", schema.name)])
            return empty_table(schema, self.vocabularies, names=tuple(headers))
        raws, readings = self._columns(frame, headers)
        faults = [fault for r in readings.values() for fault in r.faults]
        if faults:
            raise TableError(faults)
        unused = unused_columns(schema, frame.headers)
        return self._assemble(frame.rows, raws, readings, unused)

    def _headers(self, frame: Frame) -> dict[str, str]:
        """Tell which header stands for which column, or raise all that is wrong with them."""
        schema, found = self.schema, self.schema.resolve(frame.headers)
        faults = _repeated_headers(schema, frame.headers)
        for name, headers in found.items():
            if len(set(headers)) > 1:
                where, listed = f"{schema.name}.{name}", ", ".join(headers)
                faults.append(
                    problem(
                        "ambiguous_column", where, count=len(headers), details={"headers": listed}
                    )
                )
        missing = [c for c in schema.columns if c.is_required and c.name not in found]
        garble = _garbled_headers(schema, frame.headers, missing)
        faults += garble or [_missing_column(schema, c, frame) for c in missing]
        if faults:
            raise TableError(faults)
        return {name: found[name][0] for name in schema.names if name in found}

    def _columns(
        self, frame: Frame, headers: Mapping[str, str]
    ) -> tuple[dict[str, Raw], dict[str, Reading]]:
        """Read one column after the other; a raw one is kept only if some of it may be shown."""
        schema = self.schema
        shown = {schema.names[0], *schema.key[-1:], *(second for _, second in schema.orders)}
        raws: dict[str, Raw] = {}
        readings: dict[str, Reading] = {}
        for name, header in headers.items():
            raw = frame.column(header)
            readings[name] = self._read(raw, schema[name], header)
            if readings[name].bad or name in shown:
                raws[name] = raw
        return raws, readings

    def _read(self, raw: Raw, column: Column, header: str) -> Reading:
        setting = Setting(
            where=f"{self.schema.name}.{column.name}",
            header=header,
            ids=self.ids,
            latest_year=self.latest_year,
            words=column.words(self.vocabularies),
        )
        return read(raw, column, setting)

    def _assemble(
        self,
        rows: int,
        raws: Mapping[str, Raw],
        readings: Mapping[str, Reading],
        unused: tuple[Problem, ...],
    ) -> CheckedTable:
        values = {name: r.values for name, r in readings.items()}
        bad = [(name, b) for name, r in readings.items() for b in r.bad]
        bad += self._order_faults(values)
        rejected = Rejected.of(rows, [(n, b) for n, b in bad if b.drops], raws)
        problems = [self._problem(name, b, rows, raws) for name, b in bad]
        whole = values
        kept = np.flatnonzero(~rejected.mask)
        table = {n: take(v, kept) for n, v in values.items()} if rejected.count else values
        repeats = repeated_rows(table, self.schema, self.vocabularies, kept)
        named = [(self._place(b), b) for b in repeats]
        problems += [self._problem(name, b, rows, raws) for name, b in named]
        dropping = [(name, b) for name, b in named if b.drops]
        if dropping:
            rejected = rejected.with_more(dropping, raws)
            still = ~rejected.mask[kept]
            table = {n: take(v, np.flatnonzero(still)) for n, v in table.items()}
        return CheckedTable(
            schema=self.schema,
            vocabularies=self.vocabularies,
            values=table,
            rows_in=rows,
            rejected=rejected,
            left_out=_left_out(whole, rejected),
            problems=(*problems, *unused),
        )

    def _place(self, repeats: Bad) -> str:
        """Say in which column repeats are shown: the source key, or the first where none is."""
        return self.schema.key[-1] if repeats.drops else self.schema.names[0]

    def _order_faults(self, values: Mapping[str, Values]) -> list[tuple[str, Bad]]:
        bad = []
        for first, second in self.schema.orders:
            start, end = values.get(first), values.get(second)
            if isinstance(start, np.ndarray) and isinstance(end, np.ndarray):
                wrong = has_value(start) & has_value(end) & (end < start)
                rows = np.flatnonzero(wrong)
                if len(rows):
                    details = {"start": first}
                    found = Bad(code="end_before_start", rows=rows, drops=True, details=details)
                    bad.append((second, found))
        return bad

    def _problem(self, name: str, bad: Bad, rows: int, raws: Mapping[str, Raw]) -> Problem:
        first = bad.rows[:3]
        shown = raws[name].shown(first) if name in raws else [""] * len(first)
        return problem(
            bad.code,
            f"{self.schema.name}.{name}",
            count=len(bad.rows),
            total=rows,
            examples=tuple(zip(first.tolist(), shown, strict=True)),
            severity="rejected" if bad.drops else "notice",
            details=bad.details,
        )


def _left_out(values: Mapping[str, Values], rejected: Rejected) -> dict[str, Values]:
    """Keep the compact values of rejected rows, so that it can be told whose they are."""
    return {name: take(v, rejected.rows) for name, v in values.items() if not isinstance(v, Raw)}


def _repeated_headers(schema: Schema, headers: tuple[str, ...]) -> list[Problem]:
    wanted = [h for h in headers if schema.column_of(h) is not None]
    repeated = sorted({h for h in wanted if wanted.count(h) > 1})
    if not repeated:
        return []
    details = {"headers": ", ".join(repeated)}
    return [problem("duplicate_header", schema.name, count=len(repeated), details=details)]


def _missing_column(schema: Schema, column: Column, frame: Frame) -> Problem:
    near = _nearest(column, [h for h in frame.headers if schema.column_of(h) is None])
    hint = Text(f"是否就是 {near}？", f"Did you mean {near}? ") if near else ""
    details = {
        "title": column.title,
        "name": column.name,
        "headers": ", ".join(frame.headers[:20]) or "-",
        "hint": hint,
        "header": near or Text("表头", "HEADER"),
    }
    return problem("missing_column", f"{schema.name}.{column.name}", details=details)


def _nearest(column: Column, headers: Iterable[str]) -> str:
    """Return the header most like any name of the column, or nothing."""
    likeness = {
        header: max(
            difflib.SequenceMatcher(None, header.casefold(), known.casefold()).ratio()
            for known in column.headers
        )
        for header in headers
    }
    best = max(likeness, key=likeness.__getitem__, default="")
    return best if likeness.get(best, 0.0) >= _LIKE else ""


def _meant_by(header: str, known: Iterable[str]) -> str:
    """Return the nearest name of which the header may be a slip of the pen, or nothing.

    Likeness alone would not do: ``handling_time`` and ``contact_id`` are like columns that they
    are not.
    """
    written = header.strip().casefold()
    near = did_you_mean(written, known)
    return next((name for name in near if _edits(written, name.casefold()) <= _slips(name)), "")


def _edits(one: str, other: str) -> int:
    changes = difflib.SequenceMatcher(None, one, other).get_opcodes()
    return sum(max(b - a, d - c) for what, a, b, c, d in changes if what != "equal")


def _slips(name: str) -> int:
    return 2 if len(name) >= _LONG else 1


def _unused_column(schema: Schema, header: str, near: str, column: Column) -> Problem:
    details = {"header": header, "near": near, "name": column.name}
    return problem("unused_column", f"{schema.name}.{column.name}", details=details)


def _garbled_headers(
    schema: Schema, headers: tuple[str, ...], missing: Iterable[Column]
) -> list[Problem]:
    """Name headers read in the wrong encoding; lost ones only where a column is missing."""
    known = {h: m for h in headers if (m := _meant(schema, h)) is not None}
    lost = [h for h in headers if "\ufffd" in h or "锟斤拷" in h]
    titles = "、".join(c.title.zh for c in missing)
    if known:
        found, (meant, encoding) = next(iter(known.items()))
        details: dict[str, object] = {"meant": meant, "encoding": encoding}
    elif lost and titles:
        found, meant_any = lost[0], Text(f"{titles} 之一", f"one of {titles}")
        details = {"meant": meant_any, "encoding": "UTF-8 / GB18030"}
    else:
        return []
    details |= {"found": repr(found)}
    return [problem("mojibake_header", schema.name, count=len({*known, *lost}), details=details)]


def _meant(schema: Schema, header: str) -> tuple[str, str] | None:
    """Return the header this one was before it was misread, and the encoding it is in."""
    for encoding, meant in rereadings(header):
        if schema.column_of(meant) is not None:
            return meant, encoding.upper()
    return None
