"""Single values are taken as they are, or refused."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal

import pytest

from powerchannel.errors import RulebookError
from powerchannel.rulebook.scalars import fits, found, read_choice, read_scalar, unexpected

TODAY = date(2022, 3, 1)
HUGE = 1 << 20_000  # past what Python will print
NO_DECIMALS = (
    "", "-", ".5", "5.", "1e2", "+1", "1_000", "1,000", " 1", "1\n", "NaN", "Infinity", "０.５"
)  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "value", "read"),
    [
        (str, "", ""),
        (str, "户号 0100", "户号 0100"),
        (int, -(2**63), -(2**63)),
        (bool, False, False),
        (Decimal, 3, Decimal(3)),
        (Decimal, Decimal("1.10"), Decimal("1.1")),
        (Decimal, Decimal("1E-28"), Decimal("1E-28")),
        (Decimal, 10**28 - 1, Decimal("9" * 28)),
        (Decimal, "0.02", Decimal("0.02")),
        (Decimal, "-14000.00", Decimal(-14000)),
        (Decimal, "0.1" + "0" * 26 + "1", Decimal("0.1" + "0" * 26 + "1")),
        (date, TODAY, TODAY),
        (date, "2022-03-01", TODAY),
    ],
)
def test_taken(kind: type, value: object, read: object) -> None:
    got = read_scalar(kind, value)
    assert got == read
    assert type(got) is kind


@pytest.mark.parametrize(
    ("kind", "value", "code"),
    [
        (str, 5, "wrong_type"),
        (str, TODAY, "wrong_type"),
        (str, None, "wrong_type"),
        (str, "\ud800", "bad_text"),
        (int, True, "wrong_type"),
        (int, Decimal(6), "wrong_type"),
        (int, Decimal("6.7"), "wrong_type"),
        (int, 6.0, "wrong_type"),
        (int, "6", "wrong_type"),
        (int, 2**63, "out_of_range"),
        pytest.param(int, HUGE, "out_of_range", id="int-huge"),
        (bool, 1, "wrong_type"),
        (bool, "true", "wrong_type"),
        (Decimal, True, "wrong_type"),
        (Decimal, 1.5, "wrong_type"),
        *[(Decimal, text, "wrong_type") for text in NO_DECIMALS],
        (Decimal, "1" + "0" * 28, "out_of_range"),
        (Decimal, Decimal("NaN"), "not_finite"),
        (Decimal, Decimal("sNaN"), "not_finite"),
        (Decimal, Decimal("-Infinity"), "not_finite"),
        (Decimal, Decimal("1E+28"), "out_of_range"),
        (Decimal, Decimal("1E-29"), "out_of_range"),
        (Decimal, Decimal("1E+999999"), "out_of_range"),
        (Decimal, 10**28, "out_of_range"),
        pytest.param(Decimal, HUGE, "out_of_range", id="Decimal-huge"),
        (date, datetime(2022, 3, 1), "wrong_type"),
        (date, "2022-3-1", "wrong_type"),
        (date, "2022-02-30", "wrong_type"),
        (date, "20220301", "wrong_type"),
        (date, 20220301, "wrong_type"),
    ],
)
def test_refused(kind: type, value: object, code: str) -> None:
    with pytest.raises(RulebookError) as caught:
        read_scalar(kind, value)
    assert [(each.code, each.where) for each in caught.value.problems] == [(code, "$")]
    assert caught.value.render("zh")
    assert caught.value.render("en")


@pytest.mark.parametrize(
    ("kind", "value", "zh", "en"),
    [
        (int, "5", "去掉引号", "remove the quotes"),
        (Decimal, "1,5", "写作 0.02", "write it like 0.02"),
        (str, 95598, "加引号", "put it in quotes"),
        (Decimal, 1.5, '写作 Decimal("1.5")', 'write it as Decimal("1.5")'),
        (tuple, "app", "[ ]", "[ ]"),
    ],
)
def test_the_way_out_is_said(kind: type, value: object, zh: str, en: str) -> None:
    error = unexpected(kind, value)
    assert zh in error.render("zh")
    assert en in error.render("en")


def test_a_choice_is_of_the_very_type() -> None:
    assert read_choice((1, 2), 2) == 2
    for wrong in (True, Decimal(1), "1", 3, []):
        with pytest.raises(RulebookError, match="1, 2"):
            read_choice((1, 2), wrong)


@pytest.mark.parametrize(
    ("value", "en"),
    [
        (None, "null"),
        (True, "the truth value true"),
        (7, "the integer 7"),
        (Decimal("6.7"), "the decimal 6.7"),
        ("a\u2028b", r"the text 'a\u2028b'"),
        ("长" * 100, "the text '" + "长" * 59 + "…"),
        (TODAY, "the date 2022-03-01"),
        ({"a": 1}, "a table of 1 keys"),
        ([1, 2], "a list of 2"),
        (time(1), "a value of type time"),
    ],
)
def test_what_was_found_is_told_briefly(value: object, en: str) -> None:
    assert found(value).en == en
    assert found(value).zh


def test_fits_is_28_digits_on_either_side() -> None:
    assert fits(Decimal("9" * 28 + "." + "9" * 28))
    assert not fits(Decimal("1" + "0" * 28))
    assert not fits(Decimal("0." + "0" * 28 + "1"))
