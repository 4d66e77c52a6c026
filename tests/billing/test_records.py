from __future__ import annotations

import attrs
import pytest

from powerchannel.billing import records
from powerchannel.billing.tables.schemas import SCHEMAS


@pytest.mark.parametrize(
    ("table", "column", "record", "field"),
    [
        ("meters", "total_policy", records.Meter, "total_policy"),
        ("meters", "metering_side", records.Meter, "metering_side"),
        ("relations", "kind", records.Relation, "kind"),
        ("transformers", "kind", records.Transformer, "kind"),
        ("transformers", "status", records.Transformer, "status"),
        ("transformers", "loss_method", records.Transformer, "loss_method"),
        ("incidents", "kind", records.Incident, "kind"),
    ],
)
def test_codes_are_those_of_the_records(
    table: str, column: str, record: type[attrs.AttrsInstance], field: str
) -> None:
    said = str(attrs.fields_dict(record)[field].type)
    codes = [code.code for code in SCHEMAS[table][column].codes]
    assert [f"'{c}'" in said for c in codes] == [True] * len(codes)
    assert said.count("'") == 2 * len(codes)


def test_every_field_of_a_record_has_its_column() -> None:
    for name, record in (
        ("accounts", records.Account),
        ("meters", records.Meter),
        ("readings", records.Reading),
        ("relations", records.Relation),
        ("transformers", records.Transformer),
        ("loss_tables", records.LossRow),
        ("lines", records.WireLine),
        ("givens", records.Given),
        ("adjustments", records.Adjustment),
        ("incidents", records.Incident),
        ("debts", records.Debt),
    ):
        assert {f.name for f in attrs.fields(record)} <= set(SCHEMAS[name].names)
