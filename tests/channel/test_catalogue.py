"""The catalogue as data: one meaning a word, known references, and its digest."""

from __future__ import annotations

import pytest
from attrs import evolve

from powerchannel.channel.catalogue import Catalogue, Channel, Classification, Evidence
from powerchannel.errors import RulebookError
from powerchannel.tables import Code
from powerchannel.text import Text
from strategies import ASSUMED, hebei

BOOK = hebei().catalogue


def channel(code: str, *aliases: str) -> Channel:
    return Channel(
        code=code, title=Text(code, code), aliases=aliases, ownership="owned", medium="app"
    )


def evidence(**conditions: object) -> Evidence:
    return Evidence(id="e", title=Text("证据", "evidence"), provenance=ASSUMED, **conditions)


def refused(**fields: object) -> list[tuple[str, str]]:
    """Return the code and the path of each problem that a catalogue is refused for."""
    with pytest.raises(RulebookError) as caught:
        Catalogue(**{"channels": (channel("a"),), "provenance": ASSUMED, **fields})
    for lang in ("zh", "en"):
        assert "{" not in caught.value.render(lang)
    return [(p.code, p.where) for p in caught.value.problems]


def test_the_bundled_channels() -> None:
    owners = {c.code: c.ownership for c in BOOK.channels}
    assert [c for c, owner in owners.items() if owner == "owned"] == [
        *("hotline", "hall", "app", "sms", "portal")
    ]
    assert owners["wechat"] == "owned_on_third_party"
    assert owners["alipay"] == owners["bank"] == "third_party"
    assert all(c.title.zh and c.title.en and c.capabilities for c in BOOK.channels)
    assert BOOK.channels[1].service_hours == "08:30-17:00"


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("95598", "hotline"),
        ("掌上电力", "app"),
        ("网上国网", "app"),
        ("微信公众号", "wechat"),
        ("定制短信", "sms"),
        ("银行代缴", "bank"),
        ("门户网站", "portal"),
    ],
)
def test_the_words_that_exports_write(word: str, code: str) -> None:
    (found,) = (c.code for c in BOOK.vocabularies["channel"] if word in c.words)
    assert found == code


def test_the_code_tables_of_the_contract() -> None:
    codes = {name: [c.code for c in words] for name, words in BOOK.vocabularies.items()}
    assert codes["channel"] == list(BOOK.codes)
    assert codes["business_type"] == [
        *("payment", "enquiry", "application", "repair", "consultation", "complaint"),
        *("report", "suggestion", "praise", "outage", "login", "other"),
    ]
    assert codes["handling_mode"] == [
        *("self_service", "agent", "counter", "push_link", "batch", "other")
    ]
    assert codes["outcome"] == ["resolved", "unresolved", "transferred", "abandoned", "failed"]


def test_no_channels_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one channel"):
        Catalogue(channels=(), provenance=ASSUMED)


@pytest.mark.parametrize(
    "channels",
    [
        (channel("a"), channel("a")),
        (channel("a", "word"), channel("b", "WORD")),
        (channel("a", " b "), channel("b")),
    ],
)
def test_a_word_that_names_two_channels_is_refused(channels: tuple[Channel, ...]) -> None:
    assert refused(channels=channels) == [("ambiguous_word", "$.channels[1]")]


def test_a_word_that_names_two_codes_is_refused() -> None:
    codes = (
        Code(code="payment", title=Text("交费", "payment")),
        Code(code="other", title=Text("其他", "other"), aliases=("交费",)),
    )
    assert refused(business_types=codes) == [("ambiguous_word", "$.business_types[1]")]


def test_a_channel_may_repeat_its_own_word() -> None:
    repeated = channel("a", "a", "A ", "一")
    assert Catalogue(channels=(repeated,), provenance=ASSUMED).codes == ("a",)


def test_all_that_rules_name_and_there_is_not_is_told_at_once() -> None:
    repair = Classification(business_type="repair", text_any=("没电",))
    kind = evidence(channels=("a", "b"), business_types=("payment",), handling_modes=("agent",))
    assert refused(classifications=(repair,), evidence=(kind,)) == [
        ("unknown_name", "$.classifications[0].business_type"),
        ("unknown_name", "$.evidence[0].channels[1]"),
        ("unknown_name", "$.evidence[0].business_types[0]"),
        ("unknown_name", "$.evidence[0].handling_modes[0]"),
    ]


def test_kinds_of_evidence_differ_in_their_ids() -> None:
    assert refused(evidence=(evidence(), evidence())) == [("ambiguous_word", "$.evidence[1]")]


@pytest.mark.parametrize("hours", ["8:30-17:00", "08:30", "25:00-26:00", "08:60-09:00", ""])
def test_hours_are_written_in_one_way(hours: str) -> None:
    with pytest.raises(ValueError, match="08:30-17:00"):
        evolve(channel("a"), service_hours=hours)
    with pytest.raises(ValueError, match="08:30-17:00"):
        evidence(hours=hours)


@pytest.mark.parametrize("field", ["unit_cost", "capacity_per_day"])
def test_costs_and_capacities_are_not_negative(field: str) -> None:
    with pytest.raises(ValueError, match="negative"):
        evolve(channel("a"), **{field: -1})
    assert getattr(evolve(channel("a"), **{field: 0}), field) == 0


def test_the_digest_is_of_what_a_state_depends_on() -> None:
    first, *others = BOOK.channels
    renamed = evolve(BOOK, channels=(evolve(first, title=Text("热线", "line")), *others))
    assert renamed.digest == BOOK.digest
    for other in (
        evolve(BOOK, channels=tuple(others), evidence=()),
        evolve(BOOK, channels=(*others, first)),
        evolve(BOOK, evidence=BOOK.evidence[1:]),
        evolve(BOOK, evidence=(evolve(BOOK.evidence[0], channels=("app",)), *BOOK.evidence[1:])),
    ):
        assert other.digest != BOOK.digest
