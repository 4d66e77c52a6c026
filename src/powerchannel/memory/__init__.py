"""What the states of domains are made of: sorted rows over one table of names (状态存储).

- `rows`: the rows of one table as sorted columns, each key once
- `names`: one table of names for all ids
- `store`: what the state of every domain can do: be merged, cut, compared
- `asking`: the rows of the keys that are asked for
- `columns`: checked tables to columns of whole numbers
"""

from powerchannel.memory.asking import rows_of
from powerchannel.memory.columns import id_columns, integer_columns, integer_types, names_of
from powerchannel.memory.names import keys_over, sorted_names, used_names
from powerchannel.memory.rows import Rows
from powerchannel.memory.store import Memory

__all__ = [
    "Memory",
    "Rows",
    "id_columns",
    "integer_columns",
    "integer_types",
    "keys_over",
    "names_of",
    "rows_of",
    "sorted_names",
    "used_names",
]
