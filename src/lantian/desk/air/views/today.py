"""The page of today: map, stations, the month's rank, what changed, what is late."""

import hashlib

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from lantian.desk.air.queries.areas import shapes
from lantian.desk.air.queries.days import held
from lantian.desk.air.queries.ground import Ground
from lantian.desk.air.queries.pictures import all_levels, level_of
from lantian.desk.air.queries.station_map import station_map
from lantian.desk.air.queries.today import Today, late_words, today
from lantian.desk.air.spans import span_title
from lantian.desk.air.views.entry import (
    brief_answer,
    conditional,
    csv_answer,
    grounded,
    json_answer,
    kept_part,
    page,
)
from lantian.desk.air.words import LEVELS, said
from lantian.desk.language import language
from lantian.desk.rights.request import DeskRequest
from lantian.flows.grounds import basis_of
from lantian.terms.pollutant import POLLUTANTS


@require_GET
@grounded
def show(request: DeskRequest, ground: Ground) -> HttpResponse:
    """Show the page."""
    seen = today(ground, timezone.now())
    levels = seen.rules.levels.clause
    lang = language()
    table = {
        "rows": [(s, level_of(levels, s.hour.level)) for s in seen.stations],
        "items": POLLUTANTS,
        "why": {},
    }
    context = {
        "today": seen,
        "level": level_of(levels, seen.hour.level),
        "stations": kept_part(ground, "air/today_stations.html", seen.at, table),
        "yesterday_level": level_of(levels, seen.yesterday.level) if seen.yesterday else None,
        "levels_shown": all_levels(levels),
        "late": [lang.of(*words) for words in late_words(seen.late)],
        "notes": [lang.half(note) for note in seen.notes],
        "lag": held(ground, seen.level, seen.month).statement(lang),
        "basis": basis_of(ground.lake, ground.roster, seen.rules).short,
        "span": span_title(seen.month, seen.month.last),
        "level_title": _ranking_of(seen.level),
        "below_title": _ranking_of(seen.level_below),
        "why": {},
    }
    return page(request, ground, "air/today.html", context)


def _ranking_of(level: str) -> str:
    """Title of a level's ranking."""
    return language().of(f"{said(LEVELS, level)}排名", f"Ranking: {said(LEVELS, level)}")


@require_GET
@grounded
def map_data(request: DeskRequest, ground: Ground) -> HttpResponse:
    """Answer the stations as the map draws them."""
    outlines = shapes(ground, timezone.localdate())
    mark = hashlib.sha256(repr(outlines).encode()).hexdigest()
    seen = today(ground, timezone.now())
    return json_answer(request, ground, lambda: station_map(seen, outlines), mark)


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
    return brief_answer(ground, ground.root, today(ground, timezone.now()).month.last)
