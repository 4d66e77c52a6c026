"""A bill beside other bills (基准比较).

- `elements`: element by element, and the first stage that differs; `peers`: beside its like
- `sheets`: tables of results, read as exact columns
"""

from powerchannel.billing.compare.elements import (
    STAGES,
    TOLERANCES,
    Comparison,
    Tolerances,
    compare,
    stage_of,
)
from powerchannel.billing.compare.peers import compare_with_peers

__all__ = [
    "STAGES",
    "TOLERANCES",
    "Comparison",
    "Tolerances",
    "compare",
    "compare_with_peers",
    "stage_of",
]
