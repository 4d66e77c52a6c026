from __future__ import annotations

import re
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.ids import IdFlag, Ids, parse_ids

DIGITS = st.text("0123456789", min_size=1, max_size=21)
WORDS = st.from_regex(r"[A-Z]{1,3}[-_]?[0-9]{0,6}", fullmatch=True)
CHINESE = st.text("甲乙丙户0123456789", min_size=1, max_size=6)
CLEAN = st.one_of(DIGITS, WORDS, CHINESE)
# Characters on either side of the digits, so that names stand before, between and after numbers.
CLOSE = st.text("019/:!A甲\U00020000", min_size=1, max_size=20)
CELLS = st.one_of(
    CLEAN,
    st.text("019.eE+-=@ \t\n\x00\x1f\x7f０９\u3000\u200b\ufffdA甲", max_size=12),
    st.text("0 ", min_size=60, max_size=70),
)


def read(cells: list[object], *, integers: bool = False) -> tuple[list[str | None], list[IdFlag]]:
    ids, flags = parse_ids(objects(cells), np.zeros(len(cells), bool), integers=integers)
    assert ((ids.keys == 0) == (flags > IdFlag.NORMALISED)).all()
    return ids.to_text().tolist(), [IdFlag(flag) for flag in flags]


def objects(cells: list[object]) -> np.ndarray:
    out = np.empty(len(cells), dtype=object)
    out[:] = cells
    return out


def clean(cell: str) -> tuple[str | None, IdFlag]:
    """Read one cell, slowly and by another road."""
    text = "".join(chr(ord(c) - 0xFEE0) if "０" <= c <= "９" else c for c in cell.strip())
    if text == "":
        return None, IdFlag.NULL
    invisible = [c for c in text if ord(c) < 32 or 127 <= ord(c) < 160 or c in "\u200b\ufffd"]
    if invisible or len(text) > 64:
        return None, IdFlag.DAMAGED
    mantissa, mark, exponent = text.replace("E", "e").partition("e")
    if mark and re.fullmatch(r"-?[0-9]+(\.[0-9]*)?", mantissa):
        signed = re.fullmatch(r"\+[0-9]+", exponent)
        if signed or ("." in mantissa and re.fullmatch(r"-?[0-9]+", exponent)):
            return None, IdFlag.SCIENTIFIC
    if re.fullmatch(r"-[0-9]+\.?[0-9]*", text):
        return None, IdFlag.NEGATIVE
    if text[0] in "=+@":
        return None, IdFlag.FORMULA
    if re.fullmatch(r"[0-9]+\.0+", text):
        return None, IdFlag.INTEGER
    return text, IdFlag.OK if text == cell else IdFlag.NORMALISED


@given(st.lists(CLEAN))
def test_clean_texts_come_back_as_they_are(texts: list[str]) -> None:
    found, flags = read(texts)
    assert found == texts
    assert set(flags) <= {IdFlag.OK}
    assert Ids.from_text(texts).to_text().tolist() == texts


@given(st.lists(CELLS))
def test_any_text_is_read_as_the_slow_reader_reads_it(cells: list[str]) -> None:
    texts, flags = read(cells)
    assert list(zip(texts, flags, strict=True)) == [clean(cell) for cell in cells]


@given(st.lists(st.text(max_size=70)))
def test_no_text_raises(cells: list[str]) -> None:
    texts, flags = read(cells)
    assert [text is None for text in texts] == [flag > IdFlag.NORMALISED for flag in flags]


@given(st.lists(st.text(st.characters(max_codepoint=127), max_size=70)))
def test_bytes_and_objects_read_alike(cells: list[str]) -> None:
    cells = [cell.rstrip("\0") for cell in cells]
    fixed = np.array(cells, dtype=np.bytes_)
    ids, flags = parse_ids(fixed, np.zeros(len(cells), bool))
    assert (ids.to_text().tolist(), flags.tolist()) == read(cells)


@given(st.lists(CELLS, min_size=1), st.data())
def test_rows_do_not_see_each_other(cells: list[str], data: st.DataObject) -> None:
    order = data.draw(st.permutations(range(len(cells))))
    texts, flags = read(cells)
    moved = read([cells[row] for row in order])
    assert moved == ([texts[row] for row in order], [flags[row] for row in order])


def test_leading_zeros_and_length_tell_ids_apart() -> None:
    texts = ["0100", "100", "00100", "9" * 18, "0" * 18, "9" * 19, "0" * 19, "0"]
    ids = Ids.from_text(texts)
    assert len(set(ids.keys.tolist())) == len(texts)
    assert (ids.keys[:5] > 0).all()
    assert ids.names.tolist() == ["0" * 19, "9" * 19]


