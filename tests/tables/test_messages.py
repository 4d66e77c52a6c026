from __future__ import annotations

import re
from collections.abc import Callable

import pandas as pd
import pytest

from powerchannel.errors import Problem, TableError
from powerchannel.tables import CheckedTable
from powerchannel.tables.messages import MESSAGES, problem

Check = Callable[..., CheckedTable]
Visits = Callable[..., dict[str, object]]

GAP = re.compile(r"\{[^}]*\}")
THREE = ["0100", "0101", "0102"]

SCENARIOS: dict[str, dict[str, object]] = {
    "ambiguous_column": {"客户编号": THREE},
    "empty_table": {"customer_id": [], "channel": [], "started_at": []},
    "number_ids": {"customer_id": [1, 2, 3]},
    "wrong_type": {"started_at": [True, False, True]},
    "mixed_zones": {"started_at": ["2022-03-01 08:00:00", "2022-03-01T08:00:00Z", None]},
    "missing_value": {"customer_id": ["1", None, "3"]},
    "integer_id": {"customer_id": ["0100", 5, "3"]},
    "scientific_id": {"customer_id": ["1.2E+12", "2", "3"]},
    "negative_id": {"customer_id": ["-12", "2", "3"]},
    "formula_id": {"customer_id": ["=A1", "2", "3"]},
    "damaged_id": {"customer_id": ["1\x01", "2", "3"]},
    "unknown_code": {"channel": ["app", "电视", "app"]},
    "mojibake_value": {"channel": ["app", "è\x90¥ä¸\x9aå\x8e\x85", "app"]},
    "unmapped_code": {"kind": ["交费", "催费", None]},
    "unreadable_time": {"started_at": ["2022-03-01", "昨天", "2022-03-01"]},
    "impossible_time": {"started_at": ["2022-03-01", "2022-02-30", "2022-03-01"]},
    "number_time": {"started_at": ["2022-03-01", "44621.5", "2022-03-01"]},
    "not_midnight": {"read_on": ["2022-03-01", "2022-03-01 08:00", None]},
    "not_a_number": {"energy_kwh": ["1", "many", None]},
    "scientific_number": {"energy_kwh": ["1", "1.2E5", None]},
    "separated_number": {"energy_kwh": ["1", "1,200", None]},
    "unit_in_cell": {"energy_kwh": ["1", "12 kWh", None]},
    "not_finite": {"energy_kwh": ["1", "inf", None]},
    "too_many_decimals": {"energy_kwh": ["1", "0.125", None]},
    "number_too_large": {"energy_kwh": ["1", "1" * 17, None]},
    "number_out_of_bounds": {"energy_kwh": ["1", "-1", None]},
    "not_a_flag": {"is_new": ["是", "也许", None]},
    "year_out_of_range": {"started_at": ["2022-03-01", "1970-01-01", "2022-03-01"]},
    "end_before_start": {"ended_at": ["2022-03-01", None, None]},
    "duplicate": {"customer_id": ["1", "1", "2"], "key": ["7", "7", "8"]},
    "conflict": {"key": ["7", "7", "8"]},
    "identical_rows": {"customer_id": ["1", "1", "2"]},
    "unused_column": {"ended_et": ["2022-03-06"] * 3},
    "normalised_id": {"customer_id": ["0100", " 2 ", "３"]},
}
WAY_OUT = {
    "missing_column": ("请补上此列", "Add it"),
    "mojibake_header": ("重新读取", "read it again"),
    "duplicate_header": ("请删去或改名", "remove or rename"),
    "ambiguous_column": ("请只留一个", "keep one"),
    "empty_table": ("请检查导出条件", "check the filter"),
    "number_ids": ("请按文本读入", "read the column as text"),
    "wrong_type": ("读入此列", "read the column as"),
    "mixed_zones": ("请在导出时统一", "export them in one form"),
    "missing_value": ("请在来源系统补全", "complete them at the source"),
    "integer_id": ("请按文本导出和读入", "read them as text"),
    "scientific_id": ("设为文本", "format the column as text"),
    "negative_id": ("请核对来源", "check the source"),
    "formula_id": ("请导出值", "export values"),
    "damaged_id": ("请检查编码", "check encoding"),
    "unknown_code": ("请更正", "Correct them"),
    "mojibake_value": ("重新读取", "read it again"),
    "unmapped_code": ("加别名", "add an alias"),
    "unreadable_time": ("请写成 2022-03-31", "write 2022-03-31"),
    "impossible_time": ("请核对来源", "check the source"),
    "number_time": ("请按日期格式重新导出", "export the column as dates"),
    "not_midnight": ("请只写日期", "write the date alone"),
    "not_a_number": ("请写成 1234.5", "write 1234.5"),
    "scientific_number": ("请在电子表格中", "export the column again as plain numbers"),
    "separated_number": ("请去掉后重新导出", "export plain numbers"),
    "unit_in_cell": ("请只写数字", "write the number alone"),
    "not_finite": ("请留空", "leave empty what has no value"),
    "too_many_decimals": ("请按来源的规则先取整", "round them by the rule of their source"),
    "number_too_large": ("请核对来源和单位", "check the source and the unit"),
    "number_out_of_bounds": ("应不小于 0 kWh", "should be at least 0 kWh"),
    "not_a_flag": ("请写是/否", "write yes/no"),
    "year_out_of_range": ("请核对来源", "check the source"),
    "end_before_start": ("请核对两列", "check whether the two columns"),
    "duplicate": ("只保留一次", "kept once"),
    "conflict": ("请在来源系统查明", "settle it at the source"),
    "identical_rows": ("请导出来源键", "Export a source key"),
    "unused_column": ("请改名", "rename it"),
    "classified": ("已按诉求内容的归类规则补上", "by the classification rules"),
    "normalised_id": ("已规范为半角", "were normalised"),
}


