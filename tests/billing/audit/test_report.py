from __future__ import annotations

import pytest

from planted_bills import Case
from powerchannel.errors import TableError, UnknownNameError

REPORT = (
    Case()
    .value("home-1", "average_price_yuan_per_kwh", "9")
    .value("mill-1", "power_factor", "0.3")
    .cell("lines", 1, amount_fen="1")
    .audit()
)


def verdicts(report):
    return dict(zip(report.verdicts["id"], report.verdicts["verdict"], strict=True))


def test_the_worst_finding_decides():
    assert verdicts(REPORT) == {
        "home-1": "review",
        "shop-1": "block",
        "works-1": "pass",
        "mill-1": "review",
        "g": "pass",
    }
    assert repr(REPORT) == (
        "<billing.AuditReport 5 bills: 2 pass, 2 review, 1 block; 0 checks without input>"
    )
    assert "AVG_PRICE" in REPORT._repr_html_()


def test_a_reviewed_bill_is_released_with_its_reason():
    released = REPORT.release(["home-1"], "R02")
    assert verdicts(released)["home-1"] == "pass"
    assert verdicts(released)["mill-1"] == "review"
    assert verdicts(REPORT)["home-1"] == "review"
    reasons = dict(zip(released.verdicts["id"], released.verdicts["reason_code"], strict=True))
    assert reasons == {"home-1": "R02", "shop-1": "", "works-1": "", "mill-1": "", "g": ""}
    assert released.findings is REPORT.findings


def test_one_id_is_no_list_of_letters():
    assert verdicts(REPORT.release("home-1", "R02"))["home-1"] == "pass"


def test_what_is_not_under_review_is_not_released():
    with pytest.raises(TableError, match="shop-1: block"):
        REPORT.release(["home-1", "shop-1"], "R02")
    with pytest.raises(TableError, match="works-1: pass"):
        REPORT.release(["works-1"], "R02")
    with pytest.raises(UnknownNameError, match="check leading zeros"):
        REPORT.release(["1"], "R02")
    with pytest.raises(TableError, match="needs a reason"):
        REPORT.release(["home-1"], " ")
