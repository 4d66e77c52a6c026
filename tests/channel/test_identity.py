from __future__ import annotations

from collections import defaultdict
from random import Random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from powerchannel import channel
from powerchannel.channel.identity import (
    customer_contacts,
    normalise_phone,
    normalise_phones,
    shared_contacts,
)
from powerchannel.tables import Raw
from powerchannel.tables.raw import strings

MOBILE = "13800000017"
LANDLINE = "0311-88888888"


@pytest.mark.parametrize(
    "written",
    [
        "13800000017",
        " 138 0000 0017 ",
        "138-0000-0017",
        "138.0000.0017",
        "138—0000—0017",
        "+86 138 0000 0017",
        "+8613800000017",
        "(+86)13800000017",
        "0086-138-0000-0017",
        "86 13800000017",
        "013800000017",
        "１３８００００００１７",
        "＋８６（138）0000－0017",
        "\u202a13800000017\u202c",
        "\ufeff138\u200b00000017",
        "13800000017.0",
    ],
)
def test_a_mobile_number_has_one_form(written: str) -> None:
    assert normalise_phone(written) == MOBILE


@pytest.mark.parametrize(
    "written",
    [
        "0311-88888888",
        "031188888888",
        "(0311) 8888 8888",
        "0311—8888—8888",
        "+86 311 8888 8888",
        "+86 (0)311 8888 8888",
        "0086 311-8888-8888",
        "86-0311-88888888",
        "（０３１１）８８８８８８８８",
    ],
)
def test_a_landline_keeps_its_area_code(written: str) -> None:
    assert normalise_phone(written) == LANDLINE


@pytest.mark.parametrize(
    "mark", ["-", " - ", "转", "转分机", "分机", "分机：", " ext. ", " x", "#", "EXT"]
)
def test_an_extension_stays(mark: str) -> None:
    assert normalise_phone(f"0311 8888 8888{mark}801") == "0311-88888888-801"
    assert normalise_phone(f"{MOBILE}{mark}0801") == f"{MOBILE}-0801"


def test_the_length_of_an_area_code_is_known() -> None:
    assert normalise_phone("01088888888") == "010-88888888"
    assert normalise_phone("02188888888") == "021-88888888"
    assert normalise_phone("03718888888") == "0371-8888888"
    assert normalise_phone("0371-8888888-8") == "0371-8888888-8"


@pytest.mark.parametrize(
    "text",
    [
        "13800000017/13900000017",
        "13800000017,13900000017",
        "13800000017、0311-88888888",
        "13800000017 13900000017",
        "0311-88888888-13800000017",
        "88888888",
        "8888888转801",
        "95598",
        "12800000017",
        "1.38E+10",
        "2013800000017",
        "wx_0138",
        "张三 13800000017",
        "无",
        "-",
        "",
        "1" * 2_000_000,
    ],
)
def test_what_is_not_one_phone_is_left_alone(text: str) -> None:
    assert normalise_phone(text) == text
    assert normalise_phone(f" {text}　") == text


PHONES = st.one_of(
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.from_regex(r"0(10|2[0-9]|[3-9][0-9]{2})-[2-9][0-9]{6,7}(-[0-9]{1,6})?", fullmatch=True),
)


@given(PHONES)
def test_the_one_form_is_its_own_form(phone: str) -> None:
    assert normalise_phone(phone) == phone


@given(PHONES, st.sampled_from(["", "+86", "0086", "+86 ", "(+86)"]))
def test_country_code_and_width_make_no_difference(phone: str, country: str) -> None:
    wide = phone.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})
    assert normalise_phone(country + phone) == phone
    assert normalise_phone(wide) == phone


@given(st.text(alphabet="0138６+-() .转x\u200b微", max_size=18))
def test_normalising_twice_is_normalising_once(text: str) -> None:
    once = normalise_phone(text)
    assert normalise_phone(once) == once


@given(st.lists(st.sampled_from([MOBILE, "+86 13800000017", "wx_1", "", "0311 88888888", "微信"])))
def test_a_column_is_its_cells(cells: list[str]) -> None:
    column = normalise_phones(strings(np.array(cells, dtype=object)))
    assert column.objects().tolist() == [normalise_phone(c) or None for c in cells]


