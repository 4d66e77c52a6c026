"""What a theft case can expect (窃电分析算例)."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, cast

import pandas as pd

from powerchannel.periods import parse_month
from powerchannel.testing.case import Case
from powerchannel.testing.comparing import Key, Value

if TYPE_CHECKING:
    from powerchannel import theft

__all__ = ["theft_values"]


def theft_values(case: Case) -> dict[Key, Value]:
    """Return all that a theft case can expect (窃电算例的全部值).

    Parameters
    ----------
    case : Case
        Tables as for ``theft.check``.

    Returns
    -------
    dict of (id, name, phase) to Value
        Of each customer the columns of the result table; how many episodes of each rule there are,
        by its id and phase; and with an empty id how many rows each kind of problem concerns, and
        how many readings and events the rules did not look at, by reason
        (``readings.beyond_capacity``).
    """
    from powerchannel import theft

    tables = theft.check(
        **{name: table.arrays() for name, table in case.tables.items()},
        ids="text",
        now=date(1970 + parse_month(case.as_of) // 12, 12, 31),
    )
    result = theft.evaluate(
        theft.aggregate(tables), cast("theft.Rulebook", case.rulebook), as_of=case.as_of
    )
    values: dict[Key, Value] = {}
    for row in result.table.to_dict("records"):
        customer = str(row["customer_id"])
        for rule in result.rulebook.electrical.rules:
            values |= {(customer, rule.id, phase): 0 for phase in ("a", "b", "c", "")}
        values |= {(customer, str(n), ""): None if pd.isna(v) else v for n, v in row.items()}
    counts: Counter[Key] = Counter()
    for row in result.episodes.to_dict("records"):
        counts[row["customer_id"], row["rule_id"], row["phase"]] += 1
    for problem in tables.found:
        counts["", problem.code, ""] += problem.count
    values |= {("", name, ""): count for name, count in result.findings.left_out.items()}
    return values | dict(counts)
