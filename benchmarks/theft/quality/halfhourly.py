"""Attacks on customers whose half hours are known: whose days are judged was not learnt from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np
from attrs import frozen
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, clone
from sklearn.model_selection import GroupKFold

from benchmarks.theft.quality import data
from benchmarks.theft.quality.daily import KINDS
from benchmarks.theft.quality.data import Homes
from benchmarks.theft.quality.learners import BOOSTING, OURS, boosting, day_forest
from benchmarks.theft.quality.load_classes import load_classes, missing
from benchmarks.theft.quality.measures import detection, ranking
from benchmarks.theft.quality.results import Outcome, Scored
from benchmarks.theft.quality.sizes import Size
from powerchannel.theft.consumption import (
    PROFILE_FEATURES,
    STRETCH_FEATURES,
    OwnDays,
    profile_features,
    stretch_features,
    trailing_means,
)
from powerchannel.theft.simulate import attack

__all__ = ["FIRST_DAYS", "Plots", "halfhourly", "homes_and_classes", "plots"]

FIRST_DAYS = 28
_WINDOWS = (7, 28)
_ALONE = len(PROFILE_FEATURES) + len(STRETCH_FEATURES)
"""So many columns look at one day; those after them at the days before as well."""
_EVERY_HOME, _EVERY_CLASS = 3, 9
"""Days that follow each other say the same: a third is learnt from, of a class a ninth."""
_MOST_SEEDS, _FIRST_SEED, _CLASS_FOLDS, _QUARTERS = 3, 100, 6, 4
_CHOSEN_ON = 2
"""Features and model were chosen by what they reached on homes 0, 2, 4 and so on."""
_TRIED = "about 35, judged on every second home and another draw; about 13 before, on all homes"

ALONE = f"{OURS}, each day alone"
UNCHOSEN = f"{OURS}, homes no choice looked at"
OWN_LIMIT = f"{OURS}, each customer's limit known"
CEILING = "ceiling: the customer's other months known"

_Floats: TypeAlias = NDArray[np.float64]
_Ints: TypeAlias = NDArray[np.int64]
_Fold: TypeAlias = tuple[NDArray[np.intp], NDArray[np.intp]]


@frozen(kw_only=True, eq=False)
class Plots:
    """The days after each customer's first four weeks, held against these.

    Parameters
    ----------
    home, number, kind : ndarray of int64, shape (days,)
        Whose, the how manieth of theirs, and what it is judged as: half honest (0), the rest h1
        to h6 in equal parts.
    tested : ndarray of float64, shape (days, features)
        As what they are judged as. The first columns see the day alone, the others also the last
        7 and 28 days as reported, all of which are attacked in the same way.
    learnable : ndarray of int64, shape (some,)
        The days that may be learnt from.
    learnt : ndarray of float64, shape (7, some, features)
        These honest, and under each attack.
    """

    home: _Ints
    number: _Ints
    kind: _Ints
    tested: _Floats
    learnable: _Ints
    learnt: _Floats


def plots(homes: Homes, *, seed: int, every: NDArray[np.int64] | int = _EVERY_HOME) -> Plots:
    """Attack the homes: each goes on for four weeks with the same draw, then with another."""
    rng = np.random.default_rng(seed)
    number = np.arange(len(homes.home)) - np.searchsorted(homes.home, homes.home)
    is_first = number < FIRST_DAYS
    shape = (len(np.unique(homes.home)), FIRST_DAYS)
    own = OwnDays(homes.energy[is_first].reshape(*shape, -1), homes.on[is_first].reshape(shape))
    energy, on, home = homes.energy[~is_first], homes.on[~is_first], homes.home[~is_first]
    number = number[~is_first] - FIRST_DAYS
    kind = np.where(
        rng.uniform(size=len(home)) < 0.5, rng.integers(1, len(KINDS) + 1, len(home)), 0
    )
    learnable = np.flatnonzero(number % np.broadcast_to(every, shape[:1])[home] == 0)
    tested, learnt = np.empty((len(home), 3 * _ALONE)), []
    for code, name in enumerate(("", *KINDS)):
        span = home * (1 << 20) + number // FIRST_DAYS
        reported = energy if not name else _attacked(energy, span, name, rng)
        judged = np.flatnonzero(kind == code)
        found = _described(reported, on, own, home, np.r_[judged, learnable])
        tested[judged] = found[: len(judged)]
        learnt.append(found[len(judged) :])
    return Plots(
        home=home,
        number=number,
        kind=kind,
        tested=tested,
        learnable=learnable,
        learnt=np.stack(learnt),
    )


def _described(
    energy: _Floats, on: NDArray[np.datetime64], own: OwnDays, home: _Ints, rows: _Ints
) -> _Floats:
    days = profile_features(energy, on, own, home)
    stretch, *stretches = (
        stretch_features(energy, own, home, count, at=rows).values for count in (1, *_WINDOWS)
    )
    means = [trailing_means(days, home, count).values[rows] for count in _WINDOWS]
    return np.hstack([days.values[rows], stretch, *means, *stretches])


def _attacked(energy: _Floats, span: _Ints, kind: str, rng: np.random.Generator) -> _Floats:
    """Attack each day; h1 draws its factor once a span of four weeks, as one long profile."""
    if kind != "h1":
        return attack(energy, kind, random_state=rng)
    reported = energy.copy()
    for each in np.unique(span):
        rows = span == each
        reported[rows] = attack(energy[rows].ravel(), kind, random_state=rng).reshape(-1, 48)
    return reported


def halfhourly(size: Size, homes: Homes | None = None) -> Outcome:
    """Tell attacked days of homes that were not learnt from; figures seed by seed."""
    known, found = homes or data.homes(), Scored()
    count = len(np.unique(known.home))
    for seed in _seeds(size):
        made = plots(known, seed=seed)
        for name, said in _judged(made, folds=count, trees=size.trees, seed=seed):
            found.add(name, _figures(made.kind, said))
            if name == OURS:
                rest = made.home % _CHOSEN_ON > 0
                found.add(UNCHOSEN, _figures(made.kind[rest], said[rest]))
                found.add(OWN_LIMIT, _figures(made.kind, _by_own_limit(made, said)))
    return Outcome(
        name="halfhourly",
        title="Injected attacks on half-hourly use, unseen homes",
        facts={
            "homes": count,
            "days judged": len(known.home) - count * FIRST_DAYS,
            "seeds": len(_seeds(size)),
            "folds": f"{count}, by home; nothing but the other homes is learnt from",
            "context": "the 28 days up to the day judged, attacked in the same way",
            "variants tried": _TRIED,
        },
        models=found.models,
    )


def homes_and_classes(
    size: Size, homes: Homes | None = None, classes: Homes | None = None
) -> Outcome:
    """Do the same with measured load classes beside the homes, as the baselines were measured."""
    name, title = "homes_and_classes", "Injected attacks on half-hourly use, homes and load classes"
    if classes is None and (why := missing()):
        return Outcome(name=name, title=title, facts={}, models={}, left_out=why)
    known, also, found = homes or data.homes(), classes or load_classes(), Scored()
    count, more = len(np.unique(known.home)), len(np.unique(also.home))
    both = Homes(
        home=np.r_[known.home, also.home + count],
        on=np.r_[known.on, also.on],
        energy=np.vstack([known.energy, also.energy]),
    )
    every = np.repeat([_EVERY_HOME, _EVERY_CLASS], [count, more])
    for seed in _seeds(size):
        made = plots(both, seed=seed, every=every)
        for model, said in _judged(made, folds=_CLASS_FOLDS, trees=size.trees, seed=seed):
            of_homes = made.home < count
            parts = {"homes": of_homes, "classes": ~of_homes}
            found.add(
                model,
                _figures(made.kind, said)
                | {
                    f"{figure}, {part}": value
                    for part, here in parts.items()
                    for figure, value in detection(made.kind[here] > 0, said[here]).items()
                },
            )
    return Outcome(
        name=name,
        title=title,
        facts={
            "homes": count,
            "load classes": more,
            "days judged": len(both.home) - (count + more) * FIRST_DAYS,
            "seeds": len(_seeds(size)),
            "folds": f"{_CLASS_FOLDS}, by customer",
            "context": "the 28 days up to the day judged, attacked in the same way",
            "variants tried": _TRIED,
        },
        models=found.models,
    )


def _seeds(size: Size) -> range:
    return range(_FIRST_SEED, _FIRST_SEED + min(size.seeds, _MOST_SEEDS))


def _judged(made: Plots, *, folds: int, trees: int, seed: int) -> Iterator[tuple[str, _Floats]]:
    """Return what each model says of each day."""
    days = np.arange(len(made.home))
    unseen = list(GroupKFold(folds).split(days, groups=made.home))
    forest = day_forest(trees=trees // 2, seed=seed)
    yield OURS, _said(made, unseen, forest)
    yield ALONE, _said(made, unseen, forest, columns=_ALONE)
    yield BOOSTING, _said(made, unseen, boosting(trees=trees, seed=seed), by_kind=False)
    yield CEILING, _said(made, list(_other_months(made)), forest)


def _said(
    made: Plots,
    folds: list[_Fold],
    model: BaseEstimator,
    *,
    columns: int | None = None,
    by_kind: bool = True,
) -> _Floats:
    said = np.zeros(len(made.home))
    for learn, rest in folds:
        values = made.learnt[:, np.isin(made.learnable, learn), :columns]
        truth = np.repeat(np.arange(len(values)), values.shape[1])
        weight = np.where(truth > 0, 1 / len(KINDS), 1.0)
        labels = truth if by_kind else (truth > 0).astype(np.int64)
        fitted = clone(model).fit(values.reshape(len(truth), -1), labels, sample_weight=weight)
        said[rest] = 1 - fitted.predict_proba(made.tested[rest, :columns])[:, 0]
    return said


def _other_months(made: Plots) -> Iterator[_Fold]:
    """Split each customer's days into quarters; what shares days with one is not learnt from."""
    count = np.bincount(made.home)[made.home]
    gap = np.minimum(FIRST_DAYS, count // (2 * _QUARTERS))
    for quarter in range(_QUARTERS):
        first, after = (count * each // _QUARTERS for each in (quarter, quarter + 1))
        is_near = (made.number >= first - gap) & (made.number < after + gap)
        is_here = (made.number >= first) & (made.number < after)
        yield np.flatnonzero(~is_near), np.flatnonzero(is_here)


def _by_own_limit(made: Plots, said: _Floats) -> _Floats:
    """Return the share of each customer's honest days that are less suspicious."""
    out = np.empty(len(said))
    for home in np.unique(made.home):
        here = made.home == home
        honest = np.sort(said[here & (made.kind == 0)])
        out[here] = np.searchsorted(honest, said[here]) / len(honest)
    return out


def _figures(kind: _Ints, said: _Floats) -> dict[str, float]:
    found = dict(detection(kind > 0, said))
    limit = np.quantile(said[kind == 0], 0.99)
    for number, name in enumerate(KINDS, start=1):
        seen = (kind == 0) | (kind == number)
        if (kind == number).any():
            found[f"AUC {name}"] = ranking(kind[seen] > 0, said[seen])["AUC"]
            found[f"DR at 1% {name}"] = float((said[kind == number] > limit).mean())
    return found
