from __future__ import annotations

import itertools
from collections import Counter
from datetime import datetime, timedelta
from random import Random
from typing import Any

import numpy as np
import pandas as pd
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from powerchannel import channel
from powerchannel.channel.journey import (
    ASSUMED_RULES,
    MEASURES,
    JourneyRules,
    Journeys,
    trace_journeys,
)
from powerchannel.channel.tables import default_catalogue
from powerchannel.errors import UnknownNameError

CHANNELS = default_catalogue().codes
TYPES = [c.code for c in default_catalogue().business_types]
OUTCOMES = [c.code for c in default_catalogue().outcomes]
START = datetime(2022, 1, 1, 0, 0)

Row = tuple[str, str, datetime, str | None, str | None]

ROWS: st.SearchStrategy[list[Row]] = st.lists(
    st.tuples(
        st.sampled_from(["0017", "17"]),
        st.sampled_from(["hotline", "app", "hall", "wechat"]),
        # Whole days and hours, so that gaps of exactly the limit and equal stamps are common.
        st.builds(
            lambda days, hours: START + timedelta(days=days, hours=hours),
            st.integers(0, 25),
            st.sampled_from([0, 0, 1, 9]),
        ),
        st.sampled_from(["payment", "repair", None]),
        st.sampled_from(["resolved", "failed", "abandoned", None]),
    ),
    min_size=1,
    max_size=25,
)


def trace(rows: list[Row], rules: JourneyRules = ASSUMED_RULES) -> Journeys:
    names = ["customer_id", "channel", "contacted_at", "business_type", "outcome"]
    frame = pd.DataFrame(rows, columns=names)
    return trace_journeys(channel.check(contacts=frame), rules)


def place(names: tuple[str, ...] | list[str], name: str | None) -> int:
    return -1 if name is None else names.index(name)


def by_hand(rows: list[Row], rules: JourneyRules = ASSUMED_RULES) -> list[list[tuple[Row, bool]]]:
    """Return the instances, each a list of contacts and whether a rescue followed."""

    def key(row: Row) -> tuple[Any, ...]:
        who, where, at, kind, outcome = row
        return who, place(TYPES, kind), at, place(CHANNELS, where), place(OUTCOMES, outcome)

    def is_rescued(row: Row) -> bool:
        if row[4] not in rules.failed_outcomes or row[1] in rules.rescue_channels:
            return False
        last = row[2] + timedelta(hours=rules.rescue_hours)
        return any(
            other[0] == row[0] and other[1] in rules.rescue_channels and row[2] < other[2] <= last
            for other in rows
        )

    instances: list[list[tuple[Row, bool]]] = []
    for row in sorted(rows, key=key):
        before = instances[-1][-1][0] if instances else None
        joined = (
            before is not None
            and (before[0], before[3]) == (row[0], row[3])
            and row[2] - before[2] <= timedelta(days=rules.gap_days)
        )
        if joined:
            instances[-1].append((row, is_rescued(row)))
        else:
            instances.append([(row, is_rescued(row))])
    return instances


def path_of(instance: list[tuple[Row, bool]]) -> str:
    steps: list[str] = []
    for row, _ in instance:
        if not steps or steps[-1] != row[1]:
            steps.append(row[1])
    return " > ".join([*steps[:12], "…"] if len(steps) > 12 else steps)


def listed(column: pd.Series) -> list[object]:
    return [None if pd.isna(v) else v for v in column]


RULES = st.builds(
    JourneyRules,
    gap_days=st.integers(1, 9),
    rescue_hours=st.integers(1, 48),
    failed_outcomes=st.sampled_from([("failed",), ("failed", "abandoned"), ()]),
    rescue_channels=st.sampled_from([("hotline",), ("hotline", "hall")]),
)


@settings(max_examples=10)
@given(ROWS, RULES)
def test_instances_are_those_made_by_hand(rows: list[Row], rules: JourneyRules) -> None:
    expected, found = by_hand(rows, rules), trace(rows, rules).instances
    assert listed(found["customer_id"]) == [i[0][0][0] for i in expected]
    assert listed(found["business_type"]) == [i[0][0][3] for i in expected]
    assert [t.tz_localize(None) for t in found["started_at"]] == [i[0][0][2] for i in expected]
    assert [t.tz_localize(None) for t in found["ended_at"]] == [i[-1][0][2] for i in expected]
    assert listed(found["first_channel"]) == [i[0][0][1] for i in expected]
    assert listed(found["last_channel"]) == [i[-1][0][1] for i in expected]
    assert listed(found["path"]) == [path_of(i) for i in expected]
    assert listed(found["contact_count"]) == [len(i) for i in expected]
    assert listed(found["channel_count"]) == [len({r[1] for r, _ in i}) for i in expected]
    assert listed(found["failure_switches"]) == [sum(s for _, s in i) for i in expected]


