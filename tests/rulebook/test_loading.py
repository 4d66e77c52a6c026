"""Rulebooks by name, by file and by text."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import ClassVar, Literal

import pytest
from attrs import frozen

import powerchannel
from powerchannel.errors import RulebookError, UnknownNameError
from powerchannel.registry import Registry
from powerchannel.rulebook import bundled_rulebooks, load_rulebook, loads
from powerchannel.text import Text

NOT_A_CLASS = "text"
KINDS = Registry(
    Text("规则集类别", "kind of rulebook"),
    {"tiny": f"{__name__}:Tiny", "broken": f"{__name__}:Gone", "odd": f"{__name__}:NOT_A_CLASS"},
)
TEXT = 'kind = "tiny"\nschema_version = 1\nname = "冀"\nfactor = 1.1\n'


@frozen(kw_only=True)
class Tiny:
    SCHEMA_VERSION: ClassVar[int] = 1

    kind: Literal["tiny"]
    schema_version: int
    name: str
    factor: Decimal


TINY = Tiny(kind="tiny", schema_version=1, name="冀", factor=Decimal("1.1"))


def failure(text: str, **options: str) -> RulebookError:
    with pytest.raises(RulebookError) as caught:
        loads(text, format="toml", kinds=KINDS, **options)
    return caught.value


@pytest.fixture
def domains(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry[str]:
    for name, files in {"pc_one": ["b", "a"], "pc_two": ["c"], "pc_none": []}.items():
        folder = tmp_path / name / "rulebooks"
        folder.mkdir(parents=True)
        (tmp_path / name / "__init__.py").touch()
        for file in files:
            (folder / f"{file}.toml").write_text(TEXT, encoding="utf-8")
    (tmp_path / "pc_none" / "rulebooks").rmdir()
    (tmp_path / "pc_one" / "rulebooks" / "notes.txt").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    names = ("pc_one", "pc_none", "pc_two")
    return Registry(Text("领域", "domain"), {name: name for name in names})


def test_the_kind_chooses_the_class() -> None:
    assert loads(TEXT, format="toml", kinds=KINDS) == TINY
    json = '{"kind":"tiny","schema_version":1,"name":"冀","factor":1.1}'
    assert loads(json, format="json", kinds=KINDS) == TINY


def test_an_unknown_kind_lists_those_there_are() -> None:
    error = failure('kind = "tinny"')
    assert error.problems[0].where == "$.kind"
    assert "tiny" in error.render("en")


@pytest.mark.parametrize("text", ["", "kind = 3"])
def test_a_kind_there_must_be(text: str) -> None:
    error = failure(text)
    assert [(each.code, each.where) for each in error.problems] == [("no_kind", "$.kind")]
    assert "tiny" in error.render("zh")


def test_a_kind_whose_class_is_not_installed_says_so() -> None:
    assert "Gone" in str(failure('kind = "broken"'))


def test_a_kind_that_is_no_class_is_a_fault_of_the_program() -> None:
    with pytest.raises(TypeError, match="NOT_A_CLASS"):
        loads('kind = "odd"', format="toml", kinds=KINDS)


def test_problems_stand_below_the_root_that_was_given() -> None:
    error = failure(TEXT.replace("1.1", '"1,1"'), where="book $")
    assert [each.where for each in error.problems] == ["book $.factor"]


@pytest.mark.parametrize("suffix", [".toml", ".TOML"])
def test_a_path_is_known_by_its_suffix(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"规则{suffix}"
    path.write_text(TEXT, encoding="utf-8")
    assert load_rulebook(path, kinds=KINDS) == TINY
    assert load_rulebook(str(path), kinds=KINDS) == TINY


def test_a_file_of_json_is_read_as_json(tmp_path: Path) -> None:
    path = tmp_path / "book.json"
    path.write_text('{"kind":"tiny","schema_version":1,"name":"冀","factor":1.1}', "utf-8")
    assert load_rulebook(path, kinds=KINDS) == TINY


def test_the_byte_order_mark_of_a_windows_editor_is_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "book.toml"
    path.write_text(TEXT, encoding="utf-8-sig")
    assert load_rulebook(path, kinds=KINDS) == TINY


def test_problems_of_a_file_name_the_file(tmp_path: Path) -> None:
    path = tmp_path / "book.toml"
    path.write_text(TEXT + "colour = 1\n", encoding="utf-8")
    with pytest.raises(RulebookError) as caught:
        load_rulebook(path, kinds=KINDS)
    assert caught.value.problems[0].where == "book.toml $.colour"


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "book.toml"
    path.write_bytes(TEXT.encode("gb18030"))
    with pytest.raises(RulebookError, match="save the file as UTF-8"):
        load_rulebook(path, kinds=KINDS)


def test_a_missing_file_offers_the_bundled_ones(tmp_path: Path, domains: Registry[str]) -> None:
    with pytest.raises(RulebookError) as caught:
        load_rulebook(tmp_path / "none.toml", kinds=KINDS, bundled=bundled_rulebooks(domains))
    problem = caught.value.problems[0]
    assert (problem.code, problem.where) == ("unreadable_file", str(tmp_path / "none.toml"))
    assert "a, b, c" in problem.message.zh
    assert "a, b, c" in problem.message.en


def test_a_folder_is_no_file(tmp_path: Path, domains: Registry[str]) -> None:
    folder = tmp_path / "folder.toml"
    folder.mkdir()
    with pytest.raises(RulebookError, match="cannot read"):
        load_rulebook(folder, kinds=KINDS, bundled=bundled_rulebooks(domains))


def test_bundled_rulebooks_are_found_in_every_domain(domains: Registry[str]) -> None:
    assert bundled_rulebooks(domains).names() == ("a", "b", "c")
    assert load_rulebook("c", kinds=KINDS, bundled=bundled_rulebooks(domains)) == TINY


def test_an_unknown_name_lists_those_there_are(domains: Registry[str]) -> None:
    with pytest.raises(UnknownNameError) as caught:
        load_rulebook("hebei", kinds=KINDS, bundled=bundled_rulebooks(domains))
    assert "a、b、c" in caught.value.render("zh")
    assert "a, b, c" in caught.value.render("en")


def test_the_bundled_rulebooks_of_the_library_load_under_their_names() -> None:
    names = bundled_rulebooks().names()
    files = Path(powerchannel.__file__).parent.glob("*/rulebooks/*.toml")
    assert sorted(names) == sorted(file.stem for file in files)
    assert "hebei-2022" in names
    assert [load_rulebook(name).name for name in names] == list(names)


def test_no_domain_is_imported_before_a_rulebook_is_asked_for() -> None:
    code = "import sys, powerchannel.rulebook; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "powerchannel.rulebook" in loaded
    assert not loaded & {"powerchannel.channel", "pandas", "numpy"}
