"""What a van measured on each road segment: count, mean, spread, and how it was reckoned."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from lantian.track.points import Track
from lantian.track.snapping import NONE, Places

#: How a segment's figures are made, zh and en.
METHOD: Final = (
    "各点的简单平均、中位数、第 90 百分位数（线性内插）；停车处点多，权重随之大。",
    "Plain mean, median and 90th percentile (linear) of the points on a segment; where the van "
    "stood there are more points, and they weigh more.",
)


@dataclass(frozen=True, slots=True)
class OnSegment:
    """Figures of one factor over `number` points of a segment; `place` NONE is for the rest."""

    place: int
    number: int
    first_t: int
    last_t: int
    mean: float
    median: float
    p90: float
    high: float


def by_segment(track: Track, places: Places, factor: str) -> list[OnSegment]:
    """Return figures of a factor for each segment that has measurements, the highest mean first.

    Points on no segment stand together at the end.

    Parameters
    ----------
    track : Track
    places : ndarray of int64, shape (points,)
        As `snap` gives them.
    factor : str

    Examples
    --------
    >>> from lantian.track.points import track_of
    >>> track = track_of(
    ...     np.array([1, 2, 3]), (np.array([115.0] * 3), np.array([36.0] * 3), np.full(3, np.nan)),
    ...     [("PM2.5", "")], np.array([[60.0], [80.0], [20.0]]))
    >>> [(s.place, s.number, s.mean) for s in by_segment(track, np.array([0, 0, -1]), "PM2.5")]
    [(0, 2, 70.0), (-1, 1, 20.0)]
    """
    values = track.of(factor)
    there = np.isfinite(values)
    found = [
        _figures(track, (places == place) & there, int(place), factor)
        for place in np.unique(places[there]).tolist()
    ]
    return sorted(found, key=lambda one: (one.place == NONE, -one.mean, one.place))


def _figures(track: Track, kept: npt.NDArray[np.bool_], place: int, factor: str) -> OnSegment:
    values, times = track.of(factor)[kept], track.t[kept]
    median, p90 = np.percentile(values, [50, 90]).tolist()
    return OnSegment(
        place, values.size, int(times[0]), int(times[-1]), float(values.mean()), median, p90,
        float(values.max()),
    )  # fmt: skip


def covered(places: Places, segments: Sequence[object]) -> tuple[int, int]:
    """How many segments a track touched, and how many there are.

    Examples
    --------
    >>> covered(np.array([0, 0, -1]), ["R1", "R2"])
    (1, 2)
    """
    return len(set(places.tolist()) - {NONE}), len(segments)
