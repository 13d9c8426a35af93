"""Where the bytes of a table come from: a file, a member of a zip, or a file in a folder."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from layers.errors import LayerError

MAX_UNPACKED = 400_000_000  # bytes; a small zip can hold a very large nothing
MAX_MEMBERS = 20_000
SMALL = 5_000_000  # bytes of a file; up to here the least allowance holds
_DENSE = 40_000_000  # bytes that a zip of that size may unpack to: more is not read in five seconds
_LOCKED = 0x1  # flag of a member that asks for a password


def _nobody(done: int, total: int) -> None:
    """Stand in where nobody waits for progress."""


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """How to read: what a person chose, who is told of progress, names of our own tables."""

    part: str | None = None
    encoding: str | None = None
    header_rows: int | None = None
    tell: Callable[[int, int], None] = _nobody
    ours: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Bytes with a name; ``beside`` holds the other files of the same layer, by their ending."""

    name: str
    path: Path | None = None
    packed: zipfile.ZipFile | None = None
    member: str = ""
    data: bytes | None = None
    beside: dict[str, Source] = field(default_factory=dict)

    @property
    def stem(self) -> str:
        """The name without folders and ending."""
        return PurePosixPath(self.name).stem

    @property
    def ending(self) -> str:
        """The ending of the name, small, with its dot."""
        return PurePosixPath(self.name).suffix.lower()

    @property
    def size(self) -> int:
        """How many bytes it holds."""
        if self.packed is not None:
            return self.packed.getinfo(self.member).file_size
        return self.path.stat().st_size if self.path else len(self.data or b"")

    def open(self) -> BinaryIO:
        """Open it for reading."""
        if self.packed is not None:
            info = self.packed.getinfo(self.member)
            if info.flag_bits & _LOCKED:
                raise LayerError("file_locked")
            return self.packed.open(info)  # type: ignore[return-value]  # typed as IO[bytes]
        return self.path.open("rb") if self.path else io.BytesIO(self.data or b"")

    def head(self, size: int = 4096) -> bytes:
        """Read the beginning."""
        with self.open() as file:
            return file.read(size)

    def read(self) -> bytes:
        """Read everything."""
        with self.open() as file:
            return file.read()


def unpack(source: Source) -> list[Source]:
    """List the files in a zip, without those that only a system put there.

    A zip inside a zip is unpacked in memory.

    Raises
    ------
    LayerError
        ``file_too_large`` or ``file_too_dense`` before anything is unpacked.
    """
    # stays open as long as its members are read
    packed = zipfile.ZipFile(source.path or io.BytesIO(source.read()))
    listed = [one for one in packed.infolist() if not one.is_dir()]
    unpacked = sum(one.file_size for one in listed)
    if len(listed) > MAX_MEMBERS or unpacked > MAX_UNPACKED:
        raise LayerError("file_too_large")
    if source.size <= SMALL and unpacked > _DENSE:
        raise LayerError("file_too_dense", limit=_DENSE // 1_000_000)
    return [
        Source(name=one.filename, packed=packed, member=one.filename)
        for one in listed
        if _is_wanted(one.filename) and one.file_size
    ]


def unpacked_size(path: Path) -> int:
    """Say how much a zip would take unpacked; its size on disk for any other file."""
    if not zipfile.is_zipfile(path):
        return path.stat().st_size
    with zipfile.ZipFile(path) as packed:
        return sum(one.file_size for one in packed.infolist())


def listing(folder: Path) -> list[Source]:
    """List the files right in a folder; a link that leads out of it is left out."""
    return [
        Source(name=one.name, path=one)
        for one in sorted(folder.iterdir())
        if one.is_file()
        and one.resolve().parent == folder.resolve()
        and _is_wanted(one.name)
        and one.stat().st_size
    ]


def links_out(folder: Path) -> int:
    """Count the links in a folder that lead out of it."""
    return sum(
        one.is_symlink() and one.resolve().parent != folder.resolve() for one in folder.iterdir()
    )


def siblings(path: Path) -> list[Path]:
    """List the files beside a ``.shp`` that belong to it."""
    wanted = {".dbf", ".shx", ".prj", ".cpg"}
    return [
        one
        for one in sorted(path.parent.glob(f"{_no_pattern(path.stem)}.*"))
        if one.suffix.lower() in wanted and one.is_file() and one.resolve().parent == path.parent
    ]


def _no_pattern(text: str) -> str:
    return "".join(f"[{sign}]" if sign in "[]*?" else sign for sign in text)


def _is_wanted(name: str) -> bool:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return bool(parts) and "__MACOSX" not in parts and not parts[-1].startswith(".")
