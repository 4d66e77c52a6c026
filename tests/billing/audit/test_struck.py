from __future__ import annotations

import numpy as np

from powerchannel.billing.audit.struck import not_asked, struck_rows, told, with_unchecked
from powerchannel.text import Text

ROWS = np.array([True, False, True])


def test_columns_are_told_as_text():
    assert told(np.array([150_000_000, 0, -(10**8)]), ROWS).tolist() == ["1.5", "-1"]
    assert told(np.array(["a", "b", "c"], dtype=object), ROWS).tolist() == ["a", "c"]
    assert told("0..1", ROWS).tolist() == ["0..1", "0..1"]


def test_rows_that_are_struck():
    ids = np.array(["x", "y", "z"], dtype=object)
    facet = struck_rows(ids, ROWS, np.array([10**8] * 3), "0", Text("", ""))
    assert facet.ids.tolist() == ["x", "z"]
    assert facet.found.tolist() == ["1", "1"]
    assert facet.unchecked.tolist() == []


def test_what_concerns_nobody_and_what_could_not_be_checked():
    nobody = not_asked(Text("无", "nobody"))
    assert (len(nobody.ids), len(nobody.unchecked), nobody.missing) == (0, 0, "")
    told_so = with_unchecked(nobody, np.array(["x"], dtype=object), "previous")
    assert (told_so.unchecked.tolist(), told_so.missing) == (["x"], "previous")
