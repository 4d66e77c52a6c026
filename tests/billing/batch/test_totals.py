"""Several meters, losses and sub-accounts: the batch has the cells of the reference."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import pandas as pd
from attrs import evolve
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from batch_as_reference import assert_same, state_of
from powerchannel.billing.batch import bill
from powerchannel.billing.rules import Rulebook
from powerchannel.billing.state import State
from powerchannel.billing.tariff import load_tariff
from powerchannel.datasets import TARIFFS, billing_month
from supplies_at_random import AS_OF, MIDDLE, frames, rulebook


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
