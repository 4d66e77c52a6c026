"""What is remembered of billing: how memories join, shrink and are rebuilt, and single groups."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal, localcontext
from functools import reduce

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing_exports import COLUMNS, LOSSES, NOW, Export, groups, one_group
from powerchannel.billing.records import Meter, Reading
from powerchannel.billing.state import GROUP, MONTH, State, aggregate
from powerchannel.billing.tables import check
from powerchannel.billing.tables.placing import end_month
from powerchannel.errors import MergeError, TableError, UnknownNameError

NAMES = ("0017", "17", "丙", "B-2")


def merged(states: list[State]) -> State:
    return reduce(State.merge, states, State.empty())


# laws


@settings(max_examples=5)
@given(st.data())
def test_groups_in_any_order_are_all_at_once(data: st.DataObject) -> None:
    parts = [data.draw(groups(name)) for name in NAMES]
    whole = Export({}).replacing()
    for part in parts:
        whole += part
    state = whole.replacing(loss_tables=LOSSES).state()
    states = [part.state() for part in parts]
    a, b, c, d = data.draw(st.permutations(states))
    assert a.merge(b).merge(c).merge(d) == state
    assert a.merge(b.merge(c.merge(d))) == state
    assert d.merge(a).merge(c.merge(b)).digest == state.digest
    assert a.merge(b) == b.merge(a)
    assert state.merge(a) == state.merge(state) == state


@settings(max_examples=5)
@given(groups("0017", "丙"))
def test_nothing_is_the_identity(export: Export) -> None:
    state, nothing = export.state(), State.empty()
    assert state.merge(nothing) == nothing.merge(state) == state
    assert nothing.merge(nothing) == nothing
    bad = Export({"accounts": (("1", "1", "", "2025-01-01", "soon", ""),)}).state()
    assert bad == nothing
    assert (len(nothing), nothing.months, nothing.group_ids("2025-01")) == (0, (), ())
    assert repr(nothing) == "<billing.State 0 groups, months -, 0 rows>"


@settings(max_examples=5)
@given(groups(*NAMES), st.data())
def test_the_order_of_rows_does_not_matter(export: Export, data: st.DataObject) -> None:
    shuffled = Export(
        {n: tuple(data.draw(st.permutations(rows))) for n, rows in export.rows.items()}
    )
    assert shuffled.state() == export.state()
    assert shuffled.state().digest == export.state().digest


@settings(max_examples=5)
@given(st.data())
def test_some_groups_are_what_they_are_alone(data: st.DataObject) -> None:
    parts = {name: data.draw(groups(name)) for name in NAMES}
    state = merged([part.state() for part in parts.values()])
    wanted = [name for name in NAMES if data.draw(st.booleans())]
    alone = merged([parts[name].state() for name in wanted] or [State.empty()])
    losses = Export({"accounts": parts["17"].rows["accounts"], "loss_tables": LOSSES}).state()
    alone = alone.merge(losses[[]])
    assert state[wanted] == alone
    assert state[wanted].digest == alone.digest
    assert state[reversed(wanted)] == state[wanted]
    for name in wanted:
        for month in state[name].months:
            assert state[wanted].group(name, month) == state.group(name, month)
            assert state.group(name, month) == parts[name].state().group(name, month)


def months_of(export: Export, months: set[int]) -> Export:
    """The rows of a group in some months; readings by the day before."""

    def is_in(end: str) -> bool:
        days = np.array([end], "M8[D]").astype(np.int32)
        return int(end_month(days)[0]) - 659 in months

    rows = dict(export.rows)
    rows["accounts"] = tuple(r for r in rows["accounts"] if is_in(r[4]))
    rows["readings"] = tuple(r for r in rows["readings"] if is_in(r[2]))
    return Export(rows)


def test_month_by_month_is_all_at_once() -> None:
    both = one_group("a", (1, 2), 2).replacing(debts=(), intervals=())
    parts = [months_of(both, {1}), months_of(both, {2})]
    parts[0].rows["readings"] = both.rows["readings"]  # the first month brings its beginning
    states = [part.state() for part in parts]
    assert states[0].merge(states[1]) == states[1].merge(states[0]) == both.state()
    assert both.state().months == ("2025-01", "2025-02")


@settings(max_examples=5)
@given(st.integers(1, 99), st.integers(1, 3))
def test_a_month_run_again_gives_the_same_bytes(step: int, accounts: int) -> None:
    both = one_group("a", (2, 3), accounts, step).replacing(debts=(), intervals=())
    state = both.state()
    less = state.without("2025-03")
    assert less.months == ("2025-02",)
    assert not (
        less.tables["readings"]["read_on"] == (date(2025, 4, 1) - date(1970, 1, 1)).days
    ).any()
    again = months_of(both, {3}).state()
    assert less.merge(again).digest == state.digest
    with pytest.raises(TableError):
        state.without("2025-13")


# merging what differs


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        ("readings", (("ma", "正向有功总", "2025-02-01", "999", "正常"),)),
        ("meters", (("ma", "a", "60", "ta", "la"),)),
        ("accounts", (("a", "a", "大工业", "2025-01-01", "2025-02-01", "3"),)),
        ("lines", (("la", "0.03"),)),
        ("transformers", (("ta", "a", "630", "", "S9"),)),
        ("givens", (("ma", "line_loss_kwh", "", "13"),)),
        ("incidents", (("ia", "a", "超容", "2025-02-01"),)),
        ("loss_tables", (("S9", "500", "0", "1000", "11"),)),
        ("intervals", (("ma", "2025-01-01 00:15", "0.6"),)),
    ],
)
def test_the_same_row_with_other_content_cannot_be_merged(
    table: str, rows: tuple[tuple[str, ...], ...]
) -> None:
    state = one_group("a").state()
    other = one_group("a").replacing(**{table: rows}).state()
    with pytest.raises(MergeError) as caught:
        state.merge(other)
    (problem,) = caught.value.problems
    assert (problem.where, problem.count) == (f"state.{table}", 1)
    assert "without" in problem.render("zh")
    assert "without" in problem.render("en")


def test_equipment_may_change_from_month_to_month() -> None:
    january = one_group("a", (1,))
    february = one_group("a", (2,)).replacing(
        transformers=(("ta", "a", "630", "", "S9"),), readings=()
    )
    state = january.state().merge(february.state())
    sizes = [state.group("a", m).transformers[0].capacity_kva for m in state.months]
    assert sizes == [500, 630]


def test_an_account_may_move_to_another_group() -> None:
    accounts = (
        ("a", "g", "x", "2025-01-01", "2025-02-01", ""),
        ("a", "h", "x", "2025-02-01", "2025-03-01", ""),
    )
    days = ("2025-01-01", "2025-02-01", "2025-03-01")
    readings = tuple(("ma", "有功总", day, str(i), "") for i, day in enumerate(days))
    export = Export({"accounts": accounts, "meters": (("ma", "a", "1", "", ""),)})
    state = export.replacing(readings=readings).state()
    assert [
        len(state.group("g", "2025-01").readings),
        len(state.group("h", "2025-02").readings),
    ] == [2, 3]
    assert state["h"].group("h", "2025-02") == state.group("h", "2025-02")
    with pytest.raises(UnknownNameError):
        state.group("g", "2025-02")


# single groups


def test_a_group_as_records() -> None:
    group = one_group("B-2", accounts=2).state().group("B-2", "2025-01")
    assert [a.account_id for a in group.accounts] == ["B-2", "B-21"]
    first = group.accounts[0]
    assert (first.group_id, first.tariff, first.household_count) == ("B-2", "一般工商业", 3)
    assert (first.started_on, first.ended_on) == (date(2025, 1, 1), date(2025, 2, 1))
    assert first.power_factor_standard is first.is_power_factor_assessed is None
    assert group.meters[0] == Meter(
        meter_id="mB-2",
        account_id="B-2",
        multiplier=Decimal(40),
        transformer_id="tB-2",
        line_id="lB-2",
    )
    assert group.readings[1] == Reading(
        meter_id="mB-2",
        register="active_total",
        read_on=date(2025, 2, 1),
        reading=Decimal("200.25"),
        status="ok",
    )
    assert str(group.meters[0].multiplier) == "40"
    (relation,) = group.relations
    assert (relation.kind, relation.bears_line_loss, relation.ratio) == ("sub_meter", True, None)
    assert relation.period_split == ""
    assert [r.up_to_kwh for r in group.loss_tables] == [Decimal(1000), None]
    assert [r.loss_kvarh for r in group.loss_tables] == [0, 0]
    assert group.lines[0].loss_ratio == Decimal("0.02")
    assert group.givens[0].period == "total"
    assert group.adjustments[0].amount_yuan == Decimal(-5)
    assert group.incidents[0].kind == "theft"
    assert group.debts[0].paid_on is None


@settings(max_examples=30)
@given(st.decimals(0, 10**9, places=6), st.dates(date(1990, 1, 2), date(2026, 1, 1)))
def test_numbers_and_days_come_back_as_they_were(value: Decimal, day: date) -> None:
    accounts = {"account_id": ["a"], "started_on": ["1990-01-01"], "ended_on": [day]}
    frames = {
        "meters": {"meter_id": ["m"], "account_id": ["a"]},
        "readings": {
            "meter_id": ["m"],
            "register": ["active_total"],
            "read_on": [day],
            "reading": [format(value, "f")],
        },
    }
    state = aggregate(check(accounts=accounts, **frames, now=NOW))
    with localcontext() as context:
        context.prec = 3  # whoever reads records may count with few digits
        (reading,) = state.group("a", state.months[0]).readings
    assert (reading.reading, reading.read_on) == (value, day)
    assert "E" not in str(reading.reading)


@pytest.mark.parametrize(
    ("end", "month"),
    [
        ("2025-02-01", "2025-01"),
        ("2025-01-24", "2025-01"),
        ("2025-02-02", "2025-02"),
        ("2025-01-01", "2024-12"),
    ],
)
def test_the_month_of_a_period_is_the_one_it_ends_in(end: str, month: str) -> None:
    accounts = {"account_id": ["a"], "started_on": ["2024-11-24"], "ended_on": [end]}
    state = aggregate(check(accounts=accounts, now=NOW))
    assert state.months == (month,)
    assert state.group_ids(month) == ("a",)


def test_rows_of_one_period_say_so_where_they_end_before_it() -> None:
    accounts = {
        "account_id": ["a", "a"],
        "started_on": ["2024-12-24", "2025-01-01"],
        "ended_on": ["2025-01-01", "2025-01-24"],
        "period_ended_on": ["2025-01-24", ""],
    }
    state = aggregate(check(accounts=accounts, now=NOW))
    assert len(state.group("a", "2025-01").accounts) == 2


def test_later_readings_do_not_count_and_earlier_ones_do() -> None:
    state = one_group("a", (1, 2, 3)).replacing(debts=()).state()
    assert [len(state.group("a", m).readings) for m in state.months] == [2, 3, 4]


def test_what_is_dated_goes_to_its_month() -> None:
    export = one_group("a", (1, 2)).replacing(
        incidents=(
            ("i1", "a", "窃电", "2025-01-31"),
            ("i2", "a", "窃电", "2025-02-01"),
            ("i3", "a", "窃电", ""),
        ),
        debts=(("a", "1", "2024-12-20", "2025-01-02"), ("a", "2", "2024-12-20", "")),
    )
    state = export.state()
    found = [state.group("a", m) for m in state.months]
    assert [[i.incident_id for i in g.incidents] for g in found] == [["i1"], ["i2", "i3"]]
    assert [[int(d.amount_yuan) for d in g.debts] for g in found] == [[1], [2]]


@pytest.mark.parametrize("group", ["x", "99", "", "B", "B-22"])
def test_an_unknown_group_or_month_is_told(group: str) -> None:
    state = one_group("B-2").state()
    with pytest.raises(UnknownNameError) as caught:
        state.group(group, "2025-01")
    assert repr(group) in caught.value.render("zh")
    with pytest.raises(UnknownNameError) as caught:
        state.group("B-2", "2025-02")
    assert "2025-01" in caught.value.render("en")
    with pytest.raises(UnknownNameError) as caught:
        state[["B-2", group]]
    assert repr(group) in caught.value.render("en")
    with pytest.raises(TableError):
        state.group("B-2", "soon")


def test_groups_come_in_the_order_of_their_texts() -> None:
    state = merged([one_group(name).state() for name in NAMES])
    assert list(state.group_ids("2025-01")) == sorted(NAMES)
    assert state.groups.to_text().tolist() == sorted(NAMES)
    assert (len(state), state.group_ids("2025-02")) == (4, ())
    assert len(state.picked(np.array([1, 2]))) == 2
    assert "4 groups, months 2025-01..2025-01" in repr(state)


@pytest.mark.parametrize(
    "change",
    [
        lambda e: e.replacing(readings=e.rows["readings"][:1]),
        lambda e: e.replacing(debts=()),
        lambda e: e.replacing(intervals=()),
        lambda e: e.replacing(lines=()),
        lambda e: e.replacing(loss_tables=LOSSES[:1]),
        lambda e: e.replacing(adjustments=(("a", "refund", "energy", "-5.01"),)),
        lambda e: e + one_group("b").replacing(loss_tables=()),
    ],
)
def test_any_difference_shows_in_equality_and_digest(change: Callable[[Export], Export]) -> None:
    state, other = one_group("a").state(), change(one_group("a")).state()
    assert state != other
    assert state.digest != other.digest
    assert state != "state"
    assert state == one_group("a").state()


def test_a_state_never_changes_and_cannot_be_hashed() -> None:
    one, other = one_group("a").state(), one_group("b").state()
    before = one.digest, other.digest
    one.merge(other)
    one.without("2025-01")
    one[["a"]].group("a", "2025-01")
    assert (one.digest, other.digest) == before
    with pytest.raises(TypeError):
        hash(one)


def test_columns_are_small_and_every_table_is_there() -> None:
    state = one_group("a").state()
    assert set(state.tables) == set(COLUMNS)
    readings = state.tables["readings"]
    assert sum(v.itemsize for v in readings.columns.values()) == 30
    assert MONTH not in readings.columns
    assert GROUP not in state.tables["loss_tables"].columns
