"""A kind of person, as far as it decides which services reach her: for whom a city is asked.

Shared as a few lines of JSON. It describes nobody in particular, and what it says of papers is
what a service asks of her: no number of people without papers exists here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from types import MappingProxyType
from typing import Any, Final

from layers.errors import LayerError
from layers.plain_text import plain_text
from layers.vocab import CATEGORY, COURSE_LEVEL
from mapping.needs import EVERYONE, TAG, Need

STEPS: Final = (
    "exists",
    "near",
    "open",
    "admitted",
    "understood",
    "fits",
    "trusted",
    "safe",
)
# Which facts of a service decide each step; exists is about the kind of help, near and safe about
# the way.
FACTS_OF: Final = MappingProxyType(
    {
        "open": ("hours", "place_free"),
        "admitted": ("papers", "women_only", "age", "no_referral"),
        "understood": ("language", "course_level"),
        "fits": ("free", "step_free", "together"),
        "trusted": ("trust",),
    }
)
PACES: Final = MappingProxyType({"usual": 4.8, "slow": 3.2, "pram": 4.0, "wheelchair": 3.6})  # km/h
STEPLESS: Final = ("pram", "wheelchair")
KNOWS: Final = ("some", "well")
SEX: Final = ("woman", "man")
MOST_AGE: Final = 120
MOST_NAME: Final = 60  # letters
MOST_ABOUT: Final = 400
MOST_SEVERAL: Final = 20  # children, or further languages
_MOST_TAG: Final = 35  # letters; the longest that RFC 5646 must be able to keep
_MOST_CODE: Final = 200
LONGEST: Final = 20_000  # letters of her JSON
_BROKEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_MEN: Final = MappingProxyType(
    {"women": "men", "woman": "man", "female": "male", "females": "males"}
)
_WOMEN: Final = re.compile(rf"(?<![A-Za-z])({'|'.join(_MEN)})(?![A-Za-z])", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona(Need):
    """A kind of person and what she needs; whatever is not asked is left at its default.

    Parameters
    ----------
    name, about
        What she is called in lists and a sentence on her; invented.
    also
        Further languages: (BCP 47 tag, ``well`` or ``some``). ``language`` is one she knows well.
        Where only one she knows some of is spoken, nobody can say whether she is understood.
    course_level
        The level of the language course she looks for; asked of language courses only.
    sex
        ``woman``, ``man`` or ``None``. A man is not let in where a service is for women only.
    age, children
        Years. Childcare must take the ages of all children, everything else her own.
    together
        Another category of help that must be had on the same trip, at the same hours.
    hours
        When she is free, in the syntax of OpenStreetMap's opening hours; ``None`` for ``when``.
    stay_min
        How many minutes on end a service must be open while she is free, 5 to 600.
    place_free
        Only services that have a place free.
    no_referral
        Only services to which nobody has to refer her.
    pace
        A key of ``PACES``. With a pram or a wheelchair she takes no steps; the places she goes to
        must be without steps too.
    avoids_unsafe
        Whether she walks around places that women called unsafe at that hour.
    community
        BCP 47 tag of a community by whose trust she goes. Origin alone never implies trust.
    not_own_community
        Not through actors of that community.

    Raises
    ------
    LayerError
        ``need_value_unknown``, ``minutes_out_of_range``.

    Examples
    --------
    >>> mother = Persona(category="language_course", sex="woman", children=(3,), no_papers=True)
    >>> mother.asked()
    ('papers',)
    >>> replace(mother, sex="man").asked()
    ('papers', 'women_only')
    """

    name: str = ""
    about: str = ""
    also: tuple[tuple[str, str], ...] = ()
    course_level: str | None = None
    sex: str | None = None
    age: int | None = None
    children: tuple[int, ...] = ()
    together: str | None = None
    hours: str | None = None
    stay_min: int = 30
    place_free: bool = False
    no_referral: bool = False
    pace: str = "usual"
    avoids_unsafe: bool = False
    community: str | None = None
    not_own_community: bool = False

    def __post_init__(self) -> None:
        Need.__post_init__(self)
        for key, (right, known) in self._checks().items():
            if not right:
                raise _unknown(key, known)

    def _checks(self) -> dict[str, tuple[bool, str]]:
        """Say of every value whether it is right, and what would be."""
        ages = (*self.children, *(() if self.age is None else (self.age,)))
        found = {
            "name": (_text(self.name, MOST_NAME), f"0-{MOST_NAME}"),
            "about": (_text(self.about, MOST_ABOUT), f"0-{MOST_ABOUT}"),
            "also": (
                len(self.also) <= MOST_SEVERAL
                and all(_tag(tag) and how in KNOWS for tag, how in self.also),
                ", ".join(KNOWS),
            ),
            "children": (len(self.children) <= MOST_SEVERAL, "[3, 7]"),
            "language": (self.language is None or _tag(self.language), "en, ti, prs, zh-Hans"),
            "group": (_text(self.group, _MOST_CODE), EVERYONE),
            "pace": (self.pace in tuple(PACES), ", ".join(PACES)),
            "age": (all(_whole(age) and 0 <= age <= MOST_AGE for age in ages), f"0-{MOST_AGE}"),
            "stay_min": (_whole(self.stay_min) and 5 <= self.stay_min <= 600, "5-600"),
            "hours": (self.hours is None or _text(self.hours, 400), "Mo-Fr 18:00-21:00"),
            "community": (self.community is None or _tag(self.community), "ti, so, ar"),
        }
        for key, known in (
            ("course_level", COURSE_LEVEL),
            ("sex", SEX),
            ("together", tuple(one for one in CATEGORY if one != self.category)),
        ):
            found[key] = (getattr(self, key) in (None, *known), ", ".join(known))
        for key in ("place_free", "no_referral", "avoids_unsafe", "not_own_community"):
            found[key] = (isinstance(getattr(self, key), bool), "true, false")
        return found

    @property
    def speed_kmh(self) -> float:
        """How fast she walks."""
        return PACES[self.pace]

    def asked(self) -> tuple[str, ...]:
        """Name the facts a service must have for her, in the order of the steps."""
        wanted = {
            "hours": self.when != "any" or self.hours is not None,
            "place_free": self.place_free,
            "papers": self.no_papers,
            "women_only": not self.women_only_ok or self.sex == "man",
            "age": self.ages() != (),
            "no_referral": self.no_referral,
            "language": self.language is not None or bool(self.also),
            "course_level": self.course_level is not None and self.category == "language_course",
            "free": self.free,
            "step_free": self.step_free or self.pace in STEPLESS,
            "together": self.together is not None,
            "trust": self.community is not None,
        }
        return tuple(fact for facts in FACTS_OF.values() for fact in facts if wanted[fact])

    def ages(self) -> tuple[int, ...]:
        """Give the ages of those who are to be let in: of the children where it is childcare."""
        if self.category == "childcare":
            return self.children
        return () if self.age is None else (self.age,)

    def knows(self) -> tuple[tuple[str, str], ...]:
        """List her languages with how well she knows each."""
        first = () if self.language is None else ((self.language, "well"),)
        return (*first, *self.also)

    @classmethod
    def from_json(
        cls,
        persona: str | Mapping[str, Any],
        *,
        category: str | None = None,
        minutes: float | None = None,
    ) -> Persona:
        """Read a persona from her JSON, which may be anything; values given here win.

        ``also`` is an object of tags, ``children`` a list. What she is called and what is said of
        her is made plain: nothing in it hides, or turns its neighbours round.

        Raises
        ------
        LayerError
            ``persona_not_json``, ``persona_too_large``, ``persona_key_unknown``,
            ``persona_no_category``, and those of :class:`Persona`.

        Examples
        --------
        >>> Persona.from_json('{"category": "legal", "also": {"de": "some"}}').also
        (('de', 'some'),)
        """
        if isinstance(persona, str):
            persona = _read(persona)
        if not isinstance(persona, Mapping):
            raise LayerError("persona_not_json", line=1)
        given = {key: value for key, value in persona.items() if key not in {"id", "invented"}}
        known = [field.name for field in fields(cls)]
        strange = sorted(set(given) - set(known))
        if strange:
            key = plain_text(strange[0], most=MOST_NAME)
            raise LayerError("persona_key_unknown", key=key, known=", ".join(known))
        given |= {} if category is None else {"category": category}
        given |= {} if minutes is None else {"minutes": minutes}
        if "category" not in given:
            raise LayerError("persona_no_category", known=", ".join(CATEGORY))
        also, children = given.get("also", {}), given.get("children", [])
        if not isinstance(also, Mapping):
            raise _unknown("also", '{"de": "some"}')
        if not isinstance(children, list | tuple):
            raise _unknown("children", "[3, 7]")
        plain = {key: _plain(key, value) for key, value in given.items()}
        several = {
            "also": tuple((tag, _one(how)) for tag, how in also.items()),
            "children": tuple(_one(age) for age in children),
        }
        return cls(**plain | several)

    def as_dict(self) -> dict[str, Any]:
        """Give all values that are asked, and those of every need, under their names."""
        every = [field.name for field in fields(Need)]
        found = {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if field.name in every or getattr(self, field.name) != field.default
        }
        if "also" in found:
            found["also"] = dict(self.also)
        if "children" in found:
            found["children"] = list(self.children)
        return found

    def to_json(self) -> str:
        """Write her as the JSON that :meth:`from_json` reads."""
        return json.dumps(self.as_dict(), ensure_ascii=False, indent=1)


def persona_of(need: Need) -> Persona:
    """Give a need as a persona: the same question, with nothing more asked.

    Examples
    --------
    >>> persona_of(Need(category="legal", language="ti")).asked()
    ('language',)
    """
    return need if isinstance(need, Persona) else Persona(**asdict(need), stay_min=5)


def as_man(persona: Persona, *, group: str | None = None) -> Persona:
    """Give the same person as a man, counted in a group: hers, or the men of it where counted.

    Examples
    --------
    >>> she = Persona(category="legal", group="women*born_er")
    >>> as_man(she, group=men_of(she.group)).group
    'men*born_er'
    """
    return replace(persona, sex="man", group=persona.group if group is None else group)


def men_of(group: str) -> str:
    """Name the group that counts men where one counts women; any other group stays.

    Examples
    --------
    >>> men_of("women*born_er"), men_of("born_er"), men_of("women_65")
    ('men*born_er', 'born_er', 'men_65')
    """
    return _WOMEN.sub(lambda found: _MEN[found[0].lower()], group)


def with_papers(persona: Persona) -> Persona:
    """Give the same person with her papers in order: whether a service asks for them is nothing."""
    return replace(persona, no_papers=False)


def _read(text: str) -> Any:  # noqa: ANN401 - any JSON
    """Read JSON that may be too long, too deep, or hold numbers that nobody can read."""
    if len(text) > LONGEST:
        raise LayerError("persona_too_large")
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise LayerError("persona_not_json", line=getattr(error, "lineno", 1)) from error


def _plain(key: str, value: object) -> Any:  # noqa: ANN401 - checked where she is made
    if isinstance(value, str) and key == "name":
        return plain_text(value, most=len(value))
    if isinstance(value, str) and key == "about":
        lines = (plain_text(line, most=len(line)) for line in value.splitlines())
        return "\n".join(lines).strip()
    return _one(value)


def _one(value: object) -> Any:  # noqa: ANN401 - as before
    """Give a value that is not several; several are no value of any key."""
    return value if value is None or isinstance(value, str | int | float) else ()


def _text(value: object, most: int) -> bool:
    return isinstance(value, str) and len(value) <= most and _BROKEN.search(value) is None


def _tag(value: object) -> bool:
    return isinstance(value, str) and len(value) <= _MOST_TAG and TAG.fullmatch(value) is not None


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _unknown(key: str, known: str) -> LayerError:
    return LayerError("need_value_unknown", key=key, known=known)