@pytest.mark.parametrize(
    ("cell", "flag", "text"),
    [
        ("0100", IdFlag.OK, "0100"),
        (" 0100\t", IdFlag.NORMALISED, "0100"),
        ("\u30000100", IdFlag.NORMALISED, "0100"),
        ("０１00", IdFlag.NORMALISED, "0100"),
        ("HB-0017", IdFlag.OK, "HB-0017"),
        ("客户 7", IdFlag.OK, "客户 7"),
        ("12E5", IdFlag.OK, "12E5"),
        ("-", IdFlag.OK, "-"),
        ("x" * 64, IdFlag.OK, "x" * 64),
        ("", IdFlag.NULL, None),
        (" \u3000", IdFlag.NULL, None),
        ("1.2E+12", IdFlag.SCIENTIFIC, None),
        ("1E+12", IdFlag.SCIENTIFIC, None),
        ("1.20e12", IdFlag.SCIENTIFIC, None),
        ("-12", IdFlag.NEGATIVE, None),
        ("-12.5", IdFlag.NEGATIVE, None),
        ('="0100"', IdFlag.FORMULA, None),
        ("+8613800000000", IdFlag.FORMULA, None),
        ("@x", IdFlag.FORMULA, None),
        ("100.0", IdFlag.INTEGER, None),
        ("01\x0000", IdFlag.DAMAGED, None),
        ("01\u200b00", IdFlag.DAMAGED, None),
        ("客\ufffd", IdFlag.DAMAGED, None),
        ("\udce5", IdFlag.DAMAGED, None),
        ("x" * 65, IdFlag.DAMAGED, None),
        ("0" * 65, IdFlag.DAMAGED, None),
        ("0100" + " " * 96, IdFlag.NORMALISED, "0100"),
    ],
)
def test_each_kind_of_cell_is_named(cell: str, flag: IdFlag, text: str | None) -> None:
    assert read([cell]) == ([text], [flag])
    if cell.isascii():
        ids, flags = parse_ids(np.array([cell.encode(), b"1"]), np.zeros(2, bool))
        assert (ids.to_text().tolist(), flags.tolist()) == ([text, "1"], [flag, IdFlag.OK])
    assert read([cell, "客户", "1", None]) == (
        [text, "客户", "1", None],
        [flag, IdFlag.OK, IdFlag.OK, IdFlag.NULL],
    )


@pytest.mark.parametrize(
    ("cell", "as_text", "as_integer"),
    [
        (100, IdFlag.INTEGER, "100"),
        (np.int64(7), IdFlag.INTEGER, "7"),
        (100.0, IdFlag.INTEGER, "100"),
        (Decimal("100"), IdFlag.INTEGER, "100"),
        ("100.0", IdFlag.INTEGER, "100"),
        (10**20, IdFlag.INTEGER, "1" + "0" * 20),
        (100.5, IdFlag.INTEGER, IdFlag.INTEGER),
        (2.0**53, IdFlag.INTEGER, IdFlag.INTEGER),
        (float("inf"), IdFlag.INTEGER, IdFlag.INTEGER),
        (True, IdFlag.INTEGER, IdFlag.INTEGER),
        (-1, IdFlag.NEGATIVE, IdFlag.NEGATIVE),
        (-0.5, IdFlag.NEGATIVE, IdFlag.NEGATIVE),
        pytest.param(10**5000, IdFlag.DAMAGED, IdFlag.DAMAGED, id="huge"),
        (float("nan"), IdFlag.NULL, IdFlag.NULL),
        (None, IdFlag.NULL, IdFlag.NULL),
        (pd.NA, IdFlag.NULL, IdFlag.NULL),
        (pd.NaT, IdFlag.NULL, IdFlag.NULL),
        ([1], IdFlag.DAMAGED, IdFlag.DAMAGED),
        (b"1", IdFlag.DAMAGED, IdFlag.DAMAGED),
    ],
)
def test_objects_that_are_no_text(cell: object, as_text: IdFlag, as_integer: IdFlag | str) -> None:
    assert read(["0100", cell])[1] == [IdFlag.OK, as_text]
    texts, flags = read(["0100", cell], integers=True)
    if isinstance(as_integer, str):
        assert texts[1] == as_integer
        assert flags[1] in (IdFlag.OK, IdFlag.NORMALISED)
    else:
        assert (texts[1], flags[1]) == (None, as_integer)


@given(st.lists(st.integers(0, 2**63 - 1)))
def test_integer_columns_become_their_digits_when_allowed(numbers: list[int]) -> None:
    for kind in (np.int64, np.uint64):
        values = np.array(numbers, dtype=kind)
        ids, flags = parse_ids(values, np.zeros(len(values), bool), integers=True)
        assert ids.to_text().tolist() == [str(number) for number in numbers]
        assert not flags.any()
        assert (parse_ids(values, np.zeros(len(values), bool))[1] == IdFlag.INTEGER).all()


def test_integer_columns_with_nulls_negatives_and_the_widest() -> None:
    values = np.array([5, -1, 7])
    ids, flags = parse_ids(values, np.array([False, False, True]), integers=True)
    assert ids.to_text().tolist() == ["5", None, None]
    assert flags.tolist() == [IdFlag.OK, IdFlag.NEGATIVE, IdFlag.NULL]
    widest = np.array([2**64 - 1], dtype=np.uint64)
    ids, _ = parse_ids(widest, np.zeros(1, bool), integers=True)
    assert ids.to_text().tolist() == [str(2**64 - 1)]


