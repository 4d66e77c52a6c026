"""Findings are told once, in both languages, the fatal ones first."""

from __future__ import annotations

from string import Formatter

import pytest

from powerchannel.billing.reference.notes import MESSAGES, Notes


def test_fatal_findings_come_first_and_each_once() -> None:
    notes = Notes()
    notes.add("shared_by_days", "m", day="2025-06-16")
    notes.add("reading_missing", "n", is_fatal=True, register="active_total", day="2025-07-01")
    notes.add("shared_by_days", "m", day="2025-06-16")
    notes.add("shared_by_days", "m", day="2025-06-17")
    found = notes.all()
    assert [(f.code, f.id, f.is_fatal) for f in found] == [
        ("reading_missing", "n", True),
        ("shared_by_days", "m", False),
        ("shared_by_days", "m", False),
    ]
    assert "2025-07-01" in found[0].message.zh
    assert "active_total" in found[0].message.en


@pytest.mark.parametrize("code", sorted(MESSAGES))
def test_both_languages_have_the_same_gaps(code: str) -> None:
    zh, en = (
        {name for _, name, _, _ in Formatter().parse(text) if name}
        for text in (MESSAGES[code].zh, MESSAGES[code].en)
    )
    assert zh == en
