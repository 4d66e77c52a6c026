"""The room of consumption through its door: laws of features and of peers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from powerchannel.rulebook import structure
from powerchannel.rulebook.writing import plain
from powerchannel.theft.consumption import (
    FEATURES,
    PROFILE_FEATURES,
    STRETCH_FEATURES,
    Days,
    Features,
    OwnDays,
    Peers,
    features,
    learn_peers,
    profile_features,
    stretch_features,
    trailing_means,
)
from powerchannel.theft.consumption.runs import longest_run, trailing_run
from powerchannel.theft.consumption.shifts import split_days
from powerchannel.theft.simulate import attack

Floats = NDArray[np.float64]
SIZE = 28
ON = np.arange("2025-03-01", "2025-03-29", dtype="datetime64[D]")
CELLS = st.integers(0, 400).map(lambda v: v / 10) | st.just(float("nan"))
MATRICES = arrays(np.float64, st.tuples(st.integers(1, 5), st.just(SIZE)), elements=CELLS)


@given(MATRICES)
def test_one_customer_alone_has_the_same_features(energy: Floats) -> None:
    peers = learn_peers(Days(np.tile(np.arange(SIZE) + 1.0, (3, 1)), ON))
    together = features(energy, ON, peers=peers).values
    alone = [features(energy[i : i + 1], ON, peers=peers).values[0] for i in range(len(energy))]
    np.testing.assert_array_equal(together, np.array(alone))


@given(MATRICES)
def test_features_are_as_numpy_has_them(energy: Floats) -> None:
    found = features(energy, ON)
    for row, values in enumerate(energy):
        read = values[~np.isnan(values)]
        missing = 1 - len(read) / SIZE
        assert found["missing_share"][row] == pytest.approx(missing)
        if not len(read):
            assert np.isnan(found["mean"][row])
            continue
        assert found["mean"][row] == pytest.approx(np.log1p(read.mean()))
        assert found["p25"][row] == pytest.approx(np.log1p(np.quantile(read, 0.25)))
        assert found["deviation"][row] == pytest.approx(np.log1p(read.std()), abs=1e-6)
        assert found["zero_share"][row] == pytest.approx((read == 0).mean())
        if read.max() > 0:
            assert found["fluctuation"][row] == pytest.approx(1 - read.min() / read.max())


@given(MATRICES, st.integers(2, 9))
def test_what_compares_with_the_own_past_forgets_the_scale(energy: Floats, factor: int) -> None:
    free = ("fluctuation", "zero_share", "zero_run", "repeat_share", "repeat_run", "missing_share")
    one, other = features(energy, ON), features(energy * factor, ON)
    for name in free:
        np.testing.assert_allclose(one[name], other[name], err_msg=name)


def test_a_drop_is_found_where_it_is() -> None:
    use = np.r_[np.full(14, 10.0), np.full(14, 2.0)] + np.tile([0.0, 0.4], 14)
    found = features(np.array([use, np.full(SIZE, 10.0) + np.tile([0.0, 0.4], 14)]), ON)
    assert found["split_ratio"][0] == pytest.approx(np.log(2.2 / 10.2), abs=0.01)
    assert found["split_gain"][0] > 10 * abs(found["split_gain"][1])
    assert found["least_ratio"][0] < -1.4 < found["least_ratio"][1]


def test_a_period_of_three_days_says_little_and_nothing_breaks() -> None:
    found = features(np.array([[1.0, np.nan, 3.0]]), ON[:3])
    assert found["mean"][0] == pytest.approx(np.log1p(2.0))
    assert np.isnan(found["lag_7"][0])
    assert np.isnan(found["split_ratio"][0])
    assert set(found.names) == set(FEATURES)


def test_temperature_and_peers_are_nan_where_they_did_not_come() -> None:
    energy = np.arange(SIZE, dtype=np.float64)[None]
    without = features(energy, ON)
    assert np.isnan(without["temperature"]).all()
    assert np.isnan(without["peer_last"]).all()
    heat = np.linspace(0, 30, SIZE)
    assert features(energy, ON, temperature_c=heat)["temperature"][0] > 0.9
    assert features(energy[:, ::-1], ON, temperature_c=heat)["temperature"][0] < -0.9


@given(st.lists(st.booleans(), min_size=1, max_size=12))
def test_runs_are_as_a_loop_counts_them(cells: list[bool]) -> None:
    best = run = 0
    for cell in cells:
        run = run + 1 if cell else 0
        best = max(best, run)
    assert longest_run(np.array([cells])).tolist() == [best]
    assert trailing_run(np.array([cells])).tolist() == [run]


@given(st.integers(0, 400))
def test_splits_leave_days_on_both_sides(days: int) -> None:
    found = split_days(days)
    assert len(found) <= 33
    assert all(2 <= day <= days - 1 for day in found)
    assert list(found) == sorted(set(found))


@given(MATRICES)
def test_learnt_peers_are_a_document(energy: Floats) -> None:
    peers = learn_peers(Days(energy, ON), ["a"] * len(energy), least_customers=2)
    again = structure(Peers, plain(peers))
    assert again == peers
    assert [group.name for group in peers.groups] == (["", "a"] if len(energy) > 1 else [""])


def test_a_kind_with_few_is_compared_with_everybody() -> None:
    use = np.vstack([np.full(SIZE, 4.0), np.linspace(1, 9, SIZE), np.linspace(1, 9, SIZE)])
    peers = learn_peers(Days(use, ON), ["shop", "mill", "mill"], least_customers=2)
    factors = peers.factors(["shop", "mill", "unknown"], ON)
    assert factors[0].tolist() == factors[2].tolist() == peers.factors([""], ON)[0].tolist()
    assert factors[1][0] < 0.3
    assert np.isnan(peers.factors(["mill"], ON + 28)).all()


@pytest.mark.parametrize(
    ("energy", "on", "said"),
    [
        (np.zeros((2, 3)), ON, "28 days"),
        (np.zeros(28), ON, "one row a"),
        (np.zeros((1, 28)), ON[::-1], "follow one another"),
    ],
)
def test_what_is_no_matrix_of_days_is_refused(
    energy: Floats, on: NDArray[np.datetime64], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        features(energy, on)


SLOTS = 48
FLEET = np.random.default_rng(8).gamma(2, 0.1, (3, 28, SLOTS)) + np.where(
    np.arange(SLOTS) > 30, 0.6, 0.05
)
OWN = OwnDays(FLEET, np.tile(ON, (3, 1)))
DAYS = np.random.default_rng(9).gamma(2, 0.1, (6, SLOTS)) + np.where(
    np.arange(SLOTS) > 30, 0.6, 0.05
)
WHO = np.array([0, 0, 1, 1, 2, 2])


def test_one_day_alone_has_the_same_profile_features() -> None:
    together = profile_features(DAYS, ON[:6], OWN, WHO)
    assert together.names == tuple(PROFILE_FEATURES)
    assert np.isfinite(together.values).all()
    for row in range(len(DAYS)):
        one = slice(row, row + 1)
        lonely = OwnDays(FLEET[WHO[one]], ON[None])
        alone = profile_features(DAYS[one], ON[one], lonely, np.zeros(1, int))
        np.testing.assert_allclose(alone.values[0], together.values[row], atol=1e-9)


@given(st.integers(2, 50))
def test_a_profile_is_held_against_its_own_so_its_unit_does_not_matter(factor: int) -> None:
    one = profile_features(DAYS, ON[:6], OWN, WHO).values
    other = profile_features(DAYS * factor, ON[:6], OwnDays(FLEET * factor, OWN.on), WHO).values
    np.testing.assert_allclose(one, other, atol=1e-6)


def test_what_is_usual_is_near_nothing() -> None:
    found = profile_features(DAYS, ON[:6], OWN, WHO)
    for name in ("total_sigmas", "level_50_sigmas", "roughness_sigmas", "lag_1_sigmas"):
        assert np.abs(found[name]).max() < 4, name
    assert (found["forward"] > 0.5).all()
    assert (found["zero_run"] == 0).all()


@pytest.mark.parametrize(
    ("kind", "name", "sign"),
    [
        ("h1", "level_0_sigmas", -1),
        ("h2", "zero_run_own", 1),
        ("h3", "low_roughness", 1),
        ("h4", "correlation", -1),
        ("h5", "same_run", 1),
        ("h6", "forward", -1),
    ],
)
def test_each_attack_has_its_feature(kind: str, name: str, sign: int) -> None:
    false = attack(DAYS, kind, random_state=1)
    honest, found = (profile_features(days, ON[:6], OWN, WHO)[name] for days in (DAYS, false))
    assert (sign * (found - honest) > 0).all()


@given(st.lists(st.integers(1, 6), min_size=1, max_size=4), st.integers(1, 5))
def test_trailing_means_are_as_a_loop_has_them(lengths: list[int], days: int) -> None:
    customer = np.repeat(np.arange(len(lengths)), lengths)
    values = np.random.default_rng(0).normal(size=(len(customer), 2))
    found = trailing_means(Features(names=("a", "b"), values=values), customer, days)
    assert found.names == (f"a_{days}", f"b_{days}")
    for row in range(len(customer)):
        mine = [r for r in range(row + 1) if customer[r] == customer[row]][-days:]
        np.testing.assert_allclose(found.values[row], values[mine].mean(axis=0))


def test_the_days_of_a_customer_are_together() -> None:
    found = Features(names=("a",), values=np.zeros((3, 1)))
    with pytest.raises(ValueError, match="together"):
        trailing_means(found, np.array([0, 1, 0]), 2)
    with pytest.raises(ValueError, match="one each"):
        trailing_means(found, np.array([0, 1]), 2)


@pytest.mark.parametrize(
    ("energy", "on", "said"),
    [
        (FLEET[0], OWN.on, "customers x days"),
        (FLEET[:, :1], OWN.on[:, :1], "two days"),
        (np.where(FLEET > 0.9, np.nan, FLEET), OWN.on, "missing"),
    ],
)
def test_own_days_are_whole(energy: Floats, on: NDArray[np.datetime64], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        OwnDays(energy, on)


@pytest.mark.parametrize(
    ("energy", "said"), [(DAYS[:, :-1], "48 slots"), (DAYS * np.nan, "missing")]
)
def test_days_to_describe_are_whole(energy: Floats, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        profile_features(energy, ON[:6], OWN, WHO)


def test_one_stretch_alone_has_the_same_features() -> None:
    together = stretch_features(DAYS, OWN, WHO, 2)
    assert together.names == tuple(f"{name}_2" for name in STRETCH_FEATURES)
    assert np.isfinite(together.values).all()
    for row in range(len(DAYS)):
        one = slice(row - row % 2, row + 1)
        lonely = OwnDays(FLEET[WHO[[row]]], ON[None])
        alone = stretch_features(DAYS[one], lonely, np.zeros(row % 2 + 1, int), 2)
        np.testing.assert_allclose(alone.values[-1], together.values[row], atol=1e-9)
    some = stretch_features(DAYS, OWN, WHO, 2, at=np.array([5, 0]))
    np.testing.assert_allclose(some.values, together.values[[5, 0]], atol=1e-9)


@given(st.integers(2, 50))
def test_the_unit_of_a_stretch_does_not_matter(factor: int) -> None:
    one = stretch_features(DAYS, OWN, WHO, 7).values
    other = stretch_features(DAYS * factor, OwnDays(FLEET * factor, OWN.on), WHO, 7).values
    np.testing.assert_allclose(one, other, atol=1e-6)


def test_a_stretch_of_own_days_is_as_usual() -> None:
    found = stretch_features(FLEET.reshape(-1, SLOTS), OWN, np.repeat(np.arange(3), 28), 28)
    whole = found.values[27::28]
    beside = [found.names.index(f"{name}_28") for name in ("level_50", "step_50", "lag_1", "total")]
    np.testing.assert_allclose(whole[:, beside], 0, atol=1e-9)


@pytest.mark.parametrize(
    ("kind", "name", "sign"),
    [
        ("h1", "levels_most", -1),
        ("h2", "zero_share_itself", 1),
        ("h3", "quiet_eighth", 1),
        ("h4", "noise_gap_itself", -1),
        ("h5", "step_50", -1),
        ("h6", "forward_less", -1),
    ],
)
def test_each_attack_that_goes_on_has_its_feature(kind: str, name: str, sign: int) -> None:
    quiet = FLEET.reshape(-1, SLOTS) + 0.2
    own, who = OwnDays(quiet.reshape(FLEET.shape), OWN.on), np.repeat(np.arange(3), 28)
    false = attack(quiet, kind, random_state=1)
    last = np.array([27, 55, 83])
    honest, found = (
        stretch_features(days, own, who, 28, at=last)[f"{name}_28"] for days in (quiet, false)
    )
    assert (sign * (found - honest) > 0).all()


@pytest.mark.parametrize(
    ("energy", "who", "said"),
    [
        (DAYS[:, :-1], WHO, "48 slots"),
        (DAYS, WHO[1:], "one each"),
        (DAYS * np.nan, WHO, "missing"),
        (DAYS, WHO[[0, 2, 1, 3, 4, 5]], "together"),
    ],
)
def test_stretches_are_whole(energy: Floats, who: NDArray[np.int64], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        stretch_features(energy, OWN, who, 7)
