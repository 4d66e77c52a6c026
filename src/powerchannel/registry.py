"""Names to records and functions: what a vendor adds to, and what a slip of the pen is told.

A registry never changes; `Registry.with_entry` gives a new one. The values of `DOMAINS` and
`RULEBOOK_KINDS` are references (``"module:attribute"``), so that the lower floors name the upper
ones without importing them.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from importlib import import_module
from typing import Generic, TypeVar

from attrs import frozen

from powerchannel.errors import UnknownNameError
from powerchannel.text import Text

__all__ = ["DOMAINS", "RULEBOOK_KINDS", "Registry", "did_you_mean", "resolve"]

T = TypeVar("T")

_MOST_NAMES_SHOWN = 20


def did_you_mean(name: str, names: Iterable[str]) -> tuple[str, ...]:
    """Return the names most like a misspelt one, the nearest first (相近名称).

    Parameters
    ----------
    name : str
        What was written. Case makes no difference.
    names : iterable of str
        The names there are.

    Returns
    -------
    tuple of str
        At most three; empty when none is near.

    Examples
    --------
    >>> did_you_mean("Wechta", ["hotline", "wechat", "alipay"])
    ('wechat',)
    """
    folded = {known.casefold(): known for known in names}
    near = difflib.get_close_matches(name.casefold(), folded, n=3)
    return tuple(folded[key] for key in near)


@frozen(eq=False, init=False)
class Registry(Generic[T]):
    """Names and what they stand for (名称登记表).

    Parameters
    ----------
    what : Text
        What the names name, for messages: ``Text("渠道", "channel")``.
    entries : mapping of str to T
        Copied; the order is kept.

    Examples
    --------
    >>> units = Registry(Text("单位", "unit"), {"kWh": 1000})
    >>> units.with_entry("MWh", 1_000_000).get("MWh")
    1000000
    >>> units.names()
    ('kWh',)
    """

    what: Text
    _entries: Mapping[str, T]

    def __init__(self, what: Text, entries: Mapping[str, T]) -> None:
        self.__attrs_init__(what, dict(entries))

    def names(self) -> tuple[str, ...]:
        """Return every name, in the order of entry (全部名称)."""
        return tuple(self._entries)

    def get(self, name: str) -> T:
        """Return what a name stands for (按名称取值).

        Parameters
        ----------
        name : str
            One of `names`, written exactly.

        Raises
        ------
        UnknownNameError
            When there is no such name; says which there are, and the nearest.
        """
        if name not in self._entries:
            raise _unknown(self.what, name, self.names())
        return self._entries[name]

    def with_entry(self, name: str, value: T) -> Registry[T]:
        """Return a new registry with one more name, or one replaced (增加登记).

        Parameters
        ----------
        name : str
            The name to add.
        value : T
            What it stands for.
        """
        return Registry(self.what, {**self._entries, name: value})


def resolve(reference: str) -> object:
    """Import what a reference names (解析引用).

    Parameters
    ----------
    reference : str
        ``"module"`` or ``"module:attribute"``.

    Raises
    ------
    UnknownNameError
        When there is no such module, or no such attribute in it. An import that fails inside the
        module is left as it is.

    Examples
    --------
    >>> resolve("powerchannel.text:LANGUAGES")
    ('zh', 'en')
    """
    module_name, _, attribute = reference.partition(":")
    try:
        module = import_module(module_name)
    except ModuleNotFoundError as error:
        if not error.name or not f"{module_name}.".startswith(f"{error.name}."):
            raise
        raise UnknownNameError.of(
            "unknown_module",
            reference,
            f"没有名为“{module_name}”的模块；请安装提供它的软件包，或更正引用（模块:属性）",
            f"there is no module {module_name!r}; install the package it comes from, "
            "or correct the reference (module:attribute)",
        ) from error
    if not attribute:
        return module
    if not hasattr(module, attribute):
        what = Text(f"{module_name} 的属性", f"attribute of {module_name}")
        raise _unknown(what, attribute, _public(module))
    found: object = getattr(module, attribute)
    return found


def _public(module: object) -> tuple[str, ...]:
    return tuple(name for name in dir(module) if not name.startswith("_"))


def _unknown(what: Text, name: str, names: tuple[str, ...]) -> UnknownNameError:
    near = did_you_mean(name, names)
    zh = f"没有名为“{name}”的{what.zh}。"
    en = f"there is no {what.en} {name!r}"
    en += f"; did you mean {' or '.join(near)}?" if near else "."
    if near:
        zh += f"是否想用 {'、'.join(near)}？"
    known = _listed(names)
    return UnknownNameError.of("unknown_name", what.en, f"{zh}{known.zh}", f"{en} {known.en}")


def _listed(names: tuple[str, ...]) -> Text:
    if not names:
        return Text("目前一个也没有。", "There are none.")
    shown = names[:_MOST_NAMES_SHOWN]
    more = len(names) - len(shown)
    zh_more, en_more = (f"等 {len(names)} 个", f" and {more} more") if more else ("", "")
    return Text(f"现有：{'、'.join(shown)}{zh_more}。", f"Known: {', '.join(shown)}{en_more}.")


RULEBOOK_KINDS: Registry[str] = Registry(
    Text("规则手册类别", "rulebook kind"),
    {
        "channel": "powerchannel.channel.rules:Rulebook",
        "billing": "powerchannel.billing.rules:Rulebook",
        "tariff": "powerchannel.billing.tariff:Tariff",
        "theft": "powerchannel.theft.rules:Rulebook",
    },
)
"""The record class of each kind of rulebook."""

DOMAINS: Registry[str] = Registry(
    Text("业务域", "domain"),
    {
        "channel": "powerchannel.channel",
        "billing": "powerchannel.billing",
        "theft": "powerchannel.theft",
    },
)
"""The package of each domain."""
