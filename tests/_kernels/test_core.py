"""The compiled path at its edge: what it refuses, and what it leaves to other threads."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from attrs import evolve

from powerchannel._kernels import _core
from powerchannel._kernels.loops import KERNELS, available
from powerchannel._kernels.rules import CHANNELS, LoopRules

RULES = LoopRules(
    points=(1.0,) * CHANNELS,
    streak=((2, 1.1),),
    frequency=1.4,
    complaint=0.5,
    more_than=4,
    cap=31,
    is_largest=False,
    tie_order=tuple(range(CHANNELS)),
)
LEVELS = range(len(available()) - 1)
HUGE = sys.maxsize


def plane(customers: int = 9) -> np.ndarray:
    return np.zeros((customers, CHANNELS), np.uint8)


def finalise(**given: object) -> None:
    """Score nine customers, or what is given instead."""
    call: dict[str, object] = {
        "planes": (plane(), plane()),
        "modifiers": plane(),
        "rules": RULES.pack(),
        "scores": np.zeros((CHANNELS, 9), np.float32),
        "first": np.zeros(9, np.uint8),
        "stride": 9,
        "start": 0,
        "stop": 9,
        "level": 0,
        **given,
    }
    _core.finalise(*call.values())


def scatter(**given: object) -> int:
    call: dict[str, object] = {
        "codes": np.arange(9, dtype=np.int32),
        "channels": np.zeros(9, np.uint8),
        "slots": np.zeros(9, np.uint8),
        "planes": (plane(),),
        "customers": 9,
        **given,
    }
    return _core.scatter(*call.values())


def merge(**given: object) -> None:
    call: dict[str, object] = {"into": plane(), "other": plane(), **given}
    _core.merge(*call.values())


def slots_of(**given: object) -> None:
    call: dict[str, object] = {
        "stamps": np.zeros(9, np.int64),
        "width": 8,
        "per_day": 86_400,
        "shift": 0,
        "table": np.zeros(5, np.uint8),
        "first_day": 0,
        "slots": np.zeros(9, np.uint8),
        **given,
    }
    _core.slots_of(*call.values())


def parse_digits(**given: object) -> int:
    call: dict[str, object] = {
        "offsets": np.arange(10, dtype=np.int32),
        "width": 4,
        "data": np.full(9, ord("7"), np.uint8),
        "keys": np.zeros(9, np.int64),
        **given,
    }
    return _core.parse_digits(*call.values())


def keys_of(**given: object) -> int:
    call: dict[str, object] = {"numbers": np.arange(9), "keys": np.zeros(9, np.int64), **given}
    return _core.keys_of(*call.values())


def texts_of(**given: object) -> int:
    call: dict[str, object] = {
        "keys": np.arange(11, 20),
        "offsets": np.zeros(10, np.int32),
        "data": np.zeros(162, np.uint8),
        **given,
    }
    return _core.texts_of(*call.values())


def partition(**given: object) -> tuple[int, ...]:
    call: dict[str, object] = {
        "keys": np.arange(9),
        "columns": np.zeros(9, np.uint8),
        "slots": np.zeros(9, np.uint8),
        "shards": 2,
        "keys_out": np.zeros(9, np.int64),
        "columns_out": np.zeros(9, np.uint8),
        "slots_out": np.zeros(9, np.uint8),
        **given,
    }
    return _core.partition(*call.values())


def encode(**given: object) -> int:
    call: dict[str, object] = {"keys": np.arange(9), "codes": np.zeros(9, np.int32), **given}
    return _core.IdTable().encode(*call.values())


CALLS: dict[str, Callable[..., object]] = {
    f.__name__: f
    for f in (
        *(finalise, scatter, merge, slots_of, parse_digits),
        *(keys_of, texts_of, partition, encode),
    )
}
# the arrays of each call: how many items of what, and whether they are written
ARRAYS = {
    "finalise": {"modifiers": "r", "scores": "w", "first": "w"},
    "scatter": {"codes": "r", "channels": "r", "slots": "r"},
    "merge": {"into": "w", "other": "r"},
    "slots_of": {"stamps": "r", "table": "r", "slots": "w"},
    "parse_digits": {"offsets": "r", "data": "r", "keys": "w"},
    "keys_of": {"numbers": "r", "keys": "w"},
    "texts_of": {"keys": "r", "offsets": "w", "data": "w"},
    "partition": {"keys": "r", "columns": "r", "slots": "r"}
    | dict.fromkeys(("keys_out", "columns_out", "slots_out"), "w"),
    "encode": {"keys": "r", "codes": "w"},
}
TYPES = {
    "scores": np.float32,
    "codes": np.int32,
    "stamps": np.int64,
    "offsets": np.int32,
    "numbers": np.int64,
    "keys": np.int64,
    "keys_out": np.int64,
}
EACH = [(call, name) for call, names in ARRAYS.items() for name in names]
WRITTEN = [(call, name) for call, name in EACH if ARRAYS[call][name] == "w"]


@pytest.mark.parametrize("call", CALLS)
def test_a_fitting_call_is_accepted(call: str) -> None:
    CALLS[call]()


@pytest.mark.parametrize(("call", "name"), EACH)
def test_an_array_that_is_not_contiguous_is_refused(call: str, name: str) -> None:
    with pytest.raises((ValueError, BufferError), match="contiguous"):
        CALLS[call](**{name: np.zeros(400, TYPES.get(name, np.uint8))[::2]})


@pytest.mark.parametrize(("call", "name"), WRITTEN)
def test_an_array_that_is_only_read_is_not_written(call: str, name: str) -> None:
    array = np.zeros(400, TYPES.get(name, np.uint8))
    array.flags.writeable = False
    with pytest.raises((ValueError, BufferError), match=r"read-only|writable"):
        CALLS[call](**{name: array})


@pytest.mark.parametrize(("call", "name"), EACH)
@pytest.mark.parametrize("value", [None, 7, "text"])
def test_what_is_no_array_is_refused(call: str, name: str, value: object) -> None:
    with pytest.raises(TypeError):
        CALLS[call](**{name: value})


SHORT = {
    "finalise": ["modifiers", "scores", "first"],
    "scatter": ["channels", "slots"],
    "merge": ["other"],
    "slots_of": ["slots"],
    "parse_digits": ["keys"],
    "keys_of": ["keys"],
    "texts_of": ["offsets", "data"],
    "partition": ["columns", "slots", "keys_out", "columns_out", "slots_out"],
    "encode": ["codes"],
}


@pytest.mark.parametrize(("call", "name"), [(c, n) for c, names in SHORT.items() for n in names])
def test_an_array_that_is_too_short_is_refused(call: str, name: str) -> None:
    kind = np.dtype(TYPES.get(name, np.uint8))
    enough = {"modifiers": 72, "scores": 72, "other": 72, "offsets": 10, "data": 162}.get(name, 9)
    with pytest.raises(ValueError, match=f"{name} holds {enough - 1} items"):
        CALLS[call](**{name: np.zeros(enough - 1, kind)})
    CALLS[call](**{name: np.zeros(enough, kind)})


@pytest.mark.parametrize(("call", "name"), [(c, n) for c, n in EACH if n in TYPES])
def test_an_array_between_its_items_is_refused(call: str, name: str) -> None:
    kind = np.dtype(TYPES[name])
    shifted = np.zeros(800, np.uint8)[1 : 1 + 72 * kind.itemsize].view(kind)
    assert not shifted.flags.aligned
    with pytest.raises(ValueError, match="aligned"):
        CALLS[call](**{name: shifted})


@pytest.mark.parametrize(
    ("planes", "error"),
    [
        ((plane(), plane(8)), ValueError),
        ((plane(), None), TypeError),
        ([plane()], TypeError),
        ((plane(),) * 9, ValueError),
        ((plane()[:, ::2], plane()), (ValueError, BufferError)),
    ],
)
@pytest.mark.parametrize("call", ["finalise", "scatter"])
def test_planes_that_do_not_fit_are_refused(
    call: str, planes: object, error: type[Exception]
) -> None:
    with pytest.raises(error):
        CALLS[call](planes=planes)


@pytest.mark.parametrize(
    ("start", "stop", "stride"),
    [(-1, 9, 9), (5, 4, 9), (0, 10, 9), (0, 10, 10), (0, 9, 10), (0, HUGE, HUGE)]
    + [(0, 1 << bits, 1 << bits) for bits in (58, 59, 60, 61)],
)
def test_customers_outside_the_arrays_are_refused(start: int, stop: int, stride: int) -> None:
    """Also where the number of bytes would pass what an integer holds."""
    with pytest.raises(ValueError, match=r"hold|customers"):
        finalise(start=start, stop=stop, stride=stride)


@pytest.mark.parametrize("customers", [-1, 10, HUGE, *(1 << bits for bits in (58, 60, 61))])
def test_planes_of_fewer_customers_than_said_are_refused(customers: int) -> None:
    with pytest.raises(ValueError, match=r"holds 72 items|no number of customers"):
        scatter(customers=customers)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"tie_order": (0,) * 8}, "tie_order"),
        ({"tie_order": (1, 2, 3, 4, 5, 6, 7, 8)}, "tie_order"),
        ({"tie_order": (-1, 0, 1, 2, 3, 4, 5, 6)}, "tie_order"),
        ({"cap": 128}, "255 uses"),
        ({"cap": -1}, "255 uses"),
        ({"cap": 2**62}, "255 uses"),
        ({"more_than": 256}, "more_than"),
        ({"more_than": -1}, "more_than"),
    ],
)
def test_rules_that_do_not_fit_a_byte_are_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        finalise(rules=evolve(RULES, **changes).pack())


def test_rules_of_another_size_and_levels_that_are_not_there_are_refused() -> None:
    with pytest.raises(ValueError, match="rules holds 231 items"):
        finalise(rules=RULES.pack()[:-1])
    for level in LEVELS:
        finalise(level=level)
    with pytest.raises(ValueError, match="this machine reaches level"):
        finalise(level=_core.level() + 1)


def test_the_level_is_the_last_of_those_available() -> None:
    assert available()[1:] == KERNELS[: _core.level() + 1]


@pytest.mark.parametrize(
    ("codes", "channels"), [([0, -1], [0, 0]), ([0, 9], [0, 0]), ([0, 8], [0, 8])]
)
def test_an_event_of_no_customer_or_channel_is_refused(
    codes: list[int], channels: list[int]
) -> None:
    event = {"codes": np.array(codes, np.int32), "channels": np.array(channels, np.uint8)}
    with pytest.raises(ValueError, match="1 events name no customer or channel"):
        scatter(**event, slots=np.zeros(2, np.uint8))
    nowhere = np.full(2, 255, np.uint8)
    assert scatter(**event, slots=nowhere) == 0


@pytest.mark.parametrize(("width", "per_day"), [(2, 86_400), (8, 0), (8, -1), (0, 1)])
def test_stamps_of_no_known_kind_are_refused(width: int, per_day: int) -> None:
    with pytest.raises(ValueError, match="4 or 8 bytes"):
        slots_of(width=width, per_day=per_day)


@pytest.mark.parametrize(("shift", "first_day"), [(2**62, -(2**62)), (-(2**63), 2**63 - 1)])
def test_days_beyond_any_calendar_do_no_harm(shift: int, first_day: int) -> None:
    slots = np.full(9, 7, np.uint8)
    slots_of(shift=shift, first_day=first_day, per_day=2**62, slots=slots)
    assert set(slots.tolist()) <= {0, 255}


@pytest.mark.parametrize(
    "offsets", [[0, 10], [-1, 3], [5, 4], [0, 3, 2], [9, 10], [2**31 - 1, 2**31 - 1]]
)
@pytest.mark.parametrize(("kind", "width"), [(np.int32, 4), (np.int64, 8)])
def test_texts_outside_the_data_are_refused(
    offsets: list[int], kind: type[np.integer], width: int
) -> None:
    with pytest.raises(ValueError, match="1 offsets lie outside the data"):
        parse_digits(offsets=np.array(offsets, kind), width=width)


def test_offsets_need_an_end_and_a_known_width() -> None:
    assert parse_digits(offsets=np.zeros(1, np.int32), keys=np.zeros(0, np.int64)) == 0
    with pytest.raises(ValueError, match="offsets holds 0 items"):
        parse_digits(offsets=np.zeros(0, np.int32))
    with pytest.raises(ValueError, match="4 or 8 bytes"):
        parse_digits(width=2)


def test_what_is_no_key_is_counted() -> None:
    texts, keys = np.frombuffer(b"1x22", np.uint8), np.zeros(3, np.int64)
    assert parse_digits(offsets=np.array([0, 1, 2, 4], np.int32), data=texts, keys=keys) == 1
    assert keys.tolist() == [11, 0, 122]
    assert keys_of(numbers=np.array([0, -5, 10**18]), keys=keys) == 2
    assert keys.tolist() == [10, 0, 0]


def test_texts_need_offsets_of_32_bits() -> None:
    keys = np.zeros(2**31 // 18 + 1, np.int64)  # never written to: it costs no memory
    with pytest.raises(ValueError, match="too many for offsets"):
        texts_of(keys=keys)


@pytest.mark.parametrize("shards", [0, -1, 65])
def test_too_few_or_many_shards_are_refused(shards: int) -> None:
    with pytest.raises(ValueError, match="1 to 64 shards"):
        partition(shards=shards)


@pytest.mark.parametrize("expected", [-1, 2**31, HUGE])
def test_a_table_of_no_possible_size_is_refused(expected: int) -> None:
    with pytest.raises(ValueError, match="a table takes"):
        _core.IdTable(expected)
    with pytest.raises(TypeError):
        _core.IdTable(room=expected)


@pytest.mark.parametrize("expected", [0, 1, 640, 641, 5_000])
def test_the_size_expected_changes_nothing(expected: int) -> None:
    table, codes = _core.IdTable(expected=expected), np.zeros(3_000, np.int32)
    assert (len(table), table.keys()) == (0, b"")
    for _ in range(2):
        assert table.encode(np.arange(1, 3_001), codes) == 3_000
        assert codes.tolist() == list(range(3_000))
    assert np.frombuffer(table.keys(), np.int64).tolist() == list(range(1, 3_001))


# threads


@pytest.fixture
def no_turns() -> Iterator[None]:
    """No thread gives way of itself: another runs only where the lock is really let go."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1_000)
    yield
    sys.setswitchinterval(usual)


