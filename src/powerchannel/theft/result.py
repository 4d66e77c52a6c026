"""What comes out: how suspicious every customer is, why, and what was not recorded (分析结果)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

import numpy as np
import pandas as pd
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.errors import UnknownNameError
from powerchannel.ids import Ids
from powerchannel.periods import format_month, parse_month
from powerchannel.rulebook import RulebookRecord
from powerchannel.rulebook.origin import Origin, rulebook_for
from powerchannel.tables.raw import object_array
from powerchannel.text import Lang
from powerchannel.theft.causes import Decided
from powerchannel.theft.consumption import Days
from powerchannel.theft.evidence import Evidence, decided_causes, evidence_of
from powerchannel.theft.evidence.inputs import Inputs
from powerchannel.theft.evidence.lost_use import drop_kwh
from powerchannel.theft.explaining import CustomerExplanation, Explanation
from powerchannel.theft.rules import Rulebook
from powerchannel.theft.scorecard import Scored
from powerchannel.theft.state import State
from powerchannel.times import NAT

__all__ = ["Result", "evaluate"]

_PHASES = np.array(["a", "b", "c", ""], object)
_TEXT = pd.Series(["text"]).dtype
"""What this pandas takes text for; an empty column would be of another type."""
_NOTHING_LOST = ("outage", "vacancy", "photovoltaic", "meter_replacement", "data_fault")


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
    """

    state: State
    rulebook: Rulebook
    month: int

    @property
    def as_of(self) -> str:
        """The month (截止月)."""
        return format_month(self.month)

    @cached_property
    def inputs(self) -> Inputs:
        """The rows of the window (取证数据)."""
        return Inputs.of(self.state, self.month, self.rulebook.window.days)

    @cached_property
    def evidence(self) -> Evidence:
        """All that was found (证据)."""
        return evidence_of(self.inputs, self.rulebook)

    @cached_property
    def scored(self) -> Scored:
        """Points and their reasons, in the order of `inputs` (评分)."""
        card = self.rulebook.card
        return card.score(self.evidence.of(card.names))

    @cached_property
    def decided(self) -> Decided:
        """The cause of each anomaly, in the order of `inputs` (原因判断)."""
        return decided_causes(self.inputs, self.evidence, self.rulebook)

    @cached_property
    def _causes(self) -> NDArray[np.object_]:
        """The code of each cause; empty where nothing is odd."""
        is_odd = self.scored.points > self.rulebook.card.base_points
        is_odd |= self.decided.speaks.any(axis=1)
        return np.where(is_odd, self.decided.codes.astype(object), "")

    @cached_property
    def _ids(self) -> NDArray[np.object_]:
        return self.inputs.customers.to_text()

    @cached_property
    def _lost(self) -> NDArray[np.float64]:
        """Energy not recorded and its interval: by episodes, else by the area, else by the drop.

        Nothing is lost where the cause is none of metering.
        """
        evidence, count = self.evidence, len(self.inputs.customers)
        known = ~np.isnan(evidence.losses.kwh)
        sums = [
            np.bincount(evidence.owner[known], values[known], count).astype(np.float64)
            for values in (evidence.losses.kwh, evidence.losses.low_kwh, evidence.losses.high_kwh)
        ]
        is_told = np.bincount(evidence.owner[known], minlength=count) > 0
        drop = drop_kwh(Days(self.inputs.energy_kwh, self.inputs.on))
        found = np.column_stack([drop, np.zeros(count), drop])
        areas, suspicion = evidence.areas.evidence, evidence.areas.suspicion
        by_area = (suspicion.lost_kwh, suspicion.lost_low_kwh, suspicion.lost_high_kwh)
        is_balanced = (areas.area >= 0) & ~np.isnan(suspicion.lost_kwh)
        found[is_balanced] = np.column_stack(by_area)[is_balanced]
        found[is_told] = np.column_stack(sums)[is_told]
        found[np.isin(self._causes, _NOTHING_LOST)] = 0.0
        return found

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
        inputs, names = self.inputs, self.state.names
        points = inputs.frames["points"].drop_duplicates("customer_id")
        rows = inputs.rows_of(points["customer_id"].to_numpy(np.int64))
        told = {name: np.zeros(len(self._ids), np.int64) for name in ("feeder_id", "industry")}
        for name, found in told.items():
            found[rows] = points[name]
        frame = pd.DataFrame(
            {
                "customer_id": _texts(self._ids),
                "area_id": _texts(Ids(inputs.areas, names).to_text()),
                **{name: _texts(Ids(keys, names).to_text()) for name, keys in told.items()},
                "score_points": self.scored.points,
                "probability": self.rulebook.card.probability_of(self.scored.points),
                "cause": _texts(self._causes),
                "lost_kwh": self._lost[:, 0],
                "lost_kwh_low": self._lost[:, 1],
                "lost_kwh_high": self._lost[:, 2],
            }
        )
        return frame.take(inputs.customers.ordered()[1]).reset_index(drop=True)

    @property
    def wide(self) -> pd.DataFrame:
        """The same, with the points of every kind of evidence beside it (宽表)."""
        order = self.inputs.customers.ordered()[1]
        reasons = pd.DataFrame(self.scored.reasons[order], columns=list(self.rulebook.card.names))
        return pd.concat([self.table, reasons.add_suffix(".points")], axis=1)

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
        evidence, names = self.evidence, self.state.names
        found = evidence.episodes
        points = self.inputs.frames["points"]
        meters = points["meter_id"].to_numpy(np.int64)[found.meter]
        rules = np.array([rule.id for rule in self.rulebook.electrical.rules], object)
        frame = pd.DataFrame(
            {
                "customer_id": _texts(self._ids[evidence.owner]),
                "meter_id": _texts(Ids(meters, names).to_text()),
                "phase": _texts(_PHASES[found.phase]),
                "rule_id": _texts(rules[found.rule]),
                "started_at": _stamps(found.started_at),
                "ended_at": _stamps(found.ended_at),
                "samples": found.samples,
                "evidence": _texts(_shown(found.worst, found.threshold, found.unit)),
                "lost_kwh": evidence.losses.kwh,
            }
        )
        order = self.inputs.customers.ordered()[1]
        rank = np.empty(len(order), np.int64)
        rank[order] = np.arange(len(order))
        rows = np.argsort(rank[evidence.owner], kind="stable")
        return frame.take(rows).reset_index(drop=True)

    @cached_property
    def origin(self) -> Origin:
        """Where the result comes from (结果来源)."""
        return Origin.of(
            self.rulebook,
            as_of=self.as_of,
            state_digest=self.state.digest,
            path="numpy",
            notes=tuple(f"{name}: {count:,}" for name, count in self.evidence.left_out.items()),
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
        places = {name: row for row, name in enumerate(self._ids.tolist())}
        unknown = sorted(set(customer_ids) - set(places))
        if unknown:
            raise _unknown(unknown)
        needed = self.evidence.of(self.rulebook.card.names)
        told = (
            CustomerExplanation(
                customer_id=customer,
                rulebook=self.rulebook,
                values=tuple(needed[places[customer]].tolist()),
                points=int(self.scored.points[places[customer]]),
                episodes=self.episodes[self.episodes["customer_id"] == customer],
                lost_kwh=tuple(self._lost[places[customer]].tolist()),
                cause=str(self._causes[places[customer]]),
                why=self.decided.reasons(places[customer]),
            )
            for customer in customer_ids
        )
        return Explanation(tuple(told), lang)

    def __getitem__(self, area_ids: Iterable[str]) -> Result:
        """Return the result of some areas (取台区).

        Raises
        ------
        UnknownNameError
            When an area is not in the state.
        """
        return Result(state=self.state[area_ids], rulebook=self.rulebook, month=self.month)

    def __len__(self) -> int:
        return len(self.state)

    def __repr__(self) -> str:
        return f"<theft.Result {len(self):,} customers, as of {self.as_of}, {self.rulebook.name}>"

    def _repr_html_(self) -> str:
        most = self.table.sort_values("score_points", ascending=False, kind="stable").head()
        return f"<p>{self!r}</p>{most.to_html(index=False)}"


def evaluate(state: State, rulebook: RulebookRecord, *, as_of: str) -> Result:
    """Say of every customer how suspicious they are, and why (窃电分析).

    Parameters
    ----------
    state : State
        From `aggregate`.
    rulebook : Rulebook
        Such as ``load_rulebook("dlt698-theft")``.
    as_of : str
        The month, such as ``"2025-01"``; evidence is taken from the days before its end.

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
    return Result(state=state, rulebook=rules, month=month)


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
