"""Column headers that are days, in whatever spelling (日期列名)."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from powerchannel.errors import TableError
from powerchannel.times import NAT, parse_times, to_local

__all__ = ["day_headers"]

_DAY_US = 86_400_000_000
_YEAR_LAST = re.compile(r"\s*([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})(?:\s+0?0:00(?::00)?)?\s*")


def day_headers(headers: Sequence[str], where: str) -> dict[str, np.datetime64]:
    """Return the headers that are days (识别日期列).

    ``2014/1/1``, ``2014-01-01``, ``20140101``, ``2014年1月1日`` and what `parse_times` reads; and
    with the year last, ``1/31/2014`` or ``31.1.2014``: which of the two leads is told by the
    headers together, and never guessed at.

    Raises
    ------
    TableError
        When two columns are of one day, or nobody can tell month from day.

    Examples
    --------
    >>> found = day_headers(["CONS_NO", "1/1/2014", "1/31/2014"], "sgcc")
    >>> [str(day) for day in found.values()]
    ['2014-01-01', '2014-01-31']
    """
    found = _year_first(headers) | _year_last(headers, where)
    days = list(found.values())
    repeated = sorted({str(day) for day in days if days.count(day) > 1}) if _repeats(days) else []
    if repeated:
        raise TableError.of(
            "repeated_day",
            where,
            f"{len(repeated)} 天各有几列（如 {repeated[0]}）；请去掉一列",
            f"{len(repeated)} days have several columns (such as {repeated[0]}); leave one out",
            count=len(repeated),
        )
    return found


def _repeats(days: Sequence[np.datetime64]) -> bool:
    return len(set(days)) < len(days)


def _year_first(headers: Sequence[str]) -> dict[str, np.datetime64]:
    cells = np.array([header.strip() for header in headers], dtype=object)
    local = to_local(parse_times(cells, np.zeros(len(cells), np.bool_)).utc_us)
    return {
        header: np.datetime64(int(at) // _DAY_US, "D")
        for header, at in zip(headers, local, strict=True)
        if at != NAT
    }


def _year_last(headers: Sequence[str], where: str) -> dict[str, np.datetime64]:
    matches = {header: match for header in headers if (match := _YEAR_LAST.fullmatch(header))}
    if not matches:
        return {}
    parts = np.array([[int(part) for part in match.groups()] for match in matches.values()])
    readings = [_days(parts, month=month) for month in (0, 1)]
    possible = [days for days in readings if days is not None]
    if len(possible) != 1 and not (len(possible) == 2 and bool((possible[0] == possible[1]).all())):
        example = next(iter(matches))
        raise TableError.of(
            "ambiguous_days",
            where,
            f"{len(matches)} 个日期列（如 {example}）分不清月与日；请把列名写成 2014-01-31",
            f"of {len(matches)} columns (such as {example}) month and day cannot be told apart; "
            "write their headers as 2014-01-31",
            count=len(matches),
        )
    return dict(zip(matches, possible[0], strict=True))


def _days(parts: NDArray[np.int64], *, month: int) -> NDArray[np.datetime64] | None:
    """Return the days with the month in this place; None where one of them cannot be."""
    months, days = parts[:, month], parts[:, 1 - month]
    if (months < 1).any() or (months > 12).any():
        return None
    first = ((parts[:, 2] - 1970) * 12 + months - 1).astype("datetime64[M]")
    found = first.astype("datetime64[D]") + (days - 1).astype("timedelta64[D]")
    is_possible = (days >= 1) & (found.astype("datetime64[M]") == first)
    return found if bool(is_possible.all()) else None
