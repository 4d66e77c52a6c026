"""Which groups and months the rows of the billing tables belong to (归属).

A group and the month in which a billing period ends make a cell: ``group * MONTHS + month``, the
group by its place among all groups, the month counted from 1970-01.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

import numpy as np
import pandas as pd
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.ids import Ids
from powerchannel.tables import NO_DAY, CheckedTable

__all__ = [
    "MONTHS",
    "NO_MONTH",
    "Links",
    "Places",
    "common",
    "end_month",
    "expand_first",
    "first_known",
    "joined_ids",
    "one_cell",
    "places_of",
]

_Ints: TypeAlias = NDArray[np.int64]

MONTHS = 1 << 17
"""More than there are months up to the year 9999."""
NO_MONTH = -1


def end_month(days: NDArray[np.int32]) -> _Ints:
    """Return the month in which a period ends; the month before, if it ends on the 1st (所属月).

    Parameters
    ----------
    days : ndarray of int32
        The first day after each period, since 1970-01-01; `NO_DAY` gives `NO_MONTH`.

    Examples
    --------
    >>> end_month(np.array(["1970-02-01", "1970-02-02"], "M8[D]").astype(np.int32)).tolist()
    [0, 1]
    """
    last = np.where(days == NO_DAY, 0, days.astype(np.int64) - 1)
    months = last.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return np.where(days == NO_DAY, NO_MONTH, months)


def joined_ids(parts: Iterable[Ids]) -> Ids:
    """Return columns of ids one after the other (编号列相接).

    Examples
    --------
    >>> joined_ids([Ids.from_text(["乙", ""]), Ids.from_text(["甲", "1"])]).to_text().tolist()
    ['乙', None, '甲', '1']
    """
    both, places = Ids.empty(), list[_Ints]()
    for part in parts:
        distinct, inverse = part.unique()
        both, here, there = both.union(distinct)
        places = [_moved(at, here) for at in places] + [_moved(inverse, there)]
    at = np.concatenate([np.zeros(0, np.int64), *places])
    keys = np.append(both.keys, 0)[at]
    return Ids(keys, both.names)


def _moved(at: _Ints, to: _Ints) -> _Ints:
    return np.append(to, -1)[at]


@frozen(eq=False)
class Links:
    """The places of ids, of which one may have several (编号的归属).

    Parameters
    ----------
    ids : Ids
        Distinct, in canonical order.
    starts : ndarray of int64, shape (ids + 1,)
        Where the places of each begin.
    places : ndarray of int64
        Cells or groups, ascending for each id, each once.
    """

    ids: Ids
    starts: _Ints
    places: _Ints

    @classmethod
    def of(cls, ids: Ids, places: _Ints) -> Links:
        """Link each row's id, unless null, with its place (建立归属).

        Examples
        --------
        >>> links = Links.of(Ids.from_text(["a", "b", "a", "a"]), np.array([7, 8, 9, 7]))
        >>> rows, places = links.expand(Ids.from_text(["b", "x", "a"]))
        >>> rows.tolist(), places.tolist()
        ([0, 2, 2], [8, 7, 9])
        """
        distinct, at = ids.unique()
        has_id = at >= 0
        at, places = at[has_id], places[has_id]
        order = np.lexsort((places, at))
        at, places = at[order], places[order]
        is_first = np.ones(len(at), np.bool_)
        is_first[1:] = (at[1:] != at[:-1]) | (places[1:] != places[:-1])
        at, places = at[is_first], places[is_first]
        return cls(distinct, np.searchsorted(at, np.arange(len(distinct) + 1)), places)

    def known(self, ids: Ids) -> NDArray[np.bool_]:
        """Tell which ids have a place (是否已知)."""
        return np.asarray(self.ids.positions(ids) >= 0)

    def expand(self, ids: Ids) -> tuple[_Ints, _Ints]:
        """Return the row of each id with each of its places (逐一展开)."""
        at = self.ids.positions(ids)
        counts = np.where(at >= 0, self.starts[at + 1] - self.starts[at], 0)
        rows = np.repeat(np.arange(len(ids)), counts)
        before = np.cumsum(counts) - counts
        nth = np.arange(len(rows)) - before[rows]
        return rows, self.places[self.starts[at[rows]] + nth]

    def pairs(self) -> tuple[Ids, _Ints]:
        """Return every id with each of its places (全部归属)."""
        return self.ids.take(np.repeat(np.arange(len(self.ids)), np.diff(self.starts))), self.places

    def with_more(self, ids: Ids, places: _Ints) -> Links:
        """Return the links with further ones (追加)."""
        here, at = self.pairs()
        return Links.of(joined_ids([here, ids]), np.concatenate([at, places]))


def first_known(links: Sequence[Links], ids: Ids) -> _Ints:
    """Return which of several links is the first to know each id, or -1 (最先认得)."""
    found = np.full(len(ids), -1)
    for i, one in enumerate(links):
        found[(found < 0) & one.known(ids)] = i
    return found


def expand_first(links: Sequence[Links], ids: Ids) -> tuple[_Ints, _Ints]:
    """Return the row of each id with each place of the first links that know it (逐一展开)."""
    which = first_known(links, ids)
    rows, places = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for i, one in enumerate(links):
        mine = np.flatnonzero(which == i)
        row, place = one.expand(ids.take(mine))
        rows.append(mine[row])
        places.append(place)
    return np.concatenate(rows), np.concatenate(places)


@frozen(eq=False, kw_only=True)
class Places:
    """The cells of everything that has an id (各编号所在的组与月).

    Parameters
    ----------
    groups : Ids
        Every group, once, in canonical order.
    own, accounts, meters, transformers, lines, incidents : Links
        Cells by the id of a group, an account and so on.
    """

    groups: Ids
    own: Links
    accounts: Links
    meters: Links
    transformers: Links
    lines: Links
    incidents: Links

    @property
    def owners(self) -> tuple[Links, ...]:
        """What a row that names an account may name: it, or the group (账户或组)."""
        return (self.accounts, self.own)

    @property
    def ends(self) -> tuple[Links, ...]:
        """What a relation may name: a meter, else an account, else a group (关系两端)."""
        return (self.meters, self.accounts, self.own)

    @property
    def anything(self) -> tuple[Links, ...]:
        """What a given may name (给定值的对象)."""
        return (*self.ends, self.transformers, self.lines, self.incidents)

    def of_rows(self, table: str, ids: Callable[[str], Ids]) -> tuple[_Ints, _Ints]:
        """Return every row of a table with each of its cells (各行所在的组与月).

        Parameters
        ----------
        table : str
            Any but loss_tables, which are everybody's.
        ids : callable
            The id columns of its rows by name.
        """
        if table == "accounts":
            return self.own.expand(ids("group_id"))
        if table == "meters":
            return self._of_meters(ids("meter_id"), ids("account_id"))
        if table in ("readings", "intervals"):
            return self.meters.expand(ids("meter_id"))
        if table == "relations":
            child, parent = (expand_first(self.ends, ids(n)) for n in ("child_id", "parent_id"))
            return common(child, parent)
        if table == "lines":
            return self.lines.expand(ids("line_id"))
        if table == "givens":
            return expand_first(self.anything, ids("id"))
        return expand_first(self.owners, ids("account_id"))

    def _of_meters(self, meter: Ids, account: Ids) -> tuple[_Ints, _Ints]:
        """Place a meter by the account of the row, or, without one, by what it is related to."""
        rows, cells = expand_first(self.owners, account)
        bare = np.flatnonzero(account.keys == 0)
        more, others = self.meters.expand(meter.take(bare))
        return np.concatenate([rows, bare[more]]), np.concatenate([cells, others])


def common(one: tuple[_Ints, _Ints], other: tuple[_Ints, _Ints]) -> tuple[_Ints, _Ints]:
    """Return the pairs of row and place that two lists share (共有归属).

    Examples
    --------
    >>> one = (np.array([0, 0, 1]), np.array([5, 6, 5]))
    >>> rows, places = common(one, (np.array([0, 1]), np.array([6, 7])))
    >>> rows.tolist(), places.tolist()
    ([0], [6])
    """
    pairs = pd.MultiIndex.from_arrays(one).unique()
    shared = pairs[pairs.isin(pd.MultiIndex.from_arrays(other))]
    rows, places = (shared.get_level_values(i).to_numpy(np.int64) for i in (0, 1))
    return rows, places


def one_cell(
    links: Sequence[Links], ids: Ids, months: _Ints, *, is_exact: bool
) -> NDArray[np.int64]:
    """Return the cell of each row, or -1 where it cannot be told (归入某一账期).

    Parameters
    ----------
    links : sequence of Links
        Where the ids are looked up.
    ids : Ids
        Whose each row is.
    months : ndarray of int64
        The month of each, or `NO_MONTH`.
    is_exact : bool
        Exactly that month, and without one the only one there is; otherwise the first from that
        month on, or else the last.
    """
    rows, cells = expand_first(links, ids)
    month, wanted = cells % MONTHS, months[rows]
    if is_exact:
        fits = (wanted == NO_MONTH) | (month == wanted)
        rows, cells = rows[fits], cells[fits]
        first = _least(rows, cells % MONTHS, cells, len(ids))
        last = _least(rows, -(cells % MONTHS), cells, len(ids))
        return np.where(first % MONTHS == last % MONTHS, first, -1)
    is_late = (wanted == NO_MONTH) | (month < wanted)
    return _least(rows, np.where(is_late, 2 * MONTHS - month, month), cells, len(ids))


def _least(rows: _Ints, rank: _Ints, cells: _Ints, count: int) -> _Ints:
    """Return for each row its cell of the least rank; -1 where it has none."""
    out = np.full(count, -1)
    order = np.lexsort((cells, rank))[::-1]
    out[rows[order]] = cells[order]
    return out


def places_of(checked: Mapping[str, CheckedTable], *, with_rejected: bool) -> Places:
    """Tell where everything belongs (归属判定).

    Parameters
    ----------
    checked : mapping of table name to CheckedTable
        The billing tables; groups are filled in.
    with_rejected : bool
        Whether rows that were left out tell it too.
    """

    def ids(table: str, name: str) -> Ids:
        found, left = checked[table].ids(name), checked[table].left_out.get(name)
        if not with_rejected:
            return found
        blank = Ids.from_text([""] * checked[table].rejected.count)
        return joined_ids([found, left if isinstance(left, Ids) else blank])

    ends = _period_ends(checked["accounts"], with_rejected=with_rejected)
    group_ids = ids("accounts", "group_id")
    groups, at = group_ids.unique()
    cells = at * MONTHS + np.maximum(end_month(ends), 0)
    own = Links.of(group_ids, cells)
    accounts = Links.of(ids("accounts", "account_id"), cells)
    owners = (accounts, own)
    meters = _linked(ids("meters", "meter_id"), ids("meters", "account_id"), owners)
    meters = _through_relations(
        meters,
        owners,
        ids("meters", "meter_id"),
        ids("relations", "child_id"),
        ids("relations", "parent_id"),
    )
    return Places(
        groups=groups,
        own=own,
        accounts=accounts,
        meters=meters,
        transformers=_linked(
            ids("transformers", "transformer_id"), ids("transformers", "account_id"), owners
        ),
        lines=_linked(ids("meters", "line_id"), ids("meters", "meter_id"), (meters,)),
        incidents=_linked(ids("incidents", "incident_id"), ids("incidents", "account_id"), owners),
    )


def _period_ends(accounts: CheckedTable, *, with_rejected: bool) -> NDArray[np.int32]:
    """Return the end of the billing period of each row: its own, unless it says another."""
    said, own = accounts.dates("period_ended_on"), accounts.dates("ended_on")
    kept = np.where(said == NO_DAY, own, said).astype(np.int32)
    if not with_rejected:
        return kept
    count = len(accounts.left_out.get("account_id", ()))
    return np.concatenate([kept, np.full(count, NO_DAY, np.int32)])


def _linked(ids: Ids, owner: Ids, links: Sequence[Links]) -> Links:
    rows, places = expand_first(links, owner)
    return Links.of(ids.take(rows), places)


def _through_relations(
    meters: Links, owners: Sequence[Links], every: Ids, child: Ids, parent: Ids
) -> Links:
    """Place meters without an account where what they are related to is, step by step."""
    one, other = joined_ids([child, parent]), joined_ids([parent, child])
    while True:
        open_ids = every.take(~meters.known(every)).unique()[0]
        wanted = open_ids.positions(one) >= 0
        rows, places = expand_first((meters, *owners), other.take(wanted))
        if not len(rows):
            return meters
        meters = meters.with_more(one.take(wanted).take(rows), places)
