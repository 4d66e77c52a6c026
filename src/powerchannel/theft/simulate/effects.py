"""What a fault does to the circuits of a meter, to the load, and to the data (故障作用)."""

from __future__ import annotations

from typing import Literal, TypeAlias

from attrs import evolve, frozen

__all__ = ["Data", "Effect", "Gain", "Gains", "Order"]

Gain: TypeAlias = float | None
"""What a quantity is multiplied by; None stands for the fraction of the fault."""
Gains: TypeAlias = tuple[Gain, Gain, Gain]
Order: TypeAlias = tuple[int, int, int]
Data: TypeAlias = Literal["right", "stuck", "spikes", "gaps"]


@frozen(kw_only=True)
class Effect:
    """What a fault does; the defaults do nothing (故障作用).

    Parameters
    ----------
    voltage_order, current_order : tuple of int
        From which phase each voltage terminal and each current circuit is fed.
    voltage_gain : tuple of float
        What each voltage circuit passes on. Of three-wire metering the middle one is the lead of
        B: where it is open, both elements share the voltage between the others.
    current_gain : tuple of float
        What each current circuit passes on: 0 open, -1 reversed.
    neutral_gain : float
        What the neutral of a single-phase meter carries of the load's current.
    supply, load : tuple of float
        What the supply's voltage and the load's current are multiplied by, phase by phase.
    load_of_maximum : float, optional
        The load's current instead, as a multiple of the meter's maximum.
    phi_rad : float, optional
        The load's angle instead [rad].
    is_export : bool
        Whether power flows to the grid.
    events : tuple of str
        The events that the meter records.
    data : {"right", "stuck", "spikes", "gaps"}
        What becomes of the readings on their way.
    replaces_meter : bool
        Whether another meter goes on.
    """

    voltage_order: Order = (0, 1, 2)
    current_order: Order = (0, 1, 2)
    voltage_gain: Gains = (1.0, 1.0, 1.0)
    current_gain: Gains = (1.0, 1.0, 1.0)
    neutral_gain: Gain = 1.0
    supply: tuple[float, float, float] = (1.0, 1.0, 1.0)
    load: tuple[float, float, float] = (1.0, 1.0, 1.0)
    load_of_maximum: float | None = None
    phi_rad: float | None = None
    is_export: bool = False
    events: tuple[str, ...] = ()
    data: Data = "right"
    replaces_meter: bool = False

    @property
    def has_fraction(self) -> bool:
        """Whether the fault is one of degree (是否按比例)."""
        return None in (*self.voltage_gain, *self.current_gain, self.neutral_gain)

    def at(self, fraction: float) -> Effect:
        """Return the effect with the fraction in every place that is open (代入比例).

        Parameters
        ----------
        fraction : float
            What still reaches the meter, 0 to 1.

        Examples
        --------
        >>> Effect(current_gain=(None, 1.0, 1.0)).at(0.4).current_gain
        (0.4, 1.0, 1.0)
        """
        return evolve(
            self,
            voltage_gain=_filled(self.voltage_gain, fraction),
            current_gain=_filled(self.current_gain, fraction),
            neutral_gain=fraction if self.neutral_gain is None else self.neutral_gain,
        )


def _filled(gains: Gains, fraction: float) -> Gains:
    a, b, c = (fraction if gain is None else gain for gain in gains)
    return a, b, c
