"""Tables of who works with whom: trust, ties, bodies and their seats, and what is said of actors.

What is said of one organization (``standings``, ``towers``, ``ratings``) is a judgement: it leaves
the desk only together with the organization's own word on it (``replies``).
"""

from __future__ import annotations

from layers import vocab
from layers.schema_parts import Column, Table, code, listed, ref, table, text, yes_no

_RATED = "BETWEEN 1 AND 4"

TABLES: tuple[Table, ...] = (
    table(
        "trust",
        "Which community trusts which actor, as women said it in a session: bands only",
        text("community", "BCP 47 tag of the community", required=True),
        ref("organization_id", "organizations", "the actor", required=True),
        code("state", "what was said of it", "trust_state", required=True),
        code("said_by", "how many women said so, as a band", "band", required=True),
        ref("session_id", "sessions", "in which session"),
        writers="release of a session, import",
        rules=(listed("said_by", vocab.BAND),),
    ),
    table(
        "ties",
        "Who works with whom",
        ref("from_id", "organizations", "actor the tie starts at", required=True),
        ref("to_id", "organizations", "actor it goes to", required=True),
        code("kind", "kind of tie", "tie_kind", required=True),
        code("direction", "directed, or mutual", "tie_direction", required=True),
        Column("strength", "int", "1 awareness or rare, 2 regular, 3 close"),
        code("participation", "how far the other takes part"),
        text("gives", "what the first gives"),
        text("needs", "what the first needs"),
        Column("since", "date", "first day"),
        Column("last_confirmed", "date", "day one of the two last confirmed it"),
        Column("until", "date", "last day; empty while it lasts"),
        Column("confirmed_by", "int", "how many of the two said so: 0, 1 or 2"),
        code("cooperation", "at which level the two work together: policy, coordination, delivery"),
        Column(
            "from_confirmed_on", "date", "day the first actor itself said so; empty: it did not"
        ),
        Column("to_confirmed_on", "date", "day the second actor itself said so"),
    ),
    table(
        "bodies",
        "Steering groups, migrant councils and the like",
        text("name", "name of the body", required=True),
        code("kind", "kind of body", "body_kind", required=True),
        text("mandate", "what it may decide"),
        code("level", "policy, coordination or delivery", "cooperation"),
        Column("sectors", "codes", "sectors that should sit in it; empty: a usual list", "sector"),
    ),
    table(
        "seats",
        "Seats of a body, by sector and actor",
        ref("body_id", "bodies", "the body", required=True),
        code("sector", "the sector the seat stands for"),
        ref("organization_id", "organizations", "who holds or was asked to hold it"),
        code(
            "state", "not asked, asked, accepted, declined, attending", "seat_state", required=True
        ),
        Column("since", "date", "since when"),
    ),
    table(
        "standings",
        "How much an actor can decide, and how much is at stake for it, as judged at the desk",
        ref("organization_id", "organizations", "the actor", required=True),
        text("question", "what it is about; empty: integration in this city as a whole"),
        Column("power", "int", "how much it can decide: 1 nothing, 2 little, 3 much, 4 it decides"),
        Column("interest", "int", "how much is at stake for it: 1 nothing, 4 everything"),
        yes_no("affected", "whether it is those whom the decision is about"),
        writers="desk, import",
        rules=(
            f"power IS NULL OR power {_RATED}",
            f"interest IS NULL OR interest {_RATED}",
        ),
    ),
    table(
        "towers",
        "Influence on one question as a group of a Net-Map round judged it: ranks, never heights",
        ref("session_id", "sessions", "the session", required=True),
        text("question", "what was asked", required=True),
        text("group_name", "which group judged", required=True),
        ref("organization_id", "organizations", "the actor", required=True),
        Column("rank", "number", "1 is the most; equals share the mean of their ranks"),
        Column("ranked", "int", "how many actors the group ranked"),
        Column("goals", "codes", "what the group says it wants, in its own few words"),
        code("said_by", "how many people the group was, as a band", "band", required=True),
        writers="release of a session",
        rules=(listed("said_by", vocab.BAND),),
    ),
    table(
        "ratings",
        "How the partners of an actor rate it: means of at least five of them, never single ones",
        ref("organization_id", "organizations", "the actor", required=True),
        code("question", "what was rated", "rating_question", required=True),
        Column("mean", "number", "from 1 (not at all) to 4 (fully)", required=True),
        code("said_by", "how many partners rated, as a band", "band", required=True),
        Column("rated_on", "date", "last day of the survey"),
        writers="release of a survey",
        rules=(listed("said_by", vocab.BAND), f"mean {_RATED}"),
    ),
    table(
        "bans",
        "Pairs of actors that are never proposed to each other",
        ref("from_id", "organizations", "the one", required=True),
        ref("to_id", "organizations", "the other; the pair has no order", required=True),
        code("kind", "the kind of tie that must not be; empty: any", "tie_kind"),
        text("reason", "why, as far as it may be written"),
        Column("until", "date", "last day; empty: for good"),
        writers="desk, import",
    ),
    table(
        "replies",
        "What an actor answers to what is said of it",
        ref("organization_id", "organizations", "the actor", required=True),
        code("about", "which judgement it answers", "judgement", required=True),
        text("words", "its answer, shown wherever the judgement is", required=True),
        Column("replied_on", "date", "day of the answer"),
        writers="desk, answers of organizations",
    ),
    table(
        "scenarios",
        "What if: named lists of changes that are looked at and never made",
        text("name", "what to call it, at most 60 letters", required=True),
        text("about", "what it is for"),
        Column("steps", "json", "its changes in order, see mapping.scenarios", required=True),
        writers="desk",
    ),
)
