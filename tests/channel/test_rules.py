"""The rules as a record: what they refuse, and that the bundled ones are those of the source."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from attrs import evolve
from hypothesis import given, settings

from powerchannel.channel.rules import Rulebook
from powerchannel.errors import RulebookError
from powerchannel.rulebook import digest, dumps, json_schema, loads, rules
from strategies import hebei, rulebooks


def changed(path: str, value: object) -> str:
    """The bundled rulebook as JSON with one value replaced."""
    document = json.loads(dumps(hebei()))
    *parents, last = path.split(".")
    place = document
    for key in parents:
        place = place[int(key)] if isinstance(place, list) else place[key]
    place[last] = value
    return json.dumps(document)


def test_the_bundled_rules_are_those_of_the_source() -> None:
    book = hebei()
    assert book.window.months == 6
    assert [(s.months, s.factor) for s in book.streak.steps] == [
        (2, Decimal("1.1")),
        (3, Decimal("1.2")),
    ]
    assert (book.frequency.more_than, book.frequency.factor) == (4, Decimal("1.4"))
    assert (book.complaint.factor, book.complaint.counting) == (Decimal("0.5"), "once")
    assert (book.dislike.months, book.dislike.until) == (6, "expiry")
    assert (book.stock.cap_per_month, book.latent.cap) == (31, 6)
    assert (book.effective_from, book.effective_to) == (None, None)
    assert book.catalogue.codes == (
        *("hotline", "hall", "app", "wechat"),
        *("alipay", "sms", "bank", "portal"),
    )


def test_the_bundled_rules_say_what_is_stated_and_what_is_not() -> None:
    status = {rule.id: rule.provenance.status for rule in rules(hebei())}
    assert status["frequency"] == status["dislike"] == status["streak.steps[0]"] == "stated"
    assert status["streak.steps[1]"] == status["stock"] == "repaired"
    assert status["latent"] == status["preferred"] == status["window"] == "assumed"
    latent = [s for rule, s in status.items() if rule.startswith("latent.")]
    assert set(latent) == {"assumed"}
    assert len(latent) == 10


@pytest.mark.parametrize(
    ("path", "value", "where"),
    [
        ("window.months", 0, "$.window.months"),
        ("window.months", 121, "$.window.months"),
        ("stock.points.app", -1, "$.stock.points"),
        ("stock.default_points", -1, "$.stock.default_points"),
        ("stock.cap_per_month", 0, "$.stock.cap_per_month"),
        ("stock.cap_per_month", 256, "$.stock.cap_per_month"),
        ("stock.points.fax", 1, "$.stock.points.fax"),
        ("latent.cap", -1, "$.latent.cap"),
        ("latent.ladder.0.points.app", -1, "$.latent.ladder[0].points"),
        ("latent.ladder.0.points.fax", 1, "$.latent.ladder[0].points.fax"),
        ("latent.ladder.0.facts", ["liked"], "$.latent.ladder[0].facts[0]"),
        ("latent.extras.0.points.wechat", -2, "$.latent.extras[0].points"),
        ("latent.extras.0.at_least", 0, "$.latent.extras[0].at_least"),
        ("latent.extras.0.points.fax", 1, "$.latent.extras[0].points.fax"),
        ("latent.extras.0.evidence", "nothing", "$.latent.extras[0].evidence"),
        ("streak.steps.0.factor", 0.9, "$.streak.steps[0].factor"),
        ("streak.steps.0.factor", 1.3, "$.streak.steps"),
        ("streak.steps.0.months", 3, "$.streak.steps"),
        ("streak.steps.0.months", 0, "$.streak.steps[0].months"),
        ("streak.scope", "longest", "$.streak.scope"),
        ("streak.grace_months", -1, "$.streak.grace_months"),
        ("frequency.more_than", -1, "$.frequency.more_than"),
        ("frequency.factor", 0.5, "$.frequency.factor"),
        ("bonus.combine", "sum", "$.bonus.combine"),
        ("complaint.factor", 1.5, "$.complaint.factor"),
        ("complaint.factor", -0.5, "$.complaint.factor"),
        ("complaint.counting", "twice", "$.complaint.counting"),
        ("dislike.months", 0, "$.dislike.months"),
        ("dislike.until", "never", "$.dislike.until"),
        ("first_choice.ties", ["price"], "$.first_choice.ties[0]"),
        ("preferred.ratio", 1.01, "$.preferred.ratio"),
    ],
)
def test_a_rule_out_of_bounds_is_refused_at_its_path(path: str, value: object, where: str) -> None:
    with pytest.raises(RulebookError) as caught:
        loads(changed(path, value), format="json")
    assert [p.where for p in caught.value.problems] == [where]
    for lang in ("zh", "en"):
        assert "{" not in caught.value.render(lang)


def test_what_is_not_in_the_catalogue_is_named_with_what_is() -> None:
    with pytest.raises(RulebookError) as caught:
        loads(changed("stock.points.fax", 1), format="json")
    for lang in ("zh", "en"):
        assert "fax" in caught.value.render(lang)
        assert "hotline" in caught.value.render(lang)


def test_extremes_within_bounds_are_taken() -> None:
    for path, value in (
        ("window.months", 120),
        ("stock.cap_per_month", 255),
        ("complaint.factor", 0),
        ("complaint.factor", 1),
        ("preferred.ratio", 0),
        ("preferred.ratio", 1),
        ("streak.steps", []),
        ("streak.grace_months", 200),
        ("latent.ladder", []),
        ("frequency.more_than", 0),
    ):
        assert isinstance(loads(changed(path, value), format="json"), Rulebook)


@settings(max_examples=8)
@given(rulebooks())
def test_any_rulebook_reads_back_the_same(book: Rulebook) -> None:
    again = loads(dumps(book), format="json", kinds=None)
    assert again == book
    assert digest(again) == digest(book)
    assert loads(dumps(book, format="toml"), format="toml") == book


def test_one_changed_factor_changes_the_digest() -> None:
    other = evolve(hebei(), frequency=evolve(hebei().frequency, factor=Decimal("1.41")))
    assert digest(other) != digest(hebei())


def test_the_schema_of_the_rulebook_names_every_rule() -> None:
    properties = json_schema(Rulebook)["properties"]
    assert {"window", "stock", "latent", "streak", "frequency", "complaint", "dislike"} <= set(
        properties
    )
