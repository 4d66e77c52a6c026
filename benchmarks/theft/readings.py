"""Readings of three-phase meters, some with a fault, and the rules they are held against."""

from __future__ import annotations

from importlib.resources import files

import numpy as np
from attrs import evolve, frozen

from powerchannel.rulebook import structure
from powerchannel.rulebook.parsing import parse
from powerchannel.theft.electrical import ElectricalRules, Measured, Points, rule_index

__all__ = ["RATED", "Fleet", "all_rules", "voltage_loss"]

RATED = (220.0, 5.0, 60.0)
"""Voltage [V], basic and maximum current [A] of every meter."""
_MINUTE_US = 60_000_000


@frozen(kw_only=True)
class Fleet:
    """So many three-phase four-wire meters, some of them with a fault.

    Parameters
    ----------
    meters, readings : int
        Readings of each meter.
    minutes : int
        Between readings.
    faulty : float
        The share with a lost voltage, a lost current or an outage.
    """

    meters: int
    readings: int
    minutes: int
    faulty: float
    seed: int = 1

    @property
    def phase_readings(self) -> int:
        """How many triples of voltage, current and power."""
        return 3 * self.meters * self.readings

    def points(self) -> Points:
        """Return the meters, all alike."""
        voltage, basic, most = (np.full(self.meters, value) for value in RATED)
        return Points(
            wiring=np.ones(self.meters, np.uint8),
            rated_voltage=voltage,
            rated_current=basic,
            maximum_current=most,
        )

    def measured(self) -> Measured:
        """Return readings: 220 V within 1 %, 2 to 6 A, 3 % between phases."""
        rng = np.random.default_rng(self.seed)
        shape = (3, self.meters, self.readings)
        voltage = np.round(220 * (1 + 0.01 * rng.uniform(-1, 1, shape)), 1)
        current = np.round(rng.uniform(2, 6, shape[1:]) * rng.uniform(0.97, 1, shape), 3)
        third = self.readings // 3
        for i, meter in enumerate(np.flatnonzero(rng.random(self.meters) < self.faulty)):
            if i % 3 == 0:
                voltage[i % 2, meter, third:] = 100.0
            elif i % 3 == 1:
                current[i % 2, meter, third : 2 * third] = 0.0
            else:
                voltage[:, meter, :third] = current[:, meter, :third] = 0.0
        power = np.round(0.95 * voltage * current / 1000, 4)
        return Measured(
            meter=np.repeat(np.arange(self.meters), self.readings),
            at=np.tile(np.arange(self.readings) * self.minutes * _MINUTE_US, self.meters),
            voltage=voltage.reshape(3, -1).T,
            current=current.reshape(3, -1).T,
            power=power.reshape(3, -1).T,
        )

    @staticmethod
    def limits() -> tuple[float, float, float]:
        """Return where a voltage is lost and restored [V], and the least current [A]."""
        rule = voltage_loss().rules[0]
        assert rule.restore is not None
        low, least = (float(each.ratio) for each in rule.start)
        high = float(rule.restore.conditions[0].ratio)
        voltage, basic, _ = RATED
        return round(low * voltage, 9), round(high * voltage, 9), round(least * basic, 9)


def all_rules() -> ElectricalRules:
    """Return the electrical rules of the bundled rulebook."""
    file = files("powerchannel") / "theft" / "rulebooks" / "dlt698-theft.toml"
    document = parse(file.read_text(encoding="utf-8"), "toml", "$")["electrical"]
    assert isinstance(document, dict)
    return structure(ElectricalRules, document)


def voltage_loss() -> ElectricalRules:
    """Return one of them alone, which then gives way to none."""
    rules = all_rules()
    return evolve(rules, rules=(rules.rules[rule_index(rules, "voltage_loss")],), precedence=())
