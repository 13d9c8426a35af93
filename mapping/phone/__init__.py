"""What phone, wall, moderator and organization talk to: static pages and JSON, no Streamlit."""

from __future__ import annotations

from starlette.routing import BaseRoute

from layers.room import Room
from mapping.phone import (
    checking_line,
    front,
    helping,
    moderator,
    netmap,
    ours,
    printing,
    room_routes,
    voices,
)


def routes(room: Room | None = None) -> list[BaseRoute]:
    """Give all routes of phones and walls.

    Parameters
    ----------
    room
        The room to serve; without it the one of this process (``CG_ROOM``).
    """
    return [
        *front.routes(),
        *room_routes.RoomRoutes(room).routes(),
        *helping.Helping(room).routes(),
        *voices.Voices().routes(),
        *checking_line.CHECKS.routes(),
        *moderator.ModeratorRoutes(room).routes(),
        *netmap.NetmapRoutes(room).routes(),
        *ours.OursRoutes().routes(),
        *printing.Printing(room).routes(),
    ]
