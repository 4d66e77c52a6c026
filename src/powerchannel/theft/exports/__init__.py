"""Foreign files as tables of this library: frames in, frames out, nothing read here (外部数据).

- `read_sgcc_wide`, `read_chk_state`: daily files of State Grid with their labels
- `read_cer`, `read_lcl`: half-hourly files, to daily sums and to profiles
- `read_698_events`: decoded event rows of DL/T 698.45
- each says in ``left_out`` what it left out, and why
"""

from powerchannel.theft.exports.daily import DailyExport, read_chk_state, read_sgcc_wide
from powerchannel.theft.exports.events698 import EVENT_OF_OBJECT, EventExport, read_698_events
from powerchannel.theft.exports.half_hourly import HalfHourly, read_cer, read_lcl
from powerchannel.theft.exports.left_out import REASONS

__all__ = [
    "EVENT_OF_OBJECT",
    "REASONS",
    "DailyExport",
    "EventExport",
    "HalfHourly",
    "read_698_events",
    "read_cer",
    "read_chk_state",
    "read_lcl",
    "read_sgcc_wide",
]
