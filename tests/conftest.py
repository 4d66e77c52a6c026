"""What all tests share: where helpers are found, and how hypothesis looks for examples."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "powerchannel",
    derandomize=True,  # the same examples everywhere: a failure on one machine fails on all
    deadline=None,
    max_examples=int(os.environ.get("POWERCHANNEL_EXAMPLES", "25")),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("powerchannel")
