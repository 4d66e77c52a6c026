"""The rules for one customer, written to be read. The batch must agree with it to the bit."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from attrs import evolve, field, frozen

from powerchannel.channel.rules import Fact, Rulebook
from powerchannel.periods import month_end_us

__all__ = [
    "ChannelScore",
    "History",
    "Standing",
    "complaint_factor",
    "dislike_lives",
    "evidence_count",
    "points_per_use",
    "score_customer",
    "stands",
    "streak_factor",
    "tie_order",
]


@frozen(kw_only=True)
class Standing:
    """A fact about a customer and a channel while it stands (渠道事实).

    `since` and `until` are UTC microseconds; None is always, and not ended.
    """

    channel: str
    fact: Fact
    since: int | None = None
    until: int | None = None


@frozen(kw_only=True)
class History:
    """All that is remembered of one customer (客户历史).

    Parameters
    ----------
    customer_id : str
        The customer.
    uses : mapping of channel to mapping of month to int
        Uses; months since 1970-01.
    complaints : mapping of channel to mapping of month to int
        Complaints.
    dislikes, withdrawals : mapping of channel to tuple of int
        When stated and withdrawn [UTC microseconds].
    facts : tuple of Standing
        Standing facts.
    evidence : mapping of kind to mapping of month to int
        Evidence seen.
    """

    customer_id: str
    uses: Mapping[str, Mapping[int, int]] = field(factory=dict)
    complaints: Mapping[str, Mapping[int, int]] = field(factory=dict)
    dislikes: Mapping[str, tuple[int, ...]] = field(factory=dict)
    withdrawals: Mapping[str, tuple[int, ...]] = field(factory=dict)
    facts: tuple[Standing, ...] = ()
    evidence: Mapping[str, Mapping[int, int]] = field(factory=dict)


@frozen(kw_only=True)
class ChannelScore:
    """The score of one channel and all that made it (渠道得分)."""

    channel: str
    uses: int
    recorded_uses: int
    run_months: int
    stock: float
    latent: int
    streak_factor: float
    frequency_factor: float
    complaints: int
    complaint_factor: float
    is_disliked: bool
    score: float
    rank: int | None = None
    is_first_choice: bool = False
    is_preferred: bool = False
    is_tied: bool = False

    @property
    def has_evidence(self) -> bool:
        """Whether a row of the result stands here (有无依据)."""
        return bool(self.uses or self.latent or self.complaints or self.is_disliked)


def score_customer(history: History, rulebook: Rulebook, as_of: int) -> dict[str, ChannelScore]:
    """Score every channel of one customer (单客户计分).

    Parameters
    ----------
    history : History
        The customer.
    rulebook : Rulebook
        The rules.
    as_of : int
        The closed month, months since 1970-01.

    Returns
    -------
    dict of channel code to ChannelScore
        In catalogue order; ranked.
    """
    return _ranked(
        [_score(c, history, rulebook, as_of) for c in rulebook.catalogue.codes], rulebook
    )


def _score(channel: str, history: History, rulebook: Rulebook, as_of: int) -> ChannelScore:
    months = range(as_of - rulebook.window.months + 1, as_of + 1)
    by_month = history.uses.get(channel, {})
    recorded = [by_month.get(m, 0) for m in months]
    cap = rulebook.stock.cap_per_month
    uses = sum(n if cap is None else min(n, cap) for n in recorded)
    stock = uses * points_per_use(rulebook, channel)
    latent = _latent(channel, history, rulebook, as_of)
    run = run_months([n > 0 for n in recorded], rulebook)
    streak, frequency = _bonus(run, uses, rulebook)
    complained = history.complaints.get(channel, {})
    complaints = sum(complained.get(m, 0) for m in months)
    complaint = complaint_factor(complaints, rulebook)
    is_disliked = dislike_lives(channel, history, rulebook, as_of)
    total = (stock + latent) * streak * frequency * complaint
    return ChannelScore(
        channel=channel,
        uses=uses,
        recorded_uses=sum(recorded),
        run_months=run,
        stock=stock,
        latent=latent,
        streak_factor=streak,
        frequency_factor=frequency,
        complaints=complaints,
        complaint_factor=complaint,
        is_disliked=is_disliked,
        score=0.0 if is_disliked else float(np.float32(total)),
    )


def points_per_use(rulebook: Rulebook, channel: str) -> float:
    """Return the points for one use of a channel (每次使用分值)."""
    return float(rulebook.stock.points.get(channel, rulebook.stock.default_points))


def run_months(used: list[bool], rulebook: Rulebook) -> int:
    """Return the length of the run that counts, months old to new (连续月数)."""
    runs, length = [], 0
    for is_used in used:
        length = length + 1 if is_used else 0
        runs.append(length)
    if rulebook.streak.scope == "any":
        return max(runs)
    return max(runs[-1 - rulebook.streak.grace_months :])


def streak_factor(run: int, rulebook: Rulebook) -> float:
    """Return the factor of the longest step that a run reaches (连续系数)."""
    reached = [s.factor for s in rulebook.streak.steps if run >= s.months]
    return float(reached[-1]) if reached else 1.0


def _bonus(run: int, uses: int, rulebook: Rulebook) -> tuple[float, float]:
    streak = streak_factor(run, rulebook)
    is_frequent = uses > rulebook.frequency.more_than
    frequency = float(rulebook.frequency.factor) if is_frequent else 1.0
    if rulebook.bonus.combine == "largest":
        return (streak, 1.0) if streak >= frequency else (1.0, frequency)
    return streak, frequency


def complaint_factor(complaints: int, rulebook: Rulebook) -> float:
    """Return the factor for a number of complaints in the window (投诉系数)."""
    factor, times = float(rulebook.complaint.factor), complaints
    if rulebook.complaint.counting == "once":
        times = min(complaints, 1)
    return float(factor**times)


def dislike_lives(channel: str, history: History, rulebook: Rulebook, as_of: int) -> bool:
    """Tell whether the last dislike by then is neither old nor withdrawn (不喜欢是否有效)."""
    end = month_end_us(as_of)
    stated = [t for t in history.dislikes.get(channel, ()) if t < end]
    withdrawn = [t for t in history.withdrawals.get(channel, ()) if t < end]
    if not stated or (withdrawn and max(withdrawn) >= max(stated)):
        return False
    first = month_end_us(as_of - rulebook.dislike.months)
    return rulebook.dislike.until == "withdrawal" or max(stated) >= first


def _latent(channel: str, history: History, rulebook: Rulebook, as_of: int) -> int:
    codes = rulebook.catalogue.codes
    asked = codes if rulebook.dislike.latent_off == "customer" else (channel,)
    if any(dislike_lives(c, history, rulebook, as_of) for c in asked):
        return 0
    held = {f.fact for f in history.facts if f.channel == channel and stands(f, as_of)}
    rungs = [r.points.get(channel, 0) for r in rulebook.latent.ladder if held & set(r.facts)]
    points = max(rungs, default=0)
    for extra in rulebook.latent.extras:
        if evidence_count(history, extra.evidence, rulebook, as_of) >= extra.at_least:
            points += extra.points.get(channel, 0)
    return min(points, rulebook.latent.cap)


def stands(fact: Standing, as_of: int) -> bool:
    """Tell whether a fact stands at the end of a month (事实是否有效)."""
    end = month_end_us(as_of)
    began = fact.since is None or fact.since < end
    return began and (fact.until is None or fact.until >= end)


def evidence_count(history: History, kind: str, rulebook: Rulebook, as_of: int) -> int:
    """Return how often evidence was seen in the window (证据次数)."""
    seen = history.evidence.get(kind, {})
    return sum(seen.get(m, 0) for m in range(as_of - rulebook.window.months + 1, as_of + 1))


def tie_order(rulebook: Rulebook) -> list[int]:
    """Return the channels' positions in the order in which they win a tie (并列次序)."""
    ownerships = ("owned", "owned_on_third_party", "third_party")
    channels = rulebook.catalogue.channels

    def key(position: int) -> tuple[float, ...]:
        channel = channels[position]
        cost = float("inf") if channel.unit_cost is None else float(channel.unit_cost)
        by = {
            "ownership": float(ownerships.index(channel.ownership)),
            "unit_cost": cost,
            "catalogue": float(position),
        }
        return (*(by[name] for name in rulebook.first_choice.ties), float(position))

    return sorted(range(len(channels)), key=key)


def _ranked(scores: list[ChannelScore], rulebook: Rulebook) -> dict[str, ChannelScore]:
    order = sorted(tie_order(rulebook), key=lambda i: -scores[i].score)
    best = scores[order[0]].score
    tied = sum(s.score == best for s in scores) > 1
    ratio = float(rulebook.preferred.ratio)
    ranked = list(scores)
    for rank, position in enumerate(order, 1):
        found = scores[position]
        if found.score > 0:
            ranked[position] = evolve(
                found,
                rank=rank,
                is_first_choice=rank == 1,
                is_preferred=found.score >= ratio * best,
                is_tied=tied and found.score == best,
            )
    return {s.channel: s for s in ranked}
