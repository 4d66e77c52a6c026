"""Uses of a few customers, some months before and after an as-of month, and what comes of them."""

from __future__ import annotations

import pandas as pd
from hypothesis import strategies as st

from powerchannel import channel, load_rulebook
from powerchannel.channel.rules import Rulebook
from powerchannel.periods import format_month, parse_month

BOOK = load_rulebook("hebei-2022")
assert isinstance(BOOK, Rulebook)
AS_OF = parse_month("2022-03")
CUSTOMERS = ["0017", "17", "0025", "0033", "HB-1"]
CHANNELS = ["hotline", "app", "wechat", "alipay"]

# customer, channel, month counted from the as-of month, how many times
Use = tuple[str, str, int, int]
USES = st.lists(
    st.tuples(
        st.sampled_from(CUSTOMERS),
        st.sampled_from(CHANNELS),
        st.integers(-7, 4),
        st.integers(1, 6),
    ),
    min_size=1,
    max_size=25,
)
MARKS = st.lists(
    st.tuples(st.sampled_from(CUSTOMERS), st.sampled_from(CHANNELS), st.integers(-7, 2)), max_size=4
)


def day(offset: int) -> str:
    return format_month(AS_OF + offset) + "-15 12:00"


def state_of(
    uses: list[Use],
    dislikes: list[tuple[str, str, int]] | None = None,
    complaints: list[tuple[str, str, int]] | None = None,
    bound: list[tuple[str, str, int]] | None = None,
) -> channel.State:
    contacts = [(who, where, day(at)) for who, where, at, times in uses for _ in range(times)]

    def frame(rows: list[tuple[str, str, int]] | None, stamp: str) -> pd.DataFrame:
        told = [(who, where, day(at)) for who, where, at in rows or []]
        return pd.DataFrame(told, columns=["customer_id", "channel", stamp], dtype=object)

    tables = channel.check(
        contacts=pd.DataFrame(contacts, columns=["customer_id", "channel", "contacted_at"]),
        dislikes=frame(dislikes, "disliked_at"),
        complaints=frame(complaints, "complained_at"),
        facts=frame(bound, "since").assign(fact="account_bound"),
    )
    return channel.aggregate(tables)


def result_of(state: channel.State, book: Rulebook = BOOK) -> channel.Result:
    return channel.evaluate(state, book, as_of="2022-03")
