"""A page that an inspector prints and takes along: one block a customer (打印页)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from html import escape

from powerchannel.text import Lang, Text
from powerchannel.theft.tables.words import FINDINGS, PHASES
from powerchannel.theft.worklist.records import Observation, Record
from powerchannel.theft.worklist.wording import CHOSEN_BY, STATUSES
from powerchannel.theft.worklist.writing import cause_title

__all__ = ["page"]

_STYLE = """
body { font: 14px/1.45 "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; margin: 1.5em; }
h1 { font-size: 1.4em; }
section { border: 1px solid #444; margin: 0 0 1em; padding: .6em .9em; break-inside: avoid; }
h2 { font-size: 1.1em; margin: 0 0 .3em; }
table { border-collapse: collapse; width: 100%; margin: .4em 0; }
th, td { border: 1px solid #999; padding: .15em .4em; text-align: left; vertical-align: top; }
ul { margin: .3em 0; padding-left: 1.3em; }
.box { margin-right: 1.2em; white-space: nowrap; }
.line { border-bottom: 1px solid #444; display: inline-block; min-width: 9em; }
""".strip()
"""Nothing is fetched: the page looks the same without a network."""

_TITLE = Text("用电检查清单", "Inspection list")
_TOTAL = Text(
    "{visits} 户（随机抽查 {random} 户），{hours} 小时；预计可追补 {kwh} 千瓦时",
    "{visits} customers ({random} at random), {hours} h; {kwh} kWh expected",
)
_LINES: Mapping[str, Text] = {
    "area": Text(
        "台区 {area}　线路 {feeder}　行业 {industry}",
        "Area {area}, feeder {feeder}, {industry}",
    ),
    "why": Text(
        "判断原因：{cause}；可信度 {confidence}（{points} 分）；{chosen}",
        "Cause: {cause}; confidence {confidence} ({points} points); chosen {chosen}",
    ),
    "energy": Text(
        "少计 {lost} 千瓦时（{low} 至 {high}）；预计追补 {expected} 千瓦时，{yuan} 元；"
        "用时 {hours} 小时",
        "Not recorded: {lost} kWh ({low} to {high}); expected: {expected} kWh, {yuan} yuan; "
        "{hours} h",
    ),
    "nothing": Text("没有规则触发", "No rule fired"),
    "checks": Text("现场核查", "To check on site"),
    "finding": Text("检查结论", "Finding"),
    "lasts": Text("{start} 起，仍在持续", "since {start}, still lasting"),
    "over": Text("{start} 至 {end}", "{start} to {end}"),
}
_HEADS = (
    Text("规则", "Rule"),
    Text("相别", "Phase"),
    Text("起止", "Window"),
    Text("实测与门限", "Measured and threshold"),
    Text("次数", "Times"),
    Text("依据", "Source"),
)
_TO_FILL = (
    Text("检查日期", "Date"),
    Text("结论编号", "Finding number"),
    Text("示数", "Reading"),
    Text("检查人", "Inspector"),
)
_PHASES = {code.code: code.title for code in PHASES}
_BOX = "☐"
_NOTHING = "—"


def page(records: Sequence[Record], summary: Mapping[str, float], lang: Lang) -> str:
    """Return a page of HTML that needs nothing else (生成打印页).

    Parameters
    ----------
    records : sequence of Record
        The customers, in order.
    summary : mapping of str to float
        From `Worklist.summary`.
    lang : {"zh", "en"}
        The language.
    """
    title = _TITLE.pick(lang)
    total = _TOTAL.fill(
        visits=int(summary["visits"]),
        random=int(summary["random_visits"]),
        hours=_number(summary["hours"], 1),
        kwh=_number(summary["expected_kwh"], 0),
    ).pick(lang)
    blocks = "\n".join("\n".join(_block(record, lang)) for record in records)
    return (
        f'<!DOCTYPE html>\n<html lang="{"zh-CN" if lang == "zh" else "en"}">\n<head>\n'
        f'<meta charset="utf-8">\n<title>{title}</title>\n<style>\n{_STYLE}\n</style>\n</head>\n'
        f"<body>\n<h1>{title}</h1>\n<p>{escape(total)}</p>\n{blocks}\n</body>\n</html>\n"
    )


def _block(record: Record, lang: Lang) -> Iterator[str]:
    yield f"<section>\n<h2>{record.rank}. {escape(record.customer_id)}</h2>"
    for line in _facts(record):
        yield f"<p>{escape(line.pick(lang))}</p>"
    yield from _observed(record.observations, lang)
    yield f"<b>{_LINES['checks'].pick(lang)}</b>\n<ul>"
    yield from (f"<li>{_BOX} {escape(check.pick(lang))}</li>" for check in record.checks)
    yield "</ul>"
    yield f"<p><b>{_LINES['finding'].pick(lang)}</b> " + "".join(
        f'<span class="box">{_BOX} {escape(finding.title.pick(lang))}</span>'
        for finding in FINDINGS
    )
    yield "</p>\n<p>" + "".join(
        f'{name.pick(lang)} <span class="line">&nbsp;</span> ' for name in _TO_FILL
    )
    yield "</p>\n</section>"


def _facts(record: Record) -> Iterator[Text]:
    yield _LINES["area"].fill(
        area=record.area_id or _NOTHING,
        feeder=record.feeder_id or _NOTHING,
        industry=record.industry or _NOTHING,
    )
    yield _LINES["why"].fill(
        cause=Text(cause_title(record.cause, "zh"), cause_title(record.cause, "en")),
        confidence=_percent(record.confidence),
        points=_number(record.score_points, 0),
        chosen=CHOSEN_BY[record.chosen_by],
    )
    yield _LINES["energy"].fill(
        lost=_number(record.lost_kwh, 0),
        low=_number(record.lost_kwh_low, 0),
        high=_number(record.lost_kwh_high, 0),
        expected=_number(record.expected_kwh, 0),
        yuan=_number(record.expected_yuan, 0),
        hours=_number(record.hours, 1),
    )


def _observed(observations: Sequence[Observation], lang: Lang) -> Iterator[str]:
    if not observations:
        yield f"<p>{_LINES['nothing'].pick(lang)}</p>"
        return
    yield "<table>\n<tr>" + "".join(f"<th>{head.pick(lang)}</th>" for head in _HEADS) + "</tr>"
    for seen in observations:
        cells = (
            seen.title.pick(lang),
            _PHASES[seen.phase].pick(lang) if seen.phase in _PHASES else seen.phase or _NOTHING,
            _window(seen, lang),
            seen.evidence or _NOTHING,
            str(seen.episodes),
            _source(seen, lang),
        )
        yield "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"
    yield "</table>"


def _source(seen: Observation, lang: Lang) -> str:
    if not seen.clause:
        return _NOTHING
    status = STATUSES[seen.status].pick(lang)
    return f"{seen.clause}（{status}）" if lang == "zh" else f"{seen.clause} ({status})"


def _window(seen: Observation, lang: Lang) -> str:
    line = _LINES["lasts" if seen.ended_at is None else "over"]
    return line.fill(start=_stamp(seen.started_at), end=_stamp(seen.ended_at)).pick(lang)


def _stamp(at: datetime | None) -> str:
    return _NOTHING if at is None else at.strftime("%Y-%m-%d %H:%M")


def _number(value: float, decimals: int) -> str:
    return f"{value:,.{decimals}f}" if math.isfinite(value) else _NOTHING


def _percent(share: float) -> str:
    return f"{share:.0%}" if math.isfinite(share) else _NOTHING
