"""What is remembered of every customer, month by month, and how two memories become one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

import numpy as np
from attrs import evolve, frozen
from numpy.typing import NDArray

from powerchannel.channel.catalogue import Catalogue
from powerchannel.channel.evidence import evidence_rows
from powerchannel.channel.marks import (
    EVIDENCE_KEY,
    EVIDENCE_REDUCE,
    FACT_KEY,
    FACT_REDUCE,
    MARK_KEY,
    MARK_REDUCE,
    Marks,
)
from powerchannel.channel.planes import Plane
from powerchannel.channel.tables import Tables
from powerchannel.errors import MergeError
from powerchannel.ids import Ids
from powerchannel.memory import rows_of
from powerchannel.periods import format_month, parse_month
from powerchannel.tables import CheckedTable
from powerchannel.text import Text
from powerchannel.times import NAT, local_month

__all__ = ["OPEN_END", "State", "aggregate", "assemble", "count_evidence"]

OPEN_END = np.iinfo(np.int64).max
"""The end of a fact that has not ended: the smaller of two ends is the one that is known."""

_UNKNOWN = Text(
    "{n} 个客户编号不在状态中 (如 {first}); 请核对前导零",
    "{n} customers are not in the state (first: {first}); check leading zeros",
)

_MonthTest: TypeAlias = Callable[[NDArray[np.int64]], NDArray[np.bool_]]


@frozen(eq=False, kw_only=True)
class State:
    """Uses by customer, channel and month, and the marks beside them (渠道状态).

    Two states of inputs that share no source key merge exactly; where inputs overlap, rebuild the
    months concerned with `without` and merge those. A state never changes.

    Parameters
    ----------
    catalogue : str
        Digest of the channel catalogue it was made with.
    channels : tuple of str
        Channel codes, in catalogue order.
    evidence_kinds : tuple of str
        Ids of the evidence counted.
    customers : Ids
        Every customer, once, in canonical order.
    planes : mapping of month to Plane
        Months since 1970-01, ascending; only months with a use.
    marks : Marks
        By customer, channel, month: complaints [count], last dislike and last withdrawal
        [UTC microseconds].
    evidence : Marks
        By customer, kind of evidence, month: count.
    facts : Marks
        By customer, channel, fact, since: until [UTC microseconds].

    Examples
    --------
    >>> from powerchannel import channel
    >>> march = {"customer_id": ["017"], "channel": ["app"], "contacted_at": ["2022-03-05"]}
    >>> april = {"customer_id": ["017"], "channel": ["app"], "contacted_at": ["2022-04-05"]}
    >>> state = channel.aggregate(channel.check(contacts=march))
    >>> state = state.merge(channel.aggregate(channel.check(contacts=april)))
    >>> state.months
    ('2022-03', '2022-04')
    """

    catalogue: str
    channels: tuple[str, ...]
    evidence_kinds: tuple[str, ...]
    customers: Ids
    planes: Mapping[int, Plane]
    marks: Marks
    evidence: Marks
    facts: Marks

    def __len__(self) -> int:
        return len(self.customers)

    @property
    def months(self) -> tuple[str, ...]:
        """The months with a use, such as ``"2022-03"`` (有记录的月份)."""
        return tuple(format_month(m) for m in self.planes)

    @property
    def saturated(self) -> int:
        """How many monthly counts reached 255, where more uses cannot be told (饱和格数)."""
        return sum(p.saturated for p in self.planes.values())

    def merge(self, other: State) -> State:
        """Return the memory of both (合并状态).

        Associative and commutative; an empty state changes nothing. Counts add, saturating; the
        later dislike and withdrawal count; of two ends of a fact the earlier known one.

        Raises
        ------
        MergeError
            When the two were made with different channel catalogues.
        """
        self._check_catalogue(other)
        customers, here, there = self.customers.union(other.customers)
        mine, theirs = self._moved(here, customers), other._moved(there, customers)
        planes = {**mine.planes}
        for month, plane in theirs.planes.items():
            planes[month] = planes[month].merge(plane) if month in planes else plane
        return evolve(
            mine,
            planes=dict(sorted(planes.items())),
            marks=mine.marks.merge(theirs.marks),
            evidence=mine.evidence.merge(theirs.evidence),
            facts=mine.facts.merge(theirs.facts),
        )

    def _check_catalogue(self, other: State) -> None:
        if self.catalogue != other.catalogue:
            raise MergeError.of(
                "other_catalogue",
                "state",
                f"两个状态的渠道目录不同 ({self.catalogue[:19]} {list(self.channels)} 与 "
                f"{other.catalogue[:19]} {list(other.channels)}); 请用同一目录重新汇总其中之一",
                f"the states were made with different channel catalogues ({self.catalogue[:19]} "
                f"{list(self.channels)} and {other.catalogue[:19]} {list(other.channels)}); "
                "aggregate one of them again with the catalogue of the other",
            )

    def _moved(self, rows: NDArray[np.int64], customers: Ids) -> State:
        return evolve(
            self,
            customers=customers,
            planes={m: p.moved(rows, len(customers)) for m, p in self.planes.items()},
            marks=self.marks.moved(rows),
            evidence=self.evidence.moved(rows),
            facts=self.facts.moved(rows),
        )

    def without(self, *months: str) -> State:
        """Return the state with all contacts and complaints of some months forgotten (去掉月份).

        For a month that is to be rebuilt, because late or corrected rows came in that share source
        keys with what was counted: ``state.without("2022-03").merge(aggregate(march_again))``.
        Facts, dislikes and withdrawals stay: merging them again changes nothing.

        Parameters
        ----------
        *months : str
            Such as ``"2022-03"``.
        """
        gone = [parse_month(m) for m in months]
        return self._keeping(lambda month: ~np.isin(month, gone))

    def trim(self, *, before: str) -> State:
        """Return the state without the contacts and complaints of months before one (修剪).

        Facts, dislikes and withdrawals stay, for they stand until they end.

        Parameters
        ----------
        before : str
            The first month kept, such as ``"2021-10"``.
        """
        first = parse_month(before)
        return self._keeping(lambda month: month >= first)

    def _keeping(self, keeps: _MonthTest) -> State:
        forgotten = ~keeps(self.marks["month"])
        columns = {**self.marks.columns, "complaints": self.marks["complaints"].copy()}
        columns["complaints"][forgotten] = 0
        marks = Marks(self.marks.key, self.marks.reduce, columns)
        is_empty = (
            (marks["complaints"] == 0) & (marks["disliked"] == NAT) & (marks["withdrawn"] == NAT)
        )
        return evolve(
            self,
            planes={m: p for m, p in self.planes.items() if keeps(np.array([m]))[0]},
            marks=marks.where(~is_empty),
            evidence=self.evidence.where(keeps(self.evidence["month"])),
        )

    def __getitem__(self, keys: Iterable[str]) -> State:
        """Return the state of some customers, in canonical order (取客户).

        Raises
        ------
        UnknownNameError
            When a customer is not in the state.
        """
        return self.picked(rows_of(keys, self.customers, code="unknown_customer", unknown=_UNKNOWN))

    def picked(self, rows: NDArray[np.int64]) -> State:
        """Return the state of the customers at some ascending rows (按行取客户)."""
        planes = {m: p.picked(rows) for m, p in self.planes.items()}
        return evolve(
            self,
            customers=self.customers.take(rows).unique()[0],
            planes={m: p for m, p in planes.items() if p.uses},
            marks=self.marks.picked(rows, len(self)),
            evidence=self.evidence.picked(rows, len(self)),
            facts=self.facts.picked(rows, len(self)),
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, State):
            return NotImplemented
        return (
            self.catalogue == other.catalogue
            and self.customers.equals(other.customers)
            and len(self) == len(other)
            and list(self.planes) == list(other.planes)
            and all(p.equals(other.planes[m]) for m, p in self.planes.items())
            and self.marks.equals(other.marks)
            and self.evidence.equals(other.evidence)
            and self.facts.equals(other.facts)
        )

    __hash__ = None  # type: ignore[assignment]

    @property
    def digest(self) -> str:
        """A fingerprint of everything remembered: equal states, equal digests (状态摘要)."""
        total = hashlib.sha256(self.catalogue.encode())
        for part in self._parts():
            total.update(np.ascontiguousarray(part).tobytes())
        return "sha256:" + total.hexdigest()

    def _parts(self) -> Iterable[NDArray[np.generic]]:
        yield self.customers.to_fixed()
        for month, plane in self.planes.items():
            yield from (np.array([month]), *plane.parts())
        for marks in (self.marks, self.evidence, self.facts):
            yield from marks.columns.values()

    def __repr__(self) -> str:
        span = f"{self.months[0]}..{self.months[-1]}" if self.planes else "-"
        full = f", saturated counts: {self.saturated}" if self.saturated else ""
        return f"<channel.State {len(self):,} customers, months {span}{full}>"


def aggregate(tables: Tables) -> State:
    """Count the checked tables by customer, channel and month (汇总为状态).

    Parameters
    ----------
    tables : Tables
        From `check`.

    Returns
    -------
    State
        ``aggregate(a ++ b) == aggregate(a).merge(aggregate(b))`` where a and b share no source key.
    """
    checked = tables.checked
    customers, rows = _customers(checked)
    planes = _planes(checked["contacts"], rows["contacts"], customers, tables)
    evidence = _evidence(tables, rows["contacts"])
    return assemble(tables.catalogue, customers, planes, evidence, checked, rows)


def assemble(
    catalogue: Catalogue,
    customers: Ids,
    planes: Mapping[int, Plane],
    evidence: Marks,
    checked: Mapping[str, CheckedTable],
    rows: Mapping[str, NDArray[np.int64]],
) -> State:
    """Put a state together from what was counted and the side tables (组装状态).

    Parameters
    ----------
    catalogue : Catalogue
        What the contacts were read with.
    customers : Ids
        Every customer, in canonical order.
    planes, evidence
        What was counted of the contacts.
    checked : mapping of table name to CheckedTable
        facts, dislikes and complaints.
    rows : mapping of table name to ndarray of int64
        The customer of each of their rows.
    """
    return State(
        catalogue=catalogue.digest,
        channels=catalogue.codes,
        evidence_kinds=tuple(e.id for e in catalogue.evidence),
        customers=customers,
        planes=planes,
        marks=_marks(checked, rows),
        evidence=evidence,
        facts=_facts(checked["facts"], rows["facts"]),
    )


def count_evidence(columns: Mapping[str, NDArray[np.integer]]) -> Marks:
    """Join rows of customer, kind, month and count (证据计数)."""
    return Marks.of(EVIDENCE_KEY, EVIDENCE_REDUCE, columns)


def _customers(checked: Mapping[str, CheckedTable]) -> tuple[Ids, dict[str, NDArray[np.int64]]]:
    """Return all customers, and the row of each table's customers among them."""
    rows: dict[str, NDArray[np.int64]] = {}
    customers = Ids.empty()
    for name, table in checked.items():
        found, inverse = table.ids("customer_id").unique()
        customers, here, there = customers.union(found)
        rows = {other: here[r] for other, r in rows.items()}
        rows[name] = there[inverse]
    return customers, rows


