"""The tests: who is learnt from, who is tested on, and what is measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

import numpy as np
from attrs import frozen
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, clone
from sklearn.model_selection import GroupKFold, StratifiedKFold

from benchmarks.theft.quality import data
from benchmarks.theft.quality.daily import KINDS, Mixture, mixture
from benchmarks.theft.quality.halfhourly import Plots, plots
from benchmarks.theft.quality.learners import (
    BOOSTING,
    OURS,
    Described,
    amounts,
    boosting,
    day_forest,
    described,
    models,
    probability,
    suspicion,
)
from benchmarks.theft.quality.measures import Scores, calibration, detection, ranking, recovered
from benchmarks.theft.quality.results import Outcome
from powerchannel.learn import ScorecardClassifier
from powerchannel.theft.leakage import audit_leakage

__all__ = ["SIZES", "TESTS", "Size", "daily", "halfhourly", "sgcc", "teddy"]

_Floats: TypeAlias = NDArray[np.float64]
_Mask: TypeAlias = NDArray[np.bool_]
_Found: TypeAlias = dict[str, list[Scores]]


@frozen(kw_only=True)
class Size:
    """How much is done: customers at most, repeats of folds, seeds, trees."""

    customers: int
    repeats: int
    seeds: int
    trees: int


SIZES = {
    "tiny": Size(customers=600, repeats=1, seeds=1, trees=10),
    "small": Size(customers=8000, repeats=5, seeds=10, trees=150),
}
_FOLDS, _DAILY_FOLDS, _TEDDY_FOLDS = 5, 4, 5
_SHARE, _BASE_DAYS = 0.08, 7


def _folds(is_theft: _Mask, folds: int, seed: int) -> Iterator[tuple[NDArray[np.intp], _Mask]]:
    """Split customers, shuffled, thieves evenly."""
    split = StratifiedKFold(folds, shuffle=True, random_state=seed)
    yield from split.split(np.zeros(len(is_theft)), is_theft)


def sgcc(size: Size, customers: data.Customers | None = None) -> Outcome:
    """Rank real customers: repeated stratified folds, figures fold by fold."""
    known = customers or data.sgcc()
    rng = np.random.default_rng(0)
    chosen = rng.permutation(len(known.is_theft))
    if size.customers < SIZES["small"].customers:
        chosen = chosen[: size.customers]
    energy, is_theft = known.energy[chosen], known.is_theft[chosen]
    table, found = described(energy, known.on), _Scored()
    for seed in range(size.repeats):
        for learn, rest in _folds(is_theft, _FOLDS, seed):
            fits = _fitted(table, is_theft, learn, rest, size.trees, seed)
            for name, said, likely in fits:
                figures = dict(ranking(is_theft[rest], said))
                if name in (OURS, BOOSTING):
                    figures |= calibration(is_theft[rest], likely)
                found.add(name, figures)
    return Outcome(
        name="sgcc",
        title="Real findings: customers of State Grid, 26 days",
        facts={
            "customers": len(energy),
            "thieves": int(is_theft.sum()),
            "folds": f"{size.repeats} x {_FOLDS}, shuffled",
            "leaks in file order": _leaks(known.energy, known.is_theft),
            "leaks when shuffled": _leaks(energy, is_theft),
            "variants tried": "about 20, on other shuffles of the same customers",
        },
        models=found.models,
    )


class _Scored:
    """Figures by model, split by split."""

    def __init__(self) -> None:
        self._found: _Found = {}

    def add(self, model: str, figures: Scores) -> None:
        self._found.setdefault(model, []).append(figures)

    @property
    def models(self) -> Mapping[str, tuple[Scores, ...]]:
        return {name: tuple(each) for name, each in self._found.items()}


def _fitted(
    table: Described,
    is_theft: _Mask,
    learn: NDArray[np.intp],
    rest: NDArray[np.intp],
    trees: int,
    seed: int,
) -> Iterator[tuple[str, _Floats, _Floats]]:
    for name, (model, has_days) in models(trees=trees, seed=seed).items():
        cells = table.with_days if has_days else table.features
        fitted = model.fit(cells[learn], is_theft[learn])
        yield name, suspicion(fitted, cells[rest]), probability(fitted, cells[rest])


def _leaks(energy: _Floats, is_theft: _Mask) -> str:
    report = audit_leakage(energy, is_theft, on_leak="report")
    return ", ".join(f"{leak.code} {leak.measure:.3f}" for leak in report.leaks) or "none"


def teddy(size: Size, indicators: data.Indicators | None = None) -> Outcome:
    """Rank the book's customers by a card that a person can read, folds pooled."""
    known, found = indicators or data.indicators(), _Scored()
    values, y = known.values, known.is_theft
    for seed in range(size.repeats):
        pooled = np.zeros(len(y))
        for learn, rest in _folds(y, _TEDDY_FOLDS, seed):
            card = ScorecardClassifier(directions=("rising",) * values.shape[1], random_state=seed)
            pooled[rest] = card.fit(values[learn], y[learn]).points(values[rest])
        found.add(OURS, ranking(y, pooled))
        found.add(
            "sum of standard scores",
            ranking(y, ((values - values.mean(0)) / values.std(0)).sum(axis=1)),
        )
        found.add("the findings of equal rows", ranking(y, _ceiling(values, y)))
    return Outcome(
        name="teddy",
        title="Real findings: three indicators, a readable card",
        facts={
            "customers": len(y),
            "thieves": int(y.sum()),
            "different customers": len(np.unique(values, axis=0)),
            "folds": f"{size.repeats} x {_TEDDY_FOLDS}, pooled",
            "variants tried": "a few, on the same customers",
        },
        models=found.models,
    )


