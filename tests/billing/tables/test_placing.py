from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from powerchannel.billing.tables.placing import (
    MONTHS,
    NO_MONTH,
    Links,
    common,
    end_month,
    expand_first,
    first_known,
    joined_ids,
    one_cell,
)
from powerchannel.ids import Ids
from powerchannel.tables import NO_DAY

names = st.sampled_from(["", "1", "01", "甲", "乙", "B-2"])
pairs = st.lists(st.tuples(names, st.integers(0, 5)), max_size=12)


def links_of(rows: list[tuple[str, int]]) -> Links:
    return Links.of(Ids.from_text([n for n, _ in rows]), np.array([p for _, p in rows], np.int64))


def found(rows_places: tuple[np.ndarray, np.ndarray]) -> list[tuple[int, int]]:
    return sorted(zip(*(part.tolist() for part in rows_places), strict=True))


@given(st.dates(date(1960, 1, 1), date(9999, 12, 31)))
def test_a_period_belongs_to_the_month_of_its_last_day(end: date) -> None:
    last = end - timedelta(days=1)
    days = np.array([(end - date(1970, 1, 1)).days, NO_DAY], np.int32)
    assert end_month(days).tolist() == [(last.year - 1970) * 12 + last.month - 1, NO_MONTH]


@given(st.lists(st.lists(names, max_size=5), max_size=4))
def test_columns_of_ids_one_after_the_other(parts: list[list[str]]) -> None:
    joined = joined_ids([Ids.from_text(part) for part in parts])
    assert joined.to_text().tolist() == [n or None for part in parts for n in part]


@given(pairs, st.lists(names, max_size=6))
def test_links_give_every_place_of_an_id_once(
    rows: list[tuple[str, int]], wanted: list[str]
) -> None:
    links, ids = links_of(rows), Ids.from_text(wanted)
    by_hand = {(i, p) for i, w in enumerate(wanted) for n, p in rows if n == w and n}
    assert found(links.expand(ids)) == sorted(by_hand)
    assert links.known(ids).tolist() == [any(n == w and n for n, _ in rows) for w in wanted]
    again = Links.of(*links.pairs())
    assert found(again.expand(ids)) == sorted(by_hand)


@given(pairs, pairs, st.lists(names, max_size=6))
def test_the_first_that_knows_an_id_says_where_it_is(
    one: list[tuple[str, int]], other: list[tuple[str, int]], wanted: list[str]
) -> None:
    links, ids = (links_of(one), links_of(other)), Ids.from_text(wanted)
    which = first_known(links, ids)
    by_hand = set()
    for i, name in enumerate(wanted):
        rows = one if any(n == name for n, _ in one) and name else other
        by_hand |= {(i, p) for n, p in rows if n == name and n}
        assert (which[i] >= 0) == any(j == i for j, _ in by_hand)
    assert found(expand_first(links, ids)) == sorted(by_hand)
    more = links[0].with_more(*links[1].pairs())
    assert found(more.expand(ids)) == found(links_of(one + other).expand(ids))


@given(pairs, pairs)
def test_common_pairs(one: list[tuple[str, int]], other: list[tuple[str, int]]) -> None:
    lists = [
        (np.array([len(n) for n, _ in rows], np.int64), np.array([p for _, p in rows], np.int64))
        for rows in (one, other)
    ]
    shared = {(len(n), p) for n, p in one} & {(len(n), p) for n, p in other}
    assert found(common(*lists)) == sorted(shared)


@settings(max_examples=60)
@given(st.sets(st.integers(0, 9), max_size=4), st.integers(-1, 10))
def test_one_cell_of_several(months: set[int], wanted: int) -> None:
    links = links_of([("a", MONTHS + m) for m in months])
    ids, asked = Ids.from_text(["a", "b"]), np.array([wanted, wanted])
    exact, other = one_cell((links,), ids, asked, is_exact=True)
    if wanted == NO_MONTH:
        assert exact == (MONTHS + min(months) if len(months) == 1 else -1)
    else:
        assert exact == (MONTHS + wanted if wanted in months else -1)
    assert other == -1
    loose, _ = one_cell((links,), ids, asked, is_exact=False)
    from_then = [m for m in months if wanted not in (NO_MONTH,) and m >= wanted]
    expected = min(from_then) if from_then else max(months, default=None)
    assert loose == (-1 if expected is None else MONTHS + expected)
