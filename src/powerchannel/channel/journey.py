"""The paths of customers from channel to channel while they get one thing done (渠道轨迹).

Contacts of one customer about one business that follow each other closely are one *instance* of
it. Source: S0 sections 2.1 and 2.2 ask for the analysis of trajectories and print no definition;
every number of `JourneyRules` is therefore assumed.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
import pandas as pd
from attrs import field, frozen
from numpy.typing import NDArray

from powerchannel.channel.catalogue import Catalogue
from powerchannel.channel.steps import Steps, order_steps
from powerchannel.channel.tables import Tables
from powerchannel.ids import Ids
from powerchannel.registry import Registry
from powerchannel.rulebook import Provenance
from powerchannel.tables.pooling import pool_fixed
from powerchannel.text import Text

__all__ = ["ASSUMED_RULES", "MEASURES", "JourneyRules", "Journeys", "Steps", "trace_journeys"]

_PATH_STEPS = 12  # what a longer path shows of itself before the ellipsis
_CUT = np.iinfo(np.uint16).max

MEASURES = {
    "repeated": Text("需再次联系的业务", "instances that took more than one contact"),
    "second_channel": Text("需换渠道的业务", "instances that needed a second channel"),
    "moved_contact": Text("随后换渠道的联系", "contacts followed by one on another channel"),
    "failure_switch": Text(
        "失败后转求助渠道的联系", "failed contacts that led to a rescue channel"
    ),
    "same_instant": Text("先后不明的后续联系", "following contacts at the very instant of another"),
}
"""What `Journeys.summary` measures. Where exports give days without times, the last one is high,
and which of two channels came first is then the catalogue's order, not the customer's."""

_ASSUMED = Provenance(
    status="assumed",
    clause="S0 2.1",
    quote="渠道轨迹优化完善分析",
    note="原文未给定义：同类业务相隔不超过 7 天为一次业务，失败后 24 小时内转热线为失败切换",
)


def _positive(_: object, __: object, value: int) -> None:
    if value < 1:
        raise ValueError(Text(f"{value} 应不小于 1", f"{value} must be at least 1"))


@frozen(kw_only=True)
class JourneyRules:
    """What joins contacts to one business, and what a failure switch is (轨迹规则).

    Parameters
    ----------
    gap_days : int
        A contact belongs to the instance of the contact before it, of the same customer and
        business type, when at most so many times 24 hours lie between the two [days].
    failed_outcomes : tuple of str
        Outcomes that count as a failure.
    rescue_channels : tuple of str
        Where a failure on any other channel may lead.
    rescue_hours : int
        Within so many hours, and later than the failure itself [hours].
    provenance : Provenance
        Where the rules come from.
    """

    gap_days: int = field(default=7, validator=_positive)
    failed_outcomes: tuple[str, ...] = ("unresolved", "abandoned", "failed")
    rescue_channels: tuple[str, ...] = ("hotline",)
    rescue_hours: int = field(default=24, validator=_positive)
    provenance: Provenance = _ASSUMED


ASSUMED_RULES = JourneyRules()


@frozen(eq=False, slots=False, kw_only=True)
class Journeys:
    """Every business instance and what can be counted from them (渠道轨迹).

    Parameters
    ----------
    rules : JourneyRules
        What they were made with.
    catalogue : Catalogue
        The channels.
    customers : Ids
        Every customer with a contact, in canonical order.
    steps : Steps
        The contacts in order.
    """

    rules: JourneyRules
    catalogue: Catalogue
    customers: Ids
    steps: Steps

    def __len__(self) -> int:
        return len(self.steps.starts)

    @cached_property
    def instances(self) -> pd.DataFrame:
        """One row for each business instance (业务实例).

        Returns
        -------
        DataFrame
            customer_id, business_type (null: not known), started_at, ended_at, first_channel,
            last_channel, path (repeats in a row once, cut after twelve steps), contact_count,
            channel_count (distinct) [count], failure_switches [count].
        """
        steps, starts, ends = self.steps, self.steps.starts, self.steps.ends
        switches = np.append(0, np.cumsum(steps.is_rescued))
        types = [c.code for c in self.catalogue.business_types]
        return pd.DataFrame(
            {
                "customer_id": pd.Series(self._customer_ids, dtype="str"),
                "business_type": _named(steps.business_type[starts], types),
                "started_at": _stamps(steps.at[starts]),
                "ended_at": _stamps(steps.at[ends]),
                "first_channel": self._channels(steps.channel[starts]),
                "last_channel": self._channels(steps.channel[ends]),
                "path": _paths(steps, self.catalogue.codes),
                "contact_count": ends - starts + 1,
                "channel_count": self._channel_counts,
                "failure_switches": switches[ends + 1] - switches[starts],
            }
        )

    @cached_property
    def paths(self) -> pd.DataFrame:
        """Each path with how many instances took it: path, instances, total, share (路径频次)."""
        counts = self.instances["path"].value_counts()
        found = pd.DataFrame({"path": counts.index.astype(object), "instances": counts.to_numpy()})
        found = found[found["instances"] > 0].assign(total=len(self))
        found["share"] = found["instances"] / found["total"]
        return found.sort_values(["instances", "path"], ascending=[False, True], ignore_index=True)

    @cached_property
    def transitions(self) -> pd.DataFrame:
        """How often one contact of an instance followed another, by channel (渠道转移矩阵).

        Returns
        -------
        DataFrame
            from_channel, to_channel, transitions, from_transitions (all that leave that channel)
            [count], share. Every pair of channels has a row; one channel twice is a repeat.
        """
        size, later = len(self.catalogue.codes), np.flatnonzero(self.steps.follows)
        source, target = self.steps.channel[later - 1], self.steps.channel[later]
        counts = np.bincount(source.astype(np.int64) * size + target, minlength=size * size)
        table = pd.DataFrame(
            {
                "from_channel": self._channels(np.repeat(np.arange(size), size)),
                "to_channel": self._channels(np.tile(np.arange(size), size)),
                "transitions": counts,
                "from_transitions": np.repeat(counts.reshape(size, size).sum(axis=1), size),
            }
        )
        return table.assign(share=table["transitions"] / table["from_transitions"])

    @cached_property
    def second_channels(self) -> pd.DataFrame:
        """By first channel, how many instances needed another one as well (换渠道比例).

        Returns
        -------
        DataFrame
            channel (the first), with_second_channel, instances [count], share.
        """
        first = self.steps.channel[self.steps.starts]
        moved = first[self._channel_counts > 1]
        return self._shares(with_second_channel=moved, instances=first)

    @cached_property
    def failure_switches(self) -> pd.DataFrame:
        """By channel, how many failed contacts led to a rescue channel in time (失败切换).

        The business type need not be the same: a failed payment is often told to an agent as a
        question. Of stamps without a time of day, the order within the day is not known: a rescue
        on the same day does not count, one on the next day does when 24 hours are allowed.

        Returns
        -------
        DataFrame
            channel, rescued, failures [count], share. Rescue channels have no row.
        """
        steps = self.steps
        table = self._shares(
            rescued=steps.channel[steps.is_rescued], failures=steps.channel[steps.is_failed]
        )
        return table[~table["channel"].isin(self.rules.rescue_channels)].reset_index(drop=True)

    @cached_property
    def summary(self) -> pd.DataFrame:
        """The measures of `MEASURES`: measure, numerator, denominator, share, zh, en (轨迹概览)."""
        steps, follows = self.steps, self.steps.follows[1:]
        moved = follows & (steps.channel[1:] != steps.channel[:-1])
        rows = {
            "repeated": (steps.ends > steps.starts, len(self)),
            "second_channel": (self._channel_counts > 1, len(self)),
            "moved_contact": (moved, len(steps)),
            "failure_switch": (steps.is_rescued, int(steps.is_failed.sum())),
            "same_instant": (follows & (np.diff(steps.at) == 0), int(follows.sum())),
        }
        table = pd.DataFrame(
            [(name, int(part.sum()), whole) for name, (part, whole) in rows.items()],
            columns=["measure", "numerator", "denominator"],
        )
        table["share"] = table["numerator"] / table["denominator"]
        told = [MEASURES[name] for name in rows]
        return table.assign(zh=[t.zh for t in told], en=[t.en for t in told])

    @cached_property
    def _channel_counts(self) -> NDArray[np.int64]:
        """Return how many distinct channels each instance used; most have one contact only."""
        steps, size = self.steps, len(self.catalogue.codes)
        counts = steps.ends - steps.starts + 1
        several = np.flatnonzero(counts > 1)
        place = np.repeat(np.arange(len(several)), counts[several])
        seen = np.zeros((len(several), size), np.bool_)
        seen[place, steps.channel[np.repeat(counts > 1, counts)]] = True
        out = np.ones(len(self), np.int64)
        out[several] = seen.sum(axis=1)
        return out

    @property
    def _customer_ids(self) -> NDArray[np.object_]:
        return self.customers.to_text()[self.steps.customer[self.steps.starts]]

    def _channels(self, codes: NDArray[np.integer]) -> pd.Categorical:
        return _named(codes, list(self.catalogue.codes))

    def _shares(self, **channels: NDArray[np.int16]) -> pd.DataFrame:
        """Count a part and its whole by channel."""
        size = len(self.catalogue.codes)
        counts = {name: np.bincount(rows, minlength=size) for name, rows in channels.items()}
        table = pd.DataFrame({"channel": self._channels(np.arange(size)), **counts})
        part, whole = channels
        return table.assign(share=table[part] / table[whole])

    def __repr__(self) -> str:
        needed = self.summary.set_index("measure").loc["second_channel"]
        share = f"{needed['share']:.1%}" if len(self) else "-"
        return (
            f"<channel.Journeys {len(self.steps):,} contacts in {len(self):,} instances, "
            f"{needed['numerator']:,} ({share}) needed a second channel>"
        )

    def _repr_html_(self) -> str:
        shown = (self.summary, self.second_channels, self.failure_switches, self.paths.head(10))
        return f"<p>{self!r}</p>" + "".join(str(t.to_html(index=False)) for t in shown)


def trace_journeys(tables: Tables, rules: JourneyRules = ASSUMED_RULES) -> Journeys:
    """Join contacts to business instances and follow each through its channels (追踪渠道轨迹).

    Contacts of one customer and one business type belong together while each comes within
    ``gap_days`` of the one before. Contacts without a business type are joined among themselves,
    and shown with none. The order of the rows never matters.

    Parameters
    ----------
    tables : Tables
        From `check`.
    rules : JourneyRules
        Assumed unless given.

    Raises
    ------
    UnknownNameError
        When the rules name a channel or an outcome that the catalogue does not hold.

    Examples
    --------
    >>> from powerchannel import channel
    >>> contacts = {
    ...     "customer_id": ["017"] * 3,
    ...     "channel": ["app", "hotline", "hall"],
    ...     "contacted_at": ["2022-03-01 09:00", "2022-03-01 11:00", "2022-03-20 10:00"],
    ...     "business_type": ["payment"] * 3,
    ...     "outcome": ["failed", "resolved", "resolved"],
    ... }
    >>> journeys = trace_journeys(channel.check(contacts=contacts))
    >>> journeys.instances[["path", "contact_count", "failure_switches"]].values.tolist()
    [['app > hotline', 2, 1], ['hall', 1, 0]]
    >>> journeys
    <channel.Journeys 3 contacts in 2 instances, 1 (50.0%) needed a second channel>
    """
    contacts, catalogue = tables.checked["contacts"], tables.catalogue
    rescue = _positions(Text("渠道", "channel"), rules.rescue_channels, catalogue.codes)
    outcomes = tuple(c.code for c in catalogue.outcomes)
    failed = _positions(Text("办理结果", "outcome"), rules.failed_outcomes, outcomes)
    is_rescue = np.isin(contacts.codes("channel"), rescue)
    is_failed = np.isin(contacts.codes("outcome"), failed) & ~is_rescue
    customers, customer = contacts.ids("customer_id").unique()
    steps = order_steps(
        contacts,
        customer,
        is_failed=is_failed,
        is_rescue=is_rescue,
        gap_days=rules.gap_days,
        rescue_hours=rules.rescue_hours,
    )
    return Journeys(rules=rules, catalogue=catalogue, customers=customers, steps=steps)


def _positions(what: Text, names: tuple[str, ...], known: tuple[str, ...]) -> list[int]:
    registry = Registry(what, {code: position for position, code in enumerate(known)})
    return [registry.get(name) for name in names]


def _paths(steps: Steps, channels: tuple[str, ...]) -> pd.Categorical:
    """Return each instance's path; a path of one step needs no more than its channel."""
    is_first = ~steps.follows
    is_step = is_first.copy()
    is_step[1:] |= steps.channel[1:] != steps.channel[:-1]
    instance, step = (np.cumsum(is_first) - 1)[is_step], steps.channel[is_step]
    counts = np.bincount(instance, minlength=len(steps.starts))
    place = np.arange(len(step)) - np.repeat(np.cumsum(counts) - counts, counts)
    several = np.flatnonzero(counts > 1)
    grid = np.zeros((len(several), _PATH_STEPS + 1), np.uint16)
    shown = (counts[instance] > 1) & (place <= _PATH_STEPS)
    marks = np.where(place < _PATH_STEPS, step + 1, _CUT)
    grid[np.searchsorted(several, instance[shown]), place[shown]] = marks[shown]
    found, distinct = pool_fixed(grid.view(f"S{grid.itemsize * grid.shape[1]}").reshape(-1))
    codes = steps.channel[steps.starts].astype(np.int64)
    codes[several] = len(channels) + found
    return _named(codes, [*channels, *_path_texts(distinct, channels)])


def _path_texts(distinct: NDArray[np.generic], channels: tuple[str, ...]) -> list[str]:
    grid = distinct.view(np.uint16).reshape(-1, _PATH_STEPS + 1)
    words = ["", *channels]
    return [" > ".join("…" if m == _CUT else words[m] for m in row if m) for row in grid.tolist()]


def _named(codes: NDArray[np.integer], names: list[str]) -> pd.Categorical:
    categories = pd.Index(names, dtype=object)
    return pd.Categorical.from_codes(codes.astype(np.int64), categories=categories)


def _stamps(utc_us: NDArray[np.int64]) -> pd.DatetimeIndex:
    stamps = pd.DatetimeIndex(utc_us.view("datetime64[us]"))
    return stamps.tz_localize("UTC").tz_convert("Asia/Shanghai")
