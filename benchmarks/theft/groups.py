"""States of so many customers, a group of areas to a folder: never all of them in memory.

A nightly job keeps its state in parts, for no area has any influence on another. A few groups are
drawn, and used again: drawing would take longer than scoring.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from attrs import evolve, frozen
from numpy.typing import NDArray

from powerchannel import load_rulebook, theft
from powerchannel.memory import Rows
from powerchannel.theft.consumption import Days, learn_peers
from powerchannel.theft.tables import SCHEMAS

__all__ = ["AS_OF", "Customers", "Files"]

AS_OF = "2025-03"
_END = np.datetime64("2025-04-01")
_GROUP, _AREA, _DRAWN = 12_500, 100, 4
_TECHNICAL_LOSS = 0.04
_LEARNT_FROM = 2000
_FILES = {f"{name}.{c.name}.npy" for name, schema in SCHEMAS.items() for c in schema.columns}


@frozen(kw_only=True)
class Customers:
    """Customers with a meter and daily use, in areas of 100 whose supply is known.

    Parameters
    ----------
    customers, days : int
        How many.
    stolen : float
        The share of areas in which one customer records a third since the middle of the time.
    """

    customers: int
    days: int
    stolen: float = 0.05
    seed: int = 1

    @property
    def on(self) -> NDArray[np.datetime64]:
        """The days."""
        return _END - self.days + np.arange(self.days)

    @property
    def groups(self) -> int:
        """How many groups they make."""
        return -(-self.customers // _GROUP)

    def drawn(self, number: int) -> theft.State:
        """Return one of the groups."""
        rng = np.random.default_rng(self.seed + number)
        customers = min(self.customers, _GROUP)
        area = np.arange(customers) // _AREA
        use = self._use(rng, area)
        true = np.stack([use[area == each].sum(axis=0) for each in range(area[-1] + 1)])
        for each in np.flatnonzero(rng.random(len(true)) < self.stolen):
            row = np.flatnonzero(area == each)[0]
            use[row, self.days // 2 :] = (use[row, self.days // 2 :] / 3).round(2)
        supplied = true / (1 - _TECHNICAL_LOSS) * (1 + rng.normal(0, 0.004, true.shape))
        use[rng.random(use.shape) < 0.005] = np.nan
        return theft.aggregate(theft.check(**self._tables(use, area, supplied.round(1))))

    def _use(self, rng: np.random.Generator, area: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return what customers use: a level, the weather of their area, ups and downs."""
        level = rng.lognormal(2.0, 0.7, (len(area), 1))
        weather = np.exp(np.cumsum(rng.normal(0, 0.03, (area[-1] + 1, self.days)), axis=1))
        own = np.exp(rng.normal(0, 0.25, (len(area), self.days)))
        return np.asarray((level * weather[area] * own).round(2))

    def _tables(
        self, use: NDArray[np.float64], area: NDArray[np.int64], supplied: NDArray[np.float64]
    ) -> Mapping[str, pd.DataFrame]:
        customers = np.array([f"{number:013d}" for number in range(len(use))], object)
        areas = np.array([f"{number:08d}" for number in range(len(supplied))], object)
        row, day = np.nonzero(~np.isnan(use))
        on = self.on.astype("datetime64[us]")
        points = {"customer_id": customers, "meter_id": customers, "area_id": areas[area]}
        rated = {"wiring": "single_phase", "rated_voltage_v": 220, "contract_capacity_kva": 8}
        daily = {"customer_id": customers[row], "on": on[day], "energy_kwh": use[row, day]}
        return {
            "points": pd.DataFrame(points | rated),
            "daily": pd.DataFrame(daily),
            "areas": pd.DataFrame(
                {
                    "area_id": areas.repeat(self.days),
                    "on": np.tile(on, len(areas)),
                    "supplied_kwh": supplied.ravel(),
                    "technical_loss_ratio": _TECHNICAL_LOSS,
                }
            ),
        }

    def files(self, home: Path) -> Files:
        """Write the groups that are drawn, unless they are there."""
        home.mkdir(parents=True, exist_ok=True)
        name = f"theft-{min(self.customers, _GROUP)}x{self.days}-{self.seed}"
        drawn = [home / f"{name}-{i}" for i in range(min(self.groups, _DRAWN))]
        for number, path in enumerate(drawn):
            if {file.name for file in path.glob("*")} != _FILES:
                shutil.rmtree(path, ignore_errors=True)  # of older columns
                _save(self.drawn(number), path)
        return Files(customers=self, drawn=tuple(drawn))


@frozen(kw_only=True)
class Files:
    """Where the groups are.

    Parameters
    ----------
    customers : Customers
        Whose.
    drawn : tuple of Path
        A folder a group that was drawn, a file a column.
    """

    customers: Customers
    drawn: tuple[Path, ...]

    def group(self, number: int) -> theft.State:
        """Read the state of a group."""
        home = self.drawn[number % len(self.drawn)]
        tables = {
            name: Rows(
                name, schema.key, {c.name: _read(home, name, c.name) for c in schema.columns}
            )
            for name, schema in SCHEMAS.items()
        }
        return theft.State(names=np.zeros(0, object), tables=tables)

    def rulebook(self) -> theft.Rulebook:
        """Return the bundled rules for so many days, with peers learnt from some customers."""
        bundled = load_rulebook("dlt698-theft")
        assert isinstance(bundled, theft.Rulebook)
        rulebook = evolve(bundled, window=evolve(bundled.window, days=self.customers.days))
        inputs = theft.evaluate(self.group(0), rulebook, as_of=AS_OF).inputs
        return evolve(
            rulebook, peers=learn_peers(Days(inputs.energy_kwh[:_LEARNT_FROM], inputs.on))
        )


def _save(state: theft.State, home: Path) -> None:
    """Keep a state whose ids are all digits; the folder is there whole or not at all."""
    assert not len(state.names)
    part = home.with_suffix(".part")
    part.mkdir(exist_ok=True)
    for name, rows in state.tables.items():
        for column, values in rows.columns.items():
            np.save(part / f"{name}.{column}.npy", values)
    part.rename(home)


def _read(home: Path, table: str, column: str) -> NDArray[np.integer]:
    """Return a column as it lies on the disk, read when it is looked at."""
    return np.asarray(np.load(home / f"{table}.{column}.npy", mmap_mode="r"))
