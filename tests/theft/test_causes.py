"""The room of causes through its door: planted cases, and how many of each are told."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from powerchannel.errors import PowerChannelError
from powerchannel.rulebook import structure
from powerchannel.rulebook.parsing import parse
from powerchannel.theft import simulate
from powerchannel.theft.areas import AreaRules, attribute, suspicions
from powerchannel.theft.causes import (
    CAUSE_EVIDENCE,
    CAUSES,
    CauseEvidence,
    CauseRules,
    began_at,
    daily_evidence,
    decide,
    episode_hours,
    opened_before,
    outage_share,
    shared_changes,
)
from powerchannel.theft.consumption import features
from powerchannel.theft.electrical import (
    Episodes,
    Outages,
    find_episodes,
    measured_of,
    outages_of,
)
from powerchannel.theft.electrical.events import event_episodes, events_of
from powerchannel.times import NAT
from readings_at_random import MINUTE, bundled_rules

Floats = NDArray[np.float64]
STARTED_AT = 1_735_660_800_000_000  # 2025-01-01 00:00 in Shanghai
NEVER = np.iinfo(np.int64).max
DAY = 1440 * MINUTE
DAYS = 60
HERE = {"status": "assumed", "clause": "test"}


def bundled(part: str) -> object:
    """A part of the bundled rulebook, as it is written."""
    file = files("powerchannel") / "theft" / "rulebooks" / "dlt698-theft.toml"
    return parse(file.read_text(encoding="utf-8"), "toml", "$")[part]


@cache
def rules() -> CauseRules:
    return structure(CauseRules, bundled("causes"))


@cache
def area_rules() -> AreaRules:
    return structure(AreaRules, bundled("areas"))


def one(**evidence: float) -> str:
    found = decide(CauseEvidence({k: np.array([v]) for k, v in evidence.items()}), rules())
    return str(found.codes[0])


def of_meter(simulated: simulate.Simulated) -> dict[str, float]:
    """What a utility knows of a simulated meter."""
    known = bundled_rules()
    measured, points = measured_of(simulated.phase_readings, simulated.points)
    outages = outages_of(simulated.outages, simulated.points)
    found = find_episodes(measured, points, known, outages=outages)
    events = events_of(simulated.events, simulated.points, known)
    both = found.merge(event_episodes(events, points, known, as_of=NEVER)[0])
    meters = len(simulated.points)
    until = STARTED_AT + len(simulated.true_kw) * MINUTE
    hours = episode_hours(both, known, meters, as_of=until)
    since = np.full(meters, STARTED_AT + int(np.argmax(simulated.is_faulty)) * MINUTE)
    opened = opened_before(both, known, np.where(began_at(both, known, meters) == NAT, NAT, since))
    columns = hours | {
        "opened_before": opened,
        "outage_share": outage_share(outages, since, np.full(meters, until)),
    }
    return {name: float(values[0]) for name, values in columns.items()} | as_series(simulated)


def as_series(simulated: simulate.Simulated) -> dict[str, float]:
    """What its power, added up over phases, tells as a series; the sign is the customer's."""
    readings = simulated.phase_readings
    power = readings.groupby("read_at")["active_power_kw"].sum()
    every = pd.date_range(readings["read_at"].iloc[0], periods=len(simulated.true_kw), freq="min")
    told = daily_evidence(power.reindex(every).to_numpy(np.float64)[None])
    recorded, faulty = simulated.recorded_kw, simulated.is_faulty
    drop = recorded[faulty].mean() / recorded[~faulty].mean()
    true = simulated.true_kw[faulty].mean()
    lost = 1 - recorded[faulty].mean() / true if true > 0 else 0.0
    return {name: float(values[0]) for name, values in told.items()} | {
        "drop_ratio": float(drop),
        "zero_days": 30.0 if simulated.fault == "vacancy" else 0.0,
        "has_generation": float(simulated.points["has_generation"].iloc[0]),
        "is_replaced": float(len(simulated.points) > 1),
        "area_probability": 0.9 if lost > 0.1 else 0.05,
        "area_share": 0.9 if lost > 0.1 else 0.0,
    }


LISTED = simulate.faults()
KINDS = LISTED.assign(kind=LISTED["fault"].str.replace("_(?:a|b|c|ab|ac|bc|abc)$", "", regex=True))
PLANTED = [
    (wiring, fault, is_tampered)
    for wiring, fault, cause in KINDS.drop_duplicates(["wiring", "kind"])[
        ["wiring", "fault", "cause"]
    ].itertuples(index=False)
    for is_tampered in (False, True)
    if cause != "normal" and (cause in ("meter_fault", "wiring_mistake") or not is_tampered)
]


