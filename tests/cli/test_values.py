from __future__ import annotations

import argparse

import pytest

from powerchannel.cli import values


@pytest.mark.parametrize(
    ("parse", "word", "value"),
    [
        (values.amount, "0", 0.0),
        (values.amount, "7.5", 7.5),
        (values.span, "0.25", 0.25),
        (values.share, "0", 0.0),
        (values.share, "1", 1.0),
        (values.seed, "0", 0),
        (values.count, "12", 12),
        (values.threads, "64", 64),
        (values.month, "2022-3", "2022-03"),
        (values.month, "202203", "2022-03"),
    ],
)
def test_a_word_is_a_value(parse, word, value):
    assert parse(word) == value


@pytest.mark.parametrize(
    ("parse", "words"),
    [
        (values.amount, ["-1", "nan", "inf", "", "七", "1,000"]),
        (values.span, ["0", "-0.5", "nan", "inf", "x"]),
        (values.share, ["1.01", "-0.1", "nan", "5%"]),
        (values.seed, ["-1", "1.5", "x", ""]),
        (values.count, ["0", "-1", "2.0"]),
        (values.threads, ["65", "0"]),
        (values.month, ["2022-13", "March"]),
        (values.assignment("--set"), ["channel", "=app", "channel="]),
    ],
)
def test_another_is_refused_in_both_languages(parse, words):
    for word in words:
        with pytest.raises(argparse.ArgumentTypeError) as caught:
            parse(word)
        assert repr(word) in str(caught.value) or word == "65"
        assert " / " in str(caught.value)
