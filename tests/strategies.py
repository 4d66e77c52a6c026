"""Random rulebooks and random customers, and the same customers as pure Python would count them.

An `Export` holds raw rows. `Export.frames` gives the tables a user has; `Export.history` counts
one customer's rows by plain loops, apart from the library, in the words of its reference.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from functools import cache
from random import Random

import pandas as pd
from attrs import evolve, frozen
from hypothesis import strategies as st

from powerchannel import channel
from powerchannel.channel.catalogue import Catalogue, Channel, Evidence
from powerchannel.channel.reference import History, Standing
from powerchannel.channel.rules import (
    FACTS,
    Bonus,
    Complaint,
    Dislike,
    Extra,
    FirstChoice,
    Frequency,
    Latent,
    Preferred,
    Rulebook,
    Rung,
    Stock,
    Streak,
    StreakStep,
    Window,
)
from powerchannel.rulebook import FrozenMapping, Provenance, load_rulebook
from powerchannel.tables import Code
from powerchannel.text import Text

AS_OF = "2022-06"
MONTH = 52 * 12 + 5  # the same, counted from 1970-01
SHANGHAI = timezone(timedelta(hours=8))
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ASSUMED = Provenance(status="assumed", clause="test")

COLUMNS = {
    "contacts": (
        "customer_id",
        "channel",
        "contacted_at",
        "business_type",
        "handling_mode",
        "request_text",
    ),
    "facts": ("customer_id", "channel", "fact", "since", "until"),
    "dislikes": ("customer_id", "channel", "disliked_at", "withdrawn_at"),
    "complaints": ("customer_id", "channel", "complained_at"),
}
TIMES = {"contacted_at", "since", "until", "disliked_at", "withdrawn_at", "complained_at"}

Row = tuple[object, ...]


@cache
def hebei() -> Rulebook:
    """Return the bundled rulebook."""
    book = load_rulebook("hebei-2022")
    assert isinstance(book, Rulebook)
    return book


def month_of(moment: datetime) -> int:
    """Return the local month of a stamp, months since 1970-01."""
    return (moment.year - 1970) * 12 + moment.month - 1


def micros(moment: datetime) -> int:
    """Return a local stamp as UTC microseconds."""
    return (moment.replace(tzinfo=SHANGHAI) - EPOCH) // timedelta(microseconds=1)


def moment(month: int, day: int = 10, **clock: int) -> datetime:
    """Return a local stamp in a month counted from 1970-01."""
    return datetime(1970 + month // 12, month % 12 + 1, day, **clock)


@frozen(kw_only=True)
class Export:
    """Raw rows of the four tables; stamps are local datetimes without a zone, or None."""

    contacts: tuple[Row, ...] = ()
    facts: tuple[Row, ...] = ()
    dislikes: tuple[Row, ...] = ()
    complaints: tuple[Row, ...] = ()

    def frames(self) -> dict[str, pd.DataFrame]:
        """Return the tables as a user has them: text, with empty cells for None."""
        return {name: _frame(name, getattr(self, name)) for name in COLUMNS}

    def checked(self, catalogue: Catalogue) -> channel.Tables:
        """Return the checked tables; for an export without contacts, one empty row drops out."""
        frames = self.frames()
        if not self.contacts:
            frames["contacts"] = _frame("contacts", [(None,) * len(COLUMNS["contacts"])])
        return channel.check(**frames, catalogue=catalogue)

    def state(self, catalogue: Catalogue) -> channel.State:
        """Return what is remembered of it."""
        return channel.aggregate(self.checked(catalogue))

    def __add__(self, other: Export) -> Export:
        return Export(**{n: getattr(self, n) + getattr(other, n) for n in COLUMNS})

    def keeping(self, **tests: Callable[[Row], bool]) -> Export:
        """Return the rows that pass the test of their table; all rows of a table without one."""
        return evolve(self, **{n: tuple(filter(t, getattr(self, n))) for n, t in tests.items()})

    @property
    def customers(self) -> list[str]:
        """Every customer, in order."""
        return sorted({str(row[0]) for name in COLUMNS for row in getattr(self, name)})

    def history(self, customer: str, catalogue: Catalogue) -> History:
        """Count one customer's rows by plain loops."""
        mine = {n: [r[1:] for r in getattr(self, n) if r[0] == customer] for n in COLUMNS}
        seen = [
            (rule.id, month_of(contact[1]))
            for contact in mine["contacts"]
            for rule in catalogue.evidence
            if shows(rule, contact)
        ]
        return History(
            customer_id=customer,
            uses=_saturated(_counted((c, month_of(at)) for c, at, *_ in mine["contacts"])),
            complaints=_counted((c, month_of(at)) for c, at in mine["complaints"]),
            dislikes=_listed((c, at) for c, at, _ in mine["dislikes"]),
            withdrawals=_listed((c, at) for c, _, at in mine["dislikes"] if at is not None),
            facts=_standing(mine["facts"]),
            evidence=_counted(seen),
        )


