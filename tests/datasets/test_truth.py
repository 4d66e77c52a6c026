from __future__ import annotations

import pandas as pd
import pytest

from powerchannel.datasets import Province, province
from powerchannel.datasets.names import CHANNELS
from powerchannel.datasets.personas import PERSONAS


@pytest.fixture(scope="module")
def made() -> Province:
    return province(1500, 8, seed=4)


def recent(made: Province) -> pd.DataFrame:
    contacts = made.contacts.astype({"customer_id": "str", "request_text": "str"})
    return contacts[contacts["contacted_at"] >= "2021-10-01"]


def counted(made: Province, rows: pd.DataFrame) -> list[int]:
    found = rows["customer_id"].value_counts()
    return found.reindex(made.truth["customer_id"], fill_value=0).tolist()


def test_there_is_a_row_a_customer(made: Province) -> None:
    assert made.truth["customer_id"].tolist() == made.customers["customer_id"].tolist()


@pytest.mark.parametrize("channel", CHANNELS)
def test_uses_are_those_of_the_last_six_months(made: Province, channel: str) -> None:
    rows = recent(made)
    expected = counted(made, rows[rows["channel"] == channel])
    assert made.truth[f"uses_{channel}"].tolist() == expected
    assert sum(expected) > 0


@pytest.mark.parametrize(
    ("column", "words"), [("asked_app", "网上国网|掌上电力"), ("asked_wechat", "微信公众号")]
)
def test_questions_are_found_in_the_request_texts(made: Province, column: str, words: str) -> None:
    rows = recent(made)
    asked = rows[rows["request_text"].str.contains(words, na=False)]
    assert set(asked["channel"]) == {"hotline", "hall"}
    assert made.truth[column].tolist() == counted(made, asked)


@pytest.mark.parametrize("channel", ["app", "wechat"])
def test_opened_links_are_counted_by_channel(made: Province, channel: str) -> None:
    rows = recent(made)
    pushed = rows[(rows["handling_mode"] == "push_link") & (rows["channel"] == channel)]
    assert len(pushed) > 0
    assert made.truth[f"pushed_{channel}"].tolist() == counted(made, pushed)


def test_evenings_last_from_20_to_8(made: Province) -> None:
    rows = recent(made)
    clock = rows["contacted_at"].dt.strftime("%H:%M")
    evening = rows[(clock >= "20:00") | (clock < "08:00")]
    assert made.truth["evening_contacts"].tolist() == counted(made, evening)


def test_the_preferred_channel_is_one_of_the_persona(made: Province) -> None:
    preferred = {p.code: set(p.preferred) for p in PERSONAS}
    pairs = zip(made.truth["persona"], made.truth["preferred_channel"], strict=True)
    assert all(channel in preferred[persona] for persona, channel in pairs)
