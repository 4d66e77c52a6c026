from __future__ import annotations

import numpy as np
import pytest

from powerchannel.datasets.names import CODES
from powerchannel.datasets.phrases import AFTER_FAILURE, ASKS_APP, ASKS_WECHAT, TEXTS, text_codes

DRAWS = (np.arange(1000) / 1000).astype(np.float32)


def test_texts_are_distinct_and_can_be_written_in_both_encodings() -> None:
    assert len(set(TEXTS)) == len(TEXTS)
    assert all(text.encode("gb18030").decode("gb18030") == text for text in TEXTS)


def test_some_texts_need_quotes_in_csv() -> None:
    assert any("," in text for text in TEXTS)
    assert any('"' in text for text in TEXTS)


def test_questions_name_what_they_ask_about() -> None:
    assert all("网上国网" in TEXTS[k] or "掌上电力" in TEXTS[k] for k in ASKS_APP)
    assert all("微信公众号" in TEXTS[k] for k in ASKS_WECHAT)


def test_nobody_else_asks_about_them() -> None:
    others = set(range(len(TEXTS))) - {*ASKS_APP, *ASKS_WECHAT}
    words = ("网上国网", "掌上电力", "微信")
    assert not [TEXTS[k] for k in others if any(word in TEXTS[k] for word in words)]


def test_each_type_of_business_has_texts_of_its_own() -> None:
    seen: set[int] = set()
    for code in range(len(CODES["business_type"])):
        found = set(text_codes(np.full(1000, code, dtype=np.int8), DRAWS).tolist())
        assert found
        assert not found & seen
        seen |= found
    assert seen == set(range(ASKS_APP.start))


@pytest.mark.parametrize("positions", [ASKS_APP, ASKS_WECHAT, AFTER_FAILURE])
def test_special_texts_stand_at_the_end(positions: range) -> None:
    assert len(positions) > 1
    assert positions.stop <= len(TEXTS)
