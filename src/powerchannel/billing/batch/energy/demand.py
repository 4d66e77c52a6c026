"""Maximum demand of account rows with any number of meters (最大需量)."""

from __future__ import annotations

import numpy as np

from powerchannel.billing.batch.columns.exact import Ints, quotient
from powerchannel.billing.batch.columns.keys import expanded, runs
from powerchannel.billing.batch.inputs.chunks import Chunk
from powerchannel.billing.batch.inputs.meters import MISSING
from powerchannel.tables import NO_DAY

__all__ = ["demands"]

_MOST_KW = 1e9
_MICRO = 10**6
_ODD = -1


def demands(chunk: Chunk, decimals: int) -> Ints:
    """Return the demand that the meters of each account row recorded (计量最大需量).

    Meters that hang side by side add up, those that follow one another do not.

    Parameters
    ----------
    chunk : Chunk
        The account rows.
    decimals : int
        Of a kW.

    Returns
    -------
    ndarray of int64, shape (account rows,)
        `MISSING` where nothing records it; below 0 where it is left to the reference.
    """
    legs = chunk.legs
    leg = np.flatnonzero(legs.demand != MISSING)
    leg = leg[np.argsort(legs.hung.row[leg], kind="stable")]
    row = legs.hung.row[leg]
    starts, counts = runs(row)
    read, multiplier = legs.demand[leg], legs.of("multiplier", leg)
    is_odd = (read < 0) | (read.astype(np.float64) * multiplier > _MOST_KW * 1e12)
    is_odd |= (multiplier % _MICRO != 0) & (np.repeat(counts, counts) > 1)
    found = np.full(len(chunk.owners), MISSING)
    exact = np.where(is_odd, 0, read)
    one = starts[counts == 1]
    found[row[one]] = quotient(exact[one], multiplier[one], 10 ** (12 - decimals))
    many = np.flatnonzero(counts > 1)
    if len(many):
        kw = exact * (multiplier // _MICRO)
        largest = _largest(chunk, leg, kw, starts[many], counts[many])
        found[row[starts[many]]] = quotient(largest, 1, 10 ** (6 - decimals))
    found[row[is_odd]] = _ODD
    return found


def _largest(chunk: Chunk, leg: Ints, kw: Ints, starts: Ints, counts: Ints) -> Ints:
    """Return the largest sum of those that hang on a day; it only grows when one is put up."""
    place = chunk.legs.hung
    begins, ends = place.columns["installed_on"][leg], place.columns["removed_on"][leg]
    first = chunk.accounts["started_on"][place.row[leg[starts]]].astype(np.int64)
    mine = expanded(starts, counts)
    which = np.repeat(np.arange(len(starts)), counts)
    is_put_up = begins[mine] != NO_DAY
    day = np.concatenate([first, begins[mine[is_put_up]]]).astype(np.int64)
    which = np.concatenate([np.arange(len(starts)), which[is_put_up]])
    others = expanded(starts[which], counts[which])
    case = np.repeat(np.arange(len(day)), counts[which])
    hangs = (begins[others] <= day[case]) & ((ends[others] == NO_DAY) | (day[case] < ends[others]))
    sums = np.zeros(len(day), np.int64)
    np.add.at(sums, case, np.where(hangs, kw[others], 0))
    largest = np.zeros(len(starts), np.int64)
    np.maximum.at(largest, which, sums)
    return largest
