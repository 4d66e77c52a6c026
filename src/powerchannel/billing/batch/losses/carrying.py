"""A loss that is computed once, carried by the points behind it (损耗分摊)."""

from __future__ import annotations

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.billing.batch.columns.exact import Ints
from powerchannel.billing.batch.columns.keys import is_first, reduced
from powerchannel.billing.batch.columns.sharing import Amounts, by_period, share
from powerchannel.billing.batch.energy.points import Carried, Points, unit_of
from powerchannel.billing.rules import Losses
from powerchannel.billing.tariff import Rounding

__all__ = ["Pools", "carried"]

Bools = NDArray[np.bool_]


@frozen(eq=False, kw_only=True)
class Pools:
    """Points behind the same transformers, or the same line (损耗分摊组).

    Parameters
    ----------
    member : ndarray of int64
        The points, pool after pool, in order.
    of : ndarray of int64
        The pool of each member, ascending from 0.
    starts : ndarray of int64, shape (pools,)
        Where each pool begins among the members.
    """

    member: Ints
    of: Ints
    starts: Ints

    @classmethod
    def by(cls, keys: Ints) -> Pools:
        """Gather points by a key (归集).

        Parameters
        ----------
        keys : ndarray of int64, shape (points,)
            What each is behind; -1 for nothing.
        """
        member = np.flatnonzero(keys >= 0)
        order = np.argsort(keys[member], kind="stable")
        member = member[order]
        starts = is_first(keys[member])
        return cls(member=member, of=np.cumsum(starts) - 1, starts=np.flatnonzero(starts))

    def __len__(self) -> int:
        return len(self.starts)

    def where(self, mask: Bools) -> tuple[Pools, Ints]:
        """Return the pools of some points, and which of these pools each was (筛选).

        Parameters
        ----------
        mask : ndarray of bool, shape (points,)
            Which points.
        """
        kept = mask[self.member]
        of = self.of[kept]
        starts = np.flatnonzero(is_first(of))
        place = np.cumsum(is_first(of)) - 1
        return Pools(member=self.member[kept], of=place, starts=starts), of[starts]

    def summed(self, values: Ints) -> Ints:
        """Add values of points up by pool (按组合计)."""
        return np.asarray(reduced(np.add, values.take(self.member), self.starts))

    def every(self, mask: Bools) -> Bools:
        """Tell for which pools something holds of all points (全部满足)."""
        return reduced(np.logical_and, mask[self.member], self.starts)


def carried(
    points: Points,
    pools: Pools,
    bears: Bools,
    loss: Amounts,
    reactive: Amounts,
    rounding: Rounding,
    rules: Losses,
) -> Carried:
    """Share losses over the points of pools, and their periods (损耗分摊到点与时段).

    Parameters
    ----------
    points : Points
        All points.
    pools : Pools
        Those through which each loss flows.
    bears : ndarray of bool, shape (points,)
        Which of them carry it.
    loss, reactive : Amounts
        Of each pool.
    rounding : Rounding
        Of the tariffs of all of them.
    rules : Losses
        The periods that a loss is added to.
    """
    unit, decimals = unit_of(rounding), rounding.billed_decimals
    pools, which = pools.where(bears)
    loss = Amounts(loss.values[which], loss.shown[which])
    reactive = Amounts(reactive.values[which], reactive.shown[which])
    net, kvarh = points.net.take(pools.member, axis=1), points.net_reactive[pools.member]
    kwh = net.sum(axis=0)
    own = share(loss, kwh, pools.starts, unit, np.maximum(loss.shown, decimals))
    measured = reduced(np.add, kvarh, pools.starts)[pools.of]
    weights = np.where(measured == 0, kwh, kvarh)
    lost = share(reactive, weights, pools.starts, unit, np.maximum(reactive.shown, decimals))
    mine = pools.member
    parts, shown = by_period(own, net, points.has.take(mine, axis=1), unit, decimals, rules.periods)
    return Carried(
        values=_spread(parts, mine, len(points)),
        shown=_spread(shown, mine, len(points)),
        reactive=Amounts(
            _spread(lost.values, mine, len(points)), _spread(lost.shown, mine, len(points))
        ),
        is_there=_spread(np.ones(len(mine), np.int64), mine, len(points)) > 0,
    )


def _spread(values: Ints, places: Ints, count: int) -> Ints:
    """Put values to their places among others that are 0."""
    if len(places) == count and (places[1:] > places[:-1]).all():
        return values
    found = np.zeros((*values.shape[:-1], count), values.dtype)
    found[..., places] = values
    return found
