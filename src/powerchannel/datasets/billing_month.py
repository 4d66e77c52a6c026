"""A month of billing, made up: accounts to bill, the month before, and faults to be found."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

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
from powerchannel.datasets.exports import Export
from powerchannel.datasets.faults import draw_faults, faults_table, with_wrong_use
from powerchannel.datasets.metering import meters_table, readings_table, totals_table
from powerchannel.datasets.names import Headers
from powerchannel.datasets.options import ENCODINGS, FORMATS, LANGUAGES, require
from powerchannel.datasets.supply import KINDS, draw_supply
from powerchannel.datasets.writers import Encoding, Format, write_export
from powerchannel.periods import format_month, parse_month
from powerchannel.registry import Registry
from powerchannel.text import Text

__all__ = ["BILLED_TABLES", "TARIFFS", "BillingMonth", "billing_month"]

BILLED_TABLES: tuple[str, ...] = (
    *("accounts", "meters", "readings", "relations", "transformers", "givens"),
)
"""The tables that bills are made from."""

TARIFFS: tuple[str, ...] = tuple(dict.fromkeys(kind.tariff for kind in KINDS))
"""The bundled tariffs that the accounts have."""

_OTHER_TABLES = ("previous", "last_year", "previous_accounts", "totals")
_MOST_ACCOUNTS = 10_000_000
_CHANGED_FEN = 1000


@frozen(kw_only=True, eq=False, repr=False)
class BillingMonth:
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
    totals : DataFrame
        meter_id, account_id, register, period, previous, current, multiplier, metered_kwh: the
        totals of meters with rates, which the bills of a utility print beside the rates.
    truth : DataFrame
        One row a fault: account_id, fault (a name of `powerchannel.datasets.faults.FAULTS`), rule
        (the code that finds it) and table (where it is planted).
    as_of : str
        The month.
    seed : int
        The seed it was made from.
    """

    accounts: pd.DataFrame
    meters: pd.DataFrame
    readings: pd.DataFrame
    relations: pd.DataFrame
    transformers: pd.DataFrame
    givens: pd.DataFrame
    previous: pd.DataFrame
    last_year: pd.DataFrame
    previous_accounts: pd.DataFrame
    totals: pd.DataFrame
    truth: pd.DataFrame
    as_of: str
    seed: int

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """What ``billing.check`` takes (计费输入表)."""
        return {name: self._table(name) for name in BILLED_TABLES}

    def archive(
        self, *, lines: pd.DataFrame, registers: pd.DataFrame
    ) -> Mapping[str, pd.DataFrame]:
        """Return the side tables of an audit, with the bills as they were issued (审核附表).

        Parameters
        ----------
        lines, registers : DataFrame
            ``Result.lines`` and ``Result.registers`` of this month, which has only what is billed;
            `totals` are added.
        """
        side = ("accounts", "meters", "relations", "transformers", "previous_accounts")
        found = {name: self._table(name) for name in side}
        printed = pd.concat([registers, self.totals.astype("str")], ignore_index=True)
        return {**found, "lines": self.issued(lines), "registers": printed}

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

    def exported(self, table: str, *, headers: Headers = "zh") -> pd.DataFrame:
        """Return a table as its export file has it (导出表).

        Parameters
        ----------
        table : str
            One of `BILLED_TABLES`, ``"previous"``, ``"last_year"``, ``"previous_accounts"``,
            ``"totals"`` or ``"truth"``.
        headers : {"zh", "en"}
            Chinese headers and code values, or the canonical ones, which all tables that bills are
            not made from always have.

        Raises
        ------
        UnknownNameError
            When there is no such table.

        Examples
        --------
        >>> list(billing_month(20, seed=1).exported("readings"))
        ['表号', '示数类型', '抄表日期', '示数']
        """
        return self._export(table, LANGUAGES.get(headers)).frame()

    def write(
        self,
        folder: str | os.PathLike[str],
        *,
        format: Format,  # noqa: A002
        encoding: Encoding = "utf-8",
        headers: Headers = "zh",
        tables: Iterable[str] | None = None,
    ) -> tuple[Path, ...]:
        """Write export files, such as ``readings.csv`` (写出导出文件).

        The same month gives the same bytes; those of Parquet name the version of pyarrow.

        Parameters
        ----------
        folder : str or path
            Where to; made if need be. Files that exist are replaced.
        format : {"csv", "parquet", "arrow"}
            All cells are text in all of them.
        encoding : {"utf-8", "gb18030"}
            Of CSV files; the other formats have their own.
        headers : {"zh", "en"}
            As in `exported`.
        tables : iterable of str, optional
            Names of tables, as in `exported`; by default all but ``"truth"``.

        Returns
        -------
        tuple of Path
            The files, in the order of the tables.

        Raises
        ------
        ImportError
            For Parquet and Arrow, when pyarrow is not installed.
        UnknownNameError
            When there is no such table, format, encoding or language.
        """
        wanted = (*BILLED_TABLES, *_OTHER_TABLES) if tables is None else tuple(tables)
        kind, text, words = FORMATS.get(format), ENCODINGS.get(encoding), LANGUAGES.get(headers)
        exports = {Path(folder) / f"{name}.{kind}": self._export(name, words) for name in wanted}
        Path(folder).mkdir(parents=True, exist_ok=True)
        for path, export in exports.items():
            write_export(export, path, kind, text)
        return tuple(exports)

    def _export(self, name: str, headers: Headers) -> Export:
        table = self._table(name)
        return Export.of(_in_chinese(table, name) if headers == "zh" else table, None, "en")

    def _table(self, name: str) -> pd.DataFrame:
        names = (*BILLED_TABLES, *_OTHER_TABLES, "truth")
        frames: Mapping[str, pd.DataFrame] = {each: getattr(self, each) for each in names}
        return Registry(Text("数据表", "table"), frames).get(name)

    def __repr__(self) -> str:
        names = (*BILLED_TABLES, "truth")
        rows = ", ".join(f"{name}: {len(self._table(name)):,}" for name in names)
        return f"BillingMonth(as_of={self.as_of!r}, seed={self.seed}; {rows})"


def _in_chinese(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return a table with the labels of its schema; one that bills are not made from stays."""
    if name not in SCHEMAS:
        return table
    columns = {c.name: c for c in SCHEMAS[name].columns if c.name in table}
    words = {
        column.name: table[column.name].cat.rename_categories(
            {code.code: code.title.zh for code in column.codes}
        )
        for column in columns.values()
        if column.kind == "code"
    }
    return table.assign(**words).rename(columns={n: c.title.zh for n, c in columns.items()})


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
        totals=totals_table(counted, planted),
        truth=faults_table(planted),
        as_of=format_month(int(month.astype(np.int64))),
        seed=seed,
    )
