"""One customer out of a state, in the words of the reference (客户历史)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import numpy as np

from powerchannel.channel.marks import Marks
from powerchannel.channel.reference import History, Standing
from powerchannel.channel.rules import FACTS
from powerchannel.channel.state import OPEN_END, State
from powerchannel.times import NAT

__all__ = ["history_of"]


def history_of(state: State, row: int, customer_id: str) -> History:
    """Return what is remembered of the customer at a row; nothing for row -1 (取客户历史).

    Parameters
    ----------
    state : State
        The state.
    row : int
        The customer's row, or -1 for a customer it does not know.
    customer_id : str
        The customer.
    """
    if row < 0:
        return History(customer_id=customer_id)
    marks, channels = state.marks.block(row, row + 1), state.channels
    return History(
        customer_id=customer_id,
        uses=_uses(state, row),
        complaints=_counts(marks, "channel", channels, "complaints"),
        dislikes=_stamps(marks, channels, "disliked"),
        withdrawals=_stamps(marks, channels, "withdrawn"),
        facts=_facts(state.facts.block(row, row + 1), channels),
        evidence=_counts(state.evidence.block(row, row + 1), "kind", state.evidence_kinds, "count"),
    )


def _uses(state: State, row: int) -> Mapping[str, Mapping[int, int]]:
    found: dict[str, dict[int, int]] = defaultdict(dict)
    for month, plane in state.planes.items():
        counts = plane.dense(row, row + 1)[0]
        for position in np.flatnonzero(counts):
            found[state.channels[position]][month] = int(counts[position])
    return found


def _counts(
    marks: Marks, column: str, names: tuple[str, ...], value: str
) -> Mapping[str, Mapping[int, int]]:
    found: dict[str, dict[int, int]] = defaultdict(dict)
    for position, month, count in zip(marks[column], marks["month"], marks[value], strict=True):
        if count:
            found[names[position]][int(month)] = int(count)
    return found


def _stamps(marks: Marks, channels: tuple[str, ...], value: str) -> Mapping[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for position, stamp in zip(marks["channel"], marks[value], strict=True):
        if stamp != NAT:
            code = channels[position]
            found[code] = (*found.get(code, ()), int(stamp))
    return found


def _facts(facts: Marks, channels: tuple[str, ...]) -> tuple[Standing, ...]:
    rows = zip(facts["channel"], facts["fact"], facts["since"], facts["until"], strict=True)
    return tuple(
        Standing(
            channel=channels[channel],
            fact=FACTS[fact],
            since=None if since == NAT else int(since),
            until=None if until == OPEN_END else int(until),
        )
        for channel, fact, since, until in rows
    )
