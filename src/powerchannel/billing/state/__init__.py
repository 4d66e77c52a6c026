"""What is remembered of every group, month by month (计费状态).

- `memory`: the state, filled, merged and cut; `rows`: its tables as sorted columns
- `naming`: one table of names for all ids; `grouping`: the rows of one group as records
"""

from powerchannel.billing.state.memory import (
    BY_GROUP,
    BY_MONTH,
    GROUP,
    MONTH,
    SHARED,
    State,
    aggregate,
)

__all__ = [
    "BY_GROUP",
    "BY_MONTH",
    "GROUP",
    "MONTH",
    "SHARED",
    "State",
    "aggregate",
]
