"""``python -m benchmarks.billing.keep_pysam``: a few bills of PySAM, kept for tests without it.

They go to ``tests/billing/intervals/pysam.json``: tariffs of `random_tariffs` as we write them,
profiles as whole numbers that anybody can make again, and what PySAM charged for each month.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.metadata import version

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from benchmarks.billing.random_tariffs import RandomTariff
from benchmarks.billing.with_pysam import bills_of, load_of, model_of
from benchmarks.runner import ROOT

__all__ = ["PLACE", "Kind", "main", "profile_wh"]

PLACE = ROOT / "tests" / "billing" / "intervals" / "pysam.json"
_MOST = 10**4
_FORMULA = "(slot * 2654435761 + number * 40503) % 2**32 // 2**20 * (1 + (8 <= hour < 20)) [Wh]"


@frozen(kw_only=True)
class Kind:
    """What the first random tariff of a kind must have."""

    periods: int
    tiers: int
    seasons: int
    has_demand: bool
    minutes: int

    def fits(self, one: RandomTariff) -> bool:
        """Tell whether a tariff is of this kind."""
        return self == Kind(
            periods=len(one.periods),
            tiers=len(one.increments),
            seasons=len(one.seasons),
            has_demand=one.seasons[0].demand is not None,
            minutes=one.minutes,
        )


_KINDS = (
    Kind(periods=1, tiers=1, seasons=1, has_demand=False, minutes=60),
    Kind(periods=1, tiers=3, seasons=3, has_demand=True, minutes=15),
    Kind(periods=3, tiers=1, seasons=3, has_demand=True, minutes=15),
    Kind(periods=4, tiers=2, seasons=3, has_demand=True, minutes=60),
    Kind(periods=5, tiers=4, seasons=1, has_demand=False, minutes=15),
)


def profile_wh(number: int, minutes: int) -> NDArray[np.int64]:
    """Return the profile of a year by `_FORMULA` [Wh]."""
    slot = np.arange(365 * 24 * 60 // minutes)
    is_day = (slot * minutes // 60 % 24 - 8) // 12 == 0
    found: NDArray[np.int64] = (slot * 2654435761 + number * 40503) % 2**32 // 2**20 * (1 + is_day)
    return found


def main() -> None:
    """Bill, and write."""
    head = {
        "engine": "PySAM Utilityrate5, https://github.com/NREL/pysam (BSD 3-Clause)",
        "version": version("nrel-pysam"),
        "made_by": "python -m benchmarks.billing.keep_pysam",
        "profile": _FORMULA,
    }
    cases = ",\n".join(json.dumps(case, default=str) for case in _cases())
    text = json.dumps(head, indent=1).removesuffix("\n}") + f',\n "cases": [\n{cases}\n ]\n}}'
    PLACE.write_text(text + "\n", encoding="utf-8")


def _cases() -> Iterator[dict[str, object]]:
    for kind in _KINDS:
        one = next(t for t in map(_numbered, range(_MOST)) if kind.fits(t) and t.fixed)
        load = load_of(profile_wh(one.number, one.minutes), one.minutes)
        energy, demand, fixed = bills_of(model_of(one), load)
        yield {
            "number": one.number,
            "minutes": one.minutes,
            "fixed_yuan": one.fixed,
            "editions": one.documents(),
            "energy_yuan": energy,
            "demand_yuan": demand,
            "fixed_charge_yuan": fixed,
        }


def _numbered(number: int) -> RandomTariff:
    return RandomTariff(number=number)


if __name__ == "__main__":
    main()
