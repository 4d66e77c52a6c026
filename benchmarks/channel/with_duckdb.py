"""The query in DuckDB: a group-by of packed counts by customer and channel, then by customer.

Tried as well, on 1e7 contacts of 1e6 customers: one group-by by customer with a filtered sum a
channel (as fast from files, a third slower in memory), six filtered counts in place of a packed
sum, sums of two halves, the words by shifting, joins for complaints and dislikes (all slower). In
memory the contacts are a table of DuckDB's own, and perfect hash tables may have up to 2**24
entries, which makes it nearly twice as fast as over registered Arrow data.
"""

from __future__ import annotations

import os

import duckdb

from benchmarks.cases import Read, Run
from benchmarks.channel.answers import answer_of, read_answer, scratch
from benchmarks.channel.data import Events, Files
from benchmarks.channel.rules import (
    BITS,
    CAP,
    CHANNELS,
    COMPLAINED,
    COMPLAINT,
    DISLIKED,
    END,
    FREQUENCY,
    MASK,
    MONTH_STARTS,
    MONTHS,
    MORE_THAN,
    STREAK_OF_2,
    STREAK_OF_3,
    TIES,
    WEIGHTS,
)

__all__ = ["files", "memory", "new_month", "scores"]

_SLOTS = tuple(str(slot) for slot in range(1, MONTHS))
_DAYS = tuple(f"DATE '{day}'" for day in MONTH_STARTS[1:])


def memory(events: Events) -> Run:
    """Score dense codes in memory."""
    import pyarrow as pa  # which going from file to file needs not

    connection = _connect()
    connection.register("arrow", pa.table(events.columns()))
    connection.execute("CREATE TABLE contacts AS FROM arrow")
    connection.unregister("arrow")
    key, word = "(customer * 8 + channel)::INTEGER", _word("slot", _SLOTS)
    query = _scored(_summed(f"SELECT {key} AS key, {word} AS word FROM contacts"))

    def run() -> Read:
        found = connection.sql(query).to_arrow_table()
        return lambda: answer_of(found)

    return run


def files(made: Files, *, ids: str) -> Run:
    """Score Parquet files into a Parquet file."""
    return _writing(made, _from_files(made, ids), ids)


def scores(made: Files, *, ids: str) -> Run:
    """Score Parquet files into an Arrow table."""
    import pyarrow  # noqa: F401  so that importing it is not timed

    connection, query = _connect(), _scored_as_written(_from_files(made, ids), ids)

    def run() -> Read:
        found = connection.sql(query).to_arrow_table()
        return lambda: answer_of(found)

    return run


def _from_files(made: Files, ids: str) -> str:
    source = f"read_parquet({[str(path) for path in made.contacts]})"
    contacts = f"SELECT {_key(ids)} AS key, {_word('contacted_at', _DAYS)} AS word FROM {source}"
    return " UNION ALL ".join([contacts, *_marks(made, ids)])


def new_month(made: Files, *, ids: str) -> Run:
    """Add the file of the last month to the packed counts that are kept, a row a channel."""
    new = f"SELECT {_key(ids)} AS key, {WEIGHTS[-1]} AS word FROM '{made.contacts[-1]}'"
    known = f"FROM '{made.known_by_channel}'"
    return _writing(made, " UNION ALL ".join([known, new, *_marks(made, ids)]), ids)


def _writing(made: Files, packed: str, ids: str) -> Run:
    connection, out = _connect(), scratch(made.home)
    query = _scored_as_written(packed, ids)

    def run() -> Read:
        connection.execute(f"COPY ({query}) TO '{out}' (FORMAT parquet, COMPRESSION snappy)")
        return lambda: read_answer(out)

    return run


def _connect() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(f"SET threads = {os.cpu_count()}")
    connection.execute("SET memory_limit = '12GB'")
    connection.execute("SET preserve_insertion_order = false")
    connection.execute("SET perfect_ht_threshold = 24")
    return connection


