"""Everything that left in an export, as bytes: also what is packed inside a file."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path


def everything(folder: Path) -> bytes:
    """Read all files of a folder, and the members of all zips among them, a workbook being one."""
    found = [path.name.encode() + path.read_bytes() for path in sorted(folder.iterdir())]
    for raw in [path.read_bytes() for path in sorted(folder.iterdir())]:
        if raw.startswith(b"PK\x03\x04"):
            with zipfile.ZipFile(io.BytesIO(raw)) as packed:
                found += [one.encode() + packed.read(one) for one in packed.namelist()]
    return b"\n".join(found)
