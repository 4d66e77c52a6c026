"""All episodes of all meters, some meters at a time (异常区段判断)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from powerchannel.theft.electrical.episodes import Episodes, together
from powerchannel.theft.electrical.measured import Measured
from powerchannel.theft.electrical.nominal import Points
from powerchannel.theft.electrical.outages import Outages
from powerchannel.theft.electrical.quantities import Readings
from powerchannel.theft.electrical.rules import ElectricalRules
from powerchannel.theft.electrical.scanning import Plan, scan

__all__ = ["chunks_of", "find_episodes", "gathered"]

_CHUNK_ROWS = 1 << 16  # fewer: the calls cost more than the rows; more: nothing is gained
_MINUTE_US = 60_000_000


def find_episodes(
    measured: Measured,
    points: Points,
    rules: ElectricalRules,
    *,
    outages: Outages | None = None,
    threads: int = 1,
) -> Episodes:
    """Find all episodes of the rules on readings (判断异常区段).

    Parameters
    ----------
    measured : Measured
        The readings of any number of meters.
    points : Points
        What the meters are rated for.
    rules : ElectricalRules
        Those of scope phase and meter are looked at.
    outages : Outages, optional
        Rules that give way to the rule ``outage`` are silent then.
    threads : int
        How many stretches of meters are looked at at a time; the answer does not depend on it.

    Returns
    -------
    Episodes
        Sorted by meter, start, rule and phase. No meter has any influence on another.

    Notes
    -----
    A reading counts for a rule where all that its start asks for was measured, or where its
    restore is met; others are as if they were not there. Longer than `ElectricalRules.gap`
    without a reading that counts: what went on ends there, and what comes begins anew.

    Examples
    --------
    >>> from decimal import Decimal
    >>> from powerchannel.rulebook import structure
    >>> minute = 60_000_000
    >>> measured = Measured(
    ...     meter=np.zeros(4, np.int64),
    ...     at=np.arange(4) * minute,
    ...     voltage=np.array([[230.0], [171.5], [120.0], [231.0]]) * [1, np.nan, np.nan],
    ...     current=np.full((4, 3), np.nan),
    ...     power=np.full((4, 3), np.nan),
    ... )
    >>> points = Points(
    ...     wiring=np.zeros(1, np.uint8),
    ...     rated_voltage=np.array([220.0]),
    ...     rated_current=np.array([5.0]),
    ...     maximum_current=np.array([60.0]),
    ... )
    >>> ours = {"status": "assumed", "clause": "-"}
    >>> below = {"quantity": "voltage", "comparison": "below", "ratio": Decimal("0.78"),
    ...     "reference": "rated_voltage"}
    >>> rules = structure(ElectricalRules, {
    ...     "rules": [{
    ...         "id": "undervoltage", "title": {"zh": "欠压", "en": "undervoltage"},
    ...         "scope": "phase", "start": [below], "delay_seconds": 60,
    ...         "restore": {"conditions": [{**below, "comparison": "at_least"}],
    ...             "provenance": ours},
    ...         "provenance": ours,
    ...     }],
    ...     "gap": {"minutes": 60, "days": 1, "provenance": ours},
    ...     "filters": {"capacity_multiple": 2, "daily_energy_multiple": 2, "provenance": ours},
    ... })
    >>> found = find_episodes(measured, points, rules)
    >>> found.started_at // minute, found.ended_at // minute, found.worst, found.threshold
    (array([1]), array([3]), array([120.]), array([171.6]))
    """
    plan = Plan.of(rules, ("phase", "meter"), rules.gap.minutes * _MINUTE_US)
    known = None if outages is None else outages.by_meter()

    def work(chunk: slice) -> list[Episodes]:
        readings = Readings(measured=measured, points=points, start=chunk.start, stop=chunk.stop)
        return [*scan(readings, plan, known)]

    return together(gathered(work, chunks_of(measured.meter), threads))


def gathered(
    work: Callable[[slice], list[Episodes]], chunks: Sequence[slice], threads: int
) -> list[Episodes]:
    """Return the episodes of all chunks, in the order of the chunks (逐块判断)."""
    if threads == 1:
        return [part for chunk in chunks for part in work(chunk)]
    with ThreadPoolExecutor(threads) as pool:
        return [part for parts in pool.map(work, chunks) for part in parts]


def chunks_of(meter: NDArray[np.int64], rows: int = _CHUNK_ROWS) -> list[slice]:
    """Return stretches of whole meters, of at least so many rows but the last (分块).

    Examples
    --------
    >>> chunks_of(np.array([0, 0, 1, 2, 2, 2]), 3)
    [slice(0, 3, None), slice(3, 6, None)]
    """
    bounds = [0]
    while bounds[-1] < len(meter):
        last = min(bounds[-1] + rows, len(meter)) - 1
        bounds.append(int(np.searchsorted(meter, meter[last], side="right")))
    return [slice(start, stop) for start, stop in pairwise(bounds)]
