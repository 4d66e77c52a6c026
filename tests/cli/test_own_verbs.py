from __future__ import annotations

import pytest

from powerchannel.cli.domains import DOMAINS
from powerchannel.cli.entry import _VERBS
from powerchannel.cli.own_verbs import OWN_VERBS, FileOption
from powerchannel.registry import resolve
from powerchannel.text import Text

VERBS = [(domain, verb) for domain, verbs in OWN_VERBS.items() for verb in verbs]


@pytest.mark.parametrize(("domain", "verb"), VERBS)
def test_every_verb_is_of_a_domain_and_can_be_run(domain, verb):
    assert domain in {each.name for each in DOMAINS}
    assert verb.name not in {"check", "evaluate", "explain"}
    assert callable(resolve(_VERBS[f"{domain} {verb.name}"]))


@pytest.mark.parametrize(("domain", "verb"), VERBS)
def test_files_have_names_of_their_own_and_one_to_write(domain, verb):
    files = (*verb.inputs, *verb.outputs)
    assert len({file.field for file in files}) == len(files), domain
    assert [file.name for file in verb.outputs if file.is_required] == ["out"]
    assert verb.inputs[0].is_required


def test_the_field_is_what_argparse_makes_of_the_name():
    assert FileOption("last-year", Text("去年", "last year")).field == "last_year"
