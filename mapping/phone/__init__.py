"""What a phone, a wall or an organization talks to: static pages and JSON, no Streamlit session."""

from __future__ import annotations

from starlette.routing import BaseRoute

from layers.room import Room
from mapping.phone import front, ours, room_routes


def routes(room: Room | None = None) -> list[BaseRoute]:
    """Give all routes of phones and walls.

    Parameters
    ----------
    room
        The room to serve; without it the one of this process (``CG_ROOM``).
    """
    return [*front.routes(), *room_routes.RoomRoutes(room).routes(), *ours.OursRoutes().routes()]
