"""Telling a customer or a regulator where every number comes from (说明)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from attrs import frozen

from powerchannel.channel.reasons import REASONS, reasons_of
from powerchannel.channel.reference import (
    ChannelScore,
    History,
    dislike_lives,
    evidence_count,
    score_customer,
    stands,
)
from powerchannel.channel.rules import Rulebook
from powerchannel.ledger import Steps
from powerchannel.periods import format_month
from powerchannel.rulebook import Provenance
from powerchannel.text import Lang, Text

__all__ = ["CustomerExplanation", "Explanation", "explain_customer", "steps_of"]


def steps_of(found: ChannelScore, rulebook: Rulebook) -> Steps:
    """Return the steps that made a score; replayed, they give it to the bit (计分步骤).

    Parameters
    ----------
    found : ChannelScore
        From the reference.
    rulebook : Rulebook
        The rules it was made by.
    """
    writer = _Writer(Steps()).then("add", found.stock, "stock", _stock(found, rulebook))
    if found.latent:
        source = rulebook.latent.provenance
        told = Text("潜在偏好", "latent preference")
        writer = writer.then("add", found.latent, "latent", (told, source))
    if found.streak_factor != 1.0:
        step = [s for s in rulebook.streak.steps if found.run_months >= s.months][-1]
        told = Text("连续使用 {n} 个月", "used {n} months running").fill(n=found.run_months)
        writer = writer.then("multiply", found.streak_factor, "streak", (told, step.provenance))
    if found.frequency_factor != 1.0:
        writer = writer.then(
            "multiply", found.frequency_factor, "frequency", _frequency(found, rulebook)
        )
    if found.complaints:
        source = rulebook.complaint.provenance
        told = Text("投诉该渠道 {n} 次", "{n} complaint(s) about it").fill(n=found.complaints)
        writer = writer.then("multiply", found.complaint_factor, "complaint", (told, source))
    if found.is_disliked:
        told = Text("客户明确表示不喜欢该渠道", "the customer stated a dislike of it")
        writer = writer.then("set", 0.0, "dislike", (told, rulebook.dislike.provenance))
    return writer.steps


@frozen
class _Writer:
    steps: Steps

    def then(
        self, operation: str, operand: float, rule_id: str, told: tuple[Text, Provenance]
    ) -> _Writer:
        label, source = told
        done = {"add": self.steps.add, "multiply": self.steps.multiply, "set": self.steps.set}
        return _Writer(
            done[operation](
                operand, rule_id=rule_id, label=label, status=source.status, clause=source.clause
            )
        )


def _stock(found: ChannelScore, rulebook: Rulebook) -> tuple[Text, Provenance]:
    told = Text("{m} 个月内使用 {n} 次", "{n} use(s) in {m} months")
    if found.recorded_uses > found.uses:
        told = Text(
            "{m} 个月内使用 {r} 次，每月封顶后计 {n} 次",
            "{r} uses in {m} months, of which {n} count under the monthly cap",
        )
    told = told.fill(m=rulebook.window.months, n=found.uses, r=found.recorded_uses)
    return told, rulebook.stock.provenance


def _frequency(found: ChannelScore, rulebook: Rulebook) -> tuple[Text, Provenance]:
    told = Text("使用 {n} 次，超过 {k} 次", "{n} uses, more than {k}")
    return told.fill(n=found.uses, k=rulebook.frequency.more_than), rulebook.frequency.provenance


@frozen(eq=False, kw_only=True)
class CustomerExplanation:
    """Every step that made one customer's scores and first choice (单客户说明).

    Parameters
    ----------
    history : History
        What is remembered of the customer.
    scores : mapping of channel code to ChannelScore
        All channels, in catalogue order.
    rulebook : Rulebook
        The rules.
    as_of : int
        The month, since 1970-01.
    channel : str, optional
        The channel asked about: why it is, or is not, the first choice.
    is_known : bool
        Whether the customer is in the state at all.
    """

    history: History
    scores: Mapping[str, ChannelScore]
    rulebook: Rulebook
    as_of: int
    channel: str | None = None
    is_known: bool = True

    @property
    def customer_id(self) -> str:
        """The customer (客户编号)."""
        return self.history.customer_id

    @property
    def first_choice(self) -> str | None:
        """The channel to recommend, or None (首推渠道)."""
        return next((c for c, s in self.scores.items() if s.is_first_choice), None)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Reason codes of the first choice (首推原因)."""
        return reasons_of(list(self.scores.values()), self.rulebook)

    @property
    def steps(self) -> dict[str, Steps]:
        """The ledger of each channel with evidence (各渠道计分步骤)."""
        shown = self.scores.values()
        return {s.channel: steps_of(s, self.rulebook) for s in shown if s.has_evidence}

    def table(self, lang: Lang = "zh") -> pd.DataFrame:
        """Return the steps as a table (步骤表).

        Returns
        -------
        DataFrame
            customer_id, channel, and the columns of `Steps.table`.
        """
        parts = []
        for channel, steps in self.steps.items():
            part = steps.table(lang)
            part.insert(0, "channel", channel)
            part.insert(0, "customer_id", self.customer_id)
            parts.append(part)
        if parts:
            return pd.concat(parts, ignore_index=True)
        return Steps().table(lang).assign(customer_id="", channel="").iloc[:0]

    def sentences(self, lang: Lang = "zh") -> list[str]:
        """Return the explanation sentence by sentence (逐句说明)."""
        lines = [self._head().pick(lang)]
        if self.channel is not None:
            lines += [line.pick(lang) for line in self._why()]
        for code, steps in self.steps.items():
            if self.channel in (None, code):
                lines.append(self._channel_line(self.scores[code]).pick(lang))
                lines += [f"  {line}" for line in steps.sentences(lang)]
                lines += [f"  {line.pick(lang)}" for line in self._latent_lines(code)]
        return lines

    def _title(self, code: str) -> Text:
        return next(c.title for c in self.rulebook.catalogue.channels if c.code == code)

    def _head(self) -> Text:
        month = format_month(self.as_of)
        choice = self.first_choice
        if not self.is_known:
            return Text(
                "客户 {id}：数据中没有这个编号的任何记录（请核对前导零），没有首推渠道。",
                "Customer {id}: the data hold no record of this number (check leading zeros); "
                "there is no first choice.",
            ).fill(id=self.customer_id)
        if choice is None:
            return Text(
                "客户 {id}，截至 {month}：没有可依据的记录，没有首推渠道（不作默认推荐）。",
                "Customer {id}, as of {month}: no evidence, so there is no first choice "
                "(none is assumed).",
            ).fill(id=self.customer_id, month=month)
        reasons = [REASONS[code] for code in self.reasons]
        return Text(
            "客户 {id}，截至 {month}：首推渠道为{title}，得分 {score:.7g}。原因："
            + "；".join(r.zh for r in reasons)
            + "。",
            "Customer {id}, as of {month}: the first choice is {title}, score {score:.7g}. Why: "
            + "; ".join(r.en for r in reasons)
            + ".",
        ).fill(
            id=self.customer_id,
            month=month,
            title=self._title(choice),
            score=self.scores[choice].score,
        )

    def _channel_line(self, found: ChannelScore) -> Text:
        rank = Text("第 {rank} 位", "rank {rank}") if found.rank else Text("不排名", "not ranked")
        return Text("{title}：得分 {score:.7g}，{rank}", "{title}: score {score:.7g}, {rank}").fill(
            title=self._title(found.channel), score=found.score, rank=rank.fill(rank=found.rank)
        )

    def _why(self) -> Iterable[Text]:
        """Say why the channel asked about is, or is not, the one recommended."""
        assert self.channel is not None
        found, choice = self.scores[self.channel], self.first_choice
        title = self._title(self.channel)
        if found.is_first_choice:
            yield Text("{t}就是首推渠道。", "{t} is the first choice.").fill(t=title)
            return
        if found.is_disliked:
            told = Text(
                "不推荐{t}：客户明确表示不喜欢，得分置为 0。",
                "{t} is not recommended: the customer stated a dislike, so it scores 0.",
            )
        elif not found.has_evidence:
            told = Text(
                "不推荐{t}：窗口内没有使用、潜在偏好或投诉记录。",
                "{t} is not recommended: no use, latent preference or complaint in the window.",
            )
        elif choice is None:
            told = Text("{t}得分为 0。", "{t} scores 0.")
        elif found.score == self.scores[choice].score:
            told = Text(
                "{t}与首推渠道{c}同分，按并列次序落后。",
                "{t} has the same score as {c} and comes later in the order for ties.",
            )
        else:
            told = Text(
                "不推荐{t}：得分 {s:.7g}，低于{c}的 {b:.7g}。",
                "{t} is not recommended: it scores {s:.7g}, below the {b:.7g} of {c}.",
            )
        best = self.scores[choice].score if choice else 0.0
        other = self._title(choice) if choice else Text("", "")
        yield told.fill(t=title, c=other, s=found.score, b=best)

    def _latent_lines(self, code: str) -> Iterable[Text]:
        """Say what the latent points are made of."""
        if not self.scores[code].latent:
            return
        book = self.rulebook
        held = {f.fact for f in self.history.facts if f.channel == code and stands(f, self.as_of)}
        rungs = [r for r in book.latent.ladder if held & set(r.facts) and r.points.get(code)]
        if rungs:
            best = max(rungs, key=lambda r: r.points[code])
            yield Text("潜在：{t} {p} 分", "latent: {t}, {p} point(s)").fill(
                t=best.title, p=best.points[code]
            )
        titles = {e.id: e.title for e in book.catalogue.evidence}
        for extra in book.latent.extras:
            count = evidence_count(self.history, extra.evidence, book, self.as_of)
            if count >= extra.at_least and extra.points.get(code):
                yield Text(
                    "潜在：{t} {n} 次，{p} 分", "latent: {t}, {n} time(s), {p} point(s)"
                ).fill(t=titles[extra.evidence], n=count, p=extra.points[code])

    def disliked_channels(self) -> tuple[str, ...]:
        """Return the channels tagged as disliked (不喜欢标签)."""
        codes = self.rulebook.catalogue.codes
        return tuple(c for c in codes if dislike_lives(c, self.history, self.rulebook, self.as_of))

    def replay(self) -> dict[str, float]:
        """Recompute every score from the recorded operands (重算).

        Returns
        -------
        dict of channel code to float
            Equal to the scores of the result table, bit for bit.
        """
        return {c: float(np.float32(s.replay())) for c, s in self.steps.items()}


