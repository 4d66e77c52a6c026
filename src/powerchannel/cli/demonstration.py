"""The verb demo."""

from __future__ import annotations

import argparse

from powerchannel.cli.console import Console
from powerchannel.demo import demo_lines

__all__ = ["demo"]


def demo(options: argparse.Namespace, console: Console) -> int:
    """Make up data and show every job on it (演示)."""
    for line in demo_lines(customers=options.customers, lang=console.lang):
        console.data(line)
    return 0
