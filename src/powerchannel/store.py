"""A state in a file: kept from month to month, whole or not at all, and verified when read.

The file is Arrow IPC with one row, in which each array of the state is one list; any tool that
reads Arrow can look into it. Its schema carries the version of the layout, what the state was made
with, and the SHA-256 of all contents.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from powerchannel.channel.marks import (
    EVIDENCE_KEY,
    EVIDENCE_REDUCE,
    FACT_KEY,
    FACT_REDUCE,
    MARK_KEY,
    MARK_REDUCE,
    Marks,
)
from powerchannel.channel.planes import Plane, width_of
from powerchannel.channel.state import State
from powerchannel.files import check_target
from powerchannel.files.arrow_file import require_pyarrow
from powerchannel.files.source import EXTENSIONS, extension_of, fault, open_source
from powerchannel.files.write import replacing
from powerchannel.ids import Ids
from powerchannel.periods import format_month, parse_month
from powerchannel.text import Text

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["VERSION", "load_state", "save_state"]

_I = TypeVar("_I", bound=np.integer)

VERSION = 1
"""The layout that is written, and the only one that is read."""

_WHERE = "state"
_MAGIC = b"ARROW1"
_MARK, _HEAD, _DIGEST = (f"powerchannel.channel.state.{n}" for n in ("version", "head", "sha256"))
_MARKS = {
    "marks": (MARK_KEY, MARK_REDUCE),
    "evidence": (EVIDENCE_KEY, EVIDENCE_REDUCE),
    "facts": (FACT_KEY, FACT_REDUCE),
}


def save_state(state: State, path: str | os.PathLike[str]) -> None:
    """Write a state to a file, whole or not at all (保存状态).

    The same state gives the same bytes. What was there stays when writing fails.

    Parameters
    ----------
    state : State
        From ``channel.aggregate`` or ``State.merge``.
    path : str or path
        The target; ``.arrow``, ``.feather`` or ``.ipc``.

    Raises
    ------
    TableError
        When the extension is another, the folder does not exist or cannot be written, or pyarrow
        is not installed.

    Examples
    --------
    >>> import tempfile
    >>> from powerchannel import channel
    >>> march = {"customer_id": ["017"], "channel": ["app"], "contacted_at": ["2022-03-05"]}
    >>> state = channel.aggregate(channel.check(contacts=march))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_state(state, f"{folder}/march.arrow")
    ...     load_state(f"{folder}/march.arrow") == state
    True
    """
    target = check_target(path)
    _check_extension(target)
    batch = _batch(state)
    with replacing(target) as sink:
        import pyarrow as pa

        with pa.ipc.new_file(sink, batch.schema) as writer:
            writer.write_batch(batch)


def load_state(path: str | os.PathLike[str]) -> State:
    """Read a state back (读取状态).

    Parameters
    ----------
    path : str or path
        A file that `save_state` wrote.

    Raises
    ------
    TableError
        When there is no such file, it is no state, of another version, incomplete or damaged, or
        pyarrow is not installed.
    """
    path = Path(path)
    require_pyarrow(path, where=_WHERE)
    _check_ends(path)
    with _readable(path):
        import pyarrow as pa

        with pa.OSFile(str(path)) as source, pa.ipc.open_file(source) as reader:
            _check_version(reader.schema, path)
            contents = _Contents.of(reader.get_batch(0))
    contents.check(path)
    return contents.state()


def _check_extension(path: Path) -> None:
    if EXTENSIONS[extension_of(path, where=_WHERE)] != "arrow":
        raise fault("state_extension", _WHERE, _EXTENSION, file=path)


def _check_ends(path: Path) -> None:
    open_source(path, where=_WHERE).close()  # where there is no such file, it says so
    with path.open("rb") as source:
        start = source.read(len(_MAGIC))
        size = source.seek(0, os.SEEK_END)
        source.seek(max(0, size - len(_MAGIC)))
        end = source.read()
    if start != _MAGIC:
        raise fault("not_a_state", _WHERE, _FOREIGN, file=path)
    if end != _MAGIC or size < 2 * len(_MAGIC):
        raise fault("truncated_state", _WHERE, _TRUNCATED, file=path, size=size)


@contextlib.contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Say of contents that are no Arrow any more that the file is damaged."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError, UnicodeDecodeError, IndexError) as error:
        raise fault("damaged_state", _WHERE, _DAMAGED, file=path, reason=error) from error


def _check_version(schema: pa.Schema, path: Path) -> None:
    found = (schema.metadata or {}).get(_MARK.encode())
    if found is None:
        raise fault("not_a_state", _WHERE, _FOREIGN, file=path)
    if found != str(VERSION).encode():
        shown = found.decode("ascii", "replace")
        raise fault("state_version", _WHERE, _VERSION, file=path, found=shown, known=VERSION)


@frozen(eq=False)
class _Contents:
    """The arrays of a state by name, what it was made with, and the digest that goes with them."""

    head: bytes
    arrays: Mapping[str, pa.Array]
    stated: str

    @classmethod
    def of(cls, batch: pa.RecordBatch) -> _Contents:
        batch.validate(full=True)
        found = batch.schema.metadata
        arrays = {name: batch.column(i).flatten() for i, name in enumerate(batch.schema.names)}
        stated = found.get(_DIGEST.encode(), b"").decode("ascii", "replace")
        return cls(found.get(_HEAD.encode(), b""), arrays, stated)

    @property
    def digest(self) -> str:
        """The SHA-256 of head and arrays with their names, types and lengths."""
        total = hashlib.sha256(self.head)
        for name, values in self.arrays.items():
            total.update(f"\n{name} {values.type} {len(values)}\n".encode())
            total.update(_plain(values))
        return total.hexdigest()

    def check(self, path: Path) -> None:
        found = self.digest
        if found != self.stated:
            reason = f"SHA-256 {self.stated[:12]} != {found[:12]}"
            raise fault("damaged_state", _WHERE, _DAMAGED, file=path, reason=reason)

    def state(self) -> State:
        """Return the state; to be asked for only after `check`."""
        head, arrays = json.loads(self.head), self.arrays
        names = np.array(arrays["customers.names"].to_pylist(), dtype=object)
        customers = Ids(_numbers(arrays["customers.keys"], np.int64), names)
        shape = len(customers), len(head["channels"])
        months = dict.fromkeys(n.split(".")[1] for n in arrays if n.startswith("uses."))
        return State(
            catalogue=head["catalogue"],
            channels=tuple(head["channels"]),
            evidence_kinds=tuple(head["evidence_kinds"]),
            customers=customers,
            planes={parse_month(m): self._plane(f"uses.{m}", shape) for m in months},
            **{name: self._marks(name) for name in _MARKS},
        )

    def _plane(self, name: str, shape: tuple[int, int]) -> Plane:
        if f"{name}.grid" in self.arrays:
            words = _numbers(self.arrays[f"{name}.grid"], np.uint8)
            return Plane.of_grid(words.reshape(-1, width_of(shape[1])), shape[1])
        cells = _numbers(self.arrays[f"{name}.cells"], np.int64)
        counts = _numbers(self.arrays[f"{name}.counts"], np.uint8)
        return Plane.of_cells(shape, cells, counts)

    def _marks(self, name: str) -> Marks:
        key, reduce = _MARKS[name]
        columns = {n: _numbers(self.arrays[f"{name}.{n}"], np.int64) for n in (*key, *reduce)}
        return Marks(key, reduce, columns)


def _batch(state: State) -> pa.RecordBatch:
    """Put every array of a state into one row of lists."""
    import pyarrow as pa

    arrays = dict(_arrays(state))
    head = {
        "catalogue": state.catalogue,
        "channels": state.channels,
        "evidence_kinds": state.evidence_kinds,
    }
    contents = _Contents(json.dumps(head, ensure_ascii=False).encode(), arrays, "")
    lists = [pa.LargeListArray.from_arrays([0, len(v)], v) for v in arrays.values()]
    metadata = {_MARK: str(VERSION), _HEAD: contents.head, _DIGEST: contents.digest}
    return pa.RecordBatch.from_arrays(lists, names=list(arrays), metadata=metadata)


def _arrays(state: State) -> Iterator[tuple[str, pa.Array]]:
    import pyarrow as pa

    yield "customers.keys", pa.array(state.customers.keys)
    yield "customers.names", pa.array(state.customers.names.tolist(), pa.large_string())
    for month, plane in state.planes.items():
        for part, values in _parts(plane).items():
            yield f"uses.{format_month(month)}.{part}", pa.array(values)
    for name in _MARKS:
        marks: Marks = getattr(state, name)
        for column, values in marks.columns.items():
            yield f"{name}.{column}", pa.array(values)


def _parts(plane: Plane) -> dict[str, NDArray[np.generic]]:
    if plane.grid is not None:
        return {"grid": plane.grid.reshape(-1)}
    return {"cells": plane.cells, "counts": plane.counts}


def _numbers(values: pa.Array, kind: type[_I]) -> NDArray[_I]:
    return np.asarray(values.to_numpy(), dtype=kind)


def _plain(values: pa.Array) -> bytes | memoryview:
    """Return what is hashed: numbers as they lie in memory, texts as JSON."""
    if "string" in str(values.type):
        return json.dumps(values.to_pylist()).encode()
    return memoryview(values.to_numpy())


_EXTENSION = Text(
    "状态文件 {file} 的扩展名应为 .arrow、.feather 或 .ipc。",
    "the state file {file} must end in .arrow, .feather or .ipc.",
)
_FOREIGN = Text(
    "文件 {file} 不是渠道状态文件；请给 save_state 写出的文件。",
    "file {file} is no channel state; give a file that save_state wrote.",
)
_TRUNCATED = Text(
    "状态文件 {file} 不完整，缺少末尾（现有 {size:,} 字节）；请重新复制，或重新汇总后保存。",
    "the state file {file} is incomplete: its end is missing ({size:,} bytes are there); copy it "
    "again, or aggregate and save again.",
)
_VERSION = Text(
    "状态文件 {file} 的版本是 {found}，此处只能读版本 {known}；请用写出它的 powerchannel 版本读取，"
    "或重新汇总后保存。",
    "the state file {file} has version {found} and only version {known} can be read here; read it "
    "with the release of powerchannel that wrote it, or aggregate and save again.",
)
_DAMAGED = Text(
    "状态文件 {file} 已损坏或被改动（{reason}）；请重新复制，或重新汇总后保存。",
    "the state file {file} is damaged or was changed ({reason}); copy it again, or aggregate and "
    "save again.",
)
