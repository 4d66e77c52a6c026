"""The domains of the command line: a new one is one more record in `DOMAINS`."""

from __future__ import annotations

from powerchannel.cli.billing import BILLING
from powerchannel.cli.channel import CHANNEL
from powerchannel.cli.domain import Domain
from powerchannel.cli.theft import THEFT

__all__ = ["DOMAINS"]

DOMAINS: tuple[Domain, ...] = (CHANNEL, BILLING, THEFT)
