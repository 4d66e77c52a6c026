from __future__ import annotations

from collections import Counter
from math import isnan, sqrt

import numpy as np
import pandas as pd
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from powerchannel import channel
from powerchannel.channel.hits import CHOOSERS, HitRates, hit_rates, wilson
from powerchannel.errors import MergeError, TableError
from powerchannel.periods import format_month
from uses_around import AS_OF, CHANNELS, MARKS, USES, Use, result_of, state_of


def counted(uses: list[Use], months: range) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for who, where, at, times in uses:
        if at in months:
            found.setdefault(who, Counter())[where] += times
    return found


ORDER = ["app", "hotline", "wechat", "alipay"]  # owned and cheaper first


def most(counts: Counter[str]) -> str | None:
    return max(ORDER, key=lambda c: (counts[c], -ORDER.index(c))) if counts.total() else None


def by_hand(uses: list[Use], first: dict[str, str], months: int) -> dict[tuple[str, str], int]:
    past, later = counted(uses, range(-5, 1)), counted(uses, range(1, months + 1))
    users = Counter(where for counts in past.values() for where in counts)
    hits: Counter[tuple[str, str]] = Counter()
    for who in first.keys() & later.keys():
        latest = (counted(uses, range(at, at + 1)).get(who, Counter()) for at in range(0, -6, -1))
        choices = {
            "first_choice": first[who],
            "most_used": most(past.get(who, Counter())),
            "last_used": next(filter(None, map(most, latest)), None),
            "most_popular": most(users),
        }
        for name, choice in choices.items():
            hits[name, "chosen"] += choice is not None
            hits[name, "used"] += later[who][choice] > 0
            hits[name, "most_used"] += 0 < later[who][choice] == max(later[who].values())
    return hits


@settings(max_examples=10)
@given(USES, MARKS, st.integers(1, 4))
def test_hits_are_those_counted_by_hand(
    uses: list[Use], bound: list[tuple[str, str, int]], months: int
) -> None:
    state = state_of(uses, bound=bound)
    result = result_of(state)
    choices = result.first_choices.dropna(subset="first_choice")
    first = dict(zip(choices["customer_id"], choices["first_choice"], strict=True))
    later = counted(uses, range(1, months + 1))
    if not later:
        with pytest.raises(TableError, match="no use in"):
            hit_rates(result, state, months=months)
        return
    found = hit_rates(result, state, months=months)
    both = len(first.keys() & later.keys())
    assert (found.customers, found.without_choice) == (both, len(later) - both)
    expected = by_hand(uses, first, months)
    for line in found.table.itertuples(index=False):
        assert line.customers == both
        assert line.hits == expected[line.chooser, line.measure]
        assert line.chosen == expected[line.chooser, "chosen"]
        assert line.rate == line.hits / both if both else isnan(line.rate)


def without(state: channel.State, months: range) -> channel.State:
    return state.without(*(format_month(AS_OF + at) for at in months))


@settings(max_examples=8)
@given(USES, USES)
def test_the_past_is_no_outcome_and_the_future_no_choice(
    uses: list[Use], others: list[Use]
) -> None:
    uses = [*uses, ("0017", "app", 1, 1)]
    state = state_of(uses)
    past, later = without(state, range(1, 5)), without(state, range(-7, 1))
    expected = hit_rates(result_of(state), state)
    assert_same(hit_rates(result_of(past), later), expected)
    # Other uses up to M in the later state, and other uses after M in the result's, change nothing.
    other = state_of(others)
    later = later.merge(without(other, range(1, 5)))
    past = past.merge(without(other, range(-7, 1)))
    found = hit_rates(result_of(past), later)
    assert_same(found, expected)


def assert_same(one: HitRates, other: HitRates) -> None:
    pd.testing.assert_frame_equal(one.table, other.table)
    assert (one.customers, one.without_choice) == (other.customers, other.without_choice)


def test_customers_are_matched_across_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(7)
    uses = [
        (f"{rng.integers(400):05}", CHANNELS[rng.integers(4)], int(rng.integers(-5, 4)), 1)
        for _ in range(1500)
    ]
    state = state_of(uses)
    later = state[[c for i, c in enumerate(state.customers.to_text()) if i % 3]]
    whole = hit_rates(result_of(state), later)
    monkeypatch.setattr("powerchannel.channel.batch.Engine.blocks.__kwdefaults__", {"size": 7})
    assert_same(hit_rates(result_of(state), later), whole)
    assert whole.customers > 150


