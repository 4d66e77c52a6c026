from __future__ import annotations

import importlib.metadata
import sys

import pytest

import powerchannel
from powerchannel import versions
from powerchannel._kernels.loops import loops
from powerchannel.versions import show_versions


def test_says_what_runs_and_on_what() -> None:
    found = versions.versions()
    assert found["powerchannel"] == importlib.metadata.version("powerchannel")
    assert found["python"] == ".".join(map(str, sys.version_info[:3]))
    assert found["scoring"] == loops().name
    assert found["platform"]


@pytest.mark.parametrize("name", ["numpy", "pandas", "attrs", "cattrs", "narwhals", "scikit-learn"])
def test_every_dependency_is_there_with_its_version(name: str) -> None:
    assert versions.versions()[name] == importlib.metadata.version(name)


def test_names_are_bare() -> None:
    assert all(name.replace("-", "").replace("_", "").isalnum() for name in versions.versions())


def test_what_is_not_installed_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        if name == "narwhals":
            raise importlib.metadata.PackageNotFoundError(name)
        return "1.0"

    monkeypatch.setattr(versions, "version", version)
    found = versions.versions()
    assert "narwhals" not in found
    assert found["numpy"] == "1.0"


def test_prints_one_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    show_versions()
    printed = dict(line.split(None, 1) for line in capsys.readouterr().out.splitlines())
    assert printed == versions.versions()


def test_is_offered_at_the_top() -> None:
    assert powerchannel.show_versions is show_versions
