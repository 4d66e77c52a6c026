"""What reading one column gives: nothing stays nothing, whatever the kind."""

from __future__ import annotations

import numpy as np
import pytest

from powerchannel.ids import Ids
from powerchannel.tables.columns import NO_DAY, NO_NUMBER, has_value


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.array([5, NO_NUMBER, 0]), [True, False, True]),
        (np.array([5, NO_DAY, 0], np.int32), [True, False, True]),
        (np.array([0, -1, 2], np.int16), [True, False, True]),
        (np.array([0, -1, 1], np.int8), [True, False, True]),
        (Ids.from_text(["0", "", "HB-7"]), [True, False, True]),
    ],
)
def test_null_has_no_value_and_zero_has(values: object, expected: list[bool]) -> None:
    assert has_value(values).tolist() == expected
