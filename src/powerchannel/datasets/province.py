"""A whole utility, made up: its tables, the truth planted in them, and its export files."""

from __future__ import annotations

import pandas as pd
from attrs import frozen

from powerchannel.datasets.accounts import accounts_table
from powerchannel.datasets.adoption import draw_adoption, facts_table
from powerchannel.datasets.contacts import MOST_CUSTOMERS, contacts_table, draw_contacts
from powerchannel.datasets.dirt import dirt_table
from powerchannel.datasets.exports import Export
from powerchannel.datasets.made import MadeUp
from powerchannel.datasets.marks import complaints_table, dislikes_table, month_start
from powerchannel.datasets.names import Headers
from powerchannel.datasets.options import require
from powerchannel.datasets.people import customers_table, draw_people
from powerchannel.datasets.truth import truth_table
from powerchannel.periods import format_month, parse_month

__all__ = ["FIRST_MONTH", "TABLES", "Province", "province"]

TABLES: tuple[str, ...] = ("customers", "accounts", "facts", "contacts", "dislikes", "complaints")
"""The tables that a utility has, and that `Province.write` writes."""

FIRST_MONTH = "2015-01"
"""The first month there can be: the app begins then, and every customer is there."""

_MOST_DIRTY_RATIO = 0.5


@frozen(kw_only=True, eq=False, repr=False)
class Province(MadeUp):
    """The tables of a made-up utility, and the truth planted in them (模拟省公司).

    Times are local (Asia/Shanghai) and without an offset. Columns that repeat few values are
    categories. The tables are clean; `dirt` says what their exports have besides.

    Parameters
    ----------
    customers : DataFrame
        customer_id, kind (residential, commercial, industrial), district, phone, opened_on.
    accounts : DataFrame
        account_id, customer_id, voltage_v [V], capacity_kva [kVA], opened_on.
    facts, contacts, dislikes, complaints : DataFrame
        The tables of the channel domain, with all their columns and canonical codes.
    truth : DataFrame
        One row a customer: customer_id, persona, preferred_channel (the latent one), the uses of
        each channel in the last six months (``uses_hotline`` and so on, clean contacts only), and
        for the same months asked_app, asked_wechat (questions at the hotline or in a hall),
        pushed_app, pushed_wechat (openings of a pushed link) and evening_contacts (20:00 to
        08:00).
    dirt : DataFrame
        One row a dirty row of the export of contacts: row (in the file, counted from 0), reason,
        effect (``"duplicate"``, ``"rejected"`` or ``"repaired"``), contacts_row (the clean
        contact it repeats, rewrites or was made from), and its columns as text.
    months : int
        How many months there are.
    as_of : str
        The last of them.
    seed : int
        The seed it was made from.
    """

    written = TABLES
    hidden = ("truth", "dirt")

    customers: pd.DataFrame
    accounts: pd.DataFrame
    facts: pd.DataFrame
    contacts: pd.DataFrame
    dislikes: pd.DataFrame
    complaints: pd.DataFrame
    truth: pd.DataFrame
    dirt: pd.DataFrame
    months: int
    as_of: str
    seed: int

    def __repr__(self) -> str:
        rows = self._counted((*TABLES, "dirt"))
        return f"Province(months={self.months}, as_of={self.as_of!r}, seed={self.seed}; {rows})"

    def _export(self, name: str, headers: Headers) -> Export:
        dirt = self.dirt if name == "contacts" else None
        return Export.of(self.table(name), dirt, headers if name in TABLES else "en")


def province(
    customers: int,
    months: int,
    seed: int = 1,
    *,
    as_of: str = "2022-03",
    dirty_ratio: float = 0.01,
) -> Province:
    """Make up a whole utility with planted truth (生成模拟省公司).

    The same arguments give the same tables, with every supported version of NumPy and pandas.
    Besides, a customer is the same in a province of any size, and a month of events is the same
    whichever months are made with it: a province with one month more is last month's, one month
    on. Only `dirt` depends on all of the contacts.

    Customer numbers are 0100000000001 and on. Each customer has one of twelve personas, from the
    regular of the app to a program that calls hundreds of times a month, and a latent preferred
    channel, which it uses as often as its persona says. Contacts follow the seasons, monthly
    habits and opening hours. Who has not adopted the app or the WeChat account (`facts`) calls
    the hotline instead, and so do some for whom an online channel failed. About 6 % of the
    customers share a phone with another; nobody can be reached at any of the numbers.

    Parameters
    ----------
    customers : int
        How many customers, from 1 to 80 million.
    months : int
        How many months, 1 or more.
    seed : int
        0 or more.
    as_of : str
        The last month. The first must not be before 2015-01.
    dirty_ratio : float
        Dirty rows in the export of contacts, as a share of the clean ones, from 0 to 0.5; about
        as many of each of the reasons in `powerchannel.datasets.dirt.EFFECTS`.

    Returns
    -------
    Province

    Raises
    ------
    ValueError
        When an argument is out of its range.

    Examples
    --------
    >>> small = province(1000, 12, seed=1)
    >>> small.truth.loc[16, ["customer_id", "persona", "preferred_channel"]].tolist()
    ['0100000000017', 'link_opener', 'sms']
    >>> small.dirt["effect"].value_counts().to_dict()
    {'rejected': 90, 'repaired': 36, 'duplicate': 13}
    """
    last = parse_month(as_of)
    _require_ranges(customers, months, seed, dirty_ratio, last)
    span = range(last - months + 1, last + 1)
    end = month_start(last + 1)
    people = draw_people(customers, seed)
    adoption = draw_adoption(people, seed)
    drawn = draw_contacts(people, adoption, span, customers, seed)
    contacts = contacts_table(drawn, people, customers)
    return Province(
        customers=customers_table(people, customers),
        accounts=accounts_table(people, customers, seed),
        facts=facts_table(adoption, customers, end),
        contacts=contacts,
        dislikes=dislikes_table(people, customers, span, end, seed),
        complaints=complaints_table(people, customers, span, seed),
        truth=truth_table(people, drawn, customers, last),
        dirt=dirt_table(contacts, dirty_ratio, last, seed),
        months=months,
        as_of=format_month(last),
        seed=seed,
    )


def _require_ranges(customers: int, months: int, seed: int, dirty_ratio: float, last: int) -> None:
    first = parse_month(FIRST_MONTH)
    require(1 <= customers <= MOST_CUSTOMERS, "customers", customers, f"1 - {MOST_CUSTOMERS:,}")
    require(months >= 1, "months", months, ">= 1")
    require(seed >= 0, "seed", seed, ">= 0")
    require(0 <= dirty_ratio <= _MOST_DIRTY_RATIO, "dirty_ratio", dirty_ratio, "0 - 0.5")
    require(
        last - months + 1 >= first,
        "as_of, months",
        f"{format_month(last)}, {months}",
        f"{FIRST_MONTH} <= as_of - months + 1",
    )
