from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.tables import pooling
from powerchannel.tables.pooling import hash_cells, mix, pool_fixed, pool_texts

cells = st.lists(st.binary(max_size=20).map(lambda b: b.replace(b"\0", b"0")), max_size=30)


def fixed(texts: list[bytes]) -> np.ndarray:
    return np.array(texts, dtype="S20")


@given(cells)
def test_the_pool_holds_each_value_once_as_first_seen(texts: list[bytes]) -> None:
    codes, pool = pool_fixed(fixed(texts))
    assert pool.tolist() == list(dict.fromkeys(texts))
    assert pool[codes].tolist() == texts
    assert codes.dtype == np.int32


@given(cells)
def test_values_that_collide_are_still_told_apart(texts: list[bytes]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pooling, "hash_cells", lambda values: np.zeros(len(values), np.uint64))
        codes, pool = pool_fixed(fixed(texts))
    assert sorted(pool.tolist()) == sorted(set(texts))
    assert pool[codes].tolist() == texts
    assert codes.dtype == np.int32


@given(st.lists(st.text(st.sampled_from("0a营\0"), max_size=4), max_size=20))
def test_so_is_text_of_any_letters(texts: list[str]) -> None:
    cells = np.fromiter(texts, dtype=object)
    codes, pool = pool_texts(cells)
    assert sorted(pool.tolist()) == sorted(set(texts))
    assert pool[codes].tolist() == texts
    assert codes.dtype == np.int32


@given(cells)
def test_cells_have_the_same_hash_when_they_are_the_same(texts: list[bytes]) -> None:
    hashes = hash_cells(fixed(texts)).tolist()
    assert len(set(hashes)) == len(set(texts))
    assert len(set(zip(hashes, texts, strict=True))) == len(set(texts))


@given(st.lists(st.text(max_size=5), max_size=20))
def test_str_cells_have_hashes_too(texts: list[str]) -> None:
    hashes = hash_cells(np.array(texts, dtype=object)).tolist()
    assert len(set(hashes)) == len(set(texts))


def test_a_hash_does_not_depend_on_the_block_the_cell_lies_in() -> None:
    some = np.array([b"0100000000017", b"HB-7"] * 70_000)
    hashes = hash_cells(some)
    assert np.unique(hashes).tolist() == sorted(hashes[:2].tolist())
    assert (hashes[::2] == hashes[0]).all()


def test_the_order_of_words_counts() -> None:
    zero = np.zeros(1, np.uint64)
    one, two = zero + np.uint64(1), zero + np.uint64(2)
    assert mix(mix(zero, one), two) != mix(mix(zero, two), one)
