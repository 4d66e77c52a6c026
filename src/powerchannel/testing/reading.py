"""The file format ``case/1``: strict, and with every problem of a file at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Literal, TypeGuard, TypeVar, cast

from attrs import define, evolve, field, fields, frozen

from powerchannel.errors import PowerChannelError, Problem
from powerchannel.registry import Registry, did_you_mean
from powerchannel.rulebook import RulebookRecord, load_rulebook, structure
from powerchannel.rulebook.parsing import parse
from powerchannel.rulebook.writing import plain
from powerchannel.testing.calling import CALL_KEYS, calling
from powerchannel.testing.case import Case, CaseError, CaseTable
from powerchannel.testing.comparing import Cell, number_of
from powerchannel.testing.domains import CaseDomain
from powerchannel.text import Text

__all__ = ["read_case"]

_T = TypeVar("_T")


@frozen(kw_only=True)
class _Head:
    format: Literal["case/1"]
    domain: str
    name: str
    source: str
    as_of: str = ""


_HEAD = tuple(f.name for f in fields(_Head))
_PARTS = ("tables", "rulebook", "expect")


def read_case(path: Path, domains: Registry[CaseDomain]) -> tuple[Case, CaseDomain]:
    """Read a case file, or say all that is wrong with it (读取算例).

    Parameters
    ----------
    path : Path
        A TOML file in UTF-8.
    domains : Registry of CaseDomain
        What a case can be of.

    Raises
    ------
    CaseError
        With every problem, each at its path in the file.
    """
    found = _Findings()
    document = found.attempt(lambda: parse(_text_of(path), "toml", "$"))
    case = None if document is None else _case_of(document, path, domains, found)
    if case is None or found.problems:
        raise CaseError([evolve(p, where=f"{path.name} {p.where}") for p in found.problems])
    return case


@define
class _Findings:
    """Goes on after a problem, so that all of them are told."""

    problems: list[Problem] = field(factory=list)

    def attempt(self, read: Callable[[], _T]) -> _T | None:
        try:
            return read()
        except PowerChannelError as error:
            self.problems += error.problems
            return None


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CaseError.of(
            "unreadable_case",
            "$",
            f"读不到此文件（{error}）；请检查路径，并存为 UTF-8",
            f"the file cannot be read ({error}); correct the path, and save it as UTF-8",
        ) from error


def _case_of(
    document: Mapping[str, object], path: Path, domains: Registry[CaseDomain], found: _Findings
) -> tuple[Case, CaseDomain] | None:
    head_keys = {key: value for key, value in document.items() if key in _HEAD}
    head = found.attempt(lambda: structure(_Head, head_keys))
    domain = found.attempt(lambda: _domain_of(document, domains))
    if domain is not None and domain.calculators and "call" in document:
        domain = found.attempt(partial(calling, document, domain))
    expect = found.attempt(lambda: table_of(document.get("expect"), "$.expect"))
    if domain is None or expect is None:
        return None
    tables = found.attempt(lambda: _tables_of(document.get("tables", {}), domain))
    found.problems += _unknown_keys(document, domain)
    found.problems += _bad_expectations(expect, domain)
    details = {key: document[key] for key in domain.keys if key in document}
    source = str(document.get("source", ""))
    rulebook = found.attempt(
        partial(rulebook_of, document.get("rulebook"), domain, path.parent, details, source)
    )
    if head is None:
        return None
    return Case(
        path=path,
        domain=head.domain,
        name=head.name,
        source=head.source,
        as_of=head.as_of,
        tables=tables or {},
        rulebook=rulebook,
        expect=expect,
        details=details,
    ), domain


def _domain_of(document: Mapping[str, object], domains: Registry[CaseDomain]) -> CaseDomain | None:
    name = document.get("domain")
    if not isinstance(name, str):
        return None
    if name not in domains.names():
        raise CaseError([_unknown(name, list(domains.names()), "$.domain")])
    return domains.get(name)


def _unknown_keys(document: Mapping[str, object], domain: CaseDomain) -> list[Problem]:
    parts = ("expect",) if domain.keys == CALL_KEYS else _PARTS
    known = [*_HEAD, *parts, *domain.keys]
    return [_unknown(key, known, f"$.{key}") for key in document if key not in known]


def _unknown(name: str, known: list[str], where: str) -> Problem:
    near, names = did_you_mean(name, known), ", ".join(known)
    zh = f"；是否为 {near[0]!r}？" if near else "。"
    en = f"; did you mean {near[0]!r}?" if near else "."
    message = Text(f"没有 {name!r}{zh}可用：{names}", f"there is no {name!r}{en} Known: {names}")
    return Problem(code="unknown_name", where=where, message=message)


def _tables_of(value: object, domain: CaseDomain) -> dict[str, CaseTable]:
    if not isinstance(value, Mapping):
        raise CaseError([_not_a_table(value, "$.tables")])
    found, tables = _Findings(), {}
    for name, content in value.items():
        where = f"$.tables.{name}"
        if name not in domain.table_names:
            found.problems.append(_unknown(name, list(domain.table_names), where))
            continue
        table = found.attempt(partial(table_of, content, where))
        if table is not None:
            tables[name] = table
    if found.problems:
        raise CaseError(found.problems)
    return tables


def table_of(value: object, where: str) -> CaseTable:
    """Return the table that stands at a place (取表).

    Parameters
    ----------
    value : object
        ``{columns = [...], rows = [[...], ...]}``.
    where : str
        Its place, for messages.

    Raises
    ------
    CaseError
        With every row that does not fit.
    """
    if not isinstance(value, Mapping) or set(value) != {"columns", "rows"}:
        raise CaseError([_not_a_table(value, where)])
    columns, rows = value["columns"], value["rows"]
    if not _is_header(columns) or not isinstance(rows, list):
        raise CaseError([_not_a_table(value, where)])
    places = ((row, f"{where}.rows[{i}]") for i, row in enumerate(rows))
    problems = [_bad_row(r, len(columns), w) for r, w in places if not _is_row(r, len(columns))]
    if problems:
        raise CaseError(problems)
    return CaseTable(columns=tuple(columns), rows=tuple(tuple(row) for row in rows))


def _is_header(columns: object) -> TypeGuard[list[str]]:
    return (
        isinstance(columns, list)
        and all(isinstance(c, str) for c in columns)
        and len(set(columns)) == len(columns) > 0
    )


def _is_row(row: object, width: int) -> bool:
    if not isinstance(row, list) or len(row) != width:
        return False
    return all(isinstance(cell, str | int | Decimal | date) for cell in row)


def _not_a_table(value: object, where: str) -> Problem:
    seen = ", ".join(map(str, value)) if isinstance(value, Mapping) else repr(value)
    message = Text(
        "应为一张表，只含 columns（互不相同的列名）与 rows（各行）；实为 {seen}",
        "a table is expected, with columns (names, each once) and rows alone; found {seen}",
    )
    return Problem(code="not_a_table", where=where, message=message.fill(seen=seen or "{}"))


def _bad_row(row: object, width: int, where: str) -> Problem:
    message = Text(
        "应为 {width} 个单值，每列一个；实为 {row}",
        "{width} single values are expected, one for each column; found {row}",
    )
    return Problem(code="bad_row", where=where, message=message.fill(width=width, row=repr(row)))


def rulebook_of(
    value: object, domain: CaseDomain, folder: Path, details: Mapping[str, object], source: str
) -> RulebookRecord | None:
    """Return the rulebook of a case: by name, by file, or with changes of its own (取规则).

    Parameters
    ----------
    value : object
        What stands under ``rulebook``: nothing, a bundled name, a path ending in ``.toml`` or
        ``.json`` from the folder of the case, or a table of changes. In the table, `base` names
        the rulebook that is changed; other keys replace those of the base, tables key by key.
    domain : CaseDomain
        Which rulebook is taken where none is named, and how changes are worked in.
    folder : Path
        The folder of the case.
    details : mapping of str to object
        The keys of the case that belong to its domain alone.
    source : str
        The source of the case.

    Raises
    ------
    UnknownNameError, RulebookError
        As `load_rulebook`; changes that do not fit the rules are named with their path.
    """
    changes = dict(value) if isinstance(value, Mapping) else {}
    name = changes.pop("base", domain.rulebook) if isinstance(value, Mapping) else value
    name = domain.rulebook if name is None else name
    if not isinstance(name, str):
        raise CaseError([_not_a_rulebook(name)])
    if not name:
        return None
    is_file = Path(name).suffix.lower() in (".toml", ".json")
    base = load_rulebook(folder / name if is_file else name)
    if domain.change is not None:
        return domain.change(base, changes, details, source)
    if not changes:
        return base
    document = _changed(cast("Mapping[str, object]", plain(base)), changes)
    return structure(type(base), document, where="$.rulebook")


def _changed(old: Mapping[str, object], new: Mapping[str, object]) -> dict[str, object]:
    changed = dict(old)
    for key, value in new.items():
        before = changed.get(key)
        is_inner = isinstance(value, Mapping) and isinstance(before, Mapping)
        changed[key] = (
            _changed(cast("Mapping[str, object]", before), cast("Mapping[str, object]", value))
            if is_inner
            else value
        )
    return changed


def _not_a_rulebook(value: object) -> Problem:
    message = Text(
        "应为规则集的名称、文件，或一张改动表；实为 {value}",
        "the name of a rulebook, a file, or a table of changes is expected; found {value}",
    )
    return Problem(code="bad_rulebook", where="$.rulebook", message=message.fill(value=repr(value)))


def _bad_expectations(expect: CaseTable, domain: CaseDomain) -> list[Problem]:
    known = [*domain.key, "value", "tolerance"]
    needed = [c for c, default in domain.key.items() if default is None] + ["value"]
    where = "$.expect.columns"
    problems = [_unknown(c, known, where) for c in expect.columns if c not in known]
    problems += [_missing_column(c, where) for c in needed if c not in expect.columns]
    if not expect.rows:
        message = Text(
            "没有预期任何值；请至少写一行", "nothing is expected; write at least one row"
        )
        problems.append(Problem(code="nothing_expected", where="$.expect.rows", message=message))
    return problems or _bad_expected_rows(expect)


def _bad_expected_rows(expect: CaseTable) -> list[Problem]:
    problems: list[Problem] = []
    seen: set[tuple[Cell, ...]] = set()
    for i, record in enumerate(expect.records()):
        where = f"$.expect.rows[{i}]"
        tolerance, value = record.pop("tolerance", ""), record.pop("value")
        if tolerance != "" and None in (number_of(tolerance), number_of(value)):
            problems.append(_bad_tolerance(tolerance, where))
        if tuple(record.values()) in seen:
            problems.append(_twice(where))
        seen.add(tuple(record.values()))
    return problems


def _missing_column(column: str, where: str) -> Problem:
    message = Text(f"缺少列 {column!r}", f"the column {column!r} is missing")
    return Problem(code="missing_column", where=where, message=message)


def _bad_tolerance(tolerance: Cell, where: str) -> Problem:
    message = Text(
        f"容差 {tolerance!r} 应为数，且只能用于数",
        f"the tolerance {tolerance!r} must be a number, beside a number",
    )
    return Problem(code="bad_tolerance", where=where, message=message)


def _twice(where: str) -> Problem:
    message = Text("此值前面已写过；请删去一行", "this value stands above; remove one of the rows")
    return Problem(code="expected_twice", where=where, message=message)
