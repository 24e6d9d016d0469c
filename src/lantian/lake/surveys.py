"""What lidars, vans and drones saw: blocks of arrays in files that only grow, a row for each.

A block is durable before its row is; one without a row was never told of and counts for
nothing. Blocks are never replaced: of two that speak of the same moment the later one counts.
"""

import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from lantian.lake.frames import Block, FrameFiles
from lantian.lake.gate_ledger import GateLedger, Row
from lantian.lake.said import Said, Survey
from lantian.profile.scan import Scan
from lantian.track.points import Track

#: Folder of the files.
SURVEYS: Final = "surveys"
#: Kinds: range-time pictures, ways of vans, flights of drones.
SCAN: Final = "scan"
TRACK: Final = "track"
FLIGHT: Final = "flight"
_DAY_S: Final = 86_400

type Arrays = Mapping[str, npt.NDArray[Any]]


class Surveyed(NamedTuple):
    """An instrument that something is held of."""

    mn: str
    kind: str


def pack_scan(scan: Scan) -> tuple[Survey, ...]:
    """Blocks of a scan, one for each UTC day.

    Examples
    --------
    >>> from lantian.profile.scan import scan_of
    >>> [(s.kind, s.t_first, s.t_last) for s in pack_scan(scan_of([9, 99], [15], [[1], [2]]))]
    [('scan', 9, 99)]
    """
    return tuple(
        _packed(SCAN, part.t, {
            "t": part.t, "height_m": part.height_m, "backscatter": part.backscatter,
            "flag": part.flag, "cloud_base_m": part.cloud_base_m,
        })
        for part in map(scan.of_day, scan.days())
    )  # fmt: skip


def pack_track(track: Track, kind: str = TRACK) -> tuple[Survey, ...]:
    """Blocks of a van's track, or of a drone's flight, one for each UTC day."""
    return tuple(
        _packed(kind, part.t, {
            "t": part.t, "lon": part.lon, "lat": part.lat, "height_m": part.height_m,
            "factors": np.array(part.factors), "units": np.array(part.units),
            "values": part.values,
        })
        for part in map(track.of_day, track.days())
    )  # fmt: skip


def _packed(kind: str, t: npt.NDArray[np.int64], arrays: Arrays) -> Survey:
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **arrays)
    return Survey(kind, int(t[0]), int(t[-1]), file.getvalue())


def note_surveys(ledger: GateLedger, frames: Sequence[tuple[Said, int]]) -> int:
    """Keep the blocks of frames, inside `write`; return how many were new.

    Raises
    ------
    LakeBroken
        If the disk is full or not writable.
    """
    fresh = [
        (said, number, survey, _digest(survey))
        for said, number in frames
        for survey in said.surveys
    ]
    if not fresh:
        return 0
    files = FrameFiles(ledger.folder / SURVEYS)
    rows: list[Row] = []
    following = ledger.following("survey")
    try:
        for said, frame, survey, digest in fresh:
            if _known(ledger, said.mn, survey.kind, digest):
                continue
            day = (survey.t_first - 1) // _DAY_S
            block = files.append(day, [(said.received_us, survey.body)])
            rows.append((
                following + len(rows), said.mn, survey.kind, day, survey.t_first, survey.t_last,
                digest, frame, block.start, block.size,
            ))  # fmt: skip
    finally:
        files.close()
    return ledger.insert(
        "survey (id, mn, kind, day, t_first, t_last, digest, frame, start, size)",
        rows,
        "ON CONFLICT (mn, kind, digest) DO NOTHING",
    )


def _digest(survey: Survey) -> int:
    return int.from_bytes(hashlib.sha256(survey.body).digest()[:8]) >> 1


def _known(ledger: GateLedger, mn: str, kind: str, digest: int) -> bool:
    row = ledger.sql.execute(
        "SELECT 1 FROM survey WHERE mn = ? AND kind = ? AND digest = ?", (mn, kind, digest)
    ).fetchone()
    return row is not None


def surveyed(ledger: GateLedger, kinds: Sequence[str]) -> list[Surveyed]:
    """Return instruments of some kinds that something is held of, in order."""
    with ledger.read() as sql:
        rows = sql.execute(
            f"SELECT DISTINCT mn, kind FROM survey WHERE kind IN ({', '.join('?' * len(kinds))}) "
            "ORDER BY mn, kind",
            tuple(kinds),
        ).fetchall()
    return [Surveyed(*row) for row in rows]