def _ceiling(values: _Floats, y: _Mask) -> _Floats:
    """Return the share of thieves among equal rows: what nothing can rank better than."""
    _, place = np.unique(values, axis=0, return_inverse=True)
    return np.asarray(np.bincount(place, y) / np.bincount(place))[place]


def daily(size: Size, customers: data.Customers | None = None) -> Outcome:
    """Rank customers with injected attacks, and recover what they stole; figures seed by seed."""
    known, found = customers or data.sgcc(), _Scored()
    benign = known.energy[~known.is_theft]
    for seed in range(size.seeds):
        plot = mixture(benign, customers=size.customers, share=_SHARE, seed=seed)
        for name, figures in _mixture_figures(plot, known.on, size.trees, seed):
            found.add(name, figures)
    return Outcome(
        name="daily",
        title="Injected attacks on daily use, one in twelve customers",
        facts={
            "customers": size.customers,
            "attacked": int(size.customers * _SHARE),
            "seeds": size.seeds,
            "folds": _DAILY_FOLDS,
            "variants tried": "about 4 rankings and 10 of expected kWh, on other seeds",
        },
        models=found.models,
    )


def _mixture_figures(
    plot: Mixture, on: NDArray[np.datetime64], trees: int, seed: int
) -> Iterator[tuple[str, Scores]]:
    table, y = _beside_first_week(plot, described(plot.reported, on)), plot.is_theft
    base = plot.reported[:, :_BASE_DAYS].mean(axis=1)
    names = tuple(models(trees=1, seed=0))
    said, likely = ({name: np.zeros(len(y)) for name in names} for _ in range(2))
    share = np.zeros(len(y))
    for learn, rest in _folds(y, _DAILY_FOLDS, seed):
        for name, found, chance in _fitted(table, y, learn, rest, trees, seed):
            said[name][rest], likely[name][rest] = found, chance
        thieves = learn[y[learn]]
        cells = np.nan_to_num(table.with_days)
        amount = clone(amounts(trees=trees, seed=seed))
        amount.fit(cells[thieves], (plot.stolen / (base + 0.01))[thieves].clip(0, len(on)))
        share[rest] = amount.predict(cells[rest])
    for name, each in said.items():
        worth = likely[name] * base
        yield name, _attacks(plot, each) | {"recovered": recovered(plot.stolen, worth)}
    yield (
        f"{OURS}, expected kWh",
        {"recovered": recovered(plot.stolen, likely[OURS] * share * base)},
    )
    yield "who steals known", {"recovered": recovered(plot.stolen, y * share * base)}
    yield "h1 to h5 known", _attacks(plot, ((plot.kind > 0) & (plot.kind < 6)).astype(np.float64))


