"""Whether labels leak into data: what an honest accuracy figure must not rest on (泄漏审计).

- `signs`: what each row shows of file order, gaps and decimals; `copies`: rows seen twice, or mixed
  from others; `splits`: customers and times on both sides
- `auditing`: all of it at once, and the error that says so
"""

from powerchannel.theft.leakage.auditing import Leak, Leakage, Limits, audit_leakage

__all__ = ["Leak", "Leakage", "Limits", "audit_leakage"]
