"""Several meters, losses and sub-accounts: the batch has the cells of the reference."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest
from attrs import evolve
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from batch_as_reference import assert_same, state_of
from powerchannel.billing.batch import bill
from powerchannel.billing.rules import Rulebook
from powerchannel.billing.state import State
from powerchannel.billing.tables.schemas import SCHEMAS
from powerchannel.billing.tariff import load_tariff
from powerchannel.datasets import TARIFFS, billing_month
from supplies_at_random import AS_OF, END, MIDDLE, START, frames, rulebook


def taken(state: State, book: Rulebook, as_of: str = AS_OF) -> set[str]:
    """The groups that the batch billed."""
    batch = bill(state, book, as_of)
    return set(batch.groups.take(batch.is_billed).to_text().tolist())


def test_random_supplies_have_the_same_cells() -> None:
    tables = frames(260, seed=6)
    state = state_of(tables)
    found = assert_same(state, rulebook(), AS_OF)
    mine = taken(state, rulebook())
    accounts, meters = tables["accounts"], tables["meters"]
    group_of = accounts.set_index("account_id")["group_id"]
    several = group_of[meters["account_id"]].value_counts()
    cases = {
        "several meters": set(several[several > 1].index),
        "formula": groups_with(tables, "transformers", "loss_method", "formula"),
        "table": groups_with(tables, "transformers", "loss_method", "table"),
        "ratio": groups_with(tables, "transformers", "loss_method", "ratio"),
        "replaced": groups_with(tables, "meters", "installed_on", MIDDLE),
        "several accounts": {g for g, n in Counter(accounts["group_id"]).items() if n > 1},
    }
    assert {name: len(groups & mine) > 3 for name, groups in cases.items()} == dict.fromkeys(
        cases, True
    )
    lines = found.registers.loc[found.registers["group_id"].isin(mine), "line_loss_kwh"]
    assert (lines.astype(float) != 0).sum() > 10


def groups_with(tables: Mapping[str, pd.DataFrame], name: str, column: str, value: str) -> set[str]:
    """The groups of accounts that have a cell."""
    rows = tables[name][tables[name][column] == value]
    group_of = tables["accounts"].set_index("account_id")["group_id"]
    return set(group_of[rows["account_id"]])


@settings(max_examples=8, deadline=None, phases=[Phase.generate])
@given(
    st.integers(0, 10**6),
    st.sampled_from(["sub_meters_first", "quantities_first"]),
    st.sampled_from(["thirty", "actual", "none"]),
    st.sampled_from(["proportional", "flat"]),
    st.sampled_from(["energy", "energy", "capacity"]),
)
def test_rules_of_all_kinds_have_the_same_cells(
    seed: int, order: str, days: str, split: str, share_by: str
) -> None:
    book = rulebook()
    book = evolve(
        book,
        allocation=evolve(
            book.allocation,
            order=order,
            quantity_days=days,
            quantity_split=split,
            sub_meter_split=split,
        ),
        losses=evolve(book.losses, periods=split, share_by=share_by),
    )
    assert_same(state_of(frames(14, seed)), book, AS_OF)


def month_book() -> Rulebook:
    """The bundled policy with the tariffs of the made-up month."""
    return evolve(rulebook(), tariffs=tuple(load_tariff(name) for name in TARIFFS))


def test_a_month_of_a_utility_is_taken() -> None:
    """What is left has a planted fault."""
    month = billing_month(400, seed=1)
    state = state_of(month.tables)
    assert_same(state, month_book(), month.as_of)
    batch = bill(state, month_book(), month.as_of)
    assert set(batch.why) <= {"readings", "total_and_parts", "relations"}
    assert sum(batch.why.values()) <= 15
    sizes = Counter(month.accounts["group_id"])
    several = {group for group, accounts in sizes.items() if group and accounts > 1}
    assert len(several & taken(state, month_book(), month.as_of)) > len(several) / 2 > 5


@settings(max_examples=8, deadline=None, phases=[Phase.generate])
@given(st.integers(0, 10**6))
def test_what_is_left_empty_changes_nothing(seed: int) -> None:
    """Optional columns and cells at random are not there."""
    rng = np.random.default_rng(seed)
    month = billing_month(40, seed=seed % 5)
    tables = {name: blanked(rng, name, frame) for name, frame in month.tables.items()}
    assert_same(state_of(tables), month_book(), month.as_of)


def blanked(rng: np.random.Generator, name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """A table without some optional columns and cells."""
    kept = {"group_id", "account_id"}
    known = [c.name for c in SCHEMAS[name].columns if not c.is_required and c.name not in kept]
    optional = [column for column in known if column in frame]
    gone = [c for c in optional if rng.random() < 0.15]
    frame = frame.drop(columns=gone).astype(object)
    for column in set(optional) - set(gone):
        frame.loc[rng.random(len(frame)) < 0.05, column] = None
    return frame


def works(**meters: Mapping[str, str]) -> dict[str, pd.DataFrame]:
    """A works with some meters of one register."""
    account = {"account_id": "7", "tariff": "shop", "started_on": START, "ended_on": END}
    return {
        "accounts": pd.DataFrame([account]),
        "meters": pd.DataFrame(
            [{"account_id": "7", "meter_id": m, **c} for m, c in meters.items()]
        ),
    }


def reading(meter: str, day: str, value: str, register: str = "active_total") -> dict[str, str]:
    """One reading."""
    return {"meter_id": meter, "register": register, "read_on": day, "reading": value}


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
