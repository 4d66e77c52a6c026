from __future__ import annotations

import re

import pandas as pd
import pytest

from powerchannel.cli import main
from powerchannel.demo import demo_lines, steering_candidates
from powerchannel.demo.channels import channel_lines
from powerchannel.demo.telling import Clock
from powerchannel.rulebook import load_rulebook
from powerchannel.text import Text

TOLD = {
    "zh": [
        *("300 个客户", "剔除", "首推渠道", "引流候选", "网上国网", "客户 0100", "共用"),
        *("一个月的电费", "commerce-single-part", "合计：", "拦截", "计费与审核"),
        *("隐患问题清单", "预计追补", "其中", "户在清单上", "疑似窃电", "窃电分析"),
    ],
    "en": [
        *("300 customers", "rejected", "First choices", "steer", "utility app", "in all"),
        *("A month of bills", "commerce-single-part", "Total:", "blocked", "bills and audit"),
        *("suspected problems", "expected kWh", "are on the list", "looking for theft"),
    ],
}


@pytest.fixture(scope="module", params=["zh", "en"])
def lines(request) -> list[str]:
    return list(demo_lines(customers=300, lang=request.param))


def test_the_demo_shows_the_whole_job(lines):
    shown = "\n".join(lines)
    for words in TOLD["zh" if "首推渠道" in shown else "en"]:
        assert words in shown
    assert "{" not in shown


def test_the_demo_bills_explains_one_bill_and_shows_one_that_is_blocked(lines):
    shown = "\n".join(lines)
    row = next(line for line in shown.splitlines() if line.startswith("0200000000003  commerce"))
    total = next(line for line in shown.splitlines() if line.startswith(("合计：", "Total:")))
    assert row.split()[-1] in total
    assert any(line.startswith("- 02000000000") for line in lines)


def test_the_demo_lists_suspects_counts_those_planted_and_explains_one(lines):
    table = next(line for line in lines if line.startswith(("序号", "rank")))
    customers = [row.split()[1] for row in table.splitlines()[1:]]
    assert len(set(customers)) == 5
    told = next(line for line in lines if "少计电量" in line or "of what is not recorded" in line)
    planted, listed = map(int, re.findall(r"\d+", told)[:2])
    assert planted >= listed >= planted / 2
    assert any(name in lines[-3] for name in customers)
    assert "起始分" in lines[-3] or "what everybody has" in lines[-3]
    assert lines[-2].startswith(("植入的情形：", "What was planted: "))


def test_the_first_choices_and_those_without_add_up_to_all_customers():
    lines = list(channel_lines(Clock(), 300, "en", 1))
    table = lines[lines.index("\n== First choices ==") + 1]
    counts = [int(line.split("%")[0].split()[-2].replace(",", "")) for line in table.split("\n")]
    assert sum(counts) == 300
    assert "no evidence" in table.split("\n")[-1]


def test_the_same_seed_tells_the_same_story():
    def story() -> list[str]:
        return list(demo_lines(customers=20, lang="en", seed=7))[:-1]

    assert story() == story()


@pytest.mark.parametrize("customers", [1, 2, 10])
def test_few_customers_will_do(customers):
    assert list(channel_lines(Clock(), customers, "zh", 1))


def test_the_clock_tells_each_part():
    clock = Clock()
    with clock.part(Text("账", "bills")):
        pass
    assert list(clock.parts) == [Text("账", "bills")]
    assert "bills 0.00 s" in clock.line("en")


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
