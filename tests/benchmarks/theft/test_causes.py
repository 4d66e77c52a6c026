"""Planted causes: the tables of variants, that what is made is what they say, and the figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from hashlib import md5
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.theft.quality import cause_cases
from benchmarks.theft.quality.cause_areas import NEIGHBOURS, Calendar, planted_name, tables_of
from benchmarks.theft.quality.cause_cases import DAYS, Step, Variant, variants
from benchmarks.theft.quality.cause_steps import ON_DAYS, ON_LOAD, ON_READINGS, ON_REGISTER
from benchmarks.theft.quality.causes import UNSEEN, causes, told
from benchmarks.theft.quality.sizes import Size
from powerchannel.theft import simulate
from powerchannel.theft.causes import CAUSES

TINY = Size(customers=0, repeats=1, seeds=1, trees=1)
AREA = "9001"
STAGES = {**ON_LOAD, **ON_REGISTER, **ON_DAYS, **ON_READINGS}
FROZEN = "af66888025664868dc72ecdc7273fcc7"


def variant(*steps: Step, sees: tuple[str, ...] = ("area",), kind: str = "home") -> Variant:
    return Variant(
        cause="theft", why="here", kind=kind, season="2025-05", sees=sees, steps=steps, level=3.0
    )


def made(case: Variant, seed: int = 0) -> Mapping[str, pd.DataFrame]:
    rng = np.random.default_rng(seed)
    return tables_of(case, Calendar.of(case.season, rng), AREA, rng)


def own(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    daily = tables["daily"]
    return daily[daily["customer_id"] == planted_name(AREA)].reset_index(drop=True)


def lost_share(tables: Mapping[str, pd.DataFrame]) -> pd.Series:
    """What of each day's supply nobody recorded."""
    recorded = tables["daily"].groupby("on")["energy_kwh"].sum()
    return 1 - recorded / tables["areas"].set_index("on")["supplied_kwh"]


def test_each_cause_has_a_dozen_variants_that_differ() -> None:
    table = variants()
    count = Counter(case.cause for case in table)
    assert set(count) == set(CAUSES)
    assert min(count.values()) >= 12
    assert len({case.why for case in table}) == len(table)
    for kind in ("home", "shop", "works", "plant"):
        assert sum(case.kind == kind for case in table) > 10


def test_the_unseen_cases_are_seven_of_each_cause_and_as_they_were_frozen() -> None:
    table = variants("causes_unseen")
    assert Counter(case.cause for case in table) == dict.fromkeys(CAUSES, 7)
    assert not {case.why for case in table} & {case.why for case in variants()}
    file = Path(cause_cases.__file__).with_name("causes_unseen.toml")
    assert md5(file.read_bytes(), usedforsecurity=False).hexdigest() == FROZEN


@pytest.mark.parametrize("table", ["causes", "causes_unseen"])
def test_each_step_can_be_done(table: str) -> None:
    for step in (step for case in variants(table) for step in case.steps):
        assert step.do in {*STAGES, "fault", "event", "began", "leak"}, step
        assert 0 <= step.start < DAYS
        assert step.do != "fault" or step.what in simulate.FAULTS.names()


def test_what_is_bypassed_is_supplied_and_not_recorded() -> None:
    loss = lost_share(made(variant(Step(do="fault", what="bypassed", share=0.1, start=50))))
    assert loss.iloc[50:].median() > loss.iloc[:50].median() + 0.03
    empty = lost_share(made(variant(Step(do="use", share=0.0, start=50))))
    assert empty.iloc[50:].median() == pytest.approx(empty.iloc[:50].median(), abs=0.01)


