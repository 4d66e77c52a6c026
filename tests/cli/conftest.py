"""What the tests of the command share."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from powerchannel.cli import main

CONTACTS = """客户编号,渠道,办理时间
0017,网上国网,2022-02-11
0017,掌上电力,2022-03-02
0017,营业厅,2022-03-05
0100,95598,2022-03-06 08:00
"""


@pytest.fixture
def run(capsys, tmp_path, monkeypatch) -> Callable[..., tuple[int, str, str]]:
    """Run the command in a folder of its own; gives exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)

    def command(words: str, *more: str) -> tuple[int, str, str]:
        code = main([*words.split(), *more])
        out, err = capsys.readouterr()
        return code, out, err

    return command


@pytest.fixture
def write(tmp_path) -> Callable[..., None]:
    """Write a file into the folder; by default good contacts."""

    def file(text: str = CONTACTS, name: str = "contacts.csv", encoding: str = "utf-8") -> None:
        (tmp_path / name).write_bytes(text.encode(encoding))

    return file


@pytest.fixture
def dirty() -> str:
    """Contacts of which lines 6 and 7 are rejected."""
    return CONTACTS + "0200,快手,2022-03-01\n,网上国网,2022-03-01\n"
