"""A loss that is computed once, carried by the points behind it (损耗分摊)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Literal, TypeAlias

from attrs import evolve, frozen

from powerchannel.billing.records import Kwh
from powerchannel.billing.reference.job import Job, Slice
from powerchannel.billing.reference.points import Point
from powerchannel.billing.reference.readings import capacity_of
from powerchannel.billing.reference.rounding import by_period, decimals_of, share, total_of

__all__ = ["Kind", "Pool", "carry"]

Kind: TypeAlias = Literal["transformer", "line"]
_Points: TypeAlias = dict[tuple[str, int], Point]
_Shares: TypeAlias = dict[tuple[str, int], dict[str, Decimal]]


@frozen(kw_only=True, eq=False)
class Pool:
    """Points behind the same transformers, or the same line (损耗分摊组).

    Parameters
    ----------
    ids : tuple of str
        The transformers or the line; the loss may be given for one of them.
    members : tuple of Point
        All through which its energy flows, in order.
    compute : callable
        Returns the loss [kWh, kvarh].
    """

    ids: tuple[str, ...]
    members: tuple[Point, ...]
    compute: Callable[[], tuple[Decimal, Decimal]]


def carry(
    job: Job,
    part: Slice,
    points: Mapping[tuple[str, int], Point],
    pools: Sequence[Pool],
    kind: Kind,
) -> _Points:
    """Share the losses of pools over their points, and their periods (损耗分摊到点与时段).

    What is given for a meter, an account, a transformer, a line or the group replaces what would
    be computed.

    Parameters
    ----------
    job, part
        The rules and the slice.
    points : mapping of key to Point
        All points of the slice.
    pools : sequence of Pool
        Without a point in common.
    kind : {"transformer", "line"}
        Whose loss it is.
    """
    active = _given(job, part, points, f"{kind}_loss_kwh", kind)
    reactive = _given(job, part, points, f"{kind}_loss_kvarh", kind)
    for pool in pools:
        bearers = _bearers(pool.members, kind)
        if all(p.key in active for p in bearers):
            continue
        loss, loss_reactive = _loss(job, part, pool, kind)
        weights = _weights(job, bearers)
        for point, value in zip(bearers, _shares(job, loss, weights, bearers), strict=True):
            active.setdefault(point.key, {"total": value})
        weights = [p.net_reactive for p in bearers]
        weights = weights if any(weights) else _weights(job, bearers)
        values = _shares(job, loss_reactive, weights, bearers)
        for point, value in zip(bearers, values, strict=True):
            reactive.setdefault(point.key, {"total": value})
    return {
        key: _added(job, point, kind, active.get(key, {}), reactive.get(key, {}))
        for key, point in points.items()
    }


def _bears(point: Point, kind: Kind) -> bool:
    return point.bears_transformer if kind == "transformer" else point.bears_line


def _bearers(points: Sequence[Point], kind: Kind) -> list[Point]:
    """Return who carries a loss: nobody without an account does, as long as others can."""
    bearing = [p for p in points if _bears(p, kind)]
    return [p for p in bearing if p.account_id] or bearing


def _loss(job: Job, part: Slice, pool: Pool, kind: Kind) -> tuple[Decimal, Decimal]:
    found = {}
    for unit in ("kwh", "kvarh"):
        given = (job.portion(part, where, f"{kind}_loss_{unit}") for where in pool.ids)
        values = [total_of(energy) for energy in given if energy]
        if values:
            found[unit] = sum(values, Decimal(0))
    if "kwh" in found:
        return found["kwh"], found.get("kvarh", Decimal(0))
    active, reactive = pool.compute()
    return active, found.get("kvarh", reactive)


def _shares(
    job: Job, loss: Decimal, weights: Sequence[Decimal], bearers: Sequence[Point]
) -> tuple[Decimal, ...]:
    """Share a loss in as many decimals as it has: none is left for the last point to carry."""
    billed = (job.rounding(p.account_id).billed_decimals for p in bearers)
    return share(loss, weights, max([decimals_of(loss), *billed]))


def _weights(job: Job, points: Sequence[Point]) -> list[Decimal]:
    if job.rulebook.losses.share_by == "capacity":
        return [capacity_of(job, p.account_id) for p in points]
    return [p.net_kwh for p in points]


def _added(job: Job, point: Point, kind: Kind, active: Kwh, reactive: Kwh) -> Point:
    if not active and not reactive:
        return point
    if "total" in active:
        decimals = job.rounding(point.account_id).billed_decimals
        policy = job.rulebook.losses.periods
        active = by_period(active["total"], point.net, decimals, policy)
    if kind == "transformer":
        return evolve(point, transformer=active, transformer_reactive=total_of(reactive))
    return evolve(point, line=active, line_reactive=total_of(reactive))


def _given(
    job: Job, part: Slice, points: Mapping[tuple[str, int], Point], quantity: str, kind: Kind
) -> _Shares:
    """Return what is given for points, for accounts, and for the group, shared over its points."""
    if quantity not in job.quantities:
        return {}
    found: _Shares = {}
    groups = [
        (name, _of(points, field, name))
        for field in ("id", "account_id")
        for name in _names(points, field)
    ]
    if job.group.group_id not in job.account_ids:
        groups.append((job.group.group_id, _bearers(list(points.values()), kind)))
    for where, members in groups:
        energy = job.portion(part, where, quantity)
        if energy and not any(point.key in found for point in members):
            found.update(_over(job, energy, members))
    return found


def _names(points: Mapping[tuple[str, int], Point], field: str) -> list[str]:
    return sorted({getattr(point, field) for point in points.values()} - {""})


def _of(points: Mapping[tuple[str, int], Point], field: str, name: str) -> list[Point]:
    return sorted(
        (p for p in points.values() if getattr(p, field) == name), key=lambda point: point.key
    )


def _over(job: Job, energy: Kwh, members: Sequence[Point]) -> _Shares:
    weights = _weights(job, members)
    shares = {period: _shares(job, value, weights, members) for period, value in energy.items()}
    return {
        point.key: {period: values[i] for period, values in shares.items()}
        for i, point in enumerate(members)
    }