@cache
def planted() -> tuple[tuple[str, str, str], ...]:
    """Truth, what was decided, and which it is, of every fault of every wiring."""
    cases = []
    for wiring, fault, is_tampered in PLANTED:
        load = np.random.default_rng(5).uniform(0.6, 1.0, 120)
        simulated = simulate.meter(
            wiring,
            fault,
            minutes=120,
            fault_from_minutes=40,
            current_a=load * (40.0 if wiring == "single_phase" else 1.4),
            noise=0.01,
            is_tampered=is_tampered,
            random_state=3,
        )
        cases.append((simulated.cause, one(**of_meter(simulated)), f"{wiring} {fault}"))
    return tuple(cases)


LEAST_RECALL = {
    "outage": 0.99,
    "vacancy": 0.99,
    "photovoltaic": 0.99,
    "meter_replacement": 0.99,
    "data_fault": 0.99,
    "wiring_mistake": 0.9,
    "meter_fault": 0.9,
    "theft": 0.9,
    "cannot_tell": 0.99,
}


@pytest.mark.parametrize("cause", CAUSES)
def test_planted_meters_have_their_cause_told(cause: str) -> None:
    told = Counter(found for truth, found, _ in planted() if truth == cause)
    missed = [name for truth, found, name in planted() if truth == cause != found]
    assert told[cause] / told.total() >= LEAST_RECALL[cause], (told, missed)


def loads(rng: np.random.Generator, customers: int) -> Floats:
    """Daily use: a level, a week, weather that all share, and noise of their own."""
    level = rng.lognormal(2.0, 0.5, customers)[:, None]
    week = 1 + 0.15 * np.sin(2 * np.pi * (np.arange(DAYS) / 7 + rng.uniform(0, 1, (customers, 1))))
    weather = np.exp(np.cumsum(rng.normal(0, 0.03, DAYS)))
    own = np.exp(rng.normal(0, 0.15, (customers, DAYS)))
    return np.asarray((level * week * weather * own).round(2))


STOPPED = slice(40, 52)
DAILY_CASES = (
    "outage",
    "vacancy",
    "photovoltaic",
    "meter_replacement",
    "data_fault gaps",
    "data_fault stuck",
    "data_fault spike",
    "cannot_tell lower",
    "theft h1",
    "theft h2",
    "theft h4",
)


def of_area(seed: int) -> list[tuple[str, str, str]]:
    """One area of 24 customers, a customer of each case in it; areas have the evidence."""
    rng = np.random.default_rng(seed)
    true = loads(rng, 24)
    day = rng.integers(20, 40, 24)
    true[0, STOPPED] = 0
    true[1, day[1] :] = 0
    true[2, day[2] :] -= 1.2 * true[2, day[2] :].mean()
    true[7, day[7] :] *= 0.5
    true = true.round(2)
    energy = true.copy()
    energy[4, 25:50] = np.nan
    energy[5, day[5] : day[5] + 15] = energy[5, day[5]]
    energy[6, day[6]] = 400 * energy[6].mean()
    thief = 8 + seed % 3
    kind = DAILY_CASES[thief].split()[1]
    since = 0 if kind == "h1" else day[thief]
    energy[thief, since:] = simulate.attack(
        true[thief, since:], kind, random_state=rng, slot_minutes=20
    )
    rest = np.ones(24, bool)
    rest[[4, 5, 6]] = False  # what the collector has of them is no balance: they are left out
    supplied = true[rest].sum(axis=0) / 0.96 * (1 + rng.normal(0, 0.005, DAYS))
    on = np.datetime64("2025-03-01") + np.arange(DAYS)
    probability, share = np.full(24, np.nan), np.full(24, np.nan)
    known = attribute(supplied, energy[rest], technical_loss_ratio=0.04)
    own = features(energy[rest], on)
    share[rest] = known.share
    probability[rest] = suspicions(known, own, area_rules()).probability
    flags = {name: np.zeros(24) for name in ("has_generation", "is_replaced", "outage_share")}
    flags["has_generation"][2] = flags["is_replaced"][3] = flags["outage_share"][0] = 1
    found = decide(
        CauseEvidence(
            {
                **daily_evidence(energy),
                **flags,
                "area_probability": probability,
                "area_share": share,
            }
        ),
        rules(),
    )
    cases = [*range(8), thief]
    return [(DAILY_CASES[i].split()[0], str(found.codes[i]), DAILY_CASES[i]) for i in cases]


@cache
def planted_days() -> tuple[tuple[str, str, str], ...]:
    return tuple(case for seed in range(30) for case in of_area(seed))


LEAST_DAILY_RECALL = {
    "outage": 0.95,
    "vacancy": 0.9,
    "photovoltaic": 0.9,
    "meter_replacement": 0.9,
    "data_fault": 0.95,
    "cannot_tell": 0.8,
    "theft": 0.8,
}


