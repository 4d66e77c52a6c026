"""What is told of some bills stays with them."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.billing.batch.columns.printed import NoteColumn
from powerchannel.text import Text


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans())), st.lists(st.booleans(), min_size=6))
def test_notes_of_some_bills(notes: list[tuple[int, bool]], kept: list[bool]) -> None:
    texts = tuple(Text(f"第{i}", f"no. {i}") for i in range(len(notes)))
    bill = np.array([at for at, _ in notes], np.int64)
    column = NoteColumn(bill=bill, ids=np.arange(len(notes)), code="c", messages=texts)
    found = column.where(np.array(kept))
    places = np.flatnonzero(kept).tolist()
    expected = [i for i, (at, _) in enumerate(notes) if kept[at]]
    assert found.ids.tolist() == expected
    assert [places[at] for at in found.bill.tolist()] == [notes[i][0] for i in expected]
    assert found.messages == tuple(texts[i] for i in expected)


def test_what_is_said_to_all_is_said_to_some() -> None:
    said = Text("都", "all")
    column = NoteColumn(bill=np.array([0, 1]), ids=np.array([7, 8]), code="c", messages=said)
    assert column.where(np.array([False, True])).messages is said
