"""Values of frames on their way into the tables: new, the same again, or changed."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import batched
from typing import Final

from lantian.lake.events import note_events
from lantian.lake.fine_parts import lift
from lantian.lake.gate_ledger import AT_ONCE, GateLedger, Row, pairs, places
from lantian.lake.gate_tables import FINE_COLUMNS
from lantian.lake.said import Said
from lantian.lake.surveys import note_surveys

_DAY_S: Final = 86_400
_HOUR_S: Final = 3_600

type Key = tuple[int, int]


def note_values(ledger: GateLedger, frames: Sequence[tuple[Said, int]]) -> tuple[int, int, int]:
    """Store what frames tell, inside `write`; return how many values are new, same, changed."""
    note_surveys(ledger, frames)
    note_events(ledger, frames)
    named = {
        (ledger.sources[said.mn], v.factor, v.kind, v.span_s)
        for said, _ in frames
        for v in said.values
    }
    ledger.name_series(named)
    source_of = {ledger.series[key]: key[0] for key in named}
    hours: dict[tuple[int, int], int] = {}
    new = same = changed = 0
    for day, versions in _by_day(ledger, frames).items():
        ledger.make_day("fine", day)
        lift(ledger, day, {key for rows in versions for key in rows})
        for rows in versions:
            added = ledger.insert(
                f"fine_{day} ({FINE_COLUMNS})", rows.values(), "ON CONFLICT DO NOTHING"
            )
            there, other = _replace(ledger, day, rows) if added < len(rows) else (set(), 0)
            new, same, changed = new + added, same + len(there), changed + other
            _note_latest(ledger, rows.values())
            for key in rows.keys() - there:
                hour = (source_of[key[0]], -(-key[1] // _HOUR_S))
                hours[hour] = max(hours.get(hour, 0), rows[key][6])
    _note_hours(ledger, hours)
    return new, same, changed


def _by_day(
    ledger: GateLedger, frames: Sequence[tuple[Said, int]]
) -> dict[int, list[dict[Key, Row]]]:
    """Rows by day; a value that a group holds twice stands in a later dictionary of the day."""
    days: dict[int, list[dict[Key, Row]]] = {}
    for said, number in frames:
        source = ledger.sources[said.mn]
        for v in said.values:
            key = (ledger.series[(source, v.factor, v.kind, v.span_s)], v.t)
            versions = days.setdefault((v.t - 1) // _DAY_S, [{}])
            if key in versions[-1]:
                versions.append({})
            versions[-1][key] = (*key, v.value, v.low, v.high, v.flag, number)
    return days


def _replace(ledger: GateLedger, day: int, rows: Mapping[Key, Row]) -> tuple[set[Key], int]:
    """Replace stored values that differ, keep the old; return which are same, how many changed."""
    same: set[Key] = set()
    changed = 0
    for some in batched(rows, AT_ONCE):
        stored = ledger.sql.execute(
            f"SELECT {FINE_COLUMNS} FROM fine_{day} WHERE (series, t) IN "
            f"(VALUES {places(2, len(some))})",
            pairs(some),
        ).fetchall()
        for old in stored:
            row = rows[(old[0], old[1])]
            if old[6] == row[6]:
                continue  # it was just stored
            if tuple(old[2:6]) == row[2:6]:
                same.add((old[0], old[1]))
                continue
            changed += 1
            if old[6] > row[6]:  # heard before what is stored, and taken only now
                _note_change(ledger, row, old[6])
                continue
            _note_change(ledger, old, row[6])
            ledger.sql.execute(
                f"UPDATE fine_{day} SET value = ?, low = ?, high = ?, flag = ?, frame = ? "
                "WHERE series = ? AND t = ?",
                (*row[2:], *row[:2]),
            )
    return same, changed


def _note_change(ledger: GateLedger, gone: Row, by_frame: int) -> None:
    ledger.insert(
        f"change ({FINE_COLUMNS}, by_frame)", [(*gone, by_frame)], "ON CONFLICT DO NOTHING"
    )


def _note_latest(ledger: GateLedger, rows: Iterable[Row]) -> None:
    newest: dict[int, Row] = {}
    for row in rows:
        if row[0] not in newest or newest[row[0]][1] <= row[1]:
            newest[row[0]] = row
    ledger.insert(
        f"latest ({FINE_COLUMNS})",
        newest.values(),
        "ON CONFLICT (series) DO UPDATE SET t = excluded.t, value = excluded.value, "
        "low = excluded.low, high = excluded.high, flag = excluded.flag, "
        "frame = excluded.frame WHERE excluded.t > latest.t "
        "OR excluded.t = latest.t AND excluded.frame >= latest.frame",
    )


def _note_hours(ledger: GateLedger, hours: Mapping[tuple[int, int], int]) -> None:
    """Note which hours of a source have values that are not yet folded, up to which frame."""
    ledger.insert(
        "unfolded (source, h, frame)",
        [(*key, number) for key, number in hours.items()],
        "ON CONFLICT (source, h) DO UPDATE SET frame = excluded.frame",
    )
