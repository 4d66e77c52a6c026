"""The command line `powerchannel`."""

from powerchannel.cli.entry import main

__all__ = ["main"]
