"""The billing package through its door: raw rows in, an explained bill out."""

from __future__ import annotations

import importlib
import pkgutil

import attrs
import pandas as pd

from powerchannel import billing
from powerchannel.rulebook import load_rulebook

HOME = "shanghai-residential-tiers"
DAYS = ["2026-08-01", "2026-09-01"]
ACCOUNTS = pd.DataFrame(
    {
        "account_id": ["017", "018"],
        "tariff": [HOME, HOME],
        "started_on": DAYS[:1] * 2,
        "ended_on": DAYS[1:] * 2,
        "year_to_date_kwh": ["2950", "0"],
    }
)
REGISTERS = ["active_peak", "active_peak", "active_valley"]
METERS = pd.DataFrame({"meter_id": ["m1", "m2"], "account_id": ["017", "018"]})
READINGS = pd.DataFrame(
    {
        "meter_id": ["m1"] * 4 + ["m2"] * 3,
        "register": [*(["active_peak"] * 2 + ["active_valley"] * 2), *REGISTERS],
        "read_on": DAYS * 2 + DAYS + DAYS[:1],
        "reading": ["2050", "2260", "900", "1040", "10", "20", "5"],
    }
)


def result(**changes: pd.DataFrame) -> billing.Result:
    frames = {"accounts": ACCOUNTS, "meters": METERS, "readings": READINGS} | changes
    tariffs = (billing.load_tariff(HOME),)
    rulebook = attrs.evolve(load_rulebook("sgcc-2024"), tariffs=tariffs)
    return billing.evaluate(billing.aggregate(billing.check(**frames)), rulebook, as_of="2026-08")


def test_a_month_from_rows_to_an_explained_bill() -> None:
    found = result()
    lines = found.lines[found.lines["account_id"] == "017"]
    # 350 kWh after 2,950: 170 up to 3,120, 180 beyond; 210 in the peak and 140 in the valley
    # 102 x 0.617 + 68 x 0.307 + 108 x 0.677 + 72 x 0.337
    assert lines["amount_fen"].sum() == 6293 + 2088 + 7312 + 2426
    assert "181.19" in str(found.explain("017", lang="en"))
    assert found.explain("017").replayed["017"] == found.explain("017", lang="en").replayed["017"]


def test_one_that_cannot_be_billed_is_told_and_the_rest_goes_on() -> None:
    found = result()
    assert found.dropped == ("018",)
    assert found.findings.loc[found.findings["is_fatal"], "code"].tolist() == ["reading_missing"]
    assert set(found.lines["account_id"]) == {"017"}
    mended = pd.concat([READINGS, READINGS.tail(1).assign(read_on=DAYS[1], reading="9")])
    assert result(readings=mended).dropped == ()


def test_every_module_can_be_imported_alone() -> None:
    for module in pkgutil.walk_packages(billing.__path__, "powerchannel.billing."):
        assert importlib.import_module(module.name).__doc__
