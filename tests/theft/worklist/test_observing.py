from __future__ import annotations

import pandas as pd

from powerchannel.theft.worklist.candidates import episodes_of
from powerchannel.theft.worklist.observing import observe
from suspects import Suspects, episodes, suspects


def seen(*rows):
    result = suspects({"customer_id": "A"}, seen=episodes(*rows))
    return observe(episodes_of(result), ["A"], None)


def hours(start: int, end: int) -> dict[str, pd.Timestamp]:
    day = pd.Timestamp("2025-03-01")
    return {
        "started_at": day + pd.Timedelta(hours=start),
        "ended_at": day + pd.Timedelta(hours=end),
    }


def test_episodes_of_one_rule_and_phase_are_one_observation():
    found = seen(
        {"customer_id": "A", "evidence": "short"} | hours(1, 2),
        {"customer_id": "A", "evidence": "long"} | hours(5, 9),
        {"customer_id": "A", "phase": "c"} | hours(0, 1),
    )["A"]
    assert [(each.phase, each.episodes) for each in found] == [("b", 2), ("c", 1)]
    assert found[0].evidence == "long"
    assert (found[0].started_at.hour, found[0].ended_at.hour) == (1, 9)


def test_what_was_longer_in_all_stands_first():
    found = seen(
        {"customer_id": "A", "rule_id": "once"} | hours(0, 3),
        {"customer_id": "A", "rule_id": "twice"} | hours(4, 6),
        {"customer_id": "A", "rule_id": "twice"} | hours(7, 9),
    )["A"]
    assert [each.rule_id for each in found] == ["twice", "once"]


def test_only_customers_that_are_asked_for_are_told_of():
    assert set(seen({"customer_id": "A"}, {"customer_id": "B"})) == {"A"}
    assert seen() == {}


def test_times_with_a_zone_are_shown_as_clocks_in_shanghai():
    frame = episodes({"customer_id": "A", "started_at": pd.Timestamp("2025-03-01 00:30")})
    for name in ("started_at", "ended_at"):
        frame[name] = frame[name].dt.tz_localize("UTC")
    found = observe(episodes_of(Suspects(suspects({"customer_id": "A"}).table, frame)), ["A"], None)
    assert str(found["A"][0].started_at) == "2025-03-01 08:30:00"
