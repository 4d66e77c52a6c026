"""The input is the same every time and as described; the literals are those of the rulebook."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.channel import rules
from benchmarks.channel.data import Contacts
from benchmarks.channel.rules import BITS, CHANNELS, COMPLAINED, DISLIKED, MASK, MONTHS, WEIGHTS
from benchmarks.channel.with_powerchannel import rulebook
from powerchannel.channel.reference import tie_order
from powerchannel.periods import format_month, month_end_us, parse_month, window

ORDERS = ("random", "sorted", "skewed")


def test_the_literals_are_those_of_the_rulebook() -> None:
    book = rulebook()
    assert book.catalogue.codes == CHANNELS
    assert tuple(CHANNELS[k] for k in tie_order(book)) == rules.TIES
    assert (book.stock.cap_per_month, book.window.months) == (rules.CAP, rules.MONTHS)
    steps = {step.months: float(step.factor) for step in book.streak.steps}
    assert steps == {2: rules.STREAK_OF_2, 3: rules.STREAK_OF_3}
    assert book.frequency.more_than == rules.MORE_THAN
    assert float(book.frequency.factor) == rules.FREQUENCY
    assert float(book.complaint.factor) == rules.COMPLAINT
    assert set(book.stock.points.values()) == {1}
    assert book.dislike.months == rules.MONTHS


def test_the_months_are_those_of_the_window() -> None:
    months = window(parse_month(rules.AS_OF), rules.MONTHS).tolist()
    assert tuple(f"{format_month(m)}-01" for m in months) == rules.MONTH_STARTS
    end = np.datetime64(month_end_us(months[-1]), "us") + np.timedelta64(8, "h")
    assert str(end.astype("datetime64[D]")) == rules.END


@given(st.lists(st.integers(0, MASK), min_size=MONTHS, max_size=MONTHS))
def test_packed_counts_come_out_again_and_leave_room_for_marks(counts: list[int]) -> None:
    word = sum(n * w for n, w in zip(counts, WEIGHTS, strict=True))
    assert word < min(COMPLAINED, DISLIKED)
    word += COMPLAINED + DISLIKED
    assert [word >> BITS * month & MASK for month in range(MONTHS)] == counts
    assert word < 2**63


@pytest.mark.parametrize("order", ORDERS)
def test_every_customer_has_a_contact_and_months_are_alike(order: str) -> None:
    made = Contacts(count=6000, customers=600, order=order).events()
    assert set(made.customers) == set(range(600))
    assert np.bincount(made.slots).tolist() == [1000] * MONTHS
    assert (np.diff(made.slots.astype(int)) >= 0).all()
    assert set(made.channels) == set(range(len(CHANNELS)))


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("newcomers", ["some", "none"])
def test_newcomers_are_those_whom_no_earlier_month_has(order: str, newcomers: str) -> None:
    spec = Contacts(count=1200, customers=400, order=order, newcomers=newcomers)
    made = spec.events()
    before, last = made.months(0, MONTHS - 2), made.months(MONTHS - 1, MONTHS - 1)
    assert bool(set(last.customers) - set(before.customers)) == (newcomers == "some")
    assert set(made.customers) == set(range(400))
    assert len(last.customers) == 200


def test_the_orders_are_what_they_say() -> None:
    random, by_customer, skewed = (
        Contacts(count=60_000, customers=6000, order=order).events() for order in ORDERS
    )
    month = by_customer.months(2, 2)
    assert (np.diff(month.customers) >= 0).all()
    assert (np.diff(random.months(2, 2).customers) < 0).any()
    shares = np.sort(np.bincount(skewed.customers))[::-1] / 60_000
    assert shares[0] > 0.05
    assert np.bincount(random.customers).max() / 60_000 < 0.001


def test_the_same_seed_makes_the_same_files(tmp_path: Path) -> None:
    spec = Contacts(count=2000, customers=200, ids="text")
    one, again = (spec.files(tmp_path / name) for name in "ab")
    other = Contacts(count=2000, customers=200, ids="text", seed=2).files(tmp_path)
    found = [
        [
            hashlib.sha256(path.read_bytes()).hexdigest()
            for path in (*f.contacts, f.complaints, f.dislikes)
        ]
        for f in (one, again, other)
    ]
    assert found[0] == found[1]
    assert not set(found[0]) & set(found[2])


def test_files_are_made_once_and_whole(tmp_path: Path) -> None:
    spec = Contacts(count=2000, customers=200)
    first = spec.files(tmp_path).contacts[0].stat().st_mtime_ns
    assert spec.files(tmp_path).contacts[0].stat().st_mtime_ns == first
    (made,) = tmp_path.iterdir()
    assert made.name.startswith("2000-200-random-integer-some-1-")