@settings(max_examples=10)
@given(ROWS, RULES)
def test_counts_are_those_made_by_hand(rows: list[Row], rules: JourneyRules) -> None:
    instances, journeys = by_hand(rows, rules), trace(rows, rules)
    pairs = Counter((a[1], b[1]) for i in instances for (a, _), (b, _) in itertools.pairwise(i))
    found = journeys.transitions
    assert len(found) == len(CHANNELS) ** 2
    for line in found.itertuples(index=False):
        leaving = sum(n for (a, _), n in pairs.items() if a == line.from_channel)
        count = pairs[(line.from_channel, line.to_channel)]
        assert (line.transitions, line.from_transitions) == (count, leaving)
        assert line.share == count / leaving if leaving else np.isnan(line.share)

    several = [i for i in instances if len({r[1] for r, _ in i}) > 1]
    second = journeys.second_channels.set_index("channel")
    for code in CHANNELS:
        started = [i for i in instances if i[0][0][1] == code]
        assert second.loc[code, "instances"] == len(started)
        assert second.loc[code, "with_second_channel"] == sum(i in several for i in started)

    contacts = [contact for i in instances for contact in i]
    failures = [
        (row, saved)
        for row, saved in contacts
        if row[4] in rules.failed_outcomes and row[1] not in rules.rescue_channels
    ]
    switched = journeys.failure_switches.set_index("channel")
    assert set(switched.index) == set(CHANNELS) - set(rules.rescue_channels)
    for code in switched.index:
        assert switched.loc[code, "failures"] == sum(r[1] == code for r, _ in failures)
        assert switched.loc[code, "rescued"] == sum(r[1] == code and s for r, s in failures)

    assert journeys.paths["instances"].sum() == len(journeys) == len(instances)
    assert dict(journeys.paths[["path", "instances"]].values.tolist()) == Counter(
        map(path_of, instances)
    )
    follow_ups = sum(pairs.values())
    together = sum(a[2] == b[2] for i in instances for (a, _), (b, _) in itertools.pairwise(i))
    summary = journeys.summary.set_index("measure")[["numerator", "denominator"]]
    assert {
        name: tuple(line) for name, line in zip(summary.index, summary.values, strict=True)
    } == {
        "repeated": (sum(len(i) > 1 for i in instances), len(instances)),
        "second_channel": (len(several), len(instances)),
        "moved_contact": (sum(n for (a, b), n in pairs.items() if a != b), len(rows)),
        "failure_switch": (sum(s for _, s in failures), len(failures)),
        "same_instant": (together, follow_ups),
    }


@settings(max_examples=8)
@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_rows_makes_no_difference(rows: list[Row], random: Random) -> None:
    one, other = trace(rows), trace(random.sample(rows, len(rows)))
    for table in ("instances", "paths", "transitions", "second_channels", "failure_switches"):
        pd.testing.assert_frame_equal(getattr(one, table), getattr(other, table))
    pd.testing.assert_frame_equal(one.summary, other.summary)


@settings(max_examples=8)
@given(ROWS)
def test_a_longer_gap_joins_and_never_parts(rows: list[Row]) -> None:
    counts = [len(trace(rows, evolve(ASSUMED_RULES, gap_days=days))) for days in (1, 3, 30)]
    assert counts == sorted(counts, reverse=True)


def row(day: float, where: str, outcome: str | None = None, kind: str | None = "payment") -> Row:
    return ("0017", where, START + timedelta(days=day), kind, outcome)


def test_a_failure_in_the_app_that_ends_on_the_phone() -> None:
    journeys = trace([row(0, "app", "failed"), row(1, "hotline"), row(20, "app", "failed")])
    assert journeys.instances["failure_switches"].tolist() == [1, 0]
    app = journeys.failure_switches.set_index("channel").loc["app"]
    assert (app["rescued"], app["failures"], app["share"]) == (1, 2, 0.5)


