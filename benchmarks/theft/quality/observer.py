"""The meter of an area held against its customers: who of them takes what it misses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

import numpy as np
from attrs import frozen
from numpy.typing import NDArray
from scipy.optimize import nnls
from sklearn.metrics import roc_auc_score

from benchmarks.theft.quality import data
from benchmarks.theft.quality.learners import OURS
from benchmarks.theft.quality.results import Outcome, Scored
from benchmarks.theft.quality.sizes import Size
from powerchannel.rulebook import load_rulebook
from powerchannel.theft import Rulebook
from powerchannel.theft.areas import AreaRules, attribute, suspicions
from powerchannel.theft.consumption import features
from powerchannel.theft.simulate import attack

__all__ = ["BALANCE", "BEST", "CORRELATION", "NNLS", "SETTINGS", "Setting", "observer", "unseen"]

BALANCE = f"{OURS}, its balance alone"
NNLS, CORRELATION, BEST = "NNLS coefficient", "size of the correlation", "the better of these two"
_KINDS = ("h1", "h2", "h3", "h4")
_LOSS, _LEARNT_NOISE = 0.04, 0.005
_GROUPS = 150
_ONSET, _FROM_THE_START = 8, ("h1", "h3")
_LEAST_WINDOW_DAYS = 6
_FIRST_SEED, _LEARNT_BY, _LEAST_USE = 200, 20, 0.8

_Floats: TypeAlias = NDArray[np.float64]
_Mask: TypeAlias = NDArray[np.bool_]


@frozen(kw_only=True)
class Setting:
    """Areas of a kind, and what their utility believes of them.

    Parameters
    ----------
    title : str
        How the table calls it; empty for what the cards were learnt on.
    customers : int
        Of an area; two of them steal.
    noise, believed_noise : float
        Of the area's meter, as a share of the supply.
    believed_loss : float
        The technical loss as the utility has it; 4 % of the supply are lost.
    """

    title: str = ""
    customers: int = 20
    noise: float = _LEARNT_NOISE
    believed_noise: float = _LEARNT_NOISE
    believed_loss: float = _LOSS


SETTINGS = (
    Setting(),
    Setting(title="40 customers an area", customers=40),
    Setting(title="noise of 2 %, believed 0.5 %", noise=0.02),
    Setting(title="noise of 2 %, known", noise=0.02, believed_noise=0.02),
    Setting(title="technical loss of 4 %, believed 4.5 %", believed_loss=0.045),
)
"""What the cards were learnt on, and what they were not."""


def unseen(energy: _Floats) -> _Floats:
    """Return the customers that the bundled cards of areas were not learnt from.

    They were learnt from every other row of one permutation of the customers with use on four
    days of five and no finding of theft, in the order of the file.
    """
    known = np.nan_to_num(energy)
    busy = known[(known > 0).mean(axis=1) >= _LEAST_USE]
    learnt_and_not = np.random.default_rng(_LEARNT_BY).permutation(len(busy))
    return np.asarray(busy[learnt_and_not[1::2]])


def observer(size: Size, customers: data.Customers | None = None) -> Outcome:
    """Rank the customers of areas in which two steal; figures seed by seed."""
    known, learnt, others = customers or data.sgcc(), Scored(), Scored()
    pool = unseen(known.energy[~known.is_theft])
    rules = _area_rules()
    for setting in SETTINGS:
        for seed in range(_FIRST_SEED, _FIRST_SEED + size.seeds):
            areas = [*_areas(pool, setting, min(_GROUPS, size.customers // 20), seed)]
            said = [_said(area, known.on, setting, rules) for area in areas]
            if setting.title:
                figures = _by_kind(areas, [each[OURS] for each in said])
                others.add(f"{OURS}, {setting.title}", figures)
                continue
            for name in said[0]:
                learnt.add(name, _by_kind(areas, [each[name] for each in said]))
    return Outcome(
        name="observer",
        title="Injected attacks in areas whose supply is metered",
        facts={
            "areas": f"{_areas_of(pool, SETTINGS[0], size)} for each attack",
            "customers an area": f"{SETTINGS[0].customers}, two of them steal",
            "days": len(known.on),
            "technical loss": "4 %, known",
            "noise": "0.5 % of the supply",
            "customers": f"{len(pool):,}, none of whom the cards were learnt from",
            "seeds": size.seeds,
            "variants tried": "about 15, on other customers; the one kept was looked at on these "
            "with 10 other seeds",
        },
        models={**learnt.models, BEST: _better(learnt.models), **others.models},
    )


def _area_rules() -> AreaRules:
    rulebook = load_rulebook("dlt698-theft")
    assert isinstance(rulebook, Rulebook)
    return rulebook.areas


def _areas_of(pool: _Floats, setting: Setting, size: Size) -> int:
    return min(_GROUPS, size.customers // 20, len(pool) // setting.customers)


@frozen(kw_only=True, eq=False)
class _Area:
    kind: str
    supplied: _Floats
    reported: _Floats
    is_theft: _Mask


def _areas(pool: _Floats, setting: Setting, most: int, seed: int) -> Iterator[_Area]:
    """Yield areas of different customers, as many for each attack."""
    count = min(most, len(pool) // setting.customers)
    for number, kind in enumerate(_KINDS, start=1):
        rng = np.random.default_rng([seed, number])
        chosen = rng.permutation(len(pool))[: count * setting.customers]
        for rows in chosen.reshape(count, -1):
            yield _area(pool[rows], kind, setting.noise, rng)


def _area(used: _Floats, kind: str, noise: float, rng: np.random.Generator) -> _Area:
    """Let two customers steal: by h1 and h3 from the first day on, by the others from the 9th."""
    reported = used.copy()
    who = rng.choice(len(used), 2, replace=False)
    since = 0 if kind in _FROM_THE_START else _ONSET
    slot = 240 / _LEAST_WINDOW_DAYS  # h2 reports nothing for 240 minutes or more: for six days
    for row in who:
        reported[row, since:] = attack(used[row, since:], kind, random_state=rng, slot_minutes=slot)
    metered = used.sum(axis=0) / (1 - _LOSS)
    return _Area(
        kind=kind,
        supplied=metered * (1 + rng.normal(0, noise, len(metered))),
        reported=reported,
        is_theft=np.isin(np.arange(len(used)), who),
    )


def _said(
    area: _Area, on: NDArray[np.datetime64], setting: Setting, rules: AreaRules
) -> dict[str, _Floats]:
    """Return how suspicious each customer is by each way."""
    believed, noise = setting.believed_loss, setting.believed_noise
    evidence = attribute(
        area.supplied, area.reported, technical_loss_ratio=believed, meter_noise=noise
    )
    points = suspicions(evidence, features(area.reported, on), rules).points
    missing = area.supplied * (1 - believed) - area.reported.sum(axis=0)
    return {
        OURS: points.astype(np.float64),
        BALANCE: np.nan_to_num(evidence.share),
        NNLS: nnls(area.reported.T, missing)[0],
        CORRELATION: _correlation(area.reported, missing),
    }


def _correlation(reported: _Floats, missing: _Floats) -> _Floats:
    apart = reported - reported.mean(axis=1, keepdims=True)
    other = missing - missing.mean()
    scale = np.sqrt((apart**2).sum(axis=1) * (other**2).sum())
    product = np.abs(apart @ other)
    return np.asarray(np.divide(product, scale, out=np.zeros(len(product)), where=scale > 0))


def _by_kind(areas: list[_Area], said: list[_Floats]) -> dict[str, float]:
    kind = np.concatenate([[area.kind] * len(area.is_theft) for area in areas])
    is_theft = np.concatenate([area.is_theft for area in areas])
    points = np.concatenate(said)
    of_kinds = {
        f"AUC {name}": float(roc_auc_score(is_theft[kind == name], points[kind == name]))
        for name in _KINDS
    }
    return {"AUC": float(roc_auc_score(is_theft, points))} | of_kinds


def _better(
    models: Mapping[str, tuple[Mapping[str, float], ...]],
) -> tuple[Mapping[str, float], ...]:
    """Return the better of the two plain figures, each time: as if it were known which."""
    pairs = zip(models[NNLS], models[CORRELATION], strict=True)
    return tuple({name: max(one[name], other[name]) for name in one} for one, other in pairs)
