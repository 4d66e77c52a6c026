"""Which contacts are evidence for a channel beyond being a use of one (行为证据)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from powerchannel.channel.catalogue import Evidence
from powerchannel.channel.tables import Tables, contains_any
from powerchannel.tables import CheckedTable
from powerchannel.times import to_local

__all__ = ["evidence_rows"]

_DAY_US = 86_400_000_000
_MINUTE_US = 60_000_000


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
        holds &= _in_hours(contacts.times("contacted_at"), rule.hours)
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


def _in_hours(utc_us: NDArray[np.int64], hours: str) -> NDArray[np.bool_]:
    """Tell which stamps lie in a span of the local day; midnight sharp is a date without a time."""
    of_day = to_local(utc_us) % _DAY_US
    start, end = (_minutes(part) * _MINUTE_US for part in hours.split("-"))
    inside = (of_day >= start) & (of_day < end)
    if start > end:
        inside = (of_day >= start) | (of_day < end)
    return np.asarray(inside & (of_day != 0), dtype=np.bool_)


def _minutes(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)
