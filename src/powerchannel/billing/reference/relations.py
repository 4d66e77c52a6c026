"""The graph of sub-meters, fixed quantities and ratios, checked (主分表、定量定比关系图)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attrs import frozen

from powerchannel.billing.records import Relation
from powerchannel.billing.reference.job import FIXED, Job

__all__ = ["Relations"]


@frozen(kw_only=True)
class Relations:
    """Relations without faults, each parent before its children (关系).

    Parameters
    ----------
    before, after : tuple of Relation
        What is taken off before losses, and what once they are known: ratios of the energy after
        loss, and all below their children.
    """

    before: tuple[Relation, ...] = ()
    after: tuple[Relation, ...] = ()

    @classmethod
    def of(cls, job: Job) -> Relations:
        """Check the relations of a group; none where there is a fault (检查关系).

        Faults are fatal findings: unknown ids, a child with two parents, a circle, and what lacks
        its quantity or ratio.
        """
        found = tuple(sorted(job.group.relations, key=lambda r: (r.child_id, r.parent_id, r.kind)))
        faults = [*_unknown(job, found), *_incomplete(job, found), *_twice(job, found)]
        depths = {} if faults else _depths(job, found)
        if len(depths) < len(found):
            return cls()
        ordered = sorted(found, key=lambda r: (depths[r.child_id], r.parent_id, r.child_id))
        late = _late(job, ordered)
        return cls(
            before=tuple(r for r in ordered if r.child_id not in late),
            after=tuple(r for r in ordered if r.child_id in late),
        )


def _unknown(job: Job, relations: Sequence[Relation]) -> Iterable[str]:
    known = {*job.account_ids, *(m.meter_id for m in job.meters)}
    for relation in relations:
        for one, other in (
            (relation.child_id, relation.parent_id),
            (relation.parent_id, relation.child_id),
        ):
            if other not in known:
                job.notes.add("relation_unknown", one, is_fatal=True, other=other)
                yield one


def _incomplete(job: Job, relations: Sequence[Relation]) -> Iterable[str]:
    for relation in relations:
        field = _lacking(job, relation)
        if field:
            job.notes.add(
                "relation_incomplete",
                relation.child_id,
                is_fatal=True,
                kind=relation.kind,
                field=field,
            )
            yield relation.child_id


def _lacking(job: Job, relation: Relation) -> str:
    if relation.kind not in FIXED:
        return ""
    if relation.child_id not in job.account_ids:
        return "child_id"
    if relation.kind == "fixed_quantity":
        quantity = relation.quantity_kwh
        return "" if quantity is not None and quantity >= 0 else "quantity_kwh"
    ratio = relation.ratio
    return "" if ratio is not None and 0 <= ratio <= 1 else "ratio"


def _twice(job: Job, relations: Sequence[Relation]) -> Iterable[str]:
    children = [_node(job, r.child_id) for r in relations]
    for relation, child in zip(relations, children, strict=True):
        if children.count(child) > 1:
            job.notes.add("relation_twice", relation.child_id, is_fatal=True)
            yield relation.child_id


def _node(job: Job, name: str) -> str:
    """Return the one meter of an account in its place: both names are the same node."""
    meters = {m.meter_id for m in job.meters if m.account_id == name}
    return meters.pop() if len(meters) == 1 else name


def _depths(job: Job, relations: Sequence[Relation]) -> dict[str, int]:
    """Return how deep each child is; a circle is a fatal finding and has no depth."""
    parent = {_node(job, r.child_id): _node(job, r.parent_id) for r in relations}
    found: dict[str, int] = {}
    for relation in relations:
        path = [_node(job, relation.child_id)]
        while path[-1] in parent and path.count(path[-1]) == 1:
            path.append(parent[path[-1]])
        if path.count(path[-1]) > 1:
            circle = path[path.index(path[-1]) :]
            first = min(circle)
            shown = " > ".join(sorted(set(circle)))
            job.notes.add("relation_cycle", first, is_fatal=True, path=shown)
        else:
            found[relation.child_id] = len(path)
    return found


def _late(job: Job, ordered: Sequence[Relation]) -> set[str]:
    """Return the children of ratios after loss, and what is below them."""
    late: set[str] = set()
    nodes: set[str] = set()
    for relation in ordered:
        is_own = relation.kind == "fixed_ratio" and relation.ratio_base == "after_loss"
        if is_own or _node(job, relation.parent_id) in nodes:
            late.add(relation.child_id)
            nodes.add(_node(job, relation.child_id))
    return late
