from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from powerchannel.times import (
    NAT,
    ParsedTimes,
    TimeFlag,
    local_month,
    parse_times,
    to_local,
    to_utc,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
EPOCH = datetime(1970, 1, 1)
MICROSECOND = timedelta(microseconds=1)
HOUR_US = 3_600_000_000
SECOND_US = 1_000_000
# Where zoneinfo itself changes the clock of Shanghai, found by looking at every hour.
HOURS = range(1986 * 8766 - 1970 * 8766, 1992 * 8766 - 1970 * 8766)
CHANGES = [
    hour * HOUR_US
    for hour in HOURS
    if datetime.fromtimestamp(hour * 3600, SHANGHAI).utcoffset()
    != datetime.fromtimestamp(hour * 3600 - 1, SHANGHAI).utcoffset()
]
STAMPS = st.datetimes(datetime(1986, 1, 1), datetime(2100, 12, 31, 23, 59, 59))
NEAR_CHANGES = st.builds(
    lambda change, by: EPOCH + timedelta(microseconds=change + by),
    st.sampled_from(CHANGES),
    st.integers(-3 * HOUR_US, 12 * HOUR_US),
)
INSTANTS = st.lists(st.one_of(STAMPS, NEAR_CHANGES), min_size=1)


def microseconds(stamp: datetime) -> int:
    return (stamp - EPOCH) // MICROSECOND


def utc_of(local: datetime) -> int:
    utc = local.replace(tzinfo=SHANGHAI, fold=0).astimezone(UTC)
    return microseconds(utc.replace(tzinfo=None))


def read(cells: list[object]) -> ParsedTimes:
    values = np.empty(len(cells), dtype=object)
    values[:] = cells
    return parse_times(values, np.zeros(len(cells), bool))


def flag_of(cell: object) -> TimeFlag:
    times = read([cell])
    assert (times.utc_us[0] == NAT) == (times.flags[0] != TimeFlag.OK)
    return TimeFlag(times.flags[0])


def test_zoneinfo_has_six_summers() -> None:
    assert len(CHANGES) == 12


@given(INSTANTS)
def test_local_time_is_that_of_zoneinfo(stamps: list[datetime]) -> None:
    utc_us = np.array([microseconds(stamp) for stamp in stamps])
    shown = [s.replace(tzinfo=UTC).astimezone(SHANGHAI).replace(tzinfo=None) for s in stamps]
    assert to_local(utc_us).tolist() == [microseconds(s) for s in shown]
    assert local_month(utc_us).tolist() == [(s.year - 1970) * 12 + s.month - 1 for s in shown]


@given(INSTANTS)
def test_instant_of_a_local_time_is_that_of_zoneinfo(stamps: list[datetime]) -> None:
    local_us = np.array([microseconds(stamp) for stamp in stamps])
    assert to_utc(local_us).tolist() == [utc_of(stamp) for stamp in stamps]


@pytest.mark.parametrize("change", range(12))
@pytest.mark.parametrize("by", [-HOUR_US, -1, 0, 1, HOUR_US - 1, HOUR_US])
def test_every_change_of_the_clock_to_the_microsecond(change: int, by: int) -> None:
    stamp = EPOCH + timedelta(microseconds=CHANGES[change] + by)
    shown = stamp.replace(tzinfo=UTC).astimezone(SHANGHAI).replace(tzinfo=None)
    assert to_local(np.array([microseconds(stamp)])).tolist() == [microseconds(shown)]
    for local in (shown, shown - timedelta(hours=1), shown + timedelta(hours=1)):
        assert to_utc(np.array([microseconds(local)])).tolist() == [utc_of(local)]


def test_twice_shown_and_never_shown_hours() -> None:
    twice, never = datetime(1991, 9, 15, 1, 30), datetime(1991, 4, 14, 2, 30)
    utc_us = to_utc(np.array([microseconds(twice), microseconds(never)]))
    first, moved = (EPOCH + timedelta(microseconds=value) for value in utc_us.tolist())
    assert first == datetime(1991, 9, 14, 16, 30)
    assert to_local(utc_us)[1] == microseconds(never + timedelta(hours=1))
    assert moved == datetime(1991, 4, 13, 18, 30)


def test_no_time_stays_no_time() -> None:
    values = np.array([NAT, 0, NAT])
    assert to_local(values).tolist() == [NAT, 8 * HOUR_US, NAT]
    assert to_utc(values).tolist() == [NAT, -8 * HOUR_US, NAT]
    assert local_month(values).tolist() == [np.iinfo(np.int32).min, 0, np.iinfo(np.int32).min]


@given(st.lists(st.datetimes(), min_size=1))
def test_months_of_any_year(stamps: list[datetime]) -> None:
    stamps = [s for s in stamps if not 1986 <= s.year <= 1991]
    utc_us = np.array([microseconds(s) - 8 * HOUR_US for s in stamps], dtype=np.int64)
    assert local_month(utc_us).tolist() == [(s.year - 1970) * 12 + s.month - 1 for s in stamps]


DAYS = ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日"]
SHORT_DAYS = [
    "{0.year}-{0.month}-{0.day}",
    "{0.year}/{0.month}/{0.day}",
    "{0.year}年{0.month}月{0.day}日",
]
CLOCKS = {
    " %H:%M": 60 * SECOND_US,
    "T%H:%M:%S": SECOND_US,
    "  %H:%M:%S.%f": 1,
    " %H时%M分": 60 * SECOND_US,
    " %H时%M分%S秒": SECOND_US,
}


def written(stamp: datetime, form: str) -> str:
    # Not strftime, which does not pad years on every platform and knows no Chinese on some.
    fields = {
        "%Y": f"{stamp.year:04}",
        "%m": f"{stamp.month:02}",
        "%d": f"{stamp.day:02}",
        "%H": f"{stamp.hour:02}",
        "%M": f"{stamp.minute:02}",
        "%S": f"{stamp.second:02}",
        "%f": f"{stamp.microsecond:06}",
    }
    for name, text in fields.items():
        form = form.replace(name, text)
    return form


@given(st.lists(st.datetimes(datetime(1, 1, 2)), min_size=1), st.data())
def test_every_format_is_read_as_datetime_means_it(
    stamps: list[datetime], data: st.DataObject
) -> None:
    cells, local_us = [], []
    for stamp in stamps:
        day = data.draw(st.sampled_from(DAYS + SHORT_DAYS))
        day = f"{stamp.year:04}{day.format(stamp)[len(str(stamp.year)) :]}" if "{" in day else day
        clock, step = data.draw(st.sampled_from([("", 24 * HOUR_US), *CLOCKS.items()]))
        cells.append(
            data.draw(st.sampled_from(["", " ", "\t\u3000"])) + written(stamp, day + clock)
        )
        local_us.append(microseconds(stamp) // step * step)
    times = read(cells)
    assert not times.flags.any()
    assert not times.has_offset.any()
    assert times.utc_us.tolist() == to_utc(np.array(local_us)).tolist()


@pytest.mark.parametrize(
    ("cell", "local"),
    [
        ("2022-03-05", datetime(2022, 3, 5)),
        ("2022/3/5 8:05", datetime(2022, 3, 5, 8, 5)),
        ("20220305", datetime(2022, 3, 5)),
        ("20220305 08:30:00", datetime(2022, 3, 5, 8, 30)),
        ("20220305083001", datetime(2022, 3, 5, 8, 30, 1)),
        ("2022年3月5日8时5分", datetime(2022, 3, 5, 8, 5)),
        ("2022年03月05日 8:05:09", datetime(2022, 3, 5, 8, 5, 9)),
        ("２０２２－０３－０５\u3000０８：３０", datetime(2022, 3, 5, 8, 30)),
        ("2022-03-05 08:30:00.5", datetime(2022, 3, 5, 8, 30, 0, 500_000)),
        ("2022-03-05 08:30:00.123456789", datetime(2022, 3, 5, 8, 30, 0, 123_456)),
        ("2024-02-29", datetime(2024, 2, 29)),
        ("2000-02-29", datetime(2000, 2, 29)),
        ("9999-12-31 23:59:59.999999", datetime(9999, 12, 31, 23, 59, 59, 999_999)),
        (date(2022, 3, 5), datetime(2022, 3, 5)),
        (datetime(2022, 3, 5, 8, 30), datetime(2022, 3, 5, 8, 30)),
        (pd.Timestamp("2022-03-05 08:30:00.000000001"), datetime(2022, 3, 5, 8, 30)),
        (np.datetime64("2022-03-05T08:30"), datetime(2022, 3, 5, 8, 30)),
        (20220305, datetime(2022, 3, 5)),
        (" " * 80 + "2022-03-05" + " " * 80, datetime(2022, 3, 5)),
    ],
)
def test_examples_of_local_stamps(cell: object, local: datetime) -> None:
    times = read([cell])
    assert times.flags.tolist() == [TimeFlag.OK]
    assert to_local(times.utc_us).tolist() == [microseconds(local)]
    assert not times.has_offset[0]


@given(STAMPS, st.integers(-23 * 60, 23 * 60), st.sampled_from(["{}:{}", "{}{}", " {}:{}"]))
def test_an_offset_is_taken_off(stamp: datetime, minutes: int, form: str) -> None:
    hours, rest = divmod(abs(minutes), 60)
    offset = form.format(f"{'-' if minutes < 0 else '+'}{hours:02}", f"{rest:02}")
    times = read([f"{stamp:%Y-%m-%d %H:%M:%S.%f}{offset}"])
    assert times.utc_us.tolist() == [microseconds(stamp - timedelta(minutes=minutes))]
    assert times.has_offset.tolist() == [True]


@pytest.mark.parametrize(
    ("cell", "utc"),
    [
        ("2022-03-05T08:30:00Z", datetime(2022, 3, 5, 8, 30)),
        ("2022-03-05 08:30+08", datetime(2022, 3, 5, 0, 30)),
        ("20220305083000+0800", datetime(2022, 3, 5, 0, 30)),
        (
            datetime(2022, 3, 5, 8, 30, tzinfo=timezone(timedelta(hours=-5))),
            datetime(2022, 3, 5, 13, 30),
        ),
    ],
)
def test_examples_of_stamps_with_an_offset(cell: object, utc: datetime) -> None:
    times = read([cell])
    assert (times.utc_us.tolist(), times.has_offset.tolist()) == ([microseconds(utc)], [True])


def field(most: int) -> st.SearchStrategy[int]:
    return st.one_of(st.integers(0, most), st.integers(0, 99))


FIELDS = st.tuples(st.integers(0, 9999), *map(field, (13, 32, 25, 61, 61)))


@given(FIELDS)
@settings(max_examples=200)
def test_a_stamp_is_possible_exactly_if_datetime_takes_it(fields: tuple[int, ...]) -> None:
    year, month, day, hour, minute, second = fields
    cell = f"{year:04}-{month:02}-{day:02} {hour}:{minute:02}:{second:02}"
    try:
        expected = microseconds(datetime(*fields))
    except ValueError:
        assert flag_of(cell) == TimeFlag.IMPOSSIBLE
    else:
        assert to_local(read([cell]).utc_us).tolist() == [expected]


@pytest.mark.parametrize(
    "cell",
    [
        "2023-02-29",
        "1900-02-29",
        "2022-04-31",
        "2022-13-01",
        "2022-00-01",
        "2022-01-00",
        "0000-01-01",
        "2022-01-01 24:00:00",
        "2022-01-01 23:59:60",
        "2022-01-01 08:30+24:00",
        "2022-01-01 08:30+08:60",
        "45012345",
        "2022年2月30日",
    ],
)
def test_times_that_cannot_be(cell: str) -> None:
    assert flag_of(cell) == TimeFlag.IMPOSSIBLE
    assert not read([cell]).has_offset[0]


@pytest.mark.parametrize(
    "cell",
    ["45012.5", "45012", "1646440200", "1646440200000", "-1", "4.5E+4", ".5", 45012.5, 45012, 7],
)
def test_bare_numbers(cell: object) -> None:
    assert flag_of(cell) == TimeFlag.NUMBER


@pytest.mark.parametrize(
    "cell",
    [
        "05/03/2022",
        "2022-03/05",
        "22-03-05",
        "2022-03",
        "昨天",
        "2022-03-05 8",
        "2022-03-05 08:3",
        "2022-03-05 08:30 pm",
        "2022-03-05Z",
        "2022-03-05 08:30:00.",
        "2022-03-05 08:30:00.1234567890",
        "2022-03-05\x0008:30",
        "2022-03-05" + " " * 60 + "x",
        "x" * 100,
        "2022号3月5日",
        "2022-03-0\U00010035",
        "\ud800",
        "nan",
        True,
        [2022],
    ],
)
def test_what_is_not_a_stamp(cell: object) -> None:
    assert flag_of(cell) == TimeFlag.UNREADABLE


@pytest.mark.parametrize("cell", ["", "  \t\u3000", None, float("nan"), pd.NaT, pd.NA])
def test_nothing_is_null(cell: object) -> None:
    assert flag_of(cell) == TimeFlag.NULL


ODD = st.text("0123456789-/.: TZ+年月日时分秒２\x00甲", max_size=24)
LIKE = st.one_of(
    st.text(max_size=80), ODD, STAMPS.map(str), STAMPS.map(lambda s: f"{s:%Y/%m/%d %H:%M}")
)


@given(st.lists(LIKE))
def test_no_text_raises_and_rows_do_not_see_each_other(cells: list[str]) -> None:
    together = read(cells)
    for row, cell in enumerate(cells):
        alone = read([cell])
        assert alone.utc_us[0] == together.utc_us[row]
        assert alone.flags[0] == together.flags[row]
        assert alone.has_offset[0] == together.has_offset[row]
        assert (alone.utc_us[0] == NAT) == (alone.flags[0] != TimeFlag.OK)


@given(st.lists(st.text(st.characters(max_codepoint=127), max_size=70) | STAMPS.map(str)))
def test_bytes_and_objects_read_alike(cells: list[str]) -> None:
    fixed = parse_times(np.array(cells, dtype=np.bytes_), np.zeros(len(cells), bool))
    assert fixed.utc_us.tolist() == read(cells).utc_us.tolist()
    assert fixed.flags.tolist() == read(cells).flags.tolist()


def test_wide_bytes() -> None:
    cells = np.array([b"2022-03-05".ljust(100), b"2022-03-05".ljust(100) + b"x"])
    flags = parse_times(cells, np.zeros(2, bool)).flags
    assert flags.tolist() == [TimeFlag.OK, TimeFlag.UNREADABLE]


def test_bytes_beyond_ascii_are_unreadable() -> None:
    cells = np.array(["2022\x803\x815\x82".encode("latin-1"), b"2022-03-05"])
    flags = parse_times(cells, np.zeros(2, bool)).flags
    assert flags.tolist() == [TimeFlag.UNREADABLE, TimeFlag.OK]


@pytest.mark.parametrize("kind", [np.bytes_, object])
def test_null_rows_are_null_whatever_stands_there(kind: type) -> None:
    values = np.array(["2022-03-05", "2022-03-06"]).astype(kind)
    times = parse_times(values, np.array([True, False]))
    assert times.flags.tolist() == [TimeFlag.NULL, TimeFlag.OK]
    assert times.utc_us[0] == NAT


def test_many_blocks_of_many_shapes_keep_their_order() -> None:
    seconds = np.random.default_rng(7).integers(0, 4 * 10**9, 100_000)
    stamps = (seconds * SECOND_US).view("datetime64[us]").tolist()
    forms = (
        "{0.year}-{0.month}-{0.day} {0.hour}:{0.minute:02}:{0.second:02}",
        "{0.year}年{0.month}月{0.day}日{0.hour}时{0.minute}分{0.second}秒",
        "?{0.year}",
    )
    times = read([forms[row % 3].format(stamp) for row, stamp in enumerate(stamps)])
    is_stamp = np.arange(len(stamps)) % 3 != 2
    assert ((times.flags == TimeFlag.OK) == is_stamp).all()
    assert (times.utc_us[is_stamp] == to_utc(seconds * SECOND_US)[is_stamp]).all()


def test_no_rows() -> None:
    for values in (np.array([], dtype="S4"), np.array([], dtype=object)):
        times = parse_times(values, np.zeros(0, bool))
        assert len(times.utc_us) == len(times.flags) == len(times.has_offset) == 0
    assert len(local_month(np.zeros(0, np.int64))) == 0
