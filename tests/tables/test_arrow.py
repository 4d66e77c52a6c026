from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.tables import Raw
from powerchannel.tables.raw import NULL_WORDS, WIDEST

pa = pytest.importorskip("pyarrow")

from powerchannel.tables.arrow import from_arrow  # noqa: E402

WORDS = ["0100", None, "营业厅", "", "0100", "x" * (WIDEST + 1)]
KNOWN = ["0100", None, "营业厅", None, "0100", "x" * (WIDEST + 1)]

TEXT_TYPES = [pa.string(), pa.large_string(), pa.binary(), pa.large_binary()] + [
    make() for name in ("string_view",) if (make := getattr(pa, name, None))
]

text_cells = st.lists(st.none() | st.text(st.sampled_from("01aZ -营业厅\0"), max_size=6))


def objects(raw: Raw) -> list[object]:
    return raw.objects().tolist()


@pytest.mark.parametrize("kind", TEXT_TYPES, ids=str)
@pytest.mark.parametrize("values", [WORDS, WORDS[:2], ["0100", "0117"], []])
def test_every_text_type_is_text(kind: pa.DataType, values: list[str | None]) -> None:
    is_binary = "binary" in str(kind)
    cells = [v.encode() if is_binary and v is not None else v for v in values]
    raw = from_arrow(pa.array(cells, kind))
    assert raw.kind == "text"
    assert objects(raw) == KNOWN[: len(values)] if values != ["0100", "0117"] else values


@pytest.mark.parametrize(("width", "kind"), [(1, "S"), (WIDEST, "S"), (WIDEST + 1, "O")])
def test_short_ascii_travels_as_bytes(width: int, kind: str) -> None:
    raw = from_arrow(pa.array(["x" * width, "1", None]))
    assert raw.values.dtype.kind == kind
    assert objects(raw) == ["x" * width, "1", None]


def test_fixed_size_bytes_are_text() -> None:
    assert objects(from_arrow(pa.array([b"0100", None], pa.binary(4)))) == ["0100", None]


def test_bytes_that_are_no_text_show_their_damage() -> None:
    cells = objects(from_arrow(pa.array([b"ok", "厅".encode("gb18030")], pa.binary())))
    assert cells[0] == "ok"
    assert "\ufffd" in str(cells[1])


@given(text_cells, st.data())
def test_slices_and_chunks_change_nothing(values: list[str | None], data: st.DataObject) -> None:
    expected = [None if v is None or v.strip() in NULL_WORDS else v for v in values]
    cut = data.draw(st.integers(0, len(values)))
    whole = pa.array(values, pa.string())
    chunked = pa.chunked_array([whole[:cut], whole[cut:cut], whole[cut:]])
    assert objects(from_arrow(whole)) == expected
    assert objects(from_arrow(whole[cut:])) == expected[cut:]
    assert objects(from_arrow(whole[:cut])) == expected[:cut]
    assert objects(from_arrow(chunked)) == expected
    assert objects(from_arrow(chunked.dictionary_encode())) == expected


@pytest.mark.parametrize("rows", [100, 20_000])
def test_chunks_of_other_widths_are_one_column(rows: int) -> None:
    narrow, wide, other = ["1"] * rows, ["0022", None] * rows, ["厅"]
    assert objects(from_arrow(pa.chunked_array([narrow, wide]))) == narrow + wide
    every = from_arrow(pa.chunked_array([narrow, wide, other]))
    assert objects(every) == narrow + wide + other


def test_no_chunks_are_no_rows() -> None:
    for kind in (
        pa.string(),
        pa.timestamp("us"),
        pa.int64(),
        pa.dictionary(pa.int8(), pa.string()),
    ):
        assert len(from_arrow(pa.chunked_array([], kind))) == 0


def test_garbage_below_a_null_is_not_read() -> None:
    offsets, data = pa.py_buffer(np.array([0, 2, 5], np.int32)), pa.py_buffer(b"01\xff\xff\xff")
    mask = pa.py_buffer(bytes([0b01]))
    array = pa.StringArray.from_buffers(2, offsets, data, mask)
    assert objects(from_arrow(array)) == ["01", None]


