from __future__ import annotations

import pytest
from attrs.exceptions import FrozenInstanceError
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.text import LANGUAGES, Text

HALL = Text("营业厅", "service hall")
without_gaps = st.text(st.characters(exclude_characters="{}"))


def test_each_language_has_its_wording() -> None:
    assert [HALL.pick(lang) for lang in LANGUAGES] == ["营业厅", "service hall"]


@pytest.mark.parametrize("lang", ["ZH", "fr", "", "zh-CN"])
def test_another_language_is_refused_with_those_there_are(lang: str) -> None:
    with pytest.raises(ValueError, match="'zh' or 'en'") as caught:
        HALL.pick(lang)  # type: ignore[arg-type]
    assert "语言只有 zh 与 en" in str(caught.value)
    assert repr(lang) in str(caught.value)


def test_gaps_are_filled_in_both_languages() -> None:
    filled = Text("{total:,} 行中有 {count:,} 行", "{count:,} of {total:,} rows")
    assert filled.fill(count=1204, total=80000) == Text(
        "80,000 行中有 1,204 行", "1,204 of 80,000 rows"
    )


def test_a_text_fills_each_language_with_its_own_wording() -> None:
    assert Text("去{place}", "go to the {place}").fill(place=HALL) == Text(
        "去营业厅", "go to the service hall"
    )


def test_a_gap_without_a_value_stays_to_be_filled_later() -> None:
    half = Text("{a}与{b}", "{a} and {b}").fill(a=1)
    assert half == Text("1与{b}", "1 and {b}")
    assert half.fill(b=2).zh == "1与2"


def test_a_value_is_not_taken_for_a_gap() -> None:
    assert Text("{a}", "{a}").fill(a="{b}", b="x") == Text("{b}", "{b}")


def test_the_original_is_left_as_it_was() -> None:
    original = Text("{n} 行", "{n} rows")
    original.fill(n=3)
    assert original == Text("{n} 行", "{n} rows")
    with pytest.raises(FrozenInstanceError):
        original.zh = "改"  # type: ignore[misc]


@given(zh=without_gaps, en=without_gaps, value=st.text())
def test_a_text_without_gaps_is_what_it_was(zh: str, en: str, value: str) -> None:
    assert Text(zh, en).fill(value=value) == Text(zh, en)


@given(value=st.text())
def test_a_value_arrives_as_it_is(value: str) -> None:
    assert Text("值{v}。", "value {v}.").fill(v=value) == Text(f"值{value}。", f"value {value}.")
