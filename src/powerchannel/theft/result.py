"""What comes out: how suspicious every customer is, why, and what was not recorded (分析结果)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

import numpy as np
import pandas as pd
from attrs import evolve, frozen
from numpy.typing import NDArray

from powerchannel.errors import UnknownNameError
from powerchannel.ids import Ids
from powerchannel.memory import keys_over
from powerchannel.periods import format_month, parse_month
from powerchannel.rulebook import RulebookRecord
from powerchannel.rulebook.origin import Origin, rulebook_for
from powerchannel.tables.raw import object_array
from powerchannel.text import Lang
from powerchannel.theft.causes import CAUSES
from powerchannel.theft.evidence import (
    Assessment,
    Evidence,
    Findings,
    Inputs,
    assessed,
    evidence_of,
    findings_of,
)
from powerchannel.theft.explaining import CustomerExplanation, Explanation
from powerchannel.theft.rules import Rulebook
from powerchannel.theft.state import State
from powerchannel.times import NAT

__all__ = ["Result", "evaluate"]

_PHASES = np.array(["a", "b", "c", ""], object)
_TEXT = pd.Series(["text"]).dtype
"""What this pandas takes text for; an empty column would be of another type."""
_CAUSE_CODES = np.array([*CAUSES, ""], object)
"""By position; the last one where nothing is odd."""


@frozen(eq=False, slots=False, kw_only=True)
class Result:
    """Points, probabilities, episodes and what was lost, customer by customer (窃电分析结果).

    Parameters
    ----------
    state : State
        What was remembered.
    rulebook : Rulebook
        The rules.
    month : int
        The last month that is looked at, since 1970-01.
    threads : int
        How many blocks of areas are looked at at a time; the answer does not depend on it.
    """

    state: State
    rulebook: Rulebook
    month: int
    threads: int = 1

    @property
    def as_of(self) -> str:
        """The month (截止月)."""
        return format_month(self.month)

    @cached_property
    def inputs(self) -> Inputs:
        """The rows of the window, of all customers at once (取证数据)."""
        return Inputs.of(self.state, self.month, self.rulebook.window.days)

    @cached_property
    def evidence(self) -> Evidence:
        """All that was found, of all customers at once (证据)."""
        return evidence_of(self.inputs, self.rulebook)

    @cached_property
    def findings(self) -> Findings:
        """What the tables are made of; areas are looked at some at a time (分析要点)."""
        return findings_of(self.state, self.rulebook, month=self.month, threads=self.threads)

    @cached_property
    def _order(self) -> NDArray[np.int64]:
        """Where each customer of the table stands in the findings."""
        return self._ids(self.findings.customers).ordered()[1]

    def _ids(self, keys: NDArray[np.int64]) -> Ids:
        return Ids(keys, self.state.names)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a customer (嫌疑表).

        Returns
        -------
        DataFrame
            customer_id, area_id, feeder_id, industry, score_points, probability, cause (empty
            where nothing is odd), lost_kwh, lost_kwh_low, lost_kwh_high [kWh, within the window].
            In the order of customer ids.
        """
        found, order = self.findings, self._order
        keys = {
            "customer_id": found.customers,
            "area_id": found.areas,
            "feeder_id": found.feeders,
            "industry": found.industries,
        }
        return pd.DataFrame(
            {
                **{name: _texts(self._ids(own[order]).to_text()) for name, own in keys.items()},
                "score_points": found.points[order],
                "probability": self.rulebook.card.probability_of(found.points[order]),
                "cause": _texts(_CAUSE_CODES[found.causes[order]]),
                "lost_kwh": found.lost_kwh[order, 0],
                "lost_kwh_low": found.lost_kwh[order, 1],
                "lost_kwh_high": found.lost_kwh[order, 2],
            }
        )

    @property
    def wide(self) -> pd.DataFrame:
        """The same, with the points of every kind of evidence beside it (宽表)."""
        card = self.rulebook.card
        reasons = card.score(self.findings.values[self._order]).reasons
        named = pd.DataFrame(reasons, columns=list(card.names)).add_suffix(".points")
        return pd.concat([self.table, named], axis=1)

    @cached_property
    def episodes(self) -> pd.DataFrame:
        """Every episode of an electrical rule or a meter event (异常区段表).

        Returns
        -------
        DataFrame
            customer_id, meter_id, phase (empty: the whole meter), rule_id, started_at, ended_at
            (missing while it lasts), samples, evidence (the worst value against its threshold),
            lost_kwh. By customer, meter, start, rule and phase.
        """
        findings = self.findings
        found = findings.episodes
        rules = np.array([rule.id for rule in self.rulebook.electrical.rules], object)
        frame = pd.DataFrame(
            {
                "customer_id": _texts(self._ids(findings.owners).to_text()),
                "meter_id": _texts(self._ids(findings.meters).to_text()),
                "phase": _texts(_PHASES[found.phase]),
                "rule_id": _texts(rules[found.rule]),
                "started_at": _stamps(found.started_at),
                "ended_at": _stamps(found.ended_at),
                "samples": found.samples,
                "evidence": _texts(_shown(found.worst, found.threshold, found.unit)),
                "lost_kwh": findings.lost_in_episodes,
            }
        )
        owner = pd.Index(findings.customers[self._order]).get_indexer(pd.Index(findings.owners))
        return frame.take(np.argsort(owner, kind="stable")).reset_index(drop=True)

    @cached_property
    def origin(self) -> Origin:
        """Where the result comes from (结果来源)."""
        left_out = self.findings.left_out.items()
        return Origin.of(
            self.rulebook,
            as_of=self.as_of,
            state_digest=self.state.digest,
            path="numpy",
            notes=tuple(f"{name}: {count:,}" for name, count in left_out if count),
        )

    def explain(self, *customer_ids: str, lang: Lang = "zh") -> Explanation:
        """Tell why some customers are as suspicious as they are (嫌疑说明).

        Parameters
        ----------
        *customer_ids : str
            One or more.
        lang : {"zh", "en"}
            The language.

        Raises
        ------
        UnknownNameError
            When nothing is known of one of them.
        """
        keys = keys_over(Ids.from_text(customer_ids), self.state.names)
        known = self.state.customers.keys
        is_known = np.isin(keys, known).tolist()
        unknown = [
            name for name, is_there in zip(customer_ids, is_known, strict=True) if not is_there
        ]
        if unknown:
            raise _unknown(sorted(unknown))
        areas = self.state.customer_areas
        rows = np.flatnonzero(np.isin(areas, areas[np.searchsorted(known, keys)]))
        assessment = assessed(self.state, rows, self.rulebook, month=self.month)
        places = np.searchsorted(known[rows], keys).tolist()
        told = (
            self._told(customer, assessment, place)
            for customer, place in zip(customer_ids, places, strict=True)
        )
        return Explanation(tuple(told), lang)

    def _told(self, customer: str, assessed: Assessment, place: int) -> CustomerExplanation:
        cause = int(assessed.causes[place])
        return CustomerExplanation(
            customer_id=customer,
            rulebook=self.rulebook,
            values=tuple(assessed.values[place].tolist()),
            points=int(assessed.scored.points[place]),
            episodes=self.episodes[self.episodes["customer_id"] == customer],
            lost_kwh=tuple(assessed.lost_kwh[place].tolist()),
            lost_before_reading=float(assessed.lost_before_reading[place]),
            cause=str(_CAUSE_CODES[cause]),
            why=assessed.decided.reasons(place),
        )

    def __getitem__(self, area_ids: Iterable[str]) -> Result:
        """Return the result of some areas (取台区).

        Raises
        ------
        UnknownNameError
            When an area is not in the state.
        """
        return evolve(self, state=self.state[area_ids])

    def __len__(self) -> int:
        return len(self.state)

    def __repr__(self) -> str:
        return f"<theft.Result {len(self):,} customers, as of {self.as_of}, {self.rulebook.name}>"

    def _repr_html_(self) -> str:
        most = self.table.sort_values("score_points", ascending=False, kind="stable").head()
        return f"<p>{self!r}</p>{most.to_html(index=False)}"


