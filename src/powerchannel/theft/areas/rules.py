"""How area evidence and daily use are made into points: one card a way of theft (台区规则)."""

from __future__ import annotations

from attrs import field, frozen

from powerchannel.rulebook.checks import once, unknown_names
from powerchannel.rulebook.checks import refuse as refuse_all
from powerchannel.text import Text
from powerchannel.theft.areas.attribution import AREA_EVIDENCE
from powerchannel.theft.consumption import FEATURES
from powerchannel.theft.scorecard import Card

__all__ = ["AreaRules", "Pattern"]


@frozen(kw_only=True)
class Pattern:
    """One way of theft, and what speaks for it (窃电方式).

    Parameters
    ----------
    id : str
        Its code.
    title : Text
        What people call it.
    card : Card
        Points by evidence: names of `AREA_EVIDENCE` or of `powerchannel.theft.consumption`.
    """

    id: str
    title: Text
    card: Card = field()

    @card.validator
    def _of_known_evidence(self, _: object, value: Card) -> None:
        known = (*AREA_EVIDENCE, *FEATURES)
        refuse_all(unknown_names(Text("证据", "evidence"), value.names, known))


@frozen(kw_only=True)
class AreaRules:
    """The ways of theft that an area's loss can show (台区规则).

    Parameters
    ----------
    patterns : tuple of Pattern
        A customer has the points of the way that speaks loudest; of equal ones the first.
    """

    patterns: tuple[Pattern, ...] = field()

    @patterns.validator
    def _each_once(self, _: object, value: tuple[Pattern, ...]) -> None:
        if not value:
            raise ValueError(Text("至少应有一种方式", "at least one pattern is needed"))
        once(self, _, [pattern.id for pattern in value])
