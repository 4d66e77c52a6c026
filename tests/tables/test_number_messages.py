"""What is said of numbers, dates and flags: in both languages, with every blank filled."""

from __future__ import annotations

import string

import pytest

from powerchannel.tables.number_messages import NUMBER_MESSAGES


@pytest.mark.parametrize("code", NUMBER_MESSAGES)
def test_each_is_told_in_both_languages_with_the_same_facts(code: str) -> None:
    _, text = NUMBER_MESSAGES[code]
    fields = [{f for _, f, _, _ in string.Formatter().parse(t) if f} for t in (text.zh, text.en)]
    assert fields[0] == fields[1]
    assert {"count", "total", "examples"} <= fields[0]
