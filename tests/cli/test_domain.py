"""What the command line knows of a domain, and what it asks its package."""

from __future__ import annotations

from datetime import date

import pytest

from powerchannel import billing, channel, load_rulebook, theft
from powerchannel.cli.domain import Domain
from powerchannel.cli.domains import DOMAINS
from powerchannel.registry import DOMAINS as PACKAGES

CHANNEL, BILLING, THEFT = DOMAINS


def test_every_registered_domain_is_on_the_command_line() -> None:
    assert tuple(domain.name for domain in DOMAINS) == PACKAGES.names()


@pytest.mark.parametrize("domain", DOMAINS, ids=lambda domain: domain.name)
def test_a_table_option_is_a_table_of_the_domain(domain: Domain) -> None:
    schemas = domain.schemas()
    assert [table.name for table in domain.tables] == list(schemas)
    assert {t.name for t in domain.tables if t.is_required} == {
        name for name, schema in schemas.items() if not schema.is_empty_allowed
    }
    assert load_rulebook(domain.rulebook).kind == domain.name


def test_channel_takes_its_words_from_the_rulebook() -> None:
    book = load_rulebook("hebei-2022")
    assert isinstance(book, channel.Rulebook)
    assert CHANNEL.vocabularies(book) == book.catalogue.vocabularies
    assert BILLING.vocabularies(book) == {}
    contacts = {"客户编号": ["0017"], "渠道": ["营业厅"], "办理时间": ["2022-03-01"]}
    tables = CHANNEL.check({"contacts": contacts}, book, "text", date(2022, 12, 31))
    assert isinstance(tables, channel.Tables)
    assert tables.catalogue is book.catalogue
    result = CHANNEL.score(tables, book, "2022-03")
    assert isinstance(result, channel.Result)
    layouts = {layout.name: layout.of(result) for layout in CHANNEL.layouts}
    assert layouts["long"] is result.table
    assert layouts["wide"] is result.wide
    told = CHANNEL.explain(result, ("0017",), "en", "hall")
    assert str(told) == str(result.explain("0017", lang="en", channel="hall"))


def test_billing_asks_for_nothing_more() -> None:
    accounts = {"账户": ["017"], "开始日期": ["2025-01-01"], "结束日期": ["2025-02-01"]}
    book = load_rulebook("sgcc-2024")
    tables = BILLING.check({"accounts": accounts}, book, "text", date(2025, 12, 31))
    result = BILLING.score(tables, book, "2025-01")
    assert isinstance(result, billing.Result)
    assert str(BILLING.explain(result, ("017",), "zh", None)) == str(result.explain("017"))


def test_theft_writes_customers_and_episodes() -> None:
    daily = {"户号": ["017"], "日期": ["2025-01-31"], "日用电量": [12.5]}
    book = load_rulebook("dlt698-theft")
    result = THEFT.score(
        THEFT.check({"daily": daily}, book, "text", date(2025, 12, 31)), book, "2025-01"
    )
    assert isinstance(result, theft.Result)
    layouts = {layout.name: layout.of(result) for layout in THEFT.layouts}
    assert layouts["long"]["customer_id"].tolist() == ["017"]
    assert layouts["wide"].filter(regex=r"\.points$").shape == (1, len(result.rulebook.card.names))
    assert len(layouts["episodes"]) == 0
    assert "017" in str(THEFT.explain(result, ("017",), "en", None))
