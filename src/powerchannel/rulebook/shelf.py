"""The dated editions of one rulebook, without gap or overlap."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import Generic, TypeVar

from attrs import field, frozen

from powerchannel.errors import NotInForceError, Problem, RulebookError
from powerchannel.rulebook.records import RulebookRecord
from powerchannel.text import Text

__all__ = ["Shelf"]

R = TypeVar("R", bound=RulebookRecord)


def _sorted(books: Iterable[R]) -> tuple[R, ...]:
    return tuple(sorted(books, key=lambda book: book.effective_from or date.min))


@frozen
class Shelf(Generic[R]):
    """The editions of one rulebook in the order of their dates (规则集书架).

    An edition is in force from ``effective_from`` to the day before ``effective_to``. The first
    may have no beginning, the last no end; one with neither stands alone.

    Parameters
    ----------
    books : iterable of RulebookRecord
        The editions, in any order.

    Raises
    ------
    RulebookError
        When they differ in kind or name, or leave a gap or overlap; with every problem.

    Examples
    --------
    >>> @frozen(kw_only=True)
    ... class Book:
    ...     kind: str = "channel"
    ...     name: str = "hebei"
    ...     effective_from: date | None = None
    ...     effective_to: date | None = None
    >>> old = Book(effective_to=date(2022, 1, 1))
    >>> shelf = Shelf([Book(effective_from=date(2022, 1, 1)), old])
    >>> shelf.at(date(2021, 12, 31)) is old
    True
    """

    books: tuple[R, ...] = field(converter=_sorted)

    def __attrs_post_init__(self) -> None:
        problems = (*_strangers(self.books), *_empty(self.books), *_seams(self.books))
        if problems:
            raise RulebookError(problems)

    def at(self, day: date) -> R:
        """Return the edition in force on a day (某日生效的规则集).

        Parameters
        ----------
        day : date
            The day.

        Raises
        ------
        NotInForceError
            When none is; says which there are.
        """
        for book in self.books:
            if _is_in_force(book, day):
                return book
        zh = "；".join(_span(book).zh for book in self.books) or "无"
        en = "; ".join(_span(book).en for book in self.books) or "none"
        raise NotInForceError.of(
            "not_in_force",
            "rulebook",
            f"{day} 没有生效的规则集；现有：{zh}",
            f"no rulebook is in force on {day}; there are: {en}",
        )


def _is_in_force(book: RulebookRecord, day: date) -> bool:
    begins, ends = book.effective_from, book.effective_to
    return (begins is None or begins <= day) and (ends is None or day < ends)


def _span(book: RulebookRecord) -> Text:
    begins, ends = book.effective_from, book.effective_to
    return Text(
        f"{book.name}（{begins or '不限'} 起，{ends or '不限'} 前）",
        f"{book.name} [{begins or 'ever'}, {ends or 'ever'})",
    )


def _problem(code: str, where: str, zh: str, en: str) -> Problem:
    return Problem(code=code, where=where, message=Text(zh, en))


def _strangers(books: Sequence[RulebookRecord]) -> Iterator[Problem]:
    for attribute in ("kind", "name"):
        values = sorted({str(getattr(book, attribute)) for book in books})
        if len(values) > 1:
            names = ", ".join(values)
            yield _problem(
                "different_rulebooks",
                attribute,
                f"同一书架只放同一规则集的各版，实有：{names}；请分开放",
                f"a shelf holds editions of one rulebook, found: {names}; use one shelf for each",
            )


def _empty(books: Sequence[RulebookRecord]) -> Iterator[Problem]:
    for book in books:
        if book.effective_from and book.effective_to and book.effective_to <= book.effective_from:
            span = _span(book)
            yield _problem(
                "never_in_force",
                "effective_to",
                f"{span.zh}：失效日期须晚于生效日期",
                f"{span.en}: effective_to must be later than effective_from",
            )


def _seams(books: Sequence[RulebookRecord]) -> Iterator[Problem]:
    for before, after in pairwise(books):
        ends, begins = before.effective_to, after.effective_from
        if ends == begins and ends is not None:
            continue
        is_gap = ends is not None and begins is not None and ends < begins
        one, two = _span(before), _span(after)
        yield _problem(
            "gap" if is_gap else "overlap",
            "effective_from",
            f"{one.zh}与{two.zh}之间有{'空档' if is_gap else '重叠'}；前者失效之日应为后者生效之日",
            f"there is {'a gap' if is_gap else 'an overlap'} between {one.en} and {two.en}; "
            "each must end on the day the next begins",
        )
