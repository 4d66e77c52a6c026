"""The benchmarks are not installed: they are found beside the tests; they need all peers."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

sys.path.insert(1, str(Path(__file__).parents[2]))

if any(find_spec(peer) is None for peer in ("duckdb", "polars", "pyarrow")):
    collect_ignore_glob = ["*"]


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the inputs of all cases are made, once."""
    return tmp_path_factory.mktemp("inputs")
