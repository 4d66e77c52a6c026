from __future__ import annotations

import pytest
from attrs import evolve

from billing_bills import LINES
from powerchannel.billing.printing.labels import (
    group_title,
    line_title,
    period_title,
    register_title,
    unit_title,
)
from powerchannel.billing.records import PERIODS
from powerchannel.billing.tariff import GROUPS, from_case
from powerchannel.rulebook import load_rulebook

BOOK = load_rulebook("sgcc-2024")
REGISTERS = [
    *(f"{way}active_{period}" for way in ("", "reverse_") for period in (*PERIODS, "total")),
    *("reactive_forward", "reactive_reverse", "reactive_net", "max_demand"),
]


def test_every_register_period_and_group_has_a_name_of_its_own() -> None:
    for names, title in (
        (REGISTERS, register_title),
        (PERIODS, period_title),
        (GROUPS, group_title),
    ):
        for lang in ("zh", "en"):
            shown = [title(name).pick(lang) for name in names]
            assert len(set(shown)) == len(names)
            assert not {word for word in shown if "_" in word or "{" in word}
        assert all(title(name).zh != name for name in names)


@pytest.mark.parametrize("title", [register_title, period_title, group_title, unit_title])
def test_what_has_no_name_stands_for_itself(title) -> None:
    assert title("odd_one").zh == title("odd_one").en == "odd_one"


@pytest.mark.parametrize(
    ("code", "period", "zh"),
    [
        ("catalogue", "total", "目录电费"),
        ("catalogue", "peak", "目录电费（峰）"),
        ("tier_2", "total", "第 2 档"),
        ("penalty", "total", "违约使用电费"),
        ("power_factor_charge", "total", "力调电费"),
        ("settlement", "total", "settlement"),
    ],
)
def test_lines_have_the_names_of_bills(code: str, period: str, zh: str) -> None:
    assert line_title(evolve(LINES[0], code=code, period=period)).zh == zh


def test_a_tariff_names_its_components() -> None:
    grid = {"code": "grid", "group": "transmission", "title": {"zh": "输配", "en": "grid fee"}}
    plain = {"code": "agency", "group": "energy", "price": "1"}
    document = {"components": [grid | {"price": "1"}, plain]}
    book = evolve(BOOK, tariffs=(from_case(document, name="x", source="made up"),))
    line = evolve(LINES[0], code="grid", period="flat")
    assert line_title(line, book).en == "grid fee (flat)"
    assert line_title(evolve(line, code="agency"), book).en == "agency (flat)"
