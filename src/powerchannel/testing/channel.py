"""What a channel case can expect (渠道算例)."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, cast

import numpy as np
import pandas as pd

from powerchannel.periods import parse_month
from powerchannel.testing.case import Case
from powerchannel.testing.comparing import Cell, Key, Value

if TYPE_CHECKING:
    from powerchannel import channel

__all__ = ["channel_values"]


def channel_values(case: Case) -> dict[Key, Value]:
    """Return all that a channel case can expect (渠道算例的全部值).

    Parameters
    ----------
    case : Case
        Tables contacts, facts, dislikes, complaints.

    Returns
    -------
    dict of (customer_id, channel, name) to Value
        By customer and channel: the columns of the result table (no value where no row stands, but
        a score of 0), and as ``after_stock``, ``after_latent``, ``after_streak``,
        ``after_frequency``, ``after_complaint``, ``after_dislike`` the value after each step of
        the explanation. With an empty channel: the columns of the first choices. With an empty
        customer as well: how many rows each kind of problem concerns, by its code.
    """
    from powerchannel import channel

    rulebook = cast("channel.Rulebook", case.rulebook)
    tables = channel.check(
        contacts=_arrays(case, "contacts"),
        facts=_arrays(case, "facts"),
        dislikes=_arrays(case, "dislikes"),
        complaints=_arrays(case, "complaints"),
        catalogue=rulebook.catalogue,
        now=date(1970 + parse_month(case.as_of) // 12, 12, 31),
    )
    result = channel.evaluate(channel.aggregate(tables), rulebook, as_of=case.as_of)
    values = _without_rows(result) | _cells(result.table, 2) | _after_steps(result)
    for (customer, name), value in _cells(result.first_choices, 1).items():
        values[customer, "", name] = value
    counts: Counter[str] = Counter()
    for problem in tables.found:
        counts[problem.code] += problem.count
    return values | {("", "", code): count for code, count in counts.items()}


def _arrays(case: Case, name: str) -> dict[str, list[Cell]] | None:
    table = case.tables.get(name)
    return None if table is None else table.arrays()


_STEPS = ("stock", "latent", "streak", "frequency", "complaint", "dislike")


def _without_rows(result: channel.Result) -> dict[Key, Value]:
    names = [*result.table.columns[2:], *(f"after_{step}" for step in _STEPS)]
    return {
        (customer, code, name): 0 if name == "score" else None
        for customer in result.wide["customer_id"]
        for code in result.state.channels
        for name in names
    }


def _after_steps(result: channel.Result) -> dict[Key, Value]:
    told = result.explain(*result.wide["customer_id"])
    return {
        (customer.customer_id, code, f"after_{step.rule_id}"): step.after
        for customer in told.customers
        for code, steps in customer.steps.items()
        for step in steps.items
    }


def _cells(table: pd.DataFrame, keys: int) -> dict[Key, Value]:
    """Return the cells of a table by its first columns and the name of the column."""
    named = list(zip(*(table[name] for name in table.columns[:keys]), strict=True))
    cells: dict[Key, Value] = {}
    for name in table.columns[keys:]:
        # an array, for a Series would widen float32 to float64 on the way out
        values = np.asarray(table[name])
        cells |= {
            (*key, name): None if pd.isna(value) else value
            for key, value in zip(named, values, strict=True)
        }
    return cells
