from __future__ import annotations

import pytest

from powerchannel.datasets.options import ENCODINGS, FORMATS, LANGUAGES, require
from powerchannel.errors import UnknownNameError


def test_what_there_is_to_choose_from() -> None:
    assert set(FORMATS.names()) == {"csv", "parquet", "arrow"}
    assert set(ENCODINGS.names()) == {"utf-8", "gb18030"}
    assert set(LANGUAGES.names()) == {"zh", "en"}


def test_others_are_refused_with_what_there_is() -> None:
    with pytest.raises(UnknownNameError, match="parquet"):
        FORMATS.get("parqet")


def test_an_argument_in_its_range_passes_in_silence_and_others_are_told() -> None:
    require(True, "accounts", 1, ">= 1")
    with pytest.raises(ValueError, match="accounts is 0; allowed: >= 1"):
        require(False, "accounts", 0, ">= 1")
