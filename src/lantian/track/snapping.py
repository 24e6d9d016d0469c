"""Snapping: which road segment each point of a van's track lies on, or none.

A point goes to the nearest segment within some metres whose direction agrees with the van's;
a van that stands still has no direction. A single point that jumps to a crossing road between
two of the same segment stays with them where that is as near. What is on no segment stays a
point of the track: nothing is guessed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from lantian.track.points import Doubles, Track

type Places = npt.NDArray[np.int64]

#: Metres of a degree of latitude, mean sphere of 6,371,008.8 m (IUGG).
M_PER_DEG: Final = 111_195.08
#: No segment.
NONE: Final = -1
#: Points looked at together: they lie close, so few segments come into question.
_TOGETHER: Final = 128
#: A van that moved less between two points stands still.
_MOVED_M: Final = 3.0


@dataclass(frozen=True, slots=True)
class Segment:
    """A road segment of the register: lines of (longitude, latitude), WGS 84."""

    code: str
    lines: tuple[tuple[tuple[float, float], ...], ...]


@dataclass(frozen=True, slots=True)
class Nearness:
    """What is near enough: metres from the segment's line, degrees from its direction."""

    within_m: float = 30.0
    within_deg: float = 40.0


#: What is used where nothing else is said.
USUAL: Final = Nearness()


@dataclass(frozen=True, slots=True)
class _Pieces:
    """Straight pieces of all segments, in metres: where they begin, their run, whose they are."""

    start: Doubles
    run: Doubles
    owner: Places


def snap(track: Track, segments: Sequence[Segment], nearness: Nearness = USUAL) -> Places:
    """Return the place in `segments` of each point's segment, NONE where it has none.

    Parameters
    ----------
    track : Track
    segments : sequence of Segment
    nearness : Nearness

    Returns
    -------
    ndarray of int64, shape (points,)

    Examples
    --------
    >>> from lantian.track.points import track_of
    >>> road = Segment("R1", (((115.0, 36.0), (115.01, 36.0)),))
    >>> track = track_of(
    ...     np.array([1, 2, 3]), (np.array([115.001, 115.002, 115.004]),
    ...     np.array([36.0001, 36.0001, 36.001]), np.full(3, np.nan)),
    ...     [("PM2.5", "")], np.ones((3, 1)))
    >>> snap(track, [road]).tolist()
    [0, 0, -1]
    """
    found = np.full(track.t.size, NONE, np.int64)
    if not segments or not track.t.size:
        return found
    origin = float(track.lon[0]), float(track.lat[0])
    pieces = _pieces(segments, origin)
    at = _metres(np.column_stack([track.lon, track.lat]), origin)
    heading = _headings(at)
    distance = np.full(track.t.size, np.inf)
    for first in range(0, track.t.size, _TOGETHER):
        some = slice(first, first + _TOGETHER)
        found[some], distance[some] = _nearest(at[some], heading[some], pieces, nearness)
    return _steadied(found, at, distance, pieces, nearness)


def _metres(degrees: Doubles, origin: tuple[float, float]) -> Doubles:
    """Metres east and north of an origin: exact enough over a county for roads 10 m apart."""
    scale = np.array([M_PER_DEG * np.cos(np.radians(origin[1])), M_PER_DEG])
    return np.asarray((degrees - np.array(origin)) * scale)


def _pieces(segments: Sequence[Segment], origin: tuple[float, float]) -> _Pieces:
    starts, runs, owners = [np.empty((0, 2))], [np.empty((0, 2))], [np.empty(0, np.int64)]
    for n, segment in enumerate(segments):
        for line in segment.lines:
            at = _metres(np.asarray(line, np.float64).reshape(-1, 2), origin)
            starts.append(at[:-1])
            runs.append(np.diff(at, axis=0))
            owners.append(np.full(max(len(at) - 1, 0), n))
    return _Pieces(np.concatenate(starts), np.concatenate(runs), np.concatenate(owners))


def _headings(at: Doubles) -> Doubles:
    """Directions of the steps to each point and from it, radians; NaN where the van stood.

    Shape (points, 2): at a corner, or where it leaves the roads, the two differ.
    """
    step = np.diff(at, axis=0)
    there = np.hypot(step[:, 0], step[:, 1]) >= _MOVED_M
    way = np.where(there, np.arctan2(step[:, 1], step[:, 0]), np.nan)
    return np.column_stack([np.append([np.nan], way), np.append(way, [np.nan])])


def _nearest(
    at: Doubles, heading: Doubles, pieces: _Pieces, nearness: Nearness
) -> tuple[Places, Doubles]:
    """Segment and distance of points that lie close together."""
    near = _around(at, pieces, nearness.within_m)
    if not near.owner.size:
        return np.full(len(at), NONE), np.full(len(at), np.inf)
    away = _away(at, near)
    turned = heading[:, :, None] - np.arctan2(near.run[:, 1], near.run[:, 0])[None, None, :]
    # A road is driven both ways: directions are lines, not arrows. One agreeing step will do.
    off = np.where(np.isfinite(turned), np.abs(np.sin(turned)), np.inf).min(axis=1)
    across = np.isfinite(off) & (off > np.sin(np.radians(nearness.within_deg)))
    away = np.where((away <= nearness.within_m) & ~across, away, np.inf)
    best = away.argmin(axis=1)
    least = away[np.arange(len(at)), best]
    return np.where(np.isfinite(least), near.owner[best], NONE), least


def _around(at: Doubles, pieces: _Pieces, within_m: float) -> _Pieces:
    """Pieces that come into the box of some points."""
    low, high = at.min(axis=0) - within_m, at.max(axis=0) + within_m
    end = pieces.start + pieces.run
    kept = (np.minimum(pieces.start, end) <= high).all(axis=1)
    kept &= (np.maximum(pieces.start, end) >= low).all(axis=1)
    return _Pieces(pieces.start[kept], pieces.run[kept], pieces.owner[kept])


def _away(at: Doubles, pieces: _Pieces) -> Doubles:
    """Distances of points from pieces, shape (points, pieces)."""
    square = np.maximum((pieces.run**2).sum(axis=1), 1e-12)
    rest = at[:, None, :] - pieces.start[None, :, :]
    share = np.clip((rest * pieces.run).sum(axis=2) / square, 0, 1)
    off = rest - share[:, :, None] * pieces.run
    return np.asarray(np.hypot(off[:, :, 0], off[:, :, 1]))


def _steadied(
    found: Places, at: Doubles, distance: Doubles, pieces: _Pieces, nearness: Nearness
) -> Places:
    """Give single points that jump back to the segment before and behind, where it is near."""
    if found.size < 3:  # a jump has a point on either side
        return found
    before, here, behind = found[:-2], found[1:-1], found[2:]
    steady = found.copy()
    for n in np.flatnonzero((before == behind) & (here != before) & (before != NONE)) + 1:
        own = pieces.owner == found[n - 1]
        mine = _Pieces(pieces.start[own], pieces.run[own], pieces.owner[own])
        away = float(_away(at[n : n + 1], mine).min())
        if away <= nearness.within_m and (found[n] == NONE or away <= 2 * distance[n] + 5):
            steady[n] = found[n - 1]
    return steady
