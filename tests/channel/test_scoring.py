"""Scores of all customers by the loops: the same as by the readable reference, to the bit."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from powerchannel import channel
from powerchannel._kernels.loops import VARIABLE, available
from powerchannel.channel import scoring
from powerchannel.channel.batch import Engine
from powerchannel.channel.reference import score_customer
from powerchannel.channel.rules import Rulebook, StreakStep
from powerchannel.channel.scoring import Columns, Scorer, loop_rules, obstacle
from strategies import AS_OF, ASSUMED, MONTH, Export, crowd, exports, hebei, rulebooks


def by_reference(export: Export, book: Rulebook) -> tuple[np.ndarray, np.ndarray]:
    """Scores and first choices of histories that were counted by plain loops."""
    codes = book.catalogue.codes
    told = [
        score_customer(export.history(c, book.catalogue), book, MONTH) for c in export.customers
    ]
    scores = np.array([[t[code].score for t in told] for code in codes], np.float32)
    firsts = [[i for i, code in enumerate(codes) if t[code].is_first_choice] for t in told]
    return scores.reshape(len(codes), len(told)), np.array([f[0] if f else -1 for f in firsts])


def assert_same(found: Columns, expected: tuple[np.ndarray, np.ndarray]) -> None:
    assert found.scores.dtype == np.float32
    np.testing.assert_array_equal(found.scores, expected[0])
    np.testing.assert_array_equal(found.first, expected[1])


def by_every_loop(export: Export, book: Rulebook) -> None:
    engine = Engine(export.state(book.catalogue), book, MONTH)
    expected = by_reference(export, book)
    for name in available():
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(VARIABLE, name)
            assert Scorer(engine).path == ("general" if obstacle(book) else name)
            assert_same(Scorer(engine).columns(), expected)


@settings(max_examples=40)
@given(st.data())
def test_every_loop_equals_the_reference_for_any_rules(data: st.DataObject) -> None:
    book = data.draw(rulebooks())
    by_every_loop(data.draw(exports(book.catalogue)), book)


@settings(max_examples=40)
@given(rulebooks(catalogue=hebei().catalogue), st.integers(0, 2**32))
def test_every_loop_equals_the_reference_for_rules_it_can_express(
    book: Rulebook, seed: int
) -> None:
    stock = evolve(book.stock, cap_per_month=255 // book.window.months)
    streak = evolve(book.streak, scope="ending", grace_months=0)
    complaint = evolve(book.complaint, counting="once")
    book = evolve(book, stock=stock, streak=streak, complaint=complaint)
    assert obstacle(book) is None
    by_every_loop(crowd(book.catalogue, seed, 20), book)


def test_every_loop_equals_the_reference_under_the_bundled_rules() -> None:
    export = crowd(hebei().catalogue, 7, 300)
    assert obstacle(hebei()) is None
    by_every_loop(export, hebei())
    scores = by_reference(export, hebei())[0]
    assert len(np.unique(scores)) > 40  # so that the agreement is about something


# what the loop cannot express

Change = Callable[[Rulebook], Rulebook]


def _steps(book: Rulebook, months: int) -> Rulebook:
    steps = (
        StreakStep(months=m, factor=1 + Decimal(m) / 10, provenance=ASSUMED)
        for m in range(1, months + 1)
    )
    return evolve(book, streak=evolve(book.streak, steps=tuple(steps)))


def _window(book: Rulebook, months: int, cap: int) -> Rulebook:
    return evolve(
        book,
        window=evolve(book.window, months=months),
        stock=evolve(book.stock, cap_per_month=cap),
    )


def _ninth(book: Rulebook) -> Rulebook:
    extra = evolve(book.catalogue.channels[0], code="kiosk", aliases=(), title=ASSUMED_TITLE)
    catalogue = evolve(book.catalogue, channels=(*book.catalogue.channels, extra))
    return evolve(book, catalogue=catalogue)


ASSUMED_TITLE = evolve(hebei().title, zh="自助终端", en="kiosk")

BEYOND: dict[str, tuple[Change, str]] = {
    "nine channels": (_ninth, "more than 8 channels"),
    "a year": (lambda b: _window(b, 12, 20), "more than 8 months"),
    "many uses": (lambda b: _window(b, 6, 43), "more than 255 uses"),
    "no cap": (
        lambda b: evolve(b, stock=evolve(b.stock, cap_per_month=None)),
        "more than 255 uses",
    ),
    "any run": (lambda b: evolve(b, streak=evolve(b.streak, scope="any")), "need not end"),
    "grace": (lambda b: evolve(b, streak=evolve(b.streak, grace_months=1)), "need not end"),
    "five steps": (lambda b: _steps(b, 5), "more than 4 steps"),
    "each complaint": (
        lambda b: evolve(b, complaint=evolve(b.complaint, counting="each")),
        "count each",
    ),
    "latent points": (lambda b: evolve(b, latent=evolve(b.latent, cap=64)), "above 63"),
    "many wanted": (
        lambda b: evolve(b, frequency=evolve(b.frequency, more_than=256)),
        "above 255",
    ),
}
WITHIN: dict[str, Change] = {
    "eight months": lambda b: _window(b, 8, 31),
    "255 uses": lambda b: _window(b, 6, 42),
    "one month": lambda b: _window(b, 1, 255),
    "four steps": lambda b: _steps(b, 4),
    "latent points": lambda b: evolve(b, latent=evolve(b.latent, cap=63)),
    "many wanted": lambda b: evolve(b, frequency=evolve(b.frequency, more_than=255)),
}


@pytest.mark.parametrize("name", BEYOND)
def test_what_the_loop_cannot_express_goes_the_general_way_and_says_so(name: str) -> None:
    change, reason = BEYOND[name]
    book = change(hebei())
    export = crowd(book.catalogue, 3, 40)
    found = obstacle(book)
    assert found is not None
    assert reason in found.en
    result = channel.evaluate(export.state(book.catalogue), book, as_of=AS_OF)
    assert result.origin.path == "general"
    (note,) = [n for n in result.origin.notes if found.en in n]
    assert found.zh in note
    assert_same(Scorer(Engine(result.state, book, MONTH)).columns(), by_reference(export, book))


@pytest.mark.parametrize("name", WITHIN)
def test_the_loop_goes_up_to_its_limits(name: str) -> None:
    book = WITHIN[name](hebei())
    assert obstacle(book) is None
    by_every_loop(crowd(book.catalogue, 4, 40), book)


def test_the_loop_that_runs_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    state = crowd(hebei().catalogue, 3, 5).state(hebei().catalogue)
    for name in available():
        monkeypatch.setenv(VARIABLE, name)
        origin = channel.evaluate(state, hebei(), as_of=AS_OF).origin
        assert (origin.path, origin.notes) == (name, ())


def test_fewer_channels_fill_the_rest_with_nothing() -> None:
    catalogue = evolve(hebei().catalogue, channels=hebei().catalogue.channels[:3], evidence=())
    stock = evolve(hebei().stock, points={"app": Decimal("0.3")}, default_points=Decimal(2))
    book = evolve(
        hebei(),
        catalogue=catalogue,
        stock=stock,
        latent=evolve(hebei().latent, ladder=(), extras=()),
    )
    rules = loop_rules(book)
    assert rules.points == (2.0, 2.0, 0.3, 0.0, 0.0, 0.0, 0.0, 0.0)
    assert sorted(rules.tie_order) == list(range(8))
    assert sorted(rules.tie_order[:3]) == [0, 1, 2]
    by_every_loop(crowd(catalogue, 8, 30), book)


# blocks and threads


@pytest.mark.parametrize("book", [hebei(), BEYOND["any run"][0](hebei())], ids=["loop", "general"])
def test_blocks_and_threads_change_nothing(monkeypatch: pytest.MonkeyPatch, book: Rulebook) -> None:
    state = crowd(book.catalogue, 5, 101).state(book.catalogue)
    engine = Engine(state, book, MONTH)
    whole = Scorer(engine).columns()
    assert (whole.start, whole.stop) == (0, 101)
    for size in (1, 7, 100, 101):
        monkeypatch.setattr(scoring, "_BLOCK", size)
        for threads in (1, 2, 3):
            scorer = Scorer(engine, threads=threads)
            blocks = list(scorer.blocks())
            assert [b.start for b in blocks] == list(range(0, 101, size))
            assert [b.stop for b in blocks] == [*(b.start for b in blocks[1:]), 101]
            assert_same(scorer.columns(), (whole.scores, whole.first))


def test_no_customers_no_blocks() -> None:
    state = Export().state(hebei().catalogue)
    scorer = Scorer(Engine(state, hebei(), MONTH), threads=2)
    assert list(scorer.blocks()) == []
    assert scorer.columns().scores.shape == (8, 0)


def test_threads_make_only_a_few_blocks_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the scores of all customers would stand in memory while the first are written."""
    made: list[int] = []
    looped = Scorer._looped

    def counted(self: Scorer, start: int, **rest: object) -> Columns:
        made.append(start)
        return looped(self, start, **rest)

    monkeypatch.setattr(scoring, "_BLOCK", 1)
    monkeypatch.setattr(Scorer, "_looped", counted)
    state = crowd(hebei().catalogue, 5, 60).state(hebei().catalogue)
    for taken, block in enumerate(Scorer(Engine(state, hebei(), MONTH), threads=2).blocks(), 1):
        assert block.start == taken - 1
        assert len(made) <= taken + 4
    assert sorted(made) == list(range(60))


def test_the_wide_table_shows_the_scores_of_the_long_one() -> None:
    export = crowd(hebei().catalogue, 9, 80)
    result = channel.evaluate(export.state(hebei().catalogue), hebei(), as_of=AS_OF)
    wide = result.wide
    assert wide.columns.tolist() == ["customer_id", "first_choice", *hebei().catalogue.codes]
    assert wide["customer_id"].tolist() == export.customers
    assert wide["first_choice"].tolist() == result.first_choices["first_choice"].tolist()
    long = result.table.pivot_table(
        index="customer_id", columns="channel", values="score", observed=False
    )
    told = wide.set_index("customer_id")[list(hebei().catalogue.codes)]
    assert (told.dtypes == np.float32).all()
    expected = long.reindex(index=told.index, columns=told.columns).fillna(0).astype(np.float32)
    pd.testing.assert_frame_equal(told, expected, check_names=False, check_column_type=False)
