"""What an audit found, and what becomes of each bill (审核结果)."""

from __future__ import annotations

from collections.abc import Iterable

import attrs
import pandas as pd
from attrs import frozen

from powerchannel.errors import TableError, UnknownNameError

__all__ = ["VERDICTS", "AuditReport"]

VERDICTS = ("pass", "review", "block")
"""From the least to the worst."""


@frozen(eq=False, kw_only=True)
class AuditReport:
    """What an audit found (审核结果).

    Parameters
    ----------
    findings : DataFrame
        id, code, verdict, found, threshold (text), zh, en; in the order of the rules.
    verdicts : DataFrame
        One row an account or group: id, verdict (the worst of its findings, pass without one),
        codes (of its findings, by comma), not_checked [count of checks that lacked an input],
        reason_code (why it was released; empty).
    not_checked : DataFrame
        What could not be checked: code, missing, accounts [count], example, zh, en. A check that
        lacks its input never passes silently.
    """

    findings: pd.DataFrame
    verdicts: pd.DataFrame
    not_checked: pd.DataFrame

    def release(self, ids: Iterable[str], reason_code: str) -> AuditReport:
        """Let bills pass that a person has reviewed (复核放行).

        Parameters
        ----------
        ids : iterable of str
            Accounts or groups whose verdict is review.
        reason_code : str
            Why; it stays in the report.

        Returns
        -------
        AuditReport
            A new one; the findings stay.

        Raises
        ------
        UnknownNameError
            When one was not audited.
        TableError
            When one is blocked or passes already, or there is no reason.
        """
        wanted = pd.Index([ids] if isinstance(ids, str) else list(ids), dtype=object)
        if not reason_code.strip():
            raise TableError.of(
                "no_reason", "reason_code", "放行须写明原因代码", "a release needs a reason code"
            )
        self._refuse_unknown(wanted)
        is_wanted = self.verdicts["id"].isin(wanted)
        held = self.verdicts[is_wanted & (self.verdicts["verdict"] != "review")]
        if len(held):
            first = held.iloc[0]
            raise TableError.of(
                "not_in_review",
                "ids",
                f"{len(held)} 户不在待复核之列（如 {first['id']}：{first['verdict']}）；"
                "被拦截的账单须先改正并重新审核",
                f"{len(held)} are not under review (such as {first['id']}: {first['verdict']}); "
                "correct a blocked bill and audit it again",
                count=len(held),
            )
        verdicts = self.verdicts.assign(
            verdict=self.verdicts["verdict"].where(~is_wanted, "pass"),
            reason_code=self.verdicts["reason_code"].where(~is_wanted, reason_code),
        )
        return attrs.evolve(self, verdicts=verdicts)

    def _refuse_unknown(self, wanted: pd.Index) -> None:
        unknown = wanted[~wanted.isin(self.verdicts["id"])]
        if len(unknown):
            raise UnknownNameError.of(
                "unknown_id",
                "ids",
                f"{len(unknown)} 个编号不在此次审核之中（如 {unknown[0]!r}）；请核对前导零",
                f"{len(unknown)} ids were not audited (such as {unknown[0]!r}); "
                "check leading zeros",
                count=len(unknown),
            )

    def __repr__(self) -> str:
        counts = self.verdicts["verdict"].value_counts()
        shown = ", ".join(f"{counts.get(v, 0):,} {v}" for v in VERDICTS)
        return (
            f"<billing.AuditReport {len(self.verdicts):,} bills: {shown}; "
            f"{len(self.not_checked):,} checks without input>"
        )

    def _repr_html_(self) -> str:
        counts = self.findings.groupby(["code", "verdict"], sort=False).size().to_frame("findings")
        return f"<p>{self!r}</p>{counts.to_html()}"
