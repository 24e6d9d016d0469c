"""Tables of what monitors said, as SQL text that suits SQLite and PostgreSQL alike.

They stand apart from the lake's own, with a writer of their own: ten commits a second would
otherwise wait for whoever evaluates days, and each would tell all pages that data are new.
"""

from typing import Final

from lantian.lake.database import Tables

#: Version of the tables; a newer one is refused, an older one brought up.
SCHEMA: Final = 2
#: Folder of the frames as received; who waits to write the tables locks it.
FRAMES: Final = "frames"

#: Columns of a value: millionths of the unit that the device sent, NULL where there is none.
FINE_COLUMNS: Final = "series, t, value, low, high, flag, frame"
FRAME_COLUMNS: Final = (
    "source, digest, frame, received_us, qn, cn, st, version, cause, faults, taken"
)


def fine_table(day: int) -> str:
    """Statement that makes the table of the values of one UTC day.

    Clustered by series, so the newest values of one lie together; `t` is the end of the
    interval in seconds since 1970. A day is a table, so that an old one goes as a whole.

    Examples
    --------
    >>> fine_table(20000)[:43]
    'CREATE TABLE IF NOT EXISTS fine_20000 (seri'
    """
    return (
        f"CREATE TABLE IF NOT EXISTS fine_{day} (series INTEGER NOT NULL, t BIGINT NOT NULL, "
        "value BIGINT, low BIGINT, high BIGINT, flag TEXT NOT NULL, frame BIGINT NOT NULL, "
        "PRIMARY KEY (series, t)) WITHOUT ROWID"
    )


def frame_table(day: int) -> str:
    """Statement that makes the table of the frames received on one UTC day.

    `digest` is of the frame's bytes: the same frame sent again is the same row. `frame` says
    where its bytes are: block times 4,096 plus the place in it.

    Examples
    --------
    >>> frame_table(20000)[:44]
    'CREATE TABLE IF NOT EXISTS frame_20000 (sour'
    """
    return (
        f"CREATE TABLE IF NOT EXISTS frame_{day} (source INTEGER NOT NULL, digest BIGINT NOT NULL, "
        "frame BIGINT NOT NULL, received_us BIGINT NOT NULL, qn TEXT NOT NULL, cn TEXT NOT NULL, "
        "st TEXT NOT NULL, version INTEGER, cause TEXT NOT NULL, faults TEXT NOT NULL, "
        "taken INTEGER NOT NULL, PRIMARY KEY (source, digest)) WITHOUT ROWID"
    )


def _second() -> list[str]:
    """Tables that came with schema 2: values in files, and frames that were let go."""
    return [
        # A file of values of one UTC day; it counts once its row is there, until it is replaced.
        "CREATE TABLE part (path TEXT PRIMARY KEY, day INTEGER NOT NULL, sha256 TEXT NOT NULL, "
        "size INTEGER NOT NULL, rows BIGINT NOT NULL, written_us BIGINT NOT NULL, "
        "replaced_by TEXT)",
        # What was there of a day whose frames were let go; `ended_us` once the last is gone.
        "CREATE TABLE dropped (day INTEGER PRIMARY KEY, frames BIGINT NOT NULL, "
        "blocks BIGINT NOT NULL, first_us BIGINT, last_us BIGINT, by_source TEXT NOT NULL, "
        "digest TEXT NOT NULL, size INTEGER NOT NULL, sha256 TEXT NOT NULL, "
        "kept_days INTEGER NOT NULL, begun_us BIGINT NOT NULL, ended_us BIGINT)",
        # Blocks of arrays of lidars, vans and drones: where each lies in the files.
        "CREATE TABLE survey (id BIGINT PRIMARY KEY, mn TEXT NOT NULL, kind TEXT NOT NULL, "
        "day INTEGER NOT NULL, t_first BIGINT NOT NULL, t_last BIGINT NOT NULL, "
        "digest BIGINT NOT NULL, frame BIGINT NOT NULL, start BIGINT NOT NULL, "
        "size BIGINT NOT NULL, UNIQUE (mn, kind, digest))",
        # Vehicles that passed, black smoke that was seen: nobody's plate or face.
        "CREATE TABLE event (mn TEXT NOT NULL, t BIGINT NOT NULL, what TEXT NOT NULL, "
        "sort TEXT NOT NULL, number INTEGER NOT NULL, value BIGINT, frame BIGINT NOT NULL, "
        "PRIMARY KEY (mn, t, what, sort, number)) WITHOUT ROWID",
        # Counts up whenever a day's table goes: who remembers which there are, asks again.
        "INSERT INTO meta (key, value) VALUES ('gone', '0')",
    ]


