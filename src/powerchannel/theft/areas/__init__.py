"""Area evidence: the loss of a transformer area against each of its customers (台区证据).

- `balance`: what of the supply nobody's meter explains
- `hypotheses`, `suspects`: four ways of theft, tried for one and for two customers
- `signs`: correlations, change points and sizes beside them
- `attribution`: all of it as named evidence, with the energy put down to each customer
- `rules`, `suspicion`: evidence and daily use weighed together, by a card for each way
"""

from powerchannel.theft.areas.attribution import (
    AREA_EVIDENCE,
    AreaEvidence,
    attribute,
    attribute_all,
)
from powerchannel.theft.areas.rules import AreaRules, Pattern
from powerchannel.theft.areas.suspicion import Suspicion, suspicions

__all__ = [
    "AREA_EVIDENCE",
    "AreaEvidence",
    "AreaRules",
    "Pattern",
    "Suspicion",
    "attribute",
    "attribute_all",
    "suspicions",
]