@pytest.mark.parametrize("kind", [np.bytes_, object])
def test_null_rows_are_null_whatever_stands_there(kind: type) -> None:
    values = np.array([b"0100", b"7"]).astype(np.str_).astype(kind)
    ids, flags = parse_ids(values, np.array([True, False]))
    assert ids.to_text().tolist() == [None, "7"]
    assert flags.tolist() == [IdFlag.NULL, IdFlag.OK]


def test_bytes_beyond_ascii_are_damage() -> None:
    ids, flags = parse_ids(np.array(["客".encode(), b"7"]), np.zeros(2, bool))
    assert ids.to_text().tolist() == [None, "7"]
    assert flags.tolist() == [IdFlag.DAMAGED, IdFlag.OK]


def test_many_blocks_of_rows_keep_their_order() -> None:
    random = np.random.default_rng(7)
    texts = [f"{number:0{width}}" for number, width in random.integers(0, 20, (200_000, 2))]
    texts[70_000::977] = ["甲" + text for text in texts[70_000::977]]
    texts[3::1001] = ["HB" + text for text in texts[3::1001]]
    ids, flags = parse_ids(objects(texts), np.zeros(len(texts), bool))
    assert ids.to_text().tolist() == texts
    assert not flags.any()
    assert ids.unique()[0].to_text().tolist() == sorted(set(texts))


def test_no_rows() -> None:
    for values in (np.array([], dtype="S4"), np.array([], dtype=object)):
        ids, flags = parse_ids(values, np.zeros(0, bool))
        assert len(ids) == len(flags) == 0
    distinct, inverse = Ids.empty().unique()
    assert len(distinct) == len(inverse) == 0
    assert [len(part) for part in Ids.empty().union(Ids.empty())] == [0, 0, 0]
    assert Ids.empty().is_canonical()
    assert Ids.empty().to_text().tolist() == Ids.empty().to_fixed().tolist() == []


@given(st.lists(st.one_of(CLOSE, CLEAN, st.text())))
def test_distinct_ids_stand_in_the_order_of_their_texts(texts: list[str]) -> None:
    distinct, inverse = Ids.from_text(texts).unique()
    expected = sorted(set(texts) - {""})
    assert distinct.to_text().tolist() == expected
    assert inverse.tolist() == [expected.index(text) if text else -1 for text in texts]
    assert distinct.is_canonical()


@given(st.lists(CLOSE), st.data())
def test_row_order_does_not_change_the_distinct_ids(texts: list[str], data: st.DataObject) -> None:
    order = np.array(data.draw(st.permutations(range(len(texts)))), dtype=np.int64)
    ids = Ids.from_text(texts)
    distinct, inverse = ids.unique()
    again, moved = ids.take(order).unique()
    assert again.equals(distinct)
    assert again.names.tolist() == distinct.names.tolist()
    assert moved.tolist() == inverse[order].tolist()


@given(st.sets(CLOSE), st.sets(CLOSE))
def test_union_and_positions_agree_with_sets(ours: set[str], theirs: set[str]) -> None:
    here, there = Ids.from_text(sorted(ours)), Ids.from_text(sorted(theirs))
    both, of_here, of_there = here.union(there)
    expected = sorted(ours | theirs)
    assert both.to_text().tolist() == expected
    assert both.is_canonical()
    assert of_here.tolist() == [expected.index(text) for text in sorted(ours)]
    assert of_there.tolist() == [expected.index(text) for text in sorted(theirs)]
    found = here.positions(there).tolist()
    assert found == [sorted(ours).index(t) if t in ours else -1 for t in sorted(theirs)]


@given(st.lists(CLOSE))
def test_canonical_means_distinct_sorted_and_not_null(texts: list[str]) -> None:
    assert Ids.from_text(texts).is_canonical() == (texts == sorted(set(texts)))
    assert not Ids.from_text(["", *texts]).is_canonical()


@given(st.lists(CLOSE), st.lists(CLOSE))
def test_equal_means_the_same_texts(ours: list[str], theirs: list[str]) -> None:
    here, there = Ids.from_text(ours), Ids.from_text(theirs)
    assert here.equals(there) == (ours == theirs)
    both = Ids.from_text([*theirs, *ours])
    assert both.take(slice(len(theirs), None)).equals(here)


def test_a_null_is_not_an_unknown_name() -> None:
    assert not Ids.from_text(["", "1"]).equals(Ids.from_text(["甲", "1"]))
    assert Ids.from_text(["1"]).positions(Ids.from_text(["", "甲"])).tolist() == [-1, -1]


@given(st.lists(st.one_of(CLEAN, st.just(""))))
def test_fixed_width_bytes_are_the_texts_in_utf_8(texts: list[str]) -> None:
    assert Ids.from_text(texts).to_fixed().tolist() == [text.encode() for text in texts]


def test_rows_are_taken_by_number_mask_and_slice() -> None:
    ids = Ids.from_text(["01", "甲", "2"])
    for index in (np.array([1, 2]), np.array([False, True, True]), slice(1, None)):
        assert ids.take(index).to_text().tolist() == ["甲", "2"]
