from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from powerchannel.datasets.adoption import Adoption, draw_adoption, is_adopted
from powerchannel.datasets.contacts import (
    Contacts,
    contacts_table,
    draw_contacts,
    source_keys,
)
from powerchannel.datasets.names import CHANNELS, CODES
from powerchannel.datasets.people import People, customers_table, draw_people
from powerchannel.datasets.personas import PERSONAS, SOURCE_SYSTEMS
from powerchannel.datasets.phrases import AFTER_FAILURE, ASKS_APP, ASKS_WECHAT

N = 6000
MONTHS = range(618, 627)  # 2021-07 to 2022-03
CHANNEL = {code: k for k, code in enumerate(CHANNELS)}
PERSONA = {p.code: k for k, p in enumerate(PERSONAS)}


@pytest.fixture(scope="module")
def people() -> People:
    return draw_people(N, seed=11)


@pytest.fixture(scope="module")
def adoption(people: People) -> Adoption:
    return draw_adoption(people, seed=11)


@pytest.fixture(scope="module")
def drawn(people: People, adoption: Adoption) -> Contacts:
    return draw_contacts(people, adoption, MONTHS, N, seed=11)


@pytest.fixture(scope="module")
def table(drawn: Contacts, people: People) -> pd.DataFrame:
    return contacts_table(drawn, people, N)


def of_persona(drawn: Contacts, people: People, code: str) -> Contacts:
    return drawn.take(np.flatnonzero(people.persona[drawn.customer] == PERSONA[code]))


def test_columns_are_those_of_the_channel_domain(table: pd.DataFrame) -> None:
    assert " ".join(table) == (
        "customer_id channel contacted_at business_type handling_mode request_text contact "
        "outcome source_system source_key"
    )


def test_contacts_cover_the_months_in_order(table: pd.DataFrame) -> None:
    assert table["contacted_at"].is_monotonic_increasing
    months = table["contacted_at"].dt.strftime("%Y-%m").value_counts()
    assert sorted(months.index) == [f"2021-{m:02d}" for m in range(7, 13)] + [
        "2022-01",
        "2022-02",
        "2022-03",
    ]
    assert months.min() > 0.7 * months.max()


def test_about_one_contact_a_customer_and_month(table: pd.DataFrame) -> None:
    assert 0.7 < len(table) / N / len(MONTHS) < 1.2


def test_codes_are_canonical(table: pd.DataFrame) -> None:
    for column in ("channel", "business_type", "handling_mode", "outcome"):
        assert set(table[column]) <= set(CODES[column])
        assert table[column].notna().all()
    assert set(table["channel"]) == set(CHANNELS)


def test_source_keys_are_unique_and_name_the_month(table: pd.DataFrame) -> None:
    assert table["source_key"].is_unique
    month = table["contacted_at"].dt.strftime("%Y%m")
    assert (table["source_key"].str.slice(0, 6).to_numpy() == month.to_numpy()).all()


def test_source_keys_are_apart_for_every_month_serial_and_number() -> None:
    keys = source_keys(np.array([611, 612]), np.array([90_000_000, 1]), np.array([999, 0]))
    assert keys.tolist() == [b"20201290000000999", b"20210100000001000"]


def test_each_channel_comes_from_its_system(table: pd.DataFrame) -> None:
    pairs = set(zip(table["channel"], table["source_system"], strict=True))
    assert pairs == set(zip(CHANNELS, SOURCE_SYSTEMS, strict=True))


def test_a_phone_is_that_of_the_customer(table: pd.DataFrame, people: People) -> None:
    phone = customers_table(people, N).set_index("customer_id")["phone"]
    known = table.dropna(subset="contact")
    assert 0.5 < len(known) / len(table) < 0.95
    expected = phone.loc[known["customer_id"].astype("str")].to_numpy()
    assert (known["contact"].astype("str").to_numpy() == expected).all()


def test_only_adopted_channels_are_used(drawn: Contacts, adoption: Adoption) -> None:
    assert is_adopted(adoption, drawn.customer, drawn.channel, drawn.at).all()


def test_machines_call_hundreds_of_times(drawn: Contacts, people: People) -> None:
    machines = np.flatnonzero(people.persona[:N] == PERSONA["machine"])
    assert len(machines) > 0
    calls = np.bincount(drawn.customer, minlength=N)
    assert (calls[machines] >= 150 * len(MONTHS)).all()
    assert np.delete(calls, machines).max() < 100


def test_most_use_their_preferred_channel_most(drawn: Contacts, people: People) -> None:
    uses = np.zeros((N, len(CHANNELS)), dtype=np.int64)
    np.add.at(uses, (drawn.customer, drawn.channel), 1)
    for code in ("app_regular", "wechat_payer", "alipay_payer", "bank_debit", "hall_regular"):
        who = np.flatnonzero(people.persona[:N] == PERSONA[code])
        agree = uses[who].argmax(axis=1) == people.preferred[who]
        assert agree.mean() > 0.85, code


