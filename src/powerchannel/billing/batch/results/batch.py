"""The bills that the batch made, and the groups it left (批量账单)."""

from __future__ import annotations

from collections import Counter

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.billing.batch.inputs.reasons import REASONS, Codes
from powerchannel.billing.batch.results.block import Block
from powerchannel.ids import Ids

__all__ = ["Batch"]


@frozen(eq=False, kw_only=True)
class Batch:
    """The bills that the batch made, and the groups it left (批量账单).

    Parameters
    ----------
    groups : Ids
        All groups of the month, in the order of their keys.
    reasons : ndarray of uint8, shape (groups,)
        An index of `REASONS`: 0 where the batch has the bill, else why the reference must make it.
    blocks : tuple of Block
        The bills.
    """

    groups: Ids
    reasons: Codes
    blocks: tuple[Block, ...]

    @classmethod
    def empty(cls) -> Batch:
        """Return a batch of no groups (空批)."""
        return cls(groups=Ids.empty(), reasons=np.zeros(0, np.uint8), blocks=())

    @property
    def is_billed(self) -> NDArray[np.bool_]:
        """Which groups have a bill here (已批量计费)."""
        return np.asarray(self.reasons == 0)

    @property
    def left(self) -> tuple[str, ...]:
        """The groups that are left to the reference, in canonical order (其余计费组)."""
        left = self.groups.take(~self.is_billed).ordered()[0]
        return tuple(left.to_text().tolist())

    @property
    def why(self) -> Counter[str]:
        """How many groups were left for each reason (其余原因)."""
        codes, counts = np.unique(self.reasons[self.reasons != 0], return_counts=True)
        names = (REASONS[code] for code in codes.tolist())
        return Counter(dict(zip(names, counts.tolist(), strict=True)))
