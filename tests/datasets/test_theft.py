from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from powerchannel import load_rulebook, theft
from powerchannel.datasets import TheftMonth, theft_month
from powerchannel.datasets.theft import CASES, WINDOW_DAYS
from powerchannel.datasets.theft.days import calendar_of
from powerchannel.datasets.theft.planted import draw_cases
from powerchannel.datasets.theft.supply import KINDS, draw_supply
from powerchannel.errors import PowerChannelError, UnknownNameError
from powerchannel.files import read_table
from powerchannel.holidays import ChineseDayTypes, DayKind
from powerchannel.theft.causes import CAUSES
from powerchannel.theft.simulate import ATTACKS, FAULTS

EVERY = (*TheftMonth.written, "truth")
CIRCUITS = [name for name, case in CASES.items() if case.way == "circuit"]


@pytest.fixture(scope="module")
def month() -> TheftMonth:
    return theft_month(1000, seed=1, cases=2)


@pytest.fixture(scope="module")
def result(month: TheftMonth) -> theft.Result:
    state = theft.aggregate(theft.check(**month.tables))
    return theft.evaluate(state, load_rulebook("dlt698-theft"), as_of=month.as_of)


def customers_of(month: TheftMonth, case: str) -> list[str]:
    return month.truth.loc[month.truth["case"] == case, "customer_id"].tolist()


def days_of(month: TheftMonth, customer: str) -> pd.DataFrame:
    return month.daily[month.daily["customer_id"] == customer].reset_index(drop=True)


def balance_of(month: TheftMonth) -> pd.DataFrame:
    """What areas were supplied with, less technical loss and all that was recorded, by day."""
    area = month.points.drop_duplicates("customer_id").set_index("customer_id")["area_id"]
    daily = month.daily.assign(area_id=month.daily["customer_id"].map(area))
    daily = daily[daily["area_id"].notna()]
    read = daily.groupby(["area_id", "on"], observed=True)["energy_kwh"].sum()
    supplied = month.areas.set_index(["area_id", "on"])
    net = supplied["supplied_kwh"] * (1 - supplied["technical_loss_ratio"])
    missing = daily[daily["energy_kwh"].isna()].set_index(["area_id", "on"]).index
    found = pd.DataFrame({"left": net - read, "supplied": supplied["supplied_kwh"]})
    return found[~found.index.isin(missing) & (found["supplied"] > 0)]


def test_the_window_is_that_of_the_bundled_rulebook(month) -> None:
    assert load_rulebook("dlt698-theft").window.days == WINDOW_DAYS
    assert month.weather["on"].iloc[-1] == pd.Timestamp("2025-03-31")
    assert len(month.weather) == WINDOW_DAYS
    assert len(month.daily) == WINDOW_DAYS * 1000


def test_clean_tables_pass_the_door_without_a_word(month) -> None:
    assert theft.check(**month.tables).problems.empty


def test_every_case_and_every_cause_is_planted(month) -> None:
    counts = month.truth["case"].value_counts()
    assert set(counts[counts > 0].index) == set(CASES)
    assert (counts.drop("area_dark") == 2).all()
    assert set(month.truth["cause"]) == set(CAUSES)
    assert month.truth["customer_id"].is_unique


def test_the_catalogue_names_what_there_is() -> None:
    rules = {rule.id for rule in load_rulebook("dlt698-theft").electrical.rules}
    for case in CASES.values():
        assert case.cause in CAUSES
        assert not case.rule or case.rule in rules
        assert set(case.kinds) <= {kind.name for kind in KINDS}
        known = ATTACKS if case.way == "attack" else FAULTS
        for faults in case.faults.values():
            assert set(faults) <= set(known.names())


def test_areas_have_15_to_60_customers_and_mills_none(month) -> None:
    points = month.points.drop_duplicates("customer_id")
    assert points["area_id"].value_counts().between(15, 60).all()
    is_mill = points["wiring"] == "three_phase_three_wire"
    assert points.loc[is_mill, "area_id"].isna().all()
    assert points.loc[~is_mill, "area_id"].notna().all()
    assert is_mill.any()


@settings(max_examples=50, deadline=None)
@given(st.integers(15, 400), st.integers(0, 50))
def test_no_area_is_too_small_or_too_large_however_many_customers(count: int, seed: int) -> None:
    area = draw_supply(count, seed).area
    sizes = np.bincount(area[area >= 0])
    assert sizes.max() <= 60
    assert sizes.min() >= min(15, (area >= 0).sum())


