from __future__ import annotations

import pandas as pd
import pytest

from powerchannel.cli import main
from powerchannel.demo import demo_lines, steering_candidates
from powerchannel.rulebook import load_rulebook


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("zh", ["300 个客户", "剔除", "首推渠道", "引流候选", "网上国网", "客户 0100", "共用"]),
        ("en", ["300 customers", "rejected", "First choices", "steer", "utility app", "in all"]),
    ],
)
def test_the_demo_shows_the_whole_job(lang, told):
    shown = "\n".join(demo_lines(customers=300, lang=lang))
    for words in told:
        assert words in shown
    assert "{" not in shown


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("zh", ["一个月的电费", "commerce-single-part", "合计：", "拦截", "计费与审核"]),
        (
            "en",
            ["A month of bills", "commerce-single-part", "Total:", "blocked", "bills and audit"],
        ),
    ],
)
def test_the_demo_bills_explains_one_bill_and_shows_one_that_is_blocked(lang, told):
    lines = list(demo_lines(customers=10, lang=lang))
    shown = "\n".join(lines)
    for words in told:
        assert words in shown
    row = next(line for line in shown.splitlines() if line.startswith("0200000000003  commerce"))
    total = next(line for line in shown.splitlines() if line.startswith(("合计：", "Total:")))
    assert row.split()[-1] in total
    assert lines[-2].startswith("- 02000000000")


def test_the_first_choices_and_those_without_add_up_to_all_customers():
    lines = list(demo_lines(customers=300, lang="en"))
    table = lines[lines.index("\n== First choices ==") + 1]
    counts = [int(line.split("%")[0].split()[-2].replace(",", "")) for line in table.split("\n")]
    assert sum(counts) == 300
    assert "no evidence" in table.split("\n")[-1]


def test_the_same_seed_tells_the_same_story():
    def story() -> list[str]:
        return list(demo_lines(customers=100, lang="en", seed=7))[:-1]

    assert story() == story()


@pytest.mark.parametrize("customers", [1, 2, 10])
def test_few_customers_will_do(customers):
    assert list(demo_lines(customers=customers))


def test_candidates_need_people_now_and_lean_to_a_channel_that_does_not():
    codes = ["hotline", "hall", "app", "wechat", "alipay", "sms", "bank", "portal"]
    scores = pd.DataFrame(0.0, index=range(4), columns=codes)
    scores.loc[0, ["hotline", "app"]] = 4, 1
    scores.loc[1, ["hall", "wechat", "app"]] = 4, 3, 2
    scores.loc[2, ["app", "hotline"]] = 4, 1
    scores.loc[3, "hall"] = 4
    first = pd.Categorical(["hotline", "hall", "app", "hall"], categories=codes)
    wide = pd.DataFrame({"customer_id": list("abcd"), "first_choice": first}).join(scores)
    found = steering_candidates(wide, load_rulebook("hebei-2022"))
    assert found.values.tolist() == [["b", "hall", 4, "wechat", 3], ["a", "hotline", 4, "app", 1]]


def test_the_command_prints_it(capsys):
    assert main(["demo", "--customers", "50", "--lang", "en"]) == 0
    out, err = capsys.readouterr()
    assert "50 customers" in out
    assert err == ""
