"""The last hour of every station, and the places that there are."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from pydantic import BaseModel, Field

from lantian.desk.air.queries.ground import Ground
from lantian.desk.air.queries.latest import Latest, latest
from lantian.desk.api.air.stamps import UNITS, Stamped, conditional, ground_of, number, stamp_of
from lantian.desk.api.forms import CSV, GEOJSON, JSON, Content, csv_body, form_of, json_body
from lantian.desk.api.gate import PRINTED
from lantian.desk.api.interface import Strict
from lantian.errors import NoData
from lantian.evaluate.aqi import symbols
from lantian.evaluate.iaqi import NO_INDEX
from lantian.terms.pollutant import POLLUTANTS

FORMS: Final = (JSON, CSV, GEOJSON)
NAME = Annotated[str, Field(max_length=60, pattern=PRINTED)]


class NowQuery(Strict):
    """Parameters of the last hour."""

    place: NAME = Field("", description="根地区，缺省为全部 / root place; all unless said")
    format: Literal["json", "csv", "geojson"] = "json"


class StationNow(BaseModel):
    """A station at the last hour of its place; `behind_h` hours have passed since its last."""

    code: str
    name: str
    lon: float | None
    lat: float | None
    end: str = Field(description="end of the hour, local time with offset")
    behind_h: int
    aqi: int | None
    level: int | None
    primary: list[str]
    so2: float | None
    no2: float | None
    pm10: float | None
    pm25: float | None
    co: float | None
    o3: float | None


class GroupNow(Stamped):
    """Stations within one root place."""

    place: str
    end: str
    stations: list[StationNow]


class NowOut(BaseModel):
    """The last hours."""

    units: dict[str, str]
    groups: list[GroupNow]


class PlaceOut(BaseModel):
    """A root place with its levels, places and stations."""

    root: str
    levels: dict[str, list[str]]
    stations: list[str]


class PlacesOut(BaseModel):
    """Names by which the air may be asked for."""

    groups: list[PlaceOut]


def moment(end: datetime, offset_h: int) -> str:
    """Spell a local time with its offset.

    Examples
    --------
    >>> moment(datetime(2015, 12, 1, 14), 8)
    '2015-12-01T14:00:00+08:00'
    """
    return f"{end:%Y-%m-%dT%H:%M:%S}{offset_h:+03d}:00"


def now(request: HttpRequest, query: NowQuery) -> HttpResponse:
    """Answer the last hour of the stations of a root place, or of all."""
    held = ground_of(query.place)
    at = timezone.now()
    form = form_of(request, FORMS) or JSON
    groups = [held.group] if query.place else list(held.groups)

    def make() -> Content:
        found = [one for group in groups if (one := _group(replace(held, group=group), at))]
        return Content(form, _body(form, found), {})

    return conditional(request, held, form, make, also=int(at.timestamp()) // 3600)


def _group(held: Ground, at: datetime) -> dict[str, Any] | None:
    try:
        seen = latest(held, at).value
    except NoData:  # a place that has stations, but no hours yet
        return None
    return {
        "place": held.root,
        "end": moment(seen.at, seen.offset_h),
        **stamp_of(held, seen.rules),
        "stations": list(_stations(held, seen)),
    }


def _stations(held: Ground, seen: Latest) -> Iterator[dict[str, Any]]:
    names, sites, end = held.names, held.sites, moment(seen.at, seen.offset_h)
    index, values = seen.report.index, seen.report.values[:, :, -1].tolist()
    for n, code in enumerate(seen.stations):
        site = sites.get(code)
        aqi = int(index.aqi[n, -1])
        yield {
            "code": code,
            "name": names.get(code, code),
            "lon": site.lon if site else None,
            "lat": site.lat if site else None,
            "end": end,
            "behind_h": seen.behind(n),
            "aqi": None if aqi == NO_INDEX else aqi,
            "level": int(index.level[n, -1]) or None,
            "primary": list(symbols(int(index.primary[n, -1]))),
            **{p.key: number(values[i][n]) for i, p in enumerate(POLLUTANTS)},
        }


def _body(form: str, groups: list[dict[str, Any]]) -> bytes:
    if form == JSON:
        return json_body({"units": UNITS, "groups": groups})
    rows = [
        {"place": g["place"], **one, **{k: g[k] for k in Stamped.model_fields}}
        for g in groups
        for one in g["stations"]
    ]
    if form == GEOJSON:
        return json_body({"type": "FeatureCollection", "units": UNITS,
                          "features": [_feature(row) for row in rows]})  # fmt: skip
    columns = ["place", *StationNow.model_fields, *Stamped.model_fields]
    heads = [f"{c} {UNITS[c]}" if c in UNITS else c for c in columns]
    return csv_body(heads, [[_flat(row[c]) for c in columns] for row in rows])


def _flat(value: Any) -> Any:
    return " ".join(value) if isinstance(value, list) else value


def _feature(row: dict[str, Any]) -> dict[str, Any]:
    placed = row["lon"] is not None and row["lat"] is not None
    return {
        "type": "Feature",
        "id": row["code"],
        "geometry": {"type": "Point", "coordinates": [row["lon"], row["lat"]]} if placed else None,
        "properties": {k: v for k, v in row.items() if k not in ("lon", "lat")},
    }


def places(request: HttpRequest) -> HttpResponse:
    """Answer the names of places and stations."""
    held = ground_of("")

    def make() -> Content:
        groups = [
            {
                "root": g.root,
                "levels": {level: list(g.places[level]) for level in g.levels},
                "stations": list(g.stations),
            }
            for g in held.groups
        ]
        return Content(JSON, json_body({"groups": groups}), {})

    return conditional(request, held, JSON, make)
