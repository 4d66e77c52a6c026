"""What was seen of the customers of a list: episodes of one rule and phase together (异常表现)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import numpy as np
import pandas as pd

from powerchannel.text import Text
from powerchannel.theft.electrical.rules import ElectricalRules
from powerchannel.theft.worklist.records import Observation

__all__ = ["observe"]

_SAME = ["customer_id", "rule_id", "phase"]


def observe(
    episodes: pd.DataFrame, customers: Iterable[str], rules: ElectricalRules | None
) -> Mapping[str, tuple[Observation, ...]]:
    """Return by customer what was seen, most telling first (汇总表现).

    What still lasts comes first, for it can be seen on site; then what lasted longest.

    Parameters
    ----------
    episodes : DataFrame
        From `episodes_of`.
    customers : iterable of str
        Only theirs.
    rules : ElectricalRules, optional
        What rules are called, and where they come from.
    """
    wanted = pd.Index(list(customers), dtype=object)
    mine = episodes[episodes["customer_id"].isin(wanted)]
    told: dict[str, list[Observation]] = {}
    named = {} if rules is None else {rule.id: rule for rule in rules.rules}
    for row in _together(mine).itertuples(index=False):
        rule = named.get(str(row.rule_id))
        told.setdefault(str(row.customer_id), []).append(
            Observation(
                rule_id=str(row.rule_id),
                title=Text(str(row.rule_id), str(row.rule_id)) if rule is None else rule.title,
                phase=str(row.phase),
                started_at=_stamp(row.started_at),
                ended_at=None if row.is_lasting else _stamp(row.ended_at),
                episodes=int(str(row.episodes)),
                evidence=str(row.evidence),
                clause="" if rule is None else rule.provenance.clause,
                status="" if rule is None else rule.provenance.status,
            )
        )
    return {customer: tuple(seen) for customer, seen in told.items()}


def _together(episodes: pd.DataFrame) -> pd.DataFrame:
    """Return one row a customer, rule and phase, the most telling first."""
    spent = (episodes["ended_at"] - episodes["started_at"]).dt.total_seconds()
    ordered = episodes.assign(
        is_lasting=episodes["ended_at"].isna(), seconds=np.asarray(spent.fillna(0.0))
    ).sort_values(
        [*_SAME, "is_lasting", "seconds", "started_at", "evidence"],
        ascending=[True, True, True, False, False, True, True],
    )
    found = ordered.groupby(_SAME, sort=False, as_index=False).agg(
        started_at=("started_at", "min"),
        ended_at=("ended_at", "max"),
        is_lasting=("is_lasting", "any"),
        seconds=("seconds", "sum"),
        episodes=("started_at", "size"),
        evidence=("evidence", "first"),
    )
    return found.sort_values(
        ["customer_id", "is_lasting", "seconds", "rule_id", "phase"],
        ascending=[True, False, False, True, True],
    )


def _stamp(value: object) -> datetime | None:
    return value.to_pydatetime() if isinstance(value, pd.Timestamp) else None
