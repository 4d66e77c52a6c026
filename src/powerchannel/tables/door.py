"""The door for data: any data frame comes in, plain NumPy columns go on.

pandas and pyarrow tables and dicts of arrays give their columns themselves, by position, because
two of one name are legal there; polars (eager and lazy), DuckDB relations and what else narwhals
knows come through narwhals. Only the columns asked for are converted.
"""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Callable, Iterable, Mapping, Sized
from typing import TYPE_CHECKING, TypeAlias, cast

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from attrs import evolve, frozen
from numpy.typing import NDArray

from powerchannel.errors import TableError
from powerchannel.tables.raw import (
    Raw,
    floats,
    from_objects,
    numbers,
    object_array,
    strings,
    time_column,
)

__all__ = ["Frame", "Source", "open_frame", "read_column"]

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyRelation
    from narwhals.stable.v2.typing import IntoDataFrame, IntoFrame, IntoLazyFrame, IntoSeries

    _Eager: TypeAlias = nw.DataFrame[IntoDataFrame]
    _Lazy: TypeAlias = nw.LazyFrame[IntoLazyFrame]

Source: TypeAlias = object
"""A pandas, polars, pyarrow or DuckDB table, or a mapping of column names to arrays."""


@frozen(eq=False)
class Frame:
    """A table at the door: its headers, its length, and columns on demand (入口表)."""

    headers: tuple[str, ...]
    rows: int
    column: Callable[[str], Raw]


def open_frame(source: Source, wanted: Callable[[str], bool], *, where: str) -> Frame:
    """Open any supported table; only wanted columns are ever converted (打开数据表).

    Parameters
    ----------
    source : data frame or mapping
        pandas, polars (eager or lazy), pyarrow, DuckDB relation, or a dict of arrays.
    wanted : callable
        Says of a header whether its column is needed.
    where : str
        The name of the table, for messages.

    Raises
    ------
    TableError
        When it is none of these, or a column of a dict is not one, or they differ in length.
    """
    if isinstance(source, Mapping):
        return _open_mapping(source, wanted, where)
    if isinstance(source, pd.DataFrame):
        return _open_pandas(source)
    if nw.dependencies.is_pyarrow_table(source):
        return _open_arrow(source)
    return _open_other(source, wanted, where)


def _open_mapping(source: Mapping[str, object], wanted: Callable[[str], bool], where: str) -> Frame:
    columns = {str(k): _column(v, f"{where}.{k}") for k, v in source.items() if wanted(str(k))}
    lengths = {k: len(c) for k, c in columns.items()}
    if len(set(lengths.values())) > 1:
        raise TableError.of(
            "unequal_lengths",
            where,
            f"各列长度不同：{lengths}；请给等长的列",
            f"columns differ in length: {lengths}; give columns of one length",
            count=len(lengths),
        )
    rows = next(iter(lengths.values()), 0)
    return Frame(tuple(map(str, source)), rows, lambda h: read_column(columns[h]))


def _column(values: object, where: str) -> Sized:
    """Refuse what is not one column; the lengths are compared before any is converted."""
    is_flat = getattr(values, "ndim", 1) == 1 and not isinstance(values, str | bytes | Mapping)
    if is_flat and isinstance(values, Iterable):
        return values if isinstance(values, Sized) else list(values)
    kind = type(values).__name__
    raise TableError.of(
        "not_a_column",
        where,
        f"{kind} 不是一列数据；请给一维数组或列表，每行一个值",
        f"{kind} is not a column of values; give a flat array or list with one value a row",
    )


def _open_pandas(source: pd.DataFrame) -> Frame:
    """Columns are taken by position: two of one name are legal there."""
    headers = tuple(str(h) for h in source.columns)
    return Frame(headers, len(source), lambda h: read_column(source.iloc[:, headers.index(h)]))


def _open_arrow(source: pa.Table) -> Frame:
    headers = tuple(source.column_names)
    return Frame(headers, source.num_rows, lambda h: read_column(source.column(headers.index(h))))


def _open_other(source: Source, wanted: Callable[[str], bool], where: str) -> Frame:
    frame = _narwhal(source, where)
    headers = _headers(source, frame)
    kept = [h for h in dict.fromkeys(headers) if wanted(h)]
    if not kept:
        return Frame(headers, 0, dict[str, Raw]().__getitem__)
    narrow = frame.select(*kept)
    eager = _collect(narrow) if isinstance(narrow, nw.LazyFrame) else narrow
    return Frame(headers, len(eager), lambda h: read_column(eager.get_column(h).to_native()))


