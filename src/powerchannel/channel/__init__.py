"""Channel preference: contacts in, a score for every channel and its reasons out (渠道偏好).

The four verbs are `check`, `aggregate`, `evaluate` and ``Result.explain``.

- `tables`, `schemas`: what comes in, and checking it; `identity`: phones and who shares them
- `catalogue`, `rules`: what people decided, as data; ``rulebooks/hebei-2022.toml``
- `state`: what is remembered, month by month; `planes`, `marks`: its parts; `evidence`
- `reference`: the rules for one customer, to be read; `batch`: the same for all at once
- `result`: what comes out; `reasons`, `explaining`, `histories`: why
- `journey`, `steps`: the path of a matter from channel to channel; `board`: volumes and shares by
  month; `validation`: scores derived again; `hits`: first choices beside what customers did later
"""

from powerchannel.channel.catalogue import Catalogue
from powerchannel.channel.hits import HitRates, hit_rates
from powerchannel.channel.identity import shared_contacts
from powerchannel.channel.journey import JourneyRules, Journeys, trace_journeys
from powerchannel.channel.reasons import REASONS
from powerchannel.channel.result import Result, evaluate
from powerchannel.channel.rules import Rulebook
from powerchannel.channel.schemas import SCHEMAS
from powerchannel.channel.state import State, aggregate
from powerchannel.channel.tables import Tables, check
from powerchannel.channel.validation import SelfCheck, self_check

__all__ = [
    "REASONS",
    "SCHEMAS",
    "Catalogue",
    "HitRates",
    "JourneyRules",
    "Journeys",
    "Result",
    "Rulebook",
    "SelfCheck",
    "State",
    "Tables",
    "aggregate",
    "check",
    "evaluate",
    "hit_rates",
    "self_check",
    "shared_contacts",
    "trace_journeys",
]
