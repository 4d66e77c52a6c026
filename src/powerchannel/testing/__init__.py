"""Cases that a utility clerk can read, run and write: data in, expected numbers out (算例).

A case is one TOML file: tables, a month, rules, and what should come out, each number worked out
by hand. `run_case` runs it and reports every difference at once; so does
``python -m powerchannel.testing FILE_OR_FOLDER...``, which needs no pytest.

- `case`: the file format; `reading`: strict, and with all that is wrong at once
- `calling`: cases of one function, without tables
- `comparing`: when a value is the one expected
- `domains`: what each domain computes from a case; a new domain is one more record;
  `channel`, `billing`: the values of each
- `running`: `run_case` and its report
- `command`: the command line
"""

from powerchannel.testing.case import Case, CaseError, CaseTable
from powerchannel.testing.domains import CASE_DOMAINS, CaseDomain
from powerchannel.testing.running import CaseReport, MismatchError, run_case

__all__ = [
    "CASE_DOMAINS",
    "Case",
    "CaseDomain",
    "CaseError",
    "CaseReport",
    "CaseTable",
    "MismatchError",
    "run_case",
]
