from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from journeys_by_hand import CHANNELS, ROWS, RULES, Row, by_hand, row, trace
from powerchannel import channel
from powerchannel.channel.journey import ASSUMED_RULES, MEASURES, JourneyRules, trace_journeys
from powerchannel.errors import UnknownNameError


def path_of(instance: list[tuple[Row, bool]]) -> str:
    steps: list[str] = []
    for contact, _ in instance:
        if not steps or steps[-1] != contact[1]:
            steps.append(contact[1])
    return " > ".join([*steps[:12], "…"] if len(steps) > 12 else steps)


def listed(column: pd.Series) -> list[object]:
    return [None if pd.isna(v) else v for v in column]


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


def test_a_failure_in_the_app_that_ends_on_the_phone() -> None:
    journeys = trace([row(0, "app", "failed"), row(1, "hotline"), row(20, "app", "failed")])
    assert journeys.instances["failure_switches"].tolist() == [1, 0]
    app = journeys.failure_switches.set_index("channel").loc["app"]
    assert (app["rescued"], app["failures"], app["share"]) == (1, 2, 0.5)


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
