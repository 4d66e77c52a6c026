"""Exports as they should not be: each is named for what it is, with the place and the way out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd
import pytest
from attrs import field, frozen

from powerchannel.cli import main

HEADER = "客户编号,渠道,办理时间"
GOOD = "0100000000017,网上国网,2022-03-05 09:10:00"
MOJIBAKE = "营业厅".encode().decode("latin-1")

Document = dict[str, object]


@frozen(kw_only=True)
class Fault:
    """A file that cannot be used at all, or rows of it that cannot, and what must be said.

    `row` and `value` are the first example, the row counted as in the file; `rejected` is how
    many of its rows drop out, None where nothing can be computed.
    """

    content: str | Mapping[str, list[object]]
    code: str
    where: str
    count: int = 1
    row: int | None = None
    value: str = ""
    zh: str
    en: str
    rejected: int | None = None
    rows: int = 2
    options: tuple[str, ...] = ()
    encodings: tuple[str, ...] = field(default=("utf-8", "gb18030"))


def lines(*rows: str, header: str = HEADER) -> str:
    return "\n".join((header, *rows)) + "\n"


STRUCTURAL = {
    "a missing column": Fault(
        content=lines("0100,app", header="客户编号,渠道"),
        code="missing_column",
        where="contacts.contacted_at",
        zh="--column contacted_at=表头",
        en="--column contacted_at=HEADER",
    ),
    "a misspelt column": Fault(
        content=lines(GOOD, header="客户编号,渠道,办里时间"),
        code="missing_column",
        where="contacts.contacted_at",
        zh="是否就是 办里时间？",
        en="--column contacted_at=办里时间",
    ),
    "two headers for one column": Fault(
        content=lines(f"{GOOD},1", header=f"{HEADER},用户编号"),
        code="ambiguous_column",
        where="contacts.customer_id",
        count=2,
        zh="客户编号, 用户编号）；请只留一个",
        en="keep one",
    ),
    "one header twice": Fault(
        content=lines(f"{GOOD},app", header=f"{HEADER},渠道"),
        code="duplicate_header",
        where="contacts",
        zh="重复的列名：渠道；请删去或改名",
        en="remove or rename",
    ),
    "a header alone": Fault(
        content=lines(),
        code="empty_table",
        where="contacts",
        zh="请检查导出条件和日期范围",
        en="check the filter and the date range",
    ),
    "stamps with and without an offset": Fault(
        content=lines(GOOD, "0100000000025,app,2022-03-06T10:00:00+08:00", GOOD),
        code="mixed_zones",
        where="contacts.contacted_at",
        row=2,
        value="2022-03-05 09:10:00",
        zh="请在导出时统一",
        en="export them in one form",
    ),
    "a header of UTF-8 read as Latin-1": Fault(
        content=lines(GOOD, header=HEADER.encode().decode("latin-1")),
        code="mojibake",
        where="contacts",
        zh="本应是“客户编号”",
        en="export it again from the source system as UTF-8",
    ),
    "a header of UTF-8 read as GBK": Fault(
        content=lines(GOOD, header="客户编号,渠道,办理时间".encode().decode("gb18030")),
        code="mojibake",
        where="contacts",
        zh="请从源系统重新导出为 UTF-8",
        en="mojibake for “客户编号”",
        encodings=("utf-8",),
    ),
    "a header of GBK read as Latin-1": Fault(
        content=lines(GOOD, header=HEADER.encode("gb18030").decode("latin-1")),
        code="mojibake_header",
        where="contacts",
        count=3,
        zh="应为 客户编号",
        en="read it again as GB18030",
        encodings=("utf-8",),
    ),
}

ROWS = {
    "an id in scientific notation": Fault(
        content=lines(GOOD, "1.00E+11,app,2022-03-06"),
        code="scientific_id",
        where="contacts.customer_id",
        row=3,
        value="1.00E+11",
        zh="把此列设为文本后重新导出",
        en="format the column as text in the spreadsheet",
        rejected=1,
    ),
    "an id that went through a number": Fault(
        content=lines("100000000017.0,app,2022-03-06", GOOD),
        code="integer_id",
        where="contacts.customer_id",
        row=2,
        value="100000000017.0",
        zh="请按文本导出和读入",
        en="export and read them as text",
        rejected=1,
    ),
    "an id that is a formula": Fault(
        content=lines('"=""0100000000017""",app,2022-03-06', "+A1,app,2022-03-06", "@A1,app,1"),
        code="formula_id",
        where="contacts.customer_id",
        count=3,
        row=2,
        value='="0100000000017"',
        zh="请导出值而不是公式",
        en="export values, not formulas",
        rejected=3,
        rows=3,
    ),
    "a negative id": Fault(
        content=lines(GOOD, "-17,app,2022-03-06"),
        code="negative_id",
        where="contacts.customer_id",
        row=3,
        value="-17",
        zh="请核对来源",
        en="check the source",
        rejected=1,
    ),
    "an id with a control character": Fault(
        content=lines("01000\x0217,app,2022-03-06", GOOD),
        code="damaged_id",
        where="contacts.customer_id",
        row=2,
        value="01000\x0217",
        zh="请检查编码和分隔符",
        en="check encoding and delimiters",
        rejected=1,
    ),
    "no value where one must be": Fault(
        content=lines(",app,2022-03-06", "NaN,app,2022-03-06", GOOD, "null,app,2022-03-06"),
        code="missing_value",
        where="contacts.customer_id",
        count=3,
        row=2,
        value="",
        zh="4 行中有 3 行没有值",
        en="complete them at the source",
        rejected=3,
        rows=4,
    ),
    "a date that does not exist": Fault(
        content=lines(GOOD, "0100,app,2022-02-30", "0100,app,2022-03-01 24:00:00"),
        code="impossible_time",
        where="contacts.contacted_at",
        count=2,
        row=3,
        value="2022-02-30",
        zh="时间不存在",
        en="check the source",
        rejected=2,
        rows=3,
    ),
    "a date as a spreadsheet serial": Fault(
        content=lines("0100,app,44625", "0100,app,44625.38", GOOD),
        code="number_time",
        where="contacts.contacted_at",
        count=2,
        row=2,
        value="44625",
        zh="请按日期格式重新导出",
        en="export the column as dates",
        rejected=2,
        rows=3,
    ),
    "a date the other way round": Fault(
        content=lines(GOOD, "0100,app,31/03/2022"),
        code="unreadable_time",
        where="contacts.contacted_at",
        row=3,
        value="31/03/2022",
        zh="请写成 2022-03-31",
        en="write 2022-03-31",
        rejected=1,
    ),
    "a year that cannot be": Fault(
        content=lines("0100,app,1900-01-01", GOOD, "0100,app,2999-12-31"),
        code="year_out_of_range",
        where="contacts.contacted_at",
        count=2,
        row=2,
        value="1900-01-01",
        zh="尚未结束的时间请留空",
        en="leave empty what has not ended",
        rejected=2,
        rows=3,
    ),
    "an unknown channel": Fault(
        content=lines(GOOD, "0100,电视,2022-03-06"),
        code="unknown_code",
        where="contacts.channel",
        row=3,
        value="电视",
        zh="为它加一个别名",
        en="known: hotline (95598热线)",
        rejected=1,
    ),
    "a channel in the wrong encoding": Fault(
        content=lines(GOOD, f"0100,{MOJIBAKE},2022-03-06"),
        code="mojibake_value",
        where="contacts.channel",
        row=3,
        value=MOJIBAKE,
        zh="请用正确的编码（UTF-8 或 GB18030）重新读取",
        en="read it again as UTF-8 or GB18030",
        rejected=1,
    ),
    "a channel that is lost": Fault(
        content=lines(GOOD, "0100,\ufffd\ufffd,2022-03-06"),
        code="mojibake_value",
        where="contacts.channel",
        row=3,
        value="\ufffd\ufffd",
        zh="已剔除",
        en="were left out",
        rejected=1,
        encodings=("utf-8",),
    ),
    "a source key again": Fault(
        content=lines(f"{GOOD},A1", f"{GOOD},A1", f"{GOOD},", header=f"{HEADER},工单编号"),
        code="duplicate",
        where="contacts.source_key",
        row=3,
        value="A1",
        zh="只保留一次",
        en="kept once",
        rejected=1,
        rows=3,
    ),
    "a source key for two contacts": Fault(
        content=lines(f"{GOOD},A1", "0100,app,2022-03-06,A1", header=f"{HEADER},工单编号"),
        code="conflict",
        where="contacts.source_key",
        count=2,
        row=2,
        value="A1",
        zh="请在来源系统查明",
        en="settle it at the source",
        rejected=2,
    ),
    "full-width digits": Fault(
        content=lines("０１００００００００００１７,app,2022-03-06", " 0100 ,app,2022-03-06"),
        code="normalised_id",
        where="contacts.customer_id",
        count=2,
        row=2,
        value="０１００００００００００１７",
        zh="已规范为半角",
        en="were normalised",
        rejected=0,
    ),
    "a business type without a code": Fault(
        content=lines(f"{GOOD},催费", f"{GOOD},交费", header=f"{HEADER},业务种类"),
        code="unmapped_code",
        where="contacts.business_type",
        row=2,
        value="催费",
        zh="该值留空，行保留；需要时在代码表中加别名",
        en="most often: 催费 x 1",
        rejected=0,
    ),
    "contacts that cannot be told apart": Fault(
        content=lines(GOOD, GOOD),
        code="identical_rows",
        where="contacts.customer_id",
        row=3,
        value="0100000000017",
        zh="请导出来源键以便去重",
        en="Export a source key",
        rejected=0,
    ),
}

