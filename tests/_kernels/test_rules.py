"""The rules as both loops take them."""

from __future__ import annotations

import struct

from attrs import evolve
from hypothesis import given

from loop_jobs import loop_rules
from powerchannel._kernels.rules import CHANNELS, LoopRules

RULES = LoopRules(
    points=(1.0, 0.5, 0.3, 2.0, 0.0, 0.7, 1.1, 9.0),
    streak=((2, 1.1), (3, 1.2)),
    frequency=1.4,
    complaint=0.5,
    more_than=4,
    cap=31,
    is_largest=True,
    tie_order=(7, 6, 5, 4, 3, 2, 1, 0),
)


def test_packed_rules_are_the_numbers_in_order_and_unused_steps_are_never_reached() -> None:
    doubles, integers = RULES.pack()[: 14 * 8], RULES.pack()[14 * 8 :]
    assert struct.unpack("8d2d4d", doubles) == (*RULES.points, 1.4, 0.5, 1.1, 1.2, 1.0, 1.0)
    assert struct.unpack("4q3q8q", integers) == (2, 3, 99, 99, 31, 4, 1, *RULES.tie_order)


def test_every_step_is_packed() -> None:
    steps = ((1, 1.0), (2, 1.1), (5, 1.2), (8, 1.3))
    packed = evolve(RULES, streak=steps, is_largest=False).pack()
    assert struct.unpack_from("4d4q3q", packed, 10 * 8) == (
        *(factor for _, factor in steps),
        *(months for months, _ in steps),
        *(31, 4, 0),
    )


@given(loop_rules(6))
def test_equal_rules_pack_to_equal_bytes_of_one_size(rules: LoopRules) -> None:
    assert rules.pack() == evolve(rules).pack()
    assert len(rules.pack()) == 8 * (CHANNELS + 2 + 4 + 4 + 3 + CHANNELS)
