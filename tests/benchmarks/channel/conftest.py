"""The sides of a benchmark read Arrow: without pyarrow there is nothing to compare."""

from __future__ import annotations

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("pyarrow") else ["test_*.py"]
