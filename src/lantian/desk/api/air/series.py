"""Hours and days of a station or place, page by page; a gap is null."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode

import numpy as np
import numpy.typing as npt
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.encoding import escape_uri_path
from pydantic import BaseModel, Field

from lantian.desk.air.queries.days import held as held_days
from lantian.desk.air.queries.ground import Ground
from lantian.desk.air.spans import read_span
from lantian.desk.api.air.now import moment
from lantian.desk.api.air.stamps import UNITS, Stamped, conditional, ground_of, number, stamp_of
from lantian.desk.api.forms import CSV, JSON, Content, csv_body, form_of, json_body
from lantian.desk.api.interface import Strict
from lantian.desk.api.rows import DAY
from lantian.desk.language import language
from lantian.errors import BadRequest, NoData
from lantian.evaluate.aqi import Index, symbols
from lantian.evaluate.hourly import HALO_H, HourlyForm, hour_report
from lantian.evaluate.iaqi import NO_INDEX
from lantian.flows.grounds import offsets_of
from lantian.flows.level_days import STATION
from lantian.flows.place_hours import place_hours
from lantian.flows.station_days import require_data
from lantian.lake.standing import withdrawn
from lantian.rules.ruleset import RuleSet, for_period
from lantian.terms.hour import (
    BEIJING_H,
    day_number,
    day_of,
    first_hour,
    hour_number,
    local_day,
    local_end,
)
from lantian.terms.period import Period
from lantian.terms.pollutant import DAY_ITEMS, POLLUTANTS

#: Hours of a page, at most.
MOST: Final = 10_000
FORMS: Final = (JSON, CSV)
_END: Final = "%Y-%m-%dT%H"
_DATE = Annotated[str, Field(pattern=DAY, json_schema_extra={"format": "date"})]


class DaysQuery(Strict):
    """Parameters of days."""

    first: _DATE = Field(alias="from", description="首日 / first day")
    last: _DATE = Field(alias="to", description="末日 / last day")
    format: Literal["json", "csv"] = "json"


class HoursQuery(DaysQuery):
    """Parameters of hours."""

    after: Annotated[str, Field(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2})?$")] = Field(
        "",
        description="上一页最后一小时 / last hour of the page before, local end: 2015-12-01T14",
    )
    limit: int = Field(1000, ge=1, le=MOST)


class HourOut(BaseModel):
    """One hour; a value is null where none was received, or where its mark says withdrawn."""

    end: str
    aqi: int | None
    level: int | None
    primary: list[str]
    so2: float | None
    no2: float | None
    pm10: float | None
    pm25: float | None
    co: float | None
    o3: float | None
    marks: dict[str, str] = Field(description="withdrawn: stored, but it does not count")


class HoursOut(Stamped):
    """Hours of a station or place."""

    name: str
    units: dict[str, str]
    items: list[HourOut]
    next: str | None


class DayOut(BaseModel):
    """One day as it is evaluated; null where it is not valid."""

    day: str
    aqi: int | None
    level: int | None
    primary: list[str]
    so2: float | None
    no2: float | None
    pm10: float | None
    pm25: float | None
    co: float | None
    o3_mda8: float | None
    o3_max1h: float | None
    derivation: str


class DaysOut(Stamped):
    """Days of a station or place."""

    name: str
    units: dict[str, str]
    lag: str = Field(description="what waits to be evaluated")
    items: list[DayOut]


@dataclass(frozen=True, slots=True)
class Window:
    """Hours [start, stop) of a name, and whether more follow within what was asked for."""

    name: str
    offset_h: int
    start: int
    stop: int
    more: bool
    period: Period


def hours(request: HttpRequest, name: str, query: HoursQuery) -> HttpResponse:
    """Answer hours of a station or place."""
    held = ground_of("").around(name)
    asked = read_span(f"{query.first}..{query.last}")
    window = _window(held, name, require_data(held.lake, asked), query)
    rules, _ = for_period(asked, None, held.shelf)
    form = form_of(request, FORMS) or JSON

    def make() -> Content:
        link = _next(request, window)
        items = list(_hours(held, window, rules)) if window.stop > window.start else []
        headers = {"Link": f'<{link}>; rel="next"'} if link else {}
        stamp = stamp_of(held, rules)
        if form == CSV:
            return Content(form, _hours_csv(items, stamp), headers)
        body = {"name": name, "units": UNITS, **stamp, "items": items, "next": link}
        return Content(form, json_body(body), headers)

    return conditional(request, held, form, make)


def _window(held: Ground, name: str, period: Period, query: HoursQuery) -> Window:
    offset_h = offsets_of(held.roster).get(name, BEIJING_H)
    start = first_hour(day_number(period.first), offset_h)
    after = start + period.days * 24
    if query.after:
        start = max(start, hour_number(_end_of(query.after), offset_h) + 1)
    stop = min(after, start + query.limit)
    return Window(name, offset_h, start, max(start, stop), stop < after, period)


def _end_of(text: str) -> datetime:
    try:
        return datetime.strptime(text, _END)  # noqa: DTZ007
    except ValueError as error:
        raise BadRequest(
            f"{text} 不是小时 / is not an hour", where="after", fix="2015-12-01T14"
        ) from error


def _next(request: HttpRequest, window: Window) -> str | None:
    if not window.more:
        return None
    last = local_end(window.stop - 1, window.offset_h)
    kept = [(k, v) for k, v in request.GET.items() if k != "after"]
    return f"{escape_uri_path(request.path)}?{urlencode([*kept, ('after', f'{last:{_END}}')])}"


def _block(held: Ground, window: Window, level: str | None) -> npt.NDArray[np.int32]:
    """Values of the window with the hours before it that sliding means need."""
    start = window.start - HALO_H
    if level is None:
        return held.lake.block([window.name], start, window.stop)
    first, last = (day_of(local_day(h, window.offset_h)) for h in (window.start, window.stop - 1))
    means = place_hours(held.lake, level, Period(first, last))
    row, low = means.names.index(window.name), start - means.first_h
    return means.values[:, [row], low : low + window.stop - start].astype(np.int32)


def _hours(held: Ground, window: Window, rules: RuleSet) -> Iterator[dict[str, Any]]:
    level = held.group.level_of(window.name)
    block = _block(held, window, level)
    index = hour_report(block, rules, HourlyForm.NETWORK).index
    gone: dict[int, dict[str, str]] = {}
    if level is None:
        for _, key, h in withdrawn(held.lake, [window.name], window.start, window.stop):
            gone.setdefault(h, {})[key] = "withdrawn"
    values = block[:, 0, HALO_H:].tolist()
    for n in range(window.stop - window.start):
        h = window.start + n
        yield {
            "end": moment(local_end(h, window.offset_h), window.offset_h),
            **_judged(index, 0, n),
            **{p.key: number(values[i][n]) for i, p in enumerate(POLLUTANTS)},
            "marks": gone.get(h, {}),
        }


def _judged(index: Index, row: int, n: int) -> dict[str, Any]:
    aqi = int(index.aqi[row, n])
    return {
        "aqi": None if aqi == NO_INDEX else aqi,
        "level": int(index.level[row, n]) or None,
        "primary": list(symbols(int(index.primary[row, n]))),
    }


def _hours_csv(items: list[dict[str, Any]], stamp: dict[str, Any]) -> bytes:
    columns = ["end", "aqi", "level", "primary", *UNITS]
    heads = [f"{c} {UNITS[c]}" if c in UNITS else c for c in columns]
    rows = [
        [
            *(" ".join(one[c]) if c == "primary" else one[c] for c in columns),
            " ".join(f"{key}:{mark}" for key, mark in sorted(one["marks"].items())),
            *stamp.values(),
        ]
        for one in items
    ]
    return csv_body([*heads, "marks", *stamp], rows)


def days(request: HttpRequest, name: str, query: DaysQuery) -> HttpResponse:
    """Answer days of a station or place, as they are held."""
    held = ground_of("").around(name)
    period = require_data(held.lake, read_span(f"{query.first}..{query.last}"))
    form = form_of(request, FORMS) or JSON

    def make() -> Content:
        made = held_days(held, held.group.level_of(name) or STATION, period)
        found = made.days
        if name not in found.names:
            raise NoData(
                f"{name} 在 {period.label} 没有数据 / {name} has no data in {period.label}",
                where="from, to",
                fix="另选时段 / choose another period",
            )
        row = found.names.index(name)
        keys = [item.key for item in DAY_ITEMS[: found.reported.shape[0]]]
        values = found.reported[:, row].tolist()
        first = day_number(period.first)
        items = [
            {
                "day": f"{day_of(first + n)}",
                **_judged(found.index, row, n),
                **{key: number(values[i][n]) for i, key in enumerate(keys)},
                "derivation": reverse("api:derivation", args=[name, f"{day_of(first + n)}"]),
            }
            for n in range(period.days)
        ]
        stamp = stamp_of(held, found.rules)
        units = {item.key: item.pollutant.unit for item in DAY_ITEMS}
        if form == CSV:
            return Content(form, _days_csv(items, units, stamp), {})
        head = {"name": name, "units": units, **stamp, "lag": made.statement(language())}
        return Content(form, json_body({**head, "items": items}), {})

    return conditional(request, held, form, make)


def _days_csv(items: list[dict[str, Any]], units: dict[str, str], stamp: dict[str, Any]) -> bytes:
    columns = [c for c in DayOut.model_fields if c != "derivation"]
    heads = [f"{c} {units[c]}" if c in units else c for c in columns]
    rows = [
        [*(" ".join(one[c]) if c == "primary" else one[c] for c in columns), *stamp.values()]
        for one in items
    ]
    return csv_body([*heads, *stamp], rows)
