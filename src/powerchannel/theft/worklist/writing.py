"""Inspection lists as a table, as CSV and as JSON text (清单输出)."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from datetime import datetime

import pandas as pd
from attrs import asdict

from powerchannel.text import Lang
from powerchannel.theft.worklist.records import Record
from powerchannel.theft.worklist.wording import CAUSES, STATUSES

__all__ = ["cause_title", "csv_text", "json_text", "record_table"]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_SEPARATOR = {"zh": "；", "en": "; "}
_TYPES: Mapping[str, str] = {
    "rank": "int64",
    "customer_id": "object",
    "area_id": "object",
    "feeder_id": "object",
    "industry": "object",
    "cause": "object",
    "cause_title": "object",
    "score_points": "float64",
    "confidence": "float64",
    "rule_id": "object",
    "rule": "object",
    "phase": "object",
    "started_at": "datetime64[us]",
    "ended_at": "datetime64[us]",
    "evidence": "object",
    "clause": "object",
    "clause_status": "object",
    "lost_kwh": "float64",
    "lost_kwh_low": "float64",
    "lost_kwh_high": "float64",
    "expected_kwh": "float64",
    "expected_kwh_low": "float64",
    "expected_kwh_high": "float64",
    "expected_yuan": "float64",
    "hours": "float64",
    "chosen_by": "object",
    "propensity": "float64",
    "site_check": "object",
}


def cause_title(cause: str, lang: Lang) -> str:
    """Return what a cause is called; a code that is not known, as it is (原因名称)."""
    return CAUSES[cause].pick(lang) if cause in CAUSES else cause


def record_table(records: Sequence[Record], lang: Lang) -> pd.DataFrame:
    """Return one row a record (清单表)."""
    rows = [_row(record, lang) for record in records]
    return pd.DataFrame(rows, columns=list(_TYPES)).astype(_TYPES)


def _row(record: Record, lang: Lang) -> Mapping[str, object]:
    first = record.first
    observed: dict[str, object] = {"rule_id": "", "rule": "", "phase": "", "evidence": ""}
    observed |= {"clause": "", "clause_status": "", "started_at": None, "ended_at": None}
    if first is not None:
        observed = {
            "rule_id": first.rule_id,
            "rule": first.title.pick(lang),
            "phase": first.phase,
            "evidence": first.evidence,
            "started_at": first.started_at,
            "ended_at": first.ended_at,
            "clause": first.clause,
            "clause_status": STATUSES[first.status].pick(lang) if first.status else "",
        }
    plain = {name: getattr(record, name) for name in _TYPES if hasattr(record, name)}
    return {
        **plain,
        **observed,
        "cause_title": cause_title(record.cause, lang),
        "site_check": _SEPARATOR[lang].join(check.pick(lang) for check in record.checks),
    }


def csv_text(table: pd.DataFrame) -> str:
    """Return a table as CSV text; what a spreadsheet would run gets an apostrophe (CSV 文本)."""
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerow(table.columns)
    for row in table.itertuples(index=False):
        writer.writerow([_cell(value) for value in row])
    return sink.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    return "" if pd.isna(value) else value  # type: ignore[call-overload]


def json_text(records: Sequence[Record], summary: Mapping[str, float], *, seed: int) -> str:
    """Return records as JSON text, words in both languages (JSON 文本)."""
    document = {
        "seed": seed,
        "summary": dict(summary),
        "records": [asdict(record) for record in records],
    }
    return json.dumps(_plain(document), ensure_ascii=False, allow_nan=False, indent=1)


def _plain(value: object) -> object:
    """Turn what JSON does not know into what it does: no number and no time into null."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value.isoformat() if isinstance(value, datetime) else value
