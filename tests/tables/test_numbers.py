from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from powerchannel.tables import NO_NUMBER
from powerchannel.tables.door import read_column
from powerchannel.tables.numbers import NumberFlag, parse_decimals, scaled

numbers = st.decimals(-(10**9), 10**9, allow_nan=False, places=4)


def read(cells: object, decimals: int) -> list[int | str]:
    """Each value, or the name of its flag."""
    values, flags = scaled(read_column(cells), decimals)
    assert values.dtype == np.int64
    assert ((values == NO_NUMBER) == (flags != NumberFlag.OK)).all()
    return [
        int(v) if f == NumberFlag.OK else NumberFlag(f).name
        for v, f in zip(values, flags, strict=True)
    ]


def by_hand(value: Decimal, decimals: int) -> int | str:
    shifted = value.scaleb(decimals)
    return int(shifted) if shifted == int(shifted) else "INEXACT"


@settings(max_examples=60)
@given(st.lists(numbers, min_size=1, max_size=8), st.integers(0, 6))
def test_every_form_of_a_number_reads_the_same(values: list[Decimal], decimals: int) -> None:
    expected = [by_hand(v, decimals) for v in values]
    texts = [format(v, "f") for v in values]
    assert read(texts, decimals) == expected
    assert read(np.array(texts, dtype="S"), decimals) == expected
    assert read(pd.Series(texts, dtype=object), decimals) == expected
    assert read(pd.Series(texts, dtype="category"), decimals) == expected
    assert read([*values, None], decimals) == [*expected, "NULL"]
    assert read([f"　{t} " for t in texts], decimals) == expected
    assert read([*texts, 7], decimals)[:-1] == expected  # a mixture is read cell by cell
    # whole floats become integers at the door, which are exact as well
    assert read(np.array(texts, np.float64), decimals) == expected


@settings(max_examples=40)
@given(st.lists(st.integers(-(10**17) + 1, 10**17 - 1), min_size=1, max_size=5))
def test_integers_of_any_width_are_exact(values: list[int]) -> None:
    expected = [v * 10 for v in values]
    assert read(np.array(values), 1) == expected
    assert read(pd.Series(values, dtype="Int64"), 1) == expected
    assert read([str(v) for v in values], 1) == expected


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int32, np.uint32, np.uint64])
def test_narrow_integers(dtype: type[np.generic]) -> None:
    assert read(np.array([0, 100], dtype), 6) == [0, 100_000_000]


def test_integers_that_do_not_fit_are_told() -> None:
    assert read(np.array([2**63], np.uint64), 0) == ["TOO_LARGE"]
    assert read([10**20, 5, None], 2) == ["TOO_LARGE", 500, "NULL"]
    assert read(np.array([10**17, -(10**17), 10**17 - 1]), 1) == [
        *("TOO_LARGE", "TOO_LARGE", 10**18 - 10)
    ]


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("12", 1200),
        ("-12.5", -1250),
        ("+.5", 50),
        ("7.", 700),
        ("0012.500000", 1250),
        ("１２．５", 1250),
        ("", "NULL"),
        ("  ", "NULL"),
        ("NaN", "NULL"),
        ("0.125", "INEXACT"),
        ("1,200.5", "SEPARATED"),
        ("1，200", "SEPARATED"),
        ("12,5", "SEPARATED"),
        ("1 200", "SEPARATED"),
        ("1.2E5", "SCIENTIFIC"),
        ("3e-2", "SCIENTIFIC"),
        ("12kWh", "UNIT"),
        ("12 千瓦时", "UNIT"),
        ("¥12.50", "UNIT"),
        ("3%", "UNIT"),
        ("1,200元", "UNIT"),
        ("inf", "NOT_FINITE"),
        ("-Infinity", "NOT_FINITE"),
        ("NAN", "NOT_FINITE"),
        ("many", "NOT_A_NUMBER"),
        ("-", "NOT_A_NUMBER"),
        (".", "NOT_A_NUMBER"),
        ("--5", "NOT_A_NUMBER"),
        ("1.2.3", "NOT_A_NUMBER"),
        ("2025-01-01", "NOT_A_NUMBER"),
        ("9" * 17, "TOO_LARGE"),
        ("9" * 16, int("9" * 16) * 100),
        ("0" * 40 + "5", 500),
        (Decimal("1E+2"), 10_000),
        (Decimal("0E-90"), 0),
        (Decimal("1E-999999"), "INEXACT"),
        (Decimal("1E+999999"), "TOO_LARGE"),
        (Decimal("0.10000000000000000001"), "INEXACT"),
        (Decimal("1.50000000000000000000"), 150),
        (Decimal("Infinity"), "NOT_FINITE"),
        (0.1, 10),
        (0.1 + 0.2, "INEXACT"),
        (1e300, "TOO_LARGE"),
        (float("inf"), "NOT_FINITE"),
        (True, "NOT_A_NUMBER"),
        (np.float32(0.5), 50),
        (np.float32(0.1), "INEXACT"),
        (np.int8(5), 500),
    ],
)
def test_what_a_cell_is_read_as(cell: object, found: int | str) -> None:
    alone = [cell] if not isinstance(cell, bool) else [cell, "1"]  # flags alone are another type
    assert read(alone, 2)[0] == found
    assert read([cell, "1", None, Decimal("2.5")], 2) == [found, 100, "NULL", 250]