def test_without_cases_each_area_balances_within_the_noise_of_its_meter() -> None:
    plain = theft_month(300, seed=3, cases=0)
    found = balance_of(plain)
    assert len(found) > 200
    beside = found["left"] / found["supplied"]
    assert beside.abs().max() < 0.01
    assert abs(beside.mean()) < 0.001


def test_what_areas_miss_is_what_was_not_recorded(month) -> None:
    area = month.points.drop_duplicates("customer_id").set_index("customer_id")["area_id"]
    lost = month.truth.groupby(month.truth["customer_id"].map(area), observed=False)["lost_kwh"]
    found = balance_of(month).groupby("area_id", observed=False)
    # A day on which a value is wrong or missing says nothing of the area.
    per_day, noise = found["left"].mean(), found["supplied"].mean() * 0.003
    biggest = lost.sum().nlargest(3).index
    assert np.allclose(per_day[biggest], lost.sum()[biggest] / WINDOW_DAYS, rtol=0.5)
    assert (per_day[biggest] > 3 * noise[biggest]).all()


@pytest.mark.parametrize("case", CIRCUITS)
def test_the_rule_of_each_simulated_case_fires(month, result, case: str) -> None:
    fired = set(result.episodes[["customer_id", "rule_id"]].itertuples(index=False, name=None))
    for customer in customers_of(month, case):
        assert (customer, CASES[case].rule) in fired


def test_days_without_use_fire_their_rule(month, result) -> None:
    zeros = set(result.episodes.loc[result.episodes["rule_id"] == "zero_energy", "customer_id"])
    for case in ("bypassed", "vacant", "area_dark"):
        assert set(customers_of(month, case)) <= zeros


def test_no_rule_of_circuits_fires_of_ordinary_customers(month, result) -> None:
    others = result.episodes[~result.episodes["customer_id"].isin(month.truth["customer_id"])]
    by_day = {"energy_drop", "fluctuation", "zero_energy", "power_reversal"}
    assert set(others["rule_id"]) <= by_day
    generating = month.points.loc[month.points["has_generation"] == "yes", "customer_id"]
    backwards = others.loc[others["rule_id"] == "power_reversal", "customer_id"]
    assert set(backwards) <= set(generating)


def test_episodes_tell_what_was_lost_in_the_month(month, result) -> None:
    found = result.table.set_index("customer_id")
    truth = month.truth.set_index("customer_id")
    for case in ("voltage_opened", "voltage_circuit_failed", "current_turned"):
        for customer in customers_of(month, case):
            lost = truth.loc[customer, "lost_kwh"]
            assert found.loc[customer, "lost_kwh"] == pytest.approx(lost, rel=0.1)


def test_readings_and_energies_agree(month) -> None:
    points = month.points.drop_duplicates("customer_id").set_index("customer_id")
    ratio = points["voltage_ratio"] * points["current_ratio"]
    ordinary = points.index[~points.index.isin(month.truth["customer_id"])]
    ordinary = ordinary[points.loc[ordinary, "has_generation"] == "no"][:50]
    for customer in ordinary:
        days = days_of(month, customer)
        advance = days["reading_kwh"].diff() * ratio[customer]
        known = advance.notna() & days["energy_kwh"].notna()
        assert np.allclose(advance[known], days.loc[known, "energy_kwh"], atol=1e-6)


def test_voltages_and_currents_add_up_to_the_energy(month) -> None:
    points = month.points.drop_duplicates("customer_id").set_index("customer_id")
    read = month.phase_readings.groupby("customer_id", observed=True)["active_power_kw"].sum()
    ratio = (points["voltage_ratio"] * points["current_ratio"]).reindex(read.index)
    march = month.daily[month.daily["on"] >= "2025-03-01"]
    used = march.groupby("customer_id", observed=True)["energy_kwh"]
    is_whole = used.count() == 31
    ordinary = read.index.difference(month.truth["customer_id"])
    ordinary = ordinary[is_whole[ordinary]]
    assert len(ordinary) > 30
    assert np.allclose((read * ratio)[ordinary], used.sum()[ordinary], rtol=0.02, atol=1)


def test_causes_that_are_none_of_metering_lose_nothing(month) -> None:
    lost = month.truth.set_index("cause")["lost_kwh"]
    innocent = ["outage", "vacancy", "photovoltaic", "meter_replacement", "data_fault"]
    assert (lost[[*innocent, "cannot_tell"]].abs() < 0.01).all()
    taking = month.truth[~month.truth["case"].isin(["flat", "neutral_outside"])]
    taking = taking[taking["case"] != "sequence_reversed"].set_index("cause")["lost_kwh"]
    assert (taking[["theft", "meter_fault", "wiring_mistake"]] > 1).all()


