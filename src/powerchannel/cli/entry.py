"""The entry point: parse, run one verb, turn what goes wrong into an exit code."""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import sys
from collections.abc import Callable, Sequence
from typing import TypeAlias

from powerchannel.cli.console import Console, UsageError
from powerchannel.cli.domains import DOMAINS
from powerchannel.cli.parser import build_parser, output_form
from powerchannel.errors import PowerChannelError, UnknownNameError
from powerchannel.registry import resolve

__all__ = ["main"]

_Verb: TypeAlias = Callable[[argparse.Namespace, Console], int]

_VERBS = {
    "check": "powerchannel.cli.verbs:check",
    "evaluate": "powerchannel.cli.verbs:evaluate",
    "explain": "powerchannel.cli.verbs:explain",
    "rulebook show": "powerchannel.cli.rulebooks:show",
    "rulebook check": "powerchannel.cli.rulebooks:check",
    "rulebook diff": "powerchannel.cli.rulebooks:diff",
    "rulebook schema": "powerchannel.cli.rulebooks:schema",
    "dictionary": "powerchannel.cli.dictionary:dictionary",
    "demo": "powerchannel.cli.demonstration:demo",
    **{f"{domain.name} {own.name}": own.run for domain in DOMAINS for own in domain.verbs},
}
"""Where each verb lives; it is imported when it runs, so that ``--version`` is quick."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code (命令行入口).

    Parameters
    ----------
    argv : sequence of str, optional
        The words of the command; by default those the program was started with.

    Returns
    -------
    int
        0: done, and rows left out are listed and counted; 1: the data or the rulebook cannot be
        used, or ``--strict`` and there is a problem; 2: the command itself is wrong.

    Examples
    --------
    >>> main(["channel", "no-such-verb"])
    2
    """
    words = sys.argv[1:] if argv is None else list(argv)
    _never_fail_to_print()
    lang, as_json = output_form(words)
    console = Console(lang=lang, as_json=as_json)
    try:
        code = _run(words, console)
        sys.stdout.flush()
    except PowerChannelError as error:
        code = 2 if isinstance(error, UsageError | UnknownNameError) else 1
        console.failure(error, code)
    except BrokenPipeError:
        return _leave_quietly()
    except KeyboardInterrupt:
        return 130
    return code


def _run(words: list[str], console: Console) -> int:
    try:
        options = build_parser(console.lang).parse_args(words)
    except SystemExit as done:  # --help and --version
        return int(done.code or 0)
    console.is_quiet = getattr(options, "quiet", False)
    verb: _Verb = resolve(_VERBS[options.verb])  # type: ignore[assignment]
    return verb(options, console)


def _never_fail_to_print() -> None:
    """Let a terminal that cannot show Chinese show a question mark in its place."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _leave_quietly() -> int:
    """Whoever read the output has seen enough; the interpreter must not try to flush the rest."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
