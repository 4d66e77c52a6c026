from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from powerchannel.datasets.names import CHANNELS
from powerchannel.datasets.people import (
    People,
    customer_ids,
    customers_table,
    draw_people,
    phones,
)
from powerchannel.datasets.personas import KINDS, PERSONAS
from powerchannel.datasets.streams import BLOCK


@pytest.fixture(scope="module")
def people() -> People:
    return draw_people(BLOCK + 1, seed=3)


def test_whole_blocks_are_drawn(people: People) -> None:
    assert len(people) == 2 * BLOCK


def test_a_customer_is_the_same_in_a_larger_province(people: People) -> None:
    fewer = draw_people(10, seed=3)
    pd.testing.assert_frame_equal(
        customers_table(fewer, 10), customers_table(people, 10), check_categorical=False
    )


def test_blocks_differ(people: People) -> None:
    assert (people.persona[:BLOCK] != people.persona[BLOCK:]).any()


def test_kinds_and_personas_have_their_shares(people: People) -> None:
    found = np.bincount(people.kind, minlength=3) / len(people)
    np.testing.assert_allclose(found, list(KINDS.values()), atol=0.01)
    residential = people.persona[people.kind == 0]
    shares = np.bincount(residential, minlength=len(PERSONAS)) / len(residential)
    np.testing.assert_allclose(shares, [p.shares[0] for p in PERSONAS], atol=0.01)


def test_the_preferred_channel_is_one_the_persona_may_prefer(people: People) -> None:
    codes = list(CHANNELS)
    pairs = set(zip(people.persona.tolist(), people.preferred.tolist(), strict=True))
    assert all(PERSONAS[p].preferred.get(codes[c], 0) > 0 for p, c in pairs)


def test_hidden_traits_stay_in_their_ranges(people: People) -> None:
    assert set(people.level.tolist()) == {0, 1, 2, 3}
    assert (people.habit_day.min(), people.habit_day.max()) == (1, 28)
    assert people.opened_on.min() >= np.datetime64("1992-01-01")
    assert people.opened_on.max() <= np.datetime64("2014-12-31")


def test_some_share_the_phone_of_the_customer_before(people: People) -> None:
    step = np.arange(len(people)) - people.phone_of
    assert set(step.tolist()) == {0, 1}
    assert 0.02 < step.mean() < 0.04
    assert step[BLOCK] == 0, "the first of a block has nobody before it"


def test_ids_are_thirteen_digits_that_count_from_one() -> None:
    ids = customer_ids(1000)
    assert ids[[0, 16]].tolist() == [b"0100000000001", b"0100000000017"]
    assert len(np.unique(ids)) == 1000


def test_phones_are_nobodys() -> None:
    numbers = phones(1000)
    assert all(len(number) == 11 and number.startswith(b"10") for number in numbers.tolist())


def test_the_table_has_a_row_a_customer(people: People) -> None:
    table = customers_table(people, 500)
    assert list(table) == ["customer_id", "kind", "district", "phone", "opened_on"]
    assert table["customer_id"].is_unique
    assert not table.isna().any(axis=None)
    assert set(table["phone"]) <= {number.decode() for number in phones(500)}
