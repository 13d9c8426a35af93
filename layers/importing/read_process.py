"""The child: reads one file of outside with all doors closed, writes lines of JSON, and goes.

Started by :mod:`layers.importing.child` only. Libraries are loaded when a file needs them and not
before, so that a small table is there at once.
"""

from __future__ import annotations

import importlib
import json
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any

from layers.errors import LayerError
from layers.importing import read_limits, read_source
from layers.importing.tables import Note

# readers with an answer of their own, by the name that child.run takes
_OWN = MappingProxyType({"osm": "layers.importing.osm_read"})
_DENSER = 20  # a zip gets the allowance of what it unpacks to, up to so many times its size


def main() -> None:
    """Be the child: take the order from the command line and answer it."""
    order = json.loads(sys.argv[1])
    path = Path(order["path"])
    heavy = order["what"].startswith("run:")
    files = _files(path)
    size = sum(file.stat().st_size for file in files)
    can_limit = read_limits.limit(size, heavy=heavy, final=False)
    read_limits.leave_the_network()
    read_limits.close_the_doors(files)
    if path.is_file() and not heavy:
        with suppress(Exception):  # a broken zip: its reader will say what is wrong
            size = max(size, min(read_source.unpacked_size(path), _deserved(size)))
    read_limits.limit(size, heavy=heavy)
    notes = [] if can_limit else [Note("limits_absent")]
    if path.is_dir() and (links := read_source.links_out(path)):
        notes.append(Note("links_not_followed", {"count": links}))
    for said in answered(order, notes):
        _write(said)


def answered(order: dict[str, Any], notes: list[Note]) -> Iterator[dict[str, Any]]:
    """Read what was asked for; whatever goes wrong becomes one typed error.

    Parameters
    ----------
    order
        ``what`` (look, table, all, run:osm), ``path``, ``options`` and the names of our tables.
    notes
        To be added to each table.
    """
    try:
        yield from answer(order, notes)
    except LayerError as error:
        yield {"error": error.code, "values": error.blanks}
    except (MemoryError, OverflowError):
        yield {"error": "file_reader_stopped", "values": {}}
    except RecursionError:
        yield {"error": "file_too_deep", "values": {}}
    except sqlite3.OperationalError as error:
        slow = "interrupted" in str(error)
        yield {"error": "file_too_slow" if slow else "file_unreadable", "values": {}}
    except Exception:  # noqa: BLE001 - whatever a broken file makes a parser do is one sentence
        yield {"error": "file_unreadable", "values": {}}
    yield {"end": True}


def answer(order: dict[str, Any], notes: list[Note]) -> Iterator[dict[str, Any]]:
    """Read what was asked for, piece by piece.

    Raises
    ------
    LayerError
        What the reader of the format raises.
    """
    path, what, options = Path(order["path"]), order["what"], order["options"]
    if what.startswith("run:"):
        reader = importlib.import_module(_OWN[what.removeprefix("run:")])
        yield {"answer": reader.read(path, options, _tell)}
        return
    from layers.importing import read_any  # noqa: PLC0415 - not for the readers above

    how = read_source.How(**options, tell=_tell, ours=frozenset(order["ours"]))
    if what == "look":
        yield {"contents": read_any.look(path, how)}
        return
    for table in [read_any.read(path, how)] if what == "table" else read_any.read_all(path, how):
        table.notes.extend(notes)
        yield from table.said()


def _deserved(size: int) -> int:
    """Say for how many unpacked bytes a zip gets an allowance: a small one for its own size.

    Examples
    --------
    >>> _deserved(350_000), _deserved(5_000_000), _deserved(10_000_000)
    (350000, 5000000, 105000000)
    """
    return min(size, read_source.SMALL) + _DENSER * max(0, size - read_source.SMALL)


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        return [one.path for one in read_source.listing(path) if one.path]
    return [path, *(read_source.siblings(path) if path.suffix.lower() == ".shp" else [])]


def _tell(done: int, total: int) -> None:
    _write({"at": [done, total]})
    sys.stdout.flush()


def _write(said: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(said))
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