MANY = 1 << 19
LONGS, BYTES = np.arange(MANY), np.zeros(MANY, np.uint8)
CODES, KEYS, CELLS = np.zeros(MANY, np.int32), np.zeros(MANY, np.int64), plane(MANY)
LONG: dict[str, dict[str, object]] = {
    "finalise": {
        "planes": (CELLS, CELLS),
        "modifiers": CELLS,
        "scores": np.zeros((CHANNELS, MANY), np.float32),
        "first": BYTES,
        "stride": MANY,
        "stop": MANY,
    },
    "scatter": {
        "codes": CODES,
        "channels": BYTES,
        "slots": BYTES,
        "planes": (CELLS,),
        "customers": MANY,
    },
    "merge": {"into": CELLS, "other": CELLS},
    "slots_of": {"stamps": LONGS, "slots": BYTES},
    "parse_digits": {"offsets": np.arange(MANY + 1, dtype=np.int32), "data": BYTES, "keys": KEYS},
    "keys_of": {"numbers": LONGS, "keys": KEYS},
    "texts_of": {
        "keys": LONGS,
        "offsets": np.zeros(MANY + 1, np.int32),
        "data": np.zeros(18 * MANY, np.uint8),
    },
    "partition": {
        "keys": LONGS,
        "columns": BYTES,
        "slots": BYTES,
        "keys_out": KEYS,
        "columns_out": BYTES,
        "slots_out": BYTES,
    },
    "encode": {"keys": LONGS, "codes": CODES},
}


