"""Files of tables: read and written by extension, whole or not at all.

CSV is the file of people, Parquet and Arrow IPC are the files of systems. What a file is, is told
from its bytes, never guessed; one that is not what its name says is refused with what to do.
"""

from powerchannel.files.read import read_table
from powerchannel.files.source import first_row
from powerchannel.files.write import check_target, write_table

__all__ = ["check_target", "first_row", "read_table", "write_table"]
