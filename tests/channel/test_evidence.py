"""Which contacts are evidence: each condition, all together, and against plain counting."""

from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from powerchannel import channel
from powerchannel.channel.catalogue import Evidence
from powerchannel.channel.evidence import evidence_rows
from powerchannel.text import Text
from strategies import ASSUMED, Export, catalogues, exports, hebei, shows


def rows(rule: dict[str, object], **columns: list[str]) -> list[int]:
    """Return which contacts are evidence by one rule."""
    evidence = Evidence(id="e", title=Text("证据", "e"), provenance=ASSUMED, **rule)
    count = len(next(iter(columns.values())))
    contacts = {
        "customer_id": ["1"] * count,
        "channel": ["app"] * count,
        "contacted_at": ["2022-06-01 12:00"] * count,
    }
    catalogue = evolve(hebei().catalogue, evidence=(evidence,), classifications=())
    found, kinds = evidence_rows(channel.check(contacts=contacts | columns, catalogue=catalogue))
    assert set(kinds.tolist()) <= {0}
    return found.tolist()


def test_each_condition() -> None:
    assert rows({"channels": ("app", "hall")}, channel=["app", "bank", "hall"]) == [0, 2]
    assert rows({"business_types": ("payment",)}, business_type=["交费", "", "报修"]) == [0]
    assert rows({"handling_modes": ("push_link",)}, handling_mode=["短信链接", "", "柜台"]) == [0]
    texts = ["请问微信怎么用", "", "没电", "WeChat 微信"]
    assert rows({"text_any": ("微信", "公众号")}, request_text=texts) == [0, 3]
    assert rows({"text_any": ("app",)}, request_text=["装了APP", "App 打不开", "ap p"]) == [0, 1]


def test_all_conditions_must_hold() -> None:
    rule = {"channels": ("hall",), "text_any": ("微信",)}
    assert rows(rule, channel=["hall", "app", "hall"], request_text=["微信", "微信", ""]) == [0]
    assert rows({}, channel=["hall", "app"]) == [0, 1]


@pytest.mark.parametrize(
    ("hours", "clocks", "expected"),
    [
        ("20:00-08:00", ["19:59:59", "20:00", "23:59:59", "00:00:01", "07:59:59", "08:00"], 4),
        ("08:00-20:00", ["07:59:59", "08:00", "19:59:59", "20:00"], 2),
        ("20:00-24:00", ["23:59:59", "00:00:01"], 1),
        ("00:00-24:00", ["00:00:01", "12:00"], 2),
        ("20:00-08:00", ["00:00:00"], 0),
    ],
)
def test_hours_of_the_local_day(hours: str, clocks: list[str], expected: int) -> None:
    stamps = [f"2022-06-01 {clock}" for clock in clocks]
    assert len(rows({"hours": hours}, contacted_at=stamps)) == expected


def test_hours_are_local_whatever_the_offset() -> None:
    stamps = ["2022-06-01T12:00:00Z", "2022-06-01T11:59:59Z"]
    assert rows({"hours": "20:00-08:00"}, contacted_at=stamps) == [0]


def test_a_column_that_did_not_come_is_no_evidence() -> None:
    assert rows({"text_any": ("微信",)}, channel=["app"]) == []
    assert rows({"business_types": ("payment",)}, channel=["app"]) == []


def test_a_classified_business_type_counts() -> None:
    catalogue = hebei().catalogue
    repair = Evidence(id="e", title=Text("e", "e"), business_types=("repair",), provenance=ASSUMED)
    contacts = {
        "customer_id": ["1"],
        "channel": ["app"],
        "contacted_at": ["2022-06-01"],
        "request_text": ["没电了"],
    }
    own = evolve(catalogue, evidence=(repair,))
    found, _ = evidence_rows(channel.check(contacts=contacts, catalogue=own))
    assert found.tolist() == [0]


@settings(max_examples=8)
@given(st.data())
def test_evidence_agrees_with_plain_reading(data: st.DataObject) -> None:
    catalogue = data.draw(catalogues())
    export: Export = data.draw(exports(catalogue))
    found, kinds = evidence_rows(export.checked(catalogue))
    expected = {
        (row, kind)
        for row, contact in enumerate(export.contacts)
        for kind, rule in enumerate(catalogue.evidence)
        if shows(rule, contact[1:])
    }
    pairs = list(zip(found.tolist(), kinds.tolist(), strict=True))
    assert set(pairs) == expected
    assert len(pairs) == len(expected)
