from __future__ import annotations

import pytest

from powerchannel.datasets.names import ALIASES, CHANNELS, CODES, HEADERS, header, written


@pytest.mark.parametrize("column", CODES)
def test_every_code_has_a_chinese_name_of_its_own(column: str) -> None:
    names = list(CODES[column].values())
    assert len(set(names)) == len(names)
    assert written(column, CODES[column], "zh") == names
    assert written(column, CODES[column], "en") == list(CODES[column])


def test_headers_are_distinct() -> None:
    assert len(set(HEADERS.values())) == len(HEADERS)


def test_a_header_is_chinese_or_canonical() -> None:
    assert header("source_key", "zh") == "来源键"
    assert header("source_key", "en") == "source_key"
    assert header("row", "zh") == "row"


def test_old_names_are_not_the_names_of_today() -> None:
    assert set(ALIASES.values()) <= set(CHANNELS)
    assert not set(ALIASES) & set(CHANNELS.values())


def test_other_texts_are_written_as_they_are() -> None:
    assert written("channel", ["Z9", "sms"], "zh") == ["Z9", "定制短信"]
    assert written("request_text", ["app"], "zh") == ["app"]