def crowd(catalogue: Catalogue, seed: int, customers: int) -> Export:
    """Raw rows of many customers, quick to make: too many for hypothesis to draw one by one."""
    random = Random(seed)
    ids = [f"{i:013}" for i in range(customers)]
    likes = {i: random.choices(catalogue.codes, k=random.choice((1, 2, 9))) for i in ids}

    def at() -> datetime:
        month = MONTH - random.randrange(-1, 9)
        return moment(month, random.choice((1, 10, 28)), hour=random.choice((0, 7, 9, 20, 23)))

    def some(make: Callable[[str, str], Row], most: int) -> tuple[Row, ...]:
        counts = [(c, random.randrange(most + 1)) for c in ids]
        return tuple(make(c, random.choice(likes[c])) for c, n in counts for _ in range(n))

    def span(customer: str, code: str) -> Row:
        start = at()
        return customer, code, start, random.choice((None, start, start + timedelta(days=40)))

    modes, texts = ("push_link", "agent", None), (None, "微信", "问网上国网")
    return Export(
        contacts=some(
            lambda who, c: (
                who,
                c,
                at(),
                random.choice(("payment", "other", None)),
                random.choice(modes),
                random.choice(texts),
            ),
            12,
        ),
        facts=some(lambda who, c: (who, c, random.choice(FACTS), *span(who, c)[2:]), 2),
        dislikes=some(span, 1),
        complaints=some(lambda who, c: (who, c, at()), 2),
    )


def _frame(name: str, rows: Iterable[Row]) -> pd.DataFrame:
    columns = list(zip(*rows, strict=True)) or [()] * len(COLUMNS[name])
    cells = {
        c: [_cell(v) if c in TIMES else v or "" for v in column]
        for c, column in zip(COLUMNS[name], columns, strict=True)
    }
    return pd.DataFrame(cells, dtype=object)


def _cell(stamp: object) -> str:
    assert stamp is None or isinstance(stamp, datetime)
    return "" if stamp is None else stamp.strftime("%Y-%m-%d %H:%M:%S.%f")


def _counted(pairs: Iterable[tuple[str, int]]) -> dict[str, dict[int, int]]:
    counts: dict[str, dict[int, int]] = defaultdict(dict)
    for (name, month), count in Counter(pairs).items():
        counts[name][month] = count
    return dict(counts)


def _saturated(counts: dict[str, dict[int, int]]) -> dict[str, dict[int, int]]:
    return {c: {m: min(n, 255) for m, n in months.items()} for c, months in counts.items()}


def _listed(pairs: Iterable[tuple[str, datetime]]) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for name, at in pairs:
        found[name] = (*found.get(name, ()), micros(at))
    return found


def _standing(rows: Iterable[Row]) -> tuple[Standing, ...]:
    """Of two ends of one fact the earlier known one counts."""
    ends: dict[Row, int | None] = {}
    for code, fact, since, until in rows:
        key = (code, fact, None if since is None else micros(since))
        known = [u for u in (ends.get(key), None if until is None else micros(until)) if u]
        ends[key] = min(known, default=None)
    return tuple(
        Standing(channel=code, fact=fact, since=since, until=until)
        for (code, fact, since), until in sorted(ends.items(), key=lambda e: str(e[0]))
    )


def shows(rule: Evidence, contact: Row) -> bool:
    """Tell whether a contact is evidence, by the words of the rule."""
    code, at, business, mode, text = contact
    assert isinstance(at, datetime)
    wanted = ((rule.channels, code), (rule.business_types, business), (rule.handling_modes, mode))
    if any(codes and found not in codes for codes, found in wanted):
        return False
    if rule.text_any and not any(w.lower() in str(text or "").lower() for w in rule.text_any):
        return False
    return rule.hours is None or _within(rule.hours, at)


def _within(hours: str, at: datetime) -> bool:
    start, end = hours.split("-")
    clock = at.strftime("%H:%M:%S.%f")
    if clock == "00:00:00.000000":
        return False
    is_late, is_early = clock >= f"{start}:00.000000", clock < f"{end}:00.000000"
    return (is_late and is_early) if start <= end else (is_late or is_early)


# rulebooks

words = st.sampled_from(["网上国网", "微信", "APP", "app"])


