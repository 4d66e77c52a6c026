from __future__ import annotations

import tomllib
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.errors import TableError
from powerchannel.rulebook import load_rulebook
from powerchannel.theft import aggregate, evaluate
from powerchannel.theft.exports import EVENT_OF_OBJECT, read_698_events
from powerchannel.theft.tables import check
from powerchannel.theft.tables.words import EVENTS

START = "2025-03-01 08:00:00"


def rows(*objects: object, **more: list[object]) -> dict[str, list[object]]:
    count = len(objects)
    return {"户号": ["017"] * count, "OI": list(objects), "发生时间": [START] * count} | more


def test_every_object_has_a_code_that_the_table_knows():
    assert set(EVENT_OF_OBJECT.values()) <= {code.code for code in EVENTS}
    found = read_698_events(rows(*EVENT_OF_OBJECT))
    assert found.events["event"].tolist() == list(EVENT_OF_OBJECT.values())
    assert len(found.unknown) == len(found.left_out) == 0


def test_objects_are_those_of_the_bundled_rules():
    book = files("powerchannel.theft") / "rulebooks" / "dlt698-theft.toml"
    rules = tomllib.loads(book.read_text("utf-8"))["electrical"]["rules"]
    stated = {rule["object_id"]: rule["id"] for rule in rules if rule.get("object_id")}
    assert stated | {"300A": "demand_over_limit"} == EVENT_OF_OBJECT


@pytest.mark.parametrize(
    "word", ["301B", "301b", "0x301B", "0X301b", "301BH", "301B0200", " 301B\r"]
)
def test_an_object_may_be_written_in_several_ways(word):
    assert read_698_events(rows(word)).events["event"].tolist() == ["cover_opened"]


def test_whole_numbers_are_read_as_their_digits():
    assert read_698_events(rows(3000, 3105)).events["event"].tolist() == [
        "voltage_loss",
        "clock_error",
    ]


def test_unknown_objects_are_kept_and_told():
    found = read_698_events(rows("3F00", "301B", None, "开盖", "30", 相别=list("ABCAB")))
    assert found.unknown["object_id"].tolist() == ["3F00", None, "开盖", "30"]
    assert found.unknown["phase"].tolist() == ["A", "C", "A", "B"]
    assert found.unknown["started_at"].tolist() == [START] * 4
    told = found.left_out.iloc[0]
    assert (told["reason"], told["count"]) == ("unknown_event", 4)
    assert told["example"].startswith("3F00")


@given(st.lists(st.tuples(st.sampled_from(["", "017"]), st.sampled_from(["3000", "9999", ""]))))
def test_every_row_is_an_event_unknown_or_counted(cells):
    source = rows(*[cell[1] for cell in cells])
    source["户号"] = [cell[0] for cell in cells]
    found = read_698_events(source)
    told = dict(zip(found.left_out["reason"], found.left_out["count"], strict=True))
    lost = told.get("no_customer", 0)
    assert len(found.events) + len(found.unknown) + lost == len(cells)
    assert told.get("unknown_event", 0) == len(found.unknown)


def test_events_pass_the_check_and_bad_times_are_its_business():
    source = rows("3000", "3000", 表号=["M1"] * 2, 相别=["A相", ""], 结束时间=["", ""])
    source["发生时间"] = ["2025-03-01 08:00:00\r", "FF-FF"]
    tables = check(events=read_698_events(source).events)
    assert tables.events["event"].tolist() == ["voltage_loss"]
    assert tables.events["phase"].tolist() == ["a"]
    assert len(tables.rejected) == 1


def test_columns_that_are_needed_are_named():
    with pytest.raises(TableError, match="object_id / oi / oad"):
        read_698_events({"户号": ["1"], "发生时间": [START]})


def test_the_deviation_of_a_clock_reaches_the_limit_of_its_rule():
    """300 s is right, 301 s is not, fast or slow; without a number the meter's word counts."""
    told = ["300", "301", "-301", None]
    found = read_698_events(rows(*["3105"] * 4, 时钟偏差=told, 表号=list("1234")))
    assert found.events["deviation_s"].tolist() == told
    points = {"customer_id": ["017"] * 4, "meter_id": list("1234")}
    state = aggregate(check(points=points, events=found.events))
    episodes = evaluate(state, load_rulebook("dlt698-theft"), as_of="2025-03").episodes
    assert episodes["meter_id"].tolist() == ["2", "3", "4"]
    assert episodes["evidence"].tolist() == ["301 s / 300 s", "-301 s / 300 s", ""]
