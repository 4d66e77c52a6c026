"""The dirty rows of an export of contacts, each with the reason it is dirty.

Two kinds. Rows that a check must not count are added to the clean ones: repeated or contradictory
records, unknown channels, times that cannot be, customer numbers that are gone. Rows that a check
must understand are clean ones written in another way: padding, full-width digits, old channel
names. So whoever cleans the export rightly has exactly the clean table again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from powerchannel.datasets.contacts import source_keys
from powerchannel.datasets.frames import as_text, categorical
from powerchannel.datasets.names import ALIASES
from powerchannel.datasets.streams import stream

__all__ = ["DUPLICATE", "EFFECTS", "REJECTED", "REPAIRED", "dirt_table", "file_order"]

DUPLICATE, REJECTED, REPAIRED = "duplicate", "rejected", "repaired"

EFFECTS: Mapping[str, str] = {
    "repeated_record": DUPLICATE,
    "conflicting_record": REJECTED,
    "unknown_channel": REJECTED,
    "impossible_time": REJECTED,
    "year_out_of_range": REJECTED,
    "empty_customer_id": REJECTED,
    "scientific_customer_id": REJECTED,
    "padded_customer_id": REPAIRED,
    "full_width_customer_id": REPAIRED,
    "old_channel_name": REPAIRED,
}
"""Reason, and what becomes of such a row: a counted duplicate, rejected, or repaired and kept."""

_REASONS = tuple(EFFECTS)
_EXTRA_SERIAL = 90_000_000  # above those of customers, so that the key of an added row is its own
_UNKNOWN_CHANNELS = np.array(["微博", "Z9", "快手小程序", "渠道未维护"], dtype=np.object_)
_STRANGE_YEARS = np.array([b"1900", b"1970", b"1989", b"9999"])
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_APP_NAME = next(name for name, code in ALIASES.items() if code == "app")


def dirt_table(contacts: pd.DataFrame, ratio: float, as_of: int, seed: int) -> pd.DataFrame:
    """Return the dirty rows of the export of a table of contacts (脏数据).

    Parameters
    ----------
    contacts : DataFrame
        The clean table.
    ratio : float
        Dirty rows, as a share of the clean ones; about as many of each reason.
    as_of : int
        The last month, since 1970-01.
    seed : int
        The seed of the province.

    Returns
    -------
    DataFrame
        row (in the exported file, from 0), reason, effect, contacts_row (of the clean table: the
        very row where it is repaired or repeated, else the one it was made from), and the columns
        of the contacts as text. Ordered by row.
    """
    draws = stream(seed, "dirt", 0)
    # A conflict takes two rows, every other reason one.
    victims = round(ratio * len(contacts) * len(_REASONS) / (len(_REASONS) + 1))
    row, reason = _victims(contacts, victims, draws)
    twice = np.where(reason == _REASONS.index("conflicting_record"), 2, 1)
    row, reason = np.repeat(row, twice), np.repeat(reason, twice)
    raw = contacts.iloc[row]
    cells = {str(name): as_text(raw[name]) for name in contacts.columns}
    effects = np.array([EFFECTS[name] for name in _REASONS], dtype=np.object_)[reason]
    _give_new_keys(cells, reason, as_of)
    for code, name in enumerate(_REASONS):
        if name in _SPOIL:
            _SPOIL[name](cells, np.flatnonzero(reason == code), draws)
    placed = {
        "row": _places(row, effects != REPAIRED, len(contacts), draws),
        "reason": categorical(reason, _REASONS),
        "effect": pd.Categorical(effects),
        "contacts_row": row,
    }
    table = pd.DataFrame(placed | {name: _column(name, cells[name]) for name in cells})
    return table.sort_values("row", ignore_index=True)


def _column(name: str, cells: NDArray[np.object_]) -> pd.Series:
    is_repeated = name not in {"contacted_at", "source_key"}
    return pd.Series(pd.Categorical(cells) if is_repeated else cells)


def file_order(dirt: pd.DataFrame, clean_rows: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return where each row of the exported file comes from (导出行次序).

    Parameters
    ----------
    dirt : DataFrame
        From `dirt_table`; its columns row and effect are used.
    clean_rows : int
        Rows of the clean table.

    Returns
    -------
    clean : ndarray of shape (file rows,)
        Row of the clean table; -1 for an added row.
    dirty : ndarray of shape (file rows,)
        Row of `dirt`; -1 for a row that is written as it is.
    """
    is_added = (dirt["effect"] != REPAIRED).to_numpy()
    places = dirt["row"].to_numpy()
    total = clean_rows + int(is_added.sum())
    dirty = np.full(total, -1, dtype=np.intp)
    dirty[places] = np.arange(len(dirt))
    clean = np.full(total, -1, dtype=np.intp)
    kept = np.ones(total, dtype=np.bool_)
    kept[places[is_added]] = False
    clean[kept] = np.arange(clean_rows)
    return clean, dirty