def test_a_new_meter_begins_anew_and_has_its_own_point() -> None:
    tables = made(variant(Step(do="replace", start=30, what="difference"), sees=("phases",)))
    index, energy = own(tables)["reading_kwh"], own(tables)["energy_kwh"]
    assert index[30] < index[29]
    assert energy[30] == pytest.approx(index[30] - index[29], abs=0.02)
    meters = tables["points"].query(f"customer_id == '{planted_name(AREA)}'")["meter_id"]
    assert set(meters) == set(tables["phase_readings"]["meter_id"])
    assert len(meters) == 2


def test_a_new_meter_that_is_not_on_record_has_no_point() -> None:
    tables = made(variant(Step(do="restart", start=30, what="missing")))
    assert own(tables)["reading_kwh"][30] < own(tables)["reading_kwh"][29]
    assert (tables["points"]["customer_id"] == planted_name(AREA)).sum() == 1


def test_what_somebody_draws_beside_every_meter_is_supplied_and_changes_no_reading() -> None:
    leak = made(variant(Step(do="leak", start=50, days=20, share=40.0)))
    none = made(variant())
    pd.testing.assert_frame_equal(leak["daily"], none["daily"])
    more = leak["areas"]["supplied_kwh"] - none["areas"]["supplied_kwh"]
    assert more[50:70].between(40, 45).all()
    assert (more.drop(range(50, 70)) == 0).all()


def test_without_supply_there_is_no_use_and_no_voltage() -> None:
    case = variant(Step(do="dark", start=20, days=2, what="area"), sees=("phases",))
    tables = made(case)
    assert own(tables)["energy_kwh"][20:22].tolist() == [0, 0]
    readings = tables["phase_readings"].query("phase == 'a'")
    assert (readings["voltage_v"] == 0).sum() == 48
    hours = tables["outages"]["ended_at"] - tables["outages"]["started_at"]
    assert (hours / pd.Timedelta(hours=1)).tolist() == [48]


def test_panels_give_by_day_alone() -> None:
    readings = made(variant(Step(do="sun", share=4.0), sees=("phases",)))["phase_readings"]
    hours = readings["read_at"].dt.hour[readings["active_power_kw"] < 0]
    assert hours.between(6, 18).all()
    assert len(hours) > 100


@pytest.mark.parametrize(
    ("step", "status", "goes_on"),
    [
        (Step(do="scale", start=40, days=9, share=0.0, what="energy"), "ok", True),
        (Step(do="fail", start=40, days=9), "failed", False),
        (Step(do="same", start=40, days=9, what="estimated"), "estimated", False),
    ],
)
def test_what_is_read_and_what_is_not(step: Step, status: str, goes_on: bool) -> None:
    days = own(made(variant(step))).iloc[40:49]
    assert set(days["status"]) == {status}
    assert days["reading_kwh"].notna().all() == goes_on


def test_a_seed_makes_the_same_again_and_another_does_not() -> None:
    case = variant(Step(do="hide", share=0.3, start=40))
    for name, table in made(case).items():
        pd.testing.assert_frame_equal(table, made(case)[name])
    assert not made(case, 1)["daily"].equals(made(case)["daily"])


def test_figures_count_what_was_told() -> None:
    cases = (
        variant(Step(do="fault", what="voltage_open_a", start=40), sees=("phases",), kind="works"),
        variant(Step(do="fault", what="magnet", share=0.3, start=40), sees=("area", "events")),
    )
    table = told(cases, seed=0)
    assert len(table) == 2 * (NEIGHBOURS + 1)
    assert table["is_planted"].sum() == 2
    found = causes(TINY, {"ours": cases, "first": cases[:1]})
    figures = found.models["ours"]
    assert figures[0]["recall theft"] == figures[0]["recall, mean of causes"] == 0.5
    assert figures[0]["theft told as innocent"] == 0.0
    assert figures[0]["false alarms"] < 0.1
    assert found.facts["theft was told as: ours"] == "meter_fault 1, theft 1"
    assert found.models["first"][0]["recall theft"] == 0.0
    assert found.facts["variants: first"] == 1
    assert FROZEN in str(found.facts[f"never used: {UNSEEN}"])