def test_a_choice_without_use_is_a_miss_of_the_choosers_by_use() -> None:
    state = state_of([("0017", "app", 1, 1)], bound=[("0017", "app", 0)])
    found = hit_rates(result_of(state), state).table.set_index(["chooser", "measure"])
    assert found["hits"].tolist() == [1, 1, 0, 0, 0, 0, 0, 0]
    assert found["chosen"].tolist() == [1, 1, 0, 0, 0, 0, 0, 0]


def test_what_the_simple_choosers_choose() -> None:
    # Most used: the hotline. Last used: the app. Of most customers: wechat, though all but one of
    # them used it once, and one machine called the bank in every month.
    own = [("0017", "hotline", -4, 3), ("0017", "hotline", -2, 1), ("0017", "app", -1, 1)]
    others = [(f"9{i}", "wechat", -3, 1) for i in range(3)]
    machine = [("8", "bank", at, 30) for at in range(-5, 1)]
    for used, hits in (("hotline", [1, 1, 0, 0]), ("app", [0, 0, 1, 0]), ("wechat", [0, 0, 0, 1])):
        state = state_of([*own, *others, *machine, ("0017", used, 1, 1)])
        found = hit_rates(result_of(state), state).table
        assert found.loc[found["measure"] == "used", "hits"].tolist() == hits
        assert found.loc[found["measure"] == "most_used", "hits"].tolist() == hits


def test_what_is_said_of_it() -> None:
    state = state_of([("0017", "app", 0, 1), ("0017", "app", 2, 1), ("0025", "app", 1, 1)])
    found = hit_rates(result_of(state), state, months=3)
    assert found.months == ("2022-04", "2022-05", "2022-06")
    assert found.months_seen == ("2022-04", "2022-05")
    assert (found.customers, found.without_choice) == (1, 1)
    assert "not an effect" in repr(found)
    assert "不是引流效果" in found._repr_html_()
    assert found.table["chooser"].unique().tolist() == list(CHOOSERS)


def test_months_after_are_needed() -> None:
    state = state_of([("0017", "app", 0, 1), ("0017", "app", 4, 1)])
    with pytest.raises(TableError, match=r"2022-04\.\.2022-06 .*2022-07"):
        hit_rates(result_of(state), state)
    assert hit_rates(result_of(state), state, months=4).customers == 1
    for nonsense in (0, -1):
        with pytest.raises(TableError, match="months"):
            hit_rates(result_of(state), state, months=nonsense)


def test_one_catalogue_is_needed() -> None:
    state = state_of([("0017", "app", 0, 1), ("0017", "app", 1, 1)])
    with pytest.raises(MergeError, match="another channel catalogue"):
        hit_rates(result_of(state), evolve(state, catalogue="sha256:other"))


def test_a_later_state_may_know_nobody() -> None:
    state = state_of([("0017", "app", 0, 1)])
    found = hit_rates(result_of(state), state_of([("9", "app", 1, 1)]))
    assert (found.customers, found.without_choice) == (0, 1)
    assert found.table[["rate", "low", "high"]].isna().to_numpy().all()


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_shares_whose_score_test_does_not_reject(
    pair: tuple[int, int],
) -> None:
    hits, total = pair
    low, high = (float(bound[0]) for bound in wilson(np.array([hits]), np.array([total])))
    share, z = hits / total, 1.959963984540054
    assert 0 <= low <= share + 1e-12
    assert share <= high + 1e-12
    assert high <= 1
    for bound in (low, high):
        if 1e-9 < bound < 1 - 1e-9:  # the score test is at its limit exactly there
            assert abs(share - bound) == pytest.approx(
                z * sqrt(bound * (1 - bound) / total), rel=1e-6, abs=1e-9
            )


def test_the_interval_of_nothing_is_nothing() -> None:
    low, high = wilson(np.array([0, 0]), np.array([0, 10]))
    assert isnan(low[0])
    assert isnan(high[0])
    assert low[1] == pytest.approx(0, abs=1e-12)
    assert high[1] == pytest.approx(0.2775, abs=1e-4)
