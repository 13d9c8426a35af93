"""A person's need, as far as it decides which services are of use to her.

The seed of a persona: what help she looks for, in which language, when she can come, how far she
walks, and what a service must not ask of her. It says nothing about who she is in number: the
people counted are a group of the population tables, and only a proxy for her.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

from layers.errors import LayerError
from layers.hours import WINDOWS
from layers.vocab import CATEGORY

EVERYONE: Final = "all"
MOST_MINUTES: Final = 60.0
FACTS: Final = ("hours", "language", "papers", "women_only", "step_free", "free")
ABOUT: Final = frozenset({"id", "name", "about", "invented"})  # said of a persona, not asked
TAG: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What one person needs; whatever is not asked is left at its default.

    Parameters
    ----------
    category
        What help: a code of ``layers.vocab.CATEGORY``.
    minutes
        The longest walk, 1 to 60 minutes at 4.8 km/h.
    group
        Who is counted: an ``id`` of ``population_groups``; ``all`` is everyone.
    language
        BCP 47 tag she must be understood in; ``None`` for any.
    when
        ``any``, or when she can come: a name in ``layers.hours.WINDOWS``.
    no_papers
        Only services that ask for no residence papers. A fact of services: no number of people
        without papers exists here.
    women_only_ok
        ``False`` leaves out services that are for women only.
    step_free, free
        Only places without steps; only services that cost nothing.

    Raises
    ------
    LayerError
        ``need_value_unknown`` or ``minutes_out_of_range``.

    Examples
    --------
    >>> Need(category="legal", language="ti", when="evening").asked()
    ('hours', 'language')
    """

    category: str
    minutes: float = 15.0
    group: str = EVERYONE
    language: str | None = None
    when: str = "any"
    no_papers: bool = False
    women_only_ok: bool = True
    step_free: bool = False
    free: bool = False

    def __post_init__(self) -> None:
        given: dict[str, Any] = asdict(self)  # from a file, whatever the types above promise
        _one_of("category", given["category"], CATEGORY)
        _one_of("when", given["when"], tuple(WINDOWS))
        minutes, language, group = given["minutes"], given["language"], given["group"]
        if not isinstance(minutes, int | float) or isinstance(minutes, bool):
            raise LayerError("need_value_unknown", key="minutes", known="1-60")
        if not 1 <= minutes <= MOST_MINUTES:  # refuses NaN too
            raise LayerError("minutes_out_of_range", minutes=minutes, most=int(MOST_MINUTES))
        if language is not None and not (isinstance(language, str) and TAG.fullmatch(language)):
            raise LayerError("need_value_unknown", key="language", known="en, ti, prs, zh-Hans")
        if not isinstance(group, str) or not group:
            raise LayerError("need_value_unknown", key="group", known=EVERYONE)
        for name in ("no_papers", "women_only_ok", "step_free", "free"):
            if not isinstance(given[name], bool):
                raise LayerError("need_value_unknown", key=name, known="true, false")

    @classmethod
    def from_json(
        cls,
        persona: str | Mapping[str, Any],
        *,
        category: str | None = None,
        minutes: float | None = None,
    ) -> Need:
        """Read a need from a persona's JSON; ``category`` and ``minutes`` given here win.

        Raises
        ------
        LayerError
            ``persona_not_json``, ``persona_key_unknown``, ``persona_no_category``, and those of
            :class:`Need`.

        Examples
        --------
        >>> Need.from_json('{"name": "Selam", "language": "ti"}', category="legal").language
        'ti'
        """
        if isinstance(persona, str):
            try:
                persona = json.loads(persona)
            except json.JSONDecodeError as error:
                raise LayerError("persona_not_json", line=error.lineno) from error
        if not isinstance(persona, Mapping):
            raise LayerError("persona_not_json", line=1)
        known = [field.name for field in fields(cls)]
        strange = sorted(set(persona) - set(known) - ABOUT)
        if strange:
            raise LayerError("persona_key_unknown", key=strange[0], known=", ".join(known))
        given = {key: value for key, value in persona.items() if key in known}
        if category is not None:
            given["category"] = category
        if minutes is not None:
            given["minutes"] = minutes
        if "category" not in given:
            raise LayerError("persona_no_category", known=", ".join(CATEGORY))
        return cls(**given)

    def as_dict(self) -> dict[str, str | float | bool | None]:
        """Give all values under their names, for JSON and for the head of a table."""
        return asdict(self)

    def asked(self) -> tuple[str, ...]:
        """Name the facts a service must have for this need, in the order people meet them."""
        wanted = {
            "hours": self.when != "any",
            "language": self.language is not None,
            "papers": self.no_papers,
            "women_only": not self.women_only_ok,
            "step_free": self.step_free,
            "free": self.free,
        }
        return tuple(fact for fact in FACTS if wanted[fact])


def _one_of(key: str, value: object, known: tuple[str, ...]) -> None:
    if value not in known:
        raise LayerError("need_value_unknown", key=key, known=", ".join(known))
