"""Simulated meters: whether rule, phase, cause and lost energy are told, and nothing else is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import pandas as pd
from attrs import frozen

from benchmarks.theft.quality.learners import OURS
from benchmarks.theft.quality.planted import (
    AS_OF,
    NOISE,
    Planted,
    is_near,
    planted,
    tables,
    without_rules,
)
from benchmarks.theft.quality.results import Outcome, Scored
from benchmarks.theft.quality.sizes import Size
from powerchannel import theft
from powerchannel.rulebook import load_rulebook
from powerchannel.theft.electrical import ElectricalRules, find_episodes, measured_of
from powerchannel.theft.recovery import correction_factor, lost_by_factor
from powerchannel.theft.simulate import FAULTS, WIRINGS, clean_load, meter

__all__ = ["ALARMS", "CAUSE", "LOST", "RULES", "Verdict", "simulator", "verdicts"]

RULES, CAUSE, LOST = "rules and phases right", "cause right", "lost energy within 2 %"
ALARMS = "false alarms"
_GREATEST = "greatest error of lost energy"
_EXCHANGED, _OTHERS = "circuits exchanged or rotated", "all other faults"
_MOST_SEEDS, _LOADS, _CLEAN = 5, 800, 125
_WITHIN = 0.02
_NOT_ODD = ("", "cannot_tell")

# What fires besides, and is true: phases against each other cancel out in the total power, and
# one element of three-wire metering runs backwards below a power factor of 0.5.
_ALSO_TRUE = {"power_reversal": "low_power_factor", "low_power_factor": "power_reversal"}


@frozen(kw_only=True)
class Verdict:
    """What was told of a planted meter.

    Parameters
    ----------
    wiring, fault : str
        What was planted.
    has_rules : bool
        Whether every rule that must fire did on its phase, and no other.
    has_cause : bool, optional
        Whether the cause is right; None where days of use or the area must tell it.
    error : float, optional
        Of the lost energy, as a share of it; None where nothing is lost, or nothing tells it.
    is_untold : bool
        Whether something is lost that neither phases nor a factor tell.
    """

    wiring: str
    fault: str
    has_rules: bool
    has_cause: bool | None
    error: float | None
    is_untold: bool

    @property
    def is_exchanged(self) -> bool:
        """Whether circuits are exchanged or rotated: a phase has another's voltage or current."""
        return self.fault.startswith(("currents_", "voltages_"))


