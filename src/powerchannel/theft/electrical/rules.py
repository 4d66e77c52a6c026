"""The electrical rules as records: what starts an episode, what ends it, what excludes what.

A rule is data. ``voltage < 0.78 x rated voltage`` is a `Condition`; conditions that hold together
for a while start an episode, any condition of `Restore` ends it. Where two rules see the same
thing, `Precedence` says which of them speaks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Literal, TypeAlias

from attrs import evolve, field, frozen

from powerchannel.errors import Problem
from powerchannel.registry import Registry
from powerchannel.rulebook import Provenance
from powerchannel.rulebook.checks import (
    Check,
    above,
    at_least,
    once,
    problem,
    refuse,
    unknown_names,
)
from powerchannel.text import Text
from powerchannel.theft.electrical.catalogue import QUANTITIES, REFERENCES, Scope

__all__ = [
    "WIRINGS",
    "Comparison",
    "Condition",
    "ElectricalRules",
    "Filters",
    "Gap",
    "Precedence",
    "Restore",
    "Rule",
    "Wiring",
    "rule_index",
]

Wiring: TypeAlias = Literal["single_phase", "three_phase_four_wire", "three_phase_three_wire"]
WIRINGS: tuple[Wiring, ...] = ("single_phase", "three_phase_four_wire", "three_phase_three_wire")
"""Their positions are the codes of `powerchannel.theft.electrical.Points.wiring`."""

Comparison: TypeAlias = Literal["below", "at_most", "at_least", "above"]


def _known(what: Text, names: Iterable[str]) -> Check:
    registry = Registry(what, dict.fromkeys(names))

    def check(_: object, __: object, value: str) -> None:
        registry.get(value)

    return check


def _some(_: object, __: object, value: tuple[object, ...]) -> None:
    if not value:
        raise ValueError(Text("至少应有一项", "at least one is needed"))


@frozen(kw_only=True)
class Condition:
    """A quantity against a limit (条件): ``quantity < ratio x reference``.

    Parameters
    ----------
    quantity : str
        One of `QUANTITIES`.
    comparison : {"below", "at_most", "at_least", "above"}
        ``<``, ``<=``, ``>=``, ``>``. What was not measured meets no condition.
    ratio : Decimal
        Share of the reference, or with ``absolute`` the limit itself. A negative share of a power
        is reversed power.
    reference : str
        One of `REFERENCES`.
    """

    quantity: str = field(validator=_known(Text("被测量", "quantity"), QUANTITIES))
    comparison: Comparison
    ratio: Decimal
    reference: str = field(
        default="absolute", validator=_known(Text("基准", "reference"), REFERENCES)
    )

    @reference.validator
    def _fits_the_quantity(self, _: object, value: str) -> None:
        quantity, unit = QUANTITIES.get(self.quantity), REFERENCES.get(value)
        if quantity is not None and unit and unit != quantity.unit:
            raise ValueError(
                Text(
                    f"{value} 的单位是 {unit}，与 {self.quantity} 不符；请换基准或写 absolute",
                    f"{value} is in {unit}, which does not fit {self.quantity}; "
                    "take another reference, or absolute",
                )
            )


@frozen(kw_only=True)
class Restore:
    """What ends an episode: any of these conditions (恢复条件)."""

    conditions: tuple[Condition, ...] = field(validator=_some)
    provenance: Provenance


@frozen(kw_only=True)
class Rule:
    """When something is wrong, and when it is right again (判断规则).

    Parameters
    ----------
    id : str
        Its code.
    title : Text
        What people call it.
    scope : {"phase", "meter", "day", "event"}
        What it looks at. An ``event`` rule has only the flag that the meter sets.
    wirings : tuple of str
        The wirings it holds for.
    start : tuple of Condition
        All of them must hold. The first one is the evidence that is shown. None: of a flag.
    restore : Restore, optional
        What ends an episode; a rule with a start has one. A reading that meets it starts nothing.
    delay_seconds : int
        The start must hold so long [s], at every reading, before an episode begins; it then
        began with the first of them.
    longest_minutes : int, optional
        What lasts longer [min] is something else, and no episode of this rule.
    object_id : str
        The event object of DL/T 698.45 whose flag says the same.
    provenance : Provenance
        Where it comes from.
    """

    id: str
    title: Text
    scope: Scope
    wirings: tuple[Wiring, ...] = field(default=WIRINGS, validator=_some)
    start: tuple[Condition, ...] = ()
    restore: Restore | None = None
    delay_seconds: int = field(default=0, validator=at_least(0))
    longest_minutes: int | None = field(default=None, validator=at_least(1))
    object_id: str = ""
    provenance: Provenance

    def __attrs_post_init__(self) -> None:
        """Refuse conditions that do not fit one another."""
        refuse([*self._misplaced(), *self._incomplete()])

    @property
    def evidence(self) -> Condition | None:
        """The condition whose worst value is shown (证据条件)."""
        return self.start[0] if self.start else None

    def _misplaced(self) -> Iterator[Problem]:
        fitting = {"phase": ("phase", "meter")}.get(self.scope, (self.scope,))
        ends = self.restore.conditions if self.restore else ()
        for condition in (*self.start, *ends):
            if QUANTITIES[condition.quantity].scope not in fitting:
                yield problem(
                    "$",
                    f"{condition.quantity} 不能用于 {self.scope} 规则 {self.id}",
                    f"{condition.quantity} cannot be used by {self.id}, a rule of {self.scope}",
                )

    def _incomplete(self) -> Iterator[Problem]:
        if self.scope != "event" and not (self.start and self.restore):
            yield problem(
                "$",
                f"{self.id} 应有 start 与 restore；只由电表上报的，scope 写 event",
                f"{self.id} needs start and restore; the scope of a mere flag is event",
            )


@frozen(kw_only=True)
class Precedence:
    """Which rules are silent while another one speaks (优先级).

    Parameters
    ----------
    id : str
        The rule that speaks.
    over : tuple of str
        The rules that are silent: at a reading within an episode of the first, on the same phase
        (a rule of the whole meter silences every phase, and any phase the whole meter), they
        start nothing, and what they had begun ends.
    provenance : Provenance
        Where it comes from.
    """

    id: str
    over: tuple[str, ...] = field(validator=_some)
    provenance: Provenance


@frozen(kw_only=True)
class Gap:
    """How long nothing may be read before an episode is cut (缺测中断).

    Parameters
    ----------
    minutes : int
        Between readings [min]; a longer gap ends what went on before it.
    days : int
        The same between daily readings.
    provenance : Provenance
        Where it comes from.
    """

    minutes: int = field(validator=at_least(1))
    days: int = field(validator=at_least(1))
    provenance: Provenance


@frozen(kw_only=True)
class Filters:
    """What cannot be, and is left out with a reason (无效数据过滤).

    Parameters
    ----------
    capacity_multiple : Decimal
        K: power x ratio beyond K x contract capacity is not possible.
    daily_energy_multiple : Decimal
        Energy of a day beyond 24 h x contract capacity x this is not possible.
    provenance : Provenance
        Where it comes from.
    """

    capacity_multiple: Decimal = field(validator=above(0))
    daily_energy_multiple: Decimal = field(validator=above(0))
    provenance: Provenance


@frozen(kw_only=True)
class ElectricalRules:
    """The rules on readings and meter events (电气判断规则).

    Parameters
    ----------
    rules : tuple of Rule
        An episode names its rule by the position here.
    precedence : tuple of Precedence
        Without circles; both rules read the same table.
    gap : Gap
        When missing readings end an episode.
    filters : Filters
        What is left out before.
    recent_days : int
        Days whose energy a day is compared with, and whose fluctuation is taken.
    """

    rules: tuple[Rule, ...] = field()
    precedence: tuple[Precedence, ...] = field(default=())
    gap: Gap
    filters: Filters
    recent_days: int = field(default=30, validator=at_least(2))

    @rules.validator
    def _each_once(self, _: object, value: tuple[Rule, ...]) -> None:
        once(self, _, [rule.id for rule in value])

    @precedence.validator
    def _among_the_rules(self, _: object, value: tuple[Precedence, ...]) -> None:
        tables = {rule.id: _TABLES[rule.scope] for rule in self.rules}
        refuse(each for i, entry in enumerate(value) for each in _misnamed(i, entry, tables))
        _refuse_circles({entry.id: entry.over for entry in value})


_TABLES: Mapping[Scope, str] = {
    "phase": "readings",
    "meter": "readings",
    "day": "daily",
    "event": "events",
}


def _misnamed(i: int, entry: Precedence, tables: Mapping[str, str]) -> Iterator[Problem]:
    for found in unknown_names(Text("规则", "rule"), (entry.id, *entry.over), tables):
        yield evolve(found, where=f"$[{i}]")
    for rule_id in entry.over:
        if tables.get(rule_id) != tables.get(entry.id):
            yield problem(
                f"$[{i}]",
                f"{entry.id} 与 {rule_id} 所读的表不同，不能排先后",
                f"{entry.id} and {rule_id} read different tables and cannot be ranked",
            )


def _refuse_circles(over: Mapping[str, tuple[str, ...]]) -> None:
    left = dict(over)
    while left:
        free = [rule for rule in left if not any(rule in lower for lower in left.values())]
        if not free:
            names = ", ".join(sorted(left))
            raise ValueError(Text(f"优先级成环：{names}", f"these go round in a circle: {names}"))
        left = {rule: lower for rule, lower in left.items() if rule not in free}


def rule_index(rules: ElectricalRules, rule_id: str) -> int:
    """Return the position of a rule, by which episodes name it (规则序号).

    Raises
    ------
    UnknownNameError
        When there is no such rule; says which there are.
    """
    entries = {rule.id: i for i, rule in enumerate(rules.rules)}
    return Registry(Text("规则", "rule"), entries).get(rule_id)
