"""Write the reference pages that follow from modules, schemas and rulebooks, before each build.

A column without a label or a meaning in both languages is a warning, and so a failed build.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import GenericAlias
from typing import TYPE_CHECKING

import attrs
from sphinx.util import logging

from powerchannel.billing.tariff import Component, Tariff, bundled_tariffs, load_tariff
from powerchannel.cli.domains import DOMAINS, Domain
from powerchannel.rulebook import (
    RulebookRecord,
    RuleEntry,
    bundled_rulebooks,
    digest,
    load_rulebook,
    rules,
)
from powerchannel.tables import Column, Schema, Vocabulary
from powerchannel.text import Text

if TYPE_CHECKING:
    from sphinx.application import Sphinx

logger = logging.getLogger(__name__)

TABLES = """\
# Tables and columns

The data dictionary (数据字典). `powerchannel dictionary` prints the same.
A header is recognised by the column's name, by either label, or by any word in the last column."""

GLOSSARY = """\
# Glossary

Every term that a table names (术语表).
"""

RULEBOOKS = """\
# Rulebooks

The bundled rulebooks (规则手册), rule by rule. `powerchannel rulebook show NAME` prints the same.
Where each reading comes from is told in [Sources](../../sources.md)."""


TARIFFS = """\
# Tariffs

The bundled tariffs (电价), number by number. They are examples of layouts, put together from public
bills and notices: what is **stated** is printed there, what is **assumed** is an example and no
one's price. Copy one and put in your own: [write a tariff](../../how-to/write-a-tariff.md)."""

STATUS_OF = {"billing": "billing-status.txt", "theft": "theft-status.txt"}
"""Domains whose rules stand with their status in `docs/sources.md`, which includes these files."""


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("builder-inited", write_pages)
    app.connect("autodoc-skip-member", skip_alias)
    return {"parallel_read_safe": True}


def skip_alias(
    _app: Sphinx, _what: str, _name: str, value: object, _skip: object, _options: object
) -> bool | None:
    """Leave out ``tuple[str, ...]`` and its like, which autodoc takes for functions."""
    return True if isinstance(value, GenericAlias) else None


