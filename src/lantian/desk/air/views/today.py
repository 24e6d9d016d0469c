"""The page of today: map, stations, the month's rank, what changed, what is late."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from lantian.desk.air.queries.ground import Ground
from lantian.desk.air.queries.pictures import all_levels, level_of
from lantian.desk.air.queries.today import StationNow, Today, late_words, today
from lantian.desk.air.views.entry import (
    conditional,
    csv_answer,
    grounded,
    json_answer,
    page,
    text_answer,
)
from lantian.desk.language import language
from lantian.desk.rights.request import DeskRequest
from lantian.flows.brief import brief_of
from lantian.flows.grounds import basis_of
from lantian.report.brief import brief_text
from lantian.terms.pollutant import POLLUTANTS

#: Shapes of the kinds of station on maps; a kind that is not here is drawn as a dot.
_SHAPES = {"national": "circle", "provincial": "square", "township": "diamond", "micro": "dot"}


@require_GET
@grounded
def show(request: DeskRequest, ground: Ground) -> HttpResponse:
    """Show the page."""
    seen = today(ground, timezone.now())
    levels = seen.rules.levels.clause
    lang = language()
    context = {
        "today": seen,
        "level": level_of(levels, seen.hour.level),
        "rows": [(s, level_of(levels, s.hour.level)) for s in seen.stations],
        "items": POLLUTANTS,
        "yesterday_level": level_of(levels, seen.yesterday.level) if seen.yesterday else None,
        "levels_shown": all_levels(levels),
        "late": [lang.of(*words) for words in late_words(seen.late)],
        "notes": [lang.half(note) for note in seen.notes],
        "basis": basis_of(ground.lake, ground.roster, seen.rules).short,
        "why": {"level": ""},
    }
    return page(request, ground, "air/today.html", context)


@require_GET
@grounded
def map_data(request: DeskRequest, ground: Ground) -> HttpResponse:
    """Answer the stations as the map draws them."""
    return json_answer(request, ground, lambda: _map(today(ground, timezone.now())))


def _map(seen: Today) -> dict[str, Any]:
    placed = [s for s in seen.stations if s.lon is not None and s.lat is not None]
    lons, lats = [s.lon or 0.0 for s in placed], [s.lat or 0.0 for s in placed]
    edge = 0.05
    return {
        "areas": {"type": "FeatureCollection", "features": []},
        "points": [_point(seen, s) for s in placed],
        "wind": _wind(placed),
        "bounds": [min(lons) - edge, min(lats) - edge, max(lons) + edge, max(lats) + edge]
        if placed
        else None,
    }


def _point(seen: Today, station: StationNow) -> dict[str, Any]:
    level = level_of(seen.rules.levels.clause, station.hour.level)
    name = level["name"] if level else language().of("无数据", "no data")
    return {
        "lon": station.lon,
        "lat": station.lat,
        "label": station.hour.aqi.text,
        "colour": level["colour"] if level else None,
        "ink": level["ink"] if level else "dark",
        "shape": _SHAPES.get(station.kind, "circle"),
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


@require_GET
@grounded
def table_file(request: DeskRequest, ground: Ground) -> HttpResponse:
    """Answer the table of stations as CSV."""
    return conditional(request, ground, lambda: _file(ground, today(ground, timezone.now())))


def _file(ground: Ground, seen: Today) -> HttpResponse:
    lang = language()
    state = lang.of("；", "; ").join([ground.state.label(lang), seen.rules.name])
    heads = [
        [lang.of("地区", "place"), seen.place],
        [lang.of("时间（小时末）", "end of the hour"), f"{seen.at:%Y-%m-%d %H:%M}"],
        [lang.of("单位", "unit"), lang.of("μg/m³，CO 为 mg/m³", "ug/m3, CO in mg/m3")],
        [lang.of("状态、规则", "state, rules"), state],
        [lang.of("依据", "basis"), basis_of(ground.lake, ground.roster, seen.rules).short],
    ]
    columns = [lang.of("编码", "code"), lang.of("站点", "station"), lang.of("地区", "place"), "AQI"]
    columns += [lang.of("首要污染物", "primary"), *(p.symbol for p in POLLUTANTS)]
    rows = [
        [
            *(s.code, s.name, s.place, s.hour.aqi.value, "/".join(s.hour.primary)),
            *(figure.value for figure in s.hour.values),
        ]
        for s in seen.stations
    ]
    return csv_answer(f"{seen.place}-{seen.at:%Y-%m-%dT%H}", heads, columns, rows)


@require_GET
@grounded
def message(request: DeskRequest, ground: Ground) -> HttpResponse:
    """Answer the brief of the last whole day as text for a group chat."""
    seen = today(ground, timezone.now())
    lang = language()
    brief = brief_of(ground.lake, seen.month.last, lang=lang, shelf=ground.shelf, place=ground.root)
    return text_answer([brief_text(brief)])
