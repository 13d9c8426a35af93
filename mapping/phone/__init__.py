"""What a phone, a wall or a moderator talks to: static pages and JSON, no Streamlit session."""

from __future__ import annotations

from starlette.routing import BaseRoute

from layers.room import Room
from mapping.phone import front, room_routes


def routes(room: Room | None = None) -> list[BaseRoute]:
    """Give all routes of phones and walls.

    Parameters
    ----------
    room
        The room to serve; without it the one of this process (``CG_ROOM``).
    """
    return [*front.routes(), *room_routes.RoomRoutes(room).routes()]
