from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from powerchannel import channel, load_rulebook
from powerchannel.channel.board import (
    NO_CHOICE,
    TITLES,
    active_customers,
    channel_volumes,
    choice_changes,
    electronic_channels,
    electronic_penetration,
    participation,
    titled,
)
from powerchannel.channel.rules import FACTS, Rulebook
from powerchannel.errors import MergeError, RulebookError, TableError
from powerchannel.periods import format_month, parse_month

BOOK = load_rulebook("hebei-2022")
assert isinstance(BOOK, Rulebook)
CATALOGUE = BOOK.catalogue
AS_OF = parse_month("2022-03")
CUSTOMERS = ["0017", "17", "0025", "HB-1"]
CHANNELS = ["hotline", "hall", "app", "bank"]

# customer, channel, month counted from the as-of month, how many times
Use = tuple[str, str, int, int]
# customer, channel, fact, since, until (months; None: open)
Fact = tuple[str, str, str, int | None, int | None]

USES: st.SearchStrategy[list[Use]] = st.lists(
    st.tuples(
        st.sampled_from(CUSTOMERS),
        st.sampled_from(CHANNELS),
        st.integers(-8, 2),
        st.sampled_from([1, 2, 300]),
    ),
    min_size=1,
    max_size=15,
)
FACT_ROWS: st.SearchStrategy[list[Fact]] = st.lists(
    st.tuples(
        st.sampled_from([*CUSTOMERS, "9999"]),
        st.sampled_from(["app", "hall"]),
        st.sampled_from(FACTS),
        st.sampled_from([None, -9, -2, 0, 1]),
        st.sampled_from([None, 0, 1, 2]),
    ).filter(lambda f: f[3] is None or f[4] is None or f[3] < f[4]),
    max_size=10,
)


def stamp(month: int | None) -> str | None:
    return None if month is None else format_month(AS_OF + month) + "-01"


def state_of(uses: Iterable[Use], facts: Iterable[Fact] = ()) -> channel.State:
    contacts = [(who, where, stamp(at)) for who, where, at, times in uses for _ in range(times)]
    told = [(*f[:3], stamp(f[3]), stamp(f[4])) for f in facts]
    tables = channel.check(
        contacts=pd.DataFrame(contacts, columns=["customer_id", "channel", "contacted_at"]),
        facts=pd.DataFrame(
            told, columns=["customer_id", "channel", "fact", "since", "until"], dtype=object
        ),
    )
    return channel.aggregate(tables)


def seen(uses: Iterable[Use], months: range, channels: Iterable[str] = CHANNELS) -> set[str]:
    return {who for who, where, at, _ in uses if at in months and where in channels}


def counts(uses: Iterable[Use]) -> dict[tuple[str, str, int], int]:
    found: dict[tuple[str, str, int], int] = {}
    for who, where, at, times in uses:
        found[who, where, at] = found.get((who, where, at), 0) + times
    return found


def volume(uses: Iterable[Use], months: range, channels: Iterable[str] = CHANNELS) -> int:
    """Return uses as a state holds them: at most 255 a customer, channel and month."""
    held = ((key, min(n, 255)) for key, n in counts(uses).items())
    return sum(n for (_, where, at), n in held if at in months and where in channels)


def assert_share(share: float, part: int, whole: int) -> None:
    assert share == part / whole if whole else np.isnan(share)


def first_day(month: int) -> pd.Timestamp:
    return pd.Timestamp(format_month(AS_OF + month) + "-01")


