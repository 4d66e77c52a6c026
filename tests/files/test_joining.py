from __future__ import annotations

import pandas as pd
import pytest

from powerchannel.channel import SCHEMAS
from powerchannel.files.joining import join_tables

CONTACTS = SCHEMAS["contacts"]
MARCH = pd.DataFrame({"客户编号": ["0017", None], "渠道": ["app", "hall"]}, dtype="str")
APRIL = pd.DataFrame({"channel": ["app"], "户": ["x"], "customer_id": ["0025"]}, dtype="str")


def test_one_table_is_left_as_it_is() -> None:
    assert join_tables([MARCH], CONTACTS) is MARCH


def test_rows_follow_each_other_under_the_names_of_the_schema() -> None:
    joined = join_tables([MARCH, APRIL, MARCH], CONTACTS)
    assert joined["customer_id"].fillna("-").tolist() == ["0017", "-", "0025", "0017", "-"]
    assert joined["channel"].tolist() == ["app", "hall", "app", "app", "hall"]
    assert joined["户"].isna().tolist() == [True, True, False, True, True]
    assert list(MARCH) == ["客户编号", "渠道"]


def test_two_headers_of_one_column_are_left_to_the_check() -> None:
    twice = MARCH.assign(channel="app")
    assert list(join_tables([twice, twice], CONTACTS)) == ["customer_id", "渠道", "channel"]


def test_arrow_tables_of_one_schema_stay_arrow() -> None:
    pa = pytest.importorskip("pyarrow")
    march = pa.table({"客户编号": ["0017"], "渠道": ["app"]})
    also = pa.table({"customer_id": ["0025"], "channel": ["hall"]})
    joined = join_tables([march, also], CONTACTS)
    assert joined.to_pydict() == {"customer_id": ["0017", "0025"], "channel": ["app", "hall"]}


def test_values_of_different_types_are_kept_to_the_last_digit() -> None:
    pa = pytest.importorskip("pyarrow")
    large = 2**53 + 1
    integers = pa.table({"customer_id": pa.array([large, None])})
    for other in (pa.table({"customer_id": ["0017"]}), pd.DataFrame({"customer_id": ["0017"]})):
        joined = join_tables([integers, other], CONTACTS)
        assert joined["customer_id"].tolist() == [large, None, "0017"]
