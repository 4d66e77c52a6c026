"""Theft: from raw meter records to a ranked, explained, costed inspection list (窃电分析).

The four verbs are `check`, `aggregate`, `evaluate` and ``Result.explain``.

- `tables`: what comes in, and checking it; `state`: what is remembered, by transformer area
- `rules`: what a utility decides; ``rulebooks``: the thresholds that come with the library
- `electrical`: rules on voltage, current, power and meter events, with start, restore and delay
- `consumption`: daily use beside the own past and beside peers
- `areas`: the balance of an area held against its customers; `causes`: from evidence to a cause
- `evidence`: all of it gathered for a month; `scorecard`: whole points, and what they mean
- `result`, `explaining`: what comes out, and why
- `recovery`: correction factors, what was not recorded, and rows for billing
- `worklist`: whom to inspect within a budget of hours, printed; `labels`: what came of it
- `exports`: foreign formats to these tables
- `leakage`: whether labels can be told from what no customer did
- `simulate`: meters with wiring faults and tampering, and attacks on load profiles
"""

from powerchannel.theft import simulate
from powerchannel.theft.consumption import learn_peers
from powerchannel.theft.explaining import Explanation
from powerchannel.theft.labels import labels_of
from powerchannel.theft.leakage import audit_leakage
from powerchannel.theft.recovery import correction_factor
from powerchannel.theft.result import Result, evaluate
from powerchannel.theft.rules import Rulebook
from powerchannel.theft.state import State, aggregate
from powerchannel.theft.tables import SCHEMAS, Tables, check
from powerchannel.theft.worklist import Worklist, distribution, worklist

__all__ = [
    "SCHEMAS",
    "Explanation",
    "Result",
    "Rulebook",
    "State",
    "Tables",
    "Worklist",
    "aggregate",
    "audit_leakage",
    "check",
    "correction_factor",
    "distribution",
    "evaluate",
    "labels_of",
    "learn_peers",
    "simulate",
    "worklist",
]
