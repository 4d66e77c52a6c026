"""Why a channel is the first choice: each reason, and the same for one customer as for all."""

from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from powerchannel import channel
from powerchannel.channel.reasons import REASONS, reasons_of
from powerchannel.channel.reference import History, Standing, score_customer
from powerchannel.channel.rules import Rulebook
from strategies import AS_OF, MONTH, crowd, hebei, rulebooks


def reasons(history: History, book: Rulebook | None = None) -> str:
    book = hebei() if book is None else book
    return " ".join(reasons_of(list(score_customer(history, book, MONTH).values()), book))


def uses(**by_channel: int | dict[int, int]) -> History:
    """Uses in the as-of month, or by month."""
    months = {c: {MONTH: n} if isinstance(n, int) else n for c, n in by_channel.items()}
    return History(customer_id="1", uses=months)


BOUND = Standing(channel="wechat", fact="account_bound")


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        (uses(), "no_evidence"),
        (uses(app=1), "only_channel most_used"),
        (uses(app=2, hall=1), "most_used"),
        (uses(app={MONTH: 1, MONTH - 1: 1}), "only_channel most_used steady_use"),
        (uses(app=5), "only_channel most_used frequent_use"),
        (evolve(uses(wechat=1), facts=(BOUND,)), "only_channel most_used latent_lift"),
        (evolve(uses(app=1), facts=(BOUND,)), "latent_only"),
        (
            evolve(uses(app=1), complaints={"hall": {MONTH: 1}}),
            "only_channel most_used complaint_elsewhere",
        ),
        (
            evolve(uses(app=1), dislikes={"hall": (0, 1_655_000_000_000_000)}),
            "only_channel most_used dislike_elsewhere",
        ),
        (uses(hall=1, alipay=1), "tie_ownership"),
        (uses(hall=1, hotline=1), "tie_unit_cost"),
        (uses(portal=1, app=1), "tie_catalogue"),
        # a complaint about the first choice itself is no reason for it
        (evolve(uses(app=1), complaints={"app": {MONTH: 1}}), "only_channel most_used"),
        # nor is a dislike without any score
        (evolve(uses(app=1), dislikes={"app": (1_655_000_000_000_000,)}), "no_evidence"),
    ],
)
def test_each_reason(history: History, expected: str) -> None:
    assert reasons(history) == expected


def test_every_reason_is_reached_by_some_customer() -> None:
    state = crowd(hebei().catalogue, 3, 600).state(hebei().catalogue)
    told = channel.evaluate(state, hebei(), as_of=AS_OF).first_choices["reasons"]
    assert {code for text in told for code in text.split()} == set(REASONS)


def test_a_tie_is_decided_by_the_first_rule_that_tells_the_two_apart() -> None:
    by_cost = evolve(hebei(), first_choice=evolve(hebei().first_choice, ties=("unit_cost",)))
    assert reasons(uses(hall=1, alipay=1), by_cost) == "tie_unit_cost"
    assert reasons(uses(app=1, wechat=1), by_cost) == "tie_catalogue"
    bare = evolve(hebei(), first_choice=evolve(hebei().first_choice, ties=()))
    assert reasons(uses(hall=1, alipay=1), bare) == "tie_catalogue"


def test_a_tie_below_the_first_choice_is_no_reason() -> None:
    assert reasons(uses(app=3, hall=1, hotline=1)) == "most_used"


@settings(max_examples=6)
@given(rulebooks(), st.integers(0, 999))
def test_one_customer_is_told_what_the_table_says(book: Rulebook, seed: int) -> None:
    result = channel.evaluate(
        crowd(book.catalogue, seed, 20).state(book.catalogue), book, as_of=AS_OF
    )
    table = result.first_choices.set_index("customer_id")
    explained = result.explain(*table.index)
    for customer in table.index:
        assert " ".join(explained[customer].reasons) == table.loc[customer, "reasons"]


def test_labels_in_both_languages() -> None:
    assert all(text.zh and text.en for text in REASONS.values())
    assert len({text.zh for text in REASONS.values()}) == len(REASONS)
