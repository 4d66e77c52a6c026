"""Where anomalies are and why, and whom a list is about (异常分布)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from powerchannel.registry import Registry
from powerchannel.text import Lang, Text
from powerchannel.theft.worklist.candidates import Findings, candidates_of, episodes_of, group_of
from powerchannel.theft.worklist.wording import CAUSES

__all__ = ["distribution", "flag_rates"]

_BY = Registry(
    Text("分组", "group"),
    dict.fromkeys(("area_id", "feeder_id", "industry", "cause", "rule_id")),
)
_GROUPS = Registry(Text("分组", "group"), dict.fromkeys(("area_id", "feeder_id", "industry")))
_CLEAN = ("", "normal")


def distribution(result: Findings, by: str = "area_id", *, lang: Lang = "zh") -> pd.DataFrame:
    """Count anomalies by area, feeder, industry, cause or rule (异常用电分布).

    An anomaly is a customer with an episode, or with a cause other than ``normal``: one that
    cannot be told is a cause, an empty one is none.

    Parameters
    ----------
    result : Findings
        A result.
    by : {"area_id", "feeder_id", "industry", "cause", "rule_id"}
        What to group by. A customer counts under each rule that fired there, so groups of rules
        may count one twice.
    lang : {"zh", "en"}
        The language of the word for those without a group.

    Returns
    -------
    DataFrame
        The group, customers, anomalies [count], anomaly_share, expected_count (of thefts: the sum
        of probabilities), expected_kwh [kWh]; by rule also episodes [count], and customers are
        those where it fired. Most expected energy first.

    Raises
    ------
    UnknownNameError
        When there is no such grouping.
    TableError
        As `worklist`.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> table = pd.DataFrame({"customer_id": ["1", "2"], "score_points": [60, 5], "probability":
    ...     [0.5, 0.0], "cause": ["theft", "normal"], "lost_kwh": [800.0, 0.0], "area_id": "T1"})
    >>> none = pd.DataFrame(columns=["customer_id", "phase", "rule_id", "started_at", "ended_at",
    ...     "evidence"])
    >>> found = distribution(SimpleNamespace(table=table, episodes=none))
    >>> found[["area_id", "customers", "anomalies", "expected_kwh"]].values.tolist()
    [['T1', 2, 1, 400.0]]
    """
    _BY.get(by)
    customers, episodes = candidates_of(result), episodes_of(result)
    has_episode = customers["customer_id"].isin(episodes["customer_id"])
    customers["is_anomaly"] = has_episode | ~customers["cause"].isin(_CLEAN)
    rows = customers
    if by == "rule_id":
        counts = episodes.groupby(["rule_id", "customer_id"], as_index=False).agg(
            episodes=("phase", "size")
        )
        rows = counts.merge(customers, on="customer_id", how="inner")
    grouped = rows.assign(**{by: group_of(rows[by], lang)}).groupby(by)
    found = grouped.agg(
        customers=("customer_id", "size"),
        anomalies=("is_anomaly", "sum"),
        expected_count=("probability", "sum"),
        expected_kwh=("expected_kwh", "sum"),
    )
    found.insert(2, "anomaly_share", found["anomalies"] / found["customers"])
    if by == "rule_id":
        found["episodes"] = grouped["episodes"].sum()
    if by == "cause":
        found.insert(0, "title", [CAUSES[c].pick(lang) if c in CAUSES else c for c in found.index])
    return found.reset_index().sort_values(
        ["expected_kwh", by], ascending=[False, True], ignore_index=True
    )


def flag_rates(
    customers: pd.DataFrame, by: str, *, smallest: int = 20, lang: Lang = "zh"
) -> pd.DataFrame:
    """Compare how often groups of customers are flagged (标记率对比).

    A group that is flagged far more often than all together deserves a question: does the model
    see theft there, or who lives there?

    Parameters
    ----------
    customers : DataFrame
        customer_id, the group, is_flagged.
    by : {"industry", "area_id", "feeder_id"}
        The group.
    smallest : int
        Groups of fewer customers are withheld: their shares say little, and tell of single people.
    lang : {"zh", "en"}
        The language of the word for those without a group.

    Returns
    -------
    DataFrame
        The group, customers [count], flagged [count], flagged_share, ratio (to the share of all),
        is_withheld; of what is withheld flagged, flagged_share and ratio are empty. Highest ratio
        first.

    Raises
    ------
    UnknownNameError
        When there is no such group.
    """
    _GROUPS.get(by)
    overall = float(customers["is_flagged"].mean()) if len(customers) else np.nan
    found = (
        customers.assign(**{by: group_of(customers[by], lang)})
        .groupby(by)
        .agg(customers=("customer_id", "size"), flagged=("is_flagged", "sum"))
    )
    found["is_withheld"] = found["customers"] < smallest
    found["flagged"] = found["flagged"].astype("float64").where(~found["is_withheld"])
    share = found["flagged"] / found["customers"]
    found.insert(2, "flagged_share", share)
    found.insert(3, "ratio", share / overall if overall else np.nan)
    return found.reset_index().sort_values(
        ["ratio", by], ascending=[False, True], ignore_index=True
    )
