from __future__ import annotations

from datetime import date

import numpy as np

from powerchannel.billing.tables import SCHEMAS, check
from powerchannel.ids import Ids
from powerchannel.memory import id_columns, integer_columns, integer_types, names_of

METERS = {"meter_id": ["m1", "017"], "account_id": ["a", "a"], "multiplier": ["1.5", ""]}
ACCOUNT = {"account_id": ["a"], "started_on": ["2025-01-01"], "ended_on": ["2025-02-01"]}


def test_ids_become_keys_and_numbers_whole_units() -> None:
    tables = check(accounts=ACCOUNT, meters=METERS, now=date(2025, 3, 1)).checked
    names = names_of(tables.values())
    wanted = [SCHEMAS["meters"][name] for name in ("meter_id", "multiplier")]
    found = integer_columns(tables["meters"], wanted, names)
    assert names.tolist() == ["a", "m1"]
    assert Ids(found["meter_id"], names).to_text().tolist() == ["m1", "017"]
    assert found["multiplier"].tolist() == [1_500_000, np.iinfo(np.int64).min]
    types = integer_types(SCHEMAS["accounts"][name] for name in ("account_id", "started_on"))
    assert types == {"account_id": np.int64, "started_on": np.int32}


def test_each_column_is_as_wide_as_its_kind_is_kept() -> None:
    accounts = check(accounts=ACCOUNT, now=date(2025, 3, 1)).checked["accounts"]
    columns = SCHEMAS["accounts"].columns
    found = integer_columns(accounts, iter(columns), names_of([accounts]))
    assert {name: values.dtype.type for name, values in found.items()} == integer_types(columns)


def test_which_columns_are_ids() -> None:
    found = id_columns(SCHEMAS, "owner")
    assert found["readings"] == {"meter_id", "owner"}
    assert id_columns(SCHEMAS)["readings"] == {"meter_id"}
    assert list(found) == list(SCHEMAS)
