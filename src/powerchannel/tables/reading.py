"""Reading one column by its kind: compact values, and which rows hold what problem."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from attrs import evolve
from numpy.typing import NDArray

from powerchannel.ids import IdFlag, Ids, parse_ids
from powerchannel.tables.amounts import read_decimals, read_flags
from powerchannel.tables.columns import (
    NO_DAY,
    Bad,
    IdsMode,
    Reading,
    Setting,
    Values,
    all_null,
    examples,
    fault,
    flagged,
    missing,
    wrong_type,
)
from powerchannel.tables.messages import problem
from powerchannel.tables.raw import Raw, as_words
from powerchannel.tables.schema import Column, Vocabulary
from powerchannel.text import Text
from powerchannel.times import NAT, TimeFlag, local_month, parse_times, to_local, to_utc

__all__ = [
    "Bad",
    "IdsMode",
    "Reading",
    "Setting",
    "Values",
    "code_table",
    "garbled",
    "read",
    "rereadings",
]

EARLIEST_YEAR = 1990
_DAY_US = 86_400_000_000
_ID_PROBLEMS = {
    IdFlag.NULL: "missing_value",
    IdFlag.SCIENTIFIC: "scientific_id",
    IdFlag.NEGATIVE: "negative_id",
    IdFlag.FORMULA: "formula_id",
    IdFlag.INTEGER: "integer_id",
    IdFlag.DAMAGED: "damaged_id",
    IdFlag.NORMALISED: "normalised_id",
}
_TIME_PROBLEMS = {
    TimeFlag.UNREADABLE: "unreadable_time",
    TimeFlag.IMPOSSIBLE: "impossible_time",
    TimeFlag.NUMBER: "number_time",
}


def read(raw: Raw, column: Column, setting: Setting) -> Reading:
    """Read a column by its kind (按类型读列)."""
    if column.kind == "id":
        return _read_ids(raw, column, setting)
    if column.kind == "time":
        return _read_times(raw, column, setting)
    if column.kind == "code":
        return _read_codes(raw, column, setting)
    if column.kind == "decimal":
        return read_decimals(raw, column, setting)
    if column.kind == "date":
        return _read_dates(raw, column, setting)
    if column.kind == "flag":
        return read_flags(raw, column, setting)
    return _read_text(raw, column, setting)


def _read_ids(raw: Raw, column: Column, setting: Setting) -> Reading:
    numeric = raw.kind in ("integer", "float")
    if numeric and setting.ids == "text" and not all_null(raw):
        return fault("number_ids", raw, setting, header=setting.header)
    if raw.kind in ("time", "boolean") and not all_null(raw):
        return wrong_type(raw, setting, Text("文本", "text"))
    cells = raw.values.astype(object) if raw.kind == "float" else raw.values
    per_value, flags = parse_ids(cells, raw.is_null, integers=setting.ids == "integer")
    keys = Ids(raw.spread(per_value.keys, null=0), per_value.names)
    found = raw.spread(flags, null=IdFlag.NULL)
    return Reading(values=keys, bad=flagged(found, _ID_PROBLEMS, column, keeps=("normalised_id",)))


def _read_times(raw: Raw, column: Column, setting: Setting) -> Reading:
    if raw.kind == "boolean" and not all_null(raw):
        return wrong_type(raw, setting, Text("时间", "times"))
    if raw.kind == "time":
        stamps = np.where(raw.is_null, NAT, raw.values.astype(np.int64))
        utc = stamps if raw.has_zone else to_utc(stamps)
        flags = np.where(raw.is_null, TimeFlag.NULL, TimeFlag.OK).astype(np.uint8)
        zoned = np.full(len(utc), raw.has_zone)
    else:
        parsed = parse_times(_cells(raw), raw.is_null)
        utc, flags, zoned = parsed.utc_us, parsed.flags, parsed.has_offset
    utc, flags, zoned = (
        raw.spread(utc, null=NAT),
        raw.spread(flags, null=TimeFlag.NULL),
        raw.spread(zoned, null=False),
    )
    mixed = _mixed_zones(raw, flags, zoned, setting)
    if mixed is not None:
        return mixed
    bad = list(flagged(flags, _TIME_PROBLEMS, column))
    bad += missing(utc == NAT, bad, column)
    bad += _out_of_range(utc, column, setting)
    return Reading(values=utc.astype(np.int64), bad=tuple(bad))


def _read_dates(raw: Raw, column: Column, setting: Setting) -> Reading:
    """Read days: a stamp is one at midnight in Shanghai."""
    if raw.kind == "boolean" and not all_null(raw):
        return wrong_type(raw, setting, Text("日期", "dates"))
    stamps = _read_times(raw, evolve(column, is_required=False), evolve(setting, latest_year=9999))
    if stamps.faults:
        return stamps
    assert isinstance(stamps.values, np.ndarray)
    utc = stamps.values.astype(np.int64)
    days, rest = np.divmod(to_local(utc), _DAY_US)
    is_day = (utc != NAT) & (rest == 0)
    rows = np.flatnonzero((utc != NAT) & ~is_day)
    drops = column.is_required or column.is_strict
    bad = [evolve(b, drops=drops) for b in stamps.bad if b.code != "year_out_of_range"]
    bad += [Bad(code="not_midnight", rows=rows, drops=drops)] if len(rows) else []
    bad += missing(utc == NAT, bad, column)
    bad += [] if column.is_any_year else _out_of_range(utc, column, setting)
    return Reading(values=np.where(is_day, days, NO_DAY).astype(np.int32), bad=tuple(bad))


def _cells(raw: Raw) -> NDArray[np.generic]:
    if raw.values.dtype.kind in "iu":
        return raw.values.astype(np.bytes_)
    return raw.values if raw.values.dtype.kind == "S" else raw.values.astype(object)


def _mixed_zones(
    raw: Raw, flags: NDArray[np.generic], zoned: NDArray[np.generic], setting: Setting
) -> Reading | None:
    stamps = np.flatnonzero(flags == TimeFlag.OK)
    with_offset = np.flatnonzero(zoned[stamps])
    if len(with_offset) in (0, len(stamps)):
        return None
    without = np.flatnonzero(~zoned[stamps].astype(np.bool_))
    shown = np.sort(stamps[[with_offset[0], without[0]]])
    found = problem(
        "mixed_zones",
        setting.where,
        count=len(with_offset),
        total=len(stamps),
        examples=examples(raw, shown),
    )
    return Reading(values=np.zeros(0, np.int64), faults=(found,))


def _out_of_range(utc: NDArray[np.generic], column: Column, setting: Setting) -> list[Bad]:
    stamps = utc.astype(np.int64)
    years = 1970 + local_month(stamps) // 12
    outside = (stamps != NAT) & ((years < EARLIEST_YEAR) | (years > setting.latest_year))
    rows = np.flatnonzero(outside)
    if not len(rows):
        return []
    drops = column.is_required or column.is_strict
    details = {"latest": setting.latest_year}
    return [Bad(code="year_out_of_range", rows=rows, drops=drops, details=details)]


def code_table(words: Vocabulary) -> dict[str, int]:
    """Return every accepted word with the position of its code (代码对照表)."""
    return {_fold(w): i for i, code in enumerate(words) for w in code.words}


def _fold(word: str) -> str:
    return word.strip().casefold()


def _read_codes(raw: Raw, column: Column, setting: Setting) -> Reading:
    if raw.kind in ("time", "boolean", "float") and not all_null(raw):
        return wrong_type(raw, setting, Text("文本", "text"))
    pooled = raw.pooled()
    table = code_table(setting.words)
    words = ["" if w is None else str(w) for w in pooled.words()]
    mapped = np.array([_position(w, table) for w in words], np.int16)
    garbles = np.array([garbled(w, table) for w in words], np.bool_)
    codes = pooled.spread(mapped, null=-1).astype(np.int16)
    nothing = pooled.spread(np.array([not w.strip() for w in words], np.bool_), null=True)
    garbage = pooled.spread(garbles & (mapped < 0), null=False).astype(np.bool_)
    unknown = (codes < 0) & ~nothing.astype(np.bool_) & ~garbage
    drops = column.is_required or column.is_strict
    bad = _unknown(pooled, unknown, setting, drops=drops)
    bad += _garbage(garbage, drops=drops)
    bad += missing(nothing.astype(np.bool_), (), column)
    if column.default:
        codes[nothing.astype(np.bool_)] = table[column.default]
    return Reading(values=codes, bad=tuple(bad))


def _garbage(garbage: NDArray[np.bool_], *, drops: bool) -> list[Bad]:
    rows = np.flatnonzero(garbage)
    if not len(rows):
        return []
    dropped = Text("已剔除", "and were left out")
    emptied = Text("该值留空，行保留", "so the value is left empty and the row kept")
    details = {"outcome": dropped if drops else emptied}
    return [Bad(code="mojibake_value", rows=rows, drops=drops, details=details)]


def _position(word: str, table: Mapping[str, int]) -> int:
    return table.get(_fold(word), -1)


def _unknown(
    pooled: Raw, unknown: NDArray[np.bool_], setting: Setting, *, drops: bool
) -> list[Bad]:
    rows = np.flatnonzero(unknown)
    if not len(rows):
        return []
    if drops:
        known = ", ".join(f"{c.code} ({c.title.zh})" for c in setting.words)
        return [Bad(code="unknown_code", rows=rows, drops=True, details={"known": known})]
    counts = np.bincount(pooled.positions()[rows], minlength=len(pooled.values))
    most = np.argsort(-counts, kind="stable")[:5]
    words = pooled.words()
    values = ", ".join(f"{words[i]} x {counts[i]:,}" for i in most if counts[i])
    return [Bad(code="unmapped_code", rows=rows, drops=False, details={"values": values})]


def garbled(word: str, known: Mapping[str, object]) -> bool:
    r"""Tell text that was read in the wrong encoding (乱码判断).

    Examples
    --------
    >>> garbled("è\x90¥ä¸\x9aå\x8e\x85", {"营业厅": 1}), garbled("营业厅", {})
    (True, False)
    """
    if "\ufffd" in word or "锟斤拷" in word:
        return True
    return any(_fold(original) in known for _, original in rereadings(word))


def rereadings(word: str) -> list[tuple[str, str]]:
    r"""Return what the text may have been, each with the encoding it is in (可能的原文).

    Examples
    --------
    >>> rereadings("\xc7\xfe\xb5\xc0")[0]
    ('gb18030', '渠道')
    """
    found = []
    for wrong, right in _CONFUSIONS:
        try:
            found.append((right, _bytes_read_as(word, wrong).decode(right)))
        except (UnicodeEncodeError, UnicodeDecodeError):
            continue
    return [(right, original) for right, original in found if original != word]


def _bytes_read_as(word: str, encoding: str) -> bytes:
    """Windows leaves the bytes that its code page 1252 does not define as they are."""
    if encoding != "cp1252":
        return word.encode(encoding)
    return b"".join(c.encode("latin-1" if ord(c) < 256 else "cp1252") for c in word)


_CONFUSIONS = (
    ("cp1252", "utf-8"),
    ("cp1252", "gb18030"),
    ("gb18030", "utf-8"),
    ("utf-8", "gb18030"),
)


def _read_text(raw: Raw, column: Column, setting: Setting) -> Reading:
    if raw.kind not in ("text", "integer", "other") and not all_null(raw):
        return wrong_type(raw, setting, Text("文本", "text"))
    plain = raw if raw.kind == "text" else _as_text(raw)
    return Reading(values=plain, bad=tuple(missing(plain.nulls(), (), column)))


def _as_text(raw: Raw) -> Raw:
    return evolve(raw, kind="text", values=as_words(raw.values))