def amounts(*numbers: str) -> st.SearchStrategy[Decimal]:
    """Numbers that people write; most are no sums of powers of two."""
    return st.sampled_from([Decimal(n) for n in numbers])


def points_of(codes: tuple[str, ...]) -> st.SearchStrategy[FrozenMapping[int]]:
    """Whole points for some of the channels."""
    chosen = st.dictionaries(st.sampled_from(codes), st.integers(0, 4), max_size=4)
    return chosen.map(FrozenMapping)


@st.composite
def catalogues(draw: st.DrawFn) -> Catalogue:
    """One to ten channels, and up to three kinds of evidence."""
    owners = st.sampled_from(["owned", "owned_on_third_party", "third_party"])
    costs = st.none() | amounts("0", "0.5", "1", "2")
    codes = [f"c{i}" for i in range(draw(st.integers(1, 10)))]
    channels = tuple(
        Channel(
            code=code,
            title=Text(code, code),
            ownership=draw(owners),
            medium="app",
            unit_cost=draw(costs),
        )
        for code in codes
    )
    kinds = tuple(draw(evidence(codes, i)) for i in range(draw(st.integers(0, 3))))
    return Catalogue(
        channels=channels,
        business_types=(_code("payment"), _code("other")),
        handling_modes=(_code("push_link"), _code("agent")),
        evidence=kinds,
        provenance=ASSUMED,
    )


def _code(code: str) -> Code:
    return Code(code=code, title=Text(code, code))


def evidence(codes: list[str], number: int) -> st.SearchStrategy[Evidence]:
    """A kind of evidence with any of the conditions."""

    def some(values: list[str]) -> st.SearchStrategy[tuple[str, ...]]:
        return st.just(()) | st.lists(
            st.sampled_from(values), min_size=1, max_size=3, unique=True
        ).map(tuple)

    return st.builds(
        Evidence,
        id=st.just(f"e{number}"),
        title=st.just(Text(f"证据{number}", f"evidence {number}")),
        channels=some(codes),
        business_types=some(["payment", "other"]),
        handling_modes=some(["push_link", "agent"]),
        text_any=some(["网上国网", "微信", "APP"]),
        hours=st.sampled_from([None, "20:00-08:00", "08:00-20:00", "09:30-24:00"]),
        provenance=st.just(ASSUMED),
    )


@st.composite
def rulebooks(draw: st.DrawFn, *, catalogue: Catalogue | None = None) -> Rulebook:
    """Any rulebook: every option of every rule."""
    catalogue = draw(catalogues()) if catalogue is None else catalogue
    codes, kinds = catalogue.codes, [e.id for e in catalogue.evidence]
    return Rulebook(
        kind="channel",
        schema_version=1,
        name="random",
        title=Text("随机", "random"),
        source="test",
        catalogue=catalogue,
        window=Window(months=draw(st.integers(1, 8)), provenance=ASSUMED),
        stock=draw(stocks(codes)),
        latent=Latent(
            ladder=tuple(draw(rungs(codes, i)) for i in range(draw(st.integers(0, 3)))),
            extras=tuple(
                draw(extras(codes, kinds, i))
                for i in range(draw(st.integers(0, 3)) if kinds else 0)
            ),
            cap=draw(st.integers(0, 9)),
            provenance=ASSUMED,
        ),
        streak=draw(streaks()),
        frequency=Frequency(
            more_than=draw(st.integers(0, 6)),
            factor=draw(amounts("1", "1.15", "1.2", "1.4", "3")),
            provenance=ASSUMED,
        ),
        bonus=Bonus(combine=draw(st.sampled_from(["product", "largest"])), provenance=ASSUMED),
        complaint=Complaint(
            factor=draw(amounts("0", "0.3", "0.5", "0.9", "1")),
            counting=draw(st.sampled_from(["once", "each"])),
            provenance=ASSUMED,
        ),
        dislike=Dislike(
            months=draw(st.integers(1, 8)),
            until=draw(st.sampled_from(["expiry", "withdrawal"])),
            latent_off=draw(st.sampled_from(["customer", "channel"])),
            provenance=ASSUMED,
        ),
        first_choice=FirstChoice(
            ties=draw(
                st.lists(st.sampled_from(["ownership", "unit_cost", "catalogue"]), unique=True).map(
                    tuple
                )
            ),
            provenance=ASSUMED,
        ),
        preferred=Preferred(ratio=draw(amounts("0", "0.3", "0.5", "0.7", "1")), provenance=ASSUMED),
    )


