"""Cases of one function: what it is called with, and what it gives."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import ModuleType

import pytest
from attrs import frozen

from powerchannel.errors import TableError, UnknownNameError
from powerchannel.registry import Registry
from powerchannel.testing import CaseDomain, CaseError, run_case
from powerchannel.text import Text

CASE = """
format = "case/1"
domain = "sums"
name = "a-call"
source = "made up"
call = "spread"

[arguments]
total = "10"
weights = { a = 1, b = "2" }

[expect]
columns = ["name", "period", "value"]
rows = [["shares", "a", "3.333"], ["shares", "b", "6.667"], ["count", "total", "2"]]
"""


@frozen(kw_only=True)
class Spread:
    shares: Mapping[str, Fraction]
    note: str | None = None

    @property
    def count(self) -> int:
        return len(self.shares)


def spread(total: str, weights: Mapping[str, object], *, note: str | None = None) -> Spread:
    whole = sum(Fraction(str(w)) for w in weights.values())
    if not whole:
        raise TableError.of("no_weights", "weights", "权重合计为 0", "the weights sum to 0")
    shares = {k: Fraction(total) * Fraction(str(w)) / whole for k, w in weights.items()}
    return Spread(shares=shares, note=note)


def doubled(value: int) -> int:
    return 2 * value


def table(value: int) -> dict[str, object]:
    return {"value": value, "parts": {"peak": Decimal("0.5")}}


@pytest.fixture(autouse=True)
def domains(monkeypatch: pytest.MonkeyPatch) -> Registry[CaseDomain]:
    module = ModuleType("sums_of_a_test")
    vars(module).update(spread=spread, doubled=doubled, table=table, Spread=Spread, hidden=doubled)
    module.__all__ = ["Spread", "doubled", "spread", "table"]  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    plain = CaseDomain(tables=(), key={"id": None}, compute=lambda _: {})
    sums = CaseDomain(
        tables=(), key={"id": None}, compute=lambda _: {}, calculators=module.__name__
    )
    return Registry(Text("业务域", "domain"), {"sums": sums, "plain": plain})


@pytest.fixture
def run(tmp_path: Path, domains: Registry[CaseDomain]) -> Callable[..., list[str]]:
    """Run a case with some of its text replaced; gives the words of its mismatches."""

    def make(*changes: tuple[str, str]) -> list[str]:
        text = CASE
        for old, new in changes:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        path = tmp_path / "case.toml"
        path.write_text(text, encoding="utf-8")
        return [m.render("en") for m in run_case(path, domains=domains).mismatches]

    return make


def test_fields_properties_and_mappings_are_values(run: Callable[..., list[str]]) -> None:
    assert run() == []
    (wrong,) = run(("6.667", "6.668"))
    assert wrong.startswith("$.expect.rows[1]: name shares, period b: expected 6.668, found 6.66")


def test_the_period_may_be_left_out(run: Callable[..., list[str]]) -> None:
    columns = ('["name", "period", "value"]', '["name", "value"]')
    rows = '[["shares", "a", "3.333"], ["shares", "b", "6.667"], ["count", "total", "2"]]'
    assert run(columns, (rows, '[["count", "2"], ["note", ""]]')) == []
    (wrong,) = run(columns, (rows, '[["shares", "3"]]'))
    assert "there is no value of period 'total'" in wrong


def test_a_plain_number_and_a_table_are_values_too(run: Callable[..., list[str]]) -> None:
    arguments = ('total = "10"\nweights = { a = 1, b = "2" }', "value = 21")
    rows = '[["shares", "a", "3.333"], ["shares", "b", "6.667"], ["count", "total", "2"]]'
    doubles = ('call = "spread"', 'call = "doubled"')
    assert run(doubles, arguments, (rows, '[["value", "total", "42"]]')) == []
    tables = ('call = "spread"', 'call = "table"')
    assert run(tables, arguments, (rows, '[["parts", "peak", "0.50"]]')) == []


@pytest.mark.parametrize(
    ("change", "code", "where"),
    [
        (('call = "spread"', 'call = "spred"'), "unknown_name", "calculator"),
        (('call = "spread"', 'call = "hidden"'), "unknown_name", "calculator"),
        (('call = "spread"', 'call = "Spread"'), "unknown_name", "calculator"),
        (('call = "spread"', "call = 7"), "unknown_name", "calculator"),
        (('total = "10"', 'totl = "10"'), "missing_key", "$.arguments.total"),
        (('total = "10"', 'totl = "10"'), "unknown_name", "$.arguments.totl"),
        (
            ('[arguments]\ntotal = "10"\nweights = { a = 1, b = "2" }', "arguments = 7"),
            "not_a_table",
            "$.arguments",
        ),
        (("[expect]", "[tables.numbers]\ncolumns = []\n[expect]"), "unknown_name", "$.tables"),
        (("[expect]", "[rulebook]\nbase = 'x'\n[expect]"), "unknown_name", "$.rulebook"),
        (('"period", "value"]', '"id", "value"]'), "unknown_name", "$.expect.columns"),
    ],
)
def test_what_is_wrong_with_a_call_is_told_at_its_place(
    run: Callable[..., list[str]], change: tuple[str, str], code: str, where: str
) -> None:
    with pytest.raises((CaseError, UnknownNameError)) as caught:
        run(change)
    found = {(p.code, p.where.removeprefix("case.toml ")) for p in caught.value.problems}
    assert (code, where) in found
    for lang in ("zh", "en"):
        assert "{" not in caught.value.render(lang)


def test_a_misspelt_argument_is_told_the_nearest(run: Callable[..., list[str]]) -> None:
    with pytest.raises(CaseError, match="did you mean weights"):
        run(("weights = {", "wheights = {"))


def test_what_the_function_refuses_is_raised_as_it_is(run: Callable[..., list[str]]) -> None:
    with pytest.raises(TableError, match="the weights sum to 0"):
        run(('a = 1, b = "2"', "a = 0"))


def test_a_domain_without_calculators_has_no_calls(run: Callable[..., list[str]]) -> None:
    with pytest.raises(CaseError) as caught:
        run(('domain = "sums"', 'domain = "plain"'))
    assert {p.where for p in caught.value.problems} >= {"case.toml $.call", "case.toml $.arguments"}
