"""The roster: stations, their places, targets and exclusions, as they stood at a sequence."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from lantian.evaluate.exceptional import ClaimState
from lantian.lake.ledger import Ledger

_TABLES: Final = ("station", "membership", "target", "exclusion")


@dataclass(frozen=True, slots=True)
class Station:
    """A station at one site; one that moved has several entries with dates.

    `lon` and `lat` are degrees; `first` and `last` are days, None where open;
    `offset_h` is local time minus UTC.
    """

    station: str
    name: str
    lon: float | None
    lat: float | None
    kind: str
    background: bool
    first: date | None
    last: date | None
    offset_h: int


@dataclass(frozen=True, slots=True)
class Membership:
    """A station counted in a place of some level; a background point is only listed."""

    station: str
    place: str
    level: str
    background: bool
    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class Target:
    """A goal of a place over days, both included.

    `indicator` is a pollutant's key or a name of `evaluate.target.Indicator`; `goal` is in
    the unit in which the indicator is published.
    """

    place: str
    first: date
    last: date
    indicator: str
    goal: Decimal


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A claim that a pollutant's day is exceptional for a scope: a station, place or `all`."""

    scope: str
    day: date
    pollutant: str
    reason: str
    state: ClaimState
    declared_by: str


@dataclass(frozen=True, slots=True)
class Roster:
    """All four registers at one sequence; `digest` is the identity of their content."""

    stations: tuple[Station, ...]
    memberships: tuple[Membership, ...]
    targets: tuple[Target, ...]
    exclusions: tuple[Exclusion, ...]
    digest: str


def read_roster(ledger: Ledger, as_of: int) -> Roster:
    """Read the roster as it stood at a sequence.

    A membership that does not say whether its station is a background point takes the
    station's own flag.
    """
    stations = tuple(
        Station(code, name, lon, lat, kind, bool(background), _day(first), _day(last), offset_h)
        for code, name, lon, lat, kind, background, first, last, offset_h in _rows(
            ledger,
            "station",
            "station, name, lon, lat, kind, background, first_day, last_day, offset_h",
            as_of,
        )
    )
    background_points = {s.station for s in stations if s.background}
    memberships = tuple(
        Membership(
            station,
            place,
            level,
            station in background_points if background is None else bool(background),
            _day(first),
            _day(last),
        )
        for station, place, level, background, first, last in _rows(
            ledger, "membership", "station, place, level, background, first_day, last_day", as_of
        )
    )
    targets = tuple(
        Target(place, date.fromisoformat(first), date.fromisoformat(last), name, Decimal(goal))
        for place, first, last, name, goal in _rows(
            ledger, "target", "place, first_day, last_day, indicator, goal", as_of
        )
    )
    exclusions = tuple(
        Exclusion(scope, date.fromisoformat(day), symbol, reason, ClaimState(state), by)
        for scope, day, symbol, reason, state, by in _rows(
            ledger, "exclusion", "scope, day, pollutant, reason, state, declared_by", as_of
        )
    )
    registers = (stations, memberships, targets, exclusions)
    text = json.dumps(
        [[_plain(row) for row in register] for register in registers],
        ensure_ascii=False,
        sort_keys=True,
        default=str,
    )
    return Roster(*registers, hashlib.sha256(text.encode("utf-8")).hexdigest())


def last_change(ledger: Ledger, as_of: int) -> int:
    """Last sequence, up to one, at which the roster changed; 0 for never.

    Between two changes `read_roster` gives the same.
    """
    changes = " UNION ALL ".join(
        f"SELECT MAX({column}) AS changed FROM {table} WHERE {column} <= ?"
        for table in _TABLES
        for column in ("seq_from", "seq_to")
    )
    with ledger.read() as sql:
        row = sql.execute(
            f"SELECT COALESCE(MAX(changed), 0) FROM ({changes}) AS changes",
            (as_of,) * (2 * len(_TABLES)),
        ).fetchone()
    return int(row[0])


def _plain(row: Any) -> dict[str, Any]:
    """Return what `asdict` does of a row of plain values, which it takes five times as long for."""
    return {name: getattr(row, name) for name in row.__slots__}


def _rows(ledger: Ledger, table: str, columns: str, as_of: int) -> list[tuple[Any, ...]]:
    with ledger.read() as sql:
        rows: list[tuple[Any, ...]] = sql.execute(
            f"SELECT {columns} FROM {table} WHERE seq_from <= ? AND (seq_to IS NULL OR seq_to > ?)",
            (as_of, as_of),
        ).fetchall()
    # Sorted here, by code point, so that every database gives the same order and digest.
    return sorted(rows, key=lambda row: [str(v or "") for v in row])


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
