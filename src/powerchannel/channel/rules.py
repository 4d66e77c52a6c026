"""The preference rules: what people decided, as a record (偏好规则).

The formula, with every part an option of the rulebook::

    score = (uses x points + latent) x streak x frequency x complaint, 0 under a live dislike
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, Literal, TypeAlias

from attrs import field, frozen

from powerchannel.channel.catalogue import Catalogue, unknown_name
from powerchannel.errors import Problem, RulebookError
from powerchannel.rulebook import Provenance
from powerchannel.rulebook.shapes import join
from powerchannel.text import Text

__all__ = [
    "FACTS",
    "Bonus",
    "Complaint",
    "Dislike",
    "Extra",
    "Fact",
    "FirstChoice",
    "Frequency",
    "Latent",
    "Preferred",
    "Rulebook",
    "Rung",
    "Stock",
    "Streak",
    "StreakStep",
    "Window",
]

Fact: TypeAlias = Literal["followed", "installed", "phone_registered", "account_bound"]
FACTS: tuple[Fact, ...] = ("followed", "installed", "phone_registered", "account_bound")
_CHANNEL = Text("渠道", "channel")
_EVIDENCE = Text("行为证据", "kind of evidence")
TieBreak: TypeAlias = Literal["ownership", "unit_cost", "catalogue"]


def _at_least(least: int) -> Callable[[object, object, Any], None]:
    def check(_: object, __: object, value: Decimal | int) -> None:
        if value < least:
            raise ValueError(Text(f"{value} 应不小于 {least}", f"{value} must be at least {least}"))

    return check


def _each_at_least_0(
    rule: object, attribute: object, value: Mapping[str, Decimal] | Mapping[str, int]
) -> None:
    for points in value.values():
        _at_least(0)(rule, attribute, points)


def _months(_: object, __: object, value: int) -> None:
    if not 1 <= value <= 120:
        raise ValueError(
            Text(f"{value} 应在 1 至 120 个月之间", f"{value} must be 1 to 120 months")
        )


def _share(_: object, __: object, value: Decimal) -> None:
    if not 0 <= value <= 1:
        raise ValueError(Text(f"{value} 应在 0 与 1 之间", f"{value} must lie between 0 and 1"))


@frozen(kw_only=True)
class Window:
    """The calendar months that count, ending with the closed as-of month (统计窗口)."""

    months: int = field(validator=_months)
    provenance: Provenance


@frozen(kw_only=True)
class Stock:
    """Points per use of each channel, and the cap of uses a month (存量分).

    Parameters
    ----------
    points : mapping of channel code to Decimal
        Points per use; a channel not named gets `default_points`.
    default_points : Decimal
        Points per use elsewhere.
    cap_per_month : int, optional
        At most so many uses a channel and month count; at most 255.
    """

    points: Mapping[str, Decimal] = field(validator=_each_at_least_0)
    default_points: Decimal = field(default=Decimal(1), validator=_at_least(0))
    cap_per_month: int | None = field(default=None)
    provenance: Provenance

    @cap_per_month.validator
    def _check_cap(self, _: object, value: int | None) -> None:
        if value is not None and not 1 <= value <= 255:
            raise ValueError(Text(f"{value} 应在 1 至 255 之间", f"{value} must be 1 to 255"))


@frozen(kw_only=True)
class Rung:
    """One rung of the ladder of standing facts; the highest one held counts (潜量阶梯)."""

    id: str
    facts: tuple[Fact, ...]
    points: Mapping[str, int] = field(validator=_each_at_least_0)
    title: Text
    provenance: Provenance


@frozen(kw_only=True)
class Extra:
    """Points on top of the ladder for evidence seen in the window (潜量附加分)."""

    id: str
    evidence: str
    at_least: int = field(default=1, validator=_at_least(1))
    points: Mapping[str, int] = field(validator=_each_at_least_0)
    provenance: Provenance


@frozen(kw_only=True)
class Latent:
    """Latent points: highest rung of the ladder plus extras, capped (潜量分)."""

    ladder: tuple[Rung, ...] = ()
    extras: tuple[Extra, ...] = ()
    cap: int = field(validator=_at_least(0))
    provenance: Provenance


@frozen(kw_only=True)
class StreakStep:
    """A factor for a run of at least so many months (连续使用系数)."""

    months: int = field(validator=_at_least(1))
    factor: Decimal = field(validator=_at_least(1))
    provenance: Provenance


@frozen(kw_only=True)
class Streak:
    """The bonus for consecutive months of use; the longest step reached alone (连续使用加分).

    Parameters
    ----------
    steps : tuple of StreakStep
        Ascending in months, factors not falling.
    scope : {"ending", "any"}
        A run that ends in the as-of month, or any run in the window.
    grace_months : int
        For ``"ending"``: the longest run that ends in the as-of month or in one of so many months
        before it, so that a month without use at the end is forgiven.
    """

    steps: tuple[StreakStep, ...] = field()
    scope: Literal["ending", "any"] = "ending"
    grace_months: int = field(default=0, validator=_at_least(0))
    provenance: Provenance

    @steps.validator
    def _check_steps(self, _: object, value: tuple[StreakStep, ...]) -> None:
        months, factors = [s.months for s in value], [s.factor for s in value]
        if sorted(set(months)) != months or sorted(factors) != factors:
            raise ValueError(
                Text("月数应递增、系数不应下降", "months must ascend and factors must not fall")
            )


@frozen(kw_only=True)
class Frequency:
    """The bonus for more than so many uses in the window (高频加分)."""

    more_than: int = field(validator=_at_least(0))
    factor: Decimal = field(validator=_at_least(1))
    provenance: Provenance


@frozen(kw_only=True)
class Bonus:
    """How streak and frequency combine: both multiply, or the larger alone (加分叠加)."""

    combine: Literal["product", "largest"]
    provenance: Provenance


@frozen(kw_only=True)
class Complaint:
    """The deduction for complaints about a channel in the window (投诉扣分).

    Parameters
    ----------
    factor : Decimal
        The channel's total is multiplied by it.
    counting : {"once", "each"}
        Once however many, or once for each complaint.
    """

    factor: Decimal = field(validator=_share)
    counting: Literal["once", "each"]
    provenance: Provenance


@frozen(kw_only=True)
class Dislike:
    """What a stated dislike does (不喜欢标签).

    Parameters
    ----------
    months : int
        It lives in its own month and the ones after, so many in all, unless withdrawn.
    until : {"expiry", "withdrawal"}
        Whether it ends by itself, or only when the customer withdraws it.
    latent_off : {"customer", "channel"}
        Whether latent points are off on every channel of the customer, or on that one only.
    """

    months: int = field(validator=_months)
    until: Literal["expiry", "withdrawal"]
    latent_off: Literal["customer", "channel"]
    provenance: Provenance


@frozen(kw_only=True)
class FirstChoice:
    """How the channel to recommend is chosen among equals (首推渠道)."""

    ties: tuple[TieBreak, ...]
    provenance: Provenance


@frozen(kw_only=True)
class Preferred:
    """A channel is preferred from this share of the customer's best score (偏好渠道)."""

    ratio: Decimal = field(validator=_share)
    provenance: Provenance


