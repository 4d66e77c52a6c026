"""Explanations: they replay to the very score, and say so in two languages."""

from __future__ import annotations

import re

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from powerchannel import channel
from powerchannel.channel.explaining import explain_customer, steps_of
from powerchannel.channel.reference import History, Standing, score_customer
from powerchannel.channel.rules import Rulebook
from powerchannel.errors import UnknownNameError
from strategies import AS_OF, MONTH, Export, Row, exports, hebei, moment, rulebooks

CATALOGUE = hebei().catalogue
STAMP = moment(MONTH)


def use(customer: str, code: str = "app", times: int = 1, month: int = MONTH) -> tuple[Row, ...]:
    return ((customer, code, moment(month), None, None, None),) * times


EXPORT = Export(
    contacts=(
        *(row for age in range(6) for row in use("0006", month=MONTH - age)),
        *use("0007", "hall", 40),
        *use("0008", "sms"),
        *use("0010", "hall"),
        *use("0010", "hotline"),
        *use("0010", "portal", 0),
    ),
    facts=(
        ("0009", "wechat", "followed", None, None),
        ("0009", "wechat", "account_bound", None, None),
        ("0011", "hall", "followed", None, None),
    ),
    dislikes=(("0008", "sms", STAMP, None),),
    complaints=(("0007", "hall", STAMP), ("0007", "app", STAMP)),
)


def result(book: Rulebook | None = None) -> channel.Result:
    book = hebei() if book is None else book
    return channel.evaluate(EXPORT.state(book.catalogue), book, as_of=AS_OF)


def said(customer: str, lang: str = "zh", code: str | None = None) -> str:
    return str(result().explain(customer, lang=lang, channel=code))


@settings(max_examples=8)
@given(st.data())
def test_the_last_step_is_the_score_to_the_bit(data: st.DataObject) -> None:
    book = data.draw(rulebooks())
    export = data.draw(exports(book.catalogue))
    found = channel.evaluate(export.state(book.catalogue), book, as_of=AS_OF)
    scores = {
        (row["customer_id"], row["channel"]): row["score"] for row in found.table.to_dict("records")
    }
    replayed = {}
    for customer in found.explain(*export.customers).customers:
        assert customer.replay().keys() == customer.steps.keys()
        for code, steps in customer.steps.items():
            assert float(np.float32(steps.value)) == customer.replay()[code]
        replayed |= {(customer.customer_id, c): v for c, v in customer.replay().items()}
        for lang in ("zh", "en"):
            assert "{" not in "".join(customer.sentences(lang))
    assert replayed == scores


def test_every_step_names_its_rule_and_source() -> None:
    steps = result().explain("0006").customers[0].steps["app"].items
    assert [(s.rule_id, s.operation, s.operand) for s in steps] == [
        ("stock", "add", 6.0),
        ("streak", "multiply", 1.2),
        ("frequency", "multiply", 1.4),
    ]
    assert [s.status for s in steps] == ["repaired", "repaired", "stated"]
    assert all(s.clause == "S0 2.2" for s in steps)


def test_complaints_dislikes_and_latent_points_have_their_steps() -> None:
    told = result().explain("0007", "0008", "0009")
    assert [s.rule_id for s in told["0007"].steps["hall"].items] == [
        *("stock", "frequency", "complaint")
    ]
    assert [s.rule_id for s in told["0007"].steps["app"].items] == ["stock", "complaint"]
    assert [s.rule_id for s in told["0008"].steps["sms"].items] == ["stock", "dislike"]
    assert [s.rule_id for s in told["0009"].steps["wechat"].items] == ["stock", "latent"]
    assert told["0008"].disliked_channels() == ("sms",)
    assert told["0009"].disliked_channels() == ()


def test_the_table_of_steps() -> None:
    table = result().explain("0006", "0009", "9999", lang="en").table
    assert table.columns.tolist()[:4] == ["customer_id", "channel", "step", "rule_id"]
    assert table["customer_id"].tolist() == ["0006"] * 3 + ["0009"] * 2
    assert table["step"].tolist() == [1, 2, 3, 1, 2]
    assert np.float32(table["after"].iloc[2]) == np.float32(10.08)
    assert table["label"].iloc[0] == "6 use(s) in 6 months"
    assert result().explain("0006").table["label"].iloc[0] == "6 个月内使用 6 次"
    assert len(result().explain("9999").table) == 0