def evaluate(state: State, rulebook: RulebookRecord, *, as_of: str, threads: int = 1) -> Result:
    """Say of every customer how suspicious they are, and why (窃电分析).

    Parameters
    ----------
    state : State
        From `aggregate`.
    rulebook : Rulebook
        Such as ``load_rulebook("dlt698-theft")``.
    as_of : str
        The month, such as ``"2025-01"``; evidence is taken from the days before its end.
    threads : int
        How many blocks of areas are looked at at a time; the answer does not depend on it.

    Returns
    -------
    Result
        Depends on each area alone: ``evaluate(state[areas]) == evaluate(state)[areas]``.

    Raises
    ------
    RulebookError
        When the rulebook is of another kind.
    NotInForceError
        When the rulebook is not in force in that month.
    """
    month = parse_month(as_of)
    rules = rulebook_for(rulebook, Rulebook, kind="theft", month=month)
    return Result(state=state, rulebook=rules, month=month, threads=threads)


def _texts(cells: NDArray[np.object_]) -> pd.Series:
    return pd.Series(cells, dtype=_TEXT)


def _stamps(values: NDArray[np.int64]) -> pd.DatetimeIndex:
    stamps = pd.DatetimeIndex(np.where(values == NAT, NAT, values).view("datetime64[us]"))
    return stamps.tz_localize("UTC").tz_convert("Asia/Shanghai")


def _shown(
    worst: NDArray[np.float64], threshold: NDArray[np.float64], unit: NDArray[np.str_]
) -> NDArray[np.object_]:
    """Return evidence against thresholds as a person reads it; empty for a flag."""
    cells = zip(worst.tolist(), threshold.tolist(), unit.tolist(), strict=True)
    shown = ("" if w != w else f"{w:g} {u} / {t:g} {u}".replace("  ", " ") for w, t, u in cells)
    return object_array(shown)


def _unknown(unknown: list[str]) -> UnknownNameError:
    return UnknownNameError.of(
        "unknown_customer",
        "result",
        f"{len(unknown)} 个客户不在结果中（如 {unknown[0]!r}）；请核对前导零",
        f"{len(unknown)} customers are not in the result (first: {unknown[0]!r}); check leading "
        "zeros",
        count=len(unknown),
    )
