"""The NumPy path against the readable reference, to the bit, over random rules and histories."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from powerchannel import channel
from powerchannel.channel.batch import Engine, factors_of
from powerchannel.channel.reference import ChannelScore, score_customer
from powerchannel.channel.rules import Rulebook
from strategies import AS_OF, MONTH, Export, crowd, exports, hebei, moment, rulebooks

NAMES = (
    "uses",
    "stock",
    "latent",
    "streak_factor",
    "frequency_factor",
    "complaint_factor",
    "is_disliked",
    "score",
    "rank",
    "is_first_choice",
    "is_preferred",
    "is_tied",
)

Rows = dict[tuple[str, str], tuple[object, ...]]


def told(score: ChannelScore) -> tuple[object, ...]:
    return tuple(getattr(score, name) for name in NAMES)


def table_rows(result: channel.Result) -> Rows:
    """The result table as Python values; float32 widens exactly."""
    return {
        (row["customer_id"], row["channel"]): tuple(
            None if pd.isna(row[name]) else row[name] for name in NAMES
        )
        for row in result.table.to_dict("records")
    }


def reference_rows(export: Export, book: Rulebook) -> Rows:
    """What the reference says of histories that were counted by plain loops."""
    return {
        (customer, code): told(score)
        for customer in export.customers
        for code, score in score_customer(
            export.history(customer, book.catalogue), book, MONTH
        ).items()
        if score.has_evidence
    }


def agree(export: Export, book: Rulebook) -> Rows:
    result = channel.evaluate(export.state(book.catalogue), book, as_of=AS_OF)
    found, expected = table_rows(result), reference_rows(export, book)
    assert found == expected
    assert list(found) == list(expected)  # customers in order, channels in catalogue order
    return found


@settings(max_examples=15)
@given(st.data())
def test_the_batch_equals_the_reference_for_any_rules_and_awkward_histories(
    data: st.DataObject,
) -> None:
    book = data.draw(rulebooks())
    agree(data.draw(exports(book.catalogue)), book)


@settings(max_examples=6)
@given(rulebooks(), st.integers(0, 2**32))
def test_the_batch_equals_the_reference_for_a_crowd(book: Rulebook, seed: int) -> None:
    export = crowd(book.catalogue, seed, 150)
    agree(export, book)


def test_the_batch_equals_the_reference_under_the_bundled_rules() -> None:
    rows = agree(crowd(hebei().catalogue, 1, 400), hebei())
    assert len(rows) > 1_000  # so that the agreement is about something


@pytest.mark.parametrize("uses", [254, 255, 256, 700])
def test_counts_that_saturate_are_scored_at_the_limit(uses: int) -> None:
    book = hebei()
    book = evolve(book, stock=evolve(book.stock, cap_per_month=None))
    export = Export(contacts=(("1", "app", moment(MONTH), None, None, None),) * uses)
    rows = agree(export, book)
    assert rows["1", "app"][0] == min(uses, 255)


def test_points_that_are_no_sums_of_powers_of_two_agree_to_the_bit() -> None:
    book = hebei()
    stock = evolve(book.stock, points={"app": Decimal("0.3")}, cap_per_month=None)
    export = Export(
        contacts=tuple(
            (str(uses), "app", moment(MONTH), None, None, None)
            for uses in range(1, 120)
            for _ in range(uses)
        )
    )
    agree(export, evolve(book, stock=stock))


@given(st.data())
@settings(max_examples=6)
def test_the_size_of_a_block_changes_nothing(data: st.DataObject) -> None:
    book = data.draw(rulebooks())
    state = crowd(book.catalogue, data.draw(st.integers(0, 999)), 23).state(book.catalogue)
    engine = Engine(state, book, MONTH)
    whole = engine.block(0, len(state))
    parts = list(engine.blocks(size=data.draw(st.integers(1, 9))))
    for name in ("latent", "complaints", "is_disliked", "has_row"):
        joined = np.concatenate([getattr(part, name) for part in parts])
        np.testing.assert_array_equal(joined, getattr(whole, name))
    for name in ("uses", "stock", "streak", "frequency", "complaint", "score"):
        joined = np.concatenate([getattr(part.scores, name) for part in parts])
        np.testing.assert_array_equal(joined, getattr(whole.scores, name))
    for name in ("first", "rank", "is_tied", "is_preferred"):
        joined = np.concatenate([getattr(part.choices, name) for part in parts])
        np.testing.assert_array_equal(joined, getattr(whole.choices, name))
    assert [part.start for part in parts] == list(
        np.cumsum([0, *(len(part.latent) for part in parts)])[:-1]
    )


def test_no_customers_no_blocks() -> None:
    state = Export().state(hebei().catalogue)
    assert list(Engine(state, hebei(), MONTH).blocks()) == []
    assert len(Engine(state, hebei(), MONTH).block(0, 0).latent) == 0


def test_the_rules_as_tables() -> None:
    factors = factors_of(hebei(), 3)
    assert factors.points.tolist() == [1.0] * 8
    assert factors.cap == 31
    assert factors.streak.tolist() == [1.0, 1.0, 1.1, 1.2, 1.2, 1.2, 1.2]
    assert factors.complaint.tolist() == [1.0, 0.5, 0.5, 0.5]
    assert (factors.more_than, factors.frequency) == (4, 1.4)
    assert (factors.is_any_run, factors.grace, factors.is_largest) == (False, 0, False)
    book = hebei()
    each = evolve(
        book,
        complaint=evolve(book.complaint, counting="each"),
        stock=evolve(book.stock, cap_per_month=None),
    )
    assert factors_of(each, 2).complaint.tolist() == [1.0, 0.5, 0.25]
    assert factors_of(each, 0).cap == 255