def write_pages(app: Sphinx) -> None:
    folder = Path(app.srcdir, "reference", "generated")
    folder.joinpath("api").mkdir(parents=True, exist_ok=True)
    for name, lines in (
        ("tables.md", table_lines()),
        ("glossary.md", glossary_lines()),
        ("rulebooks.md", rulebook_lines()),
        ("tariffs.md", tariff_lines()),
        *((file, status_lines(domain)) for domain, file in STATUS_OF.items()),
        *((f"api/{module}.rst", module_lines(module)) for module in modules("powerchannel")),
    ):
        folder.joinpath(name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def modules(name: str) -> Iterator[str]:
    """Yield a module and all public ones within it."""
    yield name
    for child in children(name):
        yield from modules(child)


def children(name: str) -> list[str]:
    paths = getattr(import_module(name), "__path__", ())
    names = [found.name for found in iter_modules(paths) if not found.name.startswith("_")]
    return [f"{name}.{child}" for child in names]


def module_lines(name: str) -> Iterator[str]:
    yield from (name, "=" * len(name), "", f".. automodule:: {name}", "   :members:")
    if name.count(".") > 1:
        # A package is the address of the names it passes on, so its modules must not be.
        yield "   :no-index:"
    if children(name):
        yield from ("", ".. toctree::", "   :hidden:", "")
        yield from (f"   {child}" for child in children(name))


def table_lines() -> Iterator[str]:
    yield TABLES
    for domain in DOMAINS:
        words = domain.vocabularies(load_rulebook(domain.rulebook))
        for schema in domain.schemas().values():
            yield from schema_lines(schema, words)


def schema_lines(schema: Schema, words: Mapping[str, Vocabulary]) -> Iterator[str]:
    yield from ("", f"## `{schema.name}` {schema.title.zh}", "", both(schema.description), "")
    head = ("column", "label", "kind", "required", "meaning", "also accepted")
    yield from markdown_table(head, (column_row(schema, column) for column in schema.columns))
    for column in schema.columns:
        codes = column.words(words) if column.kind == "code" else ()
        if codes:
            yield from ("", f"Codes of `{schema.name}.{column.name}`:", "")
            rows = ((f"`{c.code}`", both(c.title), ", ".join(c.aliases)) for c in codes)
            yield from markdown_table(("code", "label", "also accepted"), rows)


def column_row(schema: Schema, column: Column) -> Sequence[str]:
    for text in (column.title, column.description):
        if not text.zh.strip() or not text.en.strip():
            logger.warning("%s.%s has no label or meaning", schema.name, column.name)
    required = "yes" if column.is_required else ""
    label, meaning = both(column.title), both(column.description)
    return f"`{column.name}`", label, column.kind, required, meaning, ", ".join(column.aliases)


def glossary_lines() -> Iterator[str]:
    yield from (
        "# Glossary",
        "",
        "Every term that a table or a bundled rulebook names (术语表).",
        "",
    )
    rows = sorted(
        {term for domain in DOMAINS for term in terms(domain)}, key=lambda row: row[1].lower()
    )
    yield from markdown_table(("中文", "English", "name", "where"), rows)


def terms(domain: Domain) -> Iterator[tuple[str, str, str, str]]:
    words = domain.vocabularies(load_rulebook(domain.rulebook))
    for schema in domain.schemas().values():
        yield schema.title.zh, schema.title.en, f"`{schema.name}`", "table"
        for column in schema.columns:
            yield column.title.zh, column.title.en, f"`{column.name}`", "column"
            for code in column.words(words) if column.kind == "code" else ():
                yield code.title.zh, code.title.en, f"`{code.code}`", f"code of `{column.name}`"


def rulebook_lines() -> Iterator[str]:
    yield RULEBOOKS
    for name in bundled_rulebooks().names():
        yield from document_lines(load_rulebook(name))


def document_lines(book: RulebookRecord) -> Iterator[str]:
    yield from ("", f"## `{book.name}` {book.title.zh}", "")
    yield from header_lines(book)
    for rule in rules(book):
        yield from rule_lines(rule)


def tariff_lines() -> Iterator[str]:
    yield TARIFFS
    for name in bundled_tariffs().names():
        tariff = load_tariff(name)
        yield from ("", f"## `{name}` {tariff.title.zh}", "")
        yield from header_lines(tariff)
        yield from catalogue_lines(tariff)
        yield from component_lines(tariff.components)
        for rule in rules(tariff):
            if not rule.id.startswith(("$", "components")):
                yield from rule_lines(rule)


def catalogue_lines(tariff: Tariff) -> Iterator[str]:
    origin, price = tariff.provenance, tariff.catalogue_price or tariff.catalogue_prices
    if price:
        funds = "included" if tariff.catalogue_includes_funds else "not included"
        yield f"- Catalogue price: {shown(price)} yuan/kWh, funds {funds}"
    if origin is not None:
        told = filter(None, (origin.clause, origin.quote, origin.note))
        yield f"- **{origin.status}**: {'; '.join(told)}"


def component_lines(components: Sequence[Component]) -> Iterator[str]:
    """Yield the components as one table, in which a price and its status stand side by side."""
    if not components:
        return
    yield from ("", "### `components`", "")
    head = ("code", "title", "group", "yuan/kWh", "status", "clause", "note")
    yield from markdown_table(head, map(component_row, components))


def component_row(component: Component) -> Sequence[str]:
    origin, price = component.provenance, component.prices or component.price
    told = "given from outside" if component.given else shown(price)
    return (
        f"`{component.code}`",
        "" if component.title is None else both(component.title),
        f"`{component.group}`",
        f"{told}, floats" if component.floats else told,
        origin.status,
        origin.clause,
        origin.note,
    )


def status_lines(domain: str) -> Iterator[str]:
    """Yield a row for each rule of a domain's rulebook: what it is, and where it comes from."""
    book = load_rulebook(next(d.rulebook for d in DOMAINS if d.name == domain))
    rows = (
        (
            f"`{rule.id}`",
            rule_word(rule),
            rule.provenance.status,
            rule.provenance.clause,
            rule.provenance.note,
        )
        for rule in rules(book)
    )
    yield from markdown_table(("rule", "of", "status", "clause", "note"), rows)


def rule_word(rule: RuleEntry) -> str:
    """Return what tells a rule of a list from its neighbours."""
    return next(
        (shown(rule.values[key]) for key in ("code", "standard", "title") if key in rule.values), ""
    )


def header_lines(book: RulebookRecord) -> Iterator[str]:
    start, end = book.effective_from, book.effective_to
    yield f"- Title: {both(book.title)}"
    yield f"- Kind: `{book.kind}`, schema version {book.schema_version}"
    yield f"- Source: {book.source}"
    yield f"- In force: {f'from {start} before {end}' if start or end else 'always'}"
    yield f"- Digest: `{digest(book)}`"


def rule_lines(rule: RuleEntry) -> Iterator[str]:
    origin = rule.provenance
    yield from ("", f"### `{rule.id}`", "", f"**{origin.status}**, {origin.clause}", "")
    if origin.quote:
        yield from (f"> {origin.quote}", "")
    if origin.note:
        yield from (origin.note, "")
    plain = {key: value for key, value in rule.values.items() if not is_records(value)}
    yield from (f"- `{key}`: {shown(value)}" for key, value in plain.items())
    for key, value in rule.values.items():
        if is_records(value):
            yield from ("", f"`{key}`:", "")
            head = [f"`{field.name}`" for field in attrs.fields(type(value[0]))]
            yield from markdown_table(head, ([*map(shown, fields_of(item))] for item in value))


def fields_of(record: attrs.AttrsInstance) -> Iterator[object]:
    return (getattr(record, field.name) for field in attrs.fields(type(record)))


def is_records(value: object) -> bool:
    return (
        isinstance(value, tuple)
        and bool(value)
        and attrs.has(type(value[0]))
        and not isinstance(value[0], Text)
    )


def shown(value: object) -> str:
    if value is None or value == ():
        return "-"
    if isinstance(value, Text):
        return both(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {shown(each)}" for key, each in value.items())
    if isinstance(value, tuple):
        return ", ".join(map(shown, value))
    return str(value)


def both(text: Text) -> str:
    return f"{text.zh} ({text.en})"


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"
