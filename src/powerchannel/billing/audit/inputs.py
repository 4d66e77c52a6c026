"""What the rules of the audit look at, lined up by account (审核输入)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cached_property
from typing import Literal, TypeAlias

import numpy as np
import pandas as pd
from attrs import field, frozen
from numpy.typing import NDArray

from powerchannel.billing.compare.sheets import DECIMALS, Sheet
from powerchannel.billing.rules import AuditRule, Rulebook
from powerchannel.billing.tariff import Tariff
from powerchannel.errors import RulebookError
from powerchannel.money import exact_integer, multiply_divide_half_up
from powerchannel.tables import NO_NUMBER
from powerchannel.text import Text

__all__ = [
    "Bools",
    "Facet",
    "Inputs",
    "Ints",
    "Limits",
    "Objects",
    "Unable",
    "has_tariff",
    "is_known",
    "scaled_by",
]

Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]
Objects: TypeAlias = NDArray[np.object_]
_Month: TypeAlias = Literal["bills", "previous", "last_year"]

_RATIO_DECIMALS = 4
_IDLE = ("suspended", "cold_standby")


class Unable(Exception):  # noqa: N818  # it ends a check, and never leaves the audit
    """Something that a check needs is not there; its argument says what."""


@frozen(eq=False, kw_only=True)
class Facet:
    """What one check of a rule found (一项检查的结果).

    Parameters
    ----------
    ids : ndarray of object
        The accounts, groups or meters it strikes; one may stand several times.
    found, threshold : ndarray of object
        What was found there and what is allowed, as text.
    what : Text
        The finding in words, with the gaps ``{found}`` and ``{threshold}``.
    unchecked : ndarray of object
        The ids that could not be checked, because `missing` is not there for them.
    missing : str
        As above.
    """

    ids: Objects
    found: Objects
    threshold: Objects
    what: Text
    unchecked: Objects = field(factory=lambda: np.zeros(0, dtype=object))
    missing: str = ""


@frozen(eq=False)
class Limits:
    """The thresholds of a rule, by name (阈值)."""

    rule: AuditRule

    def get(self, name: str) -> Decimal | None:
        """Return a threshold, or None where the rule has none of that name (阈值)."""
        return self.rule.thresholds.get(name)

    def __getitem__(self, name: str) -> Decimal:
        found = self.get(name)
        if found is None:
            raise RulebookError.of(
                "missing_threshold",
                f"audit.rules.{self.rule.code}.thresholds",
                f"缺少阈值 {name}；现有：{', '.join(self.rule.thresholds) or '无'}",
                f"the threshold {name} is missing; there are: "
                f"{', '.join(self.rule.thresholds) or 'none'}",
            )
        return found


def has_tariff(inputs: Inputs, holds: Callable[[Tariff], bool]) -> Bools:
    """Return which accounts have a tariff of some kind in any of their rows (按电价筛选)."""
    table = inputs.accounts
    names = [name for name, tariff in inputs.tariffs.items() if holds(tariff)]
    found = table.loc[table["tariff"].isin(names), "account_id"]
    return np.isin(inputs.ids.to_numpy().astype(str), found.to_numpy(dtype=object).astype(str))


def is_known(*columns: Ints) -> Bools:
    """Return where all of the columns have a value (是否有值)."""
    known = [column != NO_NUMBER for column in columns]
    return np.asarray(np.logical_and.reduce(known), dtype=np.bool_)


def scaled_by(units: Ints, ratio: Decimal | int) -> Ints:
    """Return values times a ratio of at most four decimals (按比例).

    Exact for energy, which has at most three decimals, in whole 1e-8.
    """
    whole = exact_integer(ratio, _RATIO_DECIMALS, where="ratio")
    return multiply_divide_half_up(units, whole, 10**_RATIO_DECIMALS)


@frozen(eq=False, slots=False, kw_only=True)
class Inputs:
    """The tables of an audit (审核输入).

    Parameters
    ----------
    rulebook : Rulebook
        With the tariffs of the accounts.
    bills : DataFrame
        id, name, period, units, by `powerchannel.billing.compare.sheets.read_values`.
    previous, last_year : DataFrame, optional
        The same of other months.
    archive : mapping of name to Sheet
        Side tables.
    """

    rulebook: Rulebook
    bills: pd.DataFrame
    previous: pd.DataFrame | None
    last_year: pd.DataFrame | None
    archive: Mapping[str, Sheet]
    _rows: dict[str, Mapping[object, NDArray[np.intp]]] = field(factory=dict, init=False)

    @cached_property
    def ids(self) -> pd.Index:
        """The accounts and groups that are audited: all that have an amount (审核对象)."""
        names = self.bills["name"]
        found: pd.Index = pd.Index(
            self.bills.loc[names == "amount_yuan", "id"].unique(), dtype=object
        )
        return found

    def amounts(self, month: _Month, name: str, period: str = "total") -> Ints:
        """Return a result of each account, in whole 1e-8; `NO_NUMBER` where it has none (结果值).

        Raises
        ------
        Unable
            When the month was not given.
        """
        table: pd.DataFrame | None = getattr(self, month)
        if table is None:
            raise Unable(month)
        rows = table.take(self._rows_of(month).get((name, period), np.zeros(0, np.intp)))
        return self.aligned(rows["id"].to_numpy(dtype=object), rows["units"].to_numpy())

    def _rows_of(self, month: _Month) -> Mapping[object, NDArray[np.intp]]:
        """Return the rows of each result by name and period, looked for once a month."""
        if month not in self._rows:
            table: pd.DataFrame = getattr(self, month)
            found = table.groupby(["name", "period"]).indices
            self._rows[month] = {key: np.asarray(rows) for key, rows in found.items()}
        return self._rows[month]

    def aligned(self, ids: Objects, units: Ints) -> Ints:
        """Return one value an account, the first where there are several (对齐到户)."""
        is_first = ~pd.Series(ids, dtype=object).duplicated().to_numpy()
        positions = pd.Index(ids[is_first], dtype=object).get_indexer(self.ids)
        out = np.full(len(self.ids), NO_NUMBER)
        out[positions >= 0] = units[is_first][positions[positions >= 0]]
        return out

    def sheet(self, name: str, *columns: str) -> Sheet:
        """Return a side table that has some columns (附表).

        Raises
        ------
        Unable
            When the table or one of the columns is not there.
        """
        if name not in self.archive:
            raise Unable(f"archive.{name}")
        found = self.archive[name]
        missing = [column for column in columns if not found.has(column)]
        if missing:
            raise Unable(f"archive.{name}.{missing[0]}")
        return found

    @cached_property
    def accounts(self) -> pd.DataFrame:
        """The rows of the accounts: account_id, group_id, tariff, started, ended (账户计费段)."""
        sheet = self.sheet("accounts", "account_id", "group_id", "tariff", "started_on", "ended_on")
        texts = {name: sheet.texts(name) for name in ("account_id", "group_id", "tariff")}
        days = {name: sheet.days(f"{name}_on") for name in ("started", "ended")}
        return pd.DataFrame({**texts, **days})

    def with_groups(self, account_ids: Objects) -> tuple[Objects, NDArray[np.intp]]:
        """Return the rows of a table by id: those of an account, and again those of its group.

        Returns
        -------
        ids : ndarray of object
            Account or group.
        rows : ndarray of int
            The row of the table.
        """
        rows = np.arange(len(account_ids))
        if "accounts" not in self.archive:
            return account_ids, rows
        owners = self.accounts.drop_duplicates("account_id").set_index("account_id")["group_id"]
        groups = pd.Series(account_ids, dtype=object).map(owners).to_numpy(dtype=object)
        is_more = pd.notna(groups) & (groups != account_ids)
        return np.r_[account_ids, groups[is_more]], np.r_[rows, rows[is_more]]

    @cached_property
    def days(self) -> Ints:
        """Days of the billing period of each account (计费天数)."""
        ids, rows = self.with_groups(self.accounts["account_id"].to_numpy(dtype=object))
        taken = self.accounts.iloc[rows].assign(id=ids).groupby("id")
        length = taken["ended"].max() - taken["started"].min()
        days = length.dt.days.to_numpy().astype(np.int64)
        return self.aligned(length.index.to_numpy(dtype=object), days)

    @cached_property
    def transformers(self) -> pd.DataFrame:
        """Each transformer once an account: id, transformer_id, units, is_idle, rows (受电设备).

        The id is the account, and again its group. One that stands in several states has its
        largest capacity, and is idle if all of them are.
        """
        sheet = self.sheet("transformers", "transformer_id", "account_id", "capacity_kva")
        status = sheet.texts("status") if sheet.has("status") else np.full(sheet.rows, "running")
        ids, rows = self.with_groups(sheet.texts("account_id"))
        table = pd.DataFrame(
            {
                "id": ids,
                "transformer_id": sheet.texts("transformer_id")[rows],
                "units": sheet.units("capacity_kva", DECIMALS)[rows],
                "is_idle": np.isin(status.astype(str), _IDLE)[rows],
                "rows": 1,
            }
        )
        how = {"units": "max", "is_idle": "all", "rows": "sum"}
        return table.groupby(["id", "transformer_id"], as_index=False).agg(how)

    @cached_property
    def capacity(self) -> Ints:
        """Capacity of the transformers of each account that are not sealed [1e-8 kVA] (容量)."""
        return self._summed(self.transformers[~self.transformers["is_idle"]])

    @cached_property
    def has_idle_supply(self) -> Bools:
        """Whether all transformers of an account are suspended or cold (是否全部停用)."""
        if "transformers" not in self.archive:
            return np.zeros(len(self.ids), np.bool_)
        everything = self._summed(self.transformers)
        return is_known(everything) & ~is_known(self.capacity)

    def _summed(self, rows: pd.DataFrame) -> Ints:
        total = rows.groupby("id")["units"].sum()
        return self.aligned(total.index.to_numpy(dtype=object), total.to_numpy(dtype=np.int64))

    @cached_property
    def tariffs(self) -> Mapping[str, Tariff]:
        """The last edition of each tariff (各电价最近版本)."""
        return {tariff.name: tariff for tariff in self.rulebook.tariffs}

    @cached_property
    def categories(self) -> Objects:
        """The category of each account, empty where it is not known (用电类别).

        That of its tariff; else as the column ``category`` of the accounts has it; else residential
        where the tariff has tiers.
        """
        stated = self.stated_categories
        charged = self.of_tariff(lambda tariff: tariff.category or "")
        guessed = self.of_tariff(lambda tariff: "residential" if tariff.tiers else "")
        return self._words(
            np.where(charged != "", charged, np.where(stated != "", stated, guessed))
        )

    def of_tariff(self, word: Callable[[Tariff], str]) -> Objects:
        """Return a word for the tariff of each row of the accounts, empty without one (按电价取值).

        Parameters
        ----------
        word : callable
            From a tariff to the word.
        """
        names = self.accounts["tariff"]
        known = {name: word(tariff) for name, tariff in self.tariffs.items()}
        found = names.map({name: known.get(name, "") for name in names.unique()})
        return found.to_numpy(dtype=object)

    @cached_property
    def stated_categories(self) -> Objects:
        """The category that each row of the accounts states, empty without one (档案用电类别)."""
        sheet = self.sheet("accounts")
        if not sheet.has("category"):
            return np.full(sheet.rows, "", dtype=object)
        return sheet.texts("category")

    @cached_property
    def has_meter(self) -> Bools:
        """Whether a meter hangs at an account; a share of another's energy has none (是否有表).

        All of them where the meters are not known.
        """
        if "meters" not in self.archive or not self.archive["meters"].has("account_id"):
            return np.ones(len(self.ids), np.bool_)
        owners, _ = self.with_groups(self.archive["meters"].texts("account_id"))
        return np.isin(self.ids.to_numpy(dtype=object).astype(str), owners.astype(str))

    @cached_property
    def is_high_voltage(self) -> Bools:
        """Whether an account is supplied at high voltage (是否高压).

        As the column ``voltage`` (high, low) of the accounts has it; else where it has a
        transformer of its own.
        """
        own = np.zeros(len(self.ids), np.bool_)
        if "transformers" in self.archive:
            own = np.isin(self.ids.to_numpy(dtype=object).astype(str), self._owners)
        sheet = self.archive["accounts"]
        if not sheet.has("voltage"):
            return own
        stated = self._words(sheet.texts("voltage"))
        return np.asarray(np.where(stated == "", own, stated == "high"), dtype=np.bool_)

    @property
    def _owners(self) -> NDArray[np.str_]:
        return self.transformers["id"].to_numpy(dtype=object).astype(str)

    def _words(self, per_row: Objects) -> Objects:
        """Return a word of each account from one of each of its rows."""
        ids, rows = self.with_groups(self.accounts["account_id"].to_numpy(dtype=object))
        first = pd.Series(per_row[rows], index=ids, dtype=object)
        first = first[~first.index.duplicated()]
        return first.reindex(self.ids).fillna("").to_numpy(dtype=object)

    def account_of(self, meter_ids: Objects) -> Objects:
        """Return the account of each meter; an id that is no meter stays (计量点所属账户)."""
        owners = self._owners_of_meters
        found = owners.reindex(pd.Index(meter_ids, dtype=object)).to_numpy(dtype=object)
        return np.where(pd.isna(found), meter_ids, found)

    @cached_property
    def _owners_of_meters(self) -> pd.Series:
        """The account of each meter, by the archive rather than by what bills print."""
        sheets = [self.archive[name] for name in ("meters", "registers") if name in self.archive]
        known = [
            pd.Series(sheet.texts("account_id"), index=sheet.texts("meter_id"), dtype=object)
            for sheet in sheets
            if sheet.has("meter_id", "account_id")
        ]
        owners = pd.concat([pd.Series(dtype=object), *known])
        first: pd.Series = owners[(owners != "") & ~owners.index.duplicated()]
        return first
