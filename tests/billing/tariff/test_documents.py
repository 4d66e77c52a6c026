"""Tariffs as documents: the bundled ones, exact prices, editions, and worked examples."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.billing.tariff import (
    GROUPS,
    Tariff,
    bundled_tariffs,
    editions,
    from_case,
    load_tariff,
)
from powerchannel.errors import NotInForceError, RulebookError, UnknownNameError
from powerchannel.registry import RULEBOOK_KINDS, resolve
from powerchannel.rulebook import (
    Provenance,
    diff,
    digest,
    dumps,
    json_schema,
    load_rulebook,
    loads,
    rules,
    structure,
)

NAMES = bundled_tariffs().names()
RETAIL = "chongqing-two-part-retail-2026"


def case(**document: object) -> Tariff:
    return from_case(document, name="main", source="a textbook")


def prices_of(tariff: Tariff) -> dict[str, str]:
    return {c.code: str(c.price) for c in tariff.components if c.price is not None}


def numbers_in(document: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    if isinstance(document, dict):
        items = list(document.items())
    elif isinstance(document, list):
        items = list(enumerate(document))
    else:
        is_number = isinstance(document, int | float) and not isinstance(document, bool)
        return [path] if is_number else []
    return [found for key, value in items for found in numbers_in(value, (*path, key))]


def read_or_none(document: dict[str, object]) -> Tariff | None:
    """The tariff, or None where the changed number is out of bounds."""
    try:
        return structure(Tariff, document)
    except RulebookError:
        return None


@pytest.mark.parametrize("name", NAMES)
def test_a_bundled_tariff_reads_back_the_same(name: str) -> None:
    tariff = load_tariff(name)
    assert tariff.name == name
    assert loads(dumps(tariff), format="json") == tariff
    assert loads(dumps(tariff, format="toml"), format="toml") == tariff
    assert hash(tariff) == hash(load_tariff(name))
    assert diff(tariff, load_tariff(name)) == ()


@pytest.mark.parametrize("name", NAMES)
def test_any_changed_number_changes_the_digest(name: str) -> None:
    tariff = load_tariff(name)
    paths = [path for path in numbers_in(json.loads(dumps(tariff))) if path[-1] != "schema_version"]
    seen = {digest(tariff)}
    for *parents, last in paths:
        document = json.loads(dumps(tariff), parse_float=Decimal)
        place = document
        for key in parents:
            place = place[key]
        step = Decimal("0.0000001") if isinstance(place[last], Decimal) else 1
        place[last] += step
        other = read_or_none(document)
        assert other is None or digest(other) not in seen
        seen |= {digest(other)} if other is not None else set()
    assert len(seen) > len(paths) / 2


def test_a_changed_price_changes_the_digest_and_is_the_difference() -> None:
    old = load_tariff("agriculture")
    new = evolve(old, catalogue_price=Decimal("0.51001"))
    assert digest(new) != digest(old)
    assert [(d.path, d.old, d.new) for d in diff(old, new)] == [
        ("$.catalogue_price", Decimal("0.51"), Decimal("0.51001"))
    ]


def test_every_rule_of_a_bundled_tariff_says_where_it_comes_from() -> None:
    for name in NAMES:
        tariff = load_tariff(name)
        assert rules(tariff)
        assert all(rule.provenance.clause for rule in rules(tariff))
        if tariff.catalogue_price is not None or tariff.catalogue_prices:
            assert tariff.provenance is not None


def test_example_values_are_not_passed_off_as_stated() -> None:
    retail = {rule.id: rule.provenance.status for rule in rules(load_tariff(RETAIL))}
    assert retail["components[0]"] == retail["capacity_charge"] == "assumed"
    assert retail["components[3]"] == retail["power_factor"] == "stated"
    assert retail["time_of_use"] == "repaired"
    foreign = rules(load_tariff("us-commercial-demand-tiers"))
    assert {rule.provenance.status for rule in foreign} == {"assumed"}
    agriculture = load_tariff("agriculture").provenance
    assert agriculture is not None
    assert agriculture.status == "assumed"


def test_the_funds_of_the_published_bills() -> None:
    funds = {
        name: sum(
            (c.price for c in load_tariff(name).components if c.group == "fund" and c.price),
            start=Decimal(0),
        )
        for name in NAMES
    }
    assert funds[RETAIL] == funds["commerce-single-part"] == Decimal("0.047694")
    assert funds["chongqing-residential-combined-2026"] == Decimal("0.029694")
    assert funds["hubei-110kv-actual-demand"] == Decimal("0.0452")


def test_the_two_provinces_differ_in_the_base_of_the_power_factor() -> None:
    chongqing, hubei = load_tariff(RETAIL), load_tariff("hubei-110kv-actual-demand")
    assert chongqing.power_factor is not None
    assert hubei.power_factor is not None
    assert "system_operation" not in chongqing.power_factor.base_groups
    assert "system_operation" in hubei.power_factor.base_groups
    assert (chongqing.power_factor.rounding, hubei.power_factor.rounding) == ("base", "line")
    assert prices_of(chongqing)["line_loss_fee"] == "0.017274"
    assert [c.code for c in chongqing.components if c.floats] == ["transmission_energy"]
    assert [c.code for c in hubei.components if c.floats] == ["market_energy"]
    assert hubei.capacity_charge is not None
    assert hubei.capacity_charge.mode == "actual_demand"
    assert hubei.capacity_charge.price_yuan_per_kw_month == 39


def test_time_of_use_moves_the_grid_price_of_chongqing() -> None:
    """TOU-01."""
    tariff = load_tariff(RETAIL)
    grid = next(c for c in tariff.components if c.floats)
    prices = tariff.period_prices(grid)
    assert prices == {
        "sharp": Decimal("0.29088"),
        "peak": Decimal("0.2424"),
        "flat": Decimal("0.1515"),
        "valley": Decimal("0.05757"),
        "deep_valley": Decimal("0.05757"),
        "total": Decimal("0.1515"),
    }


def test_the_base_price_of_a_catalogue_that_includes_its_funds() -> None:
    """CAT-01, on the two bills."""
    august = load_tariff("chongqing-residential-combined-2026")
    assert august.base_prices() == {"total": Decimal("0.500306")}
    assert august.included_funds == Decimal("0.029694")
    june = evolve(
        august,
        components=tuple(c for c in august.components if "reservoir" not in c.code),
    )
    assert june.base_prices() == {"total": Decimal("0.507031")}
    assert evolve(august, catalogue_includes_funds=False).base_prices() == {
        "total": Decimal("0.53")
    }


def test_a_catalogue_price_floats_without_the_funds_inside_it() -> None:
    found = case(
        catalogue_price="0.55",
        catalogue_includes_funds=True,
        components=[{"code": "water", "group": "fund", "price": "0.05"}],
        time_of_use={"peak_factor": "1.5", "valley_factor": "0.5"},
    ).base_prices()
    assert (found["peak"], found["flat"], found["valley"]) == (
        Decimal("0.75"),
        Decimal("0.5"),
        Decimal("0.25"),
    )


def test_published_prices_by_period_do_not_float() -> None:
    found = case(
        catalogue_prices={"peak": "0.568", "flat": "0.5", "valley": "0.288"},
        catalogue_includes_funds=True,
        components=[{"code": "water", "group": "fund", "price": "0.008"}],
        time_of_use={"peak_factor": "1.5"},
    )
    assert found.base_prices() == {
        "peak": Decimal("0.56"),
        "flat": Decimal("0.492"),
        "valley": Decimal("0.28"),
        "total": Decimal("0.492"),
    }
    assert case().base_prices() == {}


def test_prices_of_a_component() -> None:
    found = case(
        components=[
            {"code": "one", "group": "energy", "price": "0.4", "by_period": True},
            {"code": "many", "group": "energy", "prices": {"peak": "0.6", "flat": "0.4"}},
            {"code": "own", "group": "energy", "prices": {"peak": "0.6", "total": "0.5"}},
            {"code": "outside", "group": "energy", "given": True},
        ]
    )
    assert [dict(found.period_prices(c)) for c in found.components] == [
        {"total": Decimal("0.4")},
        {"peak": Decimal("0.6"), "flat": Decimal("0.4"), "total": Decimal("0.4")},
        {"peak": Decimal("0.6"), "total": Decimal("0.5")},
        {},
    ]
    known = [(c, found.period_prices(c)) for c in found.components]
    assert list(found.component_prices) == known
    assert found.component_prices is found.component_prices
    dearer = evolve(found, components=(evolve(found.components[0], price=Decimal(1)),))
    assert [dict(prices) for _, prices in dearer.component_prices] == [{"total": Decimal(1)}]
    assert evolve(found) == found
    assert loads(dumps(found), format="json") == found


def test_the_tiers_of_shanghai_and_zhejiang() -> None:
    shanghai = load_tariff("shanghai-residential-tiers")
    assert [(t["peak"], t["valley"]) for t in shanghai.tier_prices()] == [
        (Decimal("0.617"), Decimal("0.307")),
        (Decimal("0.677"), Decimal("0.337")),
        (Decimal("0.977"), Decimal("0.487")),
    ]
    assert shanghai.base_prices() == {}
    zhejiang = load_tariff("zhejiang-residential-tiers")
    assert [(t["peak"], t["valley"]) for t in zhejiang.tier_prices()] == [
        (Decimal("0.568"), Decimal("0.288")),
        (Decimal("0.618"), Decimal("0.338")),
        (Decimal("0.868"), Decimal("0.588")),
    ]
    assert case(catalogue_price="0.5").tier_prices() == ()


def test_tier_prices_are_without_the_funds_inside_them() -> None:
    found = case(
        catalogue_includes_funds=True,
        components=[{"code": "water", "group": "fund", "price": "0.02"}],
        tiers={"cycle": "month", "limits_kwh": [100], "model": "table", "prices": ["0.5", "0.6"]},
    )
    assert found.tier_prices() == ({"total": Decimal("0.48")}, {"total": Decimal("0.58")})


@given(st.lists(st.decimals("0", "0.1", places=28), max_size=6))
def test_base_prices_are_exact(funds: list[Decimal]) -> None:
    components = [
        {"code": f"f{i}", "group": "fund", "price": str(format(price, "f"))}
        for i, price in enumerate(funds)
    ]
    tariff = case(catalogue_price=1, catalogue_includes_funds=True, components=components)
    base = tariff.base_prices()["total"]
    shift = Decimal(10) ** 28
    assert int(base.scaleb(28)) == 10**28 - sum(int(price * shift) for price in funds)


def test_editions_of_one_name_follow_one_another() -> None:
    change = date(2025, 7, 1)
    old = evolve(case(catalogue_price="0.5"), effective_to=change)
    new = evolve(case(catalogue_price="0.6"), effective_from=change)
    other = from_case({}, name="other", source="a textbook")
    shelf = editions([new, other, old], "main")
    assert shelf.at(date(2025, 6, 30)) is old
    assert shelf.at(change) is new
    with pytest.raises(UnknownNameError, match="did you mean main"):
        editions([new, other, old], "mian")
    with pytest.raises(NotInForceError, match="2025-07-01"):
        editions([new], "main").at(date(2025, 6, 30))
    with pytest.raises(RulebookError, match="gap"):
        editions([evolve(old, effective_to=date(2025, 6, 30)), new], "main")


def test_a_worked_example_needs_neither_head_nor_sources() -> None:
    found = case(
        kind="tariff",
        components=[{"code": "rural_grid", "group": "fund", "price": "0.02"}],
        capacity_charge={"mode": "capacity", "price_yuan_per_kva_month": "28"},
    )
    assert (found.name, found.title.zh, found.source) == ("main", "main", "a textbook")
    assert found.components[0].provenance == Provenance(status="stated", clause="a textbook")
    assert found.capacity_charge is not None
    assert found.capacity_charge.provenance.clause == "a textbook"
    assert loads(dumps(found), format="json") == found


def test_a_worked_example_is_refused_at_its_place_in_the_file() -> None:
    with pytest.raises(RulebookError) as caught:
        from_case(
            {"components": [{"code": "a", "group": "fund"}], "tiers": 3, "colour": "red"},
            name="main",
            source="a textbook",
            where="$.tariffs.main",
        )
    assert {p.where for p in caught.value.problems} == {
        "$.tariffs.main.components[0].price",
        "$.tariffs.main.tiers",
        "$.tariffs.main.colour",
    }


def test_tiers_of_a_worked_example_may_be_written_in_short() -> None:
    found = case(tiers={"cycle": "month", "limits_kwh": ["180"], "increments": ["0.05"]}).tiers
    assert found is not None
    assert found.increments == (0, Decimal("0.05"))


def test_a_tariff_is_found_by_name_or_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text(dumps(case(catalogue_price="0.5")), encoding="utf-8")
    assert load_tariff(path) == case(catalogue_price="0.5")
    with pytest.raises(UnknownNameError, match="did you mean agriculture"):
        load_tariff("agricultura")
    other = tmp_path / "policy.json"
    other.write_text('{"kind": "chanel"}', encoding="utf-8")
    with pytest.raises(RulebookError, match="did you mean channel"):
        load_tariff(other)


def test_a_rulebook_is_no_tariff(tmp_path: Path) -> None:
    path = tmp_path / "policy.json"
    path.write_text(dumps(load_rulebook("sgcc-2024")), encoding="utf-8")
    with pytest.raises(RulebookError, match="a tariff is expected"):
        load_tariff(path)


def test_the_kind_is_registered_and_has_a_schema() -> None:
    assert resolve(RULEBOOK_KINDS.get("tariff")) is Tariff
    schema = json_schema(Tariff)
    properties = schema["properties"]
    assert isinstance(properties, dict)
    assert {"components", "tiers", "time_of_use", "capacity_charge"} <= set(properties)
    assert json.loads(json.dumps(schema)) == schema
    assert GROUPS[0] == "energy"
    assert len(GROUPS) == 7