def stocks(codes: tuple[str, ...]) -> st.SearchStrategy[Stock]:
    """Points that are no sums of powers of two, and caps."""
    numbers = amounts("0", "0.1", "0.3", "1", "1.7", "12.5")
    return st.builds(
        Stock,
        points=st.dictionaries(st.sampled_from(codes), numbers, max_size=5).map(FrozenMapping),
        default_points=numbers,
        cap_per_month=st.sampled_from([None, 1, 2, 3, 31, 255]),
        provenance=st.just(ASSUMED),
    )


def rungs(codes: tuple[str, ...], number: int) -> st.SearchStrategy[Rung]:
    """A rung of the ladder."""
    return st.builds(
        Rung,
        id=st.just(f"r{number}"),
        facts=st.lists(st.sampled_from(FACTS), min_size=1, max_size=2, unique=True).map(tuple),
        points=points_of(codes),
        title=st.just(Text(f"阶梯{number}", f"rung {number}")),
        provenance=st.just(ASSUMED),
    )


def extras(codes: tuple[str, ...], kinds: list[str], number: int) -> st.SearchStrategy[Extra]:
    """Points for evidence."""
    return st.builds(
        Extra,
        id=st.just(f"x{number}"),
        evidence=st.sampled_from(kinds),
        at_least=st.integers(1, 3),
        points=points_of(codes),
        provenance=st.just(ASSUMED),
    )


@st.composite
def streaks(draw: st.DrawFn) -> Streak:
    """Steps that ascend, either scope, any grace."""
    months = sorted(draw(st.sets(st.integers(1, 8), max_size=3)))
    factors = sorted(draw(amounts("1", "1.05", "1.1", "1.2", "2.5")) for _ in months)
    return Streak(
        steps=tuple(
            StreakStep(months=m, factor=f, provenance=ASSUMED)
            for m, f in zip(months, factors, strict=True)
        ),
        scope=draw(st.sampled_from(["ending", "any"])),
        grace_months=draw(st.integers(0, 9)),
        provenance=ASSUMED,
    )


# customers

_CLOCKS = (
    {"day": 1},
    {"day": 1, "microsecond": 1},
    {"day": 10},
    {"day": 10, "hour": 7, "minute": 59, "second": 59, "microsecond": 999_999},
    {"day": 10, "hour": 8},
    {"day": 15, "hour": 12, "minute": 30},
    {"day": 20, "hour": 20},
    {"day": 28, "hour": 23, "minute": 59, "second": 59, "microsecond": 999_999},
)


@st.composite
def moments(draw: st.DrawFn, *, first: int = MONTH - 9, last: int = MONTH + 2) -> datetime:
    """Stamps around the window, many of them at the edge of a month or of a span of hours."""
    month = draw(st.integers(first, last))
    if draw(st.integers(0, 3)) == 0:
        return moment(month + 1, 1) - timedelta(microseconds=1)
    return moment(month, **draw(st.sampled_from(_CLOCKS)))


@st.composite
def spans(draw: st.DrawFn) -> tuple[datetime | None, datetime | None]:
    """A start and an end, either open, the end never before the start, often the same instant."""
    both = sorted((draw(moments()), draw(moments())))
    if draw(st.integers(0, 4)) == 0:
        both[1] = both[0]
    start, end = (draw(st.just(t) | st.none()) for t in both)
    return start, end


@st.composite
def exports(
    draw: st.DrawFn,
    catalogue: Catalogue,
    *,
    customers: tuple[str, ...] = ("0017", "17", "900000000000000001"),
    busy: bool = True,
) -> Export:
    """Raw rows of a few customers; where `busy`, some with hundreds of uses in one month."""
    who, what = st.sampled_from(customers), st.sampled_from(catalogue.codes)
    contact = st.tuples(
        who,
        what,
        moments(),
        st.sampled_from(["payment", "other", None]),
        st.sampled_from(["push_link", "agent", None]),
        st.none() | words.map("请问{}怎么用".format),
    )
    contacts = draw(st.lists(contact, max_size=14))
    if busy and contacts and draw(st.integers(0, 3)) == 0:
        contacts += [contacts[0]] * draw(st.sampled_from([4, 30, 40, 254, 300]))
    fact = st.tuples(who, what, st.sampled_from(FACTS), spans())
    dislike = st.tuples(who, what, spans())
    return Export(
        contacts=tuple(contacts),
        facts=tuple((w, c, f, *span) for w, c, f, span in draw(st.lists(fact, max_size=4))),
        dislikes=tuple(
            (w, c, start, end)
            for w, c, (start, end) in draw(st.lists(dislike, max_size=3))
            if start is not None
        ),
        complaints=tuple(draw(st.lists(st.tuples(who, what, moments()), max_size=4))),
    )
