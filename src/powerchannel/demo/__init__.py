"""The demonstration: made-up data checked, scored, billed, looked through and shown to a person.

- `whole`: all of it; `channels`, `bills`, `suspects`: its parts; `telling`: how it speaks
"""

from powerchannel.demo.channels import steering_candidates
from powerchannel.demo.whole import demo_lines

__all__ = ["demo_lines", "steering_candidates"]
