"""Which contacts are evidence for a channel beyond being a use of one (行为证据)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from powerchannel.channel.catalogue import Evidence
from powerchannel.channel.tables import Tables, contains_any
from powerchannel.tables import CheckedTable
from powerchannel.times import to_local

__all__ = ["evidence_rows", "in_hours_of_day"]

_DAY_US = 86_400_000_000
_MINUTES_PER_DAY = 1440


def evidence_rows(tables: Tables) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """Return a row for each contact and kind of evidence that it gives (证据行).

    Parameters
    ----------
    tables : Tables
        Checked tables.

    Returns
    -------
    contact : ndarray of int
        The row of the contact.
    kind : ndarray of int64
        The position of the evidence in the catalogue.
    """
    contacts = tables.checked["contacts"]
    found = [np.flatnonzero(_holds(rule, contacts)) for rule in tables.catalogue.evidence]
    kinds = [np.full(len(rows), i, np.int64) for i, rows in enumerate(found)]
    nothing = np.zeros(0, np.intp)
    return np.concatenate([nothing, *found]), np.concatenate([nothing.astype(np.int64), *kinds])


def _holds(rule: Evidence, contacts: CheckedTable) -> NDArray[np.bool_]:
    holds = np.ones(contacts.rows, np.bool_)
    conditions = (
        ("channel", rule.channels),
        ("business_type", rule.business_types),
        ("handling_mode", rule.handling_modes),
    )
    for column, wanted in conditions:
        if wanted:
            words = [c.code for c in contacts.vocabularies[column]]
            is_wanted = np.array([w in wanted for w in words] + [False])  # -1 is null
            holds &= is_wanted[contacts.codes(column)]
    if rule.text_any:
        holds &= _says(contacts, rule.text_any, holds)
    if rule.hours is not None:
        of_day = to_local(contacts.times("contacted_at")) % _DAY_US
        holds &= in_hours_of_day(of_day, rule.hours, _DAY_US)
    return holds


def _says(
    contacts: CheckedTable, words: tuple[str, ...], candidates: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    text = contacts.text("request_text")
    says = np.zeros(contacts.rows, np.bool_)
    if text is not None and candidates.any():
        pooled = text.take(candidates).pooled()
        says[candidates] = pooled.spread(contains_any(pooled.words(), words), null=False)
    return says


def in_hours_of_day(of_day: NDArray[np.integer], hours: str, per_day: int) -> NDArray[np.bool_]:
    """Tell which times of the local day lie in a span that may pass midnight (是否在时段内).

    Midnight sharp is a date without a time and lies in none.

    Parameters
    ----------
    of_day : ndarray of int
        Units since local midnight.
    hours : str
        Such as ``"20:00-08:00"``.
    per_day : int
        Units in a day.
    """
    start, end = (_minutes(part) * per_day // _MINUTES_PER_DAY for part in hours.split("-"))
    after, before = of_day >= start, of_day < end
    inside = after | before if start > end else after & before
    return np.asarray(inside & (of_day != 0), dtype=np.bool_)


def _minutes(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)