@pytest.mark.parametrize("cause", LEAST_DAILY_RECALL)
def test_planted_daily_series_have_their_cause_told(cause: str) -> None:
    told = Counter(found for truth, found, _ in planted_days() if truth == cause)
    missed = Counter((name, found) for truth, found, name in planted_days() if truth != found)
    assert told[cause] / told.total() >= LEAST_DAILY_RECALL[cause], (told, missed)


def test_what_cannot_be_told_apart_is_not() -> None:
    assert one(zero_days=30) == "cannot_tell"
    assert one(zero_days=30, area_share=0.05) == "vacancy"
    assert one(zero_days=30, area_share=0.9) == "theft"
    assert one(power_reversal_hours=3) == "cannot_tell"
    assert one(power_reversal_hours=3, has_generation=1) == "photovoltaic"
    assert one(power_reversal_hours=3, has_generation=0) == "wiring_mistake"
    assert one(power_reversal_hours=3, reversal_at_night_hours=0) == "photovoltaic"
    assert one(power_reversal_hours=3, reversal_at_night_hours=1) == "wiring_mistake"
    by_day = {"power_reversal_hours": 3, "has_generation": 0}
    assert one(**by_day, reversal_at_night_hours=0) == "photovoltaic"
    assert one(**by_day, reversal_at_night_hours=1) == "wiring_mistake"
    differs = {"neutral_current_mismatch_hours": 30, "drop_ratio": 0.92}
    assert one(**differs) == "cannot_tell"
    assert one(**differs, neutral_excess_kwh=0) == "wiring_mistake"
    assert one(**differs, neutral_excess_kwh=8) == "cannot_tell"
    unbalanced = {"current_unbalance_hours": 30, "drop_ratio": 0.7}
    assert one(**unbalanced) == "cannot_tell"
    assert one(**unbalanced, area_share=0.3) == "theft"
    assert one(**unbalanced, area_share=0.05) == "cannot_tell"
    assert one(**unbalanced, opened_before=1) == "theft"
    assert one(**unbalanced, opened_before=1, area_share=0.05) == "theft"
    assert one(current_unbalance_hours=30, opened_before=1, drop_ratio=1.0) == "cannot_tell"
    assert one(repeated_days=9) == "data_fault"
    assert one(repeated_days=9, area_share=0.9) == "cannot_tell"
    assert one(cover_opened_hours=1) == "cannot_tell"


def test_reasons_have_the_values_and_both_sides() -> None:
    found = decide(CauseEvidence({"zero_days": np.array([30.0, 0.0])}), rules())
    alike, *told = found.reasons(0)
    assert alike.en == "these causes have like evidence: vacancy, suspected theft"
    assert "空置、疑似窃电" in alike.zh
    assert told[0].zh == "长期零电量：最长连续零电量天数 30 d ≥ 7 d"
    assert len(told) == 2
    assert found.reasons(1)[0].en == "no cause has the evidence that it needs"


def test_one_customer_alone_has_the_same_cause() -> None:
    rng = np.random.default_rng(7)
    columns = {
        name: np.where(rng.random(400) < 0.06, rng.choice([0.0, 0.6, 30.0], 400), np.nan)
        for name in CAUSE_EVIDENCE
    }
    together = decide(CauseEvidence(columns), rules()).codes
    assert len(set(together.tolist())) >= 6
    alone = [
        decide(CauseEvidence({k: v[i : i + 1] for k, v in columns.items()}), rules()).codes[0]
        for i in range(400)
    ]
    assert together.tolist() == alone


def test_what_is_not_known_decides_nothing() -> None:
    nothing = {name: np.array([np.nan]) for name in CAUSE_EVIDENCE}
    assert decide(CauseEvidence(nothing), rules()).codes[0] == "cannot_tell"


DECISION = {
    "id": "x",
    "cause": "outage",
    "rank": 1,
    "title": {"zh": "无", "en": "x"},
    "needs": [{"evidence": "zero_days", "comparison": "above", "limit": Decimal(1)}],
    "provenance": HERE,
}


@pytest.mark.parametrize(
    ("decisions", "said"),
    [
        ([], "the table is empty"),
        ([DECISION, DECISION], "stands above"),
        ([DECISION | {"needs": []}], "x has no test"),
        ([DECISION | {"rank": 0}], "at least 1"),
        ([DECISION | {"cause": "magic"}], "magic"),
        ([DECISION | {"needs": [DECISION["needs"][0] | {"evidence": "zero_day"}]}], "zero_days"),  # type: ignore[index]
    ],
)
def test_a_table_that_makes_no_sense_is_refused(
    decisions: list[dict[str, object]], said: str
) -> None:
    with pytest.raises(PowerChannelError, match=said):
        structure(CauseRules, {"decisions": decisions})


