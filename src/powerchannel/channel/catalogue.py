"""The channel catalogue: the channels, the words that name them, and what counts as evidence."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from attrs import field, frozen

from powerchannel.errors import Problem, RulebookError, UnknownNameError
from powerchannel.registry import Registry
from powerchannel.rulebook import Provenance
from powerchannel.rulebook.shapes import within
from powerchannel.rulebook.writing import canonical, plain
from powerchannel.tables import Code, Vocabulary
from powerchannel.text import Text

__all__ = [
    "Catalogue",
    "Channel",
    "Classification",
    "Evidence",
    "Medium",
    "Ownership",
    "unknown_name",
]

Ownership: TypeAlias = Literal["owned", "owned_on_third_party", "third_party"]
Medium: TypeAlias = Literal[
    "phone", "hall", "app", "official_account", "sms", "web", "payment_partner"
]
Capability: TypeAlias = Literal["query", "pay", "apply", "repair", "consult", "push"]

_NAMES: Mapping[str, Text] = {
    "channel": Text("渠道", "channel"),
    "business_type": Text("业务种类", "business type"),
    "handling_mode": Text("办理方式", "handling mode"),
}
_HOURS = re.compile(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-4]):[0-5]\d")


def _is_span(_: object, __: object, value: str) -> None:
    if not _HOURS.fullmatch(value):
        raise ValueError(Text(f"{value!r} 应写成 08:30-17:00", f"{value!r} must read 08:30-17:00"))


def _not_negative(_: object, __: object, value: Any) -> None:
    if value is not None and value < 0:
        raise ValueError(Text(f"{value} 不能为负", f"{value} must not be negative"))


@frozen(kw_only=True)
class Channel:
    """One service channel (服务渠道).

    Parameters
    ----------
    code : str
        The code in results.
    title : Text
        Its label.
    aliases : tuple of str
        Other words that exports write for it.
    ownership : {"owned", "owned_on_third_party", "third_party"}
        自有, 第三方平台上的自有账号, 第三方.
    medium : str
        What it is.
    capabilities : tuple of str
        What a customer can do there.
    unit_cost : Decimal, optional
        Cost of one contact [relative, service hall = 100].
    capacity_per_day : int, optional
        Contacts it can take in a day; None where it has no practical limit or none is known.
    service_hours : str
        When it is open, local time.
    """

    code: str
    title: Text
    aliases: tuple[str, ...] = ()
    ownership: Ownership
    medium: Medium
    capabilities: tuple[Capability, ...] = ()
    unit_cost: Decimal | None = field(default=None, validator=_not_negative)
    capacity_per_day: int | None = field(default=None, validator=_not_negative)
    service_hours: str = field(default="00:00-24:00", validator=_is_span)


@frozen(kw_only=True)
class Classification:
    """A rule that reads a business type from the request text (诉求归类规则).

    Parameters
    ----------
    business_type : str
        What the contact is taken for when its export gives no business type.
    text_any : tuple of str
        Any of these words in the request text; the first rule that fits decides.
    """

    business_type: str
    text_any: tuple[str, ...]


@frozen(kw_only=True)
class Evidence:
    """A kind of behaviour that speaks for a channel without being a use of it (行为证据).

    All conditions given must hold; one left empty does not ask.

    Parameters
    ----------
    id : str
        Its name, to which the latent rule refers.
    title : Text
        Its label.
    channels, business_types, handling_modes : tuple of str
        Codes of the contact.
    text_any : tuple of str
        Any of these words in the request text.
    hours : str
        A span of local time that may pass midnight, such as ``"20:00-08:00"``. A stamp of
        exactly midnight is a date without a time and never counts.
    provenance : Provenance
        Where the rule comes from.
    """

    id: str
    title: Text
    channels: tuple[str, ...] = ()
    business_types: tuple[str, ...] = ()
    handling_modes: tuple[str, ...] = ()
    text_any: tuple[str, ...] = ()
    hours: str | None = field(default=None)
    provenance: Provenance

    @hours.validator
    def _check_hours(self, attribute: object, value: str | None) -> None:
        if value is not None:
            _is_span(self, attribute, value)


@frozen(kw_only=True)
class Catalogue:
    """Channels, code tables and classification rules, as data (渠道目录).

    Parameters
    ----------
    channels : tuple of Channel
        In the order that results keep and that breaks the last tie.
    business_types, handling_modes, outcomes : tuple of Code
        Code tables of the contacts table (业务种类, 办理方式, 办理结果).
    classifications : tuple of Classification
        How a missing business type is read from the request text.
    evidence : tuple of Evidence
        What is counted beside uses.
    provenance : Provenance
        Where the catalogue comes from.

    Raises
    ------
    RulebookError
        When a word names two codes, or a rule names a code that no table holds; with all of them.
    """

    channels: tuple[Channel, ...] = field()
    business_types: tuple[Code, ...] = ()
    handling_modes: tuple[Code, ...] = ()
    outcomes: tuple[Code, ...] = ()
    classifications: tuple[Classification, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    provenance: Provenance

    @channels.validator
    def _check_channels(self, _: object, value: tuple[Channel, ...]) -> None:
        if not value:
            raise ValueError(Text("至少要有一个渠道", "there must be at least one channel"))

    def __attrs_post_init__(self) -> None:
        known = {name: [c.code for c in words] for name, words in self.vocabularies.items()}
        problems = list(_ambiguous("$.evidence", _as_codes(self.evidence)))
        for name, words in self.vocabularies.items():
            problems += _ambiguous(f"$.{name}s", words)
        for path, name, code in self._named_codes():
            problems += unknown_name(path, _NAMES[name], code, known[name])
        if problems:
            raise RulebookError(problems)

    def _named_codes(self) -> Iterator[tuple[str, str, str]]:
        """Yield the path, the code table and the code wherever a rule names one."""
        for i, rule in enumerate(self.classifications):
            yield f"$.classifications[{i}].business_type", "business_type", rule.business_type
        for i, kind in enumerate(self.evidence):
            for name in ("channel", "business_type", "handling_mode"):
                for j, code in enumerate(getattr(kind, f"{name}s")):
                    yield f"$.evidence[{i}].{name}s[{j}]", name, code

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the channels, in order (渠道代码)."""
        return tuple(c.code for c in self.channels)

    @property
    def vocabularies(self) -> Mapping[str, Vocabulary]:
        """The code tables by the names that schemas use (代码表)."""
        channels = tuple(Code(code=c.code, title=c.title, aliases=c.aliases) for c in self.channels)
        return {
            "channel": channels,
            "business_type": self.business_types,
            "handling_mode": self.handling_modes,
            "outcome": self.outcomes,
        }

    @property
    def digest(self) -> str:
        """The digest of what a state depends on: channel codes and evidence (目录摘要)."""
        needed = canonical(plain({"channels": self.codes, "evidence": self.evidence}))
        return "sha256:" + hashlib.sha256(needed.encode()).hexdigest()


