"""The contracts of the billing tables: the names that others rely on."""

from __future__ import annotations

import pytest

from powerchannel.billing.tables.schemas import SCHEMAS

CONTRACT = {
    "accounts": "account_id, group_id, tariff, started_on, ended_on, power_factor_standard, "
    "is_power_factor_assessed, year_to_date_kwh, household_count, contract_demand_kw",
    "meters": "meter_id, account_id, multiplier, integer_digits, decimal_digits, total_policy, "
    "metering_side, circuit_id, transformer_id, line_id, installed_on, removed_on",
    "readings": "meter_id, register, read_on, reading, status",
    "relations": "child_id, parent_id, kind, quantity_kwh, ratio, period_split, ratio_base, "
    "bears_transformer_loss, bears_line_loss",
    "transformers": "transformer_id, account_id, kind, capacity_kva, status, interlock_group, "
    "started_on, ended_on, no_load_loss_kw, load_loss_kw, no_load_current_percent, "
    "short_circuit_voltage_percent, load_shape_factor, loss_method, loss_table",
    "loss_tables": "loss_table, capacity_kva, above_kwh, up_to_kwh, loss_kwh, loss_kvarh",
    "lines": "line_id, loss_ratio, resistance_ohm, reactance_ohm, voltage_kv, side",
    "givens": "id, quantity, period, value",
    "adjustments": "account_id, code, group, amount_yuan",
    "incidents": "incident_id, account_id, kind, load_kind, load_kw, load_tariff, capacity_kva, "
    "started_on, found_on",
    "debts": "account_id, amount_yuan, due_on, paid_on",
    "intervals": "meter_id, started_at, energy_kwh, reactive_kvarh",
}
OURS = {"period_ended_on", "source_key", "supplied_load"}
PERIODS = ("total", "sharp", "peak", "flat", "valley", "deep_valley")


def test_the_tables_and_columns_of_the_contract_in_its_order() -> None:
    found = {
        name: ", ".join(n for n in schema.names if n not in OURS)
        for name, schema in SCHEMAS.items()
    }
    assert found == CONTRACT


def test_only_accounts_must_come() -> None:
    assert [n for n, s in SCHEMAS.items() if not s.is_empty_allowed] == ["accounts"]


@pytest.mark.parametrize("name", list(SCHEMAS))
def test_no_header_names_two_columns_and_all_is_told_in_both_languages(name: str) -> None:
    schema = SCHEMAS[name]
    headers = [h.casefold() for c in schema.columns for h in set(c.headers)]
    assert len(set(headers)) == len(headers)
    texts = [schema.title, schema.description]
    texts += [t for c in schema.columns for t in (c.title, c.description)]
    assert all(t.zh and t.en for t in texts)
    assert set(schema.key) <= set(schema.names)
    assert {name for pair in schema.orders for name in pair} <= set(schema.names)


@pytest.mark.parametrize("name", list(SCHEMAS))
def test_no_word_stands_for_two_codes(name: str) -> None:
    for column in SCHEMAS[name].columns:
        words = [w.casefold() for code in column.codes for w in set(code.words)]
        assert len(set(words)) == len(words)
        codes = [code.code for code in column.codes]
        assert bool(codes) == (column.kind == "code")
        assert not column.default or column.default in codes


def test_registers_and_periods_are_those_of_the_contract() -> None:
    registers = {c.code for c in SCHEMAS["readings"]["register"].codes}
    assert registers == {
        *(f"active_{p}" for p in PERIODS),
        *(f"reverse_active_{p}" for p in PERIODS),
        *("reactive_forward", "reactive_reverse", "reactive_net", "max_demand"),
    }
    assert {c.code for c in SCHEMAS["givens"]["period"].codes} == set(PERIODS)


@pytest.mark.parametrize(
    ("table", "header", "column"),
    [
        ("accounts", "户号", "account_id"),
        ("accounts", "账户", "account_id"),
        ("accounts", "计费组", "group_id"),
        ("accounts", "电价", "tariff"),
        ("meters", "倍率", "multiplier"),
        ("meters", "表号", "meter_id"),
        ("readings", "示数类型", "register"),
        ("readings", "抄表日期", "read_on"),
        ("readings", "示数", "reading"),
        ("transformers", "容量", "capacity_kva"),
        ("relations", "定比值", "ratio"),
        ("debts", "欠费金额", "amount_yuan"),
    ],
)
def test_headers_of_exports(table: str, header: str, column: str) -> None:
    assert SCHEMAS[table].column_of(header) == column
