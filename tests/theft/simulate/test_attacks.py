from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.errors import TableError, UnknownNameError
from powerchannel.theft.simulate import ATTACKS, attack

KINDS = list(ATTACKS.names())
REDUCING = ["h1", "h2", "h3", "t1", "t2", "t3"]
SEEDS = st.integers(0, 2**32 - 1)


def homes(seed, customers=3, slots=48, decimals=2):
    rng = np.random.default_rng(seed)
    return np.round(rng.gamma(2.0, 0.4, (customers, slots)), decimals)


def decimals_of(values):
    return max(len(repr(float(v)).split(".")[1].rstrip("0")) for v in np.ravel(values))


@given(seed=SEEDS, kind=st.sampled_from(KINDS), decimals=st.integers(0, 4))
def test_an_attack_is_not_given_away_by_its_digits_or_its_sign(seed, kind, decimals):
    load = homes(seed, decimals=decimals)
    attacked = attack(load, kind, random_state=seed)
    assert attacked.shape == load.shape
    assert (attacked >= 0).all()
    assert not np.signbit(attacked).any()
    assert decimals_of(attacked) <= decimals_of(load)


@given(seed=SEEDS, kind=st.sampled_from(REDUCING))
def test_an_attack_that_reduces_is_nowhere_above_the_load(seed, kind):
    load = homes(seed)
    assert (attack(load, kind, random_state=seed) <= load).all()
    coarse = attack(load, kind, random_state=seed, decimals=0)
    assert (coarse <= load).all()
    np.testing.assert_array_equal(coarse, np.rint(coarse))


@given(seed=SEEDS, kind=st.sampled_from(["h5", "t5"]))
def test_the_mean_is_constant(seed, kind):
    load = homes(seed)
    attacked = attack(load, kind, random_state=seed)
    assert (attacked == attacked[:, :1]).all()
    np.testing.assert_allclose(attacked[:, 0], load.mean(axis=1), atol=0.005 + 1e-9)


@given(seed=SEEDS, kind=st.sampled_from(["h6", "t6"]))
def test_a_reversal_moves_energy_and_takes_none(seed, kind):
    load = homes(seed)
    attacked = attack(load, kind, random_state=seed)
    np.testing.assert_array_equal(attacked, load[:, ::-1])


@given(seed=SEEDS, minutes=st.sampled_from([15, 30, 60, 1440]))
def test_one_window_is_off_for_four_hours_or_more(seed, minutes):
    load = np.round(homes(seed, slots=96) + 1.0, 2)
    attacked = attack(load, "h2", random_state=seed, slot_minutes=minutes)
    is_off = attacked == 0
    assert (is_off.sum(axis=1) * minutes >= 240).all()
    edges = np.diff(is_off, axis=1, prepend=False, append=False)
    assert (edges.sum(axis=1) == 2).all()
    np.testing.assert_array_equal(attacked[~is_off], load[~is_off])


@given(seed=SEEDS)
def test_the_factors_lie_where_the_formula_says(seed):
    load = np.full((4, 60), 1000.0) + np.arange(60)
    mean = load.mean()
    for kind, low, high, base in (
        ("h1", 0.1, 0.8, load),
        ("t1", 0.1, 0.9, load),
        ("h3", 0.1, 0.8, load),
        ("t2", 0.1, 1.0, load),
        ("h4", 0.1, 0.8, mean),
        ("t4", 0.1, 1.0, mean),
    ):
        share = attack(load, kind, random_state=seed, decimals=6) / base
        assert low - 1e-9 <= share.min() <= share.max() <= high + 1e-9
        spread = np.ptp(share, axis=1)
        assert (spread < 1e-6).all() if kind in ("h1", "t1") else (spread > 0.3).all()


def test_every_customer_has_a_share_of_its_own():
    load = np.full((50, 20), 100.0)
    shares = attack(load, "h1", random_state=0, decimals=6)[:, 0] / 100
    assert len(np.unique(shares)) == 50
    assert shares.mean() == pytest.approx(0.45, abs=0.08)


def test_slots_are_on_or_off_at_random():
    attacked = attack(np.full((1, 10_000), 3.5), "t3", random_state=0)
    assert set(attacked[0]) == {0.0, 3.5}
    assert (attacked == 0).mean() == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_missing_stays_missing(kind):
    load = np.array([[1.5, np.nan, 2.5, 0.5], [np.nan] * 4])
    attacked = attack(load, kind, random_state=0)
    expected = np.isnan(load)[:, ::-1] if kind in ("h6", "t6") else np.isnan(load)
    np.testing.assert_array_equal(np.isnan(attacked), expected)
    if kind == "h5":
        assert attacked[0, 0] == 1.5


def test_a_profile_alone_and_whole_numbers_will_do():
    attacked = attack([100, 200, 300], "h1", random_state=3)
    assert attacked.shape == (3,)
    np.testing.assert_array_equal(attacked, np.rint(attacked))


def test_a_customer_behind_transformers_keeps_its_steps():
    load = np.round(0.4 * np.arange(1.0, 49.0), 1)
    attacked = attack(load, "h3", random_state=0) / 0.4
    np.testing.assert_allclose(attacked, np.rint(attacked), atol=1e-9)


def test_computed_loads_are_not_rounded():
    load = np.random.default_rng(0).uniform(1, 2, 30)
    assert decimals_of(attack(load, "h1", random_state=0)) > 6


def test_the_same_seed_gives_the_same_attack():
    load = homes(0)
    for kind in KINDS:
        first, again = (attack(load, kind, random_state=5) for _ in range(2))
        np.testing.assert_array_equal(first, again)


@pytest.mark.parametrize("load", [[-1.0, 2.0], [np.inf, 1.0], np.ones((2, 2, 2)), 5.0])
def test_what_is_no_load_is_refused(load):
    with pytest.raises(TableError):
        attack(load, "h1", random_state=0)


def test_another_attack_is_told_the_names():
    with pytest.raises(UnknownNameError, match="h6"):
        attack([1.0], "h7", random_state=0)