STAMPS = pd.to_datetime(["2022-03-05", "2022-03-06", "2022-03-07"])
PARQUET = {
    "ids as integers": Fault(
        content={"客户编号": [30512, 7, 8], "渠道": ["app"] * 3, "办理时间": list(STAMPS)},
        code="number_ids",
        where="contacts.customer_id",
        count=3,
        row=0,
        value="30512",
        zh='read_csv(..., dtype={"客户编号": str})',
        en="--ids integer",
    ),
    "ids as decimals": Fault(
        content={"客户编号": [30512.0, None, 8.5], "渠道": ["app"] * 3, "办理时间": list(STAMPS)},
        code="number_ids",
        where="contacts.customer_id",
        count=2,
        row=0,
        value="30512.0",
        zh="前导零可能已经丢失",
        en="Leading zeros may be lost",
    ),
    "flags for channels": Fault(
        content={"客户编号": ["1"] * 3, "渠道": [True, False, None], "办理时间": list(STAMPS)},
        code="wrong_type",
        where="contacts.channel",
        count=2,
        row=0,
        value="True",
        zh="请按文本读入此列",
        en="read the column as text",
    ),
    "garbled headers": Fault(
        content={
            header.encode().decode("latin-1"): ["1"] for header in ("客户编号", "渠道", "办理时间")
        },
        code="mojibake_header",
        where="contacts",
        count=3,
        zh="请按 UTF-8 重新读取",
        en="read it again as UTF-8",
    ),
}


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, Document]:
    """Run ``powerchannel channel check --json``; faults come on stderr, all else on stdout."""
    code = main(["channel", "check", "--json", *map(str, words)])
    printed = capsys.readouterr()
    return code, json.loads(printed.err if code else printed.out)


