"""What changed from one rulebook to another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from attrs import frozen

from powerchannel.rulebook.records import FrozenMapping, RulebookRecord
from powerchannel.rulebook.shapes import join
from powerchannel.rulebook.writing import canonical, plain

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Difference", "diff", "diff_table"]


@frozen(kw_only=True)
class Difference:
    """One value that differs between two rulebooks (差异).

    Parameters
    ----------
    path : str
        Its place, with list items by their ``id`` where they have one:
        ``"$.latent.ladder.phone_registered.points.app"``.
    old, new : object
        The two values; None where there is none.
    """

    path: str
    old: object
    new: object


def diff(old: RulebookRecord, new: RulebookRecord) -> tuple[Difference, ...]:
    """Return what changed from one rulebook to another (比较规则集).

    Items with an ``id`` are matched by it, so that an item put in between is one change; where
    only their order changed, the difference is the order of the ids.

    Parameters
    ----------
    old, new : RulebookRecord
        Two rulebooks of one kind.

    Returns
    -------
    tuple of Difference
        Empty exactly when the two are equal.

    Examples
    --------
    >>> @frozen(kw_only=True)
    ... class Book:
    ...     months: int
    >>> diff(Book(months=6), Book(months=12))
    (Difference(path='$.months', old=6, new=12),)
    """
    return tuple(_differences("$", plain(old), plain(new)))


def diff_table(old: RulebookRecord, new: RulebookRecord) -> pd.DataFrame:
    """Return what changed from one rulebook to another as a table (规则集比较表).

    Parameters
    ----------
    old, new : RulebookRecord
        Two rulebooks of one kind.

    Returns
    -------
    pandas.DataFrame
        Text columns ``path``, ``old`` and ``new``, one row a difference; a value that is not
        there is missing.

    Examples
    --------
    >>> @frozen(kw_only=True)
    ... class Book:
    ...     months: int
    >>> diff_table(Book(months=6), Book(months=12))
           path old new
    0  $.months   6  12
    """
    import pandas as pd  # here, because a rulebook is loaded in a tenth of the time without it

    rows = [(each.path, _words(each.old), _words(each.new)) for each in diff(old, new)]
    return pd.DataFrame(rows, columns=["path", "old", "new"], dtype="string")


def _differences(path: str, old: object, new: object) -> Iterator[Difference]:
    if old == new:
        return
    has_ids = _has_ids(old) and _has_ids(new)
    before, after = _parts(old, has_ids=has_ids), _parts(new, has_ids=has_ids)
    if before is None or after is None or not (before or after):
        yield Difference(path=path, old=_fixed(old), new=_fixed(new))
        return
    for key in {**before, **after}:
        yield from _differences(join(path, key), before.get(key), after.get(key))
    order = [key for key in after if key in before]
    if isinstance(new, list) and order != [key for key in before if key in after]:
        yield Difference(path=path, old=tuple(before), new=tuple(after))


def _parts(value: object, *, has_ids: bool) -> Mapping[str | int, object] | None:
    """Return what a value is compared by; None for one that is compared as a whole."""
    if value is None:
        return {}
    if isinstance(value, dict):
        return value
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        return None
    return {each["id"] if has_ids else i: each for i, each in enumerate(value)}


def _has_ids(value: object) -> bool:
    items = value if isinstance(value, list) else []
    ids = [each.get("id") for each in items if isinstance(each, dict)]
    return all(isinstance(each, str) for each in ids) and len(set(ids)) == len(items)


def _fixed(value: object) -> object:
    if isinstance(value, list):
        return tuple(_fixed(each) for each in value)
    return FrozenMapping(value) if isinstance(value, dict) else value


def _words(value: object) -> str | None:
    return value if value is None or isinstance(value, str) else canonical(plain(value))