def test_habits_make_long_runs_of_months(drawn: Contacts, people: People) -> None:
    who = people.persona[:N] == PERSONA["bank_debit"]
    bank = drawn.channel == CHANNEL["bank"]
    month = (drawn.at.astype("M8[s]").astype("M8[M]")).astype(np.int64) - MONTHS.start
    used = np.zeros((N, len(MONTHS)), dtype=np.bool_)
    used[drawn.customer[bank], month[bank]] = True
    assert used[who].all(axis=1).mean() > 0.6


def test_somebody_is_never_in_touch(drawn: Contacts) -> None:
    silent = np.bincount(drawn.customer, minlength=N) == 0
    assert 0.03 < silent.mean() < 0.25


def test_night_owls_come_in_the_evening(drawn: Contacts, people: People) -> None:
    def share(contacts: Contacts) -> float:
        hour = contacts.at // 3600 % 24
        return float(((hour >= 20) | (hour < 8)).mean())

    assert share(of_persona(drawn, people, "night_owl")) > 0.5
    assert share(of_persona(drawn, people, "app_regular")) < 0.25


def test_halls_and_banks_keep_their_hours(drawn: Contacts) -> None:
    hour = drawn.at // 3600 % 24
    counter = np.isin(drawn.channel, [CHANNEL["hall"], CHANNEL["bank"]])
    assert (hour[counter].min(), hour[counter].max()) == (9, 16)
    assert set(hour[~counter].tolist()) == set(range(24))


def test_summer_has_more_calls_to_the_hotline(drawn: Contacts, people: People) -> None:
    month = drawn.at.astype("M8[s]").astype("M8[M]").astype(np.int64) % 12 + 1
    calls = np.bincount(
        month[people.persona[drawn.customer] == PERSONA["hotline_caller"]], minlength=13
    )
    assert calls[7] + calls[8] > 1.7 * (calls[10] + calls[11])


def test_links_are_opened_most_by_those_who_open_links(drawn: Contacts, people: People) -> None:
    push = list(CODES["handling_mode"]).index("push_link")

    def share(code: str) -> float:
        found = of_persona(drawn, people, code)
        online = np.isin(found.channel, [CHANNEL["app"], CHANNEL["wechat"]])
        return float((found.handling[online] == push).mean())

    assert share("link_opener") > 0.5
    assert share("app_regular") < 0.1


def test_questions_about_online_channels_are_put_at_hotline_and_hall(drawn: Contacts) -> None:
    asks = (drawn.text >= ASKS_APP.start) & (drawn.text < ASKS_WECHAT.stop)
    assert asks.sum() > 100
    assert set(drawn.channel[asks].tolist()) == {CHANNEL["hotline"], CHANNEL["hall"]}
    assert set(drawn.business[asks].tolist()) == {
        list(CODES["business_type"]).index("consultation")
    }


def test_only_people_write_down_what_was_asked(table: pd.DataFrame) -> None:
    spoken = table["handling_mode"].isin(["agent", "counter"])
    assert (table["request_text"].notna() == spoken).all()


def test_payments_go_through_channels_that_take_them(table: pd.DataFrame) -> None:
    paid = table[table["business_type"] == "payment"]
    assert set(paid["channel"]) == {"hall", "app", "wechat", "alipay", "bank", "portal", "hotline"}
    # Only after a failed payment elsewhere.
    called = paid[paid["channel"] == "hotline"]
    assert set(called["request_text"]) <= {
        "客户反映线上办理失败,来电处理",
        "客户反映线上交费未到账",
    }


def test_who_failed_online_may_call_within_a_day(drawn: Contacts) -> None:
    called = (drawn.text >= AFTER_FAILURE.start) & (drawn.text < AFTER_FAILURE.stop)
    calls = pd.DataFrame({"customer": drawn.customer, "at": drawn.at})[called]
    failed = drawn.outcome == list(CODES["outcome"]).index("failed")
    before = pd.DataFrame({"customer": drawn.customer, "failed_at": drawn.at})[failed]
    gap = calls.merge(before, on="customer").eval("at - failed_at")
    near = gap[(gap >= 600) & (gap < 600 + 20 * 3600)]
    assert len(calls) > 30
    assert len(near) >= len(calls)


def test_a_customer_is_the_same_in_a_larger_province(people: People, adoption: Adoption) -> None:
    many = draw_contacts(people, adoption, [626], N, seed=11)
    few = draw_contacts(people, adoption, [626], 100, seed=11)
    same = many.take(np.flatnonzero(many.customer < 100))
    pd.testing.assert_frame_equal(
        contacts_table(few, people, 100), contacts_table(same, people, 100)
    )


def test_a_month_is_the_same_beside_other_months(
    people: People, adoption: Adoption, table: pd.DataFrame
) -> None:
    alone = contacts_table(draw_contacts(people, adoption, [622], N, seed=11), people, N)
    beside = table[table["contacted_at"].dt.strftime("%Y-%m") == "2021-11"]
    pd.testing.assert_frame_equal(alone, beside.reset_index(drop=True))
