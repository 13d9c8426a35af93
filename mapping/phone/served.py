"""The route a map fetches its layers from: part of the desk, behind the passphrase in a hall."""

from __future__ import annotations

import gzip

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mapping import served

# The address is a hash of the content, so a cached copy is never wrong; "private" because only
# the desk may see it, and a cache between desk and browser is not the desk.
_CACHE = "private, max-age=31536000, immutable"


async def _serve(request: Request) -> Response:
    found = served.find(request.path_params["name"])
    if found is None:
        return Response(status_code=404, headers={"Cache-Control": "no-store"})
    headers = {"Cache-Control": _CACHE, "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(found.packed, media_type=found.media_type, headers=headers)
    return Response(gzip.decompress(found.packed), media_type=found.media_type, headers=headers)


def routes() -> list[Route]:
    """Give the one route under ``/desk/served``."""
    return [Route(f"{served.PREFIX}/{{name}}", _serve, methods=["GET", "HEAD"])]
