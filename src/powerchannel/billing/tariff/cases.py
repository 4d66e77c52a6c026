"""Documents without a head and without sources, as worked examples write them (算例简写)."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest
from typing import Any, cast, get_args, get_origin

import attrs

from powerchannel.rulebook import Provenance
from powerchannel.rulebook.shapes import fields_of, key_of, without_none

__all__ = ["stated_by", "whole_tiers", "with_provenance"]


def stated_by(source: str) -> Mapping[str, object]:
    """Return the provenance of what a source states, as a document has it (出处)."""
    return {"status": "stated", "clause": source}


def with_provenance(
    cls: type, document: Mapping[str, object], provenance: Mapping[str, object]
) -> dict[str, object]:
    """Return a document in which every rule that names no provenance has this one (补出处).

    Parameters
    ----------
    cls : type
        The record class of the document.
    document : mapping of str to object
        What was written; whatever does not fit the class stays as it is.
    provenance : mapping of str to object
        What is filled in.

    Examples
    --------
    >>> from powerchannel.billing.tariff.clauses import FeedIn
    >>> with_provenance(FeedIn, {"price": "0.4"}, stated_by("a textbook"))["provenance"]
    {'status': 'stated', 'clause': 'a textbook'}
    """
    filled = dict(document)
    for each in fields_of(cls):
        key, declared = key_of(each), without_none(each.type)[0]
        if declared is Provenance:
            filled.setdefault(key, provenance)
        elif key in filled:
            filled[key] = _inside(declared, filled[key], provenance)
    return filled


def _inside(declared: Any, value: object, provenance: Mapping[str, object]) -> object:
    item = (get_args(declared) or (None,))[-1 if get_origin(declared) is Mapping else 0]
    if isinstance(value, Mapping) and isinstance(declared, type) and attrs.has(declared):
        return with_provenance(declared, cast("Mapping[str, object]", value), provenance)
    if isinstance(value, list | tuple) and get_origin(declared) is tuple:
        return [_inside(item, each, provenance) for each in value]
    if isinstance(value, Mapping) and get_origin(declared) is Mapping:
        return {key: _inside(item, each, provenance) for key, each in value.items()}
    return value


def whole_tiers(tiers: Mapping[str, object]) -> dict[str, object]:
    """Return tiers in full where they are written in short (阶梯补全).

    Parameters
    ----------
    tiers : mapping of str to object
        Increments may lack the 0 of the first tier; the prices of a table may be numbers, or one
        list of numbers for each period.

    Examples
    --------
    >>> short = {"limits_kwh": [180, 400], "increments": ["0.05", "0.3"]}
    >>> whole_tiers(short)["increments"]
    [0, '0.05', '0.3']
    >>> short = {"prices": {"peak": ["0.617", "0.677"], "valley": ["0.307", "0.337"]}}
    >>> whole_tiers(short)["prices"]
    [{'peak': '0.617', 'valley': '0.307'}, {'peak': '0.677', 'valley': '0.337'}]
    """
    whole = dict(tiers)
    limits, increments, prices = (tiers.get(k) for k in ("limits_kwh", "increments", "prices"))
    is_short = isinstance(increments, list) and isinstance(limits, list)
    if is_short and len(cast("list[object]", increments)) == len(cast("list[object]", limits)) > 0:
        whole["increments"] = [0, *cast("list[object]", increments)]
    if isinstance(prices, Mapping) and all(isinstance(each, list) for each in prices.values()):
        rows = zip_longest(*prices.values())
        prices = [dict(zip(prices, row, strict=True)) for row in rows]
    if isinstance(prices, list):
        whole["prices"] = [p if isinstance(p, Mapping) else {"total": p} for p in prices]
    return whole
