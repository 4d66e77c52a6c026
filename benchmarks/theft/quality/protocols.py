"""The tests on indicators and daily use, and the list of all tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.model_selection import StratifiedKFold

from benchmarks.theft.quality import data
from benchmarks.theft.quality.causes import causes
from benchmarks.theft.quality.daily import KINDS, MODIFIED, Mixture, mixture
from benchmarks.theft.quality.halfhourly import halfhourly, homes_and_classes
from benchmarks.theft.quality.learners import (
    BOOSTING,
    OURS,
    Described,
    amounts,
    described,
    models,
    probability,
    suspicion,
)
from benchmarks.theft.quality.measures import (
    Scores,
    calibration,
    flagged,
    flags,
    ranking,
    recovered,
)
from benchmarks.theft.quality.observer import observer
from benchmarks.theft.quality.results import Outcome, Scored
from benchmarks.theft.quality.simulator import simulator
from benchmarks.theft.quality.sizes import SIZES, Size
from powerchannel.learn import ScorecardClassifier
from powerchannel.theft.leakage import audit_leakage

__all__ = ["SIZES", "TESTS", "Size", "daily", "groups", "modified", "sgcc", "teddy"]

_Floats: TypeAlias = NDArray[np.float64]
_Mask: TypeAlias = NDArray[np.bool_]
_Rows: TypeAlias = NDArray[np.intp]

_FOLDS, _DAILY_FOLDS, _TEDDY_FOLDS = 5, 4, 5
_SHARE, _BASE_DAYS = 0.08, 7
_BUDGET = 0.02
_QUARTERS = ("least", "less", "more", "most")
_MOST_GROUP_REPEATS, _MOST_MODIFIED_SEEDS = 3, 3


def _folds(is_theft: _Mask, folds: int, seed: int) -> Iterator[tuple[_Rows, _Rows]]:
    """Split customers, shuffled, thieves evenly."""
    split = StratifiedKFold(folds, shuffle=True, random_state=seed)
    yield from split.split(np.zeros(len(is_theft)), is_theft)


def sgcc(size: Size, customers: data.Customers | None = None) -> Outcome:
    """Rank real customers: repeated stratified folds, figures fold by fold."""
    known = customers or data.sgcc()
    energy, is_theft = _shuffled(known, size)
    table, found = described(energy, known.on), Scored()
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


def _shuffled(known: data.Customers, size: Size) -> tuple[_Floats, _Mask]:
    """Return energies and findings in no order; of all customers, or of some where it is tiny."""
    chosen = np.random.default_rng(0).permutation(len(known.is_theft))
    if size.customers < SIZES["small"].customers:
        chosen = chosen[: size.customers]
    return known.energy[chosen], known.is_theft[chosen]


def _fitted(
    table: Described,
    is_theft: _Mask,
    learn: _Rows,
    rest: _Rows,
    trees: int,
    seed: int,
) -> Iterator[tuple[str, _Floats, _Floats]]:
    for name, (model, has_days) in models(trees=trees, seed=seed).items():
        cells = table.with_days if has_days else table.features
        fitted = model.fit(cells[learn], is_theft[learn])
        yield name, suspicion(fitted, cells[rest]), probability(fitted, cells[rest])


def groups(size: Size, customers: data.Customers | None = None) -> Outcome:
    """Say who is flagged by a budget of 2 %, by quarters of use; folds pooled."""
    known, found = customers or data.sgcc(), Scored()
    energy, is_theft = _shuffled(known, size)
    use = np.nan_to_num(energy).mean(axis=1)
    quarter = np.searchsorted(np.quantile(use, [0.25, 0.5, 0.75]), use)
    table = described(energy, known.on)
    repeats = min(size.repeats, _MOST_GROUP_REPEATS)
    for seed in range(repeats):
        is_flagged = {name: np.zeros(len(energy), np.bool_) for name in (OURS, BOOSTING)}
        for learn, rest in _folds(is_theft, _FOLDS, seed):
            for name, said, _ in _fitted(table, is_theft, learn, rest, size.trees, seed):
                if name in is_flagged:
                    is_flagged[name][rest] = flagged(said, _BUDGET)
        for name, flag in is_flagged.items():
            for number, title in enumerate(_QUARTERS):
                own = quarter == number
                found.add(f"{name}, {title} use", flags(is_theft[own], flag[own]))
    return Outcome(
        name="groups",
        title="Whom the first 2 % are among, real findings",
        facts={
            "customers": len(energy),
            "thieves": int(is_theft.sum()),
            "folds": f"{repeats} x {_FOLDS}, pooled, 2 % of each",
            "quarters": "of customers by mean daily use",
            "variants tried": "none",
        },
        models=found.models,
    )


def _leaks(energy: _Floats, is_theft: _Mask) -> str:
    report = audit_leakage(energy, is_theft, on_leak="report")
    return ", ".join(f"{leak.code} {leak.measure:.3f}" for leak in report.leaks) or "none"


def teddy(size: Size, indicators: data.Indicators | None = None) -> Outcome:
    """Rank the book's customers by a card that a person can read, folds pooled."""
    known, found = indicators or data.indicators(), Scored()
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
    return Outcome(
        name="daily",
        title="Injected attacks on daily use, one in twelve customers",
        facts={
            **_mixture_facts(size, size.seeds),
            "variants tried": "about 4 rankings and 10 of expected kWh, on other seeds",
        },
        models=_mixtures(size, customers or data.sgcc(), KINDS, size.seeds),
    )


