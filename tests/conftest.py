"""What all tests share: where helpers are found, and how hypothesis looks for examples."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from hypothesis import HealthCheck, settings

HERE = Path(__file__).parent

# with --import-mode=importlib nothing is put on the path, and tests import `strategies`
sys.path.insert(0, str(HERE))

settings.register_profile(
    "powerchannel",
    derandomize=True,  # the same examples everywhere: a failure on one machine fails on all
    deadline=None,
    max_examples=int(os.environ.get("POWERCHANNEL_EXAMPLES", "15")),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("powerchannel")
