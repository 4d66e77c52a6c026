from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from powerchannel.errors import TableError
from powerchannel.theft.tables import SCHEMAS, check

NOW = date(2025, 6, 1)
ISSUE_NAMES = {
    "phase_readings": "customer_id meter_id read_at phase voltage_v current_a active_power_kw",
    "daily": "customer_id on energy_kwh",
    "inspections": "customer_id inspected_on finding",
}


def test_names_that_others_rely_on_are_columns() -> None:
    for table, names in ISSUE_NAMES.items():
        assert set(names.split()) <= set(SCHEMAS[table].names)


def test_no_two_columns_of_a_table_share_a_header() -> None:
    for schema in SCHEMAS.values():
        headers = [h.casefold() for c in schema.columns for h in dict.fromkeys(c.headers)]
        assert len(headers) == len(set(headers)), schema.name


def test_measurements_are_rounded_and_a_missing_one_stays_missing() -> None:
    frame = pd.DataFrame(
        {"户号": ["1", "2", "3"], "日期": ["2025-01-01"] * 3, "日用电量": [1.23456, None, -0.5]}
    )
    tables = check(daily=frame, now=NOW)
    assert tables.daily["energy_kwh"].tolist()[0] == 1.235
    assert tables.daily["energy_kwh"].isna().tolist() == [False, True, False]
    assert len(tables.rejected) == 0


@pytest.mark.parametrize(
    ("table", "row", "code"),
    [
        ("daily", {"customer_id": "1", "on": "2025-02-30", "energy_kwh": "1"}, "impossible_time"),
        ("daily", {"customer_id": "1", "on": "2025-02-03", "energy_kwh": "a"}, "not_a_number"),
        (
            "phase_readings",
            {"customer_id": "1", "read_at": "2025-02-03 00:15", "phase": "D", "voltage_v": "1"},
            "unknown_code",
        ),
        (
            "phase_readings",
            {"customer_id": "1", "read_at": "2025-02-03 00:15", "phase": "A", "voltage_v": "-1"},
            "number_out_of_bounds",
        ),
        (
            "inspections",
            {"customer_id": "1", "inspected_on": "2025-02-03", "finding": ""},
            "missing_value",
        ),
        ("areas", {"area_id": "", "on": "2025-02-03", "supplied_kwh": "1"}, "missing_value"),
        (
            "outages",
            {"area_id": "t", "started_at": "2025-02-03 08:00", "ended_at": "2025-02-03 07:00"},
            "end_before_start",
        ),
        ("points", {"customer_id": "1", "wiring": "二相"}, "unknown_code"),
        (
            "events",
            {"customer_id": "1", "event": "下雨", "started_at": "2025-02-03"},
            "unknown_code",
        ),
        ("weather", {"on": "2025-02-03", "temperature_c": ""}, "missing_value"),
    ],
)
def test_a_bad_row_drops_out_with_its_code(table: str, row: dict[str, str], code: str) -> None:
    tables = check(**{table: pd.DataFrame([row])}, now=NOW)
    assert tables.rejected["code"].tolist() == [code]
    assert tables.counts.set_index("table").loc[table].tolist() == [1, 0, 1]


def test_all_structural_faults_come_at_once() -> None:
    with pytest.raises(TableError) as caught:
        check(daily={"on": ["2025-01-01"]}, inspections={"customer_id": ["1"]}, now=NOW)
    where = {problem.where for problem in caught.value.problems}
    assert {"daily.customer_id", "inspections.inspected_on", "inspections.finding"} <= where