@settings(max_examples=8)
@given(USES, st.integers(-1, 1), st.integers(1, 9))
def test_volumes_are_those_counted_by_hand(uses: list[Use], last: int, months: int) -> None:
    state, as_of = state_of(uses), format_month(AS_OF + last)
    shown = range(last - months + 1, last + 1)
    table = channel_volumes(state, as_of=as_of, months=months)
    assert len(table) == months * len(CATALOGUE.codes)
    assert table["month"].unique().tolist() == [first_day(m) for m in shown]
    for line in table.itertuples(index=False):
        (at,) = (m for m in shown if first_day(m) == line.month)
        month = range(at, at + 1)
        assert line.uses == volume(uses, month, [line.channel])
        assert line.all_uses == volume(uses, month)
        assert_share(line.use_share, line.uses, line.all_uses)
        assert line.customers == len(seen(uses, month, [line.channel]))
        assert line.active_customers == len(seen(uses, month))
        assert_share(line.customer_share, line.customers, line.active_customers)
        full = [n for (_, c, m), n in counts(uses).items() if (c, m) == (line.channel, at)]
        assert line.full_counts == sum(n >= 255 for n in full)

    active = active_customers(state, as_of=as_of, months=months)
    assert active["month"].tolist() == [first_day(m) for m in shown]
    for at, line in zip(shown, active.itertuples(index=False), strict=True):
        assert line.uses == volume(uses, range(at, at + 1))
        assert line.active_customers == len(seen(uses, range(at, at + 1)))
        assert line.known_customers == len({u[0] for u in uses})
        assert_share(line.active_share, line.active_customers, line.known_customers)


@settings(max_examples=8)
@given(USES, st.integers(-1, 1), st.integers(1, 5), st.integers(1, 7))
def test_penetration_is_that_counted_by_hand(
    uses: list[Use], last: int, months: int, window: int
) -> None:
    table = electronic_penetration(
        state_of(uses),
        CATALOGUE,
        as_of=format_month(AS_OF + last),
        months=months,
        window_months=window,
    )
    shown = range(last - months + 1, last + 1)
    assert table["month"].tolist() == [first_day(m) for m in shown]
    electronic = ["app", "bank"]
    for at, line in zip(shown, table.itertuples(index=False), strict=True):
        back = range(at - window + 1, at + 1)
        assert line.electronic_customers == len(seen(uses, back, electronic))
        assert line.active_customers == len(seen(uses, back))
        assert_share(line.electronic_share, line.electronic_customers, line.active_customers)
        assert line.electronic_uses == volume(uses, back, electronic)
        assert line.uses == volume(uses, back)
        assert_share(line.electronic_use_share, line.electronic_uses, line.uses)


@settings(max_examples=8)
@given(USES, FACT_ROWS, st.integers(-1, 1), st.integers(1, 7))
def test_participation_is_that_counted_by_hand(
    uses: list[Use], facts: list[Fact], last: int, months: int
) -> None:
    table = participation(state_of(uses, facts), as_of=format_month(AS_OF + last), months=months)
    assert list(zip(table["channel"], table["fact"], strict=True)) == sorted(
        {f[1:3] for f in facts}, key=lambda f: (CATALOGUE.codes.index(f[0]), FACTS.index(f[1]))
    )
    # Of facts said twice with one beginning, the earlier known end counts, as the state has it.
    ends: dict[tuple[object, ...], int] = {}
    for *key, until in facts:
        ends[tuple(key)] = min(ends.get(tuple(key), 99), 99 if until is None else until)
    for line in table.itertuples(index=False):
        holders = {
            who
            for (who, where, fact, since), until in ends.items()
            if (where, fact) == (line.channel, line.fact)
            and (since is None or since <= last)
            and until > last
        }
        users = holders & seen(uses, range(last - months + 1, last + 1), [line.channel])
        assert (line.holders, line.users) == (len(holders), len(users))
        assert line.known_customers == len({r[0] for r in (*uses, *facts)})
        assert_share(line.holder_share, line.holders, line.known_customers)
        assert_share(line.participation, line.users, line.holders)


@settings(max_examples=8)
@given(USES, USES)
def test_changes_are_those_counted_by_hand(uses: list[Use], others: list[Use]) -> None:
    before = channel.evaluate(state_of(uses), BOOK, as_of="2021-12")
    after = channel.evaluate(state_of(others), BOOK, as_of="2022-03")
    table = choice_changes(before, after)

    def choices(result: channel.Result) -> dict[str, str]:
        found = result.first_choices.dropna(subset="first_choice")
        return dict(zip(found["customer_id"], found["first_choice"], strict=True))

    old, new = choices(before), choices(after)
    people = {u[0] for u in (*uses, *others)}
    moves = [(old.get(p, NO_CHOICE), new.get(p, NO_CHOICE)) for p in people]
    assert len(table) == (len(CATALOGUE.codes) + 1) ** 2
    assert table["customers"].sum() == len(people)
    for line in table.itertuples(index=False):
        assert line.customers == moves.count((line.from_choice, line.to_choice))
        assert line.from_customers == [a for a, _ in moves].count(line.from_choice)
        assert line.to_customers == [b for _, b in moves].count(line.to_choice)
        assert_share(line.from_share, line.customers, line.from_customers)


