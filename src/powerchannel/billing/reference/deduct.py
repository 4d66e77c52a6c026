"""Taking sub-meters, quantities and ratios off their parents (主分表、定量定比扣减)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from attrs import evolve, frozen

from powerchannel.billing.records import Kwh, Relation
from powerchannel.billing.reference.days import days_360, next_month
from powerchannel.billing.reference.job import Job, Slice
from powerchannel.billing.reference.points import Point
from powerchannel.billing.reference.rounding import add, by_period, half_up, share, total_of

__all__ = ["Deduction", "monthly_quantity", "months_of"]

_ZERO = Decimal(0)
_METERS = ("sub_meter", "through_supply")
_ORDERS = {
    "sub_meters_first": (_METERS, ("fixed_quantity",), ("fixed_ratio",)),
    "quantities_first": (("fixed_quantity",), ("fixed_ratio",), _METERS),
}


@frozen(kw_only=True, eq=False)
class Deduction:
    """The points of one slice while relations are worked through (扣减).

    Parameters
    ----------
    job : Job
        The rules; findings go to its notes.
    part : Slice
        The slice.
    points : dict of key to Point
        Changed step by step.
    is_after : bool
        Whether losses are known: what is taken off is then of the energy with them.
    """

    job: Job
    part: Slice
    points: dict[tuple[str, int], Point]
    is_after: bool = False

    def run(self, relations: Sequence[Relation]) -> None:
        """Take off what each relation says, parents first (逐级扣减)."""
        parents = list(dict.fromkeys(r.parent_id for r in relations))
        for parent in parents:
            for kinds in _ORDERS[self.job.rulebook.allocation.order]:
                mine = [r for r in relations if r.parent_id == parent and r.kind in kinds]
                base = self._left(self.of(parent))
                for relation in mine:
                    self._one(relation, base)

    def take_losses(self, relation: Relation) -> None:
        """Take the losses of what is supplied through off its supplier (转供损耗扣减).

        What the child carries of the supplier's own transformer or line is not the supplier's.
        """
        parents = self.of(relation.parent_id)
        banks, lines = {p.bank for p in parents}, {p.line_id for p in parents}
        children = self.of(relation.child_id)
        by_bank = [c for c in children if c.bank not in banks]
        by_line = [c for c in children if c.line_id not in lines]
        losses = add(*(c.transformer for c in by_bank), *(c.line for c in by_line))
        self._take(parents, self._folded(relation, losses, self._left(parents)))
        reactive = [c.transformer_reactive for c in by_bank] + [c.line_reactive for c in by_line]
        self._take_reactive(relation, sum(reactive, _ZERO))

    def of(self, name: str) -> list[Point]:
        """Return the points of a meter or an account, in order (计量点)."""
        is_meter = any(point.id == name for point in self.points.values())
        found = (p for p in self.points.values() if (p.id if is_meter else p.account_id) == name)
        return sorted(found, key=lambda p: p.key)

    def _one(self, relation: Relation, base: Kwh) -> None:
        if relation.kind in _METERS:
            self._meter(relation)
        elif relation.child_id in self.part.rows:
            self._fixed(relation, base)

    def _meter(self, relation: Relation) -> None:
        """Take the metered energy of a child off, whatever is taken off it in turn."""
        parents, children = self.of(relation.parent_id), self.of(relation.child_id)
        left = self._left(parents)
        child = add(*(point.metered for point in children))
        self._take(parents, self._folded(relation, child, left))
        self._take_reactive(relation, sum((c.reactive or _ZERO for c in children), _ZERO))
        for point in self.of(relation.child_id):
            self._put(_placed(relation, point, self.of(relation.parent_id)))

    def _folded(self, relation: Relation, child: Kwh, left: Kwh) -> dict[str, Decimal]:
        """Turn the energy of a child into the periods of its parent."""
        if "total" in left or not left:
            return {"total": total_of(child)}
        if "total" in child:
            split = relation.period_split or self.job.rulebook.allocation.sub_meter_split
            return by_period(total_of(child), left, self._decimals(relation), split)
        inside = {p: v for p, v in child.items() if p in left}
        outside = total_of(child) - total_of(inside)
        return add(inside, {"flat": outside}) if outside else inside

    def _fixed(self, relation: Relation, base: Kwh) -> None:
        parents = self.of(relation.parent_id)
        left = self._left(parents)
        energy = self._energy(relation, total_of(base), max(total_of(left), _ZERO))
        policy = relation.period_split or self._policy(relation)
        decimals = self.job.rounding(relation.child_id).billed_decimals
        wanted = by_period(energy, left, decimals, policy)
        fitting = _fitted(wanted, left, self._decimals(relation))
        if policy == "flat" and (rest := wanted.get("flat", _ZERO) - fitting.get("flat", _ZERO)):
            self.job.notes.add("period_short", relation.child_id, rest=rest)
        self._take(parents, fitting)
        self._put(self._child(relation, fitting, parents))

    def _energy(self, relation: Relation, base: Decimal, left: Decimal) -> Decimal:
        """Return what is given, a quantity or a share of the base, at most what is left."""
        decimals = self.job.rounding(relation.child_id).billed_decimals
        given = self.job.portion(self.part, relation.child_id, "metered_energy_kwh")
        if relation.kind == "fixed_ratio" and not given:
            ratio = Fraction(relation.ratio or 0)
            return min(half_up(Fraction(base) * ratio, decimals), left)
        quantity = monthly_quantity(self.job, relation, self.part, decimals)
        wanted = total_of(given) if given else quantity
        if wanted > left:
            self.job.notes.add(
                "quantity_above_parent", relation.child_id, quantity=wanted, left=left
            )
        return min(wanted, left)

    def _policy(self, relation: Relation) -> str:
        rules = self.job.rulebook.allocation
        return rules.ratio_split if relation.kind == "fixed_ratio" else rules.quantity_split

    def _child(self, relation: Relation, energy: Kwh, parents: Sequence[Point]) -> Point:
        point = Point(
            id=relation.child_id,
            account_id=relation.child_id,
            slice=self.part.number,
            started_on=self.part.started_on,
            ended_on=self.part.ended_on,
            taken={p: v for p, v in energy.items() if v},
        )
        return point if self.is_after else _placed(relation, point, parents)

    def _take(self, points: Sequence[Point], energy: Kwh) -> None:
        """Take energy off points by what each has left; never more than there is."""
        for period, value in energy.items():
            held = [self._held(point, period) for point in points]
            left = max(sum(held, _ZERO), _ZERO)
            if value > left:
                self._negative(points, period, value - left)
            shares = share(min(value, left), held, self._metered_decimals(points))
            for point, part in zip(points, shares, strict=True):
                self._add(point.key, {_name(point, period): -part})

    def _held(self, point: Point, period: str) -> Decimal:
        return self._energy_of(self.points[point.key]).get(_name(point, period), _ZERO)

    def _add(self, key: tuple[str, int], energy: Kwh) -> None:
        point = self.points[key]
        if self.is_after:
            self._put(evolve(point, after=add(point.after, energy)))
        else:
            self._put(evolve(point, taken=add(point.taken, energy)))

    def _take_reactive(self, relation: Relation, value: Decimal) -> None:
        """Take the reactive energy of a child off where both are measured."""
        parents = [p for p in self.of(relation.parent_id) if p.reactive is not None]
        held = [point.net_reactive for point in parents]
        left = max(sum(held, _ZERO), _ZERO)
        if parents and value > left:
            self._negative(parents, "reactive", value - left)
        shares = share(min(value, left), held, self._metered_decimals(parents))
        for point, part in zip(parents, shares, strict=True):
            self._put(evolve(point, taken_reactive=point.taken_reactive - part))

    def _negative(self, points: Sequence[Point], period: str, deficit: Decimal) -> None:
        where = points[0].id if points else self.job.group.group_id
        self.job.notes.add("negative_parent", where, period=period, deficit=deficit)

    def _left(self, points: Sequence[Point]) -> dict[str, Decimal]:
        return add(*(self._energy_of(point) for point in points))

    def _energy_of(self, point: Point) -> dict[str, Decimal]:
        return point.energy if self.is_after else point.net

    def _put(self, point: Point) -> None:
        self.points[point.key] = point

    def _decimals(self, relation: Relation) -> int:
        return self._metered_decimals(self.of(relation.parent_id))

    def _metered_decimals(self, points: Sequence[Point]) -> int:
        accounts = [point.account_id for point in points] or [""]
        return max(self.job.rounding(account).metered_decimals for account in accounts)


def monthly_quantity(job: Job, relation: Relation, part: Slice, decimals: int) -> Decimal:
    """Return the share of a monthly quantity that falls into a slice (定量按天数折算).

    Cumulative over the slices of its account, so that a month gives the whole quantity.

    Parameters
    ----------
    job, relation, part
        The rules, the relation, the slice.
    decimals : int
        Of the share.
    """
    parts = job.slices_of(relation.child_id)
    policy = job.rulebook.allocation.quantity_days
    quantity = Fraction(relation.quantity_kwh or 0)
    months = [months_of(policy, s) for s in parts]
    if policy == "none":
        whole = sum(months, Fraction(0))
        months = [month / whole for month in months]
    place = [s.number for s in parts].index(part.number)
    before, upto = (sum(months[:n], Fraction(0)) for n in (place, place + 1))
    return half_up(quantity * upto, decimals) - half_up(quantity * before, decimals)


def months_of(policy: str, part: Slice) -> Fraction:
    """Return the months of a slice, or its days where they are not counted (片内月数).

    Parameters
    ----------
    policy : str
        Of `Allocation.quantity_days`.
    part : Slice
        The slice.
    """
    if policy == "thirty":
        return Fraction(days_360(part.started_on, part.ended_on), 30)
    if policy == "none":
        return Fraction(part.days)
    return _calendar_months(part.started_on, part.ended_on)


def _calendar_months(start: date, end: date) -> Fraction:
    """Return days of each month over its length."""
    months = Fraction(0)
    while start < end:
        last = min(next_month(start), end)
        length = (next_month(start) - start.replace(day=1)).days
        months += Fraction((last - start).days, length)
        start = last
    return months


def _placed(relation: Relation, point: Point, parents: Sequence[Point]) -> Point:
    """Put a child behind the transformer and line of its parent, where it has none of its own.

    Its energy flows through them; whether it carries a share of their losses, the relation says:
    by default what is measured behind its own transformer or line does, and a ratio does.
    """
    behind = next((p for p in parents if p.bank), None)
    wired = next((p for p in parents if p.line_id), None)
    is_own = relation.kind == "fixed_ratio"
    if relation.kind == "through_supply":
        behind = wired = None
    bank = point.bank or (behind.bank if behind else ())
    line_id = point.line_id or (wired.line_id if wired else "")
    bears, bears_line = relation.bears_transformer_loss, relation.bears_line_loss
    return evolve(
        point,
        bank=bank,
        line_id=line_id,
        bears_transformer=bool(point.bank) or is_own if bears is None else bears,
        bears_line=bool(point.line_id) or is_own if bears_line is None else bears_line,
    )


def _name(point: Point, period: str) -> str:
    """Return what a point calls a period: a single rate has flat in its total."""
    return "total" if period == "flat" and "total" in point.net else period


def _fitted(wanted: Kwh, room: Kwh, decimals: int) -> dict[str, Decimal]:
    """Move what a period does not have to those that have, in proportion to what they have."""
    kept = {p: min(wanted.get(p, _ZERO), value) for p, value in room.items()}
    rest = total_of(wanted) - total_of(kept)
    extra = share(rest, [value - kept[p] for p, value in room.items()], decimals)
    return {p: kept[p] + more for p, more in zip(kept, extra, strict=True)} if rest else kept
