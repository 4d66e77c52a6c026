from __future__ import annotations

import json

import pandas as pd

from powerchannel import channel
from powerchannel.rulebook import json_schema, load_rulebook, loads

EVALUATE = "channel evaluate --contacts contacts.csv --as-of 2022-03 --out out.csv"


def test_a_rulebook_file_is_used(run, write, tmp_path):
    write()
    _, text, _ = run("rulebook show hebei-2022 --json")
    assert loads(text, format="json") == load_rulebook("hebei-2022")
    document = json.loads(text)
    document["stock"]["points"]["hall"] = 10
    (tmp_path / "mine.json").write_text(json.dumps(document))
    assert run(EVALUATE, "--rulebook", "mine.json")[0] == 0
    table = pd.read_csv(tmp_path / "out.csv")
    assert table.set_index("channel")["score"]["hall"] == 10
    code, out, _ = run("rulebook diff hebei-2022 mine.json")
    assert code == 0
    assert [line.split() for line in out.splitlines()[1:]] == [["$.stock.points.hall", "1", "10"]]
    _, out, _ = run("rulebook diff hebei-2022 mine.json --json")
    assert json.loads(out)["differences"] == [
        {"path": "$.stock.points.hall", "old": "1", "new": "10"}
    ]


def test_a_broken_rulebook_exits_1_with_the_path_of_each_problem(run, write, tmp_path):
    write()
    _, text, _ = run("rulebook show hebei-2022 --json")
    document = json.loads(text)
    document["window"]["month"] = document["window"].pop("months")
    (tmp_path / "mine.json").write_text(json.dumps(document))
    for command in ("rulebook check mine.json", EVALUATE + " --rulebook mine.json"):
        code, _, err = run(command)
        assert code == 1
        assert "$.window" in err
    assert run("rulebook check nosuch.toml")[0] != 0


def test_rulebook_check_and_show_tell_what_it_is(run):
    code, out, _ = run("rulebook check hebei-2022 --lang en")
    assert code == 0
    assert "sha256:" in out
    assert json.loads(run("rulebook check hebei-2022 --json")[1])["rules"]["stated"] >= 1
    _, out, _ = run("rulebook show hebei-2022")
    for told in ("河北渠道偏好规则", "latent.ladder.account_bound", "[约定]", "半年", "months = 6"):
        assert told in out
    assert "equal" in run("rulebook diff hebei-2022 hebei-2022 --lang en")[1]


def test_tariffs_go_by_their_names(run):
    code, out, _ = run("rulebook show shanghai-residential-tiers")
    assert code == 0
    assert "$  [原文] 目录电价含政府性基金及附加\n    catalogue_includes_funds = True" in out
    assert json.loads(run("rulebook check agriculture --json")[1])["name"] == "agriculture"
    code, out, _ = run("rulebook diff agriculture commerce-single-part --lang en")
    assert code == 0
    assert "$.catalogue_price" in out


def test_a_name_that_none_has_is_told_the_nearest(run):
    code, _, err = run("rulebook show shanghai-residental-tiers --lang en")
    assert code == 2
    assert "no rulebook or tariff 'shanghai-residental-tiers'" in err
    assert "did you mean shanghai-residential-tiers" in err
    assert "hebei-2022" in err


def test_rulebook_schema_is_that_of_the_record(run):
    code, out, _ = run("rulebook schema channel")
    assert (code, json.loads(out)) == (0, json_schema(channel.Rulebook))
    assert run("rulebook schema chanel")[0] == 2
