"""What is taken off what another meter counts, worked out by hand."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import pytest

from batch_as_reference import assert_same, state_of
from supplies_at_random import AS_OF, END, START, rulebook
from works_by_hand import reading, works


def shops(**relation: str) -> dict[str, pd.DataFrame]:
    """A works of 1,000 kWh, and a shop that has some of it; its own meter shows 250."""
    tables = works(m={})
    shop = {"account_id": "8", "tariff": "shop", "started_on": START, "ended_on": END}
    accounts = pd.concat([tables["accounts"], pd.DataFrame([shop])])
    rows = [reading("m", START, "0"), reading("m", END, "1000")]
    if relation["kind"] == "sub_meter":
        meter = {"account_id": "8", "meter_id": relation["child_id"]}
        tables["meters"] = pd.concat([tables["meters"], pd.DataFrame([meter])])
        rows += [reading(meter["meter_id"], START, "0"), reading(meter["meter_id"], END, "250")]
    return {
        **tables,
        "accounts": accounts.assign(group_id="g"),
        "readings": pd.DataFrame(rows),
        "relations": pd.DataFrame([{"parent_id": "m", **relation}]),
    }


@pytest.mark.parametrize(
    ("relation", "kwh"),
    [
        ({"kind": "sub_meter", "child_id": "s"}, {"7": 750, "8": 250}),
        ({"kind": "fixed_quantity", "child_id": "8", "quantity_kwh": "120"}, {"7": 880, "8": 120}),
        ({"kind": "fixed_ratio", "child_id": "8", "ratio": "0.3"}, {"7": 700, "8": 300}),
    ],
)
def test_what_is_taken_off_is_billed_to_another(
    relation: Mapping[str, str], kwh: Mapping[str, int]
) -> None:
    found = assert_same(state_of(shops(**relation)), rulebook(), AS_OF)
    assert found.origin.path == "batch"
    energy = found.wide.set_index("account_id")["billed_energy_kwh"].astype(int)
    assert energy.to_dict() == kwh


def test_more_than_there_is_cannot_be_taken_off() -> None:
    relation = {"kind": "fixed_quantity", "child_id": "8", "quantity_kwh": "1200"}
    found = assert_same(state_of(shops(**relation)), rulebook(), AS_OF)
    assert found.origin.path == "reference"
