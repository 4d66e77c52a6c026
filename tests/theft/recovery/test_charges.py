from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerchannel import billing
from powerchannel.billing.tables.schemas import SCHEMAS
from powerchannel.errors import TableError
from powerchannel.theft.recovery import REASONS, back_billing

FINDINGS = ["theft", "breach", "meter_fault", "wiring_mistake", "normal", "no_access", None]
DAY = pd.Timestamp("2025-03-01")


def found(**columns):
    row = {
        "customer_id": "0100",
        "finding": "theft",
        "finding_id": "F1",
        "lost_kwh": 1200.0,
        "started_on": pd.Timestamp("2025-01-01"),
        "found_on": DAY,
        "price_yuan_per_kwh": 0.5,
    }
    return pd.DataFrame([row | columns])


def test_a_confirmed_theft_is_an_incident_with_its_energy():
    bills = back_billing(found(load_kind="power"))
    incident = bills.incidents.iloc[0]
    assert (incident["incident_id"], incident["account_id"], incident["kind"]) == (
        "F1",
        "0100",
        "theft",
    )
    assert incident["load_kind"] == "power"
    assert bills.givens.to_dict("records") == [
        {"id": "F1", "quantity": "incident_energy_kwh", "period": "total", "value": "1200.000"}
    ]
    assert len(bills.adjustments) == len(bills.withheld) == 0


@pytest.mark.parametrize("finding_id", [None, "", "  ", np.nan])
def test_without_an_id_there_is_no_penalty(finding_id):
    bills = back_billing(found(finding_id=finding_id), lang="en")
    assert len(bills.incidents) == len(bills.givens) == 0
    assert bills.withheld["reason"].tolist() == ["no_finding_id"]
    assert "penalty" in bills.withheld["message"].iloc[0]


def test_an_error_is_corrected_without_penalty_for_the_share_of_its_clause():
    """1,200 kWh, half the time, 0.5 yuan: 300 yuan."""
    bills = back_billing(found(finding="meter_fault", time_share=0.5))
    assert bills.adjustments.to_dict("records") == [
        {
            "account_id": "0100",
            "code": "meter_fault",
            "group": "correction",
            "amount_yuan": "300.00",
            "source_key": "F1",
        }
    ]
    assert len(bills.incidents) == len(bills.givens) == 0


def test_an_error_whose_share_is_not_told_is_corrected_for_all_of_its_time():
    bills = back_billing(found(finding="meter_fault", time_share=None))
    assert bills.adjustments["amount_yuan"].tolist() == ["600.00"]


def test_what_was_recorded_too_much_is_refunded():
    bills = back_billing(found(finding="wiring_mistake", lost_kwh=-10.01))
    assert bills.adjustments["amount_yuan"].tolist() == ["-5.01"]


def test_a_theft_of_unknown_energy_goes_by_its_load():
    bills = back_billing(
        found(lost_kwh=np.nan, load_kw=3.5, load_kind="lighting", started_on=pd.NaT)
    )
    assert len(bills.givens) == 0
    assert bills.incidents["load_kw"].tolist() == [3.5]
    assert bills.incidents["started_on"].isna().all()


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"finding": "normal"}, "not_found"),
        ({"finding": None}, "not_found"),
        ({"finding": "meter_fault", "lost_kwh": np.nan}, "no_amount"),
        ({"finding": "meter_fault", "price_yuan_per_kwh": np.nan}, "no_amount"),
        ({"lost_kwh": np.nan}, "no_load"),
        ({"lost_kwh": np.nan, "load_kw": 3.0}, "no_load"),
    ],
)
def test_what_cannot_be_billed_is_withheld_with_the_reason(columns, reason):
    bills = back_billing(found(**columns))
    assert bills.withheld["reason"].tolist() == [reason]
    assert bills.withheld["message"].tolist() == [REASONS[reason].zh]


@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(FINDINGS),
            st.sampled_from(["F", "", None]),
            st.sampled_from([np.nan, 0.0, 12.5, -3.0]),
        ),
        max_size=8,
    )
)
def test_every_row_is_in_one_table_and_a_penalty_stands_on_a_finding(rows):
    findings = pd.DataFrame(
        {
            "customer_id": [str(i) for i in range(len(rows))],
            "finding": [row[0] for row in rows],
            "finding_id": [row[1] and f"{row[1]}{i}" for i, row in enumerate(rows)],
            "lost_kwh": np.array([row[2] for row in rows], dtype=float),
            "started_on": [DAY] * len(rows),
            "found_on": [DAY] * len(rows),
            "price_yuan_per_kwh": [0.5] * len(rows),
        }
    )
    bills = back_billing(findings)
    assert len(bills.incidents) + len(bills.adjustments) + len(bills.withheld) == len(rows)
    confirmed = {f"F{i}" for i, row in enumerate(rows) if row[:2] == ("theft", "F")}
    assert set(bills.incidents["incident_id"]) <= confirmed


@pytest.mark.parametrize("table", ["incidents", "givens", "adjustments"])
def test_the_columns_are_those_of_billing(table):
    frame = getattr(back_billing(found()), table)
    columns = {column.name: column for column in SCHEMAS[table].columns}
    assert set(frame.columns) <= set(columns)
    required = {name for name, column in columns.items() if column.is_required}
    assert required <= set(frame.columns)


def test_billing_takes_the_rows_and_rejects_none():
    findings = pd.concat(
        [
            found(load_kind="power"),
            found(finding_id="F2", lost_kwh=np.nan, load_kw=2.0, load_kind="lighting"),
            found(customer_id="0200", finding_id="F3", finding="wiring_mistake"),
        ]
    )
    bills = back_billing(findings)
    accounts = pd.DataFrame(
        {
            "account_id": ["0100", "0200"],
            "group_id": ["0100", "0200"],
            "tariff": ["main", "main"],
            "started_on": ["2025-03-01"] * 2,
            "ended_on": ["2025-04-01"] * 2,
        }
    )
    checked = billing.check(
        accounts=accounts,
        incidents=bills.incidents,
        givens=bills.givens,
        adjustments=bills.adjustments,
    )
    assert len(checked.problems) == 0


def test_a_missing_column_is_named():
    with pytest.raises(TableError, match="finding_id"):
        back_billing(found().drop(columns="finding_id"))
