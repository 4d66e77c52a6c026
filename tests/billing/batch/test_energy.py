"""From readings to what is billed for: meters replaced, late, run over, side by side."""

from __future__ import annotations

import pandas as pd
import pytest

from batch_as_reference import assert_same, state_of
from customers_at_random import rulebook as many_tariffs
from supplies_at_random import AS_OF, END, MIDDLE, START, rulebook
from works_by_hand import one, reading, works


def test_readings_collected_late_count_and_must_not_differ() -> None:
    tables = one()
    late = tables["readings"].assign(status=["ok", "late"])
    alike = pd.concat([late, late.tail(1).assign(status="ok")])
    differing = pd.concat([late, late.tail(1).assign(status="ok", reading="101")])
    for read, path, dropped in (
        (late, "batch", ()),
        (alike, "batch", ()),
        (differing, "reference", ("7",)),
    ):
        result = assert_same(state_of({**tables, "readings": read}), many_tariffs(), AS_OF)
        assert (result.origin.path, result.dropped) == (path, dropped)


def test_a_smelter_is_not_refused() -> None:
    """300 GWh a month."""
    state = state_of(one(reading="3750", multiplier="80000"))
    result = assert_same(state, many_tariffs(), AS_OF)
    assert result.origin.path == "batch"
    energy = result.wide["billed_energy_kwh"].tolist()
    assert energy == ["300000000"]


def test_a_meter_replaced_within_the_month() -> None:
    old, new = (
        {"multiplier": "20", "removed_on": MIDDLE},
        {"multiplier": "1", "installed_on": MIDDLE},
    )
    tables = works(old=old, new=new)
    rows = [("old", START, "10"), ("old", MIDDLE, "15.5"), ("new", MIDDLE, "0"), ("new", END, "7")]
    tables["readings"] = pd.DataFrame([reading(*row) for row in rows])
    state = state_of(tables)
    found = assert_same(state, rulebook(), AS_OF)
    assert found.origin.path == "batch"
    assert found.wide["billed_energy_kwh"].tolist() == ["117"]


def test_demands_side_by_side_and_one_after_another() -> None:
    plain, old, new = {}, {"removed_on": MIDDLE}, {"installed_on": MIDDLE}
    tables = works(a=plain, b=old, c=new)
    rows = [reading("a", END, "5", "max_demand"), reading("b", MIDDLE, "3", "max_demand")]
    rows += [reading("c", END, "2.5", "max_demand"), reading("b", END, "99", "max_demand")]
    ends = {"a": (START, END), "b": (START, MIDDLE), "c": (MIDDLE, END)}
    rows += [reading(m, day, "1") for m, days in ends.items() for day in days]
    tables["readings"] = pd.DataFrame(rows)
    state = state_of(tables)
    found = assert_same(state, rulebook(), AS_OF)
    assert found.origin.path == "batch"
    table = found.table[(found.table["id"] == "7") & (found.table["name"] == "metered_demand_kw")]
    assert table["value"].tolist() == ["8.000000"]


@pytest.mark.parametrize(("first", "path"), [("9500.25", "batch"), ("8999.75", "reference")])
def test_a_register_runs_over_where_it_stood_near_its_end(first: str, path: str) -> None:
    """Elsewhere the capacity tells: the reference asks it."""
    tables = works(m={"integer_digits": "4"})
    tables["readings"] = pd.DataFrame([reading("m", START, first), reading("m", END, "12.5")])
    found = assert_same(state_of(tables), rulebook(), AS_OF)
    assert found.origin.path == path
