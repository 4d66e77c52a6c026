"""Asking a state for some of its keys (按编号取)."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from powerchannel.errors import UnknownNameError
from powerchannel.ids import Ids
from powerchannel.text import Text

__all__ = ["rows_of"]


def rows_of(wanted: Iterable[str], known: Ids, *, code: str, unknown: Text) -> NDArray[np.int64]:
    """Return the rows of the ids that are asked for, ascending, each once (按编号取行).

    Parameters
    ----------
    wanted : str or iterable of str
        One id, or several in any order.
    known : Ids
        Those there are, each once.
    code : str
        Of the problem where one is not known.
    unknown : Text
        What is said then, with gaps for how many there are ``{n}`` and for the ``{first}``.

    Raises
    ------
    UnknownNameError
        When an id is not known.

    Examples
    --------
    >>> known = Ids.from_text(["017", "8", "b"])
    >>> told = Text("缺 {n} 个", "{n} are missing")
    >>> rows_of(["b", "017", "b"], known, code="unknown", unknown=told).tolist()
    [0, 2]
    """
    texts = [wanted] if isinstance(wanted, str) else list(wanted)
    rows = known.positions(Ids.from_text(texts))
    lost = [text for text, row in zip(texts, rows, strict=True) if row < 0]
    if lost:
        told = unknown.fill(n=len(lost), first=repr(lost[0]))
        raise UnknownNameError.of(code, "state", told.zh, told.en, count=len(lost))
    return np.unique(rows)
