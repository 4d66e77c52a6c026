"""What a utility decides about suspicion: thresholds, points, recovery (窃电分析规则)."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from attrs import field, frozen

from powerchannel.rulebook import Provenance
from powerchannel.rulebook.checks import at_least
from powerchannel.text import Text
from powerchannel.theft.areas import AreaRules
from powerchannel.theft.causes import CauseRules
from powerchannel.theft.consumption import Peers
from powerchannel.theft.electrical import ElectricalRules
from powerchannel.theft.recovery.rules import RecoveryRules
from powerchannel.theft.scorecard import Card

__all__ = ["Rulebook", "Window"]


@frozen(kw_only=True)
class Window:
    """How far back evidence is taken from (取证期).

    Parameters
    ----------
    days : int
        Days up to the end of the month.
    """

    days: int = field(default=92, validator=at_least(14))
    provenance: Provenance


@frozen(kw_only=True)
class Rulebook:
    """The rules of suspicion (窃电分析规则集).

    Parameters
    ----------
    window : Window
        How far back evidence is taken from.
    electrical : ElectricalRules
        Rules on readings and meter events.
    areas : AreaRules
        Cards for what the balance of an area shows.
    causes : CauseRules
        The decision table from evidence to a cause.
    recovery : RecoveryRules
        Making up for what was not recorded.
    card : Card
        Points by evidence, and what they mean as a probability.
    peers : Peers
        What customers of a kind usually do; learnt with `powerchannel.theft.learn_peers`.
    """

    kind: Literal["theft"]
    schema_version: int
    name: str
    title: Text
    source: str
    effective_from: date | None = None
    effective_to: date | None = None
    window: Window
    electrical: ElectricalRules
    areas: AreaRules
    causes: CauseRules
    recovery: RecoveryRules
    card: Card
    peers: Peers = field(factory=Peers)

    SCHEMA_VERSION: ClassVar[int] = 1
