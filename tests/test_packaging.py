from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import metadata
from importlib.resources import files
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "powerchannel"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
NOT_BY_HAND = {".git", ".hypothesis", ".venv", "__pycache__", "_build", "build", "generated"}
# In two parts, so that this file does not name them either.
REGISTRIES = [
    ".".join(host)
    for host in (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("debian", "org"))
]


def written_files() -> Iterator[tuple[str, str]]:
    for path in sorted(ROOT.rglob("*")):
        parts = path.relative_to(ROOT).parts
        if not path.is_file() or NOT_BY_HAND.intersection(parts):
            continue
        if any(part.endswith((".egg-info", "_cache")) for part in parts):
            continue
        try:
            yield "/".join(parts), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:  # a GB18030 or binary sample
            continue


def modules() -> list[str]:
    """Every module but those that are part of another (``_stamps.py``) or only a name."""
    return sorted(
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        if not path.name.startswith("_")
    )


def has_test_file(path: Path) -> bool:
    """Its own, or that of the package it is a part of (``testing/case.py``: ``test_testing.py``).

    The parts of a command line and of a file reader are tested through their door: what a user
    types, and the file that is read.
    """
    own = path.with_name(f"test_{path.name}")
    of_package = path.parent.with_name(f"test_{path.parent.name}.py")
    through_door = path.parent.name in ("cli", "files") and (ROOT / path.parent).is_dir()
    return (ROOT / own).is_file() or (ROOT / of_package).is_file() or through_door


def test_one_version_everywhere() -> None:
    version = PROJECT["project"]["version"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## \[([^\]]+)\]", changelog, re.MULTILINE)
    assert newest is not None
    assert newest[1] == version
    assert metadata("powerchannel")["Version"] == version
    assert "dynamic" not in PROJECT["project"]


def test_every_dependency_names_its_oldest_version() -> None:
    for need in PROJECT["project"]["dependencies"]:
        assert re.fullmatch(r"[a-z0-9-]+>=[0-9.]+", need), need


def test_every_module_has_a_test_file() -> None:
    assert [module for module in modules() if not has_test_file(Path("tests", module))] == []


def test_every_data_file_is_packaged() -> None:
    suffixes = {path.suffix for path in SOURCE.rglob("*") if path.is_file()} - {".py", ".pyc"}
    packaged = {
        Path(name).suffix for name in PROJECT["tool"]["setuptools"]["package-data"]["powerchannel"]
    }
    assert suffixes - {"", ".c", ".h", ".so"} <= packaged
    assert files("powerchannel").joinpath("py.typed").is_file()
    assert files("powerchannel").joinpath("channel/rulebooks/hebei-2022.toml").is_file()


def test_the_licence_is_there_in_full() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text
    assert PROJECT["project"]["license"] in ("Apache-2.0", {"text": "Apache-2.0"})


def test_no_file_names_a_registry_host_or_a_path_of_one_machine() -> None:
    hosts = re.compile("|".join(map(re.escape, REGISTRIES)))
    homes = re.compile(r"(?<![\w./~-])/(?:home|root|Users)/\w")
    found = [name for name, text in written_files() if hosts.search(text) or homes.search(text)]
    assert found == []
