"""Prices as dated documents: reading them, holding their parts against one another (电价表).

- `documents`: the record of a tariff, loading it, its editions
- `clauses`: components, tiers, capacity charge, power factor, rounding; `time_of_use`: hours
- `consistency`: what is refused, with the path; `supported`: what the engine bills with
- `cases`: documents as worked examples write them, without head and sources
"""

from powerchannel.billing.tariff.documents import (
    GROUPS,
    Calendar,
    CapacityCharge,
    Category,
    ChargeGroup,
    Component,
    FeedIn,
    PowerFactor,
    Rounding,
    Span,
    Tariff,
    Tiers,
    TimeOfUse,
    bundled_tariffs,
    editions,
    from_case,
    load_tariff,
)

__all__ = [
    "GROUPS",
    "Calendar",
    "CapacityCharge",
    "Category",
    "ChargeGroup",
    "Component",
    "FeedIn",
    "PowerFactor",
    "Rounding",
    "Span",
    "Tariff",
    "Tiers",
    "TimeOfUse",
    "bundled_tariffs",
    "editions",
    "from_case",
    "load_tariff",
]
