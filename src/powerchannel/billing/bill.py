"""One group, billed by the readable reference; what it is refused for is a finding (单组计费)."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import evolve

from powerchannel.billing.printing.explaining import reconcile
from powerchannel.billing.records import Finding, Group, GroupBill
from powerchannel.billing.reference.charges import group_bill
from powerchannel.billing.reference.editions import split_where_read
from powerchannel.billing.reference.energy import group_energy
from powerchannel.billing.rules import Rulebook
from powerchannel.billing.tariff.supported import supported
from powerchannel.errors import NotInForceError, PowerChannelError, RulebookError, UnknownNameError
from powerchannel.text import Text

__all__ = ["bill_group", "is_fatal", "no_bill"]


def is_fatal(findings: Iterable[Finding]) -> bool:
    """Tell whether there can be no bill with these findings (是否不能出账)."""
    return any(found.is_fatal for found in findings)


def no_bill(group_id: str) -> GroupBill:
    """Return a bill of a group without a line (无账单)."""
    return GroupBill(group_id=group_id, lines=(), values={})


def bill_group(group: Group, rulebook: Rulebook) -> GroupBill:
    """Bill one group by the readable reference (单组计费).

    Parameters
    ----------
    group : Group
        All that its bill depends on.
    rulebook : Rulebook
        The policy and the tariffs.

    Returns
    -------
    GroupBill
        What the group itself is refused for is a fatal finding, not an error.

    Raises
    ------
    ReconciliationError
        When the lines do not sum to the total.
    """
    if refused := _unsupported(group, rulebook):
        return evolve(no_bill(group.group_id), findings=refused)
    group = split_where_read(group, rulebook)
    try:
        found = group_energy(group, rulebook)
        if is_fatal(found.findings):
            return evolve(
                no_bill(group.group_id), registers=found.registers, findings=found.findings
            )
        bill = group_bill(group, found, rulebook)
    except (NotInForceError, UnknownNameError, RulebookError) as error:
        return evolve(no_bill(group.group_id), findings=_refused(group, error))
    if is_fatal(bill.findings):
        return evolve(bill, lines=(), values={})
    reconcile(bill)
    return bill


def _unsupported(group: Group, rulebook: Rulebook) -> tuple[Finding, ...]:
    """Return why a tariff of the group cannot be billed with: it is refused, not approximated."""
    names = {account.tariff for account in group.accounts}
    return tuple(
        Finding(code="tariff_not_supported", id=tariff.name, is_fatal=True, message=reason)
        for tariff in rulebook.tariffs
        if tariff.name in names
        for reason in supported(tariff)
    )


def _refused(group: Group, error: PowerChannelError) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            code=problem.code,
            id=group.group_id,
            is_fatal=True,
            message=Text(problem.render("zh"), problem.render("en")),
        )
        for problem in error.problems
    )