def _as_codes(evidence: tuple[Evidence, ...]) -> Vocabulary:
    return tuple(Code(code=e.id, title=Text(e.id, e.id)) for e in evidence)


def _ambiguous(path: str, words: Vocabulary) -> Iterator[Problem]:
    """Refuse a word that names two codes: which one is meant could not be told."""
    seen: dict[str, str] = {}
    for i, code in enumerate(words):
        own = {word.strip().casefold() for word in code.words}
        for word in sorted(own & seen.keys()):
            message = Text(
                "{word} 既指 {other} 又指 {code}", "{word} names both {other} and {code}"
            )
            message = message.fill(word=repr(word), other=seen[word], code=code.code)
            yield Problem(code="ambiguous_word", where=f"{path}[{i}]", message=message)
        seen |= dict.fromkeys(own - seen.keys(), code.code)


def unknown_name(where: str, what: Text, name: str, known: Iterable[str]) -> list[Problem]:
    """Return the problem of a name that is not among those known, if it is one (未知名称).

    Parameters
    ----------
    where : str
        Where the name stands.
    what : Text
        What it should name.
    name : str
        The name.
    known : iterable of str
        The names there are.
    """
    try:
        Registry(what, dict.fromkeys(known)).get(name)
    except UnknownNameError as error:
        return within(error, where)
    return []
