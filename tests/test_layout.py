from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from powerchannel.layout import aligned, count_table, display_width

cells = st.text(st.sampled_from("ab 渠道，①é"), max_size=5)


def test_chinese_is_two_columns_wide_and_marks_above_letters_none():
    assert display_width("网上国网，ab") == 12
    assert display_width("e\u0301") == 1


@given(st.lists(st.tuples(cells, cells, st.just("|")), min_size=1, max_size=5))
def test_the_last_column_begins_at_one_place(rows):
    places = {display_width(line) for line in aligned(rows, right=[1]).split("\n")}
    assert len(places) == 1


def test_numbers_stand_flush_right_without_blanks_at_the_end():
    assert aligned([("渠道", 7), ("a", 123)], right=[1]) == "渠道    7\na     123"
    assert aligned([("a", ""), ("b", "c")]) == "a\nb  c"


def test_counts_have_a_head_in_each_language():
    rows = [("contacts", 1000, 998, 2)]
    assert count_table(rows, "zh").split() == [
        "表",
        "读入",
        "保留",
        "剔除",
        "contacts",
        "1,000",
        "998",
        "2",
    ]
    assert count_table(rows, "en").startswith("table")