def _planes(
    contacts: CheckedTable, rows: NDArray[np.int64], customers: Ids, tables: Tables
) -> dict[int, Plane]:
    channels = len(tables.catalogue.codes)
    months = local_month(contacts.times("contacted_at"))
    cells = rows * channels + contacts.codes("channel")
    shape = (len(customers), channels)
    return {int(m): Plane.of(shape, cells[months == m]) for m in _distinct(months)}


def _distinct(months: NDArray[np.int32]) -> NDArray[np.int64]:
    if not len(months):
        return np.zeros(0, np.int64)
    first = int(months.min())
    return np.flatnonzero(np.bincount(months - first)) + first


def _marks(checked: Mapping[str, CheckedTable], rows: Mapping[str, NDArray[np.int64]]) -> Marks:
    parts = [
        _mark_rows(checked["complaints"], rows["complaints"], "complained_at", "complaints"),
        _mark_rows(checked["dislikes"], rows["dislikes"], "disliked_at", "disliked"),
        _mark_rows(checked["dislikes"], rows["dislikes"], "withdrawn_at", "withdrawn"),
    ]
    columns = {n: np.concatenate([p[n] for p in parts]) for n in (*MARK_KEY, *MARK_REDUCE)}
    return Marks.of(MARK_KEY, MARK_REDUCE, columns)


