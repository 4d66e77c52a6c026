"""The bills of many groups that print the same lines, column by column (批量账单)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from powerchannel.billing.batch.columns.cells import Choice, Numbers
from powerchannel.billing.batch.columns.exact import Ints, total
from powerchannel.billing.batch.columns.printed import FindingColumn, LineColumn
from powerchannel.billing.batch.energy.billed import Billed

__all__ = ["Block"]


@frozen(eq=False, kw_only=True)
class Block:
    """Bills of account rows that have the same lines and values (同式账单).

    Parameters
    ----------
    groups, accounts : ndarray of int64, shape (bills,)
        Keys over the names of the state.
    ranks : ndarray of int64
        In the order of the accounts of a group.
    is_alone : ndarray of bool
        Which accounts are the only one of their group.
    lines : tuple of LineColumn
        In the order in which they are printed.
    findings : tuple of FindingColumn
        In the order in which they are told, behind the notes of the energy.
    energy : Billed
        What is billed.
    metered_decimals, billed_decimals : int
        Of its energy.
    metered_demand, demand : Numbers, optional
        [kW]
    factor : ndarray of int64, optional
        The power factor in hundredths; 0 for none.
    rate : Choice, optional
        The rate, where the power factor changes the bill [percent].
    fed_in : mapping of name to Numbers
        The results of what was fed in, where it is not 0.
    """

    groups: Ints
    accounts: Ints
    ranks: Ints
    is_alone: NDArray[np.bool_]
    lines: tuple[LineColumn, ...]
    findings: tuple[FindingColumn, ...] = ()
    energy: Billed
    metered_decimals: int
    billed_decimals: int
    metered_demand: Numbers | None = None
    demand: Numbers | None = None
    factor: Ints | None = None
    rate: Choice | None = None
    fed_in: Mapping[str, Numbers] = field(factory=dict)

    def __len__(self) -> int:
        return len(self.groups)

    @property
    def amount(self) -> Ints:
        """What each bill comes to [fen] (应收)."""
        return total([line.amount for line in self.lines], len(self))
