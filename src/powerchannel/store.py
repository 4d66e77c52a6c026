"""A state in a file: kept from month to month, whole or not at all, and verified when read.

The file is Arrow IPC with one row, in which each array of the state is one list; any tool that
reads Arrow can look into it. Its schema carries what the state was made with and a seal: the
version of the layout and the SHA-256 of every other byte of the file.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
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
_MARK = b"powerchannel-state "
_SEAL = re.compile(_MARK + rb"(\S+) sha256:([0-9a-f]{64})")
_BLANK = "0" * 64
_NEAR = 1 << 20  # bytes: a schema of hundreds of months is smaller
_HEAD = b"powerchannel.head"
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
    import pyarrow as pa

    batch = _batch(state)
    with replacing(target) as sink:
        with pa.ipc.new_file(sink, batch.schema) as writer:
            writer.write_batch(batch)
        sink.flush()
        _seal(Path(sink.name))


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
    import pyarrow as pa

    with open_source(path, where=_WHERE):  # where there is no such file, it says so
        data = path.read_bytes()
    _verify(data, path)
    with pa.ipc.open_file(pa.py_buffer(data)) as reader:
        return _Contents.of(reader.get_batch(0)).state()


def _check_extension(path: Path) -> None:
    if EXTENSIONS[extension_of(path, where=_WHERE)] != "arrow":
        raise fault("state_extension", _WHERE, _EXTENSION, file=path)


def _seal_of(digest: str) -> bytes:
    return _MARK + f"{VERSION} sha256:{digest}".encode()


def _seal(path: Path) -> None:
    """Write the digest of a file into its seal, which the schema holds near both ends."""
    with path.open("r+b") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        size = file.tell()
        file.seek(0)
        first = file.read(_NEAR).find(_seal_of(_BLANK))
        begin = file.seek(max(0, size - _NEAR))
        for place in (first, begin + file.read().rfind(_seal_of(_BLANK))):
            file.seek(place)
            file.write(_seal_of(digest))


def _digest(data: bytes, seals: Sequence[re.Match[bytes]]) -> str:
    """Return the SHA-256 that a file had before it was sealed."""
    total, at = hashlib.sha256(), 0
    for seal in seals:
        total.update(memoryview(data)[at : seal.start(2)])
        total.update(_BLANK.encode())
        at = seal.end(2)
    total.update(memoryview(data)[at:])
    return total.hexdigest()


def _verify(data: bytes, path: Path) -> None:
    """Refuse what is no state, incomplete, of another version, or not what was written."""
    if not data.startswith(_MAGIC):
        raise fault("not_a_state", _WHERE, _FOREIGN, file=path)
    if not data.endswith(_MAGIC) or len(data) < 2 * len(_MAGIC):
        raise fault("truncated_state", _WHERE, _TRUNCATED, file=path, size=len(data))
    if _MARK not in data:
        raise fault("not_a_state", _WHERE, _FOREIGN, file=path)
    found = (_SEAL.match(data, at) for at in (data.find(_MARK), data.rfind(_MARK)))
    seals = [seal for seal in found if seal is not None]
    other = [seal[1] for seal in seals if seal[1] != str(VERSION).encode()]
    if other:
        shown = other[0].decode("utf-8", "replace")
        raise fault("state_version", _WHERE, _VERSION, file=path, found=shown, known=VERSION)
    digest = _digest(data, seals)
    if [seal[2] for seal in seals] != [digest.encode()] * 2:
        raise fault("damaged_state", _WHERE, _DAMAGED, file=path, digest=digest[:12])


@frozen(eq=False)
class _Contents:
    """The arrays of a state by name, and what it was made with."""

    head: Mapping[str, str | list[str]]
    arrays: Mapping[str, pa.Array]

    @classmethod
    def of(cls, batch: pa.RecordBatch) -> _Contents:
        arrays = {name: batch.column(i).flatten() for i, name in enumerate(batch.schema.names)}
        return cls(json.loads(batch.schema.metadata[_HEAD]), arrays)

    def state(self) -> State:
        """Return the state."""
        arrays, channels = self.arrays, tuple(self.head["channels"])
        names = np.array(arrays["customers.names"].to_pylist(), dtype=object)
        customers = Ids(_numbers(arrays["customers.keys"], np.int64), names)
        shape = len(customers), len(channels)
        months = dict.fromkeys(n.split(".")[1] for n in arrays if n.startswith("uses."))
        return State(
            catalogue=str(self.head["catalogue"]),
            channels=channels,
            evidence_kinds=tuple(self.head["evidence_kinds"]),
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
    """Put every array of a state into one row of lists, with an empty seal."""
    import pyarrow as pa

    arrays = dict(_arrays(state))
    head = {
        "catalogue": state.catalogue,
        "channels": state.channels,
        "evidence_kinds": state.evidence_kinds,
    }
    seal = _seal_of(_BLANK)
    metadata = {_HEAD: json.dumps(head, ensure_ascii=False), b"powerchannel.seal": seal}
    lists = [pa.LargeListArray.from_arrays([0, len(v)], v) for v in arrays.values()]
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
    "状态文件 {file} 已损坏或被改动（SHA-256 {digest}… 与封存的不符）；请重新复制，"
    "或重新汇总后保存。",
    "the state file {file} is damaged or was changed (its SHA-256, {digest}…, is not the sealed "
    "one); copy it again, or aggregate and save again.",
)
