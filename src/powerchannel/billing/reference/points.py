"""What one meter, or an account without one, takes in one slice, stage by stage (计量点)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from attrs import field, frozen

from powerchannel.billing.records import Kwh
from powerchannel.billing.reference.rounding import add, total_of

__all__ = ["Point"]

_NONE = Decimal(0)


@frozen(kw_only=True)
class Point:
    """Where energy is measured or shared out, and what the stages added so far (计算点).

    Energies by period have parts, or ``total`` where there are none.

    Parameters
    ----------
    id, account_id : str
        The meter, or the account itself; whom it is billed to.
    number : int
        The place of its meter among the meters, -1 for none.
    slice : int
        The slice.
    started_on, ended_on : date
        The days it stood in.
    metered : mapping of period to Decimal
        What was measured [kWh].
    taken : mapping of period to Decimal
        What relations added or took off [kWh].
    transformer, line : mapping of period to Decimal
        Its share of losses [kWh].
    after : mapping of period to Decimal
        What relations added or took off once losses were known [kWh].
    reactive, taken_reactive, transformer_reactive, line_reactive : Decimal
        The same for reactive energy [kvarh]; None where nothing measures it.
    bank : tuple of str
        The transformers it is behind; empty for none.
    line_id : str
        The line it is behind; empty for none.
    bears_transformer, bears_line : bool
        Whether it carries a share of their losses.
    """

    id: str
    account_id: str
    number: int = -1
    slice: int
    started_on: date
    ended_on: date
    metered: Kwh = field(factory=dict)
    taken: Kwh = field(factory=dict)
    transformer: Kwh = field(factory=dict)
    line: Kwh = field(factory=dict)
    after: Kwh = field(factory=dict)
    reactive: Decimal | None = None
    taken_reactive: Decimal = _NONE
    transformer_reactive: Decimal = _NONE
    line_reactive: Decimal = _NONE
    bank: tuple[str, ...] = ()
    line_id: str = ""
    bears_transformer: bool = True
    bears_line: bool = True

    @property
    def key(self) -> tuple[str, int]:
        """Its place among the points of its slice (排序键)."""
        return self.id, self.number

    @property
    def net(self) -> dict[str, Decimal]:
        """Metered, less what was taken off before losses (扣减后电量)."""
        return add(self.metered, self.taken)

    @property
    def net_kwh(self) -> Decimal:
        """The sum of `net` (扣减后合计)."""
        return total_of(self.net)

    @property
    def energy(self) -> dict[str, Decimal]:
        """All stages together (各阶段合计)."""
        return add(self.metered, self.taken, self.transformer, self.line, self.after)

    @property
    def net_reactive(self) -> Decimal:
        """Reactive energy before losses, 0 where nothing measures it (扣减后无功)."""
        return (self.reactive or _NONE) + self.taken_reactive

    @property
    def lossy_reactive(self) -> Decimal:
        """Reactive energy with losses, 0 where nothing measures it and it has none (含损无功)."""
        return self.net_reactive + self.transformer_reactive + self.line_reactive
