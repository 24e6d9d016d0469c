"""Data of the map of today: stations coloured and numbered by their index, wind, outlines."""

from typing import Any, Final

from django.urls import reverse

from lantian.desk.air.queries.pictures import level_of
from lantian.desk.air.queries.today import StationNow, Today
from lantian.desk.language import language

_MICRO: Final = "micro"
#: Shapes of the kinds of station on maps; a kind that is not here is drawn as a dot.
_SHAPES: Final = {
    "national": "circle",
    "provincial": "square",
    "township": "diamond",
    _MICRO: "dot",
}
#: Colour of a station without an index: none of the levels'.
_NO_DATA: Final = "#d5dbe1"
#: With more stations the numbers of all would hide each other and the map.
_CROWD: Final = 60


def station_map(seen: Today, outlines: list[dict[str, Any]]) -> dict[str, Any]:
    """Stations with index and wind as the map draws them.

    Parameters
    ----------
    seen : Today
    outlines : list of dict
        Places as GeoJSON features, as `areas.shapes` gives them.
    """
    placed = [s for s in seen.stations if s.lon is not None and s.lat is not None]
    lons, lats = [s.lon or 0.0 for s in placed], [s.lat or 0.0 for s in placed]
    edge = 0.05
    return {
        "areas": {"type": "FeatureCollection", "features": outlines},
        "points": [_point(seen, s, crowded=len(placed) > _CROWD) for s in placed],
        "wind": _wind(placed),
        "bounds": [min(lons) - edge, min(lats) - edge, max(lons) + edge, max(lats) + edge]
        if placed
        else None,
    }


def _point(seen: Today, station: StationNow, *, crowded: bool) -> dict[str, Any]:
    """What is drawn of a station; a micro-station in a crowd is a coloured dot, no more."""
    level = level_of(seen.rules.levels.clause, station.hour.level)
    name = level["name"] if level else language().of("无数据", "no data")
    plain = crowded and station.kind == _MICRO
    mark = {"label": station.hour.aqi.text, "shape": _SHAPES.get(station.kind, "circle")}
    return {
        **({} if plain else mark),
        "lon": station.lon,
        "lat": station.lat,
        "colour": level["colour"] if level else _NO_DATA,
        "ink": level["ink"] if level else "dark",
        "href": reverse("air:station", args=[station.code]),
        "title": f"{station.name} AQI {station.hour.aqi.text} {name}",
        "kind": station.kind,
    }


def _wind(stations: list[StationNow]) -> dict[str, Any] | None:
    arrows = [
        {"lon": s.lon, "lat": s.lat, "from_deg": s.wind_from_deg, "ms": float(s.wind_ms)}
        for s in stations
        if s.wind_ms is not None and s.wind_from_deg is not None
    ]
    return {"arrows": arrows, "text": ""} if arrows else None
