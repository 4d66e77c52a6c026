"""What is remembered: against plain counting, and how memories join, shrink and are rebuilt."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from powerchannel import channel
from powerchannel.channel.state import State
from powerchannel.errors import MergeError, TableError, UnknownNameError
from powerchannel.periods import format_month
from strategies import AS_OF, MONTH, Export, Row, crowd, exports, hebei, moment, month_of, rulebooks

CATALOGUE = hebei().catalogue


def of_months(test: Callable[[int], bool]) -> dict[str, Callable[[Row], bool]]:
    """Tests that keep contacts and complaints of some months."""
    return {name: lambda row: test(month_of(row[2])) for name in ("contacts", "complaints")}


def table_equal(a: channel.Result, b: channel.Result) -> bool:
    return bool(a.table.equals(b.table) and a.wide.equals(b.wide))


def use(customer: str, month: int = MONTH, code: str = "app") -> Row:
    return (customer, code, moment(month), None, None, None)


@settings(max_examples=5)
@given(exports(CATALOGUE), st.randoms(use_true_random=False))
def test_month_by_month_in_any_order_is_all_at_once(export: Export, random) -> None:
    whole = export.state(CATALOGUE)
    parts = [
        evolve(export.keeping(**of_months(lambda m, only=month: m == only)), facts=(), dislikes=())
        for month in {month_of(row[2]) for row in export.contacts + export.complaints}
    ]
    # facts and dislikes arrive in any month, and may arrive again
    parts += [Export(facts=export.facts), Export(facts=export.facts[:1])]
    parts += [Export(dislikes=export.dislikes[:1]), Export(dislikes=export.dislikes)]
    random.shuffle(parts)
    merged = Export().state(CATALOGUE)
    for part in parts:
        merged = merged.merge(part.state(CATALOGUE))
    assert merged == whole
    assert merged.digest == whole.digest


@settings(max_examples=5)
@given(exports(CATALOGUE), st.integers(MONTH - 5, MONTH))
def test_a_month_run_again_gives_the_same_bytes(export: Export, month: int) -> None:
    state = export.state(CATALOGUE)
    again = export.keeping(**of_months(lambda m: m == month)).state(CATALOGUE)
    rebuilt = state.without(format_month(month)).merge(again)
    assert rebuilt == state
    assert rebuilt.digest == state.digest
    results = [channel.evaluate(s, hebei(), as_of=AS_OF) for s in (state, rebuilt)]
    assert table_equal(*results)
    assert results[0].origin == results[1].origin


@settings(max_examples=5)
@given(exports(CATALOGUE), st.sets(st.integers(MONTH - 9, MONTH + 2), max_size=3))
def test_without_forgets_contacts_and_complaints_of_those_months_alone(
    export: Export, months: set[int]
) -> None:
    found = export.state(CATALOGUE).without(*map(format_month, months))
    rest = export.keeping(**of_months(lambda m: m not in months)).state(CATALOGUE)
    # customers who are left without anything stay known
    bare = found.without(*map(format_month, range(MONTH - 12, MONTH + 4)))
    assert found == rest.merge(bare)
    assert not set(found.months) & set(map(format_month, months))
    assert len(found) == len(export.customers)


@settings(max_examples=5)
@given(st.data())
def test_trimming_what_lies_before_the_window_changes_no_score(data: st.DataObject) -> None:
    book = data.draw(rulebooks())
    state = data.draw(exports(book.catalogue)).state(book.catalogue)
    first = MONTH - book.window.months + 1
    trimmed = state.trim(before=format_month(first))
    assert all(month >= format_month(first) for month in trimmed.months)
    assert table_equal(*(channel.evaluate(s, book, as_of=AS_OF) for s in (state, trimmed)))


@settings(max_examples=5)
@given(
    exports(CATALOGUE),
    exports(CATALOGUE),
    st.integers(MONTH - 8, MONTH + 2),
    st.integers(MONTH - 8, MONTH + 2),
)
def test_trimming_twice_is_trimming_once_and_goes_with_merging(
    one: Export, other: Export, early: int, late: int
) -> None:
    a, b = one.state(CATALOGUE), other.state(CATALOGUE)
    first, second = format_month(early), format_month(late)
    assert a.trim(before=first).trim(before=second) == a.trim(before=max(first, second))
    assert a.merge(b).trim(before=first) == a.trim(before=first).merge(b.trim(before=first))
    whole = range(MONTH - 12, early)
    assert a.trim(before=first) == a.without(*map(format_month, whole))


@settings(max_examples=5)
@given(exports(CATALOGUE, customers=("0017", "17", "HB-7", "客户", "9" * 19)), st.data())
def test_some_customers_remember_what_they_did(export: Export, data: st.DataObject) -> None:
    state = export.state(CATALOGUE)
    keys = [c for c in export.customers if data.draw(st.booleans())]
    alone = export.keeping(
        **dict.fromkeys(("contacts", "facts", "dislikes", "complaints"), lambda r: r[0] in keys)
    )
    assert state[keys] == alone.state(CATALOGUE)
    assert state[keys].digest == alone.state(CATALOGUE).digest
    assert state[reversed(keys)] == state[keys]


def test_a_single_customer_may_be_asked_for_by_name() -> None:
    state = Export(contacts=(use("0017"), use("17"))).state(CATALOGUE)
    assert state["0017"].customers.to_text().tolist() == ["0017"]
    assert len(state[[]]) == 0


def test_an_unknown_customer_is_named() -> None:
    state = Export(contacts=(use("0017"),)).state(CATALOGUE)
    with pytest.raises(UnknownNameError) as caught:
        state[["17", "0017", "018"]]
    (problem,) = caught.value.problems
    assert problem.count == 2
    assert all("'17'" in problem.render(lang) for lang in ("zh", "en"))


def test_customers_come_in_the_order_of_their_texts() -> None:
    ids = ["客户", "17", "0017", "HB-7", "9" * 19, "170"]
    export = Export(contacts=tuple(use(i) for i in ids[:3]), facts=(), complaints=())
    export += Export(complaints=tuple((i, "app", moment(MONTH)) for i in ids[3:]))
    assert export.state(CATALOGUE).customers.to_text().tolist() == sorted(ids)


def test_a_contact_belongs_to_the_month_of_its_local_time() -> None:
    stamps = ["2022-02-28T16:00:00Z", "2022-02-28T15:59:59Z"]
    contacts = {"customer_id": ["1", "1"], "channel": ["app"] * 2, "contacted_at": stamps}
    state = channel.aggregate(channel.check(contacts=contacts))
    assert state.months == ("2022-02", "2022-03")
    assert [p.counts.tolist() for p in state.planes.values()] == [[1], [1]]


def test_states_of_other_catalogues_do_not_merge() -> None:
    others = evolve(CATALOGUE, channels=CATALOGUE.channels[:3], evidence=(), classifications=())
    a, b = Export().state(CATALOGUE), Export().state(others)
    with pytest.raises(MergeError) as caught:
        a.merge(b)
    for lang in ("zh", "en"):
        assert "portal" in caught.value.render(lang)
        assert "['hotline', 'hall', 'app']" in caught.value.render(lang)
    assert a != b


@pytest.mark.parametrize(
    "changed",
    [
        Export(contacts=(use("1"),)),
        Export(contacts=(use("2"), use("1"), use("1"))),
        Export(contacts=(use("1", MONTH - 1), use("1"))),
        Export(contacts=(use("1", code="hall"), use("1"))),
        Export(contacts=(use("1"), use("1")), complaints=(("1", "app", moment(MONTH)),)),
        Export(contacts=(use("1"), use("1")), dislikes=(("1", "app", moment(MONTH), None),)),
        Export(contacts=(use("1"), use("1")), facts=(("1", "app", "followed", None, None),)),
        Export(
            contacts=(use("1"), ("1", "app", moment(MONTH), None, "push_link", None)),
        ),
    ],
)
def test_any_difference_shows_in_equality_and_digest(changed: Export) -> None:
    state = Export(contacts=(use("1"), use("1"))).state(CATALOGUE)
    other = changed.state(CATALOGUE)
    assert state != other
    assert state.digest != other.digest
    assert state == Export(contacts=(use("1"), use("1"))).state(CATALOGUE)
    assert state != "state"


def test_counts_saturate_and_say_so() -> None:
    part = Export(contacts=(use("1"),) * 200).state(CATALOGUE)
    assert part.saturated == 0
    full = part.merge(part)
    assert full.saturated == 1
    assert full.planes[MONTH].counts.tolist() == [255]
    assert full.merge(part) == full
    assert "saturated counts: 1" in repr(full)
    assert "saturated" not in repr(part)


def test_a_fact_keeps_its_earlier_known_end() -> None:
    def fact(until: int | None) -> State:
        end = None if until is None else moment(until)
        return Export(facts=(("1", "app", "followed", None, end),)).state(CATALOGUE)

    merged = fact(None).merge(fact(MONTH)).merge(fact(MONTH - 1))
    assert merged == fact(MONTH - 1)
    assert fact(None).merge(fact(None)) == fact(None)


def test_a_bad_month_is_refused() -> None:
    with pytest.raises(TableError):
        Export().state(CATALOGUE).without("2022-13")


def test_nothing_in_nothing_remembered() -> None:
    empty = Export().state(CATALOGUE)
    assert (len(empty), empty.months, empty.saturated) == (0, (), 0)
    assert repr(empty) == "<channel.State 0 customers, months ->"
    assert empty.merge(empty) == empty
    assert empty.trim(before=AS_OF) == empty


def test_merging_leaves_both_as_they_were() -> None:
    one, other = (crowd(CATALOGUE, seed, 20).state(CATALOGUE) for seed in (1, 2))
    before = one.digest, other.digest
    one.merge(other)
    one.without(AS_OF)
    one.trim(before=AS_OF)
    assert (one.digest, other.digest) == before


def test_the_state_cannot_be_hashed() -> None:
    with pytest.raises(TypeError):
        hash(Export().state(CATALOGUE))


def test_planes_hold_only_months_with_a_use() -> None:
    export = Export(contacts=(use("1", MONTH - 200), use("1")))
    state = export.state(CATALOGUE)
    assert state.months == (format_month(MONTH - 200), AS_OF)
    assert [len(plane.cells) for plane in state.planes.values()] == [1, 1]
    assert np.sum([plane.counts.sum() for plane in state.planes.values()]) == 2
