"""Tables of the lake, as SQL text that suits SQLite and PostgreSQL alike."""

from typing import Final

from lantian.lake.database import Tables

#: Version of the tables; a lake of a newer version is refused, an older one brought up.
SCHEMA: Final = 4

_VALUES: Final = "v0 INTEGER, v1 INTEGER, v2 INTEGER, v3 INTEGER, v4 INTEGER, v5 INTEGER"

#: Columns of a hot row in the order in which they are inserted; `marks` packs six marks of 4 bits.
HOT_COLUMNS: Final = "h, station, batch, v0, v1, v2, v3, v4, v5, marks"


def _hot(table: str) -> str:
    """Rows clustered by hour: a batch of one hour then lands in one place.

    The batch is part of the key: a correction is one more record, never an update,
    so the state of the data at any earlier sequence is read by leaving later ones out.
    """
    return (
        f"CREATE TABLE {table} (h INTEGER NOT NULL, station TEXT NOT NULL, "
        f"batch INTEGER NOT NULL, {_VALUES}, marks INTEGER NOT NULL, "
        "PRIMARY KEY (h, station, batch)) WITHOUT ROWID"
    )


def _second() -> list[str]:
    """Tables that came with schema 2: evaluated days, what waits for evaluation, intents.

    `day_result` keeps a station's month packed in one row: a tenth of the time of a row a
    day. It is clustered by arrival, not by its key, because in SQLite rows of this size
    spill to pages of their own there: four times the file, twice the time (measured).
    `stale.days` has one bit for each day of the month, so its size is bounded, too.
    """
    return [
        "CREATE TABLE day_result (thresholds TEXT NOT NULL, month INTEGER NOT NULL, "
        "station TEXT NOT NULL, sequence INTEGER NOT NULL, code TEXT NOT NULL, "
        "days BLOB NOT NULL, PRIMARY KEY (thresholds, month, station))",
        "CREATE TABLE held (thresholds TEXT PRIMARY KEY, code TEXT NOT NULL)",
        "CREATE TABLE stale (month INTEGER NOT NULL, station TEXT NOT NULL, "
        "days INTEGER NOT NULL, since INTEGER NOT NULL, batch INTEGER NOT NULL, "
        "PRIMARY KEY (month, station)) WITHOUT ROWID",
        "CREATE TABLE applied (uuid TEXT PRIMARY KEY, sha256 TEXT NOT NULL, "
        "batch INTEGER NOT NULL, at TEXT NOT NULL)",
        "INSERT INTO meta (key, value) VALUES ('refreshes', '0')",
    ]


def _third() -> list[str]:
    """Tables that came with schema 3: monitors that report to the gate."""
    return [
        "CREATE TABLE device (mn TEXT NOT NULL, station TEXT NOT NULL, password TEXT NOT NULL, "
        "units TEXT NOT NULL, tolerance TEXT NOT NULL, minutes INTEGER NOT NULL, "
        "first_day TEXT, last_day TEXT, seq_from INTEGER NOT NULL, seq_to INTEGER)",
    ]


def _fourth() -> list[str]:
    """Tables that came with schema 4: what is judged of the hours, and by whom.

    `hour_mark` is made anew with each run over a month. All others are only ever added to:
    a finding holds the digest of the one before it, so that none can be taken out unseen; a
    review's state is its last row of `review_state`.
    """
    return [
        "CREATE TABLE quality_run (id INTEGER PRIMARY KEY, h_from INTEGER NOT NULL, "
        "h_to INTEGER NOT NULL, stations TEXT NOT NULL, input TEXT NOT NULL, book TEXT NOT NULL, "
        "code TEXT NOT NULL, sequence INTEGER NOT NULL, marks INTEGER NOT NULL, "
        "findings INTEGER NOT NULL, at TEXT NOT NULL)",
        "CREATE TABLE hour_mark (run INTEGER NOT NULL, month INTEGER NOT NULL, "
        "station TEXT NOT NULL, pollutant TEXT NOT NULL, kind TEXT NOT NULL, "
        "first_h INTEGER NOT NULL, last_h INTEGER NOT NULL, figures TEXT NOT NULL, "
        "clause TEXT NOT NULL)",
        "CREATE INDEX hour_mark_by_month ON hour_mark (month, station)",
        "CREATE TABLE finding (id INTEGER PRIMARY KEY, run INTEGER NOT NULL, "
        "method TEXT NOT NULL, station TEXT NOT NULL, pollutant TEXT NOT NULL, "
        "first_h INTEGER NOT NULL, last_h INTEGER NOT NULL, figures TEXT NOT NULL, "
        "clause TEXT NOT NULL, confirms INTEGER, digest TEXT NOT NULL)",
        "CREATE TABLE review (id INTEGER PRIMARY KEY, intent TEXT NOT NULL, "
        "station TEXT NOT NULL, h INTEGER NOT NULL, pollutant TEXT NOT NULL, "
        "verdict TEXT NOT NULL, reason TEXT NOT NULL, old_value INTEGER, "
        "old_mark INTEGER NOT NULL, answers TEXT NOT NULL, sequence INTEGER NOT NULL)",
        "CREATE TABLE review_state (review INTEGER NOT NULL, step INTEGER NOT NULL, "
        "state TEXT NOT NULL, by_whom TEXT NOT NULL, note TEXT NOT NULL, at TEXT NOT NULL, "
        "sequence INTEGER NOT NULL, PRIMARY KEY (review, step))",
        # Calibrations of micro-stations, and why there is none: `body` is empty then.
        "CREATE TABLE calibration (id INTEGER PRIMARY KEY, station TEXT NOT NULL, "
        "pollutant TEXT NOT NULL, at_h INTEGER NOT NULL, version TEXT NOT NULL, "
        "refused TEXT NOT NULL, reference TEXT NOT NULL, body TEXT NOT NULL, "
        "book TEXT NOT NULL, code TEXT NOT NULL, sequence INTEGER NOT NULL, at TEXT NOT NULL)",
        "CREATE INDEX calibration_by_station ON calibration (station, pollutant, at_h)",
    ]