def test_decimals_of_objects_never_pass_through_floats() -> None:
    assert read([Decimal("90071992547409.93"), Decimal("0.5")], 2) == [9007199254740993, 50]
    assert read([Decimal("0.1000000000000000055"), Decimal(1)], 2) == ["INEXACT", 100]


@settings(max_examples=60)
@given(st.lists(st.floats(width=64, allow_infinity=False), min_size=1, max_size=6))
def test_a_float_is_taken_where_it_is_the_nearest_of_a_short_decimal(values: list[float]) -> None:
    got = read(np.array([*values, 0.5]), 4)
    for value, found in zip(values, got, strict=False):
        if np.isnan(value):
            assert found == "NULL"
        elif isinstance(found, int):
            assert float(Decimal(found).scaleb(-4)) == value
        elif abs(value) < 10**11:  # all its decimals fit a float: four of them do not say it
            assert found == "INEXACT"
            assert round(value, 4) != value


@settings(max_examples=60)
@given(st.integers(-(10**15), 10**15), st.integers(0, 6))
def test_the_float_of_a_short_decimal_is_that_decimal(value: int, decimals: int) -> None:
    near = float(Decimal(value).scaleb(-decimals))
    assert read(np.array([near, 0.5]), max(decimals, 1))[0] == value * 10 ** (decimals == 0)


def test_blocks_and_shapes_may_mix() -> None:
    rng = np.random.default_rng(3)
    values = rng.integers(-(10**9), 10**9, 70_000)
    texts = [f"{v / 1000:.3f}" for v in values]
    found, flags = parse_decimals(np.array(texts, dtype="S"), np.zeros(len(texts), np.bool_), 3)
    assert not flags.any()
    assert (found == values).all()


def test_no_rows() -> None:
    assert read([], 2) == []
    found, flags = parse_decimals(np.zeros(0, "S1"), np.zeros(0, np.bool_), 2)
    assert len(found) == len(flags) == 0


def test_decimals_of_arrow_are_exact_and_in_bulk() -> None:
    pa = pytest.importorskip("pyarrow")
    values = [Decimal("1.5"), None, Decimal("-2.25"), Decimal("0.0001")]
    for kind in (pa.decimal128(12, 4), pa.decimal128(38, 18)):
        column = pa.chunked_array([pa.array(values, kind), pa.array([], kind)])
        assert read(column, 4) == [15_000, "NULL", -22_500, 1]
        assert read(column.slice(2), 4) == [-22_500, 1]
        assert read(column, 2) == [150, "NULL", -225, "INEXACT"]
        assert read(pd.Series(values, dtype=pd.ArrowDtype(kind)), 4)[0] == 15_000
    wide = pa.array([Decimal("123456789012345678901.5")], pa.decimal128(38, 1))
    assert read(wide, 1) == ["TOO_LARGE"]
    whole = pa.array([Decimal("5.00"), None], pa.decimal128(10, 2))
    assert read(whole, 2) == [500, "NULL"]


def test_examples_show_what_came() -> None:
    raw = read_column([Decimal("0.10000000000000000001"), Decimal("2.5")])
    assert raw.shown(np.array([0])) == ["0.10000000000000000001"]
    assert raw.take(np.array([1])).shown(np.array([0])) == ["2.5"]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1.2344", "1.2345", "-1.2345", "7", ".0005"], [1234, 1235, -1235, 7000, 1]),
        ([1.23449, 1.2351, -0.0001, 7.0, 1e-9], [1234, 1235, 0, 7000, 0]),
        ([Decimal("1.23449"), Decimal("-2.0005")], [1234, -2001]),
    ],
)
def test_measured_numbers_are_rounded(cells: list[object], expected: list[int]) -> None:
    raw = read_column(cells)
    found, flags = scaled(raw, 3, is_rounded=True)
    assert (found.tolist(), flags.any()) == (expected, False)
