"""A file that is drawn when somebody takes it, outside of her session, can ask no desk."""

from __future__ import annotations

import pytest

from mapping.pages import _shared


def nobody_to_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let everything fail that asks the desk for its language, its atlas or a table."""

    def nobody(*_: object, **__: object) -> str:
        raise AssertionError("a file is drawn where no desk can be asked")

    for name in ("say", "lang", "read", "atlas", "atlas_path", "meta", "tokens", "mode"):
        monkeypatch.setattr(_shared, name, nobody)
