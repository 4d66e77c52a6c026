"""The bills of a month, those of the batch and those of the reference, as one sequence (账单集)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from typing import overload

from attrs import evolve, frozen

from powerchannel.billing.batch.bills import bill
from powerchannel.billing.batch.results.batch import Batch
from powerchannel.billing.batch.results.frames import Tables
from powerchannel.billing.bill import bill_group
from powerchannel.billing.records import GroupBill
from powerchannel.billing.rules import Rulebook
from powerchannel.billing.state import State

__all__ = ["Bills", "bill_all"]


@frozen(eq=False, slots=False, kw_only=True)
class Bills(Sequence[GroupBill]):
    """A bill a group; those that the batch computed become records when they are asked for (账单).

    Parameters
    ----------
    state : State
        What was remembered.
    rulebook : Rulebook
        The rules and the tariffs.
    as_of : str
        The month.
    batch : Batch
        The bills of the batch.
    others : tuple of GroupBill
        Those of the reference, in canonical order.
    """

    state: State
    rulebook: Rulebook
    as_of: str
    batch: Batch
    others: tuple[GroupBill, ...]

    @classmethod
    def of_records(
        cls, bills: Sequence[GroupBill], state: State, rulebook: Rulebook, as_of: str
    ) -> Bills:
        """Return bills that were all made one by one (由单组账单构造)."""
        return cls(
            state=state,
            rulebook=rulebook,
            as_of=as_of,
            batch=Batch.empty(),
            others=tuple(bills),
        )

    @cached_property
    def group_ids(self) -> tuple[str, ...]:
        """The groups, in canonical order (计费组)."""
        if not self.batch.blocks:
            return tuple(bill.group_id for bill in self.others)
        return tuple(self.batch.groups.ordered()[0].to_text().tolist())

    @property
    def tables(self) -> Tables:
        """The tables of all of them (结果表)."""
        return Tables(self.batch, self.others)

    @cached_property
    def _known(self) -> dict[str, GroupBill]:
        return {bill.group_id: bill for bill in self.others}

    def of(self, group_id: str) -> GroupBill:
        """Return the bill of a group as a record (取单组账单)."""
        known = self._known.get(group_id)
        if known is not None:
            return known
        return bill_group(self.state.group(group_id, self.as_of), self.rulebook)

    def picked(self, group_ids: Collection[str], state: State) -> Bills:
        """Return the bills of some groups (取计费组).

        Parameters
        ----------
        group_ids : collection of str
            The groups.
        state : State
            What is remembered of them alone.
        """
        others = tuple(bill for bill in self.others if bill.group_id in group_ids)
        batch = bill(state, self.rulebook, self.as_of) if self.batch.blocks else self.batch
        return evolve(self, state=state, batch=batch, others=others)

    @property
    def path(self) -> str:
        """Which implementation computed them (计算路径)."""
        if not self.batch.blocks:
            return "reference"
        return "batch, reference" if self.others else "batch"

    @property
    def notes(self) -> tuple[str, ...]:
        """Why some were left to the reference, where the batch computed the others (说明)."""
        if not self.batch.blocks or not self.others:
            return ()
        count, why = len(self.others), sorted(self.batch.why.items())
        reasons = ", ".join(f"{code} {times:,}" for code, times in why)
        zh = f"其中 {count:,} 个计费组由逐户参考实现计算，结果相同"
        en = f"{count:,} groups computed one by one by the reference, with the same results"
        return (f"{zh} / {en}: {reasons}",)

    def __len__(self) -> int:
        return int(self.batch.is_billed.sum()) + len(self.others)

    def __iter__(self) -> Iterator[GroupBill]:
        return (self.of(group_id) for group_id in self.group_ids)

    @overload
    def __getitem__(self, place: int) -> GroupBill: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[GroupBill]: ...

    def __getitem__(self, place: int | slice) -> GroupBill | Sequence[GroupBill]:
        if isinstance(place, slice):
            return tuple(self.of(group_id) for group_id in self.group_ids[place])
        return self.of(self.group_ids[place])


def bill_all(state: State, rulebook: Rulebook, as_of: str) -> Bills:
    """Bill every group of a month, by columns where that gives the same bill (全部计费).

    Parameters
    ----------
    state, rulebook, as_of
        As for `bill`.
    """
    batch = bill(state, rulebook, as_of)
    others = tuple(bill_group(state.group(group, as_of), rulebook) for group in batch.left)
    return Bills(state=state, rulebook=rulebook, as_of=as_of, batch=batch, others=others)
