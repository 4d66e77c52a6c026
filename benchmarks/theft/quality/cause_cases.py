"""What is planted to try the causes: tables of variants, read from TOML."""

from __future__ import annotations

import tomllib
from pathlib import Path

from attrs import frozen
from cattrs import Converter

__all__ = ["DAYS", "Step", "Variant", "variants"]

DAYS = 92
"""How many days are made: as many as the rulebook looks at."""
_HERE = Path(__file__)


@frozen(kw_only=True)
class Step:
    """One thing that happened.

    Parameters
    ----------
    do : str
        What: a name of `cause_steps`, ``fault``, ``event``, ``began``, or ``leak``: what somebody
        else draws from the area beside every meter, `share` [kWh/day].
    start, days : float
        From which day of the window, and for how many.
    share : float or None
        How much: what is left of the load, what reaches the meter, or as the step says.
    what : str
        Which fault, event, phase or manner.
    """

    do: str
    start: float = 0.0
    days: float = float(DAYS)
    share: float | None = None
    what: str = ""

    @property
    def hours(self) -> slice:
        """Its hours of the window."""
        return slice(round(self.start * 24), round(min(self.start + self.days, DAYS) * 24))

    @property
    def span(self) -> slice:
        """Its whole days."""
        return slice(int(self.start), int(min(self.start + self.days, DAYS)))

    @property
    def amount(self) -> float:
        """The share; nothing where none is said."""
        return self.share or 0.0


@frozen(kw_only=True)
class Variant:
    """One customer to whom something happened, and what is seen of it.

    Parameters
    ----------
    cause, why : str
        What an expert would say, and from what; of cannot_tell why nobody could say.
    kind : str
        home, shop, works, plant.
    season : str
        The month in which the window ends.
    sees : tuple of str
        What there is besides daily use: area, phases, events.
    steps : tuple of Step
        What happened.
    level, noise : float
        Use beside what is usual for the kind, and the meter's relative noise.
    has_generation, area_wide, twin : bool
        Whether panels are on file; whether the neighbours have it too; whether one neighbour
        truly uses less from the same day.
    register : str
        import or net: whether what flows back is subtracted.
    """

    cause: str
    why: str
    kind: str
    season: str
    sees: tuple[str, ...]
    steps: tuple[Step, ...]
    level: float = 1.0
    noise: float = 0.003
    has_generation: bool = False
    area_wide: bool = False
    twin: bool = False
    register: str = "import"

    def of(self, *names: str) -> tuple[Step, ...]:
        """Return the steps of some names, in their order."""
        return tuple(step for step in self.steps if step.do in names)


def variants(table: str = "causes") -> tuple[Variant, ...]:
    """Read a table: ``causes``, by which the library was mended, or ``causes_unseen``."""
    converter = Converter(forbid_extra_keys=True)
    rows = tomllib.loads(_HERE.with_name(f"{table}.toml").read_text(encoding="utf-8"))
    return converter.structure(rows["variants"], tuple[Variant, ...])
