"""Running a case, and what came of it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from attrs import frozen

from powerchannel.errors import PowerChannelError, Problem
from powerchannel.registry import Registry, did_you_mean
from powerchannel.testing.case import Case
from powerchannel.testing.comparing import Key, Value, agrees, as_text
from powerchannel.testing.domains import CASE_DOMAINS, CaseDomain
from powerchannel.testing.reading import read_case
from powerchannel.text import Lang, Text

__all__ = ["CaseReport", "MismatchError", "run_case"]

_MOST_SHOWN = 20
_OK = Text("相符 {name}（{n} 项）{file}", "ok {name} ({n} values) {file}")
_NOT_OK = Text(
    "不符 {name}（{n} 项中 {bad} 项）{file}", "NOT OK {name} ({bad} of {n} values) {file}"
)


class MismatchError(PowerChannelError, AssertionError):
    """Values of a case are not the ones expected; all of them are named."""


@frozen(kw_only=True)
class CaseReport:
    """What came of a case (算例结果).

    Parameters
    ----------
    case : Case
        What was run.
    mismatches : tuple of Problem
        Every expected value that did not come out.
    """

    case: Case
    mismatches: tuple[Problem, ...]

    @property
    def checked(self) -> int:
        """How many values were compared (核对项数)."""
        return len(self.case.expect.rows)

    @property
    def is_ok(self) -> bool:
        """Whether all came out as expected (是否全部相符)."""
        return not self.mismatches

    def confirm(self) -> None:
        """Raise where anything did not come out as expected (确认相符).

        Raises
        ------
        MismatchError
            With every mismatch.
        """
        if self.mismatches:
            raise MismatchError(self.mismatches)

    def render(self, lang: Lang = "zh") -> str:
        """Return one line for the case, and one for each mismatch (结果文本).

        Parameters
        ----------
        lang : {"zh", "en"}
            The language.
        """
        head = (_OK if self.is_ok else _NOT_OK).fill(
            name=self.case.name, file=self.case.path, n=self.checked, bad=len(self.mismatches)
        )
        return "\n".join([head.pick(lang), *(f"  {m.render(lang)}" for m in self.mismatches)])

    def __str__(self) -> str:
        return self.render()


def run_case(
    path: str | os.PathLike[str], *, domains: Registry[CaseDomain] | None = None
) -> CaseReport:
    """Run a case file and compare every value it expects (运行算例).

    Parameters
    ----------
    path : str or path
        A TOML file of the format ``case/1``.
    domains : Registry of CaseDomain, optional
        What a case can be of; `CASE_DOMAINS` by default.

    Returns
    -------
    CaseReport
        ``run_case(path).confirm()`` raises with all mismatches.

    Raises
    ------
    CaseError
        When the file is not a case, with every problem in it.
    PowerChannelError
        When the domain refuses the tables or the rules.

    Examples
    --------
    >>> import tempfile
    >>> text = '''
    ... format = "case/1"
    ... domain = "channel"
    ... name = "two-months-running"
    ... source = "2 uses, 2 months running: 2 x 1.1"
    ... as_of = "2022-06"
    ... [tables.contacts]
    ... columns = ["customer_id", "channel", "contacted_at"]
    ... rows = [["017", "app", "2022-05-10"], ["017", "app", "2022-06-10"]]
    ... [expect]
    ... columns = ["customer_id", "channel", "name", "value"]
    ... rows = [["017", "app", "score", "2.2"], ["017", "app", "uses", "3"]]
    ... '''
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "two-months-running.toml")
    ...     _ = path.write_text(text, encoding="utf-8")
    ...     report = run_case(path)
    >>> report.is_ok
    False
    >>> print(report.render("en").splitlines()[1].strip())
    $.expect.rows[1]: customer_id 017, channel app, name uses: expected 3, found 2
    """
    case, domain = read_case(Path(path), CASE_DOMAINS if domains is None else domains)
    return CaseReport(case=case, mismatches=tuple(_mismatches(case, domain)))


def _mismatches(case: Case, domain: CaseDomain) -> Iterator[Problem]:
    values = domain.compute(case)
    for i, row in enumerate(case.expect.records()):
        where = f"$.expect.rows[{i}]"
        key = tuple(as_text(row.get(column, default)) for column, default in domain.key.items())
        if key not in values:
            yield _no_such_value(key, domain, values, where)
        elif not agrees(values[key], row["value"], row.get("tolerance", "")):
            yield _mismatch(key, domain, row["value"], values[key], where)


def _mismatch(key: Key, domain: CaseDomain, expected: Value, found: Value, where: str) -> Problem:
    named = ", ".join(f"{c} {part}" for c, part in zip(domain.key, key, strict=True) if part)
    message = Text(
        "{named}：应为 {expected}，实为 {found}", "{named}: expected {expected}, found {found}"
    ).fill(named=named, expected=_shown(expected), found=_shown(found))
    return Problem(code="mismatch", where=where, message=message)


def _shown(value: Value) -> Text:
    text = as_text(value)
    return Text(text, text) if text else Text("（无）", "(nothing)")


def _no_such_value(
    key: Key, domain: CaseDomain, values: Mapping[Key, Value], where: str
) -> Problem:
    """Say which part of the name is the first that nothing has, and what could stand there."""
    depth = next(i for i in range(len(key)) if not any(k[: i + 1] == key[: i + 1] for k in values))
    known = sorted({k[depth] for k in values if k[:depth] == key[:depth]} - {""})
    near = did_you_mean(key[depth], known)
    shown = ", ".join(known[:_MOST_SHOWN]) + (" …" if len(known) > _MOST_SHOWN else "")
    zh = f"；是否为 {near[0]}？" if near else "。"
    en = f"; did you mean {near[0]}?" if near else "."
    message = Text(
        "没有 {column} 为 {part} 的值" + zh + "可用：{known}",
        "there is no value of {column} {part}" + en + " Known: {known}",
    ).fill(column=list(domain.key)[depth], part=repr(key[depth]), known=shown or "-")
    return Problem(code="no_such_value", where=where, message=message)
