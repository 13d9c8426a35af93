"""The tables of the room's file, and the steps that lead from an older file to this one."""

from __future__ import annotations

# Keyed by random ids and WITHOUT ROWID: a row number would tell who came when.
MIGRATIONS = (
    """
    CREATE TABLE sessions (
        id TEXT NOT NULL PRIMARY KEY,
        code TEXT NOT NULL UNIQUE,
        wall_key TEXT NOT NULL,
        title TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('rehearsal', 'real')),
        mode TEXT NOT NULL CHECK (mode IN ('instant', 'batches')),
        languages TEXT NOT NULL,
        cell_m INTEGER NOT NULL,
        area TEXT,
        atlas TEXT NOT NULL,
        consent TEXT NOT NULL,
        codebook TEXT NOT NULL,
        held_on TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('open', 'closed')),
        token_key BLOB,
        batch TEXT
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE tokens (
        session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
        token BLOB NOT NULL,
        consent TEXT NOT NULL,
        PRIMARY KEY (session, token)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE contributions (
        session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
        id BLOB NOT NULL,
        token BLOB NOT NULL,
        cell TEXT NOT NULL,
        feeling TEXT NOT NULL CHECK (feeling IN ('safe', 'mixed', 'unsafe')),
        reasons TEXT NOT NULL,
        time_of_day TEXT,
        company TEXT,
        fresh INTEGER NOT NULL CHECK (fresh IN (0, 1)),
        PRIMARY KEY (session, id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX contributions_token ON contributions (session, token);
    """,
    # A publication has a random name of its own. What an earlier version published bears the
    # session's code, and keeps it, so that it is not published a second time.
    """
    ALTER TABLE sessions ADD COLUMN published_as TEXT NOT NULL DEFAULT '';
    UPDATE sessions SET published_as = CASE state
        WHEN 'closed' THEN 'session-' || replace(held_on, '-', '') || '-' || lower(code)
        ELSE 'session-' || lower(hex(randomblob(16)))
    END;
    """,
    # A session has more states, a set-up and a date of deletion; who joined has a receipt, and
    # what was said has words of her own that wait until somebody who reads them has read them.
    """
    CREATE TABLE sessions_anew (
        id TEXT NOT NULL PRIMARY KEY,
        code TEXT NOT NULL UNIQUE,
        wall_key TEXT NOT NULL,
        moderator_key TEXT NOT NULL,
        title TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('rehearsal', 'real')),
        mode TEXT NOT NULL CHECK (mode IN ('instant', 'batches')),
        languages TEXT NOT NULL,
        cell_m INTEGER NOT NULL,
        area TEXT,
        atlas TEXT NOT NULL,
        consent TEXT NOT NULL,
        codebook TEXT NOT NULL,
        held_on TEXT NOT NULL,
        delete_on TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('ready', 'open', 'paused', 'closed')),
        published_as TEXT NOT NULL,
        setup TEXT NOT NULL,
        token_key BLOB,
        batch TEXT,
        wall TEXT NOT NULL DEFAULT '{}',
        makeup TEXT
    ) STRICT, WITHOUT ROWID;
    INSERT INTO sessions_anew (
        id, code, wall_key, moderator_key, title, kind, mode, languages, cell_m, area, atlas,
        consent, codebook, held_on, delete_on, state, published_as, setup, token_key, batch
    ) SELECT
        id, code, wall_key, lower(hex(randomblob(16))), title, kind, mode, languages, cell_m, area,
        atlas, consent, codebook, held_on, date(held_on, '+30 days'), state, published_as, '{}',
        token_key, batch
    FROM sessions;
    DROP TABLE sessions;
    ALTER TABLE sessions_anew RENAME TO sessions;
    ALTER TABLE tokens ADD COLUMN receipt BLOB;
    ALTER TABLE tokens ADD COLUMN party INTEGER;
    ALTER TABLE tokens ADD COLUMN muted INTEGER NOT NULL DEFAULT 0 CHECK (muted IN (0, 1));
    CREATE UNIQUE INDEX tokens_receipt ON tokens (session, receipt);
    ALTER TABLE contributions ADD COLUMN state TEXT NOT NULL DEFAULT 'shown'
        CHECK (state IN ('waiting', 'shown', 'hidden'));
    ALTER TABLE contributions ADD COLUMN words TEXT;
    ALTER TABLE contributions ADD COLUMN language TEXT;
    ALTER TABLE contributions ADD COLUMN words_state TEXT
        CHECK (words_state IN ('waiting', 'shown', 'hidden'));
    ALTER TABLE contributions ADD COLUMN paraphrase TEXT;
    CREATE TABLE withdrawn (
        session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
        id BLOB NOT NULL,
        PRIMARY KEY (session, id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE batches (
        session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        shown TEXT NOT NULL,
        PRIMARY KEY (session, number)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE deeds (
        session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        who TEXT NOT NULL,
        did TEXT NOT NULL,
        language TEXT,
        PRIMARY KEY (session, number)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE answers_back (
        code TEXT NOT NULL PRIMARY KEY,
        title TEXT NOT NULL,
        held_on TEXT NOT NULL,
        said_on TEXT NOT NULL,
        texts TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    """,
    # Whatever is taken back, changed or hidden is counted, by whichever way it goes: what rests on
    # fewer people by then comes off the wall. A table of its own, because a session's row is long.
    """
    CREATE TABLE losses (
        session TEXT NOT NULL PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
        number INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    INSERT INTO losses (session, number) SELECT id, 0 FROM sessions;
    CREATE TRIGGER session_made AFTER INSERT ON sessions BEGIN
        INSERT INTO losses (session, number) VALUES (NEW.id, 0);
    END;
    CREATE TRIGGER shown_deleted AFTER DELETE ON contributions WHEN OLD.state = 'shown' BEGIN
        UPDATE losses SET number = number + 1 WHERE session = OLD.session;
    END;
    CREATE TRIGGER shown_changed AFTER UPDATE
    OF cell, feeling, reasons, time_of_day, company, state ON contributions
    WHEN OLD.state = 'shown' BEGIN
        UPDATE losses SET number = number + 1 WHERE session = OLD.session;
    END;
    """,
    # The facilitator may take no new phones: who has joined goes on.
    """
    ALTER TABLE sessions ADD COLUMN takes_new INTEGER NOT NULL DEFAULT 1
        CHECK (takes_new IN (0, 1));
    """,
    # A round of Net-Map: what groups of the room enter together. No row of it names a phone, so a
    # group's entries are the group's; ``netmap_seen`` holds what came, so that it counts once.
    """
    CREATE TABLE netmaps (
        session TEXT NOT NULL PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
        question TEXT NOT NULL,
        kinds TEXT NOT NULL,
        stage TEXT NOT NULL CHECK (stage IN ('ready', 'links', 'towers', 'ended')),
        step INTEGER NOT NULL,
        opened INTEGER NOT NULL,
        wall TEXT NOT NULL CHECK (wall IN ('off', 'stage', 'links', 'towers'))
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE netmap_groups (
        session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
        party INTEGER NOT NULL,
        people INTEGER NOT NULL CHECK (people > 0),
        code TEXT NOT NULL UNIQUE,
        is_right INTEGER NOT NULL CHECK (is_right IN (0, 1)),
        PRIMARY KEY (session, party)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE netmap_actors (
        session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
        id TEXT NOT NULL,
        name TEXT NOT NULL,
        organization TEXT,
        kind TEXT,
        form TEXT NOT NULL,
        party INTEGER,
        state TEXT NOT NULL CHECK (state IN ('waiting', 'shown')),
        PRIMARY KEY (session, id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE netmap_links (
        session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
        id BLOB NOT NULL,
        party INTEGER NOT NULL,
        kind TEXT NOT NULL,
        one TEXT NOT NULL,
        other TEXT NOT NULL CHECK (other <> one),
        mutual INTEGER NOT NULL CHECK (mutual IN (0, 1)),
        state TEXT NOT NULL CHECK (state IN ('shown', 'hidden')),
        PRIMARY KEY (session, id),
        UNIQUE (session, party, kind, one, other, mutual)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE netmap_towers (
        session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
        party INTEGER NOT NULL,
        actor TEXT NOT NULL,
        height INTEGER NOT NULL CHECK (height >= 0),
        PRIMARY KEY (session, party, actor)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE netmap_seen (
        session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
        id BLOB NOT NULL,
        PRIMARY KEY (session, id)
    ) STRICT, WITHOUT ROWID;
    """,
    # A survey of partners: what organizations say of each other, one answer a row. The answers that
    # a release rests on stay beside them, so that the next one cannot be subtracted from it.
    """
    CREATE TABLE surveys (
        id TEXT NOT NULL PRIMARY KEY,
        atlas TEXT NOT NULL UNIQUE,
        made_on TEXT NOT NULL,
        delete_on TEXT NOT NULL,
        is_open INTEGER NOT NULL CHECK (is_open IN (0, 1))
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE survey_answers (
        survey TEXT NOT NULL REFERENCES surveys (id) ON DELETE CASCADE,
        rater TEXT NOT NULL,
        rated TEXT NOT NULL CHECK (rated <> rater),
        question TEXT NOT NULL,
        value INTEGER NOT NULL CHECK (value BETWEEN 1 AND 4),
        PRIMARY KEY (survey, rater, rated, question)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE survey_bases (
        survey TEXT NOT NULL REFERENCES surveys (id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        rater TEXT NOT NULL,
        rated TEXT NOT NULL,
        question TEXT NOT NULL,
        value INTEGER NOT NULL CHECK (value BETWEEN 1 AND 4),
        PRIMARY KEY (survey, number, rater, rated, question)
    ) STRICT, WITHOUT ROWID;
    """,
)
