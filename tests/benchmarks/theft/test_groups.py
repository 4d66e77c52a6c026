"""Groups of areas in files, and the peers' small inputs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.theft import groups
from benchmarks.theft.answers import COMPARED, near
from benchmarks.theft.groups import AS_OF, Customers
from benchmarks.theft.readings import Fleet
from benchmarks.theft.with_polars import voltage_losses
from powerchannel import theft
from powerchannel.theft.consumption import FEATURES


def test_a_group_comes_back_from_its_file_and_is_made_once(tmp_path: Path) -> None:
    customers = Customers(customers=300, days=26)
    files = customers.files(tmp_path)
    assert files.group(0) == files.group(1) == customers.drawn(0)
    assert len(files.group(0)) == 300
    assert len(files.group(0).areas) == 3
    first = files.drawn[0].stat().st_mtime_ns
    assert customers.files(tmp_path) == files
    assert files.drawn[0].stat().st_mtime_ns == first


def test_many_groups_are_some_that_are_used_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(groups, "_GROUP", 100)
    files = Customers(customers=600, days=14).files(tmp_path)
    assert (files.customers.groups, len(files.drawn)) == (6, 4)
    assert files.group(0) == files.group(4) != files.group(1)


def test_thieves_are_where_they_are_planted(tmp_path: Path) -> None:
    files = Customers(customers=300, days=62, stolen=1.0).files(tmp_path)
    inputs = theft.evaluate(files.group(0), files.rulebook(), as_of=AS_OF).inputs
    use = inputs.energy_kwh
    fallen = np.nanmean(use[:, 31:], axis=1) / np.nanmean(use[:, :31], axis=1)
    assert inputs.customers.take(fallen < 0.5).to_text().tolist() == [
        f"{number:013d}" for number in (0, 100, 200)
    ]


def test_the_query_finds_something_and_features_are_known() -> None:
    fleet = Fleet(meters=6, readings=96, minutes=15, faulty=0.5)
    assert len(voltage_losses(fleet)()()["episodes"]) > 0
    assert set(COMPARED) < set(FEATURES)
    assert near(np.array([1.0, np.nan])).values.tolist() == [1.0, -1e6]
