from __future__ import annotations

import csv
import io
import json
from types import SimpleNamespace

import pandas as pd
from attrs import evolve

from powerchannel.rulebook import Provenance
from powerchannel.text import Text
from powerchannel.theft.electrical.rules import ElectricalRules, Filters, Gap, Rule
from powerchannel.theft.worklist import worklist
from suspects import Suspects, episodes, many, suspects

HERE = Provenance(status="assumed", clause="某条 <1>")
RULES = ElectricalRules(
    rules=(Rule(id="current_loss", title=Text("失流", "no current"), scope="event",
                provenance=HERE),),
    gap=Gap(minutes=60, days=3, provenance=HERE),
    filters=Filters(capacity_multiple=2, daily_energy_multiple=2, provenance=HERE),
)  # fmt: skip
BOOK = SimpleNamespace(electrical=RULES)


def one(book: object = None, **columns: object) -> Suspects:
    found = suspects({"customer_id": "0100"} | columns, seen=episodes({"customer_id": "0100"}))
    return evolve(found, rulebook=book)


def test_a_rulebook_gives_titles_clauses_and_how_far_they_carry():
    row = worklist(one(BOOK), 3, lang="en").table.iloc[0]
    assert (row["rule"], row["clause"]) == ("no current", "某条 <1>")
    assert row["clause_status"] == "assumed, to be confirmed"
    bare = worklist(one(), 3).table.iloc[0]
    assert (bare["rule"], bare["clause"], bare["clause_status"]) == ("current_loss", "", "")


def test_words_are_in_the_language_of_the_list():
    zh, en = (worklist(one(), 3, lang=lang).table.iloc[0] for lang in ("zh", "en"))
    assert (zh["cause_title"], en["cause_title"]) == ("疑似窃电", "suspected theft")
    assert "拍照" in zh["site_check"]
    assert "photograph" in en["site_check"]
    assert worklist(one(cause="new_cause"), 3).table["cause_title"].tolist() == ["new_cause"]


def test_csv_reads_back_and_runs_nothing_in_a_spreadsheet():
    seen = episodes({"customer_id": "0100", "evidence": '=1+1, "x"\nnext'})
    found = worklist(suspects({"customer_id": "0100"}, seen=seen), 3)
    rows = list(csv.DictReader(io.StringIO(found.to_csv())))
    assert len(rows) == 1
    assert rows[0]["customer_id"] == "0100"
    assert rows[0]["evidence"] == '\'=1+1, "x"\nnext'
    assert rows[0]["expected_kwh"] == "500.0"
    assert rows[0]["lost_kwh_low"] == rows[0]["expected_yuan"] == ""


def test_json_has_both_languages_and_null_for_what_is_not_known():
    found = worklist(one(BOOK), 3, seed=5)
    document = json.loads(found.to_json())
    record = document["records"][0]
    assert document["seed"] == 5
    assert record["observations"][0]["title"] == {"zh": "失流", "en": "no current"}
    assert record["observations"][0]["started_at"] == "2025-03-01T08:00:00"
    assert record["lost_kwh_low"] is None
    assert document["summary"]["visits"] == 1


def test_flag_rates_leave_the_random_ones_and_small_groups_out():
    result = many(400, 8)
    result.table.loc[:4, "industry"] = "mine"
    found = worklist(result, 60, random_share=0.5, seed=2)
    rates = found.flag_rates("industry").set_index("industry")
    ranked = found.customers[found.customers["chosen_by"] == "model"]
    shops = (ranked["industry"] == "shop").sum()
    assert rates.loc["shop", "flagged"] == shops
    share = shops / rates.loc["shop", "customers"]
    assert rates.loc["shop", "ratio"] == share / (len(ranked) / 400)
    assert rates.loc["mine", "is_withheld"]
    assert pd.isna(rates.loc["mine", ["flagged", "flagged_share", "ratio"]]).all()


def test_what_it_says_of_itself_is_short():
    found = worklist(one(), 3)
    assert repr(found).startswith("<theft.Worklist 1 visits (0 at random) in 1.5 of 3.0 h, 500 kWh")
    assert "&lt;theft" in found._repr_html_()
