"""What comes out: a score for every channel, the one to recommend, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

import numpy as np
import pandas as pd
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.channel.batch import Block, Engine
from powerchannel.channel.explaining import Explanation, explain_customer
from powerchannel.channel.histories import history_of
from powerchannel.channel.reasons import REASONS, Grid, reason_flags
from powerchannel.channel.rules import Rulebook
from powerchannel.channel.scoring import Scorer, obstacle
from powerchannel.channel.state import State
from powerchannel.errors import RulebookError, UnknownNameError
from powerchannel.ids import Ids
from powerchannel.periods import format_month, parse_month
from powerchannel.rulebook import RulebookRecord
from powerchannel.rulebook.origin import Origin, rulebook_for
from powerchannel.tables.checked import categorical
from powerchannel.text import Lang

__all__ = ["Result", "evaluate"]


@frozen(eq=False, slots=False)
class Result:
    """Scores, first choices and their explanations (渠道偏好结果).

    Parameters
    ----------
    state : State
        What was remembered.
    rulebook : Rulebook
        The rules.
    month : int
        The closed month, since 1970-01.
    """

    state: State
    rulebook: Rulebook
    month: int

    @property
    def as_of(self) -> str:
        """The month (截止月)."""
        return format_month(self.month)

    @cached_property
    def origin(self) -> Origin:
        """Where the result comes from (结果来源)."""
        return Origin.of(
            self.rulebook,
            as_of=self.as_of,
            state_digest=self.state.digest,
            path=Scorer(self._engine).path,
            notes=self._notes(),
        )

    def _notes(self) -> tuple[str, ...]:
        full, why = self.state.saturated, obstacle(self.rulebook)
        notes = []
        if full:
            notes.append(
                f"{full:,} 个月度计数达到 255, 实际可能更多 / counts reached 255, may be more"
            )
        if why:
            notes.append(f"未用快速计分循环: {why.zh} / not by the scoring loop: {why.en}")
        return tuple(notes)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row for each customer and channel with evidence (渠道偏好评分表).

        Returns
        -------
        DataFrame
            customer_id, channel, uses [count], stock [points], latent [points], streak_factor,
            frequency_factor, complaint_factor, is_disliked, score, rank, is_first_choice,
            is_preferred, is_tied. ``score = (stock + latent) x streak_factor x frequency_factor x
            complaint_factor`` in float32, 0 where disliked. `uses` counts under the monthly cap.
        """
        parts = [self._rows(b) for b in self._blocks()]
        return pd.concat(parts or [self._rows(self._nothing())], ignore_index=True)

    @cached_property
    def wide(self) -> pd.DataFrame:
        """One row for each customer: first choice and one score a channel (宽表).

        Returns
        -------
        DataFrame
            customer_id, first_choice (null for none), and a float32 column for each channel.
        """
        columns = Scorer(self._engine).columns()
        table = pd.DataFrame(
            {
                "customer_id": _texts(self.state.customers.to_text()),
                "first_choice": self._names(columns.first),
            }
        )
        return table.assign(**dict(zip(self.state.channels, columns.scores, strict=True)))

    @cached_property
    def first_choices(self) -> pd.DataFrame:
        """One row for each customer: the channel to recommend and the reasons (首推渠道表).

        Returns
        -------
        DataFrame
            customer_id, first_choice, score, runner_up, margin, is_tied, reasons: reason codes of
            `REASONS` separated by spaces.
        """
        parts = [self._choices(b) for b in self._blocks()]
        return pd.concat(parts or [self._choices(self._nothing())], ignore_index=True)

    def explain(
        self, *customer_ids: str, lang: Lang = "zh", channel: str | None = None
    ) -> Explanation:
        """Explain the scores of some customers (说明).

        The customers are scored again by the readable reference; nothing was stored for it. A
        customer without evidence, or not known at all, is told so.

        Parameters
        ----------
        *customer_ids : str
            One or more customers.
        lang : {"zh", "en"}
            The language.
        channel : str, optional
            Ask about one channel: why it is not the first choice, or why it is.

        Raises
        ------
        UnknownNameError
            When there is no such channel.
        """
        if channel is not None and channel not in self.state.channels:
            known = ", ".join(self.state.channels)
            raise UnknownNameError.of(
                "unknown_channel",
                "channel",
                f"没有渠道 {channel!r}; 可用: {known}",
                f"there is no channel {channel!r}; known: {known}",
            )
        rows = self.state.customers.positions(Ids.from_text(list(customer_ids)))
        told = (
            explain_customer(
                history_of(self.state, int(row), customer),
                self.rulebook,
                self.month,
                channel=channel,
                is_known=bool(row >= 0),
            )
            for customer, row in zip(customer_ids, rows, strict=True)
        )
        return Explanation(tuple(told), lang)

    def __getitem__(self, keys: Iterable[str]) -> Result:
        """Return the result of some customers (取客户)."""
        return Result(self.state[keys], self.rulebook, self.month)

    def __len__(self) -> int:
        return len(self.state)

    def __repr__(self) -> str:
        return f"<channel.Result {len(self):,} customers as of {self.as_of}, {self.rulebook.name}>"

    def _repr_html_(self) -> str:
        shares = self.wide["first_choice"].value_counts(dropna=False).to_frame("customers")
        return f"<p>{self!r}</p>{shares.to_html()}{self.table.head().to_html(index=False)}"

    @property
    def _engine(self) -> Engine:
        return Engine(self.state, self.rulebook, self.month)

    def _blocks(self) -> Iterator[Block]:
        return self._engine.blocks()

    def _nothing(self) -> Block:
        return self._engine.block(0, 0)

    def _names(self, codes: NDArray[np.integer]) -> pd.Categorical:
        return categorical(codes, self.state.channels)

    def _rows(self, block: Block) -> pd.DataFrame:
        customer, channel = np.nonzero(block.has_row)
        at = (customer, channel)
        scores, choices = block.scores, block.choices
        rank = choices.rank[at].astype(np.int64)
        return pd.DataFrame(
            {
                "customer_id": _texts(_repeated(self.state.customers, block.start + customer)),
                "channel": self._names(channel),
                "uses": scores.uses[at],
                "stock": scores.stock[at],
                "latent": block.latent[at],
                "streak_factor": scores.streak[at],
                "frequency_factor": scores.frequency[at],
                "complaint_factor": scores.complaint[at],
                "is_disliked": block.is_disliked[at],
                "score": scores.score[at],
                "rank": _nullable(rank),
                "is_first_choice": choices.first[customer] == channel,
                "is_preferred": choices.is_preferred[at],
                "is_tied": choices.is_tied[at],
            }
        )

    def _choices(self, block: Block) -> pd.DataFrame:
        rank, score = block.choices.rank, block.scores.score
        best = score.max(axis=1)
        runner = np.where((rank == 2).any(axis=1), np.argmax(rank == 2, axis=1), -1)
        second = np.where(rank == 2, score, np.float32(0)).max(axis=1)
        customers = np.arange(block.start, block.start + len(rank))
        flags = reason_flags(self._grid(block), self.rulebook)
        return pd.DataFrame(
            {
                "customer_id": _texts(self.state.customers.take(customers).to_text()),
                "first_choice": self._names(block.choices.first),
                "score": best,
                "runner_up": self._names(runner),
                "margin": best - second,
                "is_tied": block.choices.is_tied.any(axis=1),
                "reasons": _texts(_phrases(flags)),
            }
        )

    @staticmethod
    def _grid(block: Block) -> Grid:
        return Grid(
            uses=block.scores.uses,
            latent=block.latent,
            streak=block.scores.streak,
            frequency=block.scores.frequency,
            complaints=block.complaints,
            is_disliked=block.is_disliked,
            score=block.scores.score,
            rank=block.choices.rank,
            is_tied=block.choices.is_tied,
        )


