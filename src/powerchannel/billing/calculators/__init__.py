"""Small calculations that stand alone: corrections, losses, prices (计费计算器).

Every function takes keywords, reads Decimals, whole numbers and decimal text, refuses floats, and
returns a record whose fields are named as in results. What has to be paid is rounded once, half
away from zero; everything else is exact, or given to 40 digits where it does not end.
"""

from __future__ import annotations

from powerchannel.billing.calculators.corrections import (
    Correction,
    current_transformer_correction,
    meter_error_correction,
    wiring_correction,
)
from powerchannel.billing.calculators.losses import (
    GridLoss,
    TransformerLoss,
    grid_loss_rate,
    transformer_power_loss,
)
from powerchannel.billing.calculators.numbers import Number, Numbers
from powerchannel.billing.calculators.power_factor import (
    PowerFactorCorrection,
    power_factor_correction,
)
from powerchannel.billing.calculators.prices import (
    AveragePrice,
    DerivedPrices,
    EnergyForPrice,
    TimeOfUseEffect,
    average_price,
    derived_prices,
    energy_for_average_price,
    time_of_use_effect,
)

__all__ = [
    "AveragePrice",
    "Correction",
    "DerivedPrices",
    "EnergyForPrice",
    "GridLoss",
    "Number",
    "Numbers",
    "PowerFactorCorrection",
    "TimeOfUseEffect",
    "TransformerLoss",
    "average_price",
    "current_transformer_correction",
    "derived_prices",
    "energy_for_average_price",
    "grid_loss_rate",
    "meter_error_correction",
    "power_factor_correction",
    "time_of_use_effect",
    "transformer_power_loss",
    "wiring_correction",
]
