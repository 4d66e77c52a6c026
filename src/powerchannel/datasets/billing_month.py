"""A month of billing, made up: accounts to bill, the month before, and faults to be found."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from attrs import frozen

from powerchannel.billing.tables.schemas import SCHEMAS
from powerchannel.datasets.archive import (
    accounts_table,
    givens_table,
    previous_accounts_table,
    relations_table,
    transformers_table,
    values_table,
)
from powerchannel.datasets.faults import draw_faults, faults_table, with_wrong_use
from powerchannel.datasets.made import MadeUp
from powerchannel.datasets.metering import meters_table, readings_table
from powerchannel.datasets.options import require
from powerchannel.datasets.supply import KINDS, draw_supply
from powerchannel.periods import format_month, parse_month

__all__ = ["BILLED_TABLES", "TARIFFS", "BillingMonth", "billing_month"]

BILLED_TABLES: tuple[str, ...] = (
    *("accounts", "meters", "readings", "relations", "transformers", "givens"),
)
"""The tables that bills are made from."""

TARIFFS: tuple[str, ...] = tuple(dict.fromkeys(kind.tariff for kind in KINDS))
"""The bundled tariffs that the accounts have."""

_MOST_ACCOUNTS = 10_000_000
_CHANGED_FEN = 1000


@frozen(kw_only=True, eq=False, repr=False)
class BillingMonth(MadeUp):
    """The tables of a made-up month of billing, and the faults planted in it (模拟计费月).

    Numbers are exact text. Columns that repeat few values are categories.

    Parameters
    ----------
    accounts, meters, readings, relations, transformers, givens : DataFrame
        The tables of the billing domain; accounts, meters and relations with the columns that only
        audits look at.
    previous, last_year : DataFrame
        id, name, period, value: the billed energy of every account and group in the month before,
        and in the same month of last year.
    previous_accounts : DataFrame
        account_id, started_on, ended_on, year_to_date_kwh of the month before.
    truth : DataFrame
        One row a fault: account_id, fault (a name of `powerchannel.datasets.faults.FAULTS`), rule
        (the code that finds it) and table (where it is planted).
    as_of : str
        The month.
    seed : int
        The seed it was made from.
    """

    written = (*BILLED_TABLES, "previous", "last_year", "previous_accounts")
    hidden = ("truth",)
    schemas = SCHEMAS

    accounts: pd.DataFrame
    meters: pd.DataFrame
    readings: pd.DataFrame
    relations: pd.DataFrame
    transformers: pd.DataFrame
    givens: pd.DataFrame
    previous: pd.DataFrame
    last_year: pd.DataFrame
    previous_accounts: pd.DataFrame
    truth: pd.DataFrame
    as_of: str
    seed: int

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """What ``billing.check`` takes (计费输入表)."""
        return {name: self.table(name) for name in BILLED_TABLES}

    def archive(
        self, *, lines: pd.DataFrame, registers: pd.DataFrame
    ) -> Mapping[str, pd.DataFrame]:
        """Return the side tables of an audit, with the bills as they were issued (审核附表).

        Parameters
        ----------
        lines, registers : DataFrame
            ``Result.lines`` and ``Result.registers`` of this month.
        """
        side = (*BILLED_TABLES[:-1], "previous_accounts")
        found = {name: self.table(name) for name in side}
        return {**found, "lines": self.issued(lines), "registers": registers}

    def issued(self, lines: pd.DataFrame) -> pd.DataFrame:
        """Return the lines of bills with the planted changes in them (已出账单).

        Parameters
        ----------
        lines : DataFrame
            ``Result.lines``; the first line of each account that has the fault ``changed_line`` is
            10 yuan more in the copy that comes back.
        """
        changed = self.truth.loc[self.truth["fault"] == "changed_line", "account_id"]
        is_hit = lines["account_id"].isin(changed) & ~lines.duplicated("account_id")
        more = np.where(is_hit, _CHANGED_FEN, 0)
        return lines.assign(amount_fen=lines["amount_fen"] + more)

    def __repr__(self) -> str:
        rows = self._counted((*BILLED_TABLES, "truth"))
        return f"BillingMonth(as_of={self.as_of!r}, seed={self.seed}; {rows})"


def billing_month(
    accounts: int, *, seed: int = 1, as_of: str = "2025-03", faults: int = 5
) -> BillingMonth:
    """Make up a month of billing with planted faults (生成模拟计费月).

    The same arguments give the same tables, with every supported version of NumPy and pandas. Of
    every twenty accounts eleven are homes with tiers and two rates, three shops, one farm with
    reactive energy, one works and one mill on two-part tariffs (capacity; demand), and three a
    group: a works, a sub-meter behind it, and a fixed share of it. Accounts without a fault pass
    an audit that blocks; an audit may still ask for a review of some.

    Accounts are 0200000000001 and on, meters 0300000000001, groups of several 0500000000001. The
    tariffs are `powerchannel.datasets.TARIFFS`.

    Parameters
    ----------
    accounts : int
        How many accounts, from 1 to 10 million.
    seed : int
        0 or more.
    as_of : str
        The month; its bills run from its first day to its last.
    faults : int
        How many accounts have each of the eleven kinds of fault; fewer where there are not so many
        that could.

    Returns
    -------
    BillingMonth

    Raises
    ------
    ValueError
        When an argument is out of its range.

    Examples
    --------
    >>> month = billing_month(1000, seed=1)
    >>> month.accounts.loc[0, ["account_id", "tariff"]].tolist()
    ['0200000000001', 'zhejiang-residential-tiers']
    >>> int(month.truth["fault"].value_counts()["rollover"])
    5
    """
    require(1 <= accounts <= _MOST_ACCOUNTS, "accounts", accounts, f"1 - {_MOST_ACCOUNTS:,}")
    require(seed >= 0, "seed", seed, ">= 0")
    require(faults >= 0, "faults", faults, ">= 0")
    month = np.datetime64(parse_month(as_of), "M")
    ends = (month, month + 1)
    supply = draw_supply(accounts, seed)
    planted = draw_faults(supply, faults, seed)
    counted = with_wrong_use(supply, planted)
    days = (ends[0].astype("M8[D]"), ends[1].astype("M8[D]"))
    low = planted.has("surge")
    return BillingMonth(
        accounts=accounts_table(supply, planted, ends),
        meters=meters_table(supply, planted),
        readings=readings_table(counted, planted, days),
        relations=relations_table(supply, month),
        transformers=transformers_table(supply),
        givens=givens_table(supply),
        previous=values_table(supply, supply.draws[:, 6], low),
        last_year=values_table(supply, supply.draws[:, 7], np.zeros_like(low)),
        previous_accounts=previous_accounts_table(supply, planted, ends),
        truth=faults_table(planted),
        as_of=format_month(int(month.astype(np.int64))),
        seed=seed,
    )
