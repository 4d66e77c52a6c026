"""Billing tables at random and by hand, for the tests of checking and remembering them."""

from __future__ import annotations

from datetime import date

import pandas as pd
from attrs import evolve, frozen
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from powerchannel.billing.state import State, aggregate
from powerchannel.billing.tables import Tables, check

NOW = date(2025, 12, 31)
COLUMNS: dict[str, tuple[str, ...]] = {
    "accounts": ("account_id", "group_id", "tariff", "started_on", "ended_on", "household_count"),
    "meters": ("meter_id", "account_id", "multiplier", "transformer_id", "line_id"),
    "readings": ("meter_id", "register", "read_on", "reading", "status"),
    "relations": ("child_id", "parent_id", "kind", "ratio", "bears_line_loss"),
    "transformers": ("transformer_id", "account_id", "capacity_kva", "ended_on", "loss_table"),
    "loss_tables": ("loss_table", "capacity_kva", "above_kwh", "up_to_kwh", "loss_kwh"),
    "lines": ("line_id", "loss_ratio"),
    "givens": ("id", "quantity", "period", "value"),
    "adjustments": ("account_id", "code", "group", "amount_yuan"),
    "incidents": ("incident_id", "account_id", "kind", "found_on"),
    "debts": ("account_id", "amount_yuan", "due_on", "paid_on"),
    "intervals": ("meter_id", "started_at", "energy_kwh"),
}
LOSSES = (("S9", "500", "0", "1000", "10"), ("S9", "500", "1000", "", "20.5"))

Row = tuple[str, ...]


@frozen
class Export:
    """Rows of text by table."""

    rows: dict[str, tuple[Row, ...]]

    def frames(self) -> dict[str, pd.DataFrame]:
        return {
            name: pd.DataFrame(list(self.rows.get(name, ())), columns=list(columns), dtype=object)
            for name, columns in COLUMNS.items()
            if name == "accounts" or self.rows.get(name)
        }

    def check(self) -> Tables:
        return check(**self.frames(), now=NOW)

    def state(self) -> State:
        return aggregate(self.check()) if self.rows.get("accounts") else State.empty()

    def __add__(self, other: Export) -> Export:
        names = {*self.rows, *other.rows}
        return Export({n: self.rows.get(n, ()) + other.rows.get(n, ()) for n in names})

    def replacing(self, **rows: tuple[Row, ...]) -> Export:
        return evolve(self, rows={**self.rows, **rows})


def month_days(month: int) -> tuple[str, str]:
    """The first days of a month of 2025, counted from 1, and of the next."""
    following = f"2025-{month + 1:02}-01" if month < 12 else "2026-01-01"
    return f"2025-{month:02}-01", following


def one_group(
    group: str, months: tuple[int, ...] = (1,), accounts: int = 1, step: int = 100
) -> Export:
    """A group of accounts in a row of sub-meters behind one transformer; all of it fits."""
    names = [f"{group}{i}" if i else group for i in range(accounts)]
    spans = [month_days(m) for m in months]
    days = sorted({day for span in spans for day in span})
    first = names[0]
    parts: dict[str, tuple[Row, ...]] = {
        "accounts": tuple((a, group, "一般工商业", *span, "3") for a in names for span in spans),
        "meters": tuple((f"m{a}", a, "40", f"t{group}", f"l{group}") for a in names),
        "readings": tuple(
            (f"m{a}", "正向有功总", day, f"{(i + 1) * step}.25", "正常")
            for a in names
            for i, day in enumerate(days)
        ),
        "relations": tuple((f"m{a}", f"m{first}", "分表", "", "是") for a in names[1:]),
        "transformers": ((f"t{group}", first, "500", "", "S9"),),
        "loss_tables": LOSSES,
        "lines": ((f"l{group}", "0.02"),),
        "debts": ((first, "12.30", "2025-01-20", ""),),
        "intervals": ((f"m{first}", "2025-01-01 00:15", "0.5"),),
    }
    if len(months) == 1:
        parts["givens"] = ((f"m{first}", "line_loss_kwh", "", "12.5"),)
        parts["adjustments"] = ((first, "refund", "energy", "-5.00"),)
        parts["incidents"] = ((f"i{group}", first, "窃电", days[-1]),)
    return Export(parts)


@st.composite
def _groups(draw: DrawFn, names: tuple[str, ...]) -> Export:
    export = Export({})
    for name in names:
        months = draw(st.sampled_from([(1,), (2,), (1, 2), (3, 1)]))
        accounts = draw(st.integers(1, 3))
        export += one_group(name, months, accounts, draw(st.integers(1, 99)))
    rows = {**export.rows, "loss_tables": LOSSES} if names else {}
    return Export(rows)


def groups(*names: str) -> SearchStrategy[Export]:
    """Groups of these names that fit, of random months, accounts and readings."""
    return _groups(names)