def _narwhal(source: Source, where: str) -> _Eager | _Lazy:
    """Narwhals itself tells what it supports; its overloads know no plain object."""
    try:
        return cast("_Eager | _Lazy", nw.from_native(cast("IntoFrame", source)))
    except TypeError:
        kind = type(source).__name__
        raise TableError.of(
            "not_a_table",
            where,
            f"{kind} 不是数据表；请给 pandas、polars、pyarrow、DuckDB 表或数组字典",
            f"{kind} is not a table; give a pandas, polars, pyarrow or DuckDB table, or a dict "
            "of arrays",
        ) from None


def _headers(source: Source, frame: _Eager | _Lazy) -> tuple[str, ...]:
    """Ask a DuckDB relation itself: its schema hides a name that stands twice."""
    if frame.implementation.is_duckdb():
        return tuple(cast("DuckDBPyRelation", source).columns)
    return tuple(frame.collect_schema().names())


def _collect(frame: _Lazy) -> _Eager:
    if frame.implementation.is_polars():
        return frame.collect()
    return frame.collect("pyarrow" if _has_pyarrow() else "pandas")


def _has_pyarrow() -> bool:
    return importlib.util.find_spec("pyarrow") is not None


def read_column(native: object) -> Raw:
    """Convert one native column (单列转换).

    Parameters
    ----------
    native : array-like
        A pandas or polars Series, a pyarrow array, a NumPy array, or a list.
    """
    if isinstance(native, pd.Series):
        return _from_pandas(native)
    if isinstance(native, np.ndarray):
        return _from_numpy(native)
    module = type(native).__module__.partition(".")[0]
    if module == "pyarrow":
        from powerchannel.tables.arrow import from_arrow

        return from_arrow(native)
    if module == "polars":
        return _from_polars(native)
    if isinstance(native, pd.Index | pd.api.extensions.ExtensionArray):
        return _from_pandas(pd.Series(native))
    return from_objects(object_array(cast("Iterable[object]", native)))


def _from_polars(native: object) -> Raw:
    series = nw.from_native(cast("IntoSeries", native), series_only=True)
    if _has_pyarrow():
        from powerchannel.tables.arrow import from_arrow

        return from_arrow(series.to_arrow())
    if isinstance(series.dtype, nw.Datetime | nw.Date):
        zone = getattr(series.dtype, "time_zone", None)
        if zone is not None:
            series = series.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
        return time_column(series.to_numpy().astype("datetime64[us]"), has_zone=zone is not None)
    is_null = series.is_null().to_numpy()
    if series.dtype.is_integer():
        return numbers("integer", series.fill_null(0).to_numpy(), is_null)
    if series.dtype.is_float():
        return floats(series.fill_null(math.nan).to_numpy())
    return from_objects(object_array(series.to_list()))


def _from_pandas(series: pd.Series) -> Raw:
    dtype = series.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        pool = _from_pandas(pd.Series(series.cat.categories))
        if pool.codes is None:
            return evolve(pool, codes=series.cat.codes.to_numpy(np.int32).astype(np.int32))
    if isinstance(dtype, pd.DatetimeTZDtype):
        stamps = series.dt.tz_convert("UTC").dt.tz_localize(None)
        return time_column(stamps.to_numpy("datetime64[us]"), has_zone=True)
    if pd.api.types.is_datetime64_dtype(dtype):
        return time_column(series.to_numpy("datetime64[us]"), has_zone=False)
    is_arrow = isinstance(dtype, pd.ArrowDtype) or getattr(dtype, "storage", "") == "pyarrow"
    if is_arrow:
        import pyarrow as pa

        from powerchannel.tables.arrow import from_arrow

        return from_arrow(pa.array(series.array))
    is_null = series.isna().to_numpy(np.bool_)
    if pd.api.types.is_bool_dtype(dtype):
        return numbers("boolean", series.fillna(value=False).to_numpy(np.bool_), is_null)
    if pd.api.types.is_integer_dtype(dtype):
        return numbers("integer", series.fillna(0).to_numpy(), is_null)
    if pd.api.types.is_float_dtype(dtype):
        return floats(series.to_numpy(np.float64, na_value=np.nan))
    return from_objects(series.to_numpy(dtype=object))


def _from_numpy(array: NDArray[np.generic]) -> Raw:
    kind = array.dtype.kind
    if kind == "M":
        return time_column(array.astype("datetime64[us]"), has_zone=False)
    if kind in "iu":
        return numbers("integer", array, np.zeros(len(array), np.bool_))
    if kind == "f":
        return floats(array)
    if kind == "b":
        return numbers("boolean", array, np.zeros(len(array), np.bool_))
    if kind == "U":
        return strings(array)
    return from_objects(array.astype(object))
