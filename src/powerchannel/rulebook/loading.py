"""Rulebooks by name, by file and by text."""

from __future__ import annotations

import os
from collections.abc import Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import cast

from powerchannel.errors import Problem, RulebookError, UnknownNameError
from powerchannel.registry import DOMAINS, RULEBOOK_KINDS, Registry, resolve
from powerchannel.rulebook.parsing import Format, parse
from powerchannel.rulebook.reading import structure
from powerchannel.rulebook.records import RulebookRecord
from powerchannel.rulebook.shapes import join, within
from powerchannel.text import Text

__all__ = ["bundled_documents", "bundled_rulebooks", "load_rulebook", "loads"]

_SUFFIXES: Mapping[str, Format] = {".toml": "toml", ".json": "json"}


def load_rulebook(
    name_or_path: str | os.PathLike[str],
    *,
    kinds: Registry[str] | None = None,
    bundled: Registry[Traversable] | None = None,
) -> RulebookRecord:
    """Load a rulebook that comes with the library, or one from a file (载入规则集).

    Parameters
    ----------
    name_or_path : str or path
        A bundled name such as ``"hebei-2022"``, or a path that ends in ``.toml`` or ``.json``.
        Files are read as UTF-8.
    kinds : Registry of str, optional
        References of the record classes by kind; `powerchannel.registry.RULEBOOK_KINDS` by
        default.
    bundled : Registry of Traversable, optional
        The documents that go by a name; `bundled_rulebooks` by default.

    Returns
    -------
    RulebookRecord
        The record of the rulebook's kind.

    Raises
    ------
    UnknownNameError
        When no bundled rulebook has this name; says which there are.
    RulebookError
        When the file cannot be read, or what stands in it is not valid, with every problem.

    Examples
    --------
    >>> load_rulebook("hebei-2022").kind
    'channel'
    """
    name, known = os.fspath(name_or_path), bundled_rulebooks() if bundled is None else bundled
    path = Path(name)
    if path.suffix.lower() in _SUFFIXES:
        text, syntax = _file_text(path, known), _SUFFIXES[path.suffix.lower()]
        return loads(text, format=syntax, where=f"{path.name} $", kinds=kinds)
    text = known.get(name).read_text(encoding="utf-8")
    return loads(text, format="toml", where=f"{name}.toml $", kinds=kinds)


def loads(
    text: str,
    *,
    format: Format,  # noqa: A002
    where: str = "$",
    kinds: Registry[str] | None = None,
) -> RulebookRecord:
    """Read a rulebook from text (由文本读取规则集).

    Parameters
    ----------
    text : str
        TOML or JSON.
    format : {"toml", "json"}
        Which of the two.
    where : str
        The path of the document, put before the path of each problem.
    kinds : Registry of str, optional
        References of the record classes by kind; `powerchannel.registry.RULEBOOK_KINDS` by
        default.

    Returns
    -------
    RulebookRecord
        The record of the class that the key ``kind`` names.

    Raises
    ------
    RulebookError
        With every problem of the document.

    Examples
    --------
    >>> try:
    ...     loads('kind = "chanel"', format="toml")
    ... except RulebookError as error:
    ...     print(error.problems[0].where)
    $.kind
    """
    document = parse(text, format, where)
    cls = _record_class(document, where, RULEBOOK_KINDS if kinds is None else kinds)
    return cast(RulebookRecord, structure(cls, document, where=where))


def _record_class(document: Mapping[str, object], where: str, kinds: Registry[str]) -> type:
    here, kind = join(where, "kind"), document.get("kind")
    if not isinstance(kind, str):
        words = Text("应为规则集类别：{names}", "the kind of rulebook is expected: {names}")
        message = words.fill(names=", ".join(kinds.names()))
        raise RulebookError([Problem(code="no_kind", where=here, message=message)])
    try:
        cls = resolve(kinds.get(kind))
    except UnknownNameError as error:
        raise RulebookError(within(error, here)) from error
    if not isinstance(cls, type):
        raise TypeError(f"{kinds.get(kind)} 不是类 / is not a class")
    return cls


def bundled_rulebooks(domains: Registry[str] | None = None) -> Registry[Traversable]:
    """Return the rulebooks that come with the library, by name (内置规则集).

    Parameters
    ----------
    domains : Registry of str, optional
        The packages whose folder ``rulebooks`` is looked through;
        `powerchannel.registry.DOMAINS` by default.

    Returns
    -------
    Registry of Traversable
        The files, by their name without ``.toml``.

    Examples
    --------
    >>> "hebei-2022" in bundled_rulebooks().names()
    True
    """
    known, found = DOMAINS if domains is None else domains, {}
    for name in known.names():
        found.update(bundled_documents(known.get(name), "rulebooks"))
    return Registry(Text("规则集", "rulebook"), found)


def bundled_documents(package: str, folder: str) -> dict[str, Traversable]:
    """Return the TOML documents in a folder of a package, by name (包内文档).

    Parameters
    ----------
    package : str
        Such as ``"powerchannel.billing"``.
    folder : str
        The folder in it; one that is not there holds none.

    Returns
    -------
    dict of str to Traversable
        The files by their name without ``.toml``, in the order of names.
    """
    place = resources.files(package) / folder
    files = place.iterdir() if place.is_dir() else iter(())
    found = {f.name.removesuffix(".toml"): f for f in files if f.name.endswith(".toml")}
    return dict(sorted(found.items()))


def _file_text(path: Path, bundled: Registry[Traversable]) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise RulebookError.of(
            "not_utf8",
            str(path),
            f"第 {error.start} 字节起不是 UTF-8；请另存为 UTF-8",
            f"byte {error.start} is not UTF-8; save the file as UTF-8",
        ) from error
    except OSError as error:
        names = ", ".join(bundled.names()) or "—"
        raise RulebookError.of(
            "unreadable_file",
            str(path),
            f"读不到此文件（{error.strerror}）；请检查路径，或用内置规则集：{names}",
            f"cannot read this file ({error.strerror}); correct the path, "
            f"or name a bundled rulebook: {names}",
        ) from error
