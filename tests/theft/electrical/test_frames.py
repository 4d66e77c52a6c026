"""Which point a row is of: by customer and meter, or the only one of the customer."""

from __future__ import annotations

import pandas as pd
import pytest

from powerchannel.errors import TableError
from powerchannel.theft.electrical.frames import positions

POINTS = pd.DataFrame({"customer_id": ["A", "A", "B", "C"], "meter_id": ["1", "2", None, "1"]})


@pytest.mark.parametrize("dtype", ["object", "str", "category"])
def test_rows_by_customer_and_meter(dtype: str) -> None:
    frame = pd.DataFrame(
        {
            "customer_id": ["A", "A", "A", "B", "B", "C", "C", "D", "C"],
            "meter_id": ["2", "1", None, "x", None, None, "1", "1", "9"],
        },
        dtype=dtype,
    )
    # A row without a meter is of the only point of its customer; A has two, C's is not "9".
    assert positions(frame, POINTS, "t").tolist() == [1, 0, -1, 2, 2, 3, 3, -1, -1]


def test_a_row_without_a_meter_is_of_the_point_without_one() -> None:
    both = pd.DataFrame({"customer_id": ["A", "A"], "meter_id": [None, "2"]})
    frame = pd.DataFrame({"customer_id": ["A", "A"], "meter_id": [None, "2"]})
    assert positions(frame, both, "t").tolist() == [0, 1]


def test_rows_by_customer_alone() -> None:
    frame = pd.DataFrame({"customer_id": ["C", "A", "D", None]})
    assert positions(frame, POINTS, "t").tolist() == [3, -1, -1, -1]
    assert positions(frame, POINTS, "t", takes_first=True).tolist() == [3, 0, -1, -1]


def test_rows_by_meter_alone() -> None:
    frame = pd.DataFrame({"meter_id": ["2", "3", "1"]})
    assert positions(frame, POINTS[["meter_id"]].iloc[:2], "t").tolist() == [1, -1, 0]


def test_no_key_in_common_is_refused() -> None:
    with pytest.raises(TableError, match="neither customer_id nor meter_id"):
        positions(pd.DataFrame({"meter_id": ["2"]}), POINTS[["customer_id"]], "t")
