"""Dated editions: no gap, no overlap, and the one in force on a day."""

from __future__ import annotations

import random
from datetime import date, timedelta
from itertools import pairwise

import pytest
from attrs import frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from powerchannel.errors import NotInForceError, RulebookError
from powerchannel.rulebook import Shelf
from powerchannel.text import Text

law = settings(deadline=None, derandomize=True)
HEBEI = Text("河北", "Hebei")
DAYS = st.dates(date(2000, 1, 1), date(2030, 12, 31))


@frozen(kw_only=True)
class Book:
    kind: str = "channel"
    schema_version: int = 1
    name: str = "hebei"
    title: Text = HEBEI
    source: str = "S0"
    effective_from: date | None = None
    effective_to: date | None = None


def edition(begins: date | None, ends: date | None) -> Book:
    return Book(effective_from=begins, effective_to=ends)


def codes(*books: Book) -> list[str]:
    with pytest.raises(RulebookError) as caught:
        Shelf(books)
    return [problem.code for problem in caught.value.problems]


Y20, Y21, Y22 = date(2020, 1, 1), date(2021, 1, 1), date(2022, 1, 1)


def test_an_undated_book_is_always_in_force() -> None:
    shelf = Shelf([Book()])
    assert shelf.at(date.min) == shelf.at(date.max) == Book()


@law
@given(st.lists(DAYS, min_size=2, max_size=6, unique=True), DAYS, st.randoms())
def test_every_day_has_the_edition_that_covers_it(
    seams: list[date], day: date, chance: random.Random
) -> None:
    seams = sorted(seams)
    books = [edition(begins, ends) for begins, ends in pairwise([None, *seams, None])]
    chance.shuffle(books)
    book = Shelf(books).at(day)
    assert book.effective_from is None or book.effective_from <= day
    assert book.effective_to is None or day < book.effective_to


@law
@given(st.lists(DAYS, min_size=3, max_size=6, unique=True), st.data())
def test_a_moved_seam_is_refused(seams: list[date], data: st.DataObject) -> None:
    spans = list(pairwise(sorted(seams)))
    index = data.draw(st.integers(0, len(spans) - 2))
    shift = data.draw(st.integers(1, 100)) * data.draw(st.sampled_from([-1, 1]))
    begins, ends = spans[index]
    spans[index] = (begins, ends + timedelta(days=shift))
    assert ("overlap" if shift > 0 else "gap") in codes(*(edition(*span) for span in spans))


def test_a_day_outside_names_what_there_is() -> None:
    shelf = Shelf([edition(Y20, Y21), edition(Y21, Y22)])
    assert shelf.at(date(2020, 12, 31)).effective_from == Y20
    assert shelf.at(Y21).effective_from == Y21
    for day in (date(2019, 12, 31), Y22):
        with pytest.raises(NotInForceError) as caught:
            shelf.at(day)
        assert f"{day} 没有生效的规则集；现有：hebei（2020-01-01 起" in caught.value.render("zh")
        assert "hebei [2021-01-01, 2022-01-01)" in caught.value.render("en")


def test_an_empty_shelf_has_nothing_in_force() -> None:
    with pytest.raises(NotInForceError, match="none"):
        Shelf([]).at(Y20)


@pytest.mark.parametrize(
    ("books", "code"),
    [
        ([edition(None, Y20), edition(Y21, None)], "gap"),
        ([edition(None, Y21), edition(Y20, None)], "overlap"),
        ([edition(Y20, None), edition(Y21, None)], "overlap"),
        ([edition(None, Y20), edition(None, Y21)], "overlap"),
        ([Book(), edition(Y20, None)], "overlap"),
        ([Book(), Book()], "overlap"),
        ([edition(Y20, Y20)], "never_in_force"),
        ([edition(Y21, Y20)], "never_in_force"),
        ([edition(None, Y20), Book(name="x", effective_from=Y20)], "different_rulebooks"),
        ([edition(None, Y20), Book(kind="x", effective_from=Y20)], "different_rulebooks"),
    ],
)
def test_refused(books: list[Book], code: str) -> None:
    assert codes(*books) == [code]


def test_all_problems_come_at_once() -> None:
    books = [edition(None, Y20), edition(Y21, Y22), Book(name="x", effective_from=Y21)]
    assert codes(*books) == ["different_rulebooks", "gap", "overlap"]