@frozen(eq=False)
class Explanation:
    """The explanations of some customers (说明).

    ``print`` shows sentences; `table` gives the steps as data.
    """

    customers: tuple[CustomerExplanation, ...]
    lang: Lang = "zh"

    def __getitem__(self, customer_id: str) -> CustomerExplanation:
        return next(c for c in self.customers if c.customer_id == customer_id)

    @property
    def table(self) -> pd.DataFrame:
        """Every step of every score: customer_id, channel, step, ... (步骤表)."""
        parts = [c.table(self.lang) for c in self.customers]
        return pd.concat(parts, ignore_index=True)

    @property
    def sentences(self) -> tuple[str, ...]:
        """All sentences (逐句说明)."""
        return tuple(line for c in self.customers for line in c.sentences(self.lang))

    def __str__(self) -> str:
        return "\n".join(self.sentences)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        head = "<br>".join(c.sentences(self.lang)[0] for c in self.customers)
        return f"<p>{head}</p>{self.table.to_html(index=False)}"


def explain_customer(
    history: History,
    rulebook: Rulebook,
    as_of: int,
    *,
    channel: str | None = None,
    is_known: bool = True,
) -> CustomerExplanation:
    """Score one customer by the readable reference and keep every step (单客户说明)."""
    return CustomerExplanation(
        history=history,
        scores=score_customer(history, rulebook, as_of),
        rulebook=rulebook,
        as_of=as_of,
        channel=channel,
        is_known=is_known,
    )
