"""Channel scoring beside pandas, Polars and DuckDB.

- `data`, `writing`: the input; `rules`: the rules as the peers' queries state them
- `with_powerchannel`, `with_polars`, `with_duckdb`, `with_pandas`: the sides; `bounds`: what none
  can undercut; `answers`: what they must agree on
- `inputs`: the cases; `goals`: what was aimed at
"""

from benchmarks.channel.goals import goals
from benchmarks.channel.inputs import cases

__all__ = ["cases", "goals"]
