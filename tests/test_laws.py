"""The four laws of every domain: check, aggregate, rules, evaluate.

A new domain joins by one line in `DOMAINS`: a record that says how its raw rows are made and what
its verbs are. Whatever is special to a domain is tested beside it, not here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Protocol, Self

import pandas as pd
import pytest
from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject, SearchStrategy

import groups_at_random
import theft_rows
from powerchannel import billing, channel, theft
from powerchannel.errors import Problem, TableError
from powerchannel.rulebook import RulebookRecord, digest, dumps, load_rulebook, loads
from powerchannel.testing import CASE_DOMAINS
from strategies import AS_OF, COLUMNS, Export, exports, hebei, rulebooks

Frames = Mapping[str, pd.DataFrame]


class Tables(Protocol):
    """What `check` returns."""

    found: tuple[Problem, ...]
    counts: pd.DataFrame
    rejected: pd.DataFrame


class State(Protocol):
    """What `aggregate` returns."""

    digest: str

    def merge(self, other: Self) -> Self: ...
    def __getitem__(self, keys: Iterable[str]) -> Self: ...


class Result(Protocol):
    """What `evaluate` returns."""

    table: pd.DataFrame

    def __getitem__(self, keys: Iterable[str]) -> Self: ...


@frozen(kw_only=True)
class Domain:
    """What the laws need to know of a domain.

    Parameters
    ----------
    name : str
        The domain.
    frames : strategy of mappings of table name to DataFrame
        Raw tables without a fault; no two rows share a source key, and each table may be cut in
        two between any two units.
    dirt : mapping of problem code to (table, row)
        A row with one fault, which is all that is found in it, and whether it drops out.
    breaks : mapping of (code, where) to a function of frames
        Structural faults that do not hide one another.
    rulebooks : strategy of rulebooks
        Rules that fit the frames.
    units : callable
        What each row of a table is a part of; rows of one unit, in whatever table, stay together.
    check, aggregate, evaluate : callable
        The verbs.
    key : str
        The column of the result table by which rows are asked for.
    replayed : callable
        Each value of an explanation by its key, computed again from its steps.
    recorded : callable
        The same values as the result table has them.
    """

    name: str
    frames: SearchStrategy[Frames]
    dirt: Mapping[str, tuple[str, Mapping[str, str]]]
    kept_dirt: frozenset[str] = frozenset()
    breaks: Mapping[tuple[str, str], Callable[[Frames], Frames]]
    rulebooks: SearchStrategy[RulebookRecord]
    units: Callable[[str, pd.DataFrame], list[str]]
    check: Callable[[Frames], Tables]
    aggregate: Callable[[Tables], State]
    evaluate: Callable[[State, RulebookRecord], Result]
    key: str
    replayed: Callable[[Result, list[str]], Mapping[tuple[str, ...], float]]
    recorded: Callable[[Result], Mapping[tuple[str, ...], float]]


# the channel domain


def _channel_frames(export: Export) -> Frames:
    """Give every second contact a source key of its own; there is always a contact."""
    frames = export.frames()
    first = {"customer_id": "0017", "channel": "app", "contacted_at": "2022-06-01"}
    contacts = pd.concat([pd.DataFrame([first]), frames["contacts"]], ignore_index=True)
    contacts = contacts.fillna("").astype(object)
    contacts["source_key"] = [f"K{i}" if i % 2 else "" for i in range(len(contacts))]
    return {**frames, "contacts": contacts}


_GOOD = {"customer_id": "77", "channel": "app", "contacted_at": "2022-06-09"}
_SWAPPED = {"disliked_at": "2022-06-09", "withdrawn_at": "2022-06-08"}
_CHANNEL_DIRT = {
    "missing_value": ("contacts", _GOOD | {"customer_id": ""}),
    "scientific_id": ("contacts", _GOOD | {"customer_id": "1.2E+12"}),
    "formula_id": ("contacts", _GOOD | {"customer_id": "=A1"}),
    "unknown_code": ("contacts", _GOOD | {"channel": "传真"}),
    "impossible_time": ("contacts", _GOOD | {"contacted_at": "2022-02-30"}),
    "unreadable_time": ("contacts", _GOOD | {"contacted_at": "soon"}),
    "normalised_id": ("contacts", _GOOD | {"customer_id": " ７７７ "}),
    "unmapped_code": ("contacts", _GOOD | {"customer_id": "78", "handling_mode": "飞鸽"}),
    "end_before_start": ("dislikes", {"customer_id": "77", "channel": "app"} | _SWAPPED),
    "year_out_of_range": (
        "complaints",
        {"customer_id": "77", "channel": "app", "complained_at": "1950-01-01"},
    ),
}


def _without(table: str, column: str) -> Callable[[Frames], Frames]:
    return lambda frames: {**frames, table: frames[table].drop(columns=column)}


def _with_number_ids(table: str) -> Callable[[Frames], Frames]:
    row = pd.DataFrame([{**dict.fromkeys(COLUMNS[table], "app"), "customer_id": 17}])
    return lambda frames: {**frames, table: row}


def _channel_check(frames: Frames) -> channel.Tables:
    return channel.check(**frames, now=date(2022, 12, 31))


def _channel_replayed(result: channel.Result, keys: list[str]) -> dict[tuple[str, str], float]:
    told = result.explain(*keys).customers
    return {(c.customer_id, code): v for c in told for code, v in c.replay().items()}


def _channel_recorded(result: channel.Result) -> dict[tuple[str, str], float]:
    rows = result.table.to_dict("records")
    return {(r["customer_id"], r["channel"]): r["score"] for r in rows}


CHANNEL = Domain(
    name="channel",
    frames=exports(hebei().catalogue, busy=False).map(_channel_frames),
    dirt=_CHANNEL_DIRT,
    kept_dirt=frozenset({"normalised_id", "unmapped_code"}),
    breaks={
        ("missing_column", "contacts.channel"): _without("contacts", "channel"),
        ("missing_column", "contacts.contacted_at"): _without("contacts", "contacted_at"),
        ("missing_column", "facts.fact"): _without("facts", "fact"),
        ("number_ids", "dislikes.customer_id"): _with_number_ids("dislikes"),
        ("not_a_table", "complaints"): lambda frames: {**frames, "complaints": 7},
    },
    rulebooks=rulebooks(catalogue=hebei().catalogue),
    units=lambda name, frame: [f"{name} {row}" for row in range(len(frame))],
    check=_channel_check,
    aggregate=channel.aggregate,
    evaluate=lambda state, book: channel.evaluate(state, book, as_of=AS_OF),
    key="customer_id",
    replayed=_channel_replayed,
    recorded=_channel_recorded,
)

# the billing domain

_ROW = {"account_id": "77", "group_id": "77", "tariff": "home"}
_JUNE = {"started_on": "2025-06-01", "ended_on": "2025-07-01"}
_READING = {
    "meter_id": "77",
    "register": "active_total",
    "read_on": "2025-06-01",
    "reading": "1.5",
}
_BILLING_DIRT = {
    "missing_value": ("accounts", _ROW | _JUNE | {"account_id": ""}),
    "end_before_start": ("accounts", _ROW | {"started_on": "2025-07-01", "ended_on": "2025-06-01"}),
    "number_out_of_bounds": ("accounts", _ROW | _JUNE | {"power_factor_standard": "1.1"}),
    "too_many_decimals": ("accounts", _ROW | _JUNE | {"power_factor_standard": "0.855"}),
    "formula_id": ("readings", _READING | {"meter_id": "=A1"}),
    "unknown_code": ("readings", _READING | {"register": "active_midday"}),
    "not_a_number": ("meters", {"meter_id": "77", "account_id": "77", "multiplier": "ten"}),
    "separated_number": ("readings", _READING | {"reading": "1，5"}),
    "impossible_time": ("readings", _READING | {"read_on": "2025-02-30"}),
    "normalised_id": (
        "adjustments",
        {"account_id": " ００１ ", "code": "x", "group": "energy", "amount_yuan": "1.00"},
    ),
}


def _billing_check(frames: Frames) -> billing.Tables:
    return billing.check(**frames, now=date(2025, 12, 31))


BILLING = Domain(
    name="billing",
    frames=groups_at_random.frames(),
    dirt=_BILLING_DIRT,
    kept_dirt=frozenset({"normalised_id"}),
    breaks={
        ("missing_column", "accounts.account_id"): _without("accounts", "account_id"),
        ("missing_column", "readings.reading"): _without("readings", "reading"),
        ("missing_column", "readings.read_on"): _without("readings", "read_on"),
        ("number_ids", "debts.account_id"): lambda frames: {
            **frames,
            "debts": pd.DataFrame(
                [{"account_id": 7, "amount_yuan": "1", "due_on": "2025-05-20", "paid_on": ""}]
            ),
        },
        ("not_a_table", "meters"): lambda frames: {**frames, "meters": 7},
    },
    rulebooks=groups_at_random.rulebooks(),
    units=groups_at_random.units,
    check=_billing_check,
    aggregate=billing.aggregate,
    evaluate=lambda state, book: billing.evaluate(state, book, as_of=groups_at_random.AS_OF),
    key="group_id",
    replayed=groups_at_random.replayed,
    recorded=groups_at_random.recorded,
)

# the theft domain

_DAY = {"customer_id": "77", "on": "2025-01-09", "energy_kwh": "1.5"}
_MEASURED = {"customer_id": "77", "read_at": "2025-01-09 08:00", "phase": "A"}
_THEFT_DIRT = {
    "missing_value": ("daily", _DAY | {"customer_id": ""}),
    "formula_id": ("points", {"customer_id": "=A1"}),
    "impossible_time": ("daily", _DAY | {"on": "2025-02-30"}),
    "not_a_number": ("daily", _DAY | {"energy_kwh": "much"}),
    "unknown_code": ("phase_readings", _MEASURED | {"phase": "D"}),
    "unreadable_time": ("phase_readings", _MEASURED | {"read_at": "soon"}),
    "separated_number": ("areas", {"area_id": "T9", "on": "2025-01-09", "supplied_kwh": "1,5"}),
    "normalised_id": ("points", {"customer_id": " ７７７ ", "meter_id": "M9"}),
}


def _theft_check(frames: Frames) -> theft.Tables:
    return theft.check(**frames, now=date(2025, 12, 31))


def _theft_replayed(result: theft.Result, areas: list[str]) -> dict[tuple[str, ...], float]:
    customers = result.table.loc[result.table["area_id"].isin(areas), "customer_id"]
    return {(c.customer_id,): c.replay() for c in result.explain(*customers).customers}


def _theft_recorded(result: theft.Result) -> dict[tuple[str, ...], float]:
    points = result.table.set_index("customer_id")["score_points"]
    return {(customer,): value for customer, value in points.items()}


THEFT = Domain(
    name="theft",
    frames=theft_rows.theft_frames,
    dirt=_THEFT_DIRT,
    kept_dirt=frozenset({"normalised_id"}),
    breaks={
        ("missing_column", "daily.on"): _without("daily", "on"),
        ("missing_column", "phase_readings.read_at"): _without("phase_readings", "read_at"),
        ("number_ids", "points.customer_id"): lambda frames: {
            **frames,
            "points": pd.DataFrame([{"customer_id": 17, "meter_id": "M17"}]),
        },
        ("not_a_table", "areas"): lambda frames: {**frames, "areas": 7},
    },
    rulebooks=st.just(load_rulebook("dlt698-theft")),
    units=lambda name, frame: [f"{name} {row}" for row in range(len(frame))],
    check=_theft_check,
    aggregate=theft.aggregate,
    evaluate=lambda state, book: theft.evaluate(state, book, as_of="2025-02"),
    key="area_id",
    replayed=_theft_replayed,
    recorded=_theft_recorded,
)

DOMAINS = (CHANNEL, BILLING, THEFT)
every_domain = pytest.mark.parametrize("domain", DOMAINS, ids=lambda d: d.name)


def test_every_domain_with_cases_keeps_the_laws() -> None:
    assert {d.name for d in DOMAINS} == set(CASE_DOMAINS.names())


# law 1: check


def _once_if_kept(domain: Domain) -> Callable[[str], object]:
    """Let a row that is kept stand once: a second one would be a duplicate."""
    return lambda code: code if code in domain.kept_dirt else object()


def soiled(domain: Domain, data: DataObject) -> tuple[Frames, Counter[str]]:
    """Return raw tables with bad rows at random places, and how many of each kind."""
    frames = dict(data.draw(domain.frames))
    codes = st.sampled_from(sorted(domain.dirt))
    chosen = data.draw(st.lists(codes, max_size=6, unique_by=_once_if_kept(domain)))
    for code in chosen:
        name, row = domain.dirt[code]
        place = data.draw(st.integers(0, len(frames[name])))
        parts = [frames[name][:place], pd.DataFrame([row]), frames[name][place:]]
        frames[name] = pd.concat(parts, ignore_index=True).fillna("").astype(object)
    return frames, Counter(chosen)


def contents(tables: Tables, names: Iterable[str]) -> dict[str, pd.DataFrame]:
    return {name: getattr(tables, name) for name in names}


@every_domain
@settings(max_examples=6)
@given(data=st.data())
def test_check_finds_everything_at_once_and_loses_no_row(domain: Domain, data: DataObject) -> None:
    frames, dirt = soiled(domain, data)
    tables = domain.check(frames)
    found = Counter({p.code: p.count for p in tables.found if p.code in domain.dirt})
    assert found == dirt
    dropped = Counter({c: n for c, n in dirt.items() if c not in domain.kept_dirt})
    assert Counter(tables.rejected["code"]) == dropped
    counts = tables.counts.set_index("table")
    for name, frame in frames.items():
        assert counts.loc[name, "rows_in"] == len(frame)
        assert counts.loc[name, "kept"] == len(getattr(tables, name))
        left = int((tables.rejected["table"] == name).sum())
        assert counts.loc[name, "rejected"] == left
        assert len(frame) == len(getattr(tables, name)) + left
    for problem in tables.found:
        assert all("{" not in problem.render(lang) for lang in ("zh", "en"))


@every_domain
@settings(max_examples=5)
@given(data=st.data())
def test_check_is_idempotent_and_never_changes_its_input(domain: Domain, data: DataObject) -> None:
    frames, _ = soiled(domain, data)
    before = {name: frame.copy(deep=True) for name, frame in frames.items()}
    once = domain.check(frames)
    for name, frame in frames.items():
        pd.testing.assert_frame_equal(frame, before[name])
    kept = contents(once, frames)
    twice = domain.check(kept)
    assert len(twice.rejected) == 0
    for name, frame in contents(twice, frames).items():
        pd.testing.assert_frame_equal(frame, kept[name])
    assert domain.aggregate(twice) == domain.aggregate(once)


@every_domain
@settings(max_examples=5)
@given(data=st.data())
def test_structural_faults_are_told_all_at_once(domain: Domain, data: DataObject) -> None:
    frames = data.draw(domain.frames)
    chosen = data.draw(st.lists(st.sampled_from(sorted(domain.breaks)), min_size=1, unique=True))
    for fault in chosen:
        frames = domain.breaks[fault](frames)
    with pytest.raises(TableError) as caught:
        domain.check(frames)
    assert {(p.code, p.where) for p in caught.value.problems} == set(chosen)
    for lang in ("zh", "en"):
        assert len(caught.value.render(lang).splitlines()) == len(chosen)


# law 2: aggregate


def state_of(domain: Domain, frames: Frames) -> State:
    return domain.aggregate(domain.check(frames))


def nothing(domain: Domain, frames: Frames) -> Frames:
    """Return the tables with bad rows alone: an export of which nothing is kept."""
    bad = [v for code, v in domain.dirt.items() if code not in domain.kept_dirt]
    return {
        name: pd.DataFrame([row for table, row in bad if table == name], dtype=object)
        if any(table == name for table, _ in bad)
        else frame[:0]
        for name, frame in frames.items()
    }


def cut(domain: Domain, data: DataObject, parts: int) -> tuple[Frames, list[State]]:
    """Return raw tables, and the state of each part of them; every unit is in one part."""
    frames = data.draw(domain.frames)
    empty = nothing(domain, frames)
    units = {n: domain.units(n, f) for n, f in frames.items()}
    owners = {u: data.draw(st.integers(0, parts - 1)) for us in units.values() for u in us}
    states = []
    for part in range(parts):
        rows = {n: f[[owners[unit] == part for unit in units[n]]] for n, f in frames.items()}
        rows = {n: f if len(f) else empty[n] for n, f in rows.items()}
        states.append(state_of(domain, rows))
    return frames, states


@every_domain
@settings(max_examples=6)
@given(data=st.data())
def test_merging_parts_is_aggregating_all(domain: Domain, data: DataObject) -> None:
    frames, (a, b, c) = cut(domain, data, 3)
    whole = state_of(domain, frames)
    assert a.merge(b).merge(c) == whole
    assert a.merge(b.merge(c)) == whole
    assert c.merge(a).merge(b) == whole
    assert a.merge(b) == b.merge(a)
    assert a.merge(b).merge(c).digest == whole.digest


@every_domain
@settings(max_examples=5)
@given(data=st.data())
def test_nothing_is_the_identity(domain: Domain, data: DataObject) -> None:
    frames = data.draw(domain.frames)
    state, empty = state_of(domain, frames), state_of(domain, nothing(domain, frames))
    assert len(domain.check(nothing(domain, frames)).rejected) > 0
    assert state.merge(empty) == empty.merge(state) == state
    assert empty.merge(empty) == empty


@every_domain
@settings(max_examples=5)
@given(data=st.data())
def test_the_order_of_rows_does_not_matter(domain: Domain, data: DataObject) -> None:
    frames = data.draw(domain.frames)
    shuffled = {n: f.iloc[data.draw(st.permutations(range(len(f))))] for n, f in frames.items()}
    states = [state_of(domain, f) for f in (frames, shuffled)]
    assert states[0] == states[1]
    assert states[0].digest == states[1].digest


# law 3: rules


@every_domain
@settings(max_examples=5)
@given(data=st.data())
def test_rules_read_back_as_they_were(domain: Domain, data: DataObject) -> None:
    book = data.draw(domain.rulebooks)
    for format in ("json", "toml"):  # noqa: A001
        again = loads(dumps(book, format=format), format=format)
        assert again == book
        assert digest(again) == digest(book)


# law 4: evaluate and explain


@every_domain
@settings(max_examples=6)
@given(data=st.data())
def test_some_keys_are_evaluated_as_all_of_them(domain: Domain, data: DataObject) -> None:
    state = state_of(domain, data.draw(domain.frames))
    book = data.draw(domain.rulebooks)
    whole = domain.evaluate(state, book)
    known = list(dict.fromkeys(whole.table[domain.key]))
    keys = [key for key in known if data.draw(st.booleans())]
    expected = whole.table[whole.table[domain.key].isin(keys)].reset_index(drop=True)
    pd.testing.assert_frame_equal(domain.evaluate(state[keys], book).table, expected)
    pd.testing.assert_frame_equal(whole[keys].table, expected)


@every_domain
@settings(max_examples=6)
@given(data=st.data())
def test_an_explanation_replays_to_the_very_value(domain: Domain, data: DataObject) -> None:
    state = state_of(domain, data.draw(domain.frames))
    result = domain.evaluate(state, data.draw(domain.rulebooks))
    keys = list(dict.fromkeys(result.table[domain.key]))
    assert domain.replayed(result, keys) == domain.recorded(result)
