"""One customer out of a state, against the same rows counted by plain loops."""

from __future__ import annotations

from datetime import timedelta

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from powerchannel.channel.histories import history_of
from powerchannel.channel.reference import History
from strategies import EPOCH, MONTH, SHANGHAI, Export, catalogues, exports, hebei, moment, month_of


def last_of_each_month(stamps: tuple[int, ...]) -> tuple[int, ...]:
    """The state keeps the last stamp of a month; no rule asks for more."""
    by_month: dict[int, int] = {}
    for stamp in sorted(stamps):
        local = (EPOCH + timedelta(microseconds=stamp)).astimezone(SHANGHAI)
        by_month[month_of(local)] = stamp
    return tuple(by_month.values())


def normal(history: History) -> History:
    return evolve(
        history,
        dislikes={c: last_of_each_month(s) for c, s in sorted(history.dislikes.items())},
        withdrawals={c: last_of_each_month(s) for c, s in sorted(history.withdrawals.items())},
        facts=tuple(sorted(history.facts, key=str)),
    )


@settings(max_examples=8)
@given(st.data())
def test_a_history_is_what_plain_counting_gives(data: st.DataObject) -> None:
    catalogue = data.draw(catalogues())
    export = data.draw(exports(catalogue, customers=("0017", "17", "HB-7")))
    state = export.state(catalogue)
    customers = state.customers.to_text().tolist()
    assert customers == export.customers
    for row, customer in enumerate(customers):
        found = history_of(state, row, customer)
        assert normal(found) == normal(export.history(customer, catalogue))


def test_an_unknown_customer_has_no_history() -> None:
    export = Export(contacts=(("1", "app", moment(MONTH), None, None, None),))
    assert history_of(export.state(hebei().catalogue), -1, "2") == History(customer_id="2")