def test_data_cases_show_in_daily_use_alone(month) -> None:
    for customer in customers_of(month, "gaps"):
        assert days_of(month, customer)["energy_kwh"].isna().mean() > 0.3
    for customer in customers_of(month, "stuck"):
        energy = days_of(month, customer)["energy_kwh"]
        assert (energy.diff() == 0).sum() >= 10
    for customer in customers_of(month, "spike"):
        days = days_of(month, customer)
        assert days["energy_kwh"].max() > 20 * days["energy_kwh"].quantile(0.9)
        assert (days["reading_kwh"].diff() < 0).sum() == 1


def test_a_replaced_meter_has_a_row_before_and_one_after(month) -> None:
    for customer in customers_of(month, "replaced"):
        old, new = month.points[month.points["customer_id"] == customer].to_dict("records")
        assert old["removed_on"] == new["installed_on"] > old["installed_on"]
        days = days_of(month, customer)
        assert days.loc[days["reading_kwh"].idxmin(), "on"] == new["installed_on"]
    counts = month.points["customer_id"].value_counts()
    assert (counts > 1).sum() == len(customers_of(month, "replaced"))


def test_a_dark_area_has_no_supply_no_use_and_no_readings(month) -> None:
    dark = customers_of(month, "area_dark")
    points = month.points.set_index("customer_id")
    (area,) = set(points.loc[dark, "area_id"])
    assert set(points.index[points["area_id"] == area]) == set(dark)
    longest = month.outages[month.outages["area_id"] == area].iloc[-1]
    began, ended = longest["started_at"], longest["ended_at"]
    within = month.areas[(month.areas["area_id"] == area) & (month.areas["supplied_kwh"] == 0)]
    assert within["on"].tolist() == pd.date_range(began, ended, inclusive="left").tolist()
    seen = month.phase_readings[month.phase_readings["customer_id"].isin(dark)]["read_at"]
    assert not ((seen >= began) & (seen < ended)).any()


def test_the_same_arguments_give_the_same_tables() -> None:
    one, other = (theft_month(60, seed=3, cases=1) for _ in range(2))
    for name in EVERY:
        pd.testing.assert_frame_equal(one.table(name), other.table(name))


def test_another_seed_gives_another_month() -> None:
    one, other = (theft_month(40, seed=seed, cases=0).exported("daily") for seed in (1, 2))
    assert not one.equals(other)


def test_a_customer_is_the_same_in_a_month_of_any_size() -> None:
    small, large = draw_supply(40, 1), draw_supply(300, 1)
    for name in ("kind", "mean_kwh", "capacity_kva", "has_readings", "draws"):
        assert np.array_equal(getattr(small, name), getattr(large, name)[:40])


def test_the_same_bytes_with_every_version_of_numpy_and_pandas(tmp_path: Path) -> None:
    """A change of the digest is a change of every month: say so in the change log."""
    paths = theft_month(120, seed=7, cases=1).write(tmp_path, format="csv", tables=EVERY)
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()
    assert digest == "efe692feb8edd2fa0a6822477251b351684af93477159d54ed0aae37a3df3fde"


@pytest.mark.parametrize("headers", ["zh", "en"])
def test_files_are_read_back_as_the_same_tables(tmp_path: Path, headers: str) -> None:
    made = theft_month(40, seed=1, cases=1)
    paths = made.write(tmp_path, format="csv", headers=headers)
    read = {path.stem: read_table(path, where=path.stem) for path in paths}
    from_files, in_memory = (theft.check(**tables) for tables in (read, made.tables))
    assert from_files.problems.empty
    for name in made.written:
        pd.testing.assert_frame_equal(getattr(from_files, name), getattr(in_memory, name))


def test_exports_have_chinese_headers_and_words(month) -> None:
    exported = month.exported("points")
    assert list(exported)[:3] == ["户号", "表号", "接线方式"]
    assert set(exported["有分布式电源"].dropna()) == {"是", "否"}
    assert theft.check(**{name: month.exported(name) for name in month.written}).problems.empty


@pytest.mark.parametrize("customers", [1, 14, 15, 61])
def test_few_customers_will_do(customers: int) -> None:
    made = theft_month(customers, seed=0, cases=1)
    assert theft.check(**made.tables).problems.empty
    assert made.points["customer_id"].nunique() == customers


def test_holidays_are_among_those_that_were_announced() -> None:
    announced = ChineseDayTypes()
    for year in range(2015, 2025):
        for month in ("02", "05", "10"):
            calendar = calendar_of(np.datetime64(f"{year}-{month}"), 1)
            days = calendar.on[calendar.kind == 2]
            days = days[days >= np.datetime64("2015-01-01")]
            assert len(days) >= 1
            assert (announced.kind(days) == DayKind.HOLIDAY).all()