def problem_of(document: Document, fault: Fault) -> Document:
    problems = document["problems"]
    assert isinstance(problems, list)
    (found,) = (p for p in problems if (p["code"], p["where"]) == (fault.code, fault.where))
    return dict(found)


def says_it_all(problem: Document, fault: Fault) -> None:
    assert problem["count"] == fault.count
    examples = problem["examples"]
    assert isinstance(examples, list)
    if fault.row is None:
        assert examples == []
    else:
        assert examples[0] == {"row": fault.row, "value": fault.value}
    for lang, way_out in (("zh", fault.zh), ("en", fault.en)):
        said = str(problem[lang])
        assert said.startswith(f"{fault.where}: ")
        assert way_out in said
        if fault.row is not None and fault.code != "unmapped_code":
            assert fault.value in said


def kept_and_rejected(document: Document, table: str = "contacts") -> tuple[int, int]:
    tables = document["tables"]
    assert isinstance(tables, dict)
    counts = tables[table]
    assert counts["rows_in"] == counts["kept"] + counts["rejected"]
    return counts["kept"], counts["rejected"]


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    def make(content: str, encoding: str = "utf-8", name: str = "contacts.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode(encoding))
        return path

    return make


def cases(faults: Mapping[str, Fault]) -> list[object]:
    return [
        pytest.param(fault, encoding, id=f"{name} ({encoding})")
        for name, fault in faults.items()
        for encoding in fault.encodings
    ]


@pytest.mark.parametrize(("fault", "encoding"), cases(STRUCTURAL))
def test_a_file_that_cannot_be_used_is_refused(
    file: Callable[..., Path], capsys: pytest.CaptureFixture[str], fault: Fault, encoding: str
) -> None:
    code, document = run(capsys, "--contacts", file(fault.content, encoding))
    assert (code, document["error"]) == (1, "TableError")
    problem = problem_of(document, fault)
    assert problem["severity"] == "fault"
    says_it_all(problem, fault)


@pytest.mark.parametrize(("fault", "encoding"), cases(ROWS))
def test_rows_that_cannot_be_used_drop_out_and_the_rest_goes_on(
    file: Callable[..., Path], capsys: pytest.CaptureFixture[str], fault: Fault, encoding: str
) -> None:
    code, document = run(capsys, "--contacts", file(fault.content, encoding))
    assert code == 0
    assert fault.rejected is not None
    assert kept_and_rejected(document) == (fault.rows - fault.rejected, fault.rejected)
    problem = problem_of(document, fault)
    assert problem["severity"] == ("rejected" if fault.rejected else "notice")
    says_it_all(problem, fault)


@pytest.mark.parametrize("fault", PARQUET.values(), ids=PARQUET)
def test_parquet_is_no_safer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], fault: Fault
) -> None:
    pytest.importorskip("pyarrow")
    path = tmp_path / "contacts.parquet"
    pd.DataFrame(fault.content).to_parquet(path)
    code, document = run(capsys, "--contacts", path)
    assert code == 1
    says_it_all(problem_of(document, fault), fault)


