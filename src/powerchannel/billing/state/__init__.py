"""What is remembered of every group, month by month (计费状态).

- `memory`: the state, filled, merged and cut
- `grouping`: the rows of one group as records
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
