"""What is kept of an assessment: a few columns a customer, and the episodes (分析要点)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.theft.electrical.episodes import Episodes, in_a_row
from powerchannel.theft.evidence.assessment import Assessment
from powerchannel.theft.evidence.blocks import Block, blocks_of
from powerchannel.theft.evidence.inputs import Inputs
from powerchannel.theft.rules import Rulebook
from powerchannel.theft.state import State

__all__ = ["Findings", "assessed", "findings_of"]


@frozen(eq=False, kw_only=True)
class Findings:
    """What a result is made of (分析要点).

    Parameters
    ----------
    customers, areas, feeders, industries : ndarray of int64, shape (customers,)
        Keys; the area of a customer without one is their own, others are 0 where not known.
    values : ndarray of float64, shape (customers, evidence)
        What the card asks for.
    points : ndarray of int64, shape (customers,)
        What it gives.
    causes : ndarray of int64, shape (customers,)
        Positions in `CAUSES`; -1 where nothing is odd.
    lost_kwh : ndarray of float64, shape (customers, 3)
        What was not recorded, and its interval [kWh].
    episodes : Episodes
        Of each block in its order; ``meter`` is a position within the block.
    owners, meters : ndarray of int64, shape (episodes,)
        Keys of the customer and of the meter of each.
    lost_in_episodes : ndarray of float64, shape (episodes,)
        [kWh]; NaN where the readings do not tell.
    left_out : mapping of str to int
        How many rows rules did not look at, by reason.
    """

    customers: NDArray[np.int64]
    areas: NDArray[np.int64]
    feeders: NDArray[np.int64]
    industries: NDArray[np.int64]
    values: NDArray[np.float64]
    points: NDArray[np.int64]
    causes: NDArray[np.int64]
    lost_kwh: NDArray[np.float64]
    episodes: Episodes
    owners: NDArray[np.int64]
    meters: NDArray[np.int64]
    lost_in_episodes: NDArray[np.float64]
    left_out: Mapping[str, int]

    @classmethod
    def of(cls, assessed: Assessment) -> Findings:
        """Keep what a result is made of (取要点)."""
        inputs, evidence = assessed.inputs, assessed.evidence
        points = inputs.frames["points"]
        first = points.drop_duplicates("customer_id")
        rows = inputs.rows_of(first["customer_id"].to_numpy(np.int64))
        told = {name: np.zeros(len(inputs.customers), np.int64) for name in _TOLD}
        for name, found in told.items():
            found[rows] = first[name]
        return cls(
            customers=inputs.customers.keys,
            areas=inputs.areas,
            feeders=told["feeder_id"],
            industries=told["industry"],
            values=assessed.values,
            points=assessed.scored.points,
            causes=assessed.causes,
            lost_kwh=assessed.lost_kwh,
            episodes=evidence.episodes,
            owners=inputs.customers.keys[evidence.owner],
            meters=points["meter_id"].to_numpy(np.int64)[evidence.episodes.meter],
            lost_in_episodes=evidence.losses.kwh,
            left_out=evidence.left_out,
        )

    @classmethod
    def together(cls, parts: Sequence[Findings]) -> Findings:
        """Return those of several blocks as one (汇总)."""
        columns = {
            name: np.concatenate([getattr(part, name) for part in parts]) for name in _COLUMNS
        }
        counts = Counter[str]()
        for part in parts:
            counts.update(part.left_out)
        return cls(
            **columns,
            episodes=in_a_row(part.episodes for part in parts),
            left_out=dict(counts),
        )


_LARGEST_PIECE = 31 << 20
"""Bytes; larger ones go back to the system in any case."""
_TOLD = ("feeder_id", "industry")
_COLUMNS = (
    *("customers", "areas", "feeders", "industries", "values", "points", "causes", "lost_kwh"),
    *("owners", "meters", "lost_in_episodes"),
)


def assessed(
    state: State, rows: NDArray[np.int64], rulebook: Rulebook, *, month: int
) -> Assessment:
    """Assess all customers of some areas (评定).

    Parameters
    ----------
    state : State
        What is remembered.
    rows : ndarray of int64
        Their places in ``state.customers``, ascending.
    rulebook : Rulebook
        The rules.
    month : int
        The last month that is looked at, since 1970-01.
    """
    inputs = Inputs.of(Block.of(state, rows), month, rulebook.window.days)
    return Assessment(inputs=inputs, rulebook=rulebook)


def findings_of(state: State, rulebook: Rulebook, *, month: int, threads: int = 1) -> Findings:
    """Assess all customers, some areas at a time (分块评定).

    Parameters
    ----------
    state : State
        What is remembered.
    rulebook : Rulebook
        The rules.
    month : int
        The last month that is looked at, since 1970-01.
    threads : int
        How many blocks of areas are looked at at a time; the answer does not depend on it.
    """

    def work(rows: NDArray[np.int64]) -> Findings:
        return Findings.of(assessed(state, rows, rulebook, month=month))

    _keep_what_is_freed()
    blocks = blocks_of(state)
    if threads == 1 or len(blocks) == 1:
        return Findings.together([work(rows) for rows in blocks])
    with ThreadPoolExecutor(threads) as pool:
        return Findings.together([*pool.map(work, blocks)])


def _keep_what_is_freed() -> None:
    """Free a large piece of memory that was never touched.

    The C library of Linux takes that for a sign, and keeps what blocks free for the next ones:
    getting the same pages anew for every matrix took a tenth of the time. Nowhere does it matter
    otherwise.
    """
    np.empty(_LARGEST_PIECE, np.uint8)
