"""The readable rules, against numbers worked out by hand."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
from attrs import evolve

from powerchannel.channel.reference import (
    ChannelScore,
    History,
    Standing,
    complaint_factor,
    dislike_lives,
    evidence_count,
    points_per_use,
    score_customer,
    stands,
    streak_factor,
    tie_order,
)
from powerchannel.channel.rules import Rulebook
from strategies import MONTH, hebei, micros, moment

START, END = micros(moment(MONTH, 1)), micros(moment(MONTH + 1, 1))
APP = {"app": {MONTH - 1: 1, MONTH: 1}}


def score(history: History, book: Rulebook | None = None, channel: str = "app") -> ChannelScore:
    return score_customer(history, hebei() if book is None else book, MONTH)[channel]


def used(*counts: int) -> History:
    months = {MONTH - age: n for age, n in enumerate(reversed(counts)) if n}
    return History(customer_id="1", uses={"app": months})


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((0, 0, 0, 0, 1, 1), 2.2),
        ((0, 0, 0, 1, 1, 1), 3.6),
        ((1, 1, 1, 1, 1, 0), 7.0),
        ((0, 0, 0, 0, 0, 4), 4.0),
        ((0, 0, 0, 0, 0, 5), 7.0),
        ((1, 1, 1, 1, 1, 1), 10.08),
        ((9, 0, 0, 0, 0, 0, 1), 1.0),
    ],
)
def test_golden_scores(counts: tuple[int, ...], expected: float) -> None:
    assert score(used(*counts)).score == np.float32(expected)


def test_complaints_and_dislikes_and_latent_points() -> None:
    six = used(1, 1, 1, 1, 1, 1)
    complained = evolve(used(0, 0, 0, 1, 1, 1), complaints={"app": {MONTH - 5: 1}})
    assert score(complained).score == np.float32(1.8)
    assert score(evolve(complained, complaints={"app": {MONTH - 6: 1}})).score == np.float32(3.6)
    assert score(evolve(complained, complaints={"hall": {MONTH: 1}})).score == np.float32(3.6)
    disliked = score(evolve(six, dislikes={"app": (START,)}))
    assert (disliked.score, disliked.is_disliked, disliked.rank) == (0.0, True, None)
    bound = Standing(channel="app", fact="account_bound")
    assert score(evolve(used(1, 1), facts=(bound,))).score == np.float32(5.5)


def test_the_parts_of_a_score() -> None:
    found = score(evolve(used(40, 1, 1), complaints={"app": {MONTH: 2}}))
    assert (found.uses, found.recorded_uses, found.run_months) == (33, 42, 3)
    assert (found.stock, found.complaints, found.has_evidence) == (33.0, 2, True)
    assert not score(used()).has_evidence
    assert score(evolve(used(), complaints={"app": {MONTH: 1}})).has_evidence
    assert score(evolve(used(), dislikes={"app": (START,)})).has_evidence


def test_points_are_those_of_the_channel_or_the_default() -> None:
    stock = evolve(hebei().stock, points={"app": Decimal("0.3")}, default_points=Decimal(2))
    book = evolve(hebei(), stock=stock)
    assert (points_per_use(book, "app"), points_per_use(book, "hall")) == (0.3, 2.0)
    assert score(used(3), book).stock == 3 * 0.3


def test_a_streak_takes_the_longest_step_alone() -> None:
    assert [streak_factor(n, hebei()) for n in range(5)] == [1.0, 1.0, 1.1, 1.2, 1.2]
    bare = evolve(hebei(), streak=evolve(hebei().streak, steps=()))
    assert streak_factor(6, bare) == 1.0


@pytest.mark.parametrize(
    ("counts", "scope", "grace", "run"),
    [
        ((1, 1, 0, 1), "ending", 0, 1),
        ((1, 1, 0, 1), "any", 0, 2),
        ((1, 1, 1, 0), "ending", 0, 0),
        ((1, 1, 1, 0), "ending", 1, 3),
        ((1, 1, 0, 0), "ending", 1, 0),
        ((1, 1, 0, 1), "ending", 1, 1),
        ((1, 1, 0, 1), "ending", 2, 2),
        ((1, 1, 0, 1), "ending", 99, 2),
    ],
)
def test_runs(counts: tuple[int, ...], scope: str, grace: int, run: int) -> None:
    streak = evolve(hebei().streak, scope=scope, grace_months=grace)
    assert score(used(*counts), evolve(hebei(), streak=streak)).run_months == run


def test_complaints_count_once_or_each() -> None:
    assert [complaint_factor(n, hebei()) for n in range(3)] == [1.0, 0.5, 0.5]
    each = evolve(hebei(), complaint=evolve(hebei().complaint, counting="each"))
    assert [complaint_factor(n, each) for n in range(3)] == [1.0, 0.5, 0.25]


@pytest.mark.parametrize(
    ("stated", "withdrawn", "lives"),
    [
        ([], [], False),
        ([END - 1], [], True),
        ([END], [], False),
        ([micros(moment(MONTH - 5, 1))], [], True),
        ([micros(moment(MONTH - 5, 1)) - 1], [], False),
        ([START], [START], False),
        ([START + 1], [START], True),
        ([START], [END], True),
        ([START], [END - 1], False),
        ([START, START + 9], [START + 5], True),
        ([START + 5], [START + 9, START], False),
    ],
)
def test_a_dislike_lives_until_it_is_old_or_withdrawn(
    stated: list[int], withdrawn: list[int], lives: bool
) -> None:
    history = History(
        customer_id="1", dislikes={"app": tuple(stated)}, withdrawals={"app": tuple(withdrawn)}
    )
    assert dislike_lives("app", history, hebei(), MONTH) is lives
    assert dislike_lives("hall", history, hebei(), MONTH) is False


def test_a_dislike_until_withdrawal_never_grows_old() -> None:
    book = evolve(hebei(), dislike=evolve(hebei().dislike, until="withdrawal"))
    old = History(customer_id="1", dislikes={"app": (0,)})
    assert dislike_lives("app", old, book, MONTH)
    assert not dislike_lives("app", evolve(old, withdrawals={"app": (START,)}), book, MONTH)


def test_a_dislike_turns_latent_points_off_everywhere_or_there_alone() -> None:
    facts = tuple(Standing(channel=c, fact="followed") for c in ("app", "wechat"))
    history = History(customer_id="1", facts=facts, dislikes={"app": (START,)})
    assert score(history, channel="wechat").latent == 0
    there = evolve(hebei(), dislike=evolve(hebei().dislike, latent_off="channel"))
    assert score(history, there, "wechat").latent == 1
    assert score(history, there, "app").latent == 0


@pytest.mark.parametrize(
    ("since", "until", "holds"),
    [
        (None, None, True),
        (END - 1, None, True),
        (END, None, False),
        (None, END, True),
        (None, END - 1, False),
    ],
)
def test_a_fact_stands_at_the_end_of_the_month(
    since: int | None, until: int | None, holds: bool
) -> None:
    assert (
        stands(Standing(channel="app", fact="followed", since=since, until=until), MONTH) is holds
    )


def test_the_ladder_counts_its_highest_rung_and_extras_are_capped() -> None:
    facts = tuple(
        Standing(channel="wechat", fact=f)
        for f in ("followed", "phone_registered", "account_bound")
    )
    history = History(customer_id="1", facts=facts[:2])
    assert score(history, channel="wechat").latent == 2
    assert score(evolve(history, facts=facts), channel="wechat").latent == 3
    evidence = {
        "pays_by_wechat": {MONTH: 1},
        "pays_elsewhere_online": {MONTH - 5: 9},
        "evening_contacts": {MONTH: 1, MONTH - 1: 1},
    }
    assert score(evolve(history, facts=facts, evidence=evidence), channel="wechat").latent == 6
    assert score(evolve(history, evidence=evidence), channel="app").latent == 2


def test_evidence_counts_within_the_window() -> None:
    seen = {"evening_contacts": {MONTH - 6: 1, MONTH - 5: 2, MONTH: 4, MONTH + 1: 8}}
    history = History(customer_id="1", evidence=seen)
    assert evidence_count(history, "evening_contacts", hebei(), MONTH) == 6
    assert evidence_count(history, "pays_by_wechat", hebei(), MONTH) == 0


def test_the_order_in_which_ties_are_won() -> None:
    codes = hebei().catalogue.codes
    ordered = [codes[i] for i in tie_order(hebei())]
    assert ordered == ["app", "sms", "portal", "hotline", "hall", "wechat", "alipay", "bank"]
    bare = evolve(hebei(), first_choice=evolve(hebei().first_choice, ties=()))
    assert tie_order(bare) == list(range(8))


def test_a_channel_of_unknown_cost_loses_ties_of_cost() -> None:
    first, *others = hebei().catalogue.channels
    catalogue = evolve(hebei().catalogue, channels=(evolve(first, unit_cost=None), *others))
    ties = evolve(hebei().first_choice, ties=("unit_cost",))
    book = evolve(hebei(), catalogue=catalogue, first_choice=ties)
    assert tie_order(book)[-1] == 0


def test_ranks_and_flags() -> None:
    history = History(
        customer_id="1",
        uses={"hall": {MONTH: 2}, "alipay": {MONTH: 2}, "app": {MONTH: 1}, "sms": {MONTH - 9: 1}},
        complaints={"app": {MONTH: 1}},
    )
    found = score_customer(history, hebei(), MONTH)
    assert list(found) == list(hebei().catalogue.codes)
    assert [c for c, s in found.items() if s.rank] == ["hall", "app", "alipay"]
    assert (found["hall"].rank, found["alipay"].rank, found["app"].rank) == (1, 2, 3)
    assert [c for c, s in found.items() if s.is_first_choice] == ["hall"]
    assert [c for c, s in found.items() if s.is_tied] == ["hall", "alipay"]
    assert [c for c, s in found.items() if s.is_preferred] == ["hall", "alipay"]


def test_exactly_half_of_the_best_is_preferred() -> None:
    history = History(customer_id="1", uses={"hall": {MONTH: 2}, "app": {MONTH: 1}})
    assert score(history).is_preferred