def _victims(
    contacts: pd.DataFrame, wanted: int, draws: np.random.Generator
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Choose distinct clean rows, spread over the table, and what befalls each."""
    if wanted == 0:
        return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp)
    spread = (np.arange(wanted) + draws.random(wanted)) * (len(contacts) / wanted)
    row = np.unique(np.minimum(spread.astype(np.intp), len(contacts) - 1))
    reason = np.arange(len(row)) % len(_REASONS)
    renamed = _REASONS.index("old_channel_name")
    app_rows = np.flatnonzero(contacts["channel"] == "app")
    others = row[reason != renamed]
    nearby = np.searchsorted(app_rows, row[reason == renamed])
    free = np.setdiff1d(app_rows[nearby[nearby < len(app_rows)]], others)
    reasons = np.append(reason[reason != renamed], np.full(len(free), renamed))
    return np.append(others, free), reasons


def _places(
    row: NDArray[np.intp], is_added: NDArray[np.bool_], clean_rows: int, draws: np.random.Generator
) -> NDArray[np.intp]:
    """Return the row in the file of each dirty row; the added ones fall anywhere."""
    added = int(is_added.sum())
    gap = np.sort((draws.random(added) * (clean_rows + 1)).astype(np.intp))
    place = row + np.searchsorted(gap, row, side="right")
    shuffled = np.argsort(draws.random(added), kind="stable")
    place[np.flatnonzero(is_added)[shuffled]] = gap + np.arange(added)
    return place


_Cells = dict[str, NDArray[np.object_]]


def _give_new_keys(cells: _Cells, reason: NDArray[np.intp], as_of: int) -> None:
    keeps = [code for code, name in enumerate(_REASONS) if EFFECTS[name] != REJECTED]
    rows = np.flatnonzero(~np.isin(reason, keeps))
    number = np.arange(len(rows))
    conflicting = reason[rows] == _REASONS.index("conflicting_record")
    # The two records of a conflict stand one after the other, and share the key of the first.
    second = conflicting & (np.cumsum(conflicting) % 2 == 0)
    number = number - second
    month = np.full(len(rows), as_of)
    keys = source_keys(month, _EXTRA_SERIAL + number // 1000, number % 1000)
    cells["source_key"][rows] = keys.astype("U17").astype(np.object_)


def _conflict(cells: _Cells, rows: NDArray[np.intp], _draws: np.random.Generator) -> None:
    second = rows[1::2]
    was_resolved = cells["outcome"][second] == "resolved"
    cells["outcome"][second] = np.where(was_resolved, "unresolved", "resolved").astype(np.object_)


def _unknown_channel(cells: _Cells, rows: NDArray[np.intp], draws: np.random.Generator) -> None:
    cells["channel"][rows] = _UNKNOWN_CHANNELS[_any_of(4, rows, draws)]


def _impossible_time(cells: _Cells, rows: NDArray[np.intp], draws: np.random.Generator) -> None:
    stamp = _stamp_bytes(cells, rows)
    kind = _any_of(3, rows, draws)
    for nth, (start, digits) in enumerate(((5, b"02-30"), (5, b"13"), (11, b"25"))):
        stamp[kind == nth, start : start + len(digits)] = np.frombuffer(digits, dtype=np.uint8)
    cells["contacted_at"][rows] = _stamp_texts(stamp)


def _strange_year(cells: _Cells, rows: NDArray[np.intp], draws: np.random.Generator) -> None:
    stamp = _stamp_bytes(cells, rows)
    years = _STRANGE_YEARS[_any_of(len(_STRANGE_YEARS), rows, draws)]
    stamp[:, :4] = years.view(np.uint8).reshape(-1, 4)
    # Every year has a 28 February; only some have the 29th.
    leap_day = (stamp[:, 5:10] == np.frombuffer(b"02-29", dtype=np.uint8)).all(axis=1)
    stamp[leap_day, 9] = ord("8")
    cells["contacted_at"][rows] = _stamp_texts(stamp)


def _empty_id(cells: _Cells, rows: NDArray[np.intp], draws: np.random.Generator) -> None:
    cells["customer_id"][rows] = np.array(["", "  "], dtype=np.object_)[_any_of(2, rows, draws)]


def _scientific_id(cells: _Cells, rows: NDArray[np.intp], draws: np.random.Generator) -> None:
    digits = pd.Series(cells["customer_id"][rows], dtype="str").str.lstrip("0")
    exact = digits.str.slice(0, 1) + "." + digits.str.slice(1) + "E+11"
    shown = exact.to_numpy(dtype=np.object_)
    cells["customer_id"][rows] = np.where(_any_of(2, rows, draws) == 0, "1E+11", shown)


def _padded_id(cells: _Cells, rows: NDArray[np.intp], draws: np.random.Generator) -> None:
    kind = _any_of(3, rows, draws)
    before = np.array([" ", "", "　"], dtype=np.object_)[kind]
    after = np.array(["", "  ", ""], dtype=np.object_)[kind]
    cells["customer_id"][rows] = before + cells["customer_id"][rows] + after


def _full_width_id(cells: _Cells, rows: NDArray[np.intp], _draws: np.random.Generator) -> None:
    wide = pd.Series(cells["customer_id"][rows], dtype="str").str.translate(_FULL_WIDTH)
    cells["customer_id"][rows] = wide.to_numpy(dtype=np.object_)


def _old_name(cells: _Cells, rows: NDArray[np.intp], _draws: np.random.Generator) -> None:
    cells["channel"][rows] = _APP_NAME


_SPOIL: Mapping[str, Callable[[_Cells, NDArray[np.intp], np.random.Generator], None]] = {
    "conflicting_record": _conflict,
    "unknown_channel": _unknown_channel,
    "impossible_time": _impossible_time,
    "year_out_of_range": _strange_year,
    "empty_customer_id": _empty_id,
    "scientific_customer_id": _scientific_id,
    "padded_customer_id": _padded_id,
    "full_width_customer_id": _full_width_id,
    "old_channel_name": _old_name,
}


def _any_of(count: int, rows: NDArray[np.intp], draws: np.random.Generator) -> NDArray[np.intp]:
    return np.asarray((draws.random(len(rows)) * count).astype(np.intp))


def _stamp_bytes(cells: _Cells, rows: NDArray[np.intp]) -> NDArray[np.uint8]:
    return cells["contacted_at"][rows].astype("S19").view(np.uint8).reshape(-1, 19)


def _stamp_texts(stamp: NDArray[np.uint8]) -> NDArray[np.object_]:
    return stamp.view("S19").reshape(-1).astype("U19").astype(np.object_)
