from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from powerchannel.tables import CheckedTable, Code, Column, Schema, Source, check_tables
from powerchannel.text import Text

CHANNELS = (
    Code(code="hotline", title=Text("95598热线", "95598 hotline"), aliases=("95598",)),
    Code(code="hall", title=Text("营业厅", "service hall")),
    Code(code="app", title=Text("网上国网", "utility app"), aliases=("掌上电力", "APP")),
)
KINDS = (
    Code(code="payment", title=Text("交费", "payment")),
    Code(code="repair", title=Text("报修", "repair")),
)


def column(name: str, kind: str, zh: str, **more: object) -> Column:
    words = Text(zh, name.replace("_", " "))
    return Column(name=name, kind=kind, title=words, description=words, **more)  # type: ignore[arg-type]


VISITS = Schema(
    name="visits",
    title=Text("来访", "visits"),
    description=Text("每行一次来访", "one row a visit"),
    columns=(
        column("customer_id", "id", "客户编号", is_required=True, aliases=("户号",)),
        column("channel", "code", "渠道", is_required=True, vocabulary="channel"),
        column("started_at", "time", "开始时间", is_required=True, aliases=("办理时间",)),
        column("ended_at", "time", "结束时间"),
        column("kind", "code", "业务种类", is_strict=False, codes=KINDS),
        column("note", "text", "诉求内容", is_strict=False),
        column("energy_kwh", "decimal", "电量", decimals=2, minimum=Decimal(0), unit="kWh"),
        column("read_on", "date", "抄表日期"),
        column("is_new", "flag", "是否新户"),
        column("system", "text", "来源系统", is_strict=False),
        column("key", "text", "来源键", is_strict=False),
    ),
    key=("system", "key"),
    orders=(("started_at", "ended_at"),),
    is_empty_allowed=False,
)

Check = Callable[..., CheckedTable]


@pytest.fixture(scope="session")
def schema() -> Schema:
    return VISITS


@pytest.fixture(scope="session")
def vocabularies() -> dict[str, tuple[Code, ...]]:
    return {"channel": CHANNELS}


@pytest.fixture(scope="session")
def check() -> Check:
    """Check one table of visits."""

    def run(source: Source, *, ids: str = "text") -> CheckedTable:
        return check_tables(
            {"visits": source},
            {"visits": VISITS},
            vocabularies={"channel": CHANNELS},
            latest_year=2023,
            ids=ids,  # type: ignore[arg-type]
        )["visits"]

    return run


@pytest.fixture(scope="session")
def visits() -> Callable[..., dict[str, object]]:
    """Make rows of visits, all of them good; columns are replaced by name."""

    def make(rows: int = 3, **columns: object) -> dict[str, object]:
        good: dict[str, object] = {
            "customer_id": [f"{i:013d}" for i in range(rows)],
            "channel": ["app"] * rows,
            "started_at": ["2022-03-05 09:10:00"] * rows,
        }
        return good | columns

    return make