@pytest.mark.parametrize("index", [pa.int8(), pa.uint8(), pa.uint32(), pa.int64()], ids=str)
def test_dictionaries_of_any_index(index: pa.DataType) -> None:
    array = pa.DictionaryArray.from_arrays(pa.array([1, None, 0, 1], index), ["营业厅", "app"])
    raw = from_arrow(array)
    assert objects(raw) == ["app", None, "营业厅", "app"]
    assert raw.codes is not None
    assert raw.codes.dtype == np.int32


def test_chunks_may_have_dictionaries_of_their_own() -> None:
    first = pa.array(["营业厅", "app"]).dictionary_encode()
    second = pa.array(["app", None, "bank"]).dictionary_encode()
    raw = from_arrow(pa.chunked_array([first, second]))
    assert objects(raw) == ["营业厅", "app", "app", None, "bank"]


def test_a_dictionary_may_repeat_itself_and_hold_nulls() -> None:
    array = pa.DictionaryArray.from_arrays(
        pa.array([0, 1, 2, 3], pa.int8()), pa.array(["k", "k", None, "nan"])
    )
    assert objects(from_arrow(array)) == ["k", "k", None, None]


def test_dictionaries_of_other_things() -> None:
    stamps = pa.array([dt.datetime(2022, 3, 1), None, dt.datetime(2022, 3, 1)])
    raw = from_arrow(stamps.dictionary_encode())
    assert raw.kind == "time"
    assert raw.shown(np.arange(3)) == ["2022-03-01 00:00:00", "", "2022-03-01 00:00:00"]
    numbers = from_arrow(pa.array([5, None, 5]).dictionary_encode())
    assert (numbers.kind, objects(numbers)) == ("integer", [5, None, 5])
    inner = pa.array(["a", "b"]).dictionary_encode()
    nested = pa.DictionaryArray.from_arrays(pa.array([1, 0, None]), inner)
    assert objects(from_arrow(nested)) == ["b", "a", None]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "America/New_York"])
def test_stamps_of_any_unit_and_zone(unit: str, zone: str | None) -> None:
    moment = dt.datetime(2022, 3, 1, 8, 30, tzinfo=None if zone is None else dt.UTC)
    raw = from_arrow(pa.array([moment, None], pa.timestamp(unit, tz=zone)))
    assert (raw.kind, raw.has_zone) == ("time", zone is not None)
    shown = "2022-03-01 08:30:00" if zone is None else "2022-03-01 16:30:00"
    assert raw.shown(np.arange(2)) == [shown, ""]


def test_nanoseconds_are_cut_not_refused() -> None:
    raw = from_arrow(pa.array([1_646_000_000_123_456_789], pa.timestamp("ns")))
    assert raw.values.tolist() == [1_646_000_000_123_456]


@pytest.mark.parametrize("kind", [pa.date32(), pa.date64()], ids=str)
def test_dates_begin_at_midnight(kind: pa.DataType) -> None:
    raw = from_arrow(pa.array([dt.date(2022, 3, 1), None], kind))
    assert (raw.kind, raw.has_zone) == ("time", False)
    assert raw.shown(np.arange(2)) == ["2022-03-01 00:00:00", ""]


@pytest.mark.parametrize(
    ("values", "arrow", "kind", "expected"),
    [
        ([1, None], "int64", "integer", [1, None]),
        ([2**63, None], "uint64", "integer", [2**63, None]),
        ([1.5, None, float("nan")], "float64", "float", [1.5, None, None]),
        ([1.0, None], "float32", "integer", [1, None]),
        ([True, None], "bool_", "boolean", [True, None]),
        ([None, None], "null", "text", [None, None]),
        ([[1], None], "list", "other", [[1], None]),
    ],
)
def test_other_types_are_told_by_what_they_are(
    values: list[object], arrow: str, kind: str, expected: list[object]
) -> None:
    wanted = pa.list_(pa.int64()) if arrow == "list" else getattr(pa, arrow)()
    raw = from_arrow(pa.array(values, wanted))
    assert raw.kind == kind
    assert objects(raw) == expected


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        ([Decimal(100_000_017), None], "integer", [100_000_017, None]),
        ([Decimal("1.5"), None], "float", [1.5, None]),
        ([Decimal(10) ** 20], "integer", [10**20]),
    ],
)
def test_decimals_are_integers_where_they_are_whole(
    values: list[object], kind: str, expected: list[object]
) -> None:
    raw = from_arrow(pa.array(values))
    assert raw.kind == kind
    assert objects(raw) == expected
