"""The three wirings of a meter, with the ratings that a simulated one has (接线方式)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from attrs import frozen

from powerchannel.registry import Registry
from powerchannel.text import Text

__all__ = [
    "FOUR_WIRE",
    "PHASES",
    "SINGLE_PHASE",
    "THREE_WIRE",
    "WIRINGS",
    "Wiring",
    "wiring_named",
]

PHASES = "abc"
"""The phases, in the order of every array of shape (n, 3)."""

SINGLE_PHASE = "single_phase"
FOUR_WIRE = "three_phase_four_wire"
THREE_WIRE = "three_phase_three_wire"

_SHORT: Mapping[str, str] = MappingProxyType(
    {
        "单相": SINGLE_PHASE,
        "三相四线": FOUR_WIRE,
        "34": FOUR_WIRE,
        "三相三线": THREE_WIRE,
        "33": THREE_WIRE,
    }
)


@frozen(kw_only=True)
class Wiring:
    """How a meter is connected, and what it is rated for (接线方式与铭牌).

    Parameters
    ----------
    name : str
        As in the table ``points``.
    title : Text
        Its name for people.
    phases : str
        The phases whose voltage, current and power it measures; of three-wire metering ``a`` is
        the element of U_ab and I_a, ``c`` that of U_cb and I_c.
    rated_voltage_v : float
        Of an element: to neutral, of three-wire metering between two phases [V].
    rated_current_a, maximum_current_a : float
        At the meter [A].
    voltage_ratio, current_ratio : float
        What the instrument transformers divide by.
    """

    name: str
    title: Text
    phases: str
    rated_voltage_v: float
    rated_current_a: float
    maximum_current_a: float
    voltage_ratio: float = 1.0
    current_ratio: float = 1.0

    @property
    def ratio(self) -> float:
        """The customer's power over the power at the meter (综合倍率)."""
        return self.voltage_ratio * self.current_ratio


WIRINGS: Registry[Wiring] = Registry(
    Text("接线方式", "wiring"),
    {
        SINGLE_PHASE: Wiring(
            name=SINGLE_PHASE,
            title=Text("单相", "single phase"),
            phases="a",
            rated_voltage_v=220.0,
            rated_current_a=5.0,
            maximum_current_a=60.0,
        ),
        FOUR_WIRE: Wiring(
            name=FOUR_WIRE,
            title=Text("三相四线", "three phase, four wire"),
            phases="abc",
            rated_voltage_v=220.0,
            rated_current_a=1.5,
            maximum_current_a=6.0,
            current_ratio=40.0,
        ),
        THREE_WIRE: Wiring(
            name=THREE_WIRE,
            title=Text("三相三线", "three phase, three wire"),
            phases="ac",
            rated_voltage_v=100.0,
            rated_current_a=1.5,
            maximum_current_a=6.0,
            voltage_ratio=100.0,
            current_ratio=20.0,
        ),
    },
)
"""The wirings by name: 220 V 5(60) A; 3×220/380 V 1.5(6) A, 200/5; 3×100 V 1.5(6) A, 10 kV."""


def wiring_named(name: str) -> Wiring:
    """Return a wiring by its name, in Chinese, or in two digits (按名称取接线方式).

    Parameters
    ----------
    name : str
        Such as ``three_phase_four_wire``, ``三相四线`` or ``34``.

    Raises
    ------
    UnknownNameError
        For another name; says which there are.

    Examples
    --------
    >>> wiring_named("33").phases
    'ac'
    """
    return WIRINGS.get(_SHORT.get(name, name))