def test_nothing_changes_between_a_result_and_itself() -> None:
    result = channel.evaluate(state_of([("0017", "app", 0, 1)]), BOOK, as_of="2022-03")
    moved = choice_changes(result, result).query("customers > 0")
    assert moved[["from_choice", "to_choice", "customers"]].values.tolist() == [["app", "app", 1]]


def test_phone_and_hall_are_not_electronic() -> None:
    assert electronic_channels(CATALOGUE) == ("app", "wechat", "alipay", "sms", "bank", "portal")
    people = [c for c in CATALOGUE.channels if c.code in ("hotline", "hall")]
    assert electronic_channels(evolve(CATALOGUE, channels=tuple(people), evidence=())) == ()


def test_a_count_at_its_limit_is_told() -> None:
    table = channel_volumes(state_of([("0017", "app", 0, 300)]), as_of="2022-03", months=1)
    app = table.set_index("channel").loc["app"]
    assert (app["uses"], app["full_counts"]) == (255, 1)


def test_facts_of_a_state_without_facts() -> None:
    assert participation(state_of([("0017", "app", 0, 1)]), as_of="2022-03").empty


def test_a_state_without_customers_has_no_shares() -> None:
    rows = {"customer_id": [""], "channel": ["app"], "contacted_at": ["x"]}
    state = channel.aggregate(channel.check(contacts=rows))
    assert active_customers(state, as_of="2022-03")["active_share"].isna().all()
    assert channel_volumes(state, as_of="2022-03")["use_share"].isna().all()
    penetration = electronic_penetration(state, CATALOGUE, as_of="2022-03")
    assert penetration["electronic_share"].isna().all()
    assert len(penetration) == 12


def test_every_column_has_a_title_in_both_languages() -> None:
    state = state_of([("0017", "app", 0, 1)], [("0017", "app", "installed", None, None)])
    result = channel.evaluate(state, BOOK, as_of="2022-03")
    tables = [
        channel_volumes(state, as_of="2022-03"),
        active_customers(state, as_of="2022-03"),
        electronic_penetration(state, CATALOGUE, as_of="2022-03"),
        participation(state, as_of="2022-03"),
        choice_changes(result, result),
    ]
    columns = {name for table in tables for name in table}
    assert columns == set(TITLES)
    assert (
        len({t.zh for t in TITLES.values()}) == len({t.en for t in TITLES.values()}) == len(TITLES)
    )
    assert titled(tables[3]).columns.tolist()[:3] == ["渠道", "事实", "具备该事实的客户数"]
    assert titled(tables[3], lang="en").columns.tolist()[:2] == ["channel", "fact"]


def test_another_catalogue_is_refused() -> None:
    state = state_of([("0017", "app", 0, 1)])
    fewer = evolve(CATALOGUE, evidence=())
    with pytest.raises(RulebookError, match="another channel catalogue"):
        electronic_penetration(state, fewer, as_of="2022-03")
    result = channel.evaluate(state, BOOK, as_of="2022-03")
    other = evolve(result, state=evolve(state, channels=("x", *state.channels[1:])))
    with pytest.raises(MergeError, match="different channels"):
        choice_changes(result, other)


@pytest.mark.parametrize("months", [0, -1, 256])
def test_months_must_be_some(months: int) -> None:
    state = state_of([("0017", "app", 0, 1)])
    with pytest.raises(TableError, match="1 to 255 months"):
        channel_volumes(state, as_of="2022-03", months=months)
    with pytest.raises(TableError, match="1 to 255 months"):
        active_customers(state, as_of="2022-03", months=months)
    with pytest.raises(TableError, match="1 to 255 months"):
        participation(state, as_of="2022-03", months=months)
    for name in ("months", "window_months"):
        with pytest.raises(TableError, match="1 to 255 months"):
            electronic_penetration(state, CATALOGUE, as_of="2022-03", **{name: months})


def test_a_month_must_be_one() -> None:
    with pytest.raises(TableError, match="2022-13"):
        channel_volumes(state_of([("0017", "app", 0, 1)]), as_of="2022-13")
