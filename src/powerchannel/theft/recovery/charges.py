"""Rows for the tables of billing: incidents, givens, adjustments (退补电费数据)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.errors import TableError
from powerchannel.money import charge_fen, decimal_text
from powerchannel.text import Lang, Text

__all__ = ["REASONS", "BackBilling", "back_billing"]

_MISTAKES = ("meter_fault", "wiring_mistake")
_REQUIRED = ("customer_id", "finding", "finding_id", "lost_kwh", "started_on", "found_on")
_WH_PER_KWH = 1000.0
_E8_PER_YUAN = 1e8
_FEN_DECIMALS = 2
_KWH_DECIMALS = 3
_GROUP = "correction"

REASONS: Mapping[str, Text] = MappingProxyType(
    {
        "not_found": Text(
            "检查未认定窃电、计量故障或接线错误，不追补",
            "no inspection found theft, a meter fault or a wiring mistake: nothing is billed",
        ),
        "no_finding_id": Text(
            "没有认定编号，不追补，更不计违约使用电费；请补登检查结论编号",
            "the finding has no id: nothing is billed, least of all a penalty; enter its id",
        ),
        "no_amount": Text(
            "少计电量或电价未知，无法退补；请补充 lost_kwh 与 price_yuan_per_kwh",
            "the energy or its price is not known; enter lost_kwh and price_yuan_per_kwh",
        ),
        "no_load": Text(
            "窃电量未知，又无用电负荷与类型，无法推定；请补充 lost_kwh，或 load_kw 与 load_kind",
            "neither the energy nor the load is known; enter lost_kwh, or load_kw and load_kind",
        ),
    }
)
"""Why a row is not billed, by code."""


@frozen(kw_only=True, eq=False)
class BackBilling:
    """What is handed to billing, and what is not (退补数据).

    Parameters
    ----------
    incidents : DataFrame
        Confirmed thefts: incident_id, account_id, kind, load_kind, load_kw, started_on, found_on.
        Billing prices them and adds the penalty of its rulebook.
    givens : DataFrame
        Their energy where it is known: id, quantity, period, value.
    adjustments : DataFrame
        Errors that are nobody's theft, without any penalty: account_id, code, group, amount_yuan,
        source_key (the finding); a refund is negative.
    withheld : DataFrame
        customer_id, finding, finding_id, reason, message.
    """

    incidents: pd.DataFrame
    givens: pd.DataFrame
    adjustments: pd.DataFrame
    withheld: pd.DataFrame


def back_billing(findings: pd.DataFrame, *, lang: Lang = "zh") -> BackBilling:
    """Turn findings into rows of billing's tables (生成退补数据).

    A penalty (违约使用电费) stands on a confirmed finding: theft is handed over only with the id
    of its finding. A meter fault or a wiring mistake is corrected at its price, without penalty.

    Parameters
    ----------
    findings : DataFrame
        customer_id, finding (as in ``inspections``), finding_id, lost_kwh [kWh], started_on (empty:
        not known), found_on; and where there are: price_yuan_per_kwh, time_share (of an error, the
        share of the time that its clause corrects; 1 where empty), load_kind (power, lighting) and
        load_kw [kW] of a theft whose energy nobody can prove.
    lang : {"zh", "en"}
        The language of the messages.

    Returns
    -------
    BackBilling
        Every row is in one of incidents, adjustments and withheld. Customers are accounts.

    Raises
    ------
    TableError
        When a column is missing.

    Examples
    --------
    >>> found = pd.DataFrame(
    ...     {
    ...         "customer_id": ["1", "2", "3"],
    ...         "finding": ["theft", "wiring_mistake", "theft"],
    ...         "finding_id": ["F1", "F2", None],
    ...         "lost_kwh": [1200.0, 300.0, 500.0],
    ...         "started_on": pd.to_datetime(["2025-01-01", "2025-02-01", None]),
    ...         "found_on": pd.to_datetime(["2025-03-01"] * 3),
    ...         "price_yuan_per_kwh": [0.5203] * 3,
    ...     }
    ... )
    >>> bills = back_billing(found, lang="en")
    >>> bills.incidents["incident_id"].tolist(), bills.givens["value"].tolist()
    (['F1'], ['1200.000'])
    >>> bills.adjustments["amount_yuan"].tolist(), bills.withheld["reason"].tolist()
    (['156.09'], ['no_finding_id'])
    """
    _refuse_missing(findings)
    rows = _complete(findings)
    reason = _reasons(rows)
    is_billed = reason == ""
    is_theft = (rows["finding"] == "theft").to_numpy()
    thefts = rows[is_billed & is_theft]
    return BackBilling(
        incidents=_incidents(thefts),
        givens=_givens(thefts),
        adjustments=_adjustments(rows[is_billed & ~is_theft]),
        withheld=_withheld(rows[~is_billed], reason[~is_billed], lang),
    )


def _complete(findings: pd.DataFrame) -> pd.DataFrame:
    """Add the columns that may be left out, and make ids text."""
    rows = findings.copy()
    for name, default in (
        ("price_yuan_per_kwh", np.nan),
        ("time_share", 1.0),
        ("load_kw", np.nan),
        ("load_kind", None),
    ):
        if name not in rows.columns:
            rows[name] = default
    numbers = ["lost_kwh", "price_yuan_per_kwh", "time_share", "load_kw"]
    rows[numbers] = rows[numbers].astype("float64")
    rows["time_share"] = rows["time_share"].fillna(1.0)
    return rows.reset_index(drop=True)


def _reasons(rows: pd.DataFrame) -> NDArray[np.str_]:
    """Return why each row cannot be billed; empty where it can."""
    is_theft = (rows["finding"] == "theft").to_numpy()
    is_mistake = rows["finding"].isin(_MISTAKES).to_numpy()
    is_known = np.isfinite(rows["lost_kwh"].to_numpy())
    is_priced = np.isfinite(rows["price_yuan_per_kwh"].to_numpy())
    has_load = rows["load_kw"].notna().to_numpy() & rows["load_kind"].notna().to_numpy()
    return np.select(
        [
            ~is_theft & ~is_mistake,
            _is_blank(rows["finding_id"]),
            is_mistake & ~(is_known & is_priced),
            is_theft & ~is_known & ~has_load,
        ],
        ["not_found", "no_finding_id", "no_amount", "no_load"],
        default="",
    )


def _is_blank(ids: pd.Series) -> NDArray[np.bool_]:
    return (ids.isna() | (ids.astype("str").str.strip() == "")).to_numpy(dtype=np.bool_)


def _incidents(thefts: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "incident_id": thefts["finding_id"].to_numpy(),
            "account_id": thefts["customer_id"].to_numpy(),
            "kind": np.full(len(thefts), "theft", dtype=np.object_),
            "load_kind": thefts["load_kind"].to_numpy(),
            "load_kw": thefts["load_kw"].to_numpy(),
            "started_on": thefts["started_on"].to_numpy(),
            "found_on": thefts["found_on"].to_numpy(),
        }
    )


def _givens(thefts: pd.DataFrame) -> pd.DataFrame:
    known = thefts[np.isfinite(thefts["lost_kwh"])]
    return pd.DataFrame(
        {
            "id": known["finding_id"].to_numpy(),
            "quantity": np.full(len(known), "incident_energy_kwh", dtype=np.object_),
            "period": np.full(len(known), "total", dtype=np.object_),
            "value": decimal_text(_wh(known["lost_kwh"].to_numpy()), _KWH_DECIMALS),
        }
    )


def _adjustments(mistakes: pd.DataFrame) -> pd.DataFrame:
    energy = _wh((mistakes["lost_kwh"] * mistakes["time_share"]).to_numpy())
    price = np.rint(mistakes["price_yuan_per_kwh"].to_numpy() * _E8_PER_YUAN).astype(np.int64)
    return pd.DataFrame(
        {
            "account_id": mistakes["customer_id"].to_numpy(),
            "code": mistakes["finding"].to_numpy(),
            "group": np.full(len(mistakes), _GROUP, dtype=np.object_),
            "amount_yuan": decimal_text(charge_fen(energy, price), _FEN_DECIMALS),
            "source_key": mistakes["finding_id"].to_numpy(),
        }
    )


def _wh(kwh: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.rint(kwh * _WH_PER_KWH).astype(np.int64)


def _withheld(rows: pd.DataFrame, reason: NDArray[np.str_], lang: Lang) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": rows["customer_id"].to_numpy(),
            "finding": rows["finding"].to_numpy(),
            "finding_id": rows["finding_id"].to_numpy(),
            "reason": pd.Series(reason.tolist(), dtype="str"),
            "message": pd.Series([REASONS[code].pick(lang) for code in reason], dtype="str"),
        }
    )


def _refuse_missing(findings: pd.DataFrame) -> None:
    if missing := [name for name in _REQUIRED if name not in findings.columns]:
        raise TableError.of(
            "missing_column",
            "findings",
            f"缺少列 {'、'.join(missing)}；请补充",
            f"the columns {', '.join(missing)} are missing; add them",
            count=len(missing),
        )
