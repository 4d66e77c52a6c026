"""What the tests of files share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from powerchannel.errors import TableError
from powerchannel.files import read_table


@pytest.fixture
def file(tmp_path) -> Callable[..., Path]:
    """Make a file of some bytes or text."""

    def make(content: bytes | str, name: str = "contacts.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return make


@pytest.fixture
def refused() -> Callable[..., None]:
    """Assert that reading is refused with a code, naming the file, with some words in zh or en."""

    def check(path: Path, code: str, *words: str) -> None:
        with pytest.raises(TableError) as caught:
            read_table(path, where="contacts")
        (problem,) = caught.value.problems
        assert (problem.where, problem.code) == ("contacts", code)
        for lang in ("zh", "en"):
            assert str(path) in caught.value.render(lang)
            assert "{" not in caught.value.render(lang)
        for word in words:
            assert word in str(caught.value)

    return check


@pytest.fixture
def frame() -> pd.DataFrame:
    """A table with the types that results have."""
    return pd.DataFrame(
        {
            "customer_id": pd.Series(["0100", "0017", None], dtype=object),
            "channel": pd.Categorical(["app", "hall", "app"]),
            "score": pd.Series([2.2, 0.1, 0.0], dtype="float32"),
            "rank": pd.array([1, 2, None], dtype="Int8"),
            "is_tied": [True, False, False],
        }
    )
