"""From files to the list in the inspector's hand: theft worklist."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast

from powerchannel.cli.console import Console
from powerchannel.cli.job import Job, given_files
from powerchannel.cli.outputs import Content, Lists, Written, write_all
from powerchannel.text import Text

if TYPE_CHECKING:
    from powerchannel.theft import Result, Worklist

__all__ = ["worklist"]


def worklist(options: argparse.Namespace, console: Console) -> int:
    """Make the list of customers to inspect and write it, whole or not at all (编制检查清单)."""
    from powerchannel import theft

    lists = Lists.of(options, given_files(options))
    with console.steps(lists.count + 3) as steps:
        job = Job.of(options, steps)
        checked = job.check()
        with steps.step("计算", "computing"):
            result = cast("Result", job.domain.score(checked.tables, job.rulebook, options.as_of))
            found = theft.worklist(
                result,
                options.crew_hours,
                hours_per_visit=options.hours_per_visit,
                travel_hours=options.travel_hours,
                price_yuan_per_kwh=options.price,
                random_share=options.random_share,
                seed=options.seed,
                lang=console.lang,
            )
            contents = _contents(options, result, found)
        with steps.step("写出", "writing"):
            write_all({**lists.contents(checked), **contents})
    written = Written(
        out=options.out,
        rows=len(found),
        origin=result.origin,
        is_empty=not len(found) and not (found.customers["expected_kwh"] > 0).any(),
    )
    console.report(
        [*checked.lines(console), _told(found).pick(console.lang), *written.lines(console)],
        {
            **checked.document(),
            "seed": found.seed,
            "summary": {n: None if v != v else v for n, v in found.summary.items()},
            **written.document(),
        },
    )
    return 0


def _contents(
    options: argparse.Namespace, result: Result, found: Worklist
) -> Mapping[str | None, Content]:
    from powerchannel.theft import distribution

    tables: dict[str | None, Content] = {options.propensities: found.propensities}
    if options.distribution is not None:
        tables[options.distribution] = distribution(result, options.by, lang=found.lang)
    if options.flag_rates is not None:
        tables[options.flag_rates] = found.flag_rates(options.flag_rates_by)
    return {**tables, options.out: _in_form(found, options.out)}


def _in_form(found: Worklist, out: str) -> Content:
    """Return the list in the form of its file: text for people, else the table."""
    forms: Mapping[str, Callable[[], str]] = {
        ".csv": found.to_csv,
        ".json": found.to_json,
        ".html": found.to_html,
    }
    form = forms.get(Path(out).suffix.lower())
    return found.table if form is None else _text(form())


def _text(text: str) -> Callable[[Path], None]:
    """Return what writes text; a CSV file with Chinese in it is marked for spreadsheets."""

    def write(file: Path) -> None:
        is_marked = file.suffix.lower() == ".csv" and not text.isascii()
        file.write_bytes(text.encode("utf-8-sig" if is_marked else "utf-8"))

    return write


def _told(found: Worklist) -> Text:
    summary = found.summary
    return _TOLD.fill(
        visits=f"{len(found):,}",
        random=f"{summary['random_visits']:,.0f}",
        hours=f"{found.hours:,.1f}",
        crew=f"{found.crew.hours:,.1f}",
        kwh=f"{summary['expected_kwh']:,.0f}",
        bound=f"{found.bound_kwh:,.0f}",
        seed=found.seed,
    )


_TOLD = Text(
    "{visits} 户，其中随机抽查 {random} 户；用时 {hours} 小时，共有 {crew} 小时；"
    "预计可追补 {kwh} 千瓦时，上限 {bound}；随机种子 {seed}",
    "{visits} customers, {random} of them at random; {hours} of {crew} hours; {kwh} kWh expected, "
    "at most {bound}; seed {seed}",
)