def _nullable(rank: NDArray[np.int64]) -> pd.api.extensions.ExtensionArray:
    return pd.arrays.IntegerArray(rank, rank == 0)


def _texts(words: NDArray[np.object_]) -> pd.Series[str]:
    """Return words as a column of text, which it is without a row as well."""
    return pd.Series(words, dtype="str")


def _repeated(customers: Ids, rows: NDArray[np.int64]) -> NDArray[np.object_]:
    """Return texts for ascending rows that repeat; each text is made once."""
    if not len(rows):
        return np.zeros(0, dtype=object)
    first, last = int(rows[0]), int(rows[-1])
    texts = customers.take(np.arange(first, last + 1)).to_text()
    return np.asarray(texts[rows - first], dtype=object)


def _phrases(flags: NDArray[np.bool_]) -> NDArray[np.object_]:
    """Return the codes that hold as words; each combination is written once."""
    codes = list(REASONS)
    packed = flags @ (1 << np.arange(len(codes)))
    kinds, inverse = np.unique(packed, return_inverse=True)
    words = [" ".join(c for i, c in enumerate(codes) if kind >> i & 1) for kind in kinds]
    return np.array(words, dtype=object)[inverse.reshape(-1)]


def evaluate(state: State, rulebook: RulebookRecord, *, as_of: str) -> Result:
    """Score every channel of every customer as of a closed month (渠道偏好计分).

    ``score = (uses x points + latent) x streak x frequency x complaint``, 0 under a live dislike;
    source: S0 section 2.2, the readings chosen stand in the rulebook.

    Parameters
    ----------
    state : State
        From `aggregate`; contacts after the month stay in it and do not count.
    rulebook : Rulebook
        From ``load_rulebook``.
    as_of : str
        The last month of the window, such as ``"2022-03"``.

    Returns
    -------
    Result
        Depends on each customer alone: ``evaluate(state[keys]) == evaluate(state)[keys]``.

    Raises
    ------
    RulebookError
        When the rulebook is of another kind, or the state was made with another catalogue.
    NotInForceError
        When the rulebook is not in force in that month.

    Examples
    --------
    >>> from powerchannel import channel, load_rulebook
    >>> contacts = {
    ...     "customer_id": ["0100000000017"] * 3,
    ...     "channel": ["app", "app", "hall"],
    ...     "contacted_at": ["2022-02-11", "2022-03-02", "2022-03-05"],
    ... }
    >>> state = channel.aggregate(channel.check(contacts=contacts))
    >>> result = channel.evaluate(state, load_rulebook("hebei-2022"), as_of="2022-03")
    >>> result.table[["channel", "score", "rank"]].values.tolist()
    [['hall', 1.0, 2], ['app', 2.200000047683716, 1]]
    """
    month = parse_month(as_of)
    used = rulebook_for(rulebook, Rulebook, kind="channel", month=month)
    if state.catalogue != used.catalogue.digest:
        raise RulebookError.of(
            "other_catalogue",
            "$.catalogue",
            f"状态用另一个渠道目录汇总 ({list(state.channels)}), 与规则的目录不同; "
            "请用 check(..., catalogue=rulebook.catalogue) 重新检查并汇总",
            f"the state was made with another channel catalogue ({list(state.channels)}) than the "
            "rulebook's; check and aggregate again with check(..., catalogue=rulebook.catalogue)",
        )
    return Result(state, used, month)
