from __future__ import annotations

import inspect

import pytest

from powerchannel import theft
from powerchannel.cli.domains import DOMAINS
from powerchannel.cli.entry import _VERBS
from powerchannel.cli.own_verbs import OUT, FileOption, ValueOption
from powerchannel.registry import resolve
from powerchannel.text import Text

VERBS = [(domain, verb) for domain in DOMAINS for verb in domain.verbs]
NAMES = [f"{domain.name} {verb.name}" for domain, verb in VERBS]
BUILT_IN = {"check", "evaluate", "explain"}
COMMON = {"lang", "json", "quiet", "strict", "rulebook", "column", "set", "ids", "as_of"}


def test_the_verbs_that_one_domain_alone_has():
    assert NAMES == [
        "billing audit",
        "billing compare",
        "theft worklist",
        "theft audit",
        "theft recover",
    ]


@pytest.mark.parametrize(("domain", "verb"), VERBS, ids=NAMES)
def test_every_verb_can_be_run(domain, verb):
    assert verb.name not in BUILT_IN
    assert _VERBS[f"{domain.name} {verb.name}"] == verb.run
    assert callable(resolve(verb.run))


@pytest.mark.parametrize(("domain", "verb"), VERBS, ids=NAMES)
def test_options_have_names_of_their_own(domain, verb):
    tables = [table.name for table in domain.tables] if verb.needs == "month" else []
    options = [each.field for each in (*verb.inputs, *verb.values, *verb.outputs)]
    names = [*tables, *options]
    assert len(set(names)) == len(names)
    assert not COMMON & set(names)


@pytest.mark.parametrize("verb", [verb for _, verb in VERBS], ids=NAMES)
def test_a_verb_reads_something_and_writes_something(verb):
    assert verb.needs == "month" or verb.inputs[0].is_required
    assert verb.outputs


@pytest.mark.parametrize(("domain", "verb"), VERBS, ids=NAMES)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_help_tells_every_option(run, domain, verb, lang):
    code, out, _ = run(f"{domain.name} {verb.name} --help --lang {lang}")
    assert code == 0
    told = "".join(out.split())
    for option in (*verb.inputs, *verb.values, *verb.outputs):
        assert f"--{option.name}" in told
        assert "".join(option.title.pick(lang).split()) in told


def test_the_field_is_what_argparse_makes_of_the_name():
    assert FileOption("last-year", Text("去年", "last year")).field == "last_year"
    assert ValueOption(name="crew-hours", title=OUT.title).field == "crew_hours"


def test_usual_values_are_those_of_the_library():
    (verb,) = (verb for _, verb in VERBS if verb.name == "worklist")
    taken = inspect.signature(theft.worklist).parameters
    usual = {value.field: value.default for value in verb.values}
    for name in ("hours_per_visit", "travel_hours", "random_share"):
        assert usual[name] == taken[name].default
    assert usual["by"] == inspect.signature(theft.distribution).parameters["by"].default
    rates = inspect.signature(theft.Worklist.flag_rates).parameters
    assert usual["flag_rates_by"] == rates["by"].default