def modified(size: Size, customers: data.Customers | None = None) -> Outcome:
    """Do the same with the attacks of Punmiya and Choe, as the models are; figures seed by seed."""
    seeds = min(size.seeds, _MOST_MODIFIED_SEEDS)
    return Outcome(
        name="modified",
        title="The same with the modified attacks t1 to t6",
        facts={**_mixture_facts(size, seeds), "variants tried": "none"},
        models=_mixtures(size, customers or data.sgcc(), MODIFIED, seeds),
    )


def _mixture_facts(size: Size, seeds: int) -> dict[str, int | str]:
    return {
        "customers": size.customers,
        "attacked": int(size.customers * _SHARE),
        "seeds": seeds,
        "folds": _DAILY_FOLDS,
    }


def _mixtures(
    size: Size, known: data.Customers, kinds: tuple[str, ...], seeds: int
) -> Mapping[str, tuple[Scores, ...]]:
    found, benign = Scored(), known.energy[~known.is_theft]
    for seed in range(seeds):
        plot = mixture(benign, customers=size.customers, share=_SHARE, seed=seed, kinds=kinds)
        for name, figures in _mixture_figures(plot, known.on, size.trees, seed):
            found.add(name, figures)
    return found.models


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
    is_known = plot.is_theft & (plot.kind < len(plot.kinds))
    first, *_, last, _ = plot.kinds
    yield f"{first} to {last} known", _attacks(plot, is_known.astype(np.float64))


def _beside_first_week(plot: Mixture, table: Described) -> Described:
    """Put each day beside the first week, which is honest in this test."""
    base = plot.reported[:, :_BASE_DAYS].mean(axis=1)
    days = np.log((plot.reported + 0.05) / (base[:, None] + 0.05))
    return Described(features=table.features, with_days=np.hstack([table.features, days]))


def _attacks(plot: Mixture, said: _Floats) -> dict[str, float]:
    figures = dict(ranking(plot.is_theft, said))
    seen = plot.kind != len(plot.kinds)
    without = ranking(plot.is_theft[seen], said[seen])
    first, *_, last, _ = plot.kinds
    figures |= {f"{name} {first}-{last}": without[name] for name in ("AUC", "AP")}
    for number, name in enumerate(plot.kinds, start=1):
        both = (plot.kind == 0) | (plot.kind == number)
        if plot.is_theft[both].any():
            figures[f"AUC {name}"] = ranking(plot.is_theft[both], said[both])["AUC"]
    return figures


TESTS: Mapping[str, tuple[str, Callable[[Size], Outcome]]] = {
    "sgcc": ("sgcc", sgcc),
    "teddy": ("teddy", teddy),
    "groups": ("sgcc", groups),
    "daily": ("sgcc", daily),
    "modified": ("sgcc", modified),
    "halfhourly": ("homes", halfhourly),
    "homes_and_classes": ("homes", homes_and_classes),
    "observer": ("sgcc", observer),
    "simulator": ("", simulator),
    "causes": ("", causes),
}
"""Each test by its name: the data it needs, if any, and what does it."""
