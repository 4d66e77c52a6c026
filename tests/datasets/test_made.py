"""What every made-up data set can do, on one with two tables."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

import pandas as pd
import pytest
from attrs import frozen

from powerchannel.datasets import MadeUp
from powerchannel.errors import UnknownNameError
from powerchannel.tables import Code, Column, Schema
from powerchannel.text import Text

KIND = Column(
    name="kind",
    kind="code",
    title=Text("类别", "kind"),
    description=Text("类别", "kind"),
    codes=(Code(code="hall", title=Text("营业厅", "service hall")),),
)
SCHEMA = Schema(
    name="visits", title=Text("来访", "visits"), description=Text("来访", "v"), columns=(KIND,)
)


@frozen(kw_only=True, eq=False, repr=False)
class Visits(MadeUp):
    written = ("visits",)
    hidden = ("truth",)
    schemas = MappingProxyType({"visits": SCHEMA})

    visits: pd.DataFrame
    truth: pd.DataFrame

    def __repr__(self) -> str:
        return self._counted(("visits", "truth"))


MADE = Visits(
    visits=pd.DataFrame({"kind": pd.Categorical(["hall", "hall"]), "count": ["1", "2"]}),
    truth=pd.DataFrame({"kind": ["hall"]}),
)


def test_the_schema_has_the_chinese_words() -> None:
    assert MADE.exported("visits").astype(str).values.tolist() == [["营业厅", "1"], ["营业厅", "2"]]
    assert list(MADE.exported("visits")) == ["类别", "count"]
    assert list(MADE.exported("visits", headers="en")) == ["kind", "count"]
    assert list(MADE.exported("truth")) == ["kind"]


def test_the_written_tables_are_written_when_none_are_named(tmp_path: Path) -> None:
    (path,) = MADE.write(tmp_path / "new", format="csv")
    assert path.read_text("utf-8") == "类别,count\n营业厅,1\n营业厅,2\n"
    (truth,) = MADE.write(tmp_path, format="csv", tables=["truth"])
    assert truth.name == "truth.csv"


def test_a_name_that_none_has_is_told() -> None:
    with pytest.raises(UnknownNameError, match="did you mean visits"):
        MADE.table("visit")


def test_rows_are_counted() -> None:
    assert repr(MADE) == "visits: 2, truth: 1"