def days_of(ledger: GateLedger, mn: str, kind: str, *, offset_s: int = 0) -> tuple[int, ...]:
    """Return the days since 1970 of which something is held, by a clock ahead of UTC so much."""
    days = [f"SELECT ({end} + ? - 1) / {_DAY_S} FROM survey WHERE mn = ? AND kind = ?"
            for end in ("t_first", "t_last")]  # fmt: skip
    with ledger.read() as sql:
        # A block is of one UTC day, so it touches two local days at most, with its ends.
        rows = sql.execute(" UNION ".join(days), (offset_s, mn, kind) * 2).fetchall()
    return tuple(sorted(int(row[0]) for row in rows))


def read_scan(ledger: GateLedger, mn: str, first_t: int, last_t: int) -> Scan | None:
    """Return what an instrument saw after one moment and not after another.

    Where its heights were altered meanwhile, the profiles with the newest heights.

    Raises
    ------
    LakeBroken
        If a file is missing or damaged.
    """
    parts = [
        Scan(*(a[n] for n in ("t", "height_m", "backscatter", "flag", "cloud_base_m"))).between(
            first_t, last_t
        )
        for a in _blocks(ledger, mn, SCAN, first_t, last_t)
    ]
    parts = [part for part in parts if np.array_equal(part.height_m, parts[-1].height_m)]
    if not parts:
        return None
    t, kept = _later(part.t for part in parts)
    return Scan(
        t,
        parts[-1].height_m,
        *(np.concatenate([getattr(part, name) for part in parts])[kept] for name in
          ("backscatter", "flag", "cloud_base_m")),
    )  # fmt: skip


def read_track(
    ledger: GateLedger, mn: str, first_t: int, last_t: int, *, kind: str = TRACK
) -> Track | None:
    """Return the way of a van or drone after one moment and not after another.

    Raises
    ------
    LakeBroken
        If a file is missing or damaged.
    """
    parts = [_track(a).between(first_t, last_t) for a in _blocks(ledger, mn, kind, first_t, last_t)]
    if not parts:
        return None
    units = {
        name: unit for part in parts for name, unit in zip(part.factors, part.units, strict=True)
    }
    t, kept = _later(part.t for part in parts)
    values = np.concatenate([
        np.column_stack([
            part.of(name) if name in part.factors else np.full(part.t.size, np.nan)
            for name in units
        ])
        for part in parts
    ])  # fmt: skip
    places = [
        np.concatenate([getattr(part, n) for part in parts])[kept]
        for n in ("lon", "lat", "height_m")
    ]
    return Track(
        t, places[0], places[1], places[2], tuple(units), tuple(units.values()), values[kept]
    )


def _track(arrays: Arrays) -> Track:
    return Track(
        arrays["t"], arrays["lon"], arrays["lat"], arrays["height_m"],
        tuple(arrays["factors"].tolist()), tuple(arrays["units"].tolist()), arrays["values"],
    )  # fmt: skip


def _later(
    times: Iterable[npt.NDArray[np.int64]],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Moments in order, and where each stands among all; of the same moment the later one."""
    every = np.concatenate(list(times))
    order = np.argsort(every, kind="stable")
    if not every.size:
        return every, order
    kept = order[np.append(np.diff(every[order]) > 0, [True])]
    return every[kept], kept


def _blocks(
    ledger: GateLedger, mn: str, kind: str, first_t: int, last_t: int
) -> list[dict[str, npt.NDArray[Any]]]:
    """Arrays of the blocks that reach into a span, in the order in which they came."""
    with ledger.read() as sql:
        rows = sql.execute(
            "SELECT day, start, size FROM survey WHERE mn = ? AND kind = ? AND t_last > ? "
            "AND t_first <= ? ORDER BY id",
            (mn, kind, first_t, last_t),
        ).fetchall()
    files = FrameFiles(ledger.folder / SURVEYS)
    found = []
    for row in rows:
        ((_, body),) = files.read(Block(*row))
        with np.load(io.BytesIO(body), allow_pickle=False) as arrays:
            found.append(dict(arrays))
    return found
