"""What inspections found, as labels for learners (检查结论转标签)."""

from __future__ import annotations

import math
from collections.abc import Collection
from datetime import date

import numpy as np
import pandas as pd
from attrs import frozen

from powerchannel.errors import TableError
from powerchannel.registry import Registry
from powerchannel.text import Text
from powerchannel.theft.electrical.frames import need, numbers
from powerchannel.theft.tables.words import FINDINGS

__all__ = ["Count", "count_positive", "labels_of"]

_FINDINGS = Registry(Text("检查结论", "finding"), {code.code: code for code in FINDINGS})
_NO_LABEL = "no_access"
_COLUMNS = ("customer_id", "inspected_on", "finding")


@frozen(kw_only=True)
class Count:
    """How many there are, by what a sample found (总数估计).

    Parameters
    ----------
    count : float
        The estimate; without bias where every customer could be chosen.
    standard_error : float
        Of it, as if customers had been drawn one by one.
    used : int
        The labels that have a propensity; others count nothing.
    """

    count: float
    standard_error: float
    used: int


def labels_of(
    inspections: pd.DataFrame,
    *,
    until: date,
    positive: Collection[str] = ("theft", "breach"),
) -> pd.DataFrame:
    """Turn finished inspections into labels (检查结论转标签).

    Theft and breach of contract are positive; what was found to be anything else is negative, a
    meter fault or a wiring mistake too. Where nobody could get in, nothing is known. Of several
    inspections of a customer the latest counts.

    Parameters
    ----------
    inspections : DataFrame
        The table ``inspections``: customer_id, inspected_on, finding, and what there is of
        chosen_by and propensity.
    until : date
        Inspections on this day and later have not happened.
    positive : collection of str
        The findings that are positive; with ``meter_fault`` and ``wiring_mistake`` among them a
        learner looks for whatever energy was not recorded.

    Returns
    -------
    DataFrame
        customer_id (ascending), label (1, 0), finding, inspected_on, chosen_by (empty: not known),
        propensity (NaN: not known; such a label was chosen nobody knows how).

    Raises
    ------
    TableError
        When a column is missing, or a propensity is not above 0 and at most 1.
    UnknownNameError
        When a finding is not one of the table's codes.

    Examples
    --------
    >>> found = pd.DataFrame({"customer_id": ["2", "1", "1", "3"], "inspected_on": pd.to_datetime(
    ...     ["2025-01-05", "2025-01-07", "2025-02-03", "2025-01-09"]),
    ...     "finding": ["normal", "theft", "normal", "no_access"], "propensity": [0.1, 1, 1, 0.1]})
    >>> labels_of(found, until=date(2025, 2, 1))[["customer_id", "label"]].values.tolist()
    [['1', 1], ['2', 0]]
    """
    need(inspections, "inspections", _COLUMNS)
    for name in (*positive, *inspections["finding"].dropna().unique()):
        _FINDINGS.get(str(name))
    rows = pd.DataFrame(
        {
            "customer_id": inspections["customer_id"].astype(object).to_numpy(),
            "label": inspections["finding"].isin(list(positive)).to_numpy().astype(np.int64),
            "finding": inspections["finding"].astype(object).to_numpy(),
            "inspected_on": pd.to_datetime(inspections["inspected_on"]).to_numpy("datetime64[s]"),
            "chosen_by": _chosen_by(inspections),
            "propensity": numbers(inspections, "propensity"),
        }
    )
    _refuse_propensities(rows["propensity"])
    is_known = rows["finding"].notna() & (rows["finding"] != _NO_LABEL)
    is_past = rows["inspected_on"] < pd.Timestamp(until)
    found = rows[is_known & is_past].sort_values(["customer_id", "inspected_on", "label"])
    return found.drop_duplicates("customer_id", keep="last", ignore_index=True)


def _chosen_by(inspections: pd.DataFrame) -> object:
    if "chosen_by" not in inspections.columns:
        return ""
    words = inspections["chosen_by"].astype(object)
    return words.where(words.notna(), "").to_numpy()


def _refuse_propensities(propensity: pd.Series) -> None:
    wrong = (propensity <= 0) | (propensity > 1)
    if wrong.any():
        row = int(np.argmax(wrong.to_numpy()))
        raise TableError.of(
            "bad_propensity",
            "inspections.propensity",
            f"{int(wrong.sum())} 行的抽中概率不在 (0, 1] 之内（首行 {row}："
            f"{propensity.iloc[row]}）；不知道的请留空",
            f"{int(wrong.sum())} propensities are not above 0 and at most 1 (first: row {row}, "
            f"{propensity.iloc[row]}); leave empty what is not known",
            count=int(wrong.sum()),
        )


def count_positive(labels: pd.DataFrame) -> Count:
    """Estimate how many of all customers are positive (正例总数估计).

    Each label counts for ``1 / propensity`` customers (Horvitz and Thompson). Inspections without
    access are missing: where they are many, the estimate is of those who let inspectors in.

    Parameters
    ----------
    labels : DataFrame
        From `labels_of`, of one worklist.

    Examples
    --------
    >>> labels = pd.DataFrame({"label": [1, 1, 0], "propensity": [1.0, 0.1, 0.1]})
    >>> count_positive(labels).count
    11.0
    """
    share = labels["propensity"].to_numpy(np.float64)
    label = labels["label"].to_numpy(np.float64)
    is_used = np.isfinite(share)
    share, label = share[is_used], label[is_used]
    return Count(
        count=math.fsum(label / share),
        standard_error=math.sqrt(math.fsum(label * (1 - share) / share**2)),
        used=int(is_used.sum()),
    )
