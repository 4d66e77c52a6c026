from __future__ import annotations

import pytest

from powerchannel.theft.exports.left_out import REASONS, Left, left_table


def test_only_what_was_left_out_is_told_in_both_languages():
    table = left_table([Left(reason="no_value", count=0), Left(reason="off_grid", count=3)])
    assert table["reason"].tolist() == ["off_grid"]
    assert (table["zh"][0], table["en"][0]) == ("不在整半点", REASONS["off_grid"].en)
    assert all(text.zh and text.en.isascii() for text in REASONS.values())


def test_a_reason_that_nobody_explained_is_an_error():
    with pytest.raises(KeyError):
        left_table([Left(reason="whim", count=1)])
