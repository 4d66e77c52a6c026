"""The checks of fields, each at the path of what it refuses."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pytest
from attrs import field, frozen

from powerchannel.billing.tariff.periods import known_periods
from powerchannel.errors import RulebookError
from powerchannel.rulebook import structure
from powerchannel.rulebook.checks import (
    Check,
    above,
    all_of,
    at_least,
    between,
    each,
    is_named,
    once,
    refuse,
    unknown_names,
)
from powerchannel.text import Text


@frozen(kw_only=True)
class Sheet:
    name: str = field(default="a", validator=is_named)
    share: Decimal | None = field(default=None, validator=between(0, 1))
    days: int = field(default=1, validator=all_of(above(0), at_least(1)))
    prices: Mapping[str, Decimal] = field(factory=dict, validator=[known_periods, each(above(0))])
    months: tuple[int, ...] = field(default=(), validator=all_of(each(between(1, 12)), once))
    limits: tuple[tuple[int, ...], ...] = field(default=(), validator=each(each(above(0))))


def places(**document: object) -> list[str]:
    with pytest.raises(RulebookError) as caught:
        structure(Sheet, document)
    for lang in ("zh", "en"):
        assert "{" not in caught.value.render(lang)
    return [p.where for p in caught.value.problems]


@pytest.mark.parametrize(
    ("key", "value", "where"),
    [
        ("name", " ", ["$.name"]),
        ("share", "1.01", ["$.share"]),
        ("share", "-0.01", ["$.share"]),
        ("days", 0, ["$.days", "$.days"]),
        ("prices", {"noon": "1"}, ["$.prices.noon"]),
        ("prices", {"peak": "0", "flat": "-1"}, ["$.prices.flat", "$.prices.peak"]),
        ("months", [0, 5, 5, 13], ["$.months[0]", "$.months[3]", "$.months[2]"]),
        ("limits", [[1], [2, 0]], ["$.limits[1][1]"]),
    ],
)
def test_what_a_check_refuses_is_told_at_its_path(
    key: str, value: object, where: list[str]
) -> None:
    assert places(**{key: value}) == where


def test_ends_of_a_range_and_absent_values_pass() -> None:
    sheet = structure(Sheet, {"share": "1", "prices": {"total": "1", "deep_valley": "2"}})
    assert sheet.share == 1
    assert structure(Sheet, {"share": "0"}).share == 0
    assert structure(Sheet, {}).share is None


@pytest.mark.parametrize("check", [at_least(1), above(0), between(1, 2)])
def test_a_number_that_may_be_absent_is_not_compared(check: Check) -> None:
    check(None, None, None)
    with pytest.raises(ValueError, match="0"):
        check(None, None, Decimal(0))


def test_unknown_names_come_with_the_nearest() -> None:
    problems = list(unknown_names(Text("时段", "period"), ["peek", "flat"], ["peak", "flat"]))
    assert [p.where for p in problems] == ["$.peek"]
    assert "did you mean peak" in problems[0].message.en
    assert "peak" in problems[0].message.zh


def test_nothing_is_refused_without_a_problem() -> None:
    refuse([])