def test_any_month_will_do() -> None:
    for as_of in ("1999-02", "2024-10"):
        made = theft_month(20, as_of=as_of, cases=0)
        assert made.daily["on"].max().strftime("%Y-%m") == as_of
        assert (made.inspections["inspected_on"] < made.daily["on"].min()).all()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"customers": 0}, "customers"),
        ({"customers": 100_001}, "100,000"),
        ({"seed": -1}, "seed"),
        ({"cases": -1}, "cases"),
    ],
)
def test_arguments_out_of_range_are_refused(arguments: dict[str, int], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        theft_month(**({"customers": 10} | arguments))


def test_a_month_that_is_none_is_refused() -> None:
    with pytest.raises(PowerChannelError):
        theft_month(10, as_of="2025-13")


def test_cases_are_spread_over_the_areas() -> None:
    supply = draw_supply(2000, 1)
    cases = draw_cases(supply, calendar_of(np.datetime64("2025-03"), 1), 2, 1)
    metering = [i for i, case in enumerate(CASES.values()) if case.is_of_metering]
    areas = supply.area[np.isin(cases.code, metering) & (supply.area >= 0)]
    assert np.bincount(areas).max() <= 3


def test_crews_find_what_is_planted_from_the_day_it_began(month) -> None:
    truth = month.truth.set_index("customer_id")
    names = truth.index.tolist()
    found = month.inspected(names, "2025-04-08").set_index("customer_id")
    is_in = found["finding"] != "no_access"
    confirmed = ["theft", "meter_fault", "wiring_mistake"]
    expected = truth["cause"].astype(str).where(truth["cause"].isin(confirmed), "normal")
    assert 0 < (~is_in).sum() < len(names) / 4
    assert (found["finding"].astype(str) == expected)[is_in].all()
    is_found = found["finding"].isin(confirmed)
    assert ((found["finding_id"] != "") == is_found).all()
    recovered = found.loc[is_found, "recovered_kwh"]
    assert np.allclose(recovered, truth["lost_kwh"][recovered.index].clip(lower=0), atol=0.06)
    early = month.inspected(customers_of(month, "current_opened"), date(2025, 2, 1))
    assert set(early["finding"]) <= {"normal", "no_access"}
    assert theft.check(inspections=month.inspected(names, "2025-04-08")).problems.empty


def test_inspections_say_how_customers_were_chosen(month) -> None:
    names = month.points["customer_id"].unique()[:3]
    found = month.inspected(
        names, "2025-04-08", chosen_by=["model", "random", "tip"], propensity=[0.5, 0.01, 1]
    )
    assert found["chosen_by"].tolist() == ["model", "random", "tip"]
    assert found["propensity"].tolist() == [0.5, 0.01, 1.0]
    assert month.inspected(names, "2025-04-08")["propensity"].isna().all()
    with pytest.raises(UnknownNameError, match="random"):
        month.inspected(names, "2025-04-08", chosen_by="randon")
    with pytest.raises(UnknownNameError):
        month.inspected(["0699999999999"], "2025-04-08")


def test_a_visit_within_the_window_brings_a_part_of_what_was_lost(month) -> None:
    thieves = customers_of(month, "scaled") + customers_of(month, "magnet")
    days = ("2025-03-01", "2025-03-20", "2025-04-20", "2025-05-20")
    sums = [month.inspected(thieves, day)["recovered_kwh"] for day in days]
    both = sums[0].notna() & sums[1].notna() & sums[2].notna() & sums[3].notna()
    assert both.any()
    first, second, third, fourth = (part[both] for part in sums)
    assert (first < second).all()
    assert (second < third).all()
    assert third.tolist() == fourth.tolist()


def test_earlier_inspections_are_labels_from_before_the_window(month) -> None:
    found = month.inspections
    assert (found["inspected_on"] < month.weather["on"].iloc[0]).all()
    assert {"model", "random"} <= set(found["chosen_by"])
    assert found.loc[found["chosen_by"] == "random", "propensity"].notna().all()
    labels = theft.labels_of(found, until=date(2025, 1, 1))
    assert 0 < labels["label"].sum() < len(labels) / 2


def test_it_prints_what_it_holds() -> None:
    said = repr(theft_month(20, seed=3, cases=0))
    assert said.startswith("TheftMonth(as_of='2025-03', seed=3; points: 20, phase_readings: ")
    assert said.endswith("truth: 0)")
