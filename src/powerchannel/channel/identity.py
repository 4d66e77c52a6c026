"""Who is who: phones in one form, and phones that several customers share (身份)."""

from __future__ import annotations

import re

import numpy as np
from attrs import evolve

from powerchannel.tables.raw import Raw

__all__ = ["normalise_phone", "normalise_phones"]

_FULL_WIDTH = str.maketrans("０１２３４５６７８９＋－（）　", "0123456789+-() ")
_MOBILE = re.compile(r"(?:\+?86|0086)?(1\d{10})")
_LANDLINE = re.compile(r"(?:\+?86|0086)?(0\d{2,3})(\d{7,8})")


def normalise_phone(text: str) -> str:
    """Return a phone number in one form; anything else as it stands (电话规范化).

    Examples
    --------
    >>> [normalise_phone(text) for text in (" +86 138-0000-0000 ", "(0311) 8888 8888", "wx_01")]
    ['13800000000', '0311-88888888', 'wx_01']
    """
    plain = text.translate(_FULL_WIDTH).strip()
    digits = re.sub(r"[\s\-().]", "", plain)
    mobile = _MOBILE.fullmatch(digits)
    if mobile:
        return mobile[1]
    landline = _LANDLINE.fullmatch(digits)
    return f"{landline[1]}-{landline[2]}" if landline else plain


def normalise_phones(contact: Raw) -> Raw:
    """Normalise a column of contacts, each distinct value once (电话列规范化)."""
    pooled = contact.pooled()
    words = [normalise_phone(w) if w else w for w in pooled.words()]
    values = np.empty(len(words), dtype=object)
    values[:] = words
    return evolve(pooled, values=values)
