"""What is hidden in the invented city, as data: thirteen truths, and what the twin has instead.

The twin is the same city, made from the same seed, in which each truth is removed by the
smallest change. A page that finds a truth must find it in the city and not in the twin.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sample_data.rows import Row, Tables


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One row that differs in the twin: columns that change, or a row that only the twin has."""

    table: str
    row: str
    values: tuple[tuple[str, Any], ...]
    added: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """One thing that is true of the sample city and not of its twin.

    ``page`` must show it first, here or to come; ``rows`` are the rows it is made of, by table:
    identifiers, but for places their names, and for reported cells the hour, because the
    identifier of a cell comes from the grid.
    """

    id: str
    says: str
    page: str
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    twin: tuple[Change, ...]
    twin_says: str


def _tie(
    row: str, ends: tuple[str, str], kind: str, direction: str = "mutual", strength: int = 3
) -> Change:
    values = (
        ("from_id", ends[0]),
        ("to_id", ends[1]),
        ("kind", kind),
        ("direction", direction),
        ("strength", strength),
        ("confirmed_by", 2),
    )
    return Change(table="ties", row=row, values=values, added=True)


TRUTHS: Final = (
    Truth(
        id="evening-one-language",
        says="After 18 o'clock legal advice is near in the language of every community but "
        "Tigrinya; by day it is there in Tigrinya too.",
        page="gaps",
        rows=(
            (
                "services",
                ("legal-ropewalk-day", "legal-ropewalk-letters", "legal-ropewalk-evening"),
            ),
            ("schedules", ("legal-ropewalk-day@1-hours",)),
            ("population_groups", ("born_er",)),
        ),
        twin=(
            Change(
                table="schedules",
                row="legal-ropewalk-day@1-hours",
                values=(
                    ("opening_hours", "Mo,We,Fr 09:00-15:00; Tu,Th 12:00-20:00; PH off"),
                    ("source_text", "Mo,We,Fr 09:00-15:00; Tu,Th 12:00-20:00; PH off"),
                ),
            ),
        ),
        twin_says="The advice room in Tigrinya is open until 20 o'clock on two days.",
    ),
    Truth(
        id="clinic-not-trusted",
        says="Saltmere Health House is near, open and speaks Somali, but Somali-speaking women "
        "do not trust it and do not come; a tie with Hooyo Circle would bring trust.",
        page="network",
        rows=(
            ("organizations", ("saltmere-clinic", "hooyo-circle")),
            ("services", ("clinic-saltmere",)),
            ("trust", ("trust-so-saltmere-clinic", "trust-so-hooyo-circle")),
            ("usage", ("u-clinic-saltmere-born_so",)),
        ),
        twin=(
            _tie("t901", ("hooyo-circle", "saltmere-clinic"), "delivers_with"),
            Change(
                table="trust",
                row="trust-so-saltmere-clinic",
                values=(("state", "trusted"),),
            ),
            Change(
                table="usage",
                row="u-clinic-saltmere-born_so",
                values=(("count", 412), ("suppressed", False)),
            ),
        ),
        twin_says="The two deliver together, women trust the clinic, and 412 came.",
    ),
    Truth(
        id="broker-of-four",
        says="If Kilnside Neighbourhood Desk stops, four migrant-led groups lose their only way "
        "to everybody else.",
        page="network",
        rows=(
            (
                "organizations",
                ("city-kilnside", "casa-farului", "vatra-families", "roshni", "chiragh"),
            ),
        ),
        twin=(_tie("t902", ("casa-farului", "open-door"), "delivers_with"),),
        twin_says="Casa Farului also works with Open Door Marensund.",
    ),
    Truth(
        id="one-go-between",
        says="Saffron Sisters reach the city administration only through Harbour Mission.",
        page="network",
        rows=(("organizations", ("saffron-sisters", "harbour-mission")),),
        twin=(_tie("t903", ("saffron-sisters", "city-newcomers"), "advises", "directed", 2),),
        twin_says="Saffron Sisters also advise the Office for Newcomers.",
    ),
    Truth(
        id="underpass-after-dark",
        says="Who avoids Kiln Street underpass after dark cannot walk from Kilnside to a clinic "
        "in 15 minutes; through it one can.",
        page="safety",
        rows=(
            ("services", ("clinic-kiln-gate",)),
            ("places", ("Kiln Street underpass",)),
            ("reported_cells", ("evening", "night")),
        ),
        twin=(
            Change(table="reported_cells", row="evening", values=(("feeling", "safe"),)),
            Change(table="reported_cells", row="night", values=(("feeling", "safe"),)),
        ),
        twin_says="The same women called the underpass safe in the evening and at night.",
    ),
    Truth(
        id="same-course-three-times",
        says="Three organizations in Tanner Row run the same beginners' course for women at "
        "overlapping hours, with places free, and do not work with each other.",
        page="network",
        rows=(
            ("organizations", ("first-words", "parlour", "evening-lamp")),
            ("services", ("course-first-words", "course-parlour", "course-evening-lamp")),
        ),
        twin=(
            _tie("t904", ("first-words", "parlour"), "delivers_with"),
            _tie("t905", ("parlour", "evening-lamp"), "delivers_with"),
            _tie("t906", ("first-words", "evening-lamp"), "shares_data"),
        ),
        twin_says="The three plan their courses together.",
    ),
    Truth(
        id="hidden-refuge",
        says="Halcyon Refuge is open day and night for the whole city and its place is on no map.",
        page="map",
        rows=(
            ("services", ("refuge-halcyon",)),
            ("locations", ("at-refuge-halcyon",)),
            ("organizations", ("halcyon",)),
        ),
        twin=(
            Change(
                table="locations",
                row="at-refuge-halcyon",
                values=(("precision", "city"),),
            ),
        ),
        twin_says="The refuge says that it may be placed in the city, without a point.",
    ),
    Truth(
        id="sector-without-a-seat",
        says="Nobody from housing was asked to sit in the steering group.",
        page="seats",
        rows=(("bodies", ("steering",)),),
        twin=(
            Change(
                table="seats",
                row="seat-steering-90",
                values=(
                    ("body_id", "steering"),
                    ("sector", "housing"),
                    ("organization_id", "city-housing"),
                    ("state", "attending"),
                ),
                added=True,
            ),
        ),
        twin_says="The Housing Allocation Office attends.",
    ),
    Truth(
        id="hardly-used",
        says="The job café in Westyard is used by far fewer people than live around it would "
        "suggest.",
        page="assessment",
        rows=(
            ("services", ("job-cafe-westyard",)),
            ("usage", ("u-job-cafe-westyard-all", "u-job-cafe-westyard-women")),
        ),
        twin=(
            Change(table="usage", row="u-job-cafe-westyard-all", values=(("count", 330),)),
            Change(table="usage", row="u-job-cafe-westyard-women", values=(("count", 148),)),
        ),
        twin_says="330 people came last year, 148 of them women.",
    ),
    Truth(
        id="users-say-otherwise",
        says="Skerry Hospital says that its emergency ward asks for no papers; people who went "
        "there say that it does.",
        page="quality",
        rows=(
            ("services", ("hospital-emergency",)),
            ("statements", ("said-hospital-emergency-papers",)),
        ),
        twin=(
            Change(
                table="statements",
                row="said-hospital-emergency-papers",
                values=(("value", "0"),),
            ),
        ),
        twin_says="They say the same as the hospital.",
    ),
    Truth(
        id="one-group-twice",
        says="Mavka House and Mawka House are one group, written down twice, and each has some of "
        "its ties.",
        page="quality",
        rows=(
            ("organizations", ("mavka-house", "varta")),
            ("locations", ("at-mavka-house", "at-varta")),
        ),
        twin=(
            Change(table="organizations", row="varta", values=(("name", "Varta Volunteers"),)),
            Change(table="locations", row="at-varta", values=(("name", "Varta Volunteers"),)),
        ),
        twin_says="The second is another group, Varta Volunteers, in the same house.",
    ),
    Truth(
        id="group-without-ties",
        says="The fathers' café in Westyard is there for Arabic-speaking men, and no tie of it to "
        "anybody is known.",
        page="quality",
        rows=(("organizations", ("fathers-cafe",)),),
        twin=(
            _tie("t907", ("fathers-cafe", "city-newcomers"), "advises", "directed", 2),
            _tie("t908", ("fathers-cafe", "city-libraries"), "shares_space"),  # no only link
        ),
        twin_says="It advises the Office for Newcomers, and meets at the libraries.",
    ),
    Truth(
        id="affected-without-power",
        says="Everything is at stake for Selam Mothers, whom it is about, and they decide nothing.",
        page="seats",
        rows=(("standings", ("standing-selam-mothers",)),),
        twin=(Change(table="standings", row="standing-selam-mothers", values=(("power", 3),)),),
        twin_says="They have much to decide.",
    ),
)


def make_twin(tables: Tables) -> None:
    """Remove every truth from the tables of the city, by its smallest change."""
    for truth in TRUTHS:
        for change in truth.twin:
            values: Row = dict(change.values)
            if change.added:
                tables[change.table].append({"id": change.row, **values})
            else:
                _row(tables, change.table, change.row).update(values)


def _row(tables: Tables, table: str, row: str) -> Row:
    """Find a row; a cell of the underpass by its hour, because its code comes from the grid."""
    if table == "reported_cells":
        return next(
            one
            for one in tables[table]
            if one["session_id"] == "s-kilnside" and one["time_of_day"] == row
        )
    return next(one for one in tables[table] if one["id"] == row)