def _key(ids: str) -> str:
    customer = "customer_id::BIGINT" if ids == "text" else "customer_id"
    names = ", ".join(f"'{c}'" for c in CHANNELS)
    return f"{customer} * 8 + list_position([{names}], channel) - 1"


def _as_written(ids: str) -> str:
    return "lpad(customer::VARCHAR, 13, '0') AS customer" if ids == "text" else "customer"


def _word(column: str, starts: tuple[str, ...]) -> str:
    """Return what a contact adds to the packed counts, by the month that it falls into."""
    cases = (f"WHEN {column} < {at} THEN {w}" for at, w in zip(starts, WEIGHTS, strict=False))
    return f"CASE {' '.join(cases)} ELSE {WEIGHTS[-1]} END::BIGINT"


def _marks(made: Files, ids: str) -> tuple[str, str]:
    """Return complaints of the window and live dislikes as rows that set a bit, one a channel."""
    complaints = (
        f"SELECT DISTINCT {_key(ids)}, {COMPLAINED} FROM '{made.complaints}' "
        f"WHERE complained_at >= '{MONTH_STARTS[0]}' AND complained_at < '{END}'"
    )
    withdrawn = f"max(withdrawn_at) FILTER (withdrawn_at < '{END}')"
    dislikes = (
        f"SELECT {_key(ids)}, {DISLIKED} FROM '{made.dislikes}' GROUP BY customer_id, channel "
        f"HAVING max(disliked_at) >= '{MONTH_STARTS[0]}' "
        f"AND coalesce({withdrawn} < max(disliked_at), true)"
    )
    return complaints, dislikes


def _summed(packed: str) -> str:
    return f"SELECT key, sum(word)::BIGINT AS word FROM ({packed}) GROUP BY key"


def _scored_as_written(packed: str, ids: str) -> str:
    return _scored(_summed(packed), customer=_as_written(ids), is_marked=True)


def _scored(summed: str, *, customer: str = "customer", is_marked: bool = False) -> str:
    """Return the customer, the first choice and the score of each channel."""
    months = ", ".join(f"(word >> {BITS * m}) & {MASK} AS m{m}" for m in range(MONTHS))
    scores = ", ".join(
        f"coalesce(any_value(score) FILTER (channel = {k}), 0) AS {c}"
        for k, c in enumerate(CHANNELS)
    )
    return f"""
        WITH counted AS (SELECT key, word, {months} FROM ({summed})),
        scored AS (
            SELECT key >> 3 AS customer, key & 7 AS channel,
                   {_score(is_marked=is_marked)} AS score FROM counted),
        wide AS (SELECT customer, {scores} FROM scored GROUP BY customer),
        best AS (SELECT *, greatest({", ".join(CHANNELS)}) AS best FROM wide)
        SELECT {customer}, {_first_choice()} AS first_choice, {", ".join(CHANNELS)} FROM best"""


def _score(*, is_marked: bool) -> str:
    uses = "(" + " + ".join(f"least(m{m}, {CAP})" for m in range(MONTHS)) + ")"
    score = (
        f"{uses}::DOUBLE"
        f" * CASE WHEN m5 > 0 AND m4 > 0 AND m3 > 0 THEN {STREAK_OF_3}::DOUBLE"
        f" WHEN m5 > 0 AND m4 > 0 THEN {STREAK_OF_2}::DOUBLE ELSE 1 END"
        f" * CASE WHEN {uses} > {MORE_THAN} THEN {FREQUENCY}::DOUBLE ELSE 1 END"
    )
    if is_marked:
        score += f" * CASE WHEN word & {COMPLAINED} > 0 THEN {COMPLAINT}::DOUBLE ELSE 1 END"
        score = f"CASE WHEN word & {DISLIKED} > 0 THEN 0 ELSE {score} END"
    return f"({score})::FLOAT"


def _first_choice() -> str:
    cases = " ".join(f"WHEN {channel} = best THEN '{channel}'" for channel in TIES)
    return f"CASE WHEN best = 0 THEN NULL {cases} END"
