"""The laws of inspection lists, through the door that users take."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from powerchannel.theft.tables import check
from powerchannel.theft.worklist import Worklist, worklist
from suspects import Suspects, episodes, many

ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "area_id": st.sampled_from(["T1", "T2", "", None]),
            "probability": st.sampled_from([0.0, 0.1, 0.5, 1.0, np.nan]),
            "lost_kwh": st.sampled_from([np.nan, 0.0, 10.0, 500.0]),
            "cause": st.sampled_from(["theft", "normal", None]),
        }
    ),
    min_size=1,
    max_size=12,
)


def result(rows: list[dict[str, object]]) -> Suspects:
    frame = pd.DataFrame(rows).astype({"probability": "float64", "lost_kwh": "float64"})
    frame.insert(0, "customer_id", [f"{row:04d}" for row in range(len(rows))])
    return Suspects(frame.assign(score_points=1), episodes({"customer_id": "0000"}))


def listed(rows: list[dict[str, object]], hours: float, seed: int) -> Worklist:
    return worklist(
        result(rows), hours, hours_per_visit=1, travel_hours=0.5, random_share=0.3, seed=seed
    )


@settings(max_examples=40)
@given(ROWS, st.integers(0, 12), st.integers(0, 3))
def test_every_list_keeps_the_laws(rows: list[dict[str, object]], hours: int, seed: int) -> None:
    found = listed(rows, hours, seed)
    table, log = found.table, found.propensities
    assert found.hours <= hours + 1e-9
    assert table["hours"].sum() == pytest.approx(found.hours)
    assert table["customer_id"].is_unique
    assert table["rank"].tolist() == list(range(1, len(found) + 1))
    assert table["expected_kwh"].dropna().is_monotonic_decreasing
    assert found.summary["expected_kwh"] <= found.bound_kwh + 1e-9
    assert log["customer_id"].tolist() == [f"{row:04d}" for row in range(len(rows))]
    random = int((table["chosen_by"] == "random").sum())
    assert log.loc[log["chosen_by"] != "model", "propensity"].sum() == pytest.approx(random)
    merged = table.merge(log, on=["customer_id", "chosen_by", "propensity"])
    assert len(merged) == len(table)


@settings(max_examples=20)
@given(ROWS, st.integers(0, 12))
def test_csv_json_and_page_tell_the_same_customers(
    rows: list[dict[str, object]], hours: int
) -> None:
    found = listed(rows, hours, 1)
    customers = found.table["customer_id"].tolist()
    read = csv.DictReader(io.StringIO(found.to_csv()))
    assert [row["customer_id"] for row in read] == customers
    records = json.loads(found.to_json())["records"]
    assert [record["customer_id"] for record in records] == customers
    assert found.to_html().count("<section>") == len(customers)


def test_the_log_goes_into_the_table_of_inspections():
    log = worklist(many(60, 4), 12, random_share=0.2, seed=3).propensities
    visited = log[log["chosen_by"] != ""].assign(inspected_on="2025-02-01", finding="normal")
    tables = check(inspections=visited)
    assert len(tables.rejected) == 0
    assert tables.inspections["propensity"].tolist() == pytest.approx(visited["propensity"])
