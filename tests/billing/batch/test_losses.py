"""What transformers and lines lose, and who carries it: worked out by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from batch_as_reference import assert_same, state_of
from supplies_at_random import AS_OF, END, START, rulebook
from works_by_hand import reading, works


@pytest.mark.parametrize("kwh", ["0", "12.5"])
def test_a_loss_that_is_a_tie_is_rounded_up(kwh: str) -> None:
    """0.104875 kW x 120 h = 12.585 kWh, which float64 has below."""
    tables = works(m={"metering_side": "low"})
    tables["readings"] = pd.DataFrame([reading("m", START, "0"), reading("m", END, kwh)])
    numbers = {"no_load_loss_kw": "0.104875", "load_loss_kw": "0", "capacity_kva": "100"}
    row = {"transformer_id": "t", "account_id": "7", "loss_method": "formula", **numbers}
    tables["transformers"] = pd.DataFrame([row])
    tables["accounts"]["ended_on"] = "2025-06-06"
    tables["readings"]["read_on"] = [START, "2025-06-06"]
    found = assert_same(state_of(tables), rulebook(), AS_OF)
    assert found.origin.path == "batch"
    assert found.registers["transformer_loss_kwh"].tolist() == ["12.59"]


def test_a_loss_is_carried_by_the_meters_behind_it() -> None:
    """Two of a hundred of what the line carries, and none for the meter that is not behind it."""
    tables = works(a={"line_id": "w"}, b={"line_id": "w"}, c={})
    used = {"a": "300", "b": "100", "c": "500"}
    ends = {START: dict.fromkeys(used, "0"), END: used}
    rows = [reading(m, day, shown[m]) for day, shown in ends.items() for m in used]
    tables["readings"] = pd.DataFrame(rows)
    tables["lines"] = pd.DataFrame([{"line_id": "w", "loss_ratio": "0.02"}])
    found = assert_same(state_of(tables), rulebook(), AS_OF)
    assert found.origin.path == "batch"
    lost = found.registers.set_index("meter_id")["line_loss_kwh"].astype(float)
    assert lost.to_dict() == {"a": 6.0, "b": 2.0, "c": 0.0}