def test_a_parquet_column_may_stand_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pa = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    names = ["客户编号", "渠道", "办理时间", "渠道"]
    parquet.write_table(
        pa.table([["1"], ["app"], ["2022-03-05"], ["bank"]], names), tmp_path / "c.parquet"
    )
    code, document = run(capsys, "--contacts", tmp_path / "c.parquet")
    fault = Fault(
        content="",
        code="duplicate_header",
        where="contacts",
        zh="请删去或改名",
        en="remove or rename",
    )
    assert code == 1
    says_it_all(problem_of(document, fault), fault)


def test_a_dislike_withdrawn_before_it_was_stated(
    file: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    dislikes = file(
        "客户编号,渠道,表示不喜欢时间,撤回时间\n"
        "0100,定制短信,2022-03-05,2022-03-01\n"
        "0100,微信,2022-03-05,2022-03-05\n"
        "0100,app,2022-03-05,\n",
        name="dislikes.csv",
    )
    code, document = run(capsys, "--contacts", file(lines(GOOD)), "--dislikes", dislikes)
    fault = Fault(
        content="",
        code="end_before_start",
        where="dislikes.withdrawn_at",
        row=2,
        value="2022-03-01",
        zh="请核对两列是否颠倒",
        en="swapped",
    )
    assert code == 0
    assert kept_and_rejected(document, "dislikes") == (2, 1)
    says_it_all(problem_of(document, fault), fault)


def test_a_side_table_without_rows_is_an_empty_one(
    file: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    facts = file("客户编号,渠道,事实\n", name="facts.csv")
    code, document = run(capsys, "--contacts", file(lines(GOOD)), "--facts", facts)
    assert (code, document["problems"]) == (0, [])
    assert kept_and_rejected(document, "facts") == (0, 0)


def test_every_row_may_be_rejected(
    file: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    content = lines("-1,电视,2022-02-30", "1E+5,电台,44625", ",传单,昨天")
    code, document = run(capsys, "--contacts", file(content))
    assert code == 0
    assert kept_and_rejected(document) == (0, 3)
    problems = document["problems"]
    assert isinstance(problems, list)
    assert [(p["code"], p["count"]) for p in problems] == [
        ("missing_value", 1),
        ("scientific_id", 1),
        ("negative_id", 1),
        ("unknown_code", 3),
        ("unreadable_time", 1),
        ("impossible_time", 1),
        ("number_time", 1),
    ]


def test_the_faults_of_all_files_come_at_once(
    file: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    facts = file("客户编号,渠道\n0100,app\n", name="facts.csv")
    contacts = file(lines("0100,app", header="客户编号,渠道"))
    code, document = run(capsys, "--contacts", contacts, "--facts", facts)
    problems = document["problems"]
    assert isinstance(problems, list)
    assert (code, [(p["code"], p["where"]) for p in problems]) == (
        1,
        [("missing_column", "contacts.contacted_at"), ("missing_column", "facts.fact")],
    )


def test_rejected_rows_are_listed_as_they_stand_in_the_file(
    file: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    contacts = file(lines(GOOD, "-17,app,2022-03-06", "0100,电视,2022-02-30"), "gb18030")
    code, _ = run(capsys, "--contacts", contacts, "--rejected", tmp_path / "rejected.csv")
    listed = pd.read_csv(tmp_path / "rejected.csv", dtype=str)
    assert code == 0
    assert listed.to_dict("list") == {
        "table": ["contacts", "contacts"],
        "row": ["3", "4"],
        "code": ["negative_id", "unknown_code"],
        "column": ["customer_id", "channel"],
        "value": ["-17", "电视"],
    }


@pytest.mark.parametrize(
    ("lang", "line"),
    [
        ("zh", "2 个编号中有 1 个以负号开头（第 3 行: -17），已剔除；请核对来源"),
        ("en", "1 of 2 ids are negative (row 3: -17) and were left out; check the source"),
    ],
)
def test_a_clerk_reads_a_line_of_the_file_in_their_language(
    file: Callable[..., Path], capsys: pytest.CaptureFixture[str], lang: str, line: str
) -> None:
    contacts = file(lines(GOOD, "-17,app,2022-03-06"))
    assert main(["channel", "check", "--contacts", str(contacts), "--lang", lang]) == 0
    assert f"contacts.customer_id: {line}" in capsys.readouterr().out


def test_strict_says_the_same_and_refuses(
    file: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    fault = ROWS["an unknown channel"]
    code, document = run(capsys, "--contacts", file(fault.content), "--strict")
    assert (code, document["error"]) == (1, "StrictError")
    says_it_all(problem_of(document, fault), fault)
