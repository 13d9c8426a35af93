"""Recorded sentences of the operator's, for languages that no device can speak.

A folder with one folder a language and one file a sentence: ``var/voices/ti/phone.agree.mp3``. The
page asks once what there is. Nothing is ever sent away to be spoken.
"""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

TYPES = MappingProxyType({".mp3": "audio/mpeg", ".ogg": "audio/ogg", ".wav": "audio/wav"})
MOST_BYTES = 1_000_000  # a minute of speech; a sentence takes a few seconds
_LOOK_AGAIN_S = 10.0
_KEEP = "private, max-age=3600"
_LANG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")
_KEY = re.compile(r"[a-z][a-z0-9_]{0,40}(\.[a-z0-9_]{1,40}){1,3}")


def folder() -> Path:
    """Give the folder with the recordings: ``CG_VOICES``, or ``var/voices``."""
    return Path(os.environ.get("CG_VOICES") or "var/voices")


def recorded(root: Path) -> dict[str, dict[str, Path]]:
    """List what is recorded: language -> key of the sentence -> its file.

    Parameters
    ----------
    root
        Folder of :func:`folder`; may be missing. Only files that lie in it themselves count, of
        a known type that their first bytes confirm, and of at most :data:`MOST_BYTES`.
    """
    found: dict[str, dict[str, Path]] = {}
    if not root.is_dir():
        return found
    for lang in sorted(root.iterdir()):
        if lang.is_symlink() or not lang.is_dir() or not _LANG.fullmatch(lang.name):
            continue
        for file in sorted(lang.iterdir()):
            if _KEY.fullmatch(file.stem) and file.suffix in TYPES and _is_sound(file):
                found.setdefault(lang.name, {}).setdefault(file.stem, file)
    return found


def _is_sound(file: Path) -> bool:
    if file.is_symlink() or not file.is_file() or not 0 < file.stat().st_size <= MOST_BYTES:
        return False
    with file.open("rb") as opened:
        first = opened.read(12)
    if file.suffix == ".mp3":
        return first[:3] == b"ID3" or (first[:1] == b"\xff" and first[1:2] >= b"\xe0")
    if file.suffix == ".ogg":
        return first[:4] == b"OggS"
    return first[:4] == b"RIFF" and first[8:12] == b"WAVE"


class Voices:
    """The routes: what there is, and each file.

    Parameters
    ----------
    root
        Folder with the recordings; as the settings say where none is given.
    """

    def __init__(self, root: Path | None = None) -> None:
        self._root = root
        self._seen: Mapping[str, Mapping[str, Path]] = {}
        self._until = 0.0
        self._looking = asyncio.Lock()

    def routes(self) -> list[BaseRoute]:
        """Give the routes."""
        return [
            Route("/phone/voices.json", self.list, methods=["GET"]),
            Route("/phone/voice/{lang}/{key}", self.file, methods=["GET"]),
        ]

    async def _found(self) -> Mapping[str, Mapping[str, Path]]:
        """Look into the folder, at most once in a while: a hall of phones asks at once."""
        async with self._looking:  # whoever comes meanwhile waits for what is found
            if time.monotonic() >= self._until:
                self._seen = await asyncio.to_thread(recorded, self._root or folder())
                self._until = time.monotonic() + _LOOK_AGAIN_S
        return self._seen

    async def list(self, _: Request) -> Response:
        """Tell which sentences are recorded in which language."""
        said = {lang: sorted(keys) for lang, keys in (await self._found()).items()}
        return JSONResponse(said, headers={"Cache-Control": "no-cache"})

    async def file(self, request: Request) -> Response:
        """Give one recording. Only what was listed is opened, whatever the address says."""
        lang, key = request.path_params["lang"], request.path_params["key"]
        file = (await self._found()).get(lang, {}).get(key)
        if file is None or not file.is_file():
            return Response(status_code=404)
        headers = {"Cache-Control": _KEEP}
        return FileResponse(file, media_type=TYPES[file.suffix], headers=headers)
