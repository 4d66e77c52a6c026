"""Bills within which the price changes: energy shared by days over the editions (变价分段)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
from attrs import frozen

from powerchannel.billing.batch.columns.exact import Ints, quotient
from powerchannel.billing.tables.words import READ, READING_STATUSES, REGISTERS
from powerchannel.billing.tariff import Tariff

__all__ = ["Days", "parts_of_days", "shared"]

_EPOCH = date(1970, 1, 1).toordinal()
_ACTIVE = np.array([code.code.startswith("active_") for code in REGISTERS])
_READ = [place for place, code in enumerate(READING_STATUSES) if code.code in READ]


@frozen(eq=False, kw_only=True)
class Days:
    """The days of each bill in which an edition is in force (版本内的天数).

    Parameters
    ----------
    begins, ends : ndarray of int64, shape (bills,)
        The days ``[begins, ends)`` since 1970.
    """

    begins: Ints
    ends: Ints


def parts_of_days(tariffs: Sequence[Tariff], begins: Ints, ends: Ints) -> list[Days]:
    """Cut the days of bills where an edition comes into force (按版本切分天数).

    Parameters
    ----------
    tariffs : sequence of Tariff
        Editions one after another; every bill has days in each.
    begins, ends : ndarray of int64
        The days ``[begins, ends)`` of each bill.
    """
    changes = [np.full(len(begins), _day(tariff.effective_from)) for tariff in tariffs[1:]]
    return [
        Days(begins=first, ends=last)
        for first, last in zip([begins, *changes], [*changes, ends], strict=True)
    ]


def _day(day: date | None) -> int:
    assert day is not None  # an edition after another begins on a day
    return day.toordinal() - _EPOCH


def shared(energy: Mapping[str, Ints], parts: Sequence[Days]) -> list[dict[str, Ints]]:
    """Share energy by days, each period for itself, by cumulative rounding (按天数分摊电量).

    Parameters
    ----------
    energy : mapping of period to ndarray of int64
        In units of the last decimal that is billed; with ``total``, which becomes the sum of the
        others where there are any.
    parts : sequence of Days
        One after another.

    Examples
    --------
    >>> days = [0, 10, 31]
    >>> parts = [Days(begins=np.array([a]), ends=np.array([b])) for a, b in zip(days, days[1:])]
    >>> [part["total"].tolist() for part in shared({"total": np.array([100])}, parts)]
    [[32], [68]]
    """
    if len(parts) == 1:
        return [dict(energy)]
    periods = [p for p in energy if p != "total"] or ["total"]
    found: list[dict[str, Ints]] = [{} for _ in parts]
    first, whole = parts[0].begins, parts[-1].ends - parts[0].begins
    for period in periods:
        before = np.zeros(len(first), np.int64)
        for part, shares in zip(parts, found, strict=True):
            upto = quotient(energy[period], part.ends - first, whole)
            shares[period] = upto - before
            before = upto
    if periods != ["total"]:
        for shares in found:
            shares["total"] = np.sum([shares[p] for p in periods], axis=0)
    return found