def simulator(size: Size) -> Outcome:
    """Plant every fault of every wiring that makes a rule fire; figures seed by seed."""
    rulebook = load_rulebook("dlt698-theft")
    assert isinstance(rulebook, theft.Rulebook)
    found, said, near = Scored(), list[Verdict](), Counter[str]()
    seeds = min(size.seeds, _MOST_SEEDS)
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        cases = [*planted(max(1, size.customers // _LOADS), rng)]
        is_left = is_near(cases, rulebook.electrical).tolist()
        near.update(case.shown.fault for case, left in zip(cases, is_left, strict=True) if left)
        far = [case for case, left in zip(cases, is_left, strict=True) if not left]
        told = [*verdicts(far, rulebook, rng)]
        alarms = _alarms(rulebook.electrical, size.customers * _CLEAN, rng)
        found.add(OURS, {**_figures(told), ALARMS: alarms})
        for wiring in WIRINGS.names():
            own = [each for each in told if each.wiring == wiring]
            found.add(WIRINGS.get(wiring).title.en, _figures(own))
        found.add(_EXCHANGED, _figures([each for each in told if each.is_exchanged]))
        found.add(_OTHERS, _figures([each for each in told if not each.is_exchanged]))
        said += told
    return Outcome(
        name="simulator",
        title="Simulated meters: every fault of every wiring",
        facts={
            **_setting(said, seeds),
            "clean readings": f"{size.customers * _CLEAN:,} a seed with the same noise: voltage "
            "within 7 % of rated, current from 5 % of rated to the maximum (log-uniform), angle "
            "-0.3 to 0.9 rad, unbalance up to 25 %",
            "left out, a threshold within three deviations": _listed(near),
            "left out, no rule on readings or events": ", ".join(without_rules()),
            "rules wrong": _listed(_name(each) for each in said if not each.has_rules),
            "causes wrong": _listed(_name(each) for each in said if each.has_cause is False),
            "lost energy that nothing tells": ", ".join(
                sorted({_name(each) for each in said if each.is_untold})
            ),
            "variants tried": "none",
        },
        models=found.models,
    )


def _setting(said: Sequence[Verdict], seeds: int) -> dict[str, int | str]:
    return {
        "faults": len({_name(each) for each in said}),
        "meters": f"{len(said):,}, of tampering too where less is recorded",
        "seeds": seeds,
        "noise": f"{NOISE:.0%} of each reading",
        "load": "balanced and steady, 0.5 to 1.5 times rated, angle 0.05 to 0.45 rad; days of use "
        "vary by 10 %",
        "cause not asked for": "outage, vacancy, voltage faults of single phase: days of use or "
        "the area must tell it; a shunt without an opened cover: turns of a transformer that fail "
        "look alike",
    }


def _name(verdict: Verdict) -> str:
    return f"{verdict.fault} ({WIRINGS.get(verdict.wiring).title.en})"


def _listed(names: Iterable[str]) -> str:
    counted = Counter(names)
    listed = ", ".join(f"{name} {count}" for name, count in sorted(counted.items()))
    return f"{counted.total()} meters: {listed}" if counted else "none"


def verdicts(
    cases: Sequence[Planted], rulebook: theft.Rulebook, rng: np.random.Generator
) -> Iterator[Verdict]:
    """Evaluate what a utility would have of the meters, and judge what comes out."""
    state = theft.aggregate(tables(cases, rng))
    result = theft.evaluate(state, rulebook, as_of=AS_OF)
    on_days = {rule.id for rule in rulebook.electrical.rules if rule.scope == "day"}
    episodes = result.episodes[~result.episodes["rule_id"].isin(on_days)]
    fired = {
        str(name): set(zip(own["rule_id"], own["phase"], strict=True))
        for name, own in episodes.groupby("customer_id")
    }
    lost = episodes.dropna(subset="lost_kwh").groupby("customer_id")["lost_kwh"].sum()
    causes = result.table.set_index("customer_id")["cause"]
    for case in cases:
        told = _lost(case, lost)
        yield Verdict(
            wiring=case.shown.wiring,
            fault=case.shown.fault,
            has_rules=_has_rules(case.must_fire, fired.get(case.name, set())),
            has_cause=_has_cause(case, str(causes[case.name])),
            error=None if told is None else abs(told / case.lost_kwh - 1),
            is_untold=told is None and case.lost_kwh > 0,
        )


def _has_rules(must: set[tuple[str, str]], found: set[tuple[str, str]]) -> bool:
    also = {_ALSO_TRUE[rule] for rule, _ in must if rule in _ALSO_TRUE}
    return must <= found and {rule for rule, _ in found - must} <= also


def _has_cause(case: Planted, cause: str) -> bool | None:
    fault, truth = case.shown.fault, case.shown.cause
    is_weak = case.shown.wiring == "single_phase" and fault.startswith("voltage_")
    is_alike = is_weak or fault.startswith("current_shunted")
    if fault in ("outage", "vacancy") or (is_alike and not case.is_tampered):
        return None
    return cause in _NOT_ODD if truth == "normal" else cause == truth


def _lost(case: Planted, lost: pd.Series) -> float | None:
    """Return the lost energy by the phases, else by the factor of what is no matter of degree."""
    if not case.lost_kwh:
        return None
    if case.name in lost.index:
        return float(lost[case.name])
    if FAULTS.get(case.shown.fault).fraction is not None:
        return None
    factor = correction_factor(case.shown.wiring, case.shown.fault, case.phi_rad)
    kwh = lost_by_factor(case.exact.recorded_kwh, factor, balance_ratio=0.0).kwh
    return None if np.isnan(kwh) else kwh


def _figures(said: Sequence[Verdict]) -> dict[str, float]:
    errors = [each.error for each in said if each.error is not None]
    causes = [each.has_cause for each in said if each.has_cause is not None]
    found = {
        RULES: float(np.mean([each.has_rules for each in said])),
        CAUSE: float(np.mean(causes)),
    }
    if errors:
        found |= {LOST: float(np.mean(np.array(errors) <= _WITHIN)), _GREATEST: max(errors)}
    return found


def _alarms(rules: ElectricalRules, readings: int, rng: np.random.Generator) -> float:
    """Return how many episodes there are in so many phase readings of clean loads."""
    wirings, alarms = WIRINGS.names(), 0
    for wiring in wirings:
        phases = len(WIRINGS.get(wiring).phases)
        steps = -(-readings // (len(wirings) * phases))
        load = clean_load(wiring, steps, random_state=rng)
        clean = meter(
            wiring,
            voltage_v=load.voltage_v,
            current_a=load.current_a,
            phi_rad=load.phi_rad,
            unbalance=load.unbalance,
            noise=NOISE,
            minutes=steps,
            random_state=rng,
        )
        alarms += len(find_episodes(*measured_of(clean.phase_readings, clean.points), rules))
    return float(alarms)
