"""From evidence to a cause, as a decision table in order of precedence (原因判断规则)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Literal, TypeAlias

from attrs import field, frozen

from powerchannel.registry import Registry
from powerchannel.rulebook import Provenance
from powerchannel.rulebook.checks import at_least, is_named, once
from powerchannel.text import Text
from powerchannel.theft.causes.catalogue import CAUSE_EVIDENCE, Cause

__all__ = ["CauseRules", "Comparison", "Decision", "Test"]

Comparison: TypeAlias = Literal["below", "at_most", "at_least", "above"]
_EVIDENCE = Registry(Text("证据", "evidence"), dict.fromkeys(CAUSE_EVIDENCE))


def _known(_: object, __: object, value: str) -> None:
    _EVIDENCE.get(value)


@frozen(kw_only=True)
class Test:
    """A piece of evidence against a limit (判据). What is not known meets no test.

    Parameters
    ----------
    evidence : str
        One of `CAUSE_EVIDENCE`.
    comparison : {"below", "at_most", "at_least", "above"}
        ``<``, ``<=``, ``>=``, ``>``.
    limit : Decimal
        In the unit of the evidence.
    """

    __test__ = False

    evidence: str = field(validator=_known)
    comparison: Comparison
    limit: Decimal


@frozen(kw_only=True)
class Decision:
    """What is needed for a cause (判断条目).

    Parameters
    ----------
    id : str
        Its code.
    cause : str
        What it speaks for.
    rank : int
        Lower comes first. Of the decisions that hold, those of the lowest rank count; if they
        speak for different causes, it cannot be told.
    title : Text
        Why.
    needs : tuple of Test
        All must be met.
    any_of : tuple of Test
        At least one must be met, where there are any.
    unless : tuple of Test
        None may be met.
    provenance : Provenance
        Where it comes from.
    """

    id: str = field(validator=is_named)
    cause: Cause
    rank: int = field(validator=at_least(1))
    title: Text
    needs: tuple[Test, ...] = ()
    any_of: tuple[Test, ...] = ()
    unless: tuple[Test, ...] = ()
    provenance: Provenance

    def __attrs_post_init__(self) -> None:
        """Refuse a decision that would hold for everybody."""
        if not (self.needs or self.any_of):
            raise ValueError(
                Text(
                    f"{self.id} 没有判据；请写 needs 或 any_of",
                    f"{self.id} has no test; give needs or any_of",
                )
            )

    @property
    def tests(self) -> Iterator[Test]:
        """What may speak for it (正面判据)."""
        yield from self.needs
        yield from self.any_of


@frozen(kw_only=True)
class CauseRules:
    """The decision table (原因判断表).

    Parameters
    ----------
    decisions : tuple of Decision
        In the order in which reasons are told.
    """

    decisions: tuple[Decision, ...] = field()

    @decisions.validator
    def _each_once(self, _: object, value: tuple[Decision, ...]) -> None:
        if not value:
            raise ValueError(Text("判断表为空", "the table is empty"))
        once(self, _, [decision.id for decision in value])
