"""Simulated meters and simulated thieves: truth by construction (仿真).

- `meter`: what a meter reads under a fault of its wiring, its circuits or its data, from phasors
- `faults`: the catalogue of what can be simulated, and the rules that each must make fire
- `clean_load`: a load that nothing is wrong with, from a stated distribution
- `around`: the readings a digit below and above a threshold
- `attack`: false readings on load profiles
"""

from __future__ import annotations

from powerchannel.theft.simulate.attacks import ATTACKS, attack
from powerchannel.theft.simulate.catalogue import FAULTS, faults
from powerchannel.theft.simulate.effects import Effect
from powerchannel.theft.simulate.fault import Fault, Sign
from powerchannel.theft.simulate.loads import CleanLoad, clean_load
from powerchannel.theft.simulate.metering import meter
from powerchannel.theft.simulate.readings import METER_DIGITS, Resolution, around
from powerchannel.theft.simulate.simulated import Simulated
from powerchannel.theft.simulate.wirings import WIRINGS, Wiring

__all__ = [
    "ATTACKS",
    "FAULTS",
    "METER_DIGITS",
    "WIRINGS",
    "CleanLoad",
    "Effect",
    "Fault",
    "Resolution",
    "Sign",
    "Simulated",
    "Wiring",
    "around",
    "attack",
    "clean_load",
    "faults",
    "meter",
]