@pytest.mark.parametrize("width", [11, 12, 20])
def test_clean_mobiles_are_passed_on_as_they_are(width: int) -> None:
    cells = np.array([MOBILE, "13900000017", MOBILE], dtype=f"S{width}")
    column = normalise_phones(
        Raw(kind="text", values=cells, is_null=np.array([False, False, True]))
    )
    assert column.values.dtype.kind == "S"
    assert column.objects().tolist() == [MOBILE, "13900000017", None]


def test_not_all_eleven_bytes_are_a_mobile_in_its_form() -> None:
    cells = [MOBILE + " ", MOBILE + "x801", "0311 888888", "03118888888", "138 0000001", MOBILE]
    column = normalise_phones(strings(np.array(cells, dtype=object)))
    assert column.objects().tolist() == [
        MOBILE,
        MOBILE + "-801",
        "0311 888888",
        "0311-8888888",
        "138 0000001",
        MOBILE,
    ]


CONTACTS = st.lists(
    st.tuples(
        st.sampled_from(["0017", "17", "0025", "HB-1", "0033", "0041"]),
        st.sampled_from(
            [MOBILE, "+86 " + MOBILE, "wx_1", "0311 8888 8888", LANDLINE, "", " 　", None]
        ),
    ),
    min_size=1,
    max_size=25,
)


def _check(rows: list[tuple[str, str | None]]) -> channel.Tables:
    frame = pd.DataFrame(rows, columns=["customer_id", "contact"], dtype=object)
    return channel.check(contacts=frame.assign(channel="app", contacted_at="2022-03-05"))


@settings(max_examples=10)
@given(CONTACTS)
def test_sharing_is_what_counting_by_hand_gives(rows: list[tuple[str, str | None]]) -> None:
    tables = _check(rows)
    named = [(who, normalise_phone(text)) for who, text in rows if text and text.strip()]
    users, phones = defaultdict(set), defaultdict(set)
    for who, phone in named:
        users[phone].add(who)
        phones[who].add(phone)
    assert shared_contacts(tables).values.tolist() == sorted(
        (
            [phone, len(who), ", ".join(sorted(who)[:3]), [p for _, p in named].count(phone)]
            for phone, who in users.items()
            if len(who) > 1
        ),
        key=lambda row: (-row[1], row[0]),
    )
    assert customer_contacts(tables).values.tolist() == sorted(
        (
            [who, len(found), ", ".join(sorted(found)[:3]), [w for w, _ in named].count(who)]
            for who, found in phones.items()
            if len(found) > 1
        ),
        key=lambda row: (-row[1], row[0]),
    )


@settings(max_examples=8)
@given(CONTACTS, st.randoms(use_true_random=False))
def test_the_order_of_rows_makes_no_difference(
    rows: list[tuple[str, str | None]], random: Random
) -> None:
    shuffled = random.sample(rows, len(rows))
    pd.testing.assert_frame_equal(shared_contacts(_check(rows)), shared_contacts(_check(shuffled)))
    pd.testing.assert_frame_equal(
        customer_contacts(_check(rows)), customer_contacts(_check(shuffled))
    )


def test_customers_are_never_merged() -> None:
    tables = _check([("0017", MOBILE), ("0025", "+86" + MOBILE)])
    assert shared_contacts(tables)["customer_count"].tolist() == [2]
    assert len(channel.aggregate(tables)) == 2


def test_only_the_first_few_are_named() -> None:
    tables = _check([(f"{i:04}", MOBILE) for i in range(2000)])
    (found,) = shared_contacts(tables).values.tolist()
    assert found == [MOBILE, 2000, "0000, 0001, 0002", 2000]


def test_a_table_without_contacts_shares_none() -> None:
    rows = {"customer_id": ["017"], "channel": ["app"], "contacted_at": ["2022-03-05"]}
    for tables in (channel.check(contacts=rows), channel.check(contacts=rows | {"contact": [" "]})):
        assert shared_contacts(tables).empty
        assert customer_contacts(tables).empty
        assert list(shared_contacts(tables)) == [
            "contact",
            "customer_count",
            "customer_ids",
            "contacts",
        ]


def test_a_table_whose_rows_were_all_rejected_shares_none() -> None:
    rows = {"customer_id": [""], "channel": ["app"], "contacted_at": ["x"], "contact": [MOBILE]}
    tables = channel.check(contacts=rows)
    assert shared_contacts(tables).empty
    assert customer_contacts(tables).empty
