"""What bills look like: as a utility prints them, and as tables (账单呈现).

- `explaining`: the bill of one group, step by step; `frames`: all bills as tables
- `labels`: what registers, groups and lines are called
"""

from powerchannel.billing.printing.explaining import (
    Explanation,
    GroupExplanation,
    reconcile,
    replayed_fen,
)
from powerchannel.billing.printing.frames import (
    account_frame,
    finding_frame,
    is_money,
    line_frame,
    register_frame,
    value_frame,
)
from powerchannel.billing.printing.labels import (
    group_title,
    line_title,
    period_title,
    register_title,
    unit_title,
)

__all__ = [
    "Explanation",
    "GroupExplanation",
    "account_frame",
    "finding_frame",
    "group_title",
    "is_money",
    "line_frame",
    "line_title",
    "period_title",
    "reconcile",
    "register_frame",
    "register_title",
    "replayed_fen",
    "unit_title",
    "value_frame",
]
