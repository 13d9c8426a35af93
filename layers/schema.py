"""What the atlas holds: every table and column, in one declaration.

The SQL, the checks of an import, the export and ``docs/reference/atlas.md`` are all read from
here, so that they cannot differ. Geometry is stored in EPSG:4326 (longitude, latitude);
distances are measured in the metric CRS of the city (``cg_meta.metres_crs``).
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from layers import vocab

VERSION = 3
TYPES = MappingProxyType(
    {
        "text": "TEXT",
        "code": "TEXT",  # one of a list in layers.vocab
        "codes": "TEXT",  # JSON array of texts
        "yes_no": "BOOLEAN",  # 1, 0, or NULL for unknown
        "int": "INTEGER",
        "number": "REAL",
        "date": "DATE",
        "json": "TEXT",
    }
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: ``unit`` says what a number counts, ``of`` names its list or its table."""

    name: str
    type: str
    about: str
    of: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table of the atlas; ``geometry`` is a GeoPackage type, or empty for none."""

    name: str
    about: str
    columns: tuple[Column, ...]
    geometry: str = ""
    writers: str = "import"
    rules: tuple[str, ...] = ()  # SQL conditions that the store itself refuses to break
    leaves: bool = True  # False: work notes of this atlas, which no export takes along

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of all columns but the geometry, in stored order."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """Give one column by its name."""
        return next(column for column in self.columns if column.name == name)


def _text(name: str, about: str, *, required: bool = False) -> Column:
    return Column(name, "text", about, required=required)


def _code(name: str, about: str, of: str | None = None, *, required: bool = False) -> Column:
    return Column(name, "code", about, of or name, required)


def _yes_no(name: str, about: str) -> Column:
    return Column(name, "yes_no", f"{about}; empty is unknown")


def _ref(name: str, table: str, about: str, *, required: bool = False) -> Column:
    return Column(name, "text", about, table, required)


ID = _text("id", "identifier, always a text: leading zeros count", required=True)
PROVENANCE = (
    _code("says_who", "who says so: the provider, its users, a public record, a facilitator"),
    Column("date_checked", "date", "day on which somebody last confirmed the row"),
    _text("source_file", "name of the file the row came from; empty where it was typed here"),
    Column("source_row", "int", "row number in that file, the header being row 1"),
    _ref("import_id", "imports", "the import that brought it; later changes stand in the history"),
    Column("extra", "json", "columns of the source that have no place here, kept for export"),
    Column("row_version", "int", "grows by one with every change: a second writer is told"),
)


def _table(
    name: str,
    about: str,
    *columns: Column,
    geometry: str = "",
    writers: str = "import",
    rules: tuple[str, ...] = (),
) -> Table:
    return Table(
        name=name,
        about=about,
        columns=(ID, *columns, *PROVENANCE),
        geometry=geometry,
        writers=writers,
        rules=rules,
    )


def _listed(name: str, codes: tuple[str, ...]) -> str:
    return f"{name} IN ({', '.join(repr(code) for code in codes)})"


# fewer than five people are never stored as a number, unless the number is an estimate
_FIVE = "count IS NULL OR count = 0 OR count >= 5"
_WITHHELD = "suppressed IS NULL OR suppressed = 0 OR count IS NULL"


_TABLES = (
    _table(
        "organizations",
        "Actors: who offers, funds, represents or is organized (HSDS organization)",
        _text("name", "name as the organization writes it", required=True),
        _text("alternate_name", "another name it goes by"),
        _text("description", "what it does, in its own words"),
        _code("kind", "kind of actor", "actor_kind"),
        _code("sector", "sector it works in"),
        _yes_no("migrant_led", "whether migrants lead it"),
        _yes_no("women_led", "whether women lead it"),
        _code("internal", "part of the city administration, or external to it"),
        _yes_no("decision_maker", "whether it decides on budgets or rules"),
        Column("communities", "codes", "communities it belongs to, as BCP 47 language tags"),
        _ref("location_id", "locations", "where it is"),
        _text("url", "its public web page; shown as text, never fetched"),
        _text("public_contact", "contact it shows to everyone"),
        _text("private_contact", "contact for coordinators; never exported, never on a map"),
        _yes_no("consent_shown", "whether it agreed to be shown"),
    ),
    _table(
        "services",
        "What people can get (HSDS service)",
        _ref("organization_id", "organizations", "who offers it"),
        _text("name", "name of the service", required=True),
        _code("category", "what need it meets", required=True),
        _text("description", "what happens there"),
        _code("status", "whether it runs"),
        _code("setting", "office, informal place, outreach or online"),
        _yes_no("walk_in", "whether one can come without an appointment"),
        _yes_no("appointment", "whether an appointment can or must be made"),
        Column("waiting_days", "int", "days until a place, as last heard"),
        _code("course_level", "level of a language course"),
        Column("min_age", "int", "youngest age it takes, years"),
        Column("max_age", "int", "oldest age it takes, years"),
        _yes_no("papers_asked", "whether it asks for residence papers: a fact of the service"),
        _yes_no("women_only", "whether it is for women only"),
        _yes_no("free", "whether it costs nothing"),
        _text("cost", "what it costs, in words"),
        _yes_no("referral_asked", "whether somebody must refer you"),
        _yes_no("childcare_on_site", "whether children are looked after meanwhile"),
        Column("capacity", "int", "people it can serve at a time, or places in the course"),
        Column("free_places", "int", "places free when last asked"),
    ),
    _table(
        "service_languages",
        "Languages a service works in",
        _ref("service_id", "services", "the service", required=True),
        _text("language", "BCP 47 tag", required=True),
        _code("level", "staff speak it, an interpreter comes, or only material", "language_level"),
    ),
    _table(
        "locations",
        "Where something is. A hidden place has neither geometry nor address, only an area",
        _text("name", "name of the place"),
        _text("address", "postal address; empty where the place is hidden"),
        _code("precision", "how exact the point is", required=True),
        _ref(
            "area_id", "areas", "area it serves, for places that are hidden or only roughly known"
        ),
        _text("public_contact", "how to reach it where the place is hidden"),
        _yes_no("step_free", "whether one gets in without steps"),
        geometry="POINT",
        rules=("precision <> 'hidden' OR (geom IS NULL AND address IS NULL)",),
    ),
    _table(
        "service_at_location",
        "Which service is offered where (HSDS service_at_location)",
        _ref("service_id", "services", "the service", required=True),
        _ref("location_id", "locations", "the place", required=True),
    ),
    _table(
        "schedules",
        "When a service at a location is open, or a course meets",
        _ref("service_at_location_id", "service_at_location", "what it is for", required=True),
        _text("opening_hours", "OSM opening_hours text; empty is unknown, never open"),
        _text("source_text", "hours as the source wrote them"),
        Column("starts_on", "date", "first day, for a course or a season"),
        Column("ends_on", "date", "last day"),
    ),
    _table(
        "usage",
        "How many people used a service, by group",
        _ref("service_id", "services", "the service", required=True),
        Column("period_start", "date", "first day counted"),
        Column("period_end", "date", "last day counted"),
        _text("group_code", "group of people, as in population_groups; `all` for everyone"),
        Column("count", "int", "people; empty where unknown or suppressed"),
        Column("suppressed", "yes_no", "1 where the count was one to four and is withheld"),
        rules=(_FIVE, _WITHHELD),
    ),
    _table(
        "assets",
        "What people bring: skills, groups, places, networks, channels",
        _text("name", "name of the asset", required=True),
        _code("kind", "kind of asset", "asset_kind", required=True),
        _text("description", "what it is good for"),
        _ref("organization_id", "organizations", "who holds it"),
        Column("communities", "codes", "communities it belongs to, as BCP 47 language tags"),
        _ref("location_id", "locations", "where it is; many assets have no place"),
        _text("public_contact", "contact that may be shown"),
        _yes_no("consent_shown", "whether its people agreed that it is shown"),
    ),
    _table(
        "trust",
        "Which community trusts which actor, as women said it in a session: bands only",
        _text("community", "BCP 47 tag of the community", required=True),
        _ref("organization_id", "organizations", "the actor", required=True),
        _code("state", "what was said of it", "trust_state", required=True),
        _code("said_by", "how many women said so, as a band", "band", required=True),
        _ref("session_id", "sessions", "in which session"),
        writers="release of a session, import",
        rules=(_listed("said_by", vocab.BAND),),
    ),
    _table(
        "ties",
        "Who works with whom",
        _ref("from_id", "organizations", "actor the tie starts at", required=True),
        _ref("to_id", "organizations", "actor it goes to", required=True),
        _code("kind", "kind of tie", "tie_kind", required=True),
        _code("direction", "directed, or mutual", "tie_direction", required=True),
        Column("strength", "int", "1 awareness or rare, 2 regular, 3 close"),
        _code("participation", "how far the other takes part"),
        _text("gives", "what the first gives"),
        _text("needs", "what the first needs"),
        Column("since", "date", "first day"),
        Column("last_confirmed", "date", "day one of the two last confirmed it"),
        Column("until", "date", "last day; empty while it lasts"),
        Column("confirmed_by", "int", "how many of the two said so: 0, 1 or 2"),
        Column(
            "from_confirmed_on", "date", "day the first actor itself said so; empty: it did not"
        ),
        Column("to_confirmed_on", "date", "day the second actor itself said so"),
    ),
    _table(
        "bodies",
        "Steering groups, migrant councils and the like",
        _text("name", "name of the body", required=True),
        _code("kind", "kind of body", "body_kind", required=True),
        _text("mandate", "what it may decide"),
        _code("level", "policy, coordination or delivery", "cooperation"),
    ),
    _table(
        "seats",
        "Seats of a body, by sector and actor",
        _ref("body_id", "bodies", "the body", required=True),
        _code("sector", "the sector the seat stands for"),
        _ref("organization_id", "organizations", "who holds or was asked to hold it"),
        _code(
            "state", "not asked, asked, accepted, declined, attending", "seat_state", required=True
        ),
        Column("since", "date", "since when"),
    ),
    _table(
        "areas",
        "Areas with people in them: city, districts, quarters, population cells",
        _text("name", "name of the area"),
        _code("level", "which layer of areas it belongs to", "area_level", required=True),
        _ref("parent_id", "areas", "the area it lies in"),
        geometry="MULTIPOLYGON",
    ),
    _table(
        "population_groups",
        "Groups that population tables count, and what they can stand for",
        _text("label", "name of the group as its source calls it", required=True),
        _code("dimension", "sex, age, place of birth, citizenship ...", "group_dimension"),
        _text("proxy_note", "what the group is not: place of birth is not language"),
    ),
    _table(
        "population",
        "People by area and group",
        _ref("area_id", "areas", "the area", required=True),
        _ref("group_code", "population_groups", "the group", required=True),
        Column("count", "number", "people; empty where unknown or suppressed"),
        Column("suppressed", "yes_no", "1 where the source or we withheld one to four people"),
        Column("estimated", "yes_no", "1 where it is an estimate and not a count"),
        Column("counted_on", "date", "day the people were counted"),
        rules=(f"COALESCE(estimated, 0) = 1 OR {_FIVE}", _WITHHELD),
    ),
    _table("street_nodes", "Ends and crossings of streets", geometry="POINT"),
    _table(
        "streets",
        "Streets people walk on, both ways",
        _ref("u", "street_nodes", "node it starts at", required=True),
        _ref("v", "street_nodes", "node it ends at", required=True),
        Column("metres", "number", "length in metres, measured on the ground", required=True),
        _code("kind", "street, footway, steps, bridge, underpass ...", "street_kind"),
        _text("name", "street name"),
        _yes_no("lit", "whether there is light at night"),
        _yes_no("step_free", "whether a pram or a wheelchair gets through"),
        geometry="LINESTRING",
    ),
    _table(
        "ground",
        "What the base map is drawn from besides streets: water, green, railways",
        _code("kind", "water, green, railway, built", "ground_kind", required=True),
        _text("name", "name"),
        geometry="GEOMETRY",
    ),
    _table(
        "places",
        "Public places people know: stations, parks, squares, underpasses",
        _text("name", "name", required=True),
        _code("kind", "kind of place", "place_kind"),
        geometry="POINT",
    ),
    _table(
        "sessions",
        "Past mapping sessions, as published; the room itself is another store",
        _text("title", "what the session or the campaign was called", required=True),
        Column("held_on", "date", "day of the session, never a time; of a campaign its last one"),
        Column("languages", "codes", "languages spoken, BCP 47"),
        _text("audience", "who it was for, as the facilitator named them"),
        Column("cell_m", "int", "side of its cells in metres"),
        _code("contributors", "how many took part, as a band; empty: fewer than five", "band"),
        _code("audience_code", "who it was open to", "audience"),
        _text("organizer", "who held it"),
        _text("campaign", "name that it shares with other sessions"),
        Column("sessions_held", "int", "sessions that are published together here"),
        Column("asked", "codes", "what was asked besides the feeling", "session_question"),
        _text("codebook", "version of the codebook that its answers are codes of"),
        writers="release of a session",
    ),
    _table(
        "reported_cells",
        "Cells that people called safe, mixed or unsafe: released ones only, at least five people",
        _ref("session_id", "sessions", "session it was said in", required=True),
        _text("cell", "INSPIRE cell code, EPSG:3035, south-west corner", required=True),
        _code("feeling", "what two thirds said, else mixed", required=True),
        _code("time_of_day", "day, evening or night; empty for all hours together"),
        _code("contributors", "how many people, as a band", "band", required=True),
        geometry="POLYGON",
        writers="release of a session",
        rules=(_listed("contributors", vocab.BAND), _listed("feeling", vocab.FEELING)),
    ),
    _table(
        "session_counts",
        "Answers of a session, one question at a time: released ones only, at least five people",
        _ref("session_id", "sessions", "session it was said in", required=True),
        _code("question", "what was asked", "session_question", required=True),
        _text("code", "the answer, a code of `codebook.md`", required=True),
        _code("contributors", "how many people gave it, as a band", "band", required=True),
        writers="release of a session",
        rules=(_listed("contributors", vocab.BAND), _listed("question", vocab.SESSION_QUESTION)),
    ),
    _table(
        "statements",
        "What another source says of one fact: kept beside it, for the two may differ",
        _text("table_name", "table of the row it is about", required=True),
        _text("row_id", "identifier of that row", required=True),
        _text("attribute", "column it is about", required=True),
        _text("value", "what was said, as the column holds it (yes/no as 1 and 0)", required=True),
        _code("said_by", "how many people said so, as a band; empty where nobody counted", "band"),
        Column("settled_on", "date", "day a person decided between this and the row; empty: open"),
        writers="import, desk",
        rules=(f"said_by IS NULL OR {_listed('said_by', vocab.BAND)}",),
    ),
    _table(
        "not_same",
        "Pairs of rows that look like one and are two: a person said so, and is not asked again",
        _text("table_name", "table of both rows", required=True),
        _text("row_id", "identifier of the one", required=True),
        _text("other_id", "identifier of the other; the pair has no order", required=True),
        writers="desk",
    ),
    Table(
        name="imports",
        about="Every import, so that any row can be traced and undone",
        columns=(
            ID,
            _text("file", "name of the file"),
            _text("sha256", "hash of its bytes"),
            _text("kind", "what it was imported as"),
            Column("made_on", "date", "day of the import"),
            Column("rows_in", "int", "rows read"),
            Column("rows_accepted", "int", "rows written"),
            Column("rows_rejected", "int", "rows listed with reason and remedy"),
            _text("licence", "licence or source named for it"),
            Column("mapping", "json", "which column went where"),
            Column(
                "choices", "json", "what a person chose besides: sheet, values, system, matches"
            ),
            Column("undone_on", "date", "day it was taken back; empty while it holds"),
            Column("row_version", "int", "grows by one with every change"),
        ),
    ),
    Table(
        name="revisions",
        about="Every change of the data in order: who, when and what",
        writers="every change",
        leaves=False,
        columns=(
            ID,
            _text("made_at", "moment in UTC, to the minute: YYYY-MM-DD HH:MM", required=True),
            _text("who", "name that the person at the desk gave; empty where none was given"),
            _code("kind", "what sort of change", "revision_kind", required=True),
            Column("about", "json", "what to call it: table, row, name, file, count"),
            _ref("import_id", "imports", "the import it was"),
            _ref("undoes", "revisions", "the change it takes back"),
            _ref("undone_by", "revisions", "the change that took it back"),
            Column("row_version", "int", "grows by one with every change"),
        ),
    ),
    Table(
        name="history",
        about="What each change did to each row, so that it can be taken back",
        writers="every change",
        leaves=False,
        columns=(
            ID,
            _ref("revision_id", "revisions", "the change", required=True),
            _text("table_name", "table of the row", required=True),
            _text("row_id", "identifier of the row", required=True),
            _code("action", "what was done to the row", "action", required=True),
            Column("before", "json", "columns as they were, geometry as a hexadecimal blob"),
            Column("after", "json", "columns as they became"),
            Column("version", "int", "row_version that the change left"),
        ),
    ),
    Table(
        name="invitations",
        about="Who was asked what we hold about them; the secret of the link is kept as a hash",
        writers="desk",
        leaves=False,
        columns=(
            ID,
            _ref("organization_id", "organizations", "who was asked", required=True),
            _text("secret_sha256", "hash of the secret of the private page; empty for a sheet"),
            Column("made_on", "date", "day it was made"),
            Column("ends_on", "date", "last day on which it opens"),
            Column("answered_on", "date", "day of the last answer"),
            _yes_no("closed", "whether somebody at the desk closed it"),
            Column("row_version", "int", "grows by one with every change"),
        ),
    ),
    Table(
        name="proposals",
        about="Changes that somebody else proposes, until a person at the desk accepts them",
        writers="import of OpenStreetMap, answers of organizations",
        leaves=False,
        columns=(
            ID,
            _code("source", "where it comes from", "proposal_source", required=True),
            _ref("organization_id", "organizations", "the organization that proposes it"),
            _ref("invitation_id", "invitations", "the invitation it answers"),
            _ref("import_id", "imports", "the import it came with"),
            _text("table_name", "table of the row it is about", required=True),
            _text("row_id", "identifier of that row; not there yet where it is new"),
            _text("name", "what to call it in a list"),
            _text("sort", "what sort it is, to decide on many at once: a category, a kind of tie"),
            Column("operations", "json", "what it would do, see layers.changes", required=True),
            _text("note", "what the proposer wrote to the desk"),
            Column("made_on", "date", "day it came"),
            _code("state", "open, accepted, refused, superseded", "proposal_state", required=True),
            Column("decided_on", "date", "day of the decision"),
            _text("decided_by", "name that the person at the desk gave"),
            _ref("revision_id", "revisions", "the change that carried it out"),
            Column("row_version", "int", "grows by one with every change"),
        ),
    ),
)
TABLES = MappingProxyType({table.name: table for table in _TABLES})


def create_sql(table: Table) -> str:
    """Write the CREATE TABLE of a table: our own SQL, so that plain SQLite can insert.

    A layer made by GDAL carries index triggers that call spatial functions which Python's SQLite
    does not have; these tables carry none. ``fid`` is GeoPackage's integer key.
    """
    lines = ["fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL"]
    if table.geometry:
        lines.append(f"geom {table.geometry}")
    for column in table.columns:
        rule = " NOT NULL" if column.required else ""
        unique = " UNIQUE" if column.name == "id" else ""
        lines.append(f'"{column.name}" {TYPES[column.type]}{rule}{unique}')
    lines += [f"CHECK ({rule})" for rule in table.rules]
    body = ",\n  ".join(lines)
    return f'CREATE TABLE "{table.name}" (\n  {body}\n)'