def statements() -> list[str]:
    """Statements that make empty tables.

    Examples
    --------
    >>> statements()[0]
    'CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)'
    """
    return [
        "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
        # Whoever was heard: an MN, known to the roster or not; "" is who gave none.
        "CREATE TABLE source (id INTEGER PRIMARY KEY, mn TEXT NOT NULL UNIQUE, "
        "first_us BIGINT NOT NULL, last_us BIGINT NOT NULL, version INTEGER, st TEXT NOT NULL, "
        "peer TEXT NOT NULL, clock_ms BIGINT, delay_ms BIGINT)",
        "CREATE TABLE series (id INTEGER PRIMARY KEY, source INTEGER NOT NULL, "
        "factor TEXT NOT NULL, kind TEXT NOT NULL, span_s INTEGER NOT NULL, "
        "UNIQUE (source, factor, kind, span_s))",
        "CREATE TABLE latest (series INTEGER PRIMARY KEY, t BIGINT NOT NULL, value BIGINT, "
        "low BIGINT, high BIGINT, flag TEXT NOT NULL, frame BIGINT NOT NULL)",
        # A value that was sent again with another content: the old one, and what replaced it.
        "CREATE TABLE change (series INTEGER NOT NULL, t BIGINT NOT NULL, value BIGINT, "
        "low BIGINT, high BIGINT, flag TEXT NOT NULL, frame BIGINT NOT NULL, "
        "by_frame BIGINT NOT NULL, PRIMARY KEY (series, t, by_frame)) WITHOUT ROWID",
        "CREATE TABLE day (kind TEXT NOT NULL, day INTEGER NOT NULL, PRIMARY KEY (kind, day))",
        "CREATE TABLE block (id BIGINT PRIMARY KEY, day INTEGER NOT NULL, "
        "start BIGINT NOT NULL, size BIGINT NOT NULL, frames INTEGER NOT NULL)",
        # What was wrong, counted by UTC day.
        "CREATE TABLE fault (source INTEGER NOT NULL, day INTEGER NOT NULL, cause TEXT NOT NULL, "
        "count BIGINT NOT NULL, PRIMARY KEY (source, day, cause)) WITHOUT ROWID",
        # Hours of which values came since they were folded into the lake.
        "CREATE TABLE unfolded (source INTEGER NOT NULL, h INTEGER NOT NULL, "
        "frame BIGINT NOT NULL, PRIMARY KEY (source, h)) WITHOUT ROWID",
        "CREATE TABLE command (uuid TEXT PRIMARY KEY, mn TEXT NOT NULL, cn TEXT NOT NULL, "
        "items TEXT NOT NULL, state TEXT NOT NULL, said TEXT NOT NULL, asked_us BIGINT NOT NULL, "
        "qn TEXT NOT NULL, tries INTEGER NOT NULL, sent_us BIGINT, ended_us BIGINT)",
        *_second(),
        f"INSERT INTO meta (key, value) VALUES ('schema', '{SCHEMA}')",
    ]


def statements_after(schema: int) -> list[str]:
    """Statements that bring the tables of an older schema to this one.

    Examples
    --------
    >>> statements_after(1)[-1]
    "UPDATE meta SET value = '2' WHERE key = 'schema'"
    >>> statements_after(SCHEMA)
    []
    """
    if schema >= SCHEMA:
        return []
    return [*_second(), f"UPDATE meta SET value = '{SCHEMA}' WHERE key = 'schema'"]


#: What monitors said. The key of its writer is "LT-GATE" in ASCII.
GATE: Final = Tables("gate", FRAMES, 0x4C542D47415445, SCHEMA, statements, statements_after)
