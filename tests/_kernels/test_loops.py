"""Every loop that this machine runs gives the same bytes, and the choice of one."""

from __future__ import annotations

import importlib
import itertools
import os
import subprocess
import sys
from collections.abc import Iterator

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import powerchannel._kernels
from loop_jobs import Answer, Job, jobs, loop_rules
from powerchannel._kernels import loops as module
from powerchannel._kernels.loops import VARIABLE, Loops, available, loops
from powerchannel._kernels.rules import CHANNELS, DISLIKE, MAX_MONTHS
from powerchannel.ids import Ids, parse_ids

ALL = [Loops(name) for name in available()]
NUMPY, OTHERS = ALL[0], ALL[1:]


def assert_same(found: Answer, expected: Answer) -> None:
    np.testing.assert_array_equal(found[0].view(np.uint32), expected[0].view(np.uint32))
    np.testing.assert_array_equal(found[1], expected[1])


# scores


@settings(max_examples=150)
@given(jobs())
def test_every_loop_scores_alike_and_touches_nothing_else(job: Job) -> None:
    expected = job.run(NUMPY)
    for other in OTHERS:
        assert_same(job.run(other), expected)


@pytest.mark.parametrize("is_largest", [True, False])
def test_every_number_of_customers(is_largest: bool) -> None:
    """The loops take several customers at a time; what is left over must not differ."""
    rng = np.random.default_rng(3)
    planes = tuple(rng.integers(0, 4, (64, CHANNELS), np.uint8) for _ in range(6))
    modifiers = rng.integers(0, 256, (64, CHANNELS), np.uint8)
    rules = evolve(_rules(), is_largest=is_largest)
    for start in range(9):
        for stop in range(start, start + 41):
            job = Job(planes=planes, modifiers=modifiers, rules=rules, start=start, stop=stop)
            for other in OTHERS:
                assert_same(job.run(other), job.run(NUMPY))


def _rules() -> module.LoopRules:
    return module.LoopRules(
        points=(0.1, 0.3, 1.0, 1.7, 0.7, 12.5, 0.0, 1.1),
        streak=((1, 1.05), (2, 1.1), (3, 1.2), (6, 1.5)),
        frequency=1.15,
        complaint=0.3,
        more_than=4,
        cap=31,
        is_largest=False,
        tie_order=(3, 1, 7, 0, 2, 6, 5, 4),
    )


@settings(max_examples=20)
@given(st.integers(1, MAX_MONTHS).flatmap(lambda m: st.tuples(st.just(m), loop_rules(m))))
def test_every_content_of_a_cell(drawn: tuple[int, module.LoopRules]) -> None:
    """All 256 modifiers over all patterns of months in use, with counts up to beyond the cap."""
    months, rules = drawn
    patterns = np.arange(1 << months)
    cells = 256 * len(patterns)
    modifiers = np.resize(np.arange(256, dtype=np.uint8).repeat(len(patterns)), cells)
    many = np.array([1, 2, rules.cap, 255], np.uint8)
    planes = []
    for month in range(months):
        used = (np.tile(patterns, 256) >> month & 1).astype(np.uint8)
        planes.append((used * many[(modifiers + month) % 4]).reshape(-1, CHANNELS))
    job = Job(
        planes=tuple(planes),
        modifiers=modifiers.reshape(-1, CHANNELS),
        rules=rules,
        start=0,
        stop=cells // CHANNELS,
    )
    for other in OTHERS:
        assert_same(job.run(other), job.run(NUMPY))


def test_ties_go_to_the_first_in_order_and_nothing_wins_with_nothing() -> None:
    planes = (np.ones((9, CHANNELS), np.uint8),)
    modifiers = np.zeros((9, CHANNELS), np.uint8)
    modifiers[1:, 3] = DISLIKE
    modifiers[2:, 1] = DISLIKE
    modifiers[3] = DISLIKE
    rules = evolve(_rules(), points=(1.0,) * 8)
    job = Job(planes=planes, modifiers=modifiers, rules=rules, start=0, stop=9)
    for one in ALL:
        assert job.run(one)[1].tolist() == [3, 1, 7, 255, 7, 7, 7, 7, 7]


def test_many_customers() -> None:
    rng = np.random.default_rng(5)
    shape = (40_003, CHANNELS)
    planes = tuple((rng.random(shape) < 0.4).astype(np.uint8) * 3 for _ in range(8))
    modifiers = rng.integers(0, 256, shape, np.uint8) * (rng.random(shape) < 0.1)
    job = Job(planes=planes, modifiers=modifiers, rules=_rules(), start=5, stop=40_001)
    expected = job.run(NUMPY)
    assert len(np.unique(expected[0])) > 100  # so that the agreement is about something
    for other in OTHERS:
        assert_same(job.run(other), expected)


