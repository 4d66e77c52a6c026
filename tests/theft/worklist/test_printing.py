from __future__ import annotations

import re
from html.parser import HTMLParser

import pandas as pd
import pytest

from powerchannel.theft.tables.words import FINDINGS
from powerchannel.theft.worklist import worklist
from suspects import episodes, suspects

EVIL = '<script>alert("x")</script>&{rank}'
VOID = {"meta"}


class Balance(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []

    def handle_starttag(self, tag, _):
        self.seen.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def page(lang="zh", **columns):
    seen = episodes(
        {"customer_id": "0100"},
        {"customer_id": "0100", "rule_id": "cover_opened", "phase": "", "ended_at": pd.NaT},
    )
    return worklist(suspects({"customer_id": "0100"} | columns, seen=seen), 3, lang=lang).to_html()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_is_whole_and_fetches_nothing(lang):
    found = page(lang)
    balance = Balance()
    balance.feed(found)
    assert balance.open == []
    assert not {"script", "img", "link", "iframe"} & set(balance.seen)
    assert not re.search(r"https?:|url\(|@import|src=|href=", found)


def test_a_block_has_evidence_boxes_and_checks():
    found = page("en")
    assert "0.00 A &lt; 0.03 A" in found
    assert "2025-03-01 08:00 to 2025-03-01 09:00" in found
    assert "since 2025-03-01 08:00, still lasting" in found
    assert all(f"☐ {finding.title.en}" in found for finding in FINDINGS)
    assert "☐ check seal numbers" in found
    assert "phase B" in found
    assert "confidence 50% (50 points); chosen by rank" in found
    assert "Not recorded: 1,000 kWh (— to —); expected: 500 kWh, — yuan; 1.5 h" in found


def test_chinese_pages_speak_chinese():
    found = page()
    assert '<html lang="zh-CN">' in found
    assert "判断原因：疑似窃电；可信度 50%（50 分）；按排序" in found
    assert "☐ 正常" in found


@pytest.mark.parametrize("column", ["customer_id", "area_id", "feeder_id", "industry", "cause"])
def test_whatever_comes_from_tables_is_escaped(column):
    found = page("en", **{column: EVIL})
    assert "<script" not in found
    assert "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;{rank}" in found


@pytest.mark.parametrize("column", ["rule_id", "phase", "evidence"])
def test_whatever_comes_from_episodes_is_escaped(column):
    seen = episodes({"customer_id": "A", column: EVIL})
    found = worklist(suspects({"customer_id": "A"}, seen=seen), 3).to_html()
    assert "<script" not in found
    assert "&lt;script&gt;" in found


def test_without_a_rule_the_page_says_so():
    assert "No rule fired" in worklist(suspects({"customer_id": "A"}), 3, lang="en").to_html()
