"""Bills, from meter registers to every line, exact to the fen (电费计算).

The four verbs are `check`, `aggregate`, `evaluate` and ``Result.explain``.

- `tables`: what comes in, and checking it; `state`: what is remembered, by group and month
- `tariff`: prices as dated documents; `rules`, `penalties`: what a utility decides; ``tariffs``,
  ``rulebooks``: those that come with the library
- `records`: one group and its bill as plain records; `reference`: from the one to the other, to be
  read; `batch`: the same for many groups at once
- `bill`: one group, billed; what it is refused for is a finding; `difference` and
  `interim_settlement` make the lines of a bill that follows on others
- `result`: what comes out; `printing`: the bill as a utility prints it, and as tables
- `calculators`: corrections, losses and prices that stand alone
- `audit`, `compare`: a bill before it goes out, and beside others
- `intervals`: interval data to energy by period and maximum demand
- `daily`: energy day by day, and what a prepaid account has left
- `agreement`: agreed prices in place of the tariff's
"""

from powerchannel.billing.bill import bill_group
from powerchannel.billing.calculators import (
    average_price,
    current_transformer_correction,
    derived_prices,
    energy_for_average_price,
    grid_loss_rate,
    meter_error_correction,
    power_factor_correction,
    time_of_use_effect,
    transformer_power_loss,
    wiring_correction,
)
from powerchannel.billing.printing.explaining import Explanation
from powerchannel.billing.reference.reissue import difference, interim_settlement
from powerchannel.billing.result import Result, evaluate
from powerchannel.billing.rules import Rulebook
from powerchannel.billing.state import State, aggregate
from powerchannel.billing.tables import Tables, check
from powerchannel.billing.tables.schemas import SCHEMAS
from powerchannel.billing.tariff import Tariff, bundled_tariffs, load_tariff
from powerchannel.billing.tariff.supported import supported

__all__ = [
    "SCHEMAS",
    "Explanation",
    "Result",
    "Rulebook",
    "State",
    "Tables",
    "Tariff",
    "aggregate",
    "average_price",
    "bill_group",
    "bundled_tariffs",
    "check",
    "current_transformer_correction",
    "derived_prices",
    "difference",
    "energy_for_average_price",
    "evaluate",
    "grid_loss_rate",
    "interim_settlement",
    "load_tariff",
    "meter_error_correction",
    "power_factor_correction",
    "supported",
    "time_of_use_effect",
    "transformer_power_loss",
    "wiring_correction",
]
