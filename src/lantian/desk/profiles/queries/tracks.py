"""A day of a van: its points on the map, coloured by value, and the road segments it drove."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry import mapping

from lantian.desk.language import language
from lantian.desk.profiles.queries.instruments import Instrument
from lantian.desk.register.geometry import loaded
from lantian.desk.rights.reach import Reach
from lantian.desk.sources.queries import RoadSegment, road_segments
from lantian.errors import BadRequest
from lantian.lake.fine import FineStore
from lantian.lake.surveys import FLIGHT, TRACK, read_track
from lantian.track.points import Track
from lantian.track.snapping import NONE, Places, Segment, snap
from lantian.track.summary import OnSegment, by_segment

#: Colours of the classes from low to high: told apart without red and green (viridis).
COLOURS: Final = ("#440154", "#3b528b", "#21918c", "#5ec962", "#fde725")
#: More points than this are thinned out on the map; figures are of all.
_MOST_POINTS: Final = 4_000
_NONE_COLOUR: Final = "#9aa7b5"


@dataclass(frozen=True, slots=True)
class Drive:
    """A local day of a van, one factor of it in view."""

    of: Instrument
    day: date
    track: Track
    factor: str
    roads: tuple[RoadSegment, ...]
    places: Places
    figures: tuple[OnSegment, ...]
    breaks: tuple[float, ...]

    @property
    def unit(self) -> str:
        """Unit of the factor, as the file gives it."""
        return self.track.units[self.track.factors.index(self.factor)]

    def local(self, t: int) -> datetime:
        """Return a moment by the van's clock on the wall."""
        return datetime.fromtimestamp(t, UTC).replace(tzinfo=None) + timedelta(
            hours=self.of.offset_h
        )

    def name(self, place: int) -> str:
        """Name of a segment; what is on none has a name of its own."""
        if place == NONE:
            return language().of("未归入路段", "on no segment")
        road = self.roads[place]
        return language().of(road.name_zh, road.name_en or road.name_zh)

    def number(self, value: float) -> int:
        """Class of a value, from 0."""
        return int(np.searchsorted(self.breaks, value, side="right"))


def track_of_day(store: FineStore, one: Instrument, day: date) -> Track | None:
    """Read the points of a local day; None where there are none."""
    first_t, last_t = one.span(day)
    kind = FLIGHT if one.kind == FLIGHT else TRACK
    found = read_track(store.ledger, one.mn, first_t, last_t, kind=kind)
    return found if found is not None and found.t.size else None


def factor_asked(track: Track, text: str) -> str:
    """Return the factor that is asked for, the first one where none is.

    Raises
    ------
    BadRequest
        If it was not measured.
    """
    if text and text not in track.factors:
        raise BadRequest(
            f"没有因子 / no factor {text[:40]!r}", where="factor", fix=", ".join(track.factors)
        )
    return text or track.factors[0]


def drive(one: Instrument, day: date, track: Track, factor: str, reach: Reach) -> Drive:
    """Snap a day's points to the road segments in the reader's reach, and reckon figures."""
    roads = tuple(road_segments(reach))
    segments = [Segment(road.code, _lines(road.shape)) for road in roads]
    places = snap(track, segments)
    figures = tuple(by_segment(track, places, factor))
    return Drive(one, day, track, factor, roads, places, figures, _breaks(track, factor))


def _lines(text: str) -> tuple[tuple[tuple[float, float], ...], ...]:
    shape = loaded(text)
    lines = [shape] if shape.geom_type == "LineString" else list(getattr(shape, "geoms", ()))
    return tuple(
        tuple((x, y) for x, y in line.coords) for line in lines if line.geom_type == "LineString"
    )


def _breaks(track: Track, factor: str) -> tuple[float, ...]:
    """Values between the classes: fifths of the day's points, each once."""
    values = track.of(factor)
    known = values[np.isfinite(values)]
    if not known.size:
        return ()
    fifths = np.percentile(known, [20, 40, 60, 80])
    return tuple(dict.fromkeys(float(f"{value:.3g}") for value in fifths))


def classes(found: Drive) -> list[dict[str, str]]:
    """Classes of values for the legend, from low to high."""
    texts = [f"{value:g}" for value in found.breaks]
    if not texts:
        return []
    ranges = [f"< {texts[0]}", *(f"{a}–{b}" for a, b in pairwise(texts))]
    return [
        {"shape": "circle", "colour": COLOURS[n], "title": title}
        for n, title in enumerate([*ranges, f"≥ {texts[-1]}"])
    ]


def map_of(found: Drive, areas: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Data of the map: points by class, segments by their mean, what they are as a list."""
    track, values = found.track, found.track.of(found.factor)
    every = -(-track.t.size // _MOST_POINTS)
    means = {figure.place: figure.mean for figure in found.figures}
    return {
        "areas": {"type": "FeatureCollection", "features": list(areas)},
        "lines": {
            "type": "FeatureCollection",
            "features": [_road(found, n, road, means.get(n)) for n, road in enumerate(found.roads)],
        },
        "points": [_point(found, n, float(values[n])) for n in range(0, track.t.size, every)],
        "listed": [
            {
                "title": found.name(figure.place),
                "label": f"{figure.mean:.1f} {found.unit} ({figure.number})",
            }
            for figure in found.figures
        ],
        "bounds": _bounds(track),
    }


def _point(found: Drive, n: int, value: float) -> dict[str, Any]:
    track, known = found.track, bool(np.isfinite(value))
    at = found.local(int(track.t[n]))
    return {
        "lon": round(float(track.lon[n]), 6),
        "lat": round(float(track.lat[n]), 6),
        "colour": COLOURS[found.number(value)] if known else _NONE_COLOUR,
        "bare": True,
        "title": f"{at:%H:%M:%S} · {value:g} {found.unit}" if known else f"{at:%H:%M:%S} · —",
    }


def _road(found: Drive, n: int, road: RoadSegment, mean: float | None) -> dict[str, Any]:
    shown: dict[str, Any] = {"name": found.name(n), "kind": "road"}
    if mean is not None:
        shown["colour"] = COLOURS[found.number(mean)]
    return {
        "type": "Feature",
        "properties": shown,
        "geometry": mapping(shapely.set_precision(loaded(road.shape), 1e-6)),
    }


def _bounds(track: Track) -> list[float]:
    edge = 0.005
    return [
        float(track.lon.min()) - edge, float(track.lat.min()) - edge,
        float(track.lon.max()) + edge, float(track.lat.max()) + edge,
    ]  # fmt: skip
