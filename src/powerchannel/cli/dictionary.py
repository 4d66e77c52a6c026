"""The data dictionary: every table and column of every domain, from the schemas."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping

from powerchannel.cli.console import Console
from powerchannel.cli.domain import Domain
from powerchannel.cli.domains import DOMAINS
from powerchannel.layout import aligned
from powerchannel.rulebook import load_rulebook
from powerchannel.tables import Column, Schema, Vocabulary
from powerchannel.text import Lang, Text

__all__ = ["dictionary"]

_KINDS = {
    "id": Text("编号", "id"),
    "code": Text("代码", "code"),
    "time": Text("时间", "time"),
    "text": Text("文本", "text"),
    "decimal": Text("小数", "decimal"),
    "date": Text("日期", "date"),
    "flag": Text("是否", "yes or no"),
}
_HEAD = Text("列 名称 类型 必填 说明 也可写作", "column title kind required meaning aliases")


def dictionary(options: argparse.Namespace, console: Console) -> int:
    """Write every table and column of every domain (数据字典)."""
    del options
    lines = [line for domain in DOMAINS for line in _domain_lines(domain, console.lang)]
    console.answer(lines, {domain.name: _domain_document(domain) for domain in DOMAINS})
    return 0


def _domain_lines(domain: Domain, lang: Lang) -> Iterator[str]:
    vocabularies = domain.vocabularies(load_rulebook(domain.rulebook))
    for schema in domain.schemas().values():
        yield f"{schema.name}  {schema.title.pick(lang)}：{schema.description.pick(lang)}"
        rows = [_column_row(column, lang) for column in schema.columns]
        yield aligned([_HEAD.pick(lang).split(), *rows])
        for column in schema.columns:
            words = _words_of(column, vocabularies)
            if words:
                listed = ", ".join(f"{code.code} {code.title.pick(lang)}" for code in words)
                yield f"{column.name}: {listed}"
        yield ""


def _column_row(column: Column, lang: Lang) -> tuple[str, ...]:
    shown = (column.name, column.title.pick(lang))
    aliases = dict.fromkeys(header for header in column.headers if header not in shown)
    required = Text("是", "yes") if column.is_required else Text("", "")
    return (
        *shown,
        " ".join(filter(None, (_KINDS[column.kind].pick(lang), column.unit))),
        required.pick(lang),
        column.description.pick(lang),
        ", ".join(aliases),
    )


def _domain_document(domain: Domain) -> list[dict[str, object]]:
    vocabularies = domain.vocabularies(load_rulebook(domain.rulebook))
    return [_schema_document(schema, vocabularies) for schema in domain.schemas().values()]


def _schema_document(schema: Schema, vocabularies: Mapping[str, Vocabulary]) -> dict[str, object]:
    return {
        "table": schema.name,
        "title": _both(schema.title),
        "description": _both(schema.description),
        "columns": [_column_document(column, vocabularies) for column in schema.columns],
    }


def _column_document(column: Column, vocabularies: Mapping[str, Vocabulary]) -> dict[str, object]:
    return {
        "name": column.name,
        "title": _both(column.title),
        "description": _both(column.description),
        "kind": column.kind,
        "unit": column.unit,
        "is_required": column.is_required,
        "aliases": list(column.aliases),
        "codes": {c.code: _both(c.title) for c in _words_of(column, vocabularies)},
    }


def _words_of(column: Column, vocabularies: Mapping[str, Vocabulary]) -> Vocabulary:
    return column.words(vocabularies) if column.kind == "code" else ()


def _both(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}
