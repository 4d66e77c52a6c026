from __future__ import annotations

import pytest
from attrs.exceptions import FrozenInstanceError

from powerchannel.tables import Code, Column, Schema
from powerchannel.text import Text


def test_a_code_goes_by_its_code_its_titles_and_its_aliases() -> None:
    code = Code(code="hall", title=Text("营业厅", "service hall"), aliases=("柜台",))
    assert code.words == ("hall", "营业厅", "service hall", "柜台")


def test_a_column_goes_by_its_name_its_titles_and_its_aliases(schema: Schema) -> None:
    assert schema["customer_id"].headers == ("customer_id", "客户编号", "customer id", "户号")


def test_a_column_has_the_vocabulary_named_or_its_own(schema: Schema) -> None:
    hall = (Code(code="hall", title=Text("营业厅", "hall")),)
    assert schema["channel"].words({"channel": hall}) == hall
    assert [c.code for c in schema["kind"].words({"channel": hall})] == ["payment", "repair"]


def test_the_names_and_headers_of_a_table(schema: Schema) -> None:
    assert schema.names[:3] == ("customer_id", "channel", "started_at")
    assert schema.headers == tuple(h for c in schema.columns for h in c.headers)


def test_a_column_is_found_by_name(schema: Schema) -> None:
    assert schema["channel"].title.zh == "渠道"
    with pytest.raises(KeyError, match="chanel"):
        schema["chanel"]


@pytest.mark.parametrize(
    "header",
    ["customer_id", "CUSTOMER_ID", " 户号 ", "\ufeff客户编号", "Customer ID", "\t客户编号\n"],
)
def test_a_header_is_known_whatever_its_case_and_padding(schema: Schema, header: str) -> None:
    assert schema.column_of(header) == "customer_id"


@pytest.mark.parametrize("header", ["customerid", "客户", "", "客户 编号"])
def test_another_header_is_not_guessed_at(schema: Schema, header: str) -> None:
    assert schema.column_of(header) is None


def test_headers_are_grouped_by_the_column_they_name(schema: Schema) -> None:
    headers = ["户号", "备注", "channel", "客户编号", "渠道", "channel"]
    assert schema.resolve(headers) == {
        "customer_id": ["户号", "客户编号"],
        "channel": ["channel", "渠道", "channel"],
    }


def test_a_contract_is_fixed_and_equal_by_what_it_says(schema: Schema) -> None:
    again = Schema(
        name=schema.name,
        title=schema.title,
        description=schema.description,
        columns=schema.columns,
        key=schema.key,
        orders=schema.orders,
        is_empty_allowed=schema.is_empty_allowed,
    )
    assert again == schema
    with pytest.raises(FrozenInstanceError):
        schema.name = "other"  # type: ignore[misc]


def test_a_column_is_optional_and_strict_unless_it_says_otherwise() -> None:
    words = Text("备注", "note")
    column = Column(name="note", kind="text", title=words, description=words)
    assert (column.is_required, column.is_strict) == (False, True)
