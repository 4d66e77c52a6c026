"""From documents to records: strict, all problems at once, each at its path."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import ClassVar, Literal

import attrs
import pytest
from attrs import field, frozen
from attrs.validators import ge

from powerchannel.errors import RulebookError
from powerchannel.registry import Registry
from powerchannel.rulebook import FrozenMapping, structure
from powerchannel.text import Text

BONUSES = Registry(Text("奖励方式", "bonus"), {"product": 1, "largest": 2})


@frozen(kw_only=True)
class Step:
    months: int = field(validator=ge(1))
    factor: Decimal = field()

    @factor.validator
    def _at_least_one(self, _attribute: attrs.Attribute[Decimal], value: Decimal) -> None:
        if value < 1:
            words = Text("系数不小于 1，实为 {value}", "factor is 1 or more, not {value}")
            raise ValueError(words.fill(value=value))


@frozen(kw_only=True)
class Rung:
    id: str
    points: Mapping[str, int]


@frozen(kw_only=True)
class Range:
    low: int = 0
    high: int = field(default=9)
    tags: tuple[str, ...] = field(factory=tuple)

    @high.validator
    def _above_low(self, _attribute: attrs.Attribute[int], value: int) -> None:
        if value < self.low + len(self.tags):
            raise ValueError(Text("上限小于下限", "high is below low"))


@frozen(kw_only=True)
class Book:
    SCHEMA_VERSION: ClassVar[int] = 1

    schema_version: int
    title: Text
    steps: tuple[Step, ...]
    ladder: tuple[Rung, ...] = ()
    bonus: str = field(default="product")
    mode: Literal["once", "each"] = "once"
    range: Range = Range()
    note: str | None = None

    @bonus.validator
    def _known(self, _attribute: attrs.Attribute[str], value: str) -> None:
        BONUSES.get(value)

    def __attrs_post_init__(self) -> None:
        months = [step.months for step in self.steps]
        if months != sorted(months):
            raise RulebookError.of("order", "$.steps", "月数须递增", "months must grow")
        if self.note == "bad":
            raise TypeError("no such note")


def document(**changes: object) -> dict[str, object]:
    steps = [{"months": 2, "factor": Decimal("1.1")}, {"months": 3, "factor": Decimal("1.2")}]
    title = {"zh": "河北", "en": "Hebei"}
    return {"schema_version": 1, "title": title, "steps": steps, **changes}


def problems(**changes: object) -> dict[str, str]:
    with pytest.raises(RulebookError) as caught:
        structure(Book, document(**changes))
    return {problem.where: problem.code for problem in caught.value.problems}


def message(**changes: object) -> str:
    with pytest.raises(RulebookError) as caught:
        structure(Book, document(**changes))
    return str(caught.value)


def test_a_valid_document_gives_the_record() -> None:
    rungs = [{"id": "bound", "points": {"wechat": 3, "app": 2}}]
    assert structure(Book, document(ladder=rungs, note=None, mode="each")) == Book(
        schema_version=1,
        title=Text("河北", "Hebei"),
        steps=(Step(months=2, factor=Decimal("1.1")), Step(months=3, factor=Decimal("1.2"))),
        ladder=(Rung(id="bound", points=FrozenMapping({"app": 2, "wechat": 3})),),
        mode="each",
    )


def test_structured_records_are_frozen_all_through() -> None:
    book = structure(Book, document(ladder=[{"id": "a", "points": {"app": 2}}]))
    assert hash(book) == hash(attrs.evolve(book))
    assert isinstance(book.ladder[0].points, FrozenMapping)


def test_all_problems_come_in_one_error_with_their_paths() -> None:
    found = problems(
        title={"zh": "河北", "cn": "x"},
        steps=[
            {"months": True, "factor": Decimal("1.1")},
            {"months": 0, "factor": Decimal("0.5")},
            {"months": 3, "facter": 1},
            7,
        ],
        ladder=[{"id": "a", "points": {"app": "2", "we chat": Decimal("1.5")}}],
        mode="twice",
        colour="red",
    )
    assert found == {
        "$.title.cn": "unknown_key",
        "$.title.en": "missing_key",
        "$.steps[0].months": "wrong_type",
        "$.steps[1].months": "invalid",
        "$.steps[1].factor": "invalid",
        "$.steps[2].facter": "unknown_key",
        "$.steps[2].factor": "missing_key",
        "$.steps[3]": "wrong_type",
        "$.ladder[0].points.app": "wrong_type",
        "$.ladder[0].points['we chat']": "wrong_type",
        "$.mode": "not_allowed",
        "$.colour": "unknown_key",
    }


def test_the_root_path_is_the_callers() -> None:
    with pytest.raises(RulebookError) as caught:
        structure(Book, document(mode=1), where="my.toml $")
    assert caught.value.problems[0].where == "my.toml $.mode"


def test_an_unknown_key_is_met_with_the_nearest_and_with_all() -> None:
    text = message(stepz=[])
    assert "没有名为 'stepz' 的键；是否为 'steps'？此处的键有：schema_version, title, steps" in text
    assert "there is no key 'stepz'; did you mean 'steps'? The keys here are:" in text


def test_an_unknown_key_unlike_any_other_lists_the_keys() -> None:
    text = message(qqqqqq=1)
    assert "no key 'qqqqqq'. The keys here are: schema_version" in text
    assert "did you mean" not in text


def test_an_unknown_key_of_any_length_gives_a_short_message() -> None:
    assert len(message(**{"x" * 10_000: 1})) < 1_000


@pytest.mark.parametrize(
    ("change", "zh", "en"),
    [
        ({"steps": [{"months": 1}]}, "缺少此键；应为数", "missing; a number is expected"),
        ({"title": {"zh": "x"}}, "缺少此键；应为文字", "missing; text is expected"),
        ({"mode": "x"}, "应为下列之一：once, each；实为文字 'x'", "one of once, each is expected"),
        ({"steps": "abc"}, "应为列表，实为文字 'abc'", "a list is expected, found the text 'abc'"),
        ({"title": "x"}, "应为表（键与值）", "a table of keys and values is expected"),
        ({"note": 5}, "应为文字，实为整数 5；请加引号", "text is expected, found the integer 5"),
        ({"steps": None}, "实为空值 null", "found null"),
    ],
)
def test_messages_say_what_was_found_and_what_is_expected(
    change: dict[str, object], zh: str, en: str
) -> None:
    text = message(**change)
    assert zh in text
    assert en in text


def test_a_validator_speaks_both_languages() -> None:
    text = message(steps=[{"months": 2, "factor": Decimal("0.5")}])
    assert "$.steps[0].factor: 系数不小于 1，实为 0.5" in text
    assert "$.steps[0].factor: factor is 1 or more, not 0.5" in text


def test_a_validator_of_attrs_is_reported_in_its_own_words() -> None:
    text = message(steps=[{"months": 0, "factor": 1}])
    assert "不合规则：'months' must be >= 1: 0" in text


def test_a_validator_may_ask_a_registry() -> None:
    text = message(bonus="larges")
    assert problems(bonus="larges").keys() == {"$.bonus"}
    assert "largest" in text


def test_a_validator_that_reads_other_fields_sees_their_values() -> None:
    assert problems(range={"low": 10}) == {"$.range.high": "invalid"}
    assert problems(range={"low": 8, "tags": ["a", "b"]}) == {"$.range.high": "invalid"}


def test_a_validator_keeps_silent_where_the_field_it_reads_is_at_fault() -> None:
    assert problems(range={"low": "x", "high": -3}) == {"$.range.low": "wrong_type"}


def test_a_valid_field_is_still_validated_beside_one_at_fault() -> None:
    assert problems(range={"low": 5, "high": 3, "hihg": 3}) == {
        "$.range.hihg": "unknown_key",
        "$.range.high": "invalid",
    }


def test_a_check_of_the_whole_record_keeps_its_own_path() -> None:
    backwards = [{"months": 3, "factor": 1}, {"months": 2, "factor": 1}]
    assert problems(steps=backwards) == {"$.steps": "order"}


def test_a_check_of_the_whole_record_without_a_path_stands_at_the_record() -> None:
    assert problems(note="bad") == {"$": "invalid"}


def test_ids_of_a_list_must_differ() -> None:
    rungs = [{"id": each, "points": {}} for each in ("a", "b", "a")]
    assert problems(ladder=rungs) == {"$.ladder[2].id": "repeated_id"}


@pytest.mark.parametrize("version", [0, 2, 2**70])
def test_another_schema_version_is_refused_before_anything_else(version: int) -> None:
    assert problems(schema_version=version, colour="red") == {
        "$.schema_version": "unknown_schema_version"
    }
    assert "schema version 1" in message(schema_version=version)


@pytest.mark.parametrize("version", [True, "1", Decimal(1), None])
def test_a_schema_version_is_an_integer(version: object) -> None:
    assert problems(schema_version=version) == {"$.schema_version": "wrong_type"}


@pytest.mark.parametrize("document", [None, [], "x", 3, [("schema_version", 1)]])
def test_a_document_is_a_table(document: object) -> None:
    with pytest.raises(RulebookError, match="a table of keys and values"):
        structure(Book, document)


def test_keys_are_text() -> None:
    found = problems(ladder=[{"id": "a", "points": {1: 1, "\ud800": 1}}])
    assert found == {
        "$.ladder[0].points.1": "wrong_type",
        r"$.ladder[0].points['\ud800']": "bad_text",
    }


def test_a_class_that_is_no_record_is_refused() -> None:
    with pytest.raises(TypeError, match="attrs"):
        structure(dict, {})


def test_repeated_ids_are_told_beside_other_faults_of_the_list() -> None:
    rungs = [{"id": "a", "points": {}}, {"id": "a", "points": 1}, {"id": "a"}]
    assert problems(ladder=rungs) == {
        "$.ladder[1].id": "repeated_id",
        "$.ladder[1].points": "wrong_type",
        "$.ladder[2].id": "repeated_id",
        "$.ladder[2].points": "missing_key",
    }


def test_a_decimal_may_be_written_as_text() -> None:
    book = structure(Book, document(steps=[{"months": 2, "factor": "1.10"}]))
    assert book.steps[0].factor == Decimal("1.10")
    assert problems(steps=[{"months": 2, "factor": "0.90"}]) == {"$.steps[0].factor": "invalid"}


def test_a_validator_that_breaks_is_a_fault_of_the_program() -> None:
    def broken(*_: object) -> None:
        raise KeyError("value")

    cls = attrs.make_class("Odd", {"value": field(type=int, validator=broken)})
    outer = attrs.make_class("Outer", {"inner": field(type=tuple[cls, ...])})
    with pytest.raises(KeyError):
        structure(outer, {"inner": [{"value": 3}]})


def test_a_type_that_no_document_holds_is_a_fault_of_the_class_within_others_too() -> None:
    inner = attrs.make_class("Inner", {"value": field(type=float)})
    outer = attrs.make_class("Outer", {"inner": field(type=tuple[inner, ...])})
    with pytest.raises(TypeError, match=r"Inner\.value") as caught:
        structure(outer, {"inner": [{"value": 3}]})
    assert not isinstance(caught.value, RulebookError)


def test_a_default_that_takes_the_record_is_left_to_the_class() -> None:
    top = field(type=int, default=attrs.Factory(lambda self: self.low + 1, takes_self=True))
    low = field(type=int, validator=ge(1))
    cls = attrs.make_class("Odd", {"low": low, "top": top})
    assert structure(cls, {"low": 2}) == cls(low=2, top=3)
    with pytest.raises(RulebookError) as caught:
        structure(cls, {"low": 0})
    assert [each.where for each in caught.value.problems] == ["$.low"]


def test_problems_stand_at_the_key_of_a_private_field() -> None:
    cls = attrs.make_class("Odd", {"_hidden": field(type=int)})
    for given in ({}, {"hidden": "x"}):
        with pytest.raises(RulebookError) as caught:
            structure(cls, given)
        assert [each.where for each in caught.value.problems] == ["$.hidden"]
