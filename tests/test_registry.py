from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from powerchannel.errors import UnknownNameError
from powerchannel.registry import DOMAINS, RULEBOOK_KINDS, Registry, did_you_mean, resolve
from powerchannel.text import Text

CHANNELS = Registry(Text("渠道", "channel"), {"hotline": 95598, "app": 2, "wechat": 3})


def test_a_name_gives_its_entry() -> None:
    assert CHANNELS.get("hotline") == 95598


def test_names_keep_their_order() -> None:
    assert CHANNELS.names() == ("hotline", "app", "wechat")


def test_an_unknown_name_is_told_the_nearest_and_all() -> None:
    with pytest.raises(UnknownNameError) as caught:
        CHANNELS.get("wechta")
    (problem,) = caught.value.problems
    assert problem.code == "unknown_name"
    assert problem.message.zh == (
        "没有名为“wechta”的渠道。是否想用 wechat？现有：hotline、app、wechat。"
    )
    assert problem.message.en == (
        "there is no channel 'wechta'; did you mean wechat? Known: hotline, app, wechat."
    )


def test_a_name_like_none_is_told_all() -> None:
    with pytest.raises(UnknownNameError, match=r"there is no channel 'zzz'\. Known: hotline"):
        CHANNELS.get("zzz")


def test_an_empty_registry_says_so() -> None:
    with pytest.raises(UnknownNameError, match=r"There are none\."):
        Registry[int](Text("渠道", "channel"), {}).get("app")


def test_a_long_list_of_names_is_cut() -> None:
    many = Registry(Text("渠道", "channel"), {f"c{i}": i for i in range(25)})
    with pytest.raises(UnknownNameError, match=r"c19 and 5 more\.") as caught:
        many.get("zzz")
    assert "等 25 个" in str(caught.value)
    assert "c20" not in str(caught.value)


def test_an_unknown_name_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        CHANNELS.get("")


def test_an_entry_is_added_to_a_new_registry() -> None:
    more = CHANNELS.with_entry("bank", 7)
    assert more.get("bank") == 7
    assert "bank" not in CHANNELS.names()


def test_a_registry_keeps_no_hold_on_the_mapping_given() -> None:
    entries = {"app": 1}
    registry = Registry(Text("渠道", "channel"), entries)
    entries["app"] = 2
    assert registry.get("app") == 1


def test_a_registry_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        CHANNELS.what = Text("别的", "other")  # type: ignore[misc]


@pytest.mark.parametrize(
    ("name", "near"),
    [("Wechat", ("wechat",)), ("hot line", ("hotline",)), ("xyz", ())],
)
def test_near_names(name: str, near: tuple[str, ...]) -> None:
    assert did_you_mean(name, CHANNELS.names()) == near


def test_near_names_in_chinese() -> None:
    assert did_you_mean("营业大厅", ["营业厅", "网上国网"]) == ("营业厅",)


@given(st.lists(st.text(max_size=8), unique_by=str.casefold), st.text(max_size=8))
def test_near_names_are_names(names: list[str], name: str) -> None:
    near = did_you_mean(name, names)
    assert len(near) <= 3
    assert set(near) <= set(names)


@given(st.lists(st.text(min_size=1, max_size=8), unique_by=str.casefold, min_size=1))
def test_a_name_is_nearest_to_itself(names: list[str]) -> None:
    assert did_you_mean(names[0], names)[0] == names[0]


def test_a_reference_gives_the_attribute() -> None:
    assert resolve("powerchannel.text:Text") is Text


def test_a_reference_without_attribute_gives_the_module() -> None:
    import powerchannel.text

    assert resolve("powerchannel.text") is powerchannel.text


def test_a_reference_to_no_module_is_named() -> None:
    with pytest.raises(UnknownNameError, match=r"there is no module 'powerchannel\.nowhere'"):
        resolve("powerchannel.nowhere:Rulebook")


def test_a_reference_to_no_attribute_is_told_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="did you mean Text"):
        resolve("powerchannel.text:Texts")


def test_an_import_that_fails_inside_the_module_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "vendor_domain.py").write_text("import no_such_package_at_all\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="no_such_package_at_all"):
        resolve("vendor_domain:Rulebook")


def test_what_is_registered_is_a_reference() -> None:
    assert DOMAINS.get("channel") == "powerchannel.channel"
    module, _, attribute = RULEBOOK_KINDS.get("channel").partition(":")
    assert module.startswith(DOMAINS.get("channel"))
    assert attribute.isidentifier()