def test_evidence_of_another_name_or_length_is_refused() -> None:
    with pytest.raises(PowerChannelError, match="zero_days"):
        CauseEvidence({"zero_day": np.zeros(1)})
    with pytest.raises(ValueError, match="one value for each customer"):
        CauseEvidence({"zero_days": np.zeros(1), "gap_share": np.zeros(2)})


def test_daily_evidence_by_hand() -> None:
    nan = np.nan
    energy = np.array(
        [
            [4.0, 4, 4, 5, 0, 0, 0, 2, 2, 2],
            [10.0, 11, 9, 10, 11, 5, 6, 4, nan, nan],
            [1.0, 2, 1, 2, 1, 2, 1, 2, 50, -1],
            [nan] * 10,
            [8.0, 8.5, 8, 9, 8, -40, -39, -41, -40, -42],
        ]
    )
    found = daily_evidence(energy)
    assert found["zero_days"].tolist() == [3, 0, 0, 0, 0]
    assert found["repeated_days"].tolist() == [3, 0, 0, 0, 0]
    assert found["gap_share"].tolist() == pytest.approx([0, 0.2, 0, 1, 0])
    assert found["negative_share"].tolist() == pytest.approx([0, 0, 0.1, 0, 0.5])
    assert found["drop_ratio"][0] == pytest.approx(1 / 4.25)
    assert found["drop_ratio"][1] == pytest.approx((26 / 4) / 10)
    assert found["spike_ratio"][2] == pytest.approx(25)
    assert np.isnan(found["drop_ratio"][3])
    assert found["drop_ratio"][4] == 0
    assert np.isnan(found["spike_ratio"][3])


def test_what_is_before_the_first_day_read_is_no_gap() -> None:
    energy = np.full((3, 20), np.nan)
    energy[0, 10:] = 5.0
    energy[1, 10] = energy[1, 19] = 5.0
    assert daily_evidence(energy)["gap_share"].tolist() == pytest.approx([0, 0.8, 1])


def test_shared_changes_are_those_of_the_area_on_the_same_days() -> None:
    drop = np.r_[np.full(15, 10.0), np.full(15, 2.0)]
    energy = np.array([drop, drop * 3, np.full(30, 5.0), drop, drop])
    found = shared_changes(energy, np.array([0, 0, 0, 1, -1]))
    np.testing.assert_allclose(found, [0.5, 0.5, 0.0, np.nan, np.nan])


def test_hours_covers_and_outages_of_episodes() -> None:
    index = {rule.id: i for i, rule in enumerate(bundled_rules().rules)}
    names = ["terminal_cover_opened", "voltage_loss", "voltage_loss", "cover_opened"]
    started = np.array([0, 2 * DAY, 3 * DAY, 90 * DAY])
    found = Episodes(
        meter=np.array([0, 0, 0, 1]),
        phase=np.array([3, 0, 1, 3], np.uint8),
        rule=np.array([index[name] for name in names]),
        started_at=started,
        ended_at=np.array([0, 3 * DAY, NAT, 90 * DAY]),
        ending=np.zeros(4, np.uint8),
        samples=np.ones(4, np.int64),
        worst=np.zeros(4),
        threshold=np.zeros(4),
        unit=np.full(4, "V"),
    )
    hours = episode_hours(found, bundled_rules(), 2, as_of=4 * DAY)
    assert hours["voltage_loss_hours"].tolist() == [48, 0]
    assert hours["cover_opened_hours"][1] > 0
    since = began_at(found, bundled_rules(), 2)
    assert since.tolist() == [2 * DAY, NAT]
    opened = opened_before(found, bundled_rules(), np.array([2 * DAY, 80 * DAY]))
    assert opened.tolist() == [1, 0]
    assert np.isnan(opened_before(found, bundled_rules(), since)[1])
    late = opened_before(found, bundled_rules(), np.array([2 * DAY, 130 * DAY]))
    assert late.tolist() == [1, 0]
    outages = Outages(
        meter=np.array([0, 0]),
        started_at=np.array([0, 3 * DAY]),
        ended_at=np.array([DAY, NAT]),
    )
    share = outage_share(outages, np.array([DAY // 2, NAT]), np.array([4 * DAY, NAT]))
    np.testing.assert_allclose(share, [1.5 / 3.5, np.nan])


def test_an_outage_explains_the_days_without_use_and_nothing_else() -> None:
    dark = {"zero_days": 3.0, "dark_share": 1.0}
    assert one(**dark) == "outage"
    assert one(**dark | {"zero_days": 9.0}) == "outage"
    assert one(**dark, current_loss_hours=400, opened_before=1) == "theft"
    assert one(**dark, voltage_loss_hours=400) == "meter_fault"
    assert one(**dark, area_probability=0.9) == "theft"
    assert one(**dark | {"dark_share": 0.2, "zero_days": 9.0}) == "cannot_tell"
