"""What a process that reads a file of outside may use: so much memory, time, and that file."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from layers.importing.read_source import SMALL

MAX_BYTES = 300_000_000
_LEAST, _MOST = (512_000_000, 5), (2_000_000_000, 90)  # bytes of memory, seconds of processor
_MOST_HEAVY = (3_000_000_000, 120)  # of an extract of OpenStreetMap, which is very dense
_PER_BYTE, _PER_BYTE_HEAVY = 15, 60
_PER_MB_S, _PER_MB_S_HEAVY = 1.0, 6.0
_NEW_USER_AND_NET = 0x10000000 | 0x40000000
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_ROOT = Path(__file__).resolve().parents[2]
_CODE = (".py", ".pyc", ".so", ".json", ".pyd", ".dll")
_REFUSED = ("socket.", "subprocess.", "ctypes.", "os.exec", "os.fork", "os.spawn", "os.posix_spawn")
_REFUSED_EXACTLY = frozenset(
    {
        *("os.system", "os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.chmod", "os.chown"),
        *("os.link", "os.symlink", "os.truncate", "os.startfile", "shutil.copyfile", "pty.spawn"),
    }
)


def allowance(size: int, *, heavy: bool = False) -> tuple[int, int]:
    """Give the bytes of memory and the seconds of processor time that a size deserves.

    Parameters
    ----------
    size
        Bytes of the file; of a packed one, what it unpacks to where that is more.
    heavy
        For an extract of OpenStreetMap.

    Examples
    --------
    >>> allowance(5_000_000), allowance(300_000_000), allowance(300_000_000, heavy=True)
    ((512000000, 5), (2000000000, 90), (3000000000, 120))
    """
    more = size if heavy else max(0, size - SMALL)  # an extract of 4 MB holds half a city
    per_byte, per_mb_s = (_PER_BYTE_HEAVY, _PER_MB_S_HEAVY) if heavy else (_PER_BYTE, _PER_MB_S)
    memory, cpu_s = _MOST_HEAVY if heavy else _MOST
    return (
        min(_LEAST[0] + per_byte * more, memory),
        min(_LEAST[1] + int(per_mb_s * more / 1_000_000), cpu_s),
    )


def limit(size: int, *, heavy: bool = False, final: bool = True) -> bool:
    """Take memory, time and writing from this process; False where the system cannot.

    With ``final=False`` the limits may be raised once more, when the size is known for certain.
    """
    try:
        import resource  # noqa: PLC0415 - not on every system
    except ImportError:
        return False
    least = allowance(size, heavy=heavy)
    most = least if final else (_MOST_HEAVY if heavy else _MOST)
    wanted = ((resource.RLIMIT_AS, least[0], most[0]), (resource.RLIMIT_CPU, least[1], most[1]))
    for what, soft, hard in (*wanted, (resource.RLIMIT_FSIZE, 0, 0), (resource.RLIMIT_CORE, 0, 0)):
        _, now = resource.getrlimit(what)
        if now != resource.RLIM_INFINITY:  # never above what the system itself allows
            soft, hard = min(soft, now), min(hard, now)  # noqa: PLW2901 - so it is read in one place
        resource.setrlimit(what, (soft, hard))
    return True


def leave_the_network() -> None:
    """Go into a network of one's own, in which there is nobody.

    Refused in many containers; there the audit hook holds alone.
    """
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 - only here, and it is refused afterwards

        ctypes.CDLL(None).unshare(_NEW_USER_AND_NET)


def close_the_doors(files: Iterable[Path]) -> None:
    """Refuse from now on everything but reading these files and loading installed code.

    A hook cannot be taken off again, by nobody in this process.
    """
    sys.dont_write_bytecode = True
    mine = frozenset(str(file) for file in files)
    libraries = tuple({os.path.realpath(place) for place in (sys.prefix, sys.base_prefix, _ROOT)})

    def refuse(event: str, values: tuple[object, ...]) -> None:
        if event == "open":
            target, flags = values[0], values[2]
            if isinstance(target, int):
                return
            real = os.path.realpath(os.fsdecode(target))  # type: ignore[arg-type]  # str, bytes or a path
            code = real.startswith(libraries) and real.endswith(_CODE)
            writes = isinstance(flags, int) and flags & _WRITING
            if writes or not (real in mine or code):
                raise PermissionError("the reader opens one file only")
        elif event.startswith(_REFUSED) or event in _REFUSED_EXACTLY:
            raise PermissionError(f"the reader may not use {event}")

    sys.addaudithook(refuse)