@frozen(kw_only=True)
class Rulebook:
    """All rules of channel preference (渠道偏好规则).

    Raises
    ------
    RulebookError
        When rules name channels or kinds of evidence that the catalogue does not hold; with all
        of them.
    """

    SCHEMA_VERSION: ClassVar[int] = 1

    kind: Literal["channel"]
    schema_version: int
    name: str
    title: Text
    source: str
    effective_from: date | None = None
    effective_to: date | None = None
    catalogue: Catalogue
    window: Window
    stock: Stock
    latent: Latent
    streak: Streak
    frequency: Frequency
    bonus: Bonus
    complaint: Complaint
    dislike: Dislike
    first_choice: FirstChoice
    preferred: Preferred

    def __attrs_post_init__(self) -> None:
        evidence = [kind.id for kind in self.catalogue.evidence]
        problems: list[Problem] = []
        for path, points in self._points():
            for code in points:
                problems += unknown_name(join(path, code), _CHANNEL, code, self.catalogue.codes)
        for i, extra in enumerate(self.latent.extras):
            where = f"$.latent.extras[{i}].evidence"
            problems += unknown_name(where, _EVIDENCE, extra.evidence, evidence)
        if problems:
            raise RulebookError(problems)

    def _points(self) -> Iterator[tuple[str, Iterable[str]]]:
        """Yield every table of points by channel, with its path."""
        yield "$.stock.points", self.stock.points
        for i, rung in enumerate(self.latent.ladder):
            yield f"$.latent.ladder[{i}].points", rung.points
        for i, extra in enumerate(self.latent.extras):
            yield f"$.latent.extras[{i}].points", extra.points
