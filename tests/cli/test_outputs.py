from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd
import pytest

from powerchannel.cli.console import UsageError
from powerchannel.cli.outputs import check_outputs, write_all
from powerchannel.cli.own_verbs import OUT, PROBLEMS, FileOption
from powerchannel.errors import TableError
from powerchannel.text import Text

TABLE = pd.DataFrame({"a": [1]})
PAGE = FileOption("page", Text("页", "page"), texts=(".html",))


def options(**given: str | None) -> argparse.Namespace:
    found = dict.fromkeys(("out", "problems", "page")) | given
    return argparse.Namespace(outputs=(OUT, PROBLEMS, PAGE), **found)


def test_what_has_no_file_is_not_written(tmp_path):
    target = str(tmp_path / "out.csv")
    write_all({None: TABLE, target: TABLE})
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]
    assert Path(target).read_text() == "a\n1\n"


def test_a_table_that_cannot_be_written_leaves_nothing_of_the_others(tmp_path):
    (tmp_path / "old.csv").write_text("old")
    wrong = tmp_path / ("x" * 250 + ".csv")
    with pytest.raises(TableError) as caught:
        write_all({str(tmp_path / "old.csv"): TABLE, str(wrong): TABLE})
    assert caught.value.problems[0].where == wrong.name
    assert [path.name for path in tmp_path.iterdir()] == ["old.csv"]
    assert (tmp_path / "old.csv").read_text() == "old"


def test_what_is_no_table_writes_itself_whole_or_not_at_all(tmp_path):
    def half(file: Path) -> None:
        file.write_text("half")
        raise ValueError("no more")

    with pytest.raises(ValueError, match="no more"):
        write_all({str(tmp_path / "t.csv"): TABLE, str(tmp_path / "p.html"): half})
    assert list(tmp_path.iterdir()) == []
    write_all({str(tmp_path / "p.html"): lambda file: file.write_text("whole") and None})
    assert (tmp_path / "p.html").read_text() == "whole"


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real.csv").write_text("old")
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    write_all({str(tmp_path / "link.csv"): TABLE})
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").read_text() == "a\n1\n"


def test_an_output_is_no_input_and_stands_once(tmp_path):
    file = tmp_path / "a.csv"
    with pytest.raises(UsageError, match=r"a\.csv"):
        check_outputs(options(out=str(file)), [file])
    with pytest.raises(UsageError, match=r"a\.csv"):
        check_outputs(options(out=str(file), problems=str(tmp_path / "." / "a.csv")), [])
    check_outputs(options(out=str(file)), [tmp_path / "b.csv"])


def test_each_output_has_the_extensions_of_its_own(tmp_path):
    check_outputs(options(page=str(tmp_path / "p.html")), [])
    check_outputs(options(page=str(tmp_path / "p.csv")), [])
    for wrong in ({"out": "p.html"}, {"page": "p.pdf"}):
        (name,) = wrong.values()
        with pytest.raises(TableError) as caught:
            check_outputs(options(**{key: str(tmp_path / name) for key in wrong}), [])
        assert caught.value.problems[0].code == "unknown_extension"
        assert (".html" in str(caught.value).replace(name, "")) == ("page" in wrong)
