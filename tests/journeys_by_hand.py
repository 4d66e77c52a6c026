"""Contacts of two customers, and the instances that they are, made by plain Python."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pandas as pd
from hypothesis import strategies as st

from powerchannel import channel
from powerchannel.channel.journey import ASSUMED_RULES, JourneyRules, Journeys, trace_journeys
from powerchannel.channel.tables import default_catalogue

CHANNELS = default_catalogue().codes
TYPES = [c.code for c in default_catalogue().business_types]
OUTCOMES = [c.code for c in default_catalogue().outcomes]
START = datetime(2022, 1, 1, 0, 0)

Row = tuple[str, str, datetime, str | None, str | None]

ROWS: st.SearchStrategy[list[Row]] = st.lists(
    st.tuples(
        st.sampled_from(["0017", "17"]),
        st.sampled_from(["hotline", "app", "hall", "wechat"]),
        # Whole days and hours, so that gaps of exactly the limit and equal stamps are common.
        st.builds(
            lambda days, hours: START + timedelta(days=days, hours=hours),
            st.integers(0, 25),
            st.sampled_from([0, 0, 1, 9]),
        ),
        st.sampled_from(["payment", "repair", None]),
        st.sampled_from(["resolved", "failed", "abandoned", None]),
    ),
    min_size=1,
    max_size=25,
)


def trace(rows: list[Row], rules: JourneyRules = ASSUMED_RULES) -> Journeys:
    names = ["customer_id", "channel", "contacted_at", "business_type", "outcome"]
    frame = pd.DataFrame(rows, columns=names)
    return trace_journeys(channel.check(contacts=frame), rules)


def place(names: tuple[str, ...] | list[str], name: str | None) -> int:
    return -1 if name is None else names.index(name)


def by_hand(rows: list[Row], rules: JourneyRules = ASSUMED_RULES) -> list[list[tuple[Row, bool]]]:
    """Return the instances, each a list of contacts and whether a rescue followed."""

    def key(row: Row) -> tuple[Any, ...]:
        who, where, at, kind, outcome = row
        return who, place(TYPES, kind), at, place(CHANNELS, where), place(OUTCOMES, outcome)

    def is_rescued(row: Row) -> bool:
        if row[4] not in rules.failed_outcomes or row[1] in rules.rescue_channels:
            return False
        last = row[2] + timedelta(hours=rules.rescue_hours)
        return any(
            other[0] == row[0] and other[1] in rules.rescue_channels and row[2] < other[2] <= last
            for other in rows
        )

    instances: list[list[tuple[Row, bool]]] = []
    for row in sorted(rows, key=key):
        before = instances[-1][-1][0] if instances else None
        joined = (
            before is not None
            and (before[0], before[3]) == (row[0], row[3])
            and row[2] - before[2] <= timedelta(days=rules.gap_days)
        )
        if joined:
            instances[-1].append((row, is_rescued(row)))
        else:
            instances.append([(row, is_rescued(row))])
    return instances


RULES = st.builds(
    JourneyRules,
    gap_days=st.integers(1, 9),
    rescue_hours=st.integers(1, 48),
    failed_outcomes=st.sampled_from([("failed",), ("failed", "abandoned"), ()]),
    rescue_channels=st.sampled_from([("hotline",), ("hotline", "hall")]),
)


def row(day: float, where: str, outcome: str | None = None, kind: str | None = "payment") -> Row:
    return ("0017", where, START + timedelta(days=day), kind, outcome)
