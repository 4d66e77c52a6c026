"""What comes in: metering points, what they measured, what was found (窃电分析数据表).

- `schemas`, `words`: the contract of each table, and its codes
- `checking`: the tables, checked
"""

from powerchannel.theft.tables.checking import SCHEMAS, Tables, check

__all__ = ["SCHEMAS", "Tables", "check"]