def found_in(check: Check, source: object, code: str) -> Problem:
    try:
        problems = check(source).problems
    except TableError as error:
        problems = error.problems
    (found,) = (p for p in problems if p.code == code)
    return found


def provoke(code: str, check: Check, visits: Visits) -> Problem:
    if code == "classified":
        from powerchannel import channel

        contacts = {"客户编号": ["1"], "渠道": ["95598"], "办理时间": ["2022-03-01"]}
        tables = channel.check(contacts=contacts | {"诉求内容": ["我要投诉"]})
        (found,) = tables.notices
        return found
    if code == "missing_column":
        return found_in(check, {"channel": ["app"], "started_at": ["2022-03-01"]}, code)
    if code == "mojibake_header":
        headers = [h.encode().decode("latin-1") for h in ("客户编号", "渠道", "开始时间")]
        return found_in(check, dict(zip(headers, visits().values(), strict=True)), code)
    if code == "duplicate_header":
        frame = pd.DataFrame(visits()).assign(again="app").rename(columns={"again": "channel"})
        return found_in(check, frame, code)
    return found_in(check, visits(**SCENARIOS[code]), code)


@pytest.mark.parametrize("code", MESSAGES)
def test_every_message_is_said_and_says_what_where_how_many_and_the_way_out(
    code: str, check: Check, visits: Visits
) -> None:
    found = provoke(code, check, visits)
    assert found.code == code
    assert found.severity == MESSAGES[code][0]
    for lang, way_out in zip(("zh", "en"), WAY_OUT[code], strict=True):
        said = found.render(lang)  # type: ignore[arg-type]
        table, _, column = found.where.partition(".")
        assert said.startswith(f"{table}.{column}: " if column else f"{table}: ")
        assert not GAP.search(said.replace('{"customer_id": str}', ""))
        assert way_out in said


@pytest.mark.parametrize("code", MESSAGES)
def test_both_wordings_have_the_same_gaps(code: str) -> None:
    _, text = MESSAGES[code]

    def gaps(wording: str) -> set[str]:
        named = GAP.findall(wording.replace("{{", "").replace("}}", ""))
        return {gap.strip("{}").partition(":")[0] for gap in named}

    assert gaps(text.zh) == gaps(text.en)


@pytest.mark.parametrize("code", MESSAGES)
def test_examples_are_shown_where_rows_are_concerned(
    code: str, check: Check, visits: Visits
) -> None:
    found = provoke(code, check, visits)
    has_rows = code not in {
        "missing_column",
        "mojibake_header",
        "duplicate_header",
        "ambiguous_column",
        "empty_table",
        "unused_column",
        "classified",
    }
    assert bool(found.examples) == has_rows
    if has_rows and code != "unmapped_code":
        row, value = found.examples[0]
        assert f"row {row}: {value}" in found.render("en")
        assert f"第 {row} 行: {value}" in found.render("zh")


def test_each_wording_is_in_its_language_and_its_punctuation() -> None:
    for _, text in MESSAGES.values():
        assert any("\u4e00" <= letter <= "\u9fff" for letter in text.zh)
        prose = text.zh.replace('read_csv(..., dtype={{"{header}": str}})', "")
        assert not re.search(r"[,;:?] |[(]", prose)
        assert text.en.isascii()


def test_a_garbled_value_is_left_out_or_left_empty_and_the_message_says_which(
    check: Check, visits: Visits
) -> None:
    garbled = "交费".encode().decode("latin-1")
    kept = found_in(check, visits(kind=["交费", garbled, None]), "mojibake_value")
    assert kept.severity == "notice"
    assert "行保留" in kept.render("zh")
    assert "the row kept" in kept.render("en")
    dropped = provoke("mojibake_value", check, visits)
    assert "已剔除" in dropped.render("zh")
    assert "were left out" in dropped.render("en")


def test_a_problem_is_built_from_its_code() -> None:
    built = problem("missing_value", "t.c", count=1204, total=80000, examples=((3, "x"),))
    assert built.render("en") == (
        "t.c: 1,204 of 80,000 rows have no value (row 3: x) and were left out; complete them at "
        "the source"
    )
    assert (built.severity, built.count) == ("rejected", 1204)


def test_its_severity_may_differ_from_the_usual() -> None:
    assert problem("mojibake_value", "t.c", severity="notice").severity == "notice"


def test_there_is_no_problem_without_a_message() -> None:
    with pytest.raises(KeyError):
        problem("no_such_code", "t.c")
