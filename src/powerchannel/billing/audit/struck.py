"""Making the findings of a check out of columns (审核发现)."""

from __future__ import annotations

import numpy as np
from attrs import evolve

from powerchannel.billing.audit.inputs import Bools, Facet, Inputs, Ints, Objects
from powerchannel.billing.compare.sheets import plain_text
from powerchannel.text import Text

__all__ = ["not_asked", "struck", "struck_rows", "told", "with_unchecked"]


def told(value: Ints | Objects | str, rows: Bools) -> Objects:
    """Return some rows of a column as text; one text for all of them (取行并转为文本)."""
    if isinstance(value, str):
        return np.full(int(rows.sum()), value, dtype=object)
    picked = value[rows]
    if picked.dtype.kind == "i":
        return plain_text(picked.astype(np.int64))
    return picked.astype(object)


def not_asked(what: Text) -> Facet:
    """Return the facet of a check that concerns no account (无适用对象)."""
    nothing = np.zeros(0, dtype=object)
    return Facet(ids=nothing, found=nothing, threshold=nothing, what=what)


def struck_rows(
    ids: Objects,
    is_hit: Bools,
    found: Ints | Objects | str,
    threshold: Ints | Objects | str,
    what: Text,
) -> Facet:
    """Return a facet for the rows of a side table (附表各行的发现)."""
    return Facet(
        ids=ids[is_hit], found=told(found, is_hit), threshold=told(threshold, is_hit), what=what
    )


def struck(
    inputs: Inputs,
    is_hit: Bools,
    found: Ints | Objects | str,
    threshold: Ints | Objects | str,
    what: Text,
    *,
    unchecked: Bools | None = None,
    missing: str = "",
) -> Facet:
    """Return a facet for columns that are lined up by account (各户的发现).

    Parameters
    ----------
    inputs : Inputs
        Whose ids they are lined up with.
    is_hit : ndarray of bool
        The accounts that are struck.
    found, threshold : ndarray or str
        What was found and what is allowed: whole 1e-8, or text.
    what : Text
        The finding in words.
    unchecked : ndarray of bool, optional
        The accounts that could not be checked, and `missing`, why.
    missing : str
        As above.
    """
    ids = inputs.ids.to_numpy(dtype=object)
    nothing = np.zeros(len(ids), np.bool_)
    return Facet(
        ids=ids[is_hit],
        found=told(found, is_hit),
        threshold=told(threshold, is_hit),
        what=what,
        unchecked=ids[nothing if unchecked is None else unchecked],
        missing=missing,
    )


def with_unchecked(found: Facet, ids: Objects, missing: str) -> Facet:
    """Return a facet that also says what could not be checked, and why (补充未审核对象)."""
    return evolve(found, unchecked=ids, missing=missing)