def _beside_first_week(plot: Mixture, table: Described) -> Described:
    """Put each day beside the first week, which is honest in this test."""
    base = plot.reported[:, :_BASE_DAYS].mean(axis=1)
    days = np.log((plot.reported + 0.05) / (base[:, None] + 0.05))
    return Described(features=table.features, with_days=np.hstack([table.features, days]))


def _attacks(plot: Mixture, said: _Floats) -> dict[str, float]:
    figures = dict(ranking(plot.is_theft, said))
    seen = plot.kind != len(KINDS)
    without = ranking(plot.is_theft[seen], said[seen])
    figures |= {"AUC h1-h5": without["AUC"], "AP h1-h5": without["AP"]}
    for number, name in enumerate(KINDS, start=1):
        both = (plot.kind == 0) | (plot.kind == number)
        if plot.is_theft[both].any():
            figures[f"AUC {name}"] = ranking(plot.is_theft[both], said[both])["AUC"]
    return figures


def halfhourly(size: Size, homes: data.Homes | None = None) -> Outcome:
    """Tell attacked days of homes that were not learnt from; figures seed by seed."""
    known, found = homes or data.homes(), _Scored()
    for seed in range(min(size.seeds, _MOST_HOME_SEEDS)):
        made = plots(known, seed=seed)
        kind = made.drawn(seed)
        sides = {
            OURS: (made.going_on, day_forest(trees=size.trees // 2, seed=seed)),
            f"{OURS}, each day alone": (made.alone, day_forest(trees=size.trees // 2, seed=seed)),
            BOOSTING: (made.going_on, boosting(trees=size.trees, seed=seed)),
        }
        for name, (values, model) in sides.items():
            said = _unseen(made, values, kind, model, by_kind=name != BOOSTING)
            each = {
                f"AUC {attack}": ranking(kind[seen] > 0, said[seen])["AUC"]
                for number, attack in enumerate(KINDS, start=1)
                if (seen := (kind == 0) | (kind == number)).any()
            }
            found.add(name, dict(detection(kind > 0, said)) | each)
    return Outcome(
        name="halfhourly",
        title="Injected attacks on half-hourly use, unseen homes",
        facts={
            "homes": len(np.unique(known.home)),
            "days": len(known.home),
            "seeds": min(size.seeds, _MOST_HOME_SEEDS),
            "folds": f"{_HOME_FOLDS}, by home",
            "load classes of simbench": "left out, the package is no part of the extras",
            "variants tried": "about 13, on other draws from the same homes",
        },
        models=found.models,
    )


_HOME_FOLDS, _MOST_HOME_SEEDS, _EVERY = 5, 3, 3
"""Days that follow each other say the same: a third is learnt from."""


def _unseen(
    made: Plots, values: _Floats, kind: NDArray[np.int64], model: BaseEstimator, *, by_kind: bool
) -> _Floats:
    """Return the suspicion of each day by models that did not see its home."""
    said, days = np.zeros(len(kind)), np.arange(len(kind))
    for learn, rest in GroupKFold(_HOME_FOLDS).split(days, groups=made.home):
        some = learn[::_EVERY]
        truth = np.repeat(np.arange(len(values)), len(some))
        weight = np.where(truth > 0, 1 / len(KINDS), 1.0)
        labels = truth if by_kind else (truth > 0).astype(np.int64)
        fitted = clone(model).fit(
            values[:, some].reshape(len(truth), -1), labels, sample_weight=weight
        )
        said[rest] = 1 - fitted.predict_proba(values[kind[rest], rest])[:, 0]
    return said


TESTS: Mapping[str, tuple[str, Callable[[Size], Outcome]]] = {
    "sgcc": ("sgcc", sgcc),
    "teddy": ("teddy", teddy),
    "daily": ("sgcc", daily),
    "halfhourly": ("homes", halfhourly),
}
"""Each test by its name: the data it needs, and what does it."""
