"""Known outages, and the rows that fall into them (停电时段)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.theft.electrical.frames import need, times
from powerchannel.theft.electrical.quantities import Stretch
from powerchannel.theft.electrical.runs import rows_of
from powerchannel.times import NAT

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Outages", "outages_of", "rows_without_supply"]


@frozen(eq=False, kw_only=True)
class Outages:
    """Times at which a meter is known to have had no supply (停电记录).

    Parameters
    ----------
    meter : ndarray of int64, shape (k,)
        The row of `Points`.
    started_at, ended_at : ndarray of int64, shape (k,)
        Microseconds UTC, [start, end); an end of NAT has not come.
    """

    meter: NDArray[np.int64]
    started_at: NDArray[np.int64]
    ended_at: NDArray[np.int64]

    def by_meter(self) -> Outages:
        """Return the same in the order of meters (按电表排序)."""
        order = np.argsort(self.meter, kind="stable")
        return Outages(
            meter=self.meter[order],
            started_at=self.started_at[order],
            ended_at=self.ended_at[order],
        )


def outages_of(outages: pd.DataFrame, points: pd.DataFrame) -> Outages:
    """Take the outages of transformer areas as those of the meters in them (由表取停电).

    Parameters
    ----------
    outages : DataFrame
        ``area_id``, ``started_at``, ``ended_at``. Those of areas without a point have no effect.
    points : DataFrame
        ``area_id`` of each metering point.
    """
    need(outages, "outages", ("area_id", "started_at", "ended_at"))
    need(points, "points", ("area_id",))
    own, areas = points["area_id"].factorize()
    names = {name: code for code, name in enumerate(areas)}
    wanted = outages["area_id"].astype(object).map(names).fillna(-1).to_numpy(dtype=np.int64)
    order = np.argsort(own, kind="stable")
    first, stop = (np.searchsorted(own[order], wanted, side) for side in ("left", "right"))
    stop = np.where(wanted < 0, first, stop)
    row = np.repeat(np.arange(len(outages)), stop - first)
    return Outages(
        meter=order[rows_of(first, stop)],
        started_at=times(outages, "started_at")[row],
        ended_at=times(outages, "ended_at")[row],
    )


def rows_without_supply(outages: Outages, stretch: Stretch) -> NDArray[np.int64]:
    """Return the rows of a stretch that fall into an outage of their meter (停电时的各行).

    Parameters
    ----------
    outages : Outages
        In the order of meters.
    stretch : Stretch
        At least one row.
    """
    meter, at = stretch.meter, stretch.at
    here = slice(
        int(np.searchsorted(outages.meter, meter[0])),
        int(np.searchsorted(outages.meter, meter[-1], side="right")),
    )
    first_at, after = int(at.min()), int(at.max()) + 1
    width = after - first_at + 1

    def place(meters: NDArray[np.int64], times: NDArray[np.int64]) -> NDArray[np.int64]:
        passed = np.clip(times, first_at, after) - first_at
        return np.asarray((meters - meter[0]) * width + passed)

    rows, concerned = place(meter, at), outages.meter[here]
    ends = np.where(outages.ended_at[here] == NAT, after, outages.ended_at[here])
    first = np.searchsorted(rows, place(concerned, outages.started_at[here]))
    stop = np.searchsorted(rows, place(concerned, ends))
    return rows_of(first, np.maximum(stop, first))
