"""Bills from register readings beside a plain Decimal loop and the readable reference.

- `data`: customers from a seed; `with_powerchannel`, `with_decimals`: the sides; `answers`: what
  they must agree on
- `inputs`: the cases; `goals`: what was aimed at
"""

from benchmarks.billing.goals import goals
from benchmarks.billing.inputs import cases

__all__ = ["cases", "goals"]