def _mark_rows(
    table: CheckedTable, rows: NDArray[np.int64], column: str, meaning: str
) -> dict[str, NDArray[np.int64]]:
    at = table.times(column)
    given = at != NAT
    at, nothing = at[given], np.full(int(given.sum()), NAT)
    return {
        "customer": rows[given],
        "channel": table.codes("channel")[given].astype(np.int64),
        "month": local_month(at).astype(np.int64),
        "complaints": (np.ones if meaning == "complaints" else np.zeros)(len(at), np.int64),
        "disliked": at if meaning == "disliked" else nothing,
        "withdrawn": at if meaning == "withdrawn" else nothing,
    }


def _evidence(tables: Tables, rows: NDArray[np.int64]) -> Marks:
    contact, kind = evidence_rows(tables)
    months = local_month(tables.checked["contacts"].times("contacted_at")[contact])
    columns: dict[str, NDArray[np.integer]] = {
        "customer": rows[contact],
        "kind": kind,
        "month": months,
        "count": np.ones(len(contact), np.int64),
    }
    return count_evidence(columns)


def _facts(facts: CheckedTable, rows: NDArray[np.int64]) -> Marks:
    until = facts.times("until")
    columns: dict[str, NDArray[np.integer]] = {
        "customer": rows,
        "channel": facts.codes("channel"),
        "fact": facts.codes("fact"),
        "since": facts.times("since"),
        "until": np.where(until == NAT, OPEN_END, until),
    }
    return Marks.of(FACT_KEY, FACT_REDUCE, columns)