@pytest.mark.parametrize(
    ("second", "is_switch"),
    [
        (row(1, "hotline"), True),
        (row(1 + 1e-6, "hotline"), False),
        (row(0, "hotline"), False),
        (row(1, "hall"), False),
        (row(0.5, "hotline", kind="consultation"), True),
        (row(0.5, "hotline", kind=None), True),
        (("17", *row(0.5, "hotline")[1:]), False),
    ],
)
def test_what_a_failure_switch_is(second: Row, is_switch: bool) -> None:
    found = trace([row(0, "app", "failed"), second]).summary.set_index("measure")
    assert found.loc["failure_switch", "numerator"] == is_switch


def test_a_rescue_at_the_same_instant_does_not_hide_a_later_one() -> None:
    found = trace([row(0, "app", "failed"), row(0, "hotline"), row(0.5, "hotline")])
    assert found.instances["failure_switches"].tolist() == [1]


def test_a_failed_call_is_no_failure_switch() -> None:
    found = trace([row(0, "hotline", "failed"), row(0.5, "hotline")]).summary
    assert found["denominator"].tolist()[3] == 0


def test_long_paths_are_cut_and_short_ones_are_not() -> None:
    def swings(count: int) -> list[Row]:
        return [row(i / 24, "app" if i % 2 else "hall") for i in range(count)]

    twelve, thirteen = (trace(swings(n)).instances["path"][0] for n in (12, 13))
    assert thirteen == twelve + " > …"
    assert twelve.count(">") == 11
    both = trace(swings(13) + [("17", *r[1:]) for r in swings(300)])
    assert both.paths[["path", "instances", "total"]].values.tolist() == [[thirteen, 2, 2]]


def test_contacts_without_a_business_type_are_joined_among_themselves() -> None:
    found = trace([row(0, "app", kind=None), row(1, "hall", kind=None), row(0.5, "sms")]).instances
    assert listed(found["path"]) == ["app > hall", "sms"]
    assert listed(found["business_type"]) == [None, "payment"]


def test_only_three_columns_are_needed() -> None:
    rows = {
        "customer_id": ["1", "1"],
        "channel": ["app", "hall"],
        "contacted_at": ["2022-03-05"] * 2,
    }
    journeys = trace_journeys(channel.check(contacts=rows))
    # Of two contacts on one day, which came first is not known: the summary says so.
    assert listed(journeys.instances["path"]) == ["hall > app"]
    assert journeys.summary.set_index("measure").loc["same_instant", "share"] == 1
    assert np.isnan(journeys.summary.set_index("measure").loc["failure_switch", "share"])


def test_nothing_comes_of_nothing() -> None:
    rows = {"customer_id": [""], "channel": ["app"], "contacted_at": ["x"]}
    journeys = trace_journeys(channel.check(contacts=rows))
    assert len(journeys) == 0
    assert journeys.instances.empty
    assert journeys.paths.empty
    assert journeys.transitions["transitions"].sum() == 0
    assert journeys.summary["denominator"].sum() == 0
    assert "0 instances" in repr(journeys)
    assert "<table" in journeys._repr_html_()


def test_the_rules_must_fit_the_catalogue() -> None:
    with pytest.raises(UnknownNameError, match=r"(?s)hotlin\b.*hotline"):
        trace([row(0, "app")], JourneyRules(rescue_channels=("hotlin",)))
    with pytest.raises(UnknownNameError, match="abandonned"):
        trace([row(0, "app")], JourneyRules(failed_outcomes=("abandonned",)))


@pytest.mark.parametrize("name", ["gap_days", "rescue_hours"])
def test_the_rules_must_be_positive(name: str) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        JourneyRules(**{name: 0})


def test_what_is_assumed_says_so() -> None:
    assert ASSUMED_RULES.provenance.status == "assumed"
    assert all(text.zh and text.en for text in MEASURES.values())


def test_it_prints_well() -> None:
    journeys = trace([row(0, "app"), row(1, "hotline"), row(30, "app")])
    shown = "<channel.Journeys 3 contacts in 2 instances, 1 (50.0%) needed a second channel>"
    assert repr(journeys) == shown
    assert journeys.summary["zh"].tolist()[1] in journeys._repr_html_()
