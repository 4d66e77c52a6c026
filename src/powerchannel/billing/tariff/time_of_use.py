"""The hours of the day and what energy costs in them (分时)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal, localcontext
from itertools import pairwise
from typing import Literal, TypeAlias, get_args

from attrs import field, frozen

from powerchannel.errors import Problem
from powerchannel.rulebook import FrozenMapping, Provenance
from powerchannel.rulebook.checks import (
    above,
    all_of,
    at_least,
    between,
    each,
    once,
    problem,
    refuse,
)
from powerchannel.text import Text

__all__ = ["DAY_TYPES", "Calendar", "DayType", "Hours", "Span", "TimeOfUse"]

DayType: TypeAlias = Literal["workday", "weekend", "holiday", "make_up_workday"]
DAY_TYPES: tuple[DayType, ...] = get_args(DayType)
"""工作日、周末、节假日、调休上班日."""

Hours: TypeAlias = tuple[int, int, str]
"""From minute, to minute, period."""

_DAY = 24 * 60
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_EXACT_DIGITS = 200  # a product of three numbers of 56 digits each is not rounded


def _minutes(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _is_start(_: object, __: object, value: str) -> None:
    if not _TIME.fullmatch(value):
        raise ValueError(Text(f"{value!r} 应写成 08:30", f"{value!r} must read like 08:30"))


@frozen(kw_only=True)
class Span:
    """Hours of a day that belong to a period: ``[from, to)`` (时段).

    A span that ends before it begins passes midnight; it then is the last hours of each of its
    days and the first hours of the same days.

    Parameters
    ----------
    period : str
        sharp, peak, flat, valley or deep_valley.
    from_time, to_time : str
        Such as ``"22:00"``; ``"24:00"`` ends the day.
    months : tuple of int
        Months it holds in; empty for all.
    day_types : tuple of str
        workday, weekend, holiday, make_up_workday; empty for all.
    """

    period: Literal["sharp", "peak", "flat", "valley", "deep_valley"]
    from_time: str = field(validator=_is_start)
    to_time: str = field()
    months: tuple[int, ...] = field(default=(), validator=all_of(each(between(1, 12)), once))
    day_types: tuple[DayType, ...] = field(default=(), validator=once)

    @to_time.validator
    def _ends(self, attribute: object, value: str) -> None:
        if value != "24:00":
            _is_start(self, attribute, value)
        if value == self.from_time:
            raise ValueError(
                Text(
                    "起止相同；整天写作 00:00 至 24:00",
                    "it ends where it begins; a whole day is 00:00 to 24:00",
                )
            )

    @property
    def is_named(self) -> bool:
        """Whether it names months or day types, and so goes before spans that do not (是否特定)."""
        return bool(self.months or self.day_types)

    def holds(self, month: int, day_type: str) -> bool:
        """Tell whether it is about such a day (是否适用)."""
        return (not self.months or month in self.months) and (
            not self.day_types or day_type in self.day_types
        )

    def minutes(self) -> tuple[tuple[int, int], ...]:
        """Return its parts of a day, in minutes from 0:00 (起止分钟)."""
        start, end = _minutes(self.from_time), _minutes(self.to_time)
        if start < end:
            return ((start, end),)
        return tuple(part for part in ((0, end), (start, _DAY)) if part[0] < part[1])


@frozen(kw_only=True)
class Calendar:
    """Every minute of every day in exactly one period (分时日历).

    A span that names day types or months goes before one that does not; two of the same rank may
    not overlap.

    Examples
    --------
    >>> assumed = Provenance(status="assumed", clause="example")
    >>> night = Span(period="valley", from_time="22:00", to_time="06:00")
    >>> day = Span(period="peak", from_time="06:00", to_time="22:00")
    >>> Calendar(spans=(night, day), provenance=assumed).hours(7, "workday")
    ((0, 360, 'valley'), (360, 1320, 'peak'), (1320, 1440, 'valley'))
    """

    spans: tuple[Span, ...] = field()
    provenance: Provenance

    @spans.validator
    def _each_minute_once(self, _: object, value: tuple[Span, ...]) -> None:
        refuse([*_overlaps(value), *_gaps(value)])

    @property
    def periods(self) -> tuple[str, ...]:
        """The periods that occur in it (所含时段)."""
        return tuple(dict.fromkeys(span.period for span in self.spans))

    def hours(self, month: int, day_type: str) -> tuple[Hours, ...]:
        """Return the periods of a day in their order (某日时段表).

        Parameters
        ----------
        month : int
            1 to 12.
        day_type : str
            workday, weekend, holiday or make_up_workday.

        Returns
        -------
        tuple of (int, int, str)
            From minute, to minute, period: together the whole day.
        """
        found: list[Hours] = []
        for start, end in _pieces(self.spans):
            period = next(s.period for s in _holding(self.spans, month, day_type, start))
            if found and found[-1][2] == period:
                found[-1] = (found[-1][0], end, period)
            else:
                found.append((start, end, period))
        return tuple(found)


def _pieces(spans: Iterable[Span]) -> Iterator[tuple[int, int]]:
    """Yield the parts of a day within which no span begins or ends."""
    marks = {0, _DAY} | {mark for span in spans for part in span.minutes() for mark in part}
    yield from pairwise(sorted(marks))


def _holding(spans: Iterable[Span], month: int, day_type: str, minute: int) -> list[Span]:
    """Return the spans that a minute lies in, those that name months or day types first."""
    found = [
        span
        for span in spans
        if span.holds(month, day_type)
        and any(start <= minute < end for start, end in span.minutes())
    ]
    return sorted(found, key=lambda span: not span.is_named)


def _overlaps(spans: Sequence[Span]) -> Iterator[Problem]:
    for i, one in enumerate(spans):
        for j, other in enumerate(spans[:i]):
            common = _common(one, other)
            if common is None or one.is_named != other.is_named:
                continue
            start, end = map(_clock, common)
            yield problem(
                f"$[{i}]",
                f"{start} 至 {end} 与 spans[{j}] 重叠；请改起止、月份或日类型，每一时刻只归一段",
                f"{start} to {end} is in spans[{j}] as well; change times, months or day types "
                "so that every minute is in one period",
                code="overlap",
            )


def _common(one: Span, other: Span) -> tuple[int, int] | None:
    """Return the first minutes that two spans share on some day."""
    if not any(one.holds(m, d) and other.holds(m, d) for m in _MONTHS for d in DAY_TYPES):
        return None
    shared = [(max(a, c), min(b, d)) for a, b in one.minutes() for c, d in other.minutes()]
    return next((part for part in sorted(shared) if part[0] < part[1]), None)


_MONTHS = range(1, 13)


def _gaps(spans: Sequence[Span]) -> Iterator[Problem]:
    """Yield one problem for each part of the day that is in no period on some days."""
    for start, end in _pieces(spans):
        days = [(m, d) for m in _MONTHS for d in DAY_TYPES if not _holding(spans, m, d, start)]
        if days:
            months = ", ".join(map(str, sorted({month for month, _ in days})))
            kinds = ", ".join(kind for kind in DAY_TYPES if kind in {k for _, k in days})
            yield problem(
                "$",
                f"{_clock(start)} 至 {_clock(end)} 不属任何时段"
                f"（月份 {months}；日类型 {kinds}）；请补一段",
                f"{_clock(start)} to {_clock(end)} is in no period "
                f"(months {months}; {kinds}); add a span",
                code="gap",
            )


@frozen(kw_only=True)
class TimeOfUse:
    """How prices move with the time of use (分时电价).

    ``peak = flat x peak_factor``, ``valley = flat x valley_factor``; the critical peak is
    ``sharp_factor`` on `sharp_on`, the deep valley ``deep_valley_factor`` on `deep_valley_on`.

    Parameters
    ----------
    peak_factor, valley_factor, sharp_factor, deep_valley_factor : Decimal
        As above: 1.6 for a rise of 60 %.
    sharp_on : {"peak", "flat"}
        What the critical peak is a multiple of.
    deep_valley_on : {"valley", "flat"}
        What the deep valley is a multiple of.
    price_decimals : int, optional
        Decimals of the derived prices [yuan/kWh]; exact where there is none.
    calendar : Calendar, optional
        When each period is; registers that keep periods themselves do without.
    """

    peak_factor: Decimal = field(default=Decimal(1), validator=above(0))
    valley_factor: Decimal = field(default=Decimal(1), validator=above(0))
    sharp_factor: Decimal = field(default=Decimal(1), validator=above(0))
    sharp_on: Literal["peak", "flat"] = "peak"
    deep_valley_factor: Decimal = field(default=Decimal(1), validator=above(0))
    deep_valley_on: Literal["valley", "flat"] = "valley"
    price_decimals: int | None = field(default=None, validator=at_least(0))
    calendar: Calendar | None = None
    provenance: Provenance

    @property
    def factors(self) -> Mapping[str, Decimal]:
        """What the flat price is multiplied by in each period, exactly (各时段系数)."""
        with localcontext(prec=_EXACT_DIGITS):
            return FrozenMapping(
                {
                    "sharp": self.sharp_factor
                    * (self.peak_factor if self.sharp_on == "peak" else 1),
                    "peak": self.peak_factor,
                    "flat": Decimal(1),
                    "valley": self.valley_factor,
                    "deep_valley": self.deep_valley_factor
                    * (self.valley_factor if self.deep_valley_on == "valley" else 1),
                }
            )

    def prices(self, flat: Decimal) -> Mapping[str, Decimal]:
        """Return the price of each period, and the flat one as that of the total (各时段电价).

        Parameters
        ----------
        flat : Decimal
            The flat price [yuan/kWh]; it is never rounded.

        Returns
        -------
        FrozenMapping of period to Decimal
            Exact, or rounded half up to `price_decimals` after all factors.

        Examples
        --------
        >>> rule = TimeOfUse(
        ...     peak_factor=Decimal("1.6"),
        ...     sharp_factor=Decimal("1.2"),
        ...     provenance=Provenance(status="assumed", clause="example"),
        ... )
        >>> str(rule.prices(Decimal("0.1515"))["sharp"])
        '0.290880'
        """
        with localcontext(prec=_EXACT_DIGITS):
            derived = {period: self._rounded(flat * by) for period, by in self.factors.items()}
        return FrozenMapping({**derived, "flat": flat, "total": flat})

    def _rounded(self, price: Decimal) -> Decimal:
        if self.price_decimals is None:
            return price
        return price.quantize(Decimal(1).scaleb(-self.price_decimals), ROUND_HALF_UP)
