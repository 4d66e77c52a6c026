"""Holding bills against rules before they go out: pass, review or block (电量电费审核).

`audit` takes the values of bills (``Result.table``), those of last month and last year, and side
tables; the rules, their thresholds and what they lead to stand in the rulebook.
"""

from __future__ import annotations

from powerchannel.billing.audit.report import AuditReport
from powerchannel.billing.audit.running import CHECKS, audit

__all__ = ["CHECKS", "AuditReport", "audit"]