def test_sentences_for_a_person() -> None:
    assert said("0006").splitlines()[0] == (
        "客户 0006，截至 2022-06：首推渠道为网上国网，得分 10.08。"
        "原因：唯一有得分的渠道；使用次数最多；连续多月使用；使用频繁。"
    )
    assert said("0006", "en").splitlines()[0] == (
        "Customer 0006, as of 2022-06: the first choice is utility app, score 10.08. Why: "
        "the only channel with a score; used most often; used month after month; used frequently."
    )
    assert "网上国网：得分 10.08，第 1 位" in said("0006")
    assert "连续使用 6 个月：6 × 1.2 = 7.2" in said("0006")
    assert "客户明确表示不喜欢该渠道" in said("0008")
    assert "投诉该渠道 1 次" in said("0007")


def test_a_cap_is_told() -> None:
    assert "使用 40 次，每月封顶后计 31 次" in said("0007")
    assert "40 uses in 6 months, of which 31 count under the monthly cap" in said("0007", "en")


def test_latent_points_are_told_rung_by_rung() -> None:
    assert "潜在：已绑定户号 3 分" in said("0009")
    assert "已安装或已关注" not in said("0009")
    history = History(
        customer_id="1",
        facts=(Standing(channel="wechat", fact="followed"),),
        evidence={"pays_by_wechat": {MONTH: 2}, "evening_contacts": {MONTH: 1}},
    )
    lines = explain_customer(history, hebei(), MONTH).sentences("en")
    assert "  latent: pays by WeChat, 2 time(s), 2 point(s)" in lines
    assert not any("20:00" in line for line in lines)


def test_an_unknown_customer_and_one_without_evidence_are_told_apart() -> None:
    assert "没有这个编号的任何记录" in said("9999")
    assert "no record of this number" in said("9999", "en")
    assert "没有可依据的记录" in said("0011")
    assert "no evidence" in said("0011", "en")
    assert result().explain("9999").customers[0].first_choice is None
    assert result().explain("0011").customers[0].reasons == ("no_evidence",)


@pytest.mark.parametrize(
    ("customer", "code", "zh", "en"),
    [
        ("0006", "app", "网上国网就是首推渠道", "is the first choice"),
        ("0006", "hall", "窗口内没有使用、潜在偏好或投诉记录", "in the window"),
        ("0007", "app", "得分 0，低于营业厅的 21.7", "below the 21.7 of service hall"),
        ("0008", "sms", "客户明确表示不喜欢，得分置为 0", "stated a dislike"),
        ("0010", "hall", "与首推渠道95598热线同分", "has the same score as 95598 hotline"),
        ("9999", "hall", "窗口内没有使用", "in the window"),
    ],
)
def test_why_not_this_channel(customer: str, code: str, zh: str, en: str) -> None:
    assert zh in said(customer, "zh", code)
    assert en in said(customer, "en", code)
    others = [c.title.zh for c in CATALOGUE.channels if c.code != code]
    shown = said(customer, "zh", code).splitlines()[2:]
    assert not any(line.startswith(title) for line in shown for title in others)


def test_why_not_a_channel_with_complaints_alone() -> None:
    history = History(customer_id="1", complaints={"hall": {MONTH: 1}})
    lines = explain_customer(history, hebei(), MONTH, channel="hall").sentences("zh")
    assert lines[1] == "营业厅得分为 0。"


def test_an_unknown_channel_is_refused_with_those_there_are() -> None:
    with pytest.raises(UnknownNameError) as caught:
        result().explain("0006", channel="fax")
    assert all("hotline" in caught.value.render(lang) for lang in ("zh", "en"))


def test_the_two_languages_tell_the_same_numbers() -> None:
    for customer in ("0006", "0007", "0008", "0009", "0010"):
        numbers = [re.findall(r"\d+(?:\.\d+)?", said(customer, lang)) for lang in ("zh", "en")]
        assert sorted(numbers[0]) == sorted(numbers[1])


def test_a_larger_bonus_alone_leaves_one_step() -> None:
    book = evolve(hebei(), bonus=evolve(hebei().bonus, combine="largest"))
    steps = result(book).explain("0006").customers[0].steps["app"].items
    assert [s.rule_id for s in steps] == ["stock", "frequency"]
    found = score_customer(History(customer_id="1"), book, MONTH)["app"]
    assert steps_of(found, book).value == 0.0


def test_an_explanation_shows_itself() -> None:
    told = result().explain("0006", "0007", lang="en")
    assert str(told) == repr(told) == "\n".join(told.sentences)
    assert told["0007"].customer_id == "0007"
    assert "0006" in told._repr_html_()