# counting


events = st.integers(0, 400).flatmap(
    lambda n: st.tuples(st.just(n), st.integers(0, 999), st.integers(1, 60), st.integers(0, 8))
)


@given(events, st.integers(0, 500))
def test_every_loop_counts_alike(drawn: tuple[int, int, int, int], repeats: int) -> None:
    count, seed, customers, months = drawn
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, customers, count, np.int32)
    channels = rng.integers(0, CHANNELS, count, np.uint8)
    slots = rng.choice(np.array([0, 1, 2, 3, 7, 8, 255], np.uint8), count)
    if count:  # one cell beyond the limit
        codes, channels, slots = (
            np.append(column, np.repeat(column[:1], repeats)) for column in (codes, channels, slots)
        )
    found = []
    for one in ALL:
        planes = [np.full((customers, CHANNELS), 250, np.uint8) for _ in range(months)]
        counted = one.scatter(codes, channels, slots, planes)
        found.append((counted, b"".join(p.tobytes() for p in planes)))
    assert len(set(found)) == 1
    assert found[0][0] == int((slots < months).sum())


def test_counts_stop_at_the_limit_in_every_loop() -> None:
    for one in ALL:
        plane = np.zeros((3, CHANNELS), np.uint8)
        event = np.ones(300, np.int32), np.full(300, 7, np.uint8), np.zeros(300, np.uint8)
        assert one.scatter(*event, [plane]) == 300
        assert plane[1, 7] == 255
        assert int(plane.sum(dtype=np.int64)) == 255


def test_counts_add_up_to_the_limit_in_every_loop() -> None:
    first, second = (a.ravel() for a in np.meshgrid(*[np.arange(256, dtype=np.uint8)] * 2))
    for one in ALL:
        into = first.copy()
        one.merge(into, second)
        np.testing.assert_array_equal(into, np.minimum(first.astype(int) + second, 255))


# months

