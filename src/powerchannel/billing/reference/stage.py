"""What one stage of a bill adds to it: lines, values and findings (计费阶段的结果)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

from attrs import field, frozen

from powerchannel.billing.records import Finding, Given, Group, Line
from powerchannel.billing.reference.rounding import half_up
from powerchannel.billing.reference.segments import Segment
from powerchannel.rulebook import Provenance
from powerchannel.text import Text

__all__ = [
    "Charge",
    "Key",
    "Rule",
    "Stage",
    "add_up",
    "amount_fen",
    "fatal",
    "given_amounts",
    "joined",
    "lump",
    "priced",
    "remark",
    "yuan",
]

Key = tuple[str, str, str]
"""(id, name, period) of a result."""

_EXACT = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN, rounding=ROUND_HALF_UP)
"""Products of decimals of any length, to the last digit."""
_ONE = Decimal(1)


@frozen(kw_only=True)
class Rule:
    """The rule that a line follows from (计费依据)."""

    id: str
    status: str = "stated"
    clause: str = ""

    @classmethod
    def of(cls, rule_id: str, provenance: Provenance | None) -> Rule:
        """Return a rule with what its provenance says (取出处)."""
        if provenance is None:
            return cls(id=rule_id)
        return cls(id=rule_id, status=provenance.status, clause=provenance.clause)


@frozen(kw_only=True)
class Charge:
    """A line and the segment it belongs to; None where it is the account's (账单行与计费段)."""

    line: Line
    segment: Segment | None = None


@frozen(kw_only=True)
class Stage:
    """What a stage adds to a bill (阶段结果)."""

    charges: tuple[Charge, ...] = ()
    values: Mapping[Key, Decimal] = field(factory=dict)
    findings: tuple[Finding, ...] = ()


def joined(stages: Iterable[Stage]) -> Stage:
    """Return several stages as one (合并各阶段)."""
    charges: list[Charge] = []
    values: dict[Key, Decimal] = {}
    findings: list[Finding] = []
    for stage in stages:
        charges += stage.charges
        values.update(stage.values)
        findings += stage.findings
    return Stage(charges=tuple(charges), values=values, findings=tuple(findings))


def amount_fen(yuan: Fraction | Decimal) -> int:
    """Return an amount in whole fen, rounded once (金额取整到分).

    Examples
    --------
    >>> amount_fen(Decimal("-0.005"))
    -1
    """
    if isinstance(yuan, Fraction):
        return int(half_up(yuan * 100, 0))
    return int(_EXACT.quantize(_EXACT.scaleb(yuan, 2), _ONE))


def yuan(fen: int) -> Decimal:
    """Return fen as an exact amount in yuan (分换算为元)."""
    return _EXACT.scaleb(Decimal(fen), -2)


def priced(
    segment: Segment,
    *,
    code: str,
    group: str,
    period: str,
    quantity: Decimal,
    price: Decimal,
    rule: Rule,
    unit: str = "kWh",
    note: Text | None = None,
) -> Charge:
    """Return the line for a quantity at a price (按量计价的账单行)."""
    line = Line(
        account_id=segment.account_id,
        code=code,
        group=group,
        period=period,
        quantity=quantity,
        unit=unit,
        price=price,
        amount_fen=amount_fen(_EXACT.multiply(quantity, price)),
        rule_id=rule.id,
        status=rule.status,
        clause=rule.clause,
        note=note,
    )
    return Charge(line=line, segment=segment)


def lump(
    account_id: str,
    *,
    code: str,
    group: str,
    yuan: Fraction | Decimal,
    rule: Rule,
    period: str = "total",
    quantity: Decimal | None = None,
    price: Decimal | None = None,
    note: Text | None = None,
) -> Charge:
    """Return the line for an amount that is not computed here (定额账单行)."""
    line = Line(
        account_id=account_id,
        code=code,
        group=group,
        period=period,
        quantity=quantity,
        unit="yuan",
        price=price,
        amount_fen=amount_fen(yuan),
        rule_id=rule.id,
        status=rule.status,
        clause=rule.clause,
        note=note,
    )
    return Charge(line=line)


def add_up(charges: Iterable[Charge]) -> int:
    """Return the sum of lines [fen] (合计)."""
    return sum(charge.line.amount_fen for charge in charges)


def given_amounts(group: Group, an_id: str) -> Mapping[str, tuple[Given, ...]]:
    """Return what is given for an id, by quantity, in a settled order (外部给定值).

    What is given for a group of one account is given for the account, unless it has its own.
    """
    if not group.givens:
        return {}
    own = _by_quantity(group.givens, an_id)
    if {account.account_id for account in group.accounts} != {an_id}:
        return own
    return {**_by_quantity(group.givens, group.group_id), **own}


def _by_quantity(givens: Iterable[Given], an_id: str) -> dict[str, tuple[Given, ...]]:
    mine = [given for given in givens if given.id == an_id]
    found: dict[str, tuple[Given, ...]] = {}
    for given in sorted(mine, key=lambda g: (g.quantity, g.period, g.value)):
        found[given.quantity] = (*found.get(given.quantity, ()), given)
    return found


def fatal(code: str, an_id: str, zh: str, en: str) -> Finding:
    """Return a finding with which there is no bill (致命提示)."""
    return Finding(code=code, id=an_id, is_fatal=True, message=Text(zh, en))


def remark(code: str, an_id: str, zh: str, en: str) -> Finding:
    """Return a finding beside a bill (一般提示)."""
    return Finding(code=code, id=an_id, is_fatal=False, message=Text(zh, en))
