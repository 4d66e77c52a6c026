"""Agreed prices in place of the tariff's energy component (协议电价).

- `prices`: fixed, benchmark plus spread, shared; `deviation`: beyond or short of what was agreed
- `exact`: whole numbers, held against what they can be
"""

from powerchannel.billing.agreement.deviation import (
    Band,
    BandLines,
    DeviationLines,
    band_lines,
    deviation_lines,
)
from powerchannel.billing.agreement.prices import (
    agreed_component,
    agreement_givens,
    agreement_lines,
    benchmark_price,
    curve_charge,
    effective_price,
    shared_price,
)

__all__ = [
    "Band",
    "BandLines",
    "DeviationLines",
    "agreed_component",
    "agreement_givens",
    "agreement_lines",
    "band_lines",
    "benchmark_price",
    "curve_charge",
    "deviation_lines",
    "effective_price",
    "shared_price",
]
