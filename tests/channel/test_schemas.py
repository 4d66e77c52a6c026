"""The contracts of the tables that come in: the names that others rely on."""

from __future__ import annotations

import pytest

from powerchannel.channel.rules import FACTS
from powerchannel.channel.schemas import FACT_CODES, SCHEMAS


def test_the_tables_and_columns_that_others_rely_on() -> None:
    assert {name: schema.names for name, schema in SCHEMAS.items()} == {
        "contacts": (
            *("customer_id", "channel", "contacted_at", "business_type", "handling_mode"),
            *("request_text", "contact", "outcome", "source_system", "source_key"),
        ),
        "facts": ("customer_id", "channel", "fact", "since", "until"),
        "dislikes": ("customer_id", "channel", "disliked_at", "withdrawn_at"),
        "complaints": ("customer_id", "channel", "complained_at"),
    }


def test_only_the_first_three_columns_of_contacts_are_required() -> None:
    required = [c.name for c in SCHEMAS["contacts"].columns if c.is_required]
    assert required == ["customer_id", "channel", "contacted_at"]
    assert not SCHEMAS["contacts"].is_empty_allowed
    assert all(SCHEMAS[name].is_empty_allowed for name in ("facts", "dislikes", "complaints"))


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("客户编号", "customer_id"),
        ("渠道", "channel"),
        ("办理时间", "contacted_at"),
        ("受理时间", "contacted_at"),
        ("业务种类", "business_type"),
        ("办理方式", "handling_mode"),
        ("诉求内容", "request_text"),
        ("联系方式", "contact"),
    ],
)
def test_headers_of_exports(header: str, column: str) -> None:
    assert SCHEMAS["contacts"].column_of(header) == column


@pytest.mark.parametrize("name", list(SCHEMAS))
def test_no_header_names_two_columns_and_all_is_told_in_both_languages(name: str) -> None:
    schema = SCHEMAS[name]
    headers = [h.casefold() for c in schema.columns for h in set(c.headers)]
    assert len(set(headers)) == len(headers)
    texts = [schema.title, schema.description]
    texts += [t for c in schema.columns for t in (c.title, c.description)]
    assert all(t.zh and t.en for t in texts)


def test_the_facts_are_those_that_rules_may_name() -> None:
    assert tuple(code.code for code in FACT_CODES) == FACTS
