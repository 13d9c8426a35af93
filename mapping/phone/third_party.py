"""Serve scripts, styles and fonts out of installed packages, to phones and desk alike."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from mapping import assets

# Names carry no version, so that an update must be seen the next day at the latest.
_KEEP = "public, max-age=86400"


async def _serve(request: Request) -> Response:
    package, name = request.path_params["package"], request.path_params["name"]
    try:
        found = assets.file(package, name)
    except LookupError:
        return PlainTextResponse("404", status_code=404)
    return FileResponse(found, media_type=assets.media_type(name), headers={"Cache-Control": _KEEP})


def routes() -> list[BaseRoute]:
    """Give the routes for files of installed packages."""
    return [Route(f"{assets.PREFIX}/{{package}}/{{name:path}}", _serve, methods=["GET"])]