def other_thread_runs(work: Callable[[], object], other: Callable[[], None]) -> bool:
    """Tell whether another thread gets its turn while this one only works."""
    gate, done = threading.Lock(), []

    def wait() -> None:
        with gate:
            other()
            done.append(True)

    gate.acquire()
    thread = threading.Thread(target=wait)
    thread.start()  # it runs until it waits at the gate
    gate.release()
    for _ in range(300):
        work()
        if done:
            break
    found = bool(done)
    thread.join()
    return found


@pytest.mark.usefixtures("no_turns")
@pytest.mark.parametrize("call", LONG)
def test_the_lock_is_let_go_while_working(call: str) -> None:
    assert other_thread_runs(lambda: CALLS[call](**LONG[call]), lambda: None)


@pytest.mark.usefixtures("no_turns")
def test_work_in_python_does_not_let_it_go() -> None:
    """So that the test above can fail."""
    assert not other_thread_runs(lambda: sum(range(100)), lambda: None)


@pytest.mark.usefixtures("no_turns")
def test_a_table_that_another_thread_fills_is_left_alone() -> None:
    table, said = _core.IdTable(), []

    def touch() -> None:
        for use in (table.keys, lambda: table.encode(LONGS, CODES)):
            try:
                use()
            except RuntimeError as error:
                said.append(str(error))

    assert other_thread_runs(lambda: table.encode(LONGS, CODES), touch)
    assert said == ["the table is in use by another thread"] * 2
    assert table.encode(LONGS, CODES) == MANY - 1  # it is free again
