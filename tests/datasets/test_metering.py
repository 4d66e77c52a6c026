from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from powerchannel.datasets.faults import Faults, draw_faults
from powerchannel.datasets.metering import (
    REGISTERS,
    meters_table,
    numbers,
    readings_table,
)
from powerchannel.datasets.supply import KINDS, SHARE, draw_supply, meter_ids

DAYS = (np.datetime64("2025-03-01"), np.datetime64("2025-04-01"))
RANGE = Decimal(1_000_000)


@pytest.fixture(scope="module")
def supply():
    return draw_supply(400, seed=1)


@pytest.fixture(scope="module")
def faults(supply) -> Faults:
    return draw_faults(supply, 3, seed=1)


def steps(readings: pd.DataFrame) -> pd.DataFrame:
    """What each register counted, a column a register, a row a meter; past its range if need be."""
    plain = readings.astype({"register": "object", "read_on": "object"})
    wide = plain[plain["register"] != "max_demand"].assign(
        reading=lambda t: t["reading"].map(Decimal)
    )
    ends = wide.set_index(["meter_id", "register", "read_on"])["reading"].unstack("read_on")
    ends = ends.dropna()
    return ((ends["2025-04-01"] - ends["2025-03-01"] + RANGE) % RANGE).unstack("register")


def test_numbers_are_exact_text() -> None:
    assert numbers(np.array([5, 1200])).tolist() == ["5", "1200"]
    assert numbers(np.array([5, 1200]), 2).tolist() == ["0.05", "12.00"]


def test_every_meter_has_the_registers_of_its_kind_at_both_ends(supply) -> None:
    none = draw_faults(supply, 0, seed=1)
    readings = readings_table(supply, none, DAYS).astype({"register": "object"})
    kinds = dict(zip(meter_ids(np.arange(len(supply))), supply.kind, strict=True))
    for (meter, register), rows in readings.groupby(["meter_id", "register"]):
        assert register in KINDS[kinds[meter]].registers
        assert len(rows) == (1 if register == "max_demand" else 2)
    expected = sum(len(KINDS[k].registers) for k in supply.kind)
    assert len(readings[["meter_id", "register"]].drop_duplicates()) == expected
    assert set(readings["register"]) == set(REGISTERS)


def test_the_rates_sum_to_the_total_but_where_they_should_not(supply, faults) -> None:
    counted = steps(readings_table(supply, faults, DAYS))
    rates = [n for n in counted if n.startswith("active_") and n != "active_total"]
    parts = counted[rates].apply(lambda row: sum(v for v in row if not pd.isna(v)), axis=1)
    with_rates = counted[rates].notna().any(axis=1)
    differs = with_rates & (parts != counted["active_total"])
    wrong = set(meter_ids(np.flatnonzero(faults.has("parts_differ"))))
    assert set(counted.index[differs]) == wrong


def test_registers_go_back_only_where_they_ran_over(supply, faults) -> None:
    readings = readings_table(supply, faults, DAYS).assign(
        reading=lambda t: t["reading"].map(Decimal)
    )
    readings = readings[readings["register"] != "max_demand"].astype({"register": "object"})
    first = readings.groupby(["meter_id", "register"])["reading"].agg(["first", "last"])
    back = first[first["last"] < first["first"]]
    ran_over = set(meter_ids(np.flatnonzero(faults.has("rollover"))))
    assert set(back.index.get_level_values("meter_id")) == ran_over


def test_a_missing_reading_is_the_last(supply, faults) -> None:
    readings = readings_table(supply, faults, DAYS)
    missing = set(meter_ids(np.flatnonzero(faults.has("missing_reading"))))
    rows = readings[readings["meter_id"].isin(missing)]
    assert set(rows["meter_id"]) == missing
    assert set(rows["read_on"]) == {"2025-03-01"}


def test_the_multiplier_is_ct_times_pt_but_where_it_should_not(supply, faults) -> None:
    meters = meters_table(supply, faults).set_index("meter_id")
    whole = meters[["multiplier", "current_transformer_ratio", "voltage_transformer_ratio"]].astype(
        int
    )
    product = whole["current_transformer_ratio"] * whole["voltage_transformer_ratio"]
    wrong = meters.index[whole["multiplier"] != product]
    assert set(wrong) == set(meter_ids(np.flatnonzero(faults.has("wrong_multiplier"))))
    swapped = meters.index[meters["multiplier"] != meters["previous_multiplier"]]
    assert set(swapped) == set(meter_ids(np.flatnonzero(faults.has("swapped_meter"))))
    assert len(meters) == (supply.kind != SHARE).sum()
