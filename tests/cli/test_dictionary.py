from __future__ import annotations

import json

from powerchannel.cli.domains import DOMAINS
from powerchannel.rulebook import load_rulebook


def test_the_dictionary_names_every_column_of_every_domain(run):
    for lang in ("zh", "en"):
        code, out, _ = run("dictionary", "--lang", lang)
        assert code == 0
        for domain in DOMAINS:
            for schema in domain.schemas().values():
                assert all(name in out for name in schema.names)
    assert "app 网上国网" in run("dictionary")[1]
    document = json.loads(run("dictionary --json")[1])
    contacts = {c["name"]: c for c in document["channel"][0]["columns"]}
    assert contacts["customer_id"]["is_required"] is True
    assert contacts["channel"]["codes"]["app"]["zh"] == "网上国网"


def test_the_tables_of_a_domain_are_those_of_its_schemas():
    for domain in DOMAINS:
        assert [t.name for t in domain.tables] == list(domain.schemas())
        assert load_rulebook(domain.rulebook).kind == domain.name
