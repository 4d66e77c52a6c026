"""The room of areas through its door: laws of attribution, and thieves that are found."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from powerchannel.errors import PowerChannelError
from powerchannel.rulebook import structure
from powerchannel.rulebook.parsing import parse
from powerchannel.theft import simulate
from powerchannel.theft.areas import (
    AREA_EVIDENCE,
    AreaEvidence,
    AreaRules,
    attribute,
    attribute_all,
    hypotheses,
    suspicions,
)
from powerchannel.theft.areas.balance import balance
from powerchannel.theft.areas.suspects import Explained, log_odds, pairs_among
from powerchannel.theft.consumption import FEATURES, Features, features

Floats = NDArray[np.float64]
DAYS, LOSS, NOISE = 35, 0.04, 0.005
ON = np.datetime64("2025-03-01") + np.arange(DAYS)
SEEDS = st.integers(0, 2**32 - 1)
LAWS = settings(max_examples=15, deadline=None)


@cache
def rules() -> AreaRules:
    """The part of areas of the bundled rulebook."""
    file = files("powerchannel") / "theft" / "rulebooks" / "dlt698-theft.toml"
    document = parse(file.read_text(encoding="utf-8"), "toml", "$")["areas"]
    return structure(AreaRules, document, where="$.areas")


def loads(rng: np.random.Generator, customers: int) -> Floats:
    level = rng.lognormal(2.0, 0.7, customers)[:, None]
    weather = np.exp(np.cumsum(rng.normal(0, 0.05, DAYS)))
    own = np.exp(rng.normal(0, 0.25, (customers, DAYS)))
    return np.asarray((level * weather * own).round(2))


def supplied_for(rng: np.random.Generator, true: Floats) -> Floats:
    noise = 1 + rng.normal(0, NOISE, true.shape[1])
    return np.asarray(true.sum(axis=0) / (1 - LOSS) * noise)


def area(
    seed: int, kind: str = "h1", customers: int = 14, thieves: int = 2
) -> tuple[Floats, Floats, Floats, NDArray[np.bool_]]:
    """Supply, readings, true use, and who steals."""
    rng = np.random.default_rng(seed)
    true = loads(rng, customers)
    read = true.copy()
    who = rng.choice(customers, thieves, replace=False)
    since = 0 if kind in ("h1", "h3") else 12
    for i in who:
        read[i, since:] = simulate.attack(true[i, since:], kind, random_state=rng, slot_minutes=40)
    return supplied_for(rng, true), read, true, np.isin(np.arange(customers), who)


def found_in(supplied: Floats, energy: Floats) -> AreaEvidence:
    return attribute(supplied, energy, technical_loss_ratio=LOSS, meter_noise=NOISE)


KINDS = st.sampled_from(["h1", "h2", "h3", "h4"])


@LAWS
@given(SEEDS, KINDS)
def test_the_order_of_customers_does_not_matter(seed: int, kind: str) -> None:
    supplied, energy, _, _ = area(seed, kind)
    order = np.random.default_rng(seed).permutation(len(energy))
    first, second = found_in(supplied, energy), found_in(supplied, energy[order])
    np.testing.assert_allclose(second.values, first.values[order], rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(second.lost_kwh, first.lost_kwh[order], rtol=1e-6, atol=1e-6)


@LAWS
@given(SEEDS, KINDS, st.sampled_from([1e-3, 0.37, 1000.0]))
def test_units_of_energy_do_not_matter(seed: int, kind: str, unit: float) -> None:
    supplied, energy, _, _ = area(seed, kind)
    first, second = found_in(supplied, energy), found_in(supplied * unit, energy * unit)
    np.testing.assert_allclose(second.values, first.values, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(second.lost_kwh, first.lost_kwh * unit, rtol=1e-5, atol=1e-5 * unit)


@LAWS
@given(SEEDS, st.integers(1, 4))
def test_no_area_sees_another(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    parts = [area(seed + i, customers=int(rng.integers(3, 9))) for i in range(count)]
    energy = np.concatenate([part[1] for part in parts])
    belongs = np.repeat(np.arange(count), [len(part[1]) for part in parts])
    shuffled = rng.permutation(len(energy))
    together = attribute_all(
        np.array([part[0] for part in parts]),
        energy[shuffled],
        belongs[shuffled],
        technical_loss_ratio=np.full(count, LOSS),
        meter_noise=NOISE,
    )
    for row, part in enumerate(parts):
        alone = found_in(part[0], energy[shuffled][belongs[shuffled] == row])
        mine = belongs[shuffled] == row
        np.testing.assert_array_equal(together.values[mine], alone.values)
        np.testing.assert_array_equal(together.share[mine], alone.share)
        np.testing.assert_array_equal(together.since[mine], alone.since)
    own = features(energy[shuffled], ON)
    scored = suspicions(together, own, rules())
    for row, part in enumerate(parts):
        mine = belongs[shuffled] == row
        alone = found_in(part[0], energy[shuffled][mine])
        lost = suspicions(alone, features(energy[shuffled][mine], ON), rules()).lost_kwh
        np.testing.assert_allclose(scored.lost_kwh[mine], lost)


@LAWS
@given(SEEDS, KINDS)
def test_shares_are_shares_and_intervals_hold_their_middle(seed: int, kind: str) -> None:
    supplied, energy, _, _ = area(seed, kind)
    found = found_in(supplied, energy)
    assert found.share.min() >= 0
    assert found.share.sum() <= 1 + 1e-9
    assert (found.lost_low_kwh <= found.lost_kwh + 1e-9).all()
    assert (found.lost_kwh <= found.lost_high_kwh + 1e-9).all()
    np.testing.assert_allclose(found.lost_kwh, found.share * found.unexplained_kwh.clip(0))


def test_where_nothing_is_unexplained_nobody_is_suspected() -> None:
    for seed in range(40):
        supplied, energy, _, _ = area(seed, thieves=0)
        found = found_in(supplied, energy)
        assert not found.is_unexplained.any()
        assert np.isnan(found.values).all()
        assert not found.lost_kwh.any()
        scored = suspicions(found, features(energy, ON), rules())
        assert not scored.points.any()
        assert not scored.probability.any()
        assert set(scored.pattern.tolist()) == {-1}


@pytest.mark.parametrize(("kind", "least"), [("h1", 0.95), ("h2", 0.95), ("h3", 0.8), ("h4", 0.9)])
def test_thieves_come_first(kind: str, least: float) -> None:
    """The share of pairs of a thief and an honest neighbour in which the thief has more points."""
    ranked = []
    for seed in range(12):
        supplied, energy, _, is_thief = area(seed, kind)
        points = suspicions(found_in(supplied, energy), features(energy, ON), rules()).points
        beyond = points[is_thief][:, None] - points[~is_thief][None]
        ranked.append((beyond > 0).mean() + (beyond == 0).mean() / 2)
    assert np.mean(ranked) >= least, ranked


@pytest.mark.parametrize(
    ("kind", "way", "least"),
    [
        ("h1", "scaled", 0.95),
        ("h2", "switched_off", 0.95),
        ("h3", "varying", 0.6),
        ("h4", "dropped", 0.9),
    ],
)
def test_each_way_is_seen_by_its_own_evidence(kind: str, way: str, least: float) -> None:
    ranked = []
    for seed in range(12):
        supplied, energy, _, is_thief = area(seed, kind)
        found = found_in(supplied, energy)
        assert not np.isnan(found[way]).any()
        ranked.append((found[way][is_thief][:, None] > found[way][~is_thief][None]).mean())
    assert np.mean(ranked) >= least, ranked


@pytest.mark.parametrize("kind", ["h1", "h2"])
def test_what_was_stolen_is_put_down_to_the_thief(kind: str) -> None:
    stolen, told, covered = 0.0, 0.0, []
    for seed in range(12):
        supplied, energy, true, is_thief = area(seed, kind)
        found, lost = found_in(supplied, energy), (true - energy).sum(axis=1)
        stolen, told = stolen + lost[is_thief].sum(), told + found.lost_kwh[is_thief].sum()
        covered += ((found.lost_low_kwh <= lost) & (lost <= found.lost_high_kwh))[is_thief].tolist()
    assert told == pytest.approx(stolen, rel=0.15)
    assert np.mean(covered) >= 0.7


def test_a_day_without_supply_or_with_few_readings_counts_for_nothing() -> None:
    supplied, energy, _, _ = area(3)
    whole = found_in(supplied, energy)
    day = 20
    without = np.delete(supplied, day), np.delete(energy, day, axis=1)
    gone = found_in(*without)
    unread = supplied.copy()
    unread[day] = np.nan
    few = energy.copy()
    few[:5, day] = np.nan
    for found in (found_in(unread, energy), found_in(supplied, few)):
        np.testing.assert_allclose(found.values, gone.values)
        assert found.used_days[0] == DAYS - 1 == whole.used_days[0] - 1


def test_a_missing_reading_is_doubt_and_not_a_loss() -> None:
    supplied, energy, _, _ = area(5, thieves=0)
    energy[2, 4:8] = np.nan
    found = found_in(supplied, energy)
    assert not found.is_unexplained.any()
    known = balance(supplied, energy, technical_loss_ratio=LOSS, meter_noise=NOISE)
    assert known.noise[4] > 1.5 * known.noise[3]
    assert not np.isnan(known.energy).any()


def test_the_day_since_when_is_found() -> None:
    rng = np.random.default_rng(1)
    true = loads(rng, 10)
    read = true.copy()
    read[4, 15:] = (read[4, 15:] * 0.1).round(2)
    assert found_in(supplied_for(rng, true), read).since.tolist() == [15] * 10


def test_reasons_sum_to_points_by_names() -> None:
    supplied, energy, _, _ = area(2)
    scored = suspicions(found_in(supplied, energy), features(energy, ON), rules())
    assert (scored.reasons.sum(axis=1) + scored.base_points).tolist() == scored.points.tolist()
    assert scored.reasons.shape == (len(energy), len(scored.names))
    top = int(scored.points.argmax())
    pattern = rules().patterns[scored.pattern[top]]
    told = {name for name, points in zip(scored.names, scored.reasons[top], strict=True) if points}
    assert told <= set(pattern.card.names)


@pytest.mark.parametrize("kind", ["h1", "h2", "h3", "h4"])
def test_all_that_is_known_tells_better_what_was_lost(kind: str) -> None:
    by_balance, by_all, stolen = 0.0, 0.0, 0.0
    for seed in range(12):
        supplied, energy, true, _ = area(seed, kind)
        evidence, lost = found_in(supplied, energy), (true - energy).sum(axis=1)
        found = suspicions(evidence, features(energy, ON), rules())
        by_balance += np.abs(evidence.lost_kwh - lost).sum()
        by_all += np.abs(found.lost_kwh - lost).sum()
        stolen += lost.sum()
        assert found.lost_kwh.sum() <= evidence.unexplained_kwh[0] + 1e-6
        assert (found.lost_low_kwh <= found.lost_kwh).all()
        assert (found.lost_kwh <= found.lost_high_kwh).all()
    assert by_all <= max(by_balance, 0.3 * stolen)


@pytest.mark.parametrize("customers", [0, 1, 2])
def test_few_customers_are_no_error(customers: int) -> None:
    supplied, energy, _, _ = area(1, customers=3)
    energy = energy[:customers]
    found = found_in(supplied, energy)
    assert found.values.shape == (customers, len(AREA_EVIDENCE))


def test_areas_that_are_not_known() -> None:
    supplied, energy, _, _ = area(1)
    short = found_in(supplied[:5], energy[:, :5])
    assert np.isnan(short.share).all()
    belongs = np.where(np.arange(14) < 3, -1, 0)
    found = attribute_all(supplied[None], energy, belongs, technical_loss_ratio=np.array([LOSS]))
    assert found.area.tolist() == belongs.tolist()
    assert np.isnan(found.unexplained_kwh[:3]).all()
    assert not np.isnan(found.unexplained_kwh[3:]).any()


def test_pairs_are_among_those_who_explain_most() -> None:
    pairs = pairs_among(np.arange(40.0))
    assert pairs.min() == 16
    assert len(pairs) == 24 * 23 / 2


@pytest.mark.parametrize(
    ("supplied", "loss", "said"),
    [
        (np.ones(4), LOSS, "one row a customer"),
        (np.ones(DAYS), 1.0, "shares of the supply"),
        (np.ones(DAYS), -0.1, "shares of the supply"),
    ],
)
def test_what_does_not_fit_is_refused(supplied: Floats, loss: float, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        attribute(supplied, np.ones((2, DAYS)), technical_loss_ratio=loss)


def test_evidence_and_features_are_of_the_same_customers() -> None:
    supplied, energy, _, _ = area(1)
    with pytest.raises(ValueError, match="same customers"):
        suspicions(found_in(supplied, energy), features(energy[1:], ON), rules())
    own = features(energy, ON)
    few = Features(names=own.names[:2], values=own.values[:, :2])
    with pytest.raises(ValueError, match="the cards ask for day_change"):
        suspicions(found_in(supplied, energy), few, rules())


def test_evidence_of_areas_and_of_use_have_names_of_their_own() -> None:
    assert not set(AREA_EVIDENCE) & set(FEATURES)


def test_a_card_of_unknown_evidence_is_refused() -> None:
    file = files("powerchannel") / "theft" / "rulebooks" / "dlt698-theft.toml"
    document = parse(file.read_text(encoding="utf-8"), "toml", "$")["areas"]
    document["patterns"][0]["card"]["evidence"][0]["name"] = "shares"
    with pytest.raises(PowerChannelError, match="share"):
        structure(AreaRules, document)
    with pytest.raises(PowerChannelError, match="at least one"):
        structure(AreaRules, {"patterns": []})
    document["patterns"][0]["card"]["evidence"][0]["name"] = "share"
    with pytest.raises(PowerChannelError, match="stands above"):
        structure(AreaRules, {"patterns": [document["patterns"][0]] * 2})


def test_how_many_sets_are_tried_at_a_time_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    supplied, energy, _, _ = area(7, "h1", customers=40)
    whole = found_in(supplied, energy)
    assert whole.is_unexplained.all()
    monkeypatch.setattr(hypotheses, "_AT_ONCE", 7)
    np.testing.assert_allclose(found_in(supplied, energy).values, whole.values, rtol=1e-12)


def test_odds_are_those_of_all_sets_with_a_customer_against_all_without() -> None:
    explained = Explained(
        nobody=-3.0,
        one=np.array([2.0, -900.0, 1.0]),
        two=np.array([-1.0, 4.0, -1e6]),
        pairs=np.array([[0, 1], [0, 2], [1, 2]]),
        lost_one=np.zeros(3),
        lost_two=np.zeros((3, 2)),
        doubt_one=np.zeros(3),
        doubt_two=np.zeros((3, 2)),
    )
    weighed = explained.weighed
    has = np.array([[0, 1, 0, 0, 1, 1, 0], [0, 0, 1, 0, 1, 0, 1], [0, 0, 0, 1, 0, 1, 1]], bool)
    expected = [
        np.logaddexp.reduce(weighed[mine]) - np.logaddexp.reduce(weighed[~mine]) for mine in has
    ]
    np.testing.assert_allclose(log_odds(explained), expected, rtol=1e-12)


def test_the_onset_is_the_day_that_parts_noise_from_something_steady() -> None:
    supplied, energy, _, _ = area(3, "h1")
    quiet, loud = np.full(20, 0.0), np.full(15, 3.0)
    found = evolve(
        balance(supplied, energy, technical_loss_ratio=LOSS, meter_noise=NOISE),
        unexplained=np.concatenate([quiet, loud]),
        noise=np.full(35, 0.5),
    )
    assert hypotheses.onset(found) == 20
    assert hypotheses.onset(evolve(found, unexplained=np.full(35, 3.0))) == 0
