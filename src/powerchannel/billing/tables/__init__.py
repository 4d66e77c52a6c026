"""What comes in: accounts, meters, readings and all that hangs on them (计费数据表).

- `schemas`, `equipment`, `relations`: the contract of each table
- `columns`, `words`: what they are made of
- `checking`: the tables, checked; `crosscheck`: faults across rows and tables
- `placing`: which groups and months a row belongs to; `messages`: what is said of faults
"""

from powerchannel.billing.tables.checking import SCHEMAS, Tables, check

__all__ = [
    "SCHEMAS",
    "Tables",
    "check",
]