PER_DAY = {"s": 86_400, "ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}


@given(st.sampled_from(sorted(PER_DAY)), st.booleans(), st.integers(0, 99), st.data())
def test_every_loop_finds_the_same_day(
    unit: str, is_shifted: bool, days: int, data: st.DataObject
) -> None:
    per_day, first_day = PER_DAY[unit], 7305
    near = st.integers((first_day - 2) * per_day, (first_day + days + 2) * per_day)
    anywhere = st.integers(-(2**63), 2**63 - 1 - per_day)
    stamps = np.array(data.draw(st.lists(near | anywhere, max_size=30)), np.int64)
    table = (np.arange(days) % 251).astype(np.uint8)
    shift = per_day // 3 if is_shifted else 0
    expected = [_slot((int(s) + shift) // per_day - first_day, table) for s in stamps]
    for one in ALL:
        if days or one.is_compiled:
            assert one.slots_of(stamps, per_day, shift, table, first_day).tolist() == expected


@given(st.lists(st.integers(7300, 7420) | st.integers(-(2**31), 2**31 - 1)))
def test_dates_are_days(dates: list[int]) -> None:
    table = np.arange(100, dtype=np.uint8)
    expected = [_slot(day - 7305, table) for day in dates]
    for one in ALL:
        found = one.slots_of(np.array(dates, np.int32), 1, 0, table, 7305)
        assert found.tolist() == expected


def _slot(day: int, table: NDArray[np.uint8]) -> int:
    return int(table[day]) if 0 <= day < len(table) else 255


# ids

BYTES = np.arange(256, dtype=np.uint8)


def keys_by_hand(texts: list[bytes]) -> list[int]:
    return [int(b"1" + t) if 1 <= len(t) <= 18 and t.isdigit() else 0 for t in texts]


def digits(one: Loops, texts: list[bytes], width: type[np.integer]) -> list[int]:
    """Read texts from a buffer that ends with the last of them."""
    ends = np.cumsum([0, *map(len, texts)]).astype(width)
    found = one.digits(ends, np.frombuffer(b"".join(texts), np.uint8).copy())
    assert found is not None
    return found.tolist()


@given(st.lists(st.binary(max_size=20) | st.from_regex(rb"\A[0-9]{0,20}\Z")))
def test_texts_become_keys(texts: list[bytes]) -> None:
    for one in OTHERS:
        for width in (np.int32, np.int64):
            assert digits(one, texts, width) == keys_by_hand(texts)


@pytest.mark.parametrize("length", range(1, 20))
def test_every_wrong_letter_at_every_position(length: int) -> None:
    plain = b"9876543210987654321"[:length]
    texts = [
        plain[:at] + bytes([letter]) + plain[at + 1 :]
        for at in range(length)
        for letter in range(256)
    ]
    for one in OTHERS:
        assert digits(one, texts, np.int32) == keys_by_hand(texts)
        for text in texts[:: 256 // 8]:  # alone: the buffer ends right behind it
            assert digits(one, [text], np.int64) == keys_by_hand([text])


def test_texts_are_read_from_anywhere_in_a_buffer() -> None:
    data = np.frombuffer(b"xx0100100xx", np.uint8)
    for one in OTHERS:
        found = one.digits(np.array([2, 6, 9, 9], np.int32)[:3], data)
        assert found is not None
        assert found.tolist() == [10100, 1100]


@given(st.lists(st.from_regex(r"\A[0-9]{1,19}\Z")))
def test_keys_are_those_of_ids(texts: list[str]) -> None:
    expected = np.maximum(Ids.from_text(texts).keys, 0)  # 19 digits are a name
    for one in OTHERS:
        np.testing.assert_array_equal(digits(one, [t.encode() for t in texts], np.int64), expected)


def test_leading_zeros_make_another_customer() -> None:
    texts = ["0", "00", "0100", "100", "000000000000000000", "0" * 19]
    for one in OTHERS:
        found = digits(one, [t.encode() for t in texts], np.int32)
        assert found == [10, 100, 10100, 1100, 10**18, 0]


NUMBERS = sorted(
    {10**e + d for e in range(19) for d in (-1, 0, 1)} | {0, -1, -(2**63), 2**63 - 1, 5 * 10**17}
)


@given(st.lists(st.sampled_from(NUMBERS) | st.integers(-(2**63), 2**63 - 1)))
def test_integers_become_keys(numbers: list[int]) -> None:
    column = np.array(numbers, np.int64)
    expected = [int(f"1{n}") if 0 <= n < 10**18 else 0 for n in numbers]
    for one in ALL:
        assert one.keys_of(column).tolist() == expected
    ids, _ = parse_ids(column, np.zeros(len(column), np.bool_), integers=True)
    np.testing.assert_array_equal(np.maximum(ids.keys, 0), expected)


def texts_by_hand(keys: list[int]) -> list[str] | None:
    is_id = all(str(k)[0] == "1" and 2 <= len(str(k)) <= 19 for k in keys)
    return [str(k)[1:] for k in keys] if is_id else None


def texts(one: Loops, keys: list[int]) -> list[str] | None:
    found = one.texts_of(np.array(keys, np.int64))
    if found is None:
        return None
    offsets, data = found
    assert (offsets.dtype, data.dtype, offsets[-1]) == (np.int32, np.uint8, len(data))
    return [bytes(data[a:b]).decode() for a, b in itertools.pairwise(offsets)]


@given(st.lists(st.from_regex(r"\A[0-9]{1,18}\Z")))
def test_keys_are_written_as_the_texts_they_come_from(words: list[str]) -> None:
    for one in ALL:
        assert texts(one, [int("1" + word) for word in words]) == words


@pytest.mark.parametrize("key", [*NUMBERS, *(10**e * f for e in range(18) for f in (2, 9))])
def test_what_is_no_text_of_digits_is_not_written(key: int) -> None:
    for one in ALL:
        assert texts(one, [key]) == texts_by_hand([key])
        assert texts(one, [10, key, 123]) == texts_by_hand([10, key, 123])


keys = st.integers(-(2**63), 2**63 - 1) | st.integers(-3, 30)


@settings(max_examples=80)
@given(st.lists(st.lists(keys, max_size=60), max_size=6))
def test_every_loop_numbers_ids_alike(batches: list[list[int]]) -> None:
    order: dict[int, int] = {}
    tables = [one.table() for one in ALL]
    for batch in batches:
        expected = [order.setdefault(k, len(order)) if k else -1 for k in batch]
        for table in tables:
            found = table.encode(np.array(batch, np.int64))
            assert found.dtype == np.int32
            assert found.tolist() == expected
            assert len(table) == len(order)
            assert table.keys().tolist() == list(order)


def test_ids_keep_their_numbers_while_the_table_grows() -> None:
    rng = np.random.default_rng(1)
    everyone = rng.permutation(np.append(10**13 + np.arange(30_000), [0, 1, -1]))
    for one in ALL:
        table, seen = one.table(), 0
        for size in (1, 639, 640, 641, 1, 4_095, 4_097, 20_000, 2):
            codes = table.encode(everyone[seen : seen + size])
            is_id = everyone[seen : seen + size] != 0
            np.testing.assert_array_equal(np.diff(codes[is_id]), 1)
            seen += size
            known = everyone[:seen][everyone[:seen] != 0]
            np.testing.assert_array_equal(table.keys(), known)
            np.testing.assert_array_equal(table.encode(known), np.arange(len(known)))
        assert len(table) == len(known)


def test_ids_that_want_the_same_place_are_told_apart() -> None:
    """Full lines of cache, over the end of a table of some hundred lines as well."""
    found = np.arange(1, 400_000, dtype=np.int64)
    mixed = found.view(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    place = (mixed ^ (mixed >> np.uint64(32))) & np.uint64(2**32 - 1)
    crowded = found[(place >> np.uint64(23)) >= 510][:600]  # the end of all places
    assert len(crowded) == 600
    for one in ALL:
        table = one.table()
        for part in np.split(crowded, [7, 8, 300]):
            table.encode(part)
        assert table.encode(crowded).tolist() == list(range(600))
        assert table.keys().tolist() == crowded.tolist()


@given(st.lists(keys, max_size=80), st.integers(1, 64))
def test_every_loop_deals_customers_out_alike(drawn: list[int], shards: int) -> None:
    column = np.array(drawn, np.int64)
    numbers = np.arange(len(column)).astype(np.uint8)
    expected = NUMPY.partition(column, numbers, numbers[::-1].copy(), shards)
    assert sorted(np.concatenate([p[0] for p in expected]).tolist()) == sorted(drawn)
    for other in OTHERS:
        found = other.partition(column, numbers, numbers[::-1].copy(), shards)
        assert len(found) == shards
        for mine, theirs in zip(found, expected, strict=True):
            assert [a.tolist() for a in mine] == [a.tolist() for a in theirs]
            assert [a.dtype for a in mine] == [a.dtype for a in theirs]


# which loop


def test_the_best_is_taken_unless_another_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert loops().name == available()[-1]
    monkeypatch.setenv(VARIABLE, "")
    assert loops().name == available()[-1]
    for name in available():
        monkeypatch.setenv(VARIABLE, name)
        assert (loops().name, loops("auto").name) == (name, available()[-1])
        assert loops().is_compiled == (name != "numpy")
    monkeypatch.setenv(VARIABLE, "auto")
    assert loops().name == available()[-1]


@pytest.mark.parametrize("name", ["fast", "AVX2"])
def test_an_unknown_loop_is_refused_with_those_there_are(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(VARIABLE, name)
    with pytest.raises(ValueError, match=r"不可用.*not available here.*auto, numpy") as caught:
        loops()
    assert repr(name) in str(caught.value)


class _Old:
    """A machine without vector units."""

    @staticmethod
    def level() -> int:
        return 0


def test_a_loop_that_the_machine_lacks_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_core", _Old)
    assert available() == ("numpy", "plain")
    with pytest.raises(ValueError, match="avx512"):
        loops("avx512")


@pytest.fixture
def without_extension(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A build without a compiler."""
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "powerchannel._kernels._core", None)
        patch.delattr(powerchannel._kernels, "_core", raising=False)
        patch.delenv(VARIABLE, raising=False)
        importlib.reload(module)
        yield
    importlib.reload(module)


@pytest.mark.usefixtures("without_extension")
def test_without_a_compiler_numpy_runs() -> None:
    assert module.available() == ("numpy",)
    assert module.loops().name == "numpy"
    with pytest.raises(ValueError, match="plain"):
        module.loops("plain")


SCRIPT = """
import sys
if "without" in sys.argv:
    sys.modules["powerchannel._kernels._core"] = None
from powerchannel import channel, load_rulebook
who = [f"{i % 7:013}" for i in range(90)]
what = ["app", "hall", "wechat"] * 30
when = [f"2022-0{1 + i % 3}-{1 + i % 28:02}" for i in range(90)]
contacts = {"customer_id": who, "channel": what, "contacted_at": when}
state = channel.aggregate(channel.check(contacts=contacts))
result = channel.evaluate(state, load_rulebook("hebei-2022"), as_of="2022-03")
print(result.origin.path, state.digest, result.wide.to_csv())
"""


def test_without_a_compiler_the_answer_is_the_same() -> None:
    def run(*arguments: str) -> list[str]:
        command = [sys.executable, "-c", SCRIPT, *arguments]
        environment = {k: v for k, v in os.environ.items() if k != VARIABLE}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        return done.stdout.split(" ", 1)

    path, answer = run("without")
    assert path == "numpy"
    assert run() == [available()[-1], answer]