def statements() -> list[str]:
    """Statements that make an empty lake.

    Examples
    --------
    >>> statements()[0]
    'CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)'
    """
    return [
        "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
        "CREATE TABLE batch (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, source TEXT NOT NULL, "
        "sha256 TEXT NOT NULL, layout TEXT NOT NULL, origin INTEGER NOT NULL, "
        "received TEXT NOT NULL, rows INTEGER NOT NULL)",
        "CREATE INDEX batch_by_content ON batch (sha256)",
        _hot("hour"),
        _hot("weather"),
        "CREATE TABLE observed (kind TEXT NOT NULL, station TEXT NOT NULL, "
        "batch INTEGER NOT NULL, PRIMARY KEY (kind, station))",
        "CREATE TABLE revision (kind TEXT NOT NULL, h INTEGER NOT NULL, station TEXT NOT NULL, "
        "item TEXT NOT NULL, batch INTEGER NOT NULL, old INTEGER NOT NULL, "
        "old_mark INTEGER NOT NULL, new INTEGER NOT NULL, new_mark INTEGER NOT NULL, "
        "PRIMARY KEY (kind, h, station, item, batch))",
        "CREATE TABLE quarantine (batch INTEGER NOT NULL, file TEXT NOT NULL, "
        "line INTEGER NOT NULL, reason TEXT NOT NULL, raw TEXT NOT NULL)",
        "CREATE TABLE part (path TEXT PRIMARY KEY, kind TEXT NOT NULL, month INTEGER NOT NULL, "
        "sha256 TEXT NOT NULL, size INTEGER NOT NULL, rows INTEGER NOT NULL, "
        "h_min INTEGER NOT NULL, h_max INTEGER NOT NULL, batch_min INTEGER NOT NULL, "
        "batch_max INTEGER NOT NULL, withdrawn INTEGER NOT NULL, overlays INTEGER NOT NULL, "
        "added_by INTEGER NOT NULL, replaced_by INTEGER)",
        "CREATE TABLE station (station TEXT NOT NULL, name TEXT NOT NULL, "
        "lon DOUBLE PRECISION, lat DOUBLE PRECISION, kind TEXT NOT NULL, "
        "background INTEGER NOT NULL, first_day TEXT, last_day TEXT, offset_h INTEGER NOT NULL, "
        "seq_from INTEGER NOT NULL, seq_to INTEGER)",
        "CREATE TABLE membership (station TEXT NOT NULL, place TEXT NOT NULL, "
        "level TEXT NOT NULL, background INTEGER, first_day TEXT, "
        "last_day TEXT, seq_from INTEGER NOT NULL, seq_to INTEGER)",
        "CREATE TABLE target (place TEXT NOT NULL, first_day TEXT NOT NULL, "
        "last_day TEXT NOT NULL, indicator TEXT NOT NULL, goal TEXT NOT NULL, "
        "seq_from INTEGER NOT NULL, seq_to INTEGER)",
        "CREATE TABLE exclusion (scope TEXT NOT NULL, day TEXT NOT NULL, "
        "pollutant TEXT NOT NULL, reason TEXT NOT NULL, state TEXT NOT NULL, "
        "declared_by TEXT NOT NULL, seq_from INTEGER NOT NULL, seq_to INTEGER)",
        "CREATE TABLE frozen (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, key TEXT NOT NULL, "
        "sequence INTEGER NOT NULL, sha256 TEXT NOT NULL, figures TEXT NOT NULL, "
        "basis TEXT NOT NULL)",
        *_second(),
        *_third(),
        *_fourth(),
        f"INSERT INTO meta (key, value) VALUES ('schema', '{SCHEMA}')",
    ]


def statements_after(schema: int) -> list[str]:
    """Statements that bring a lake of an older schema to this one.

    Examples
    --------
    >>> statements_after(3)[-1]
    "UPDATE meta SET value = '4' WHERE key = 'schema'"
    >>> statements_after(SCHEMA)
    []
    """
    if schema >= SCHEMA:
        return []
    return [
        *(_second() if schema == 1 else []),
        *(_third() if schema < 3 else []),
        *_fourth(),
        f"UPDATE meta SET value = '{SCHEMA}' WHERE key = 'schema'",
    ]


#: Hours, roster and what was made of them. The key of its writer is "LANTIAN" in ASCII.
LAKE: Final = Tables("lake", ".", 0x4C414E5449414E, SCHEMA, statements, statements_after)
