"""A result as an inspection list needs it: one row a customer, in one order (候选客户)."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from powerchannel.errors import TableError
from powerchannel.text import Lang
from powerchannel.theft.electrical.frames import need, numbers
from powerchannel.theft.electrical.rules import ElectricalRules

__all__ = ["Findings", "area_codes", "candidates_of", "episodes_of", "group_of", "rules_of"]

_REQUIRED = ("customer_id", "score_points", "probability", "cause", "lost_kwh")
_NAMES = ("area_id", "feeder_id", "industry", "cause")
_NUMBERS = ("score_points", "probability", "lost_kwh", "lost_kwh_low", "lost_kwh_high")
_EPISODES = ("customer_id", "phase", "rule_id", "started_at", "ended_at", "evidence")
_NO_GROUP = {"zh": "（空）", "en": "(none)"}


class Findings(Protocol):
    """What an inspection list is made from; a `Result` is one (分析结果)."""

    @property
    def table(self) -> pd.DataFrame:
        """One row a customer (客户表).

        customer_id, score_points, probability, cause, lost_kwh; and what there is of area_id,
        feeder_id, industry, lost_kwh_low, lost_kwh_high.
        """

    @property
    def episodes(self) -> pd.DataFrame:
        """One row an episode (区段表).

        customer_id, phase, rule_id, started_at, ended_at, evidence.
        """


def candidates_of(result: Findings) -> pd.DataFrame:
    """Return the customers in order of their ids, with every column there may be (候选表).

    Returns
    -------
    DataFrame
        customer_id, area_id, feeder_id, industry, cause (empty where not known), score_points,
        probability, lost_kwh, lost_kwh_low, lost_kwh_high, and expected_kwh, expected_kwh_low,
        expected_kwh_high: the same times the probability; NaN where one of the two is not known.

    Raises
    ------
    TableError
        When a column is missing, a customer stands twice or has no id, or a probability is none.
    """
    table = result.table
    need(table, "result.table", _REQUIRED)
    _refuse(table["customer_id"].isna() | table["customer_id"].duplicated(), "customer_id")
    found = pd.DataFrame({"customer_id": table["customer_id"].astype(object).to_numpy()})
    for name in _NAMES:
        found[name] = _words(table, name)
    for name in _NUMBERS:
        found[name] = numbers(table, name)
    share = found["probability"]
    # A result gives a customer without an area its own number there.
    found.loc[found["area_id"] == found["customer_id"].astype(str), "area_id"] = ""
    _refuse((share < 0) | (share > 1), "probability")
    for name in ("kwh", "kwh_low", "kwh_high"):
        found[f"expected_{name}"] = share * found[f"lost_{name}"]
    return found.sort_values("customer_id", ignore_index=True)


def _words(table: pd.DataFrame, name: str) -> NDArray[np.object_]:
    if name not in table.columns:
        return np.full(len(table), "", dtype=object)
    words = table[name].astype(object)
    return np.asarray(words.where(words.notna(), "").astype(str).str.strip().astype(object))


def _refuse(wrong: pd.Series, name: str) -> None:
    count = int(wrong.sum())
    if count:
        row = int(np.argmax(wrong.to_numpy()))
        raise TableError.of(
            f"bad_{name}",
            f"result.table.{name}",
            f"{count} 行有误（首行 {row}）：户号须有且不重复，概率须在 0 与 1 之间；请改正",
            f"{count} rows are wrong (first: row {row}): a customer stands once and has an id, a "
            "probability is within 0 and 1; correct them",
            count=count,
        )


def area_codes(area_ids: pd.Series) -> NDArray[np.int64]:
    """Return a number for each area; a customer without one is an area of its own (台区编码).

    Examples
    --------
    >>> area_codes(pd.Series(["T1", "", "T1", ""])).tolist()
    [0, -2, 0, -4]
    """
    codes, _ = pd.factorize(area_ids)
    own = -1 - np.arange(len(area_ids))
    return np.where(area_ids == "", own, codes).astype(np.int64)


def episodes_of(result: Findings) -> pd.DataFrame:
    """Return the episodes with text where there is any, and times (异常区段)."""
    episodes = result.episodes
    need(episodes, "result.episodes", _EPISODES)
    found = pd.DataFrame({"customer_id": episodes["customer_id"].astype(object).to_numpy()})
    for name in ("phase", "rule_id", "evidence"):
        found[name] = _words(episodes, name)
    for name in ("started_at", "ended_at"):
        found[name] = _local(episodes[name]).to_numpy()
    return found


def rules_of(result: Findings) -> ElectricalRules | None:
    """Return the rules of the episodes, where the result has them in its rulebook (所用规则)."""
    found = getattr(getattr(result, "rulebook", None), "electrical", None)
    return found if isinstance(found, ElectricalRules) else None


def _local(stamps: pd.Series) -> pd.Series:
    """Return what clocks in Shanghai show."""
    times = pd.to_datetime(stamps)
    if isinstance(times.dtype, pd.DatetimeTZDtype):
        times = times.dt.tz_convert("Asia/Shanghai").dt.tz_localize(None)
    return times.astype("datetime64[us]")


def group_of(names: pd.Series, lang: Lang) -> pd.Series:
    """Return the names of groups; those without one are a group that says so (分组名称)."""
    return names.where(names != "", _NO_GROUP[lang])
