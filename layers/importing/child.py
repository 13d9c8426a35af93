"""Reading a file of outside in a process of its own, with limits, and nothing else in reach.

:func:`read_table` starts ``python -m layers.importing.child FILE`` and takes JSON back over the
pipe. The child may use so much memory and processor time, opens that one file only, and has no
network: a namespace of its own where the system gives one, and in any case an audit hook that
refuses sockets, other programs and writing.
"""

from __future__ import annotations

import ctypes
import json
import os
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path

from layers.errors import LayerError
from layers.importing import read_geojson, read_package, read_sheets, read_text
from layers.importing.tables import Note, Table

MAX_BYTES = 300_000_000
MEMORY_BYTES = 2_000_000_000  # of addresses, of which far less is ever filled
CPU_S = 90
WAIT_S = 120
_ROOT = Path(__file__).resolve().parents[2]
_KEPT = ("PATH", "SYSTEMROOT", "TMPDIR", "LANG", "VIRTUAL_ENV")
_NEW_USER_AND_NET = 0x10000000 | 0x40000000
_REFUSED = ("socket.", "subprocess.", "ctypes.", "os.exec", "os.fork", "os.spawn", "os.posix_spawn")
_REFUSED_EXACTLY = frozenset({"os.system", "os.remove", "os.rename", "os.mkdir", "os.chmod"})


def read_table(path: Path | str) -> Table:
    """Read a file as a table of text, in a child process.

    Parameters
    ----------
    path
        A CSV, XLSX, GeoJSON or GeoPackage file. What it is shows in its bytes, not in its name.

    Raises
    ------
    LayerError
        One code for each way to fail, with ``file`` among its values.
    """
    path = Path(path).resolve()
    name = path.name
    if not path.is_file():
        raise LayerError("file_missing", file=name)
    if path.stat().st_size > MAX_BYTES:
        raise LayerError("file_too_large", file=name)
    if path.stat().st_size == 0:
        raise LayerError("file_empty", file=name)
    surroundings = {key: os.environ[key] for key in _KEPT if key in os.environ}
    surroundings |= {"PYTHONPATH": str(_ROOT), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-X", "utf8", "-m", "layers.importing.child", str(path)]
    try:
        done = subprocess.run(  # noqa: S603 - our own module, the path as one argument
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=WAIT_S,
            check=False,
            cwd=_ROOT,
            env=surroundings,
        )
    except subprocess.TimeoutExpired as error:
        raise LayerError("file_too_slow", file=name) from error
    try:
        said = json.loads(done.stdout)
    except ValueError as error:
        raise LayerError("file_reader_stopped", file=name) from error
    if "error" in said:
        raise LayerError(said["error"], **{"file": name, **said["values"]})
    table = Table.from_dict(said)
    if not table.rows and not table.problems:
        raise LayerError("file_no_rows", file=name)
    return table


def read_here(path: Path) -> Table:
    """Read a file in this process; only the child calls this.

    Raises
    ------
    LayerError
        ``file_format_unknown`` and what the reader of the format raises.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith(b"SQLite format 3\x00"):
        return read_package.read(path)
    if head.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(path) as packed:
            if "xl/workbook.xml" not in packed.namelist():
                raise LayerError("file_format_unknown")
        return read_sheets.read(path)
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text[:1] in (b"{", b"[") or text.startswith((b"var ", b"let ", b"const ")):
        return read_geojson.read(path)
    if text[:1] == b"<" or text[:4] == b"%PDF" or text[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise LayerError("file_format_unknown")
    return read_text.read(path)


def main() -> None:
    """Be the child: read the one file named, write JSON, go."""
    path = Path(sys.argv[1])
    limits = [Note("limits_absent")] if not _limit_itself() else []
    _close_the_doors(path)
    try:
        table = read_here(path)
        table.notes.extend(limits)
        answer = table.to_json()
    except LayerError as error:
        answer = json.dumps({"error": error.code, "values": error.blanks})
    except MemoryError:
        answer = json.dumps({"error": "file_reader_stopped", "values": {}})
    except sqlite3.OperationalError as error:
        slow = "interrupted" in str(error)
        code = "file_too_slow" if slow else "file_unreadable"
        answer = json.dumps({"error": code, "values": {}})
    except Exception:  # noqa: BLE001 - whatever a broken file makes a parser do is one sentence
        answer = json.dumps({"error": "file_unreadable", "values": {}})
    sys.stdout.write(answer)
    sys.stdout.flush()


def _limit_itself() -> bool:
    """Take memory, time and network from this process; False where the system cannot."""
    try:
        import resource  # noqa: PLC0415 - not on every system
    except ImportError:
        return False
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    if sys.platform == "linux":
        # refused in many containers; the audit hook below holds there
        ctypes.CDLL(None).unshare(_NEW_USER_AND_NET)
    return True


def _close_the_doors(path: Path) -> None:
    sys.dont_write_bytecode = True
    libraries = tuple({os.path.realpath(place) for place in (sys.prefix, sys.base_prefix, _ROOT)})

    def refuse(event: str, values: tuple[object, ...]) -> None:
        if event == "open":
            target, mode = values[0], values[1]
            if isinstance(target, int):
                return
            real = os.path.realpath(os.fsdecode(target))  # type: ignore[arg-type]  # str, bytes or a path
            code = real.startswith(libraries) and real.endswith((".py", ".pyc", ".so", ".json"))
            reads = not mode or not set(str(mode)) & set("wax+")
            if not (reads and (real == str(path) or code)):
                raise PermissionError("the reader opens one file only")
        elif event.startswith(_REFUSED) or event in _REFUSED_EXACTLY:
            raise PermissionError(f"the reader may not use {event}")

    sys.addaudithook(refuse)


if __name__ == "__main__":
    main()
