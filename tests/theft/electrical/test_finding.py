"""Episodes on readings: limits to the last digit, delays to the second, gaps, and the laws."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.theft.electrical import (
    WHOLE,
    Condition,
    ElectricalRules,
    Ending,
    Episodes,
    Measured,
    find_episodes,
    rule_index,
)
from powerchannel.theft.electrical.finding import chunks_of
from powerchannel.times import NAT
from readings_at_random import (
    MINUTE,
    SECOND,
    START,
    bundled_rules,
    measured_at_random,
    points,
    told,
)

SINGLE, FOUR, THREE = 0, 1, 2


def measured(
    voltage: list[list[float]],
    current: list[list[float]] | None = None,
    power: list[list[float]] | None = None,
    *,
    neutral: list[float] | None = None,
    at: list[int] | None = None,
) -> Measured:
    """Readings of one meter, a minute apart."""
    count = len(voltage)
    return Measured(
        meter=np.zeros(count, np.int64),
        at=START + np.array(range(count) if at is None else at) * (MINUTE if at is None else 1),
        voltage=np.array(voltage, dtype=float),
        current=np.array([[5.0] * 3] * count if current is None else current, dtype=float),
        power=np.array([[1.1] * 3] * count if power is None else power, dtype=float),
        neutral_current=None if neutral is None else np.array(neutral, dtype=float),
    )


def found(readings: Measured, wiring: int = FOUR) -> Episodes:
    return find_episodes(readings, points(np.array([wiring], np.uint8)), bundled_rules())


def names(episodes: Episodes) -> list[tuple[str, str]]:
    rules = bundled_rules().rules
    return [
        (rules[rule].id, "abc-"[phase])
        for rule, phase in zip(episodes.rule.tolist(), episodes.phase.tolist(), strict=True)
    ]


def phase_a(values: list[float], others: float) -> list[list[float]]:
    return [[value, others, others] for value in values]


# Each limit of 220 V, 5 (60) A: the last digit that raises no alarm, and the next one.
BOUNDARIES = {
    "voltage_loss": ("voltage", 171.6, 171.5, {}),
    "overvoltage": ("voltage", 264.0, 264.1, {}),
    "phase_loss": ("voltage", 132.0, 131.9, {"current": 0.0}),
    "current_loss": ("current", 0.025, 0.024, {}),
    "overcurrent": ("current", 72.0, 72.001, {}),
    "power_reversal": ("power", -0.0055, -0.0056, {}),
    "overload": ("power", 15.84, 15.8401, {}),
}


@pytest.mark.parametrize("rule_id", BOUNDARIES)
def test_at_the_limit_and_a_digit_beyond(rule_id: str) -> None:
    quantity, at_limit, beyond, others = BOUNDARIES[rule_id]
    for value, is_found in ((at_limit, False), (beyond, True)):
        shown = {"voltage": 220.0, "current": 5.0, "power": 1.1, **others, quantity: value}
        readings = measured(
            phase_a([shown["voltage"]] * 2, 220.0),
            phase_a([shown["current"]] * 2, 5.0),
            phase_a([shown["power"]] * 2, 1.1),
        )
        assert ((rule_id, "a") in names(found(readings))) == is_found


def test_limits_of_two_conditions_hold_together() -> None:
    for current, rule_id in ((0.025, "undervoltage"), (0.026, "voltage_loss")):
        readings = measured(phase_a([171.5] * 2, 220.0), phase_a([current] * 2, 5.0))
        assert (rule_id, "a") in names(found(readings))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([10.0, 10.0, 7.0], set()),
        ([10.0, 10.0, 6.999], {("current_unbalance", "-")}),
        ([10.0, 5.0, 1.0], {("current_unbalance", "-")}),
        ([10.0, 5.0, 0.999], {("severe_current_unbalance", "-")}),
        ([0.25, 0.2, 0.1], set()),
        ([0.251, 0.2, 0.1], {("current_unbalance", "-")}),
    ],
)
def test_unbalance_is_max_less_min_over_max_above_a_floor(
    values: list[float], expected: set[tuple[str, str]]
) -> None:
    readings = measured([[220.0] * 3] * 2, [values] * 2)
    assert set(names(found(readings))) - {("low_power_factor", "-")} == expected


def test_severe_unbalance_speaks_over_the_plain_one_and_both_over_time() -> None:
    rows = [[10.0, 10.0, 6.0]] * 3 + [[10.0, 10.0, 0.5]] * 3 + [[10.0, 10.0, 6.0]] * 3
    episodes = found(measured([[220.0] * 3] * 9, rows))
    assert names(episodes) == [
        ("current_unbalance", "-"),
        ("severe_current_unbalance", "-"),
        ("current_unbalance", "-"),
    ]
    assert episodes.ending.tolist() == [Ending.SUPERSEDED, Ending.RESTORED, Ending.LASTS]
    assert episodes.started_at.tolist() == [START, START + 3 * MINUTE, START + 6 * MINUTE]
    assert episodes.ended_at.tolist() == [START + 3 * MINUTE, START + 6 * MINUTE, NAT]


@pytest.mark.parametrize(
    ("line", "neutral", "is_found"),
    [(5.0, 4.0, False), (5.1, 4.0, True), (5.0, 3.999, True), (1.2, 0.1, True), (1.0, 0.0, False)],
)
def test_line_and_neutral_current(line: float, neutral: float, *, is_found: bool) -> None:
    nothing = float("nan")
    readings = measured(
        phase_a([220.0] * 2, nothing), phase_a([line] * 2, nothing), neutral=[neutral] * 2
    )
    expected = [("neutral_current_mismatch", "-")] if is_found else []
    assert names(found(readings, SINGLE)) == expected


def test_the_neutral_of_three_phases_says_nothing() -> None:
    readings = measured([[220.0] * 3] * 2, neutral=[0.0, 0.0])
    assert names(found(readings)) == []


@pytest.mark.parametrize("seconds", [59, 60])
def test_the_delay_is_exact_to_the_second(seconds: int) -> None:
    at = [0, seconds * SECOND, 2 * MINUTE]
    episodes = found(measured(phase_a([100.0, 100.0, 220.0], 220.0), at=at))
    assert names(episodes) == ([] if seconds < 60 else [("voltage_loss", "a")])
    assert episodes.started_at.tolist() == [START][: len(episodes)]


def test_the_start_must_hold_at_every_reading_of_the_delay() -> None:
    # 175 V is neither below 78 % nor above 85 %: it breaks the delay, and later ends nothing.
    at = [0, 30 * SECOND, 59 * SECOND, 90 * SECOND]
    assert len(found(measured(phase_a([100, 175, 100, 100], 220.0), at=at))) == 0
    episodes = found(measured(phase_a([100.0, 100.0, 175.0, 100.0, 187.0, 187.1], 220.0)))
    assert names(episodes) == [("voltage_loss", "a")]
    assert episodes.ended_at.tolist() == [START + 5 * MINUTE]
    assert episodes.samples.tolist() == [5]
    assert (episodes.worst.tolist(), episodes.threshold.tolist()) == ([100.0], [171.6])
    assert episodes.unit.tolist() == ["V"]


def test_worst_is_the_farthest_beyond_the_limit() -> None:
    episodes = found(measured(phase_a([270.0, 281.3, 265.0], 220.0)))
    assert (names(episodes), episodes.worst.tolist()) == ([("overvoltage", "a")], [281.3])


@pytest.mark.parametrize("minutes", [60, 61])
def test_a_longer_gap_ends_an_episode(minutes: int) -> None:
    at = [0, MINUTE, (1 + minutes) * MINUTE, (2 + minutes) * MINUTE]
    episodes = found(measured(phase_a([100.0] * 4, 220.0), at=at))
    if minutes == 60:
        assert episodes.ending.tolist() == [Ending.LASTS]
        assert episodes.lasts.tolist() == [True]
    else:
        assert episodes.ending.tolist() == [Ending.GAP, Ending.LASTS]
        assert episodes.ended_at.tolist() == [START + MINUTE, NAT]
        assert episodes.started_at.tolist() == [START, START + at[2]]


def test_what_was_not_measured_neither_starts_nor_ends() -> None:
    nothing = float("nan")
    episodes = found(measured(phase_a([100.0, nothing, 100.0, nothing, 200.0], 220.0)))
    assert names(episodes) == [("voltage_loss", "a")]
    assert (episodes.samples.tolist(), episodes.ended_at.tolist()) == ([2], [START + 4 * MINUTE])


def test_a_restore_counts_though_the_current_was_not_measured() -> None:
    nothing = float("nan")
    readings = measured(phase_a([100.0] * 3 + [220.0], 220.0), phase_a([5, 5, 5, nothing], 5.0))
    assert found(readings).ended_at.tolist() == [START + 3 * MINUTE]


def test_three_wire_metering_is_judged_by_line_voltage_on_two_phases() -> None:
    rated = evolve(points(np.array([THREE], np.uint8)), rated_voltage=np.array([100.0]))
    readings = measured([[77.9, 10.0, 100.0]] * 2, [[5.0, 0.0, 5.0]] * 2, [[0.4] * 3] * 2)
    assert names(find_episodes(readings, rated, bundled_rules())) == [("voltage_loss", "a")]


def test_three_wire_metering_loses_one_current_and_never_both() -> None:
    one = measured([[220.0] * 3] * 2, [[0.0, 9.0, 5.0]] * 2)
    assert ("current_loss", "a") in names(found(one, THREE))
    both = measured([[220.0] * 3] * 2, [[0.0, 9.0, 0.0]] * 2)
    assert "current_loss" not in dict(names(found(both, THREE)))


def test_a_single_phase_meter_has_no_voltage_loss() -> None:
    nothing = float("nan")
    readings = measured(phase_a([100.0] * 2, nothing), phase_a([5.0] * 2, nothing))
    assert names(found(readings, SINGLE)) == [("undervoltage", "a")]


def test_an_outage_is_no_phase_loss_until_it_lasts_too_long() -> None:
    dead = [[0.0] * 3]
    for minutes, expected in ((4320, "outage"), (4321, "phase_loss")):
        at = [*range(0, minutes * MINUTE, 40 * MINUTE), minutes * MINUTE]
        rows = dead * (len(at) - 1)
        readings = measured([*rows, [220.0] * 3], [*rows, [5.0] * 3], at=at)
        assert expected in dict(names(found(readings)))
        assert len(dict(names(found(readings)))) == 1


def test_total_voltage_loss_is_one_thing_and_needs_a_current() -> None:
    readings = measured([[100.0] * 3] * 2)
    assert names(found(readings)) == [("total_voltage_loss", "-")]


@pytest.mark.parametrize(
    ("wiring", "at_limit"), [(SINGLE, 15.84), (FOUR, 47.52), (THREE, 27.435684792)]
)
def test_demand_over_the_limit_of_the_whole_meter(wiring: int, at_limit: float) -> None:
    for total, is_found in ((at_limit, False), (at_limit + 1e-6, True), (-at_limit - 1e-6, True)):
        readings = measured([[220.0] * 3] * 2, [[70.0] * 3] * 2, [[total, 0.0, 0.0]] * 2)
        assert (("demand_over_limit", "-") in names(found(readings, wiring))) == is_found


def test_power_factor_is_that_of_all_phases() -> None:
    # 3 x 220 V x 5 A = 3.3 kVA; of three-wire metering sqrt(3)/2 of 2.2 kVA.
    for wiring, total in ((FOUR, 0.99), (THREE, 0.3 * 2.2 * 3.0**0.5 / 2)):
        for power, is_found in ((total + 1e-6, False), (total - 1e-6, True)):
            readings = measured([[220.0] * 3] * 2, None, [[power, 0.0, 0.0]] * 2)
            assert (("low_power_factor", "-") in names(found(readings, wiring))) == is_found


def test_a_rule_of_a_phase_may_ask_for_the_whole_meter() -> None:
    rules = with_limit("undervoltage", "0.78")
    rule = rules.rules[0]
    whole = Condition(quantity="highest_current", comparison="above", ratio=Decimal(1))
    loaded = evolve(rules, rules=(evolve(rule, start=(*rule.start, whole)),))
    readings = measured([[220.0, 220.0, 100.0]] * 2, [[2.0, 0.0, 0.0]] * 2)
    rated = points(np.array([FOUR], np.uint8))
    assert find_episodes(readings, rated, loaded).phase.tolist() == [2]
    idle = measured([[220.0, 220.0, 100.0]] * 2, [[1.0, 0.0, 0.0]] * 2)
    assert len(find_episodes(idle, rated, loaded)) == 0


def test_ratings_that_are_not_known_judge_nothing() -> None:
    unknown = np.array([np.nan])
    rated = evolve(
        points(np.array([FOUR], np.uint8)), rated_voltage=unknown, maximum_current=unknown
    )
    readings = measured([[1.0, 300.0, 220.0]] * 2, [[5.0, 500.0, 5.0]] * 2)
    ids = {rule_id for rule_id, _ in names(find_episodes(readings, rated, bundled_rules()))}
    assert ids <= {"current_unbalance", "severe_current_unbalance", "low_power_factor"}


def test_nothing_to_look_at() -> None:
    readings, rated = measured_at_random(1)
    empty = find_episodes(readings.take(np.zeros(0, np.int64)), rated, bundled_rules())
    assert len(empty) == 0
    assert empty.phase.dtype == np.uint8


# The laws.


def renamed(episodes: Episodes, meters: np.ndarray) -> list[tuple[int, ...]]:
    return sorted(told(evolve(episodes, meter=meters[episodes.meter])))


@given(seed=st.integers(0, 10**6))
def test_a_subset_of_meters_has_the_same_episodes(seed: int) -> None:
    readings, rated = measured_at_random(seed, meters=8)
    all_of_them = find_episodes(readings, rated, bundled_rules())
    some = np.flatnonzero(np.random.default_rng(seed).random(8) < 0.5)
    place = np.full(8, -1)
    place[some] = np.arange(len(some))
    kept = np.isin(readings.meter, some)
    alone = evolve(readings.take(kept), meter=place[readings.meter[kept]])
    found = find_episodes(alone, rated.take(some), bundled_rules())
    assert renamed(found, some) == told(all_of_them.take(np.isin(all_of_them.meter, some)))


@given(seed=st.integers(0, 10**6))
def test_the_order_of_meters_makes_no_difference(seed: int) -> None:
    readings, rated = measured_at_random(seed)
    order = np.random.default_rng(seed).permutation(len(rated))
    rows = np.concatenate([np.flatnonzero(readings.meter == meter) for meter in order])
    moved = Measured(
        meter=np.repeat(np.arange(len(order)), [np.sum(readings.meter == m) for m in order]),
        at=readings.at[rows],
        voltage=readings.voltage[rows],
        current=readings.current[rows],
        power=readings.power[rows],
        neutral_current=None
        if readings.neutral_current is None
        else readings.neutral_current[rows],
    )
    found = find_episodes(moved, rated.take(order), bundled_rules())
    assert renamed(found, order) == told(find_episodes(readings, rated, bundled_rules()))


@pytest.mark.parametrize("rows", [1, 50, 10**6])
@pytest.mark.parametrize("threads", [1, 3])
def test_how_the_work_is_cut_makes_no_difference(
    rows: int, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    readings, rated = measured_at_random(5, meters=40)
    whole = told(find_episodes(readings, rated, bundled_rules()))
    monkeypatch.setattr(chunks_of, "__defaults__", (rows,))
    assert (len(chunks_of(readings.meter)) == 40) == (rows == 1)
    assert told(find_episodes(readings, rated, bundled_rules(), threads=threads)) == whole
    assert whole


def with_limit(rule_id: str, ratio: str) -> ElectricalRules:
    """One rule alone, its first limit moved."""
    rules = bundled_rules()
    rule = rules.rules[rule_index(rules, rule_id)]
    first = evolve(rule.start[0], ratio=Decimal(ratio))
    moved = evolve(rule, start=(first, *rule.start[1:]))
    return evolve(rules, rules=(moved,), precedence=())


LIMITS = {
    "voltage_loss": ("0.5", "0.6", "0.78", "0.84"),
    "overvoltage": ("1.3", "1.2", "1.19", "0.9"),
    "current_loss": ("0.001", "0.005", "0.05"),
    "power_reversal": ("-0.5", "-0.005", "-0.001"),
    "current_unbalance": ("0.9", "0.5", "0.3"),
    "low_power_factor": ("0.1", "0.3", "0.5"),
}


@pytest.mark.parametrize("rule_id", LIMITS)
@given(seed=st.integers(0, 10**6))
def test_a_stricter_limit_never_finds_more(rule_id: str, seed: int) -> None:
    readings, rated = measured_at_random(seed)
    found = [find_episodes(readings, rated, with_limit(rule_id, r)) for r in LIMITS[rule_id]]
    for strict, lax in pairwise(found):
        assert len(strict) <= len(lax)
        assert within(strict, lax)


def spans(episodes: Episodes) -> list[tuple[int, int, int, int]]:
    never = np.iinfo(np.int64).max
    ends = np.where(episodes.ended_at == NAT, never, episodes.ended_at)
    columns = (episodes.meter, episodes.phase, episodes.started_at, ends)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def within(strict: Episodes, lax: Episodes) -> bool:
    """Whether each episode lies in one of the others."""
    return all(
        any((m, p) == (m2, p2) and s2 <= s and e <= e2 for m2, p2, s2, e2 in spans(lax))
        for m, p, s, e in spans(strict)
    )


def test_a_rule_of_the_whole_meter_has_phase_3() -> None:
    episodes = found(measured([[100.0] * 3] * 2))
    assert episodes.phase.tolist() == [WHOLE]
