from __future__ import annotations

import importlib.metadata
import subprocess
import sys

import pytest

import powerchannel

HEAVY = ("numpy", "pandas", "scipy", "sklearn", "pyarrow", "polars", "narwhals")


def modules_after(code: str) -> set[str]:
    script = f"{code}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_the_import_loads_nothing_heavy() -> None:
    loaded = modules_after("import powerchannel")
    assert "powerchannel" in loaded
    assert loaded.isdisjoint(HEAVY)


def test_nor_does_asking_for_the_errors() -> None:
    loaded = modules_after("import powerchannel; powerchannel.errors.TableError")
    assert "powerchannel.errors" in loaded
    assert loaded.isdisjoint(HEAVY)


def test_a_domain_is_loaded_when_it_is_first_used_and_without_scikit_learn() -> None:
    loaded = modules_after("import powerchannel; powerchannel.channel.check")
    assert {"powerchannel.channel", "numpy", "pandas"} <= loaded
    assert "sklearn" not in loaded


def test_listing_the_names_loads_nothing() -> None:
    loaded = modules_after("import powerchannel; dir(powerchannel); powerchannel.__version__")
    assert loaded.isdisjoint(HEAVY)


@pytest.mark.parametrize("name", powerchannel.__all__)
def test_every_name_offered_is_there(name: str) -> None:
    assert name in dir(powerchannel)
    assert getattr(powerchannel, name) is not None


def test_the_version_is_that_of_the_distribution() -> None:
    assert powerchannel.__version__ == importlib.metadata.version("powerchannel")


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'powerchannel' has no attribute 'chanel'"):
        powerchannel.chanel  # noqa: B018
    with pytest.raises(ImportError, match="chanel"):
        from powerchannel import chanel  # noqa: F401
