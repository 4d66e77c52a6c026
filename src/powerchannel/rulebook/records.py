"""What every rulebook is made of: header, provenance, frozen mappings, and its list of rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Literal, Protocol, TypeAlias, TypeVar

from attrs import frozen

from powerchannel.rulebook.shapes import join, members
from powerchannel.text import Text

__all__ = [
    "FrozenMapping",
    "Provenance",
    "RuleEntry",
    "RulebookRecord",
    "Status",
    "rules",
]

V = TypeVar("V", covariant=True)

Status: TypeAlias = Literal["stated", "repaired", "assumed"]
"""stated: the source prints it; repaired: our reading of a typo or a gap; assumed: ours."""

_HEADER = ("kind", "schema_version", "name", "title", "source", "effective_from", "effective_to")


@frozen(kw_only=True)
class Provenance:
    """Where a rule comes from (规则出处).

    Parameters
    ----------
    status : {"stated", "repaired", "assumed"}
        Whether the source prints the rule, prints it with a fault, or does not have it.
    clause : str
        The place in the source, such as ``"S0 2.2"``.
    quote : str
        The words of the source.
    note : str
        Why it reads as it does.
    """

    status: Status
    clause: str
    quote: str = ""
    note: str = ""


class RulebookRecord(Protocol):
    """The header that every rulebook has (规则集抬头).

    The record of a domain is a frozen, keyword-only attrs class with these fields and the
    domain's rules; a rule is a nested record with a field ``provenance``. The class attribute
    ``SCHEMA_VERSION`` is the one ``schema_version`` that the class reads.
    """

    @property
    def kind(self) -> str:
        """The name of the record class in the registry of kinds (类别)."""

    @property
    def schema_version(self) -> int:
        """The version of the document's layout (结构版本)."""

    @property
    def name(self) -> str:
        """The name shared by all editions of the rulebook (名称)."""

    @property
    def title(self) -> Text:
        """The title that people read (标题)."""

    @property
    def source(self) -> str:
        """The document the rules are taken from (来源)."""

    @property
    def effective_from(self) -> date | None:
        """The first day in force; None: since ever (生效日期)."""

    @property
    def effective_to(self) -> date | None:
        """The first day no longer in force; None: until further notice (失效日期)."""


class FrozenMapping(Mapping[str, V]):
    """A mapping that never changes, hashable and picklable (只读映射).

    It iterates in the order of its keys, so that equal mappings behave the same.

    Parameters
    ----------
    entries : mapping of str to V
        Copied.

    Examples
    --------
    >>> points = FrozenMapping({"wechat": 1, "app": 2})
    >>> points
    FrozenMapping({'app': 2, 'wechat': 1})
    >>> points == {"wechat": 1, "app": 2}
    True
    """

    __slots__ = ("_entries",)

    def __init__(self, entries: Mapping[str, V]) -> None:
        self._entries = dict(sorted(entries.items(), key=lambda entry: entry[0]))

    def __getitem__(self, key: str) -> V:
        return self._entries[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __hash__(self) -> int:
        return hash(tuple(self._entries.items()))

    def __repr__(self) -> str:
        return f"FrozenMapping({self._entries!r})"


@frozen(kw_only=True)
class RuleEntry:
    """One rule of a rulebook, with its id (规则条目).

    Parameters
    ----------
    id : str
        The path of field names, of keys, and of the ``id`` of list items:
        ``"latent.ladder.phone_registered"``; ``"$"`` for what the document itself says.
    provenance : Provenance
        Where it comes from.
    values : mapping of str to object
        Its own fields; rules within it are entries of their own.
    """

    id: str
    provenance: Provenance
    values: FrozenMapping[object]


def rules(rulebook: RulebookRecord) -> tuple[RuleEntry, ...]:
    """List every rule of a rulebook, in the order of its fields (列出全部规则).

    Parameters
    ----------
    rulebook : RulebookRecord
        Any attrs record; each record with a field ``provenance``, the document too where it has
        one, is a rule.

    Returns
    -------
    tuple of RuleEntry
        One entry a rule.

    Examples
    --------
    >>> @frozen(kw_only=True)
    ... class Streak:
    ...     provenance: Provenance
    ...     months: int
    >>> @frozen(kw_only=True)
    ... class Book:
    ...     streak: Streak
    >>> stated = Provenance(status="stated", clause="S0 2.2")
    >>> [rule.id for rule in rules(Book(streak=Streak(provenance=stated, months=2)))]
    ['streak']
    """
    return tuple(_rules_of(rulebook, "$"))


def _rules_of(value: object, path: str) -> Iterator[RuleEntry]:
    provenance = getattr(value, "provenance", None)
    if isinstance(provenance, Provenance):
        yield RuleEntry(
            id=path.removeprefix("$."), provenance=provenance, values=_own_values(value)
        )
    for key, child in _children(value):
        yield from _rules_of(child, join(path, key))


def _children(value: object) -> Iterator[tuple[str | int, object]]:
    yield from members(value)
    if isinstance(value, Mapping):
        yield from value.items()
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield getattr(item, "id", index), item


def _own_values(rule: object) -> FrozenMapping[object]:
    told = ("id", "provenance", *(_HEADER if hasattr(rule, "schema_version") else ()))
    return FrozenMapping(
        {
            str(key): value
            for key, value in _children(rule)
            if key not in told and not _holds_rules(value)
        }
    )


def _holds_rules(value: object) -> bool:
    return next(_rules_of(value, "$"), None) is not None
