"""Bills beside a plain Decimal loop and the readable reference, interval data beside PySAM.

- `data`: customers from a seed, as the state holds them; `frames`: as raw frames, and less alike;
  `random_tariffs`, `profiles`, `minutes`: tariffs and interval data
- `with_powerchannel`, `with_intervals`, `with_minutes`, `with_decimals`, `with_pysam`: the sides;
  `answers`: what they must agree on
- `inputs`: the cases; `goals`: what was aimed at
"""

from benchmarks.billing.goals import goals
from benchmarks.billing.inputs import cases

__all__ = ["cases", "goals"]
