"""Every kind of charge is worked out by the batch, and is that of the reference."""

from __future__ import annotations

from batch_as_reference import assert_same, state_of
from customers_at_random import AS_OF, frames, rulebook
from powerchannel.billing.batch import bill
from works_by_hand import one

CODES = {"agency", "catalogue", "capacity", "tier_1", "tier_2", "tier_3", "power_factor_charge"}


def test_every_kind_of_charge_is_taken() -> None:
    state = state_of(frames(120, seed=22))
    found = assert_same(state, rulebook(), AS_OF)
    batch = bill(state, rulebook(), AS_OF)
    groups = set(batch.groups.take(batch.is_billed).to_text().tolist())
    assert set(found.lines.loc[found.lines["group_id"].isin(groups), "code"]) >= CODES


def test_the_year_goes_on_in_the_tier_where_it_stood() -> None:
    """Of 100 kWh, 60 are left to the first tier at 0.5 and 40 go to the second at 0.6."""
    tables = one(tariff="one-table")
    tables["accounts"]["year_to_date_kwh"] = "2100"
    found = assert_same(state_of(tables), rulebook(), AS_OF)
    assert found.origin.path == "batch"
    lines = found.lines.set_index("code")
    assert lines["quantity"].astype(int).to_dict() == {"tier_1": 60, "tier_2": 40, "tier_3": 0}
    assert lines["amount_fen"].to_dict() == {"tier_1": 30_00, "tier_2": 24_00, "tier_3": 0}
