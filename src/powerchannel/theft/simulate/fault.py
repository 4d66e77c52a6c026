"""The record of a fault: its name, its cause, and the rules that it must make fire (故障)."""

from __future__ import annotations

from attrs import field, frozen

from powerchannel.text import Text
from powerchannel.theft.simulate.effects import Effect

__all__ = ["Fault", "Sign"]


@frozen(kw_only=True)
class Sign:
    """A rule that a fault makes fire, with its default threshold (应触发的规则).

    Parameters
    ----------
    rule : str
        The code of the rule.
    phases : str
        The phases it fires on, such as ``"ac"``; empty for the meter as a whole.
    wirings : tuple of str
        The wirings that this holds for; empty for all.
    """

    rule: str
    phases: str = ""
    wirings: tuple[str, ...] = ()


@frozen(kw_only=True)
class Fault:
    """A fault that can be simulated (可模拟的故障).

    Parameters
    ----------
    name : str
        Its name; phases stand at the end.
    title : Text
        What it is, for people.
    cause : str
        What is behind it; ``normal`` where nothing is wrong with the metering.
    wirings : tuple of str
        The wirings that can have it.
    effect : Effect
        What it does.
    fraction : float, optional
        What still reaches the meter, unless `meter` is told another; None: not a fault of degree.
    signs : tuple of Sign
        The rules that must fire, with the load that `meter` has by default.
    """

    name: str
    title: Text
    cause: str
    wirings: tuple[str, ...]
    effect: Effect = field(factory=Effect)
    fraction: float | None = None
    signs: tuple[Sign, ...] = ()

    def __attrs_post_init__(self) -> None:
        """Refuse a degree without its fraction, and a fraction of no degree."""
        if self.effect.has_fraction != (self.fraction is not None):
            raise ValueError(
                Text(
                    f"{self.name}：有按比例的作用才有 fraction，二者须同时给出",
                    f"{self.name}: a fault of degree has a fraction, and no other has",
                )
            )

    def signs_in(self, wiring: str) -> tuple[Sign, ...]:
        """Return the signs that hold for a wiring (某接线方式下应触发的规则)."""
        return tuple(sign for sign in self.signs if not sign.wirings or wiring in sign.wirings)
