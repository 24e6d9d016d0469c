"""The pages of a place and of a station: figures, series, calendar, course of the day."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from lantian.desk.air.links import asked
from lantian.desk.air.queries.ground import Ground
from lantian.desk.air.queries.latest import latest
from lantian.desk.air.queries.lines import ITEMS, MOST_HOURLY_D, Lines, read_lines, table_of
from lantian.desk.air.queries.place import courses, place_period, year_calendar
from lantian.desk.air.spans import (
    beside,
    choices,
    month_to_date,
    read_span,
    span_asked,
    span_title,
)
from lantian.desk.air.views.entry import (
    brief_answer,
    conditional,
    csv_answer,
    grounded,
    json_answer,
    number_asked,
    page,
)
from lantian.desk.language import language
from lantian.desk.rights.request import DeskRequest
from lantian.flows.level_days import STATION
from lantian.terms.period import Period
from lantian.terms.pollutant import POLLUTANTS


@require_GET
@grounded
def show(request: DeskRequest, ground: Ground, name: str) -> HttpResponse:
    """Show a place or a station in a period."""
    held = ground.around(name)
    last = latest(held, timezone.now()).value.whole_day
    period = span_asked(request, month_to_date(last))
    found = place_period(held, name, period)
    item = request.GET.get("item", "pm25")
    others = [one for one in _level_names(held, name) if one != name]
    picked = [one for one in request.GET.getlist("with") if one in others]
    step = request.GET.get("step", "")
    query = {"period": period.label, "item": item, "with": picked, "step": step}
    before, after = beside(period, last)
    sites, names = held.sites, held.names
    context = {
        "found": found,
        "label": span_title(period, last),
        "period": period.label,
        "choices": choices(period, last),
        "before": before,
        "after": after,
        "item": item,
        "step": step,
        "items": [(key, _item_title(key)) for key in ITEMS],
        "others": [(one, names.get(one, one), one in picked) for one in others],
        "series": asked(reverse("air:series", args=[name]), query),
        "series_csv": asked(reverse("air:series-csv", args=[name]), query),
        "calendar": asked(reverse("air:calendar", args=[name]), {"year": period.last.year}),
        "calendar_csv": asked(reverse("air:calendar-csv", args=[name]), {"year": period.last.year}),
        "course": asked(reverse("air:course", args=[name]), _course_query(period, item)),
        "year": period.last.year,
        "hourly": period.days <= MOST_HOURLY_D,
        "shown_name": names.get(name, name),
        "is_station": found.level == STATION,
        "site": sites.get(name),
        "stations": [(code, names.get(code, code)) for code in found.stations],
        "why": {"level": found.level},
        "why_sand": {"level": found.level, "sand": 1},
        "notes": [language().half(note) for note in found.notes],
        "text_url": None
        if found.level == STATION
        else asked(reverse("air:place-text", args=[name]), {"period": period.label}),
    }
    return page(request, held, "air/place.html", context)


def _level_names(held: Ground, name: str) -> tuple[str, ...]:
    level = held.group.level_of(name)
    return held.group.stations if level is None else tuple(held.group.places[level])


def _item_title(key: str) -> str:
    if key == "aqi":
        return "AQI"
    if key == "all":
        return language().of("五项同图", "five together")
    return next(p.symbol for p in POLLUTANTS if p.key == key)


def _course_query(period: Period, item: str) -> dict[str, object]:
    keys = {p.key for p in POLLUTANTS}
    year = f"{period.last.year}"
    return {"period": year, "item": item if item in keys else "pm25"}


@require_GET
@grounded
def series(request: DeskRequest, ground: Ground, name: str) -> HttpResponse:
    """Answer the series as the chart draws it."""

    def make() -> dict[str, Any]:
        lines, _ = _lines(request, ground, name)
        return lines.picture()

    return json_answer(request, ground, make)


@require_GET
@grounded
def series_file(request: DeskRequest, ground: Ground, name: str) -> HttpResponse:
    """Answer the series as CSV."""

    def make() -> HttpResponse:
        lines, period = _lines(request, ground, name)
        table = table_of(lines, ground)
        file = f"{name}-{lines.title}-{period.label}".replace(", ", "_")
        return csv_answer(file, table["heads"], table["columns"], table["rows"])

    return conditional(request, ground, make)


def _lines(request: DeskRequest, ground: Ground, name: str) -> tuple[Lines, Period]:
    held = ground.around(name)
    last = latest(held, timezone.now()).value.whole_day
    period = span_asked(request, month_to_date(last))
    found = read_lines(
        held,
        name,
        period,
        item=request.GET.get("item", "pm25"),
        step=request.GET.get("step", ""),
        beside=request.GET.getlist("with"),
    )
    return found, period


@require_GET
@grounded
def calendar(request: DeskRequest, ground: Ground, name: str) -> HttpResponse:
    """Answer a year of daily indices as the calendar draws it."""
    return json_answer(request, ground, lambda: _calendar(request, ground, name))


def _calendar(request: DeskRequest, ground: Ground, name: str) -> dict[str, Any]:
    held = ground.around(name)
    last = latest(held, timezone.now()).value.whole_day
    year = number_asked(request, "year", last.year)
    return year_calendar(held, name, read_span(f"{year:04d}").first.year)


@require_GET
@grounded
def calendar_file(request: DeskRequest, ground: Ground, name: str) -> HttpResponse:
    """Answer a year of daily indices as CSV."""

    def make() -> HttpResponse:
        data, lang = _calendar(request, ground, name), language()
        heads = [
            [lang.of("项目", "item"), "AQI"],
            [lang.of("状态、规则、依据", "state, rules, basis"), data["note"]],
        ]
        columns = [lang.of("日期", "day"), "AQI", lang.of("级别", "level")]
        columns.append(lang.of("首要污染物", "primary"))
        rows = [[d["day"], d["value"], d["level"], d["note"]] for d in data["days"]]
        return csv_answer(f"{name}-AQI-{data['year']}", heads, columns, rows)

    return conditional(request, ground, make)


@require_GET
@grounded
def course(request: DeskRequest, ground: Ground, name: str) -> HttpResponse:
    """Answer the mean course of the day by season."""
    held = ground.around(name)
    last = latest(held, timezone.now()).value.whole_day
    period = span_asked(request, read_span(f"{last:%Y}"))
    item = request.GET.get("item", "pm25")
    return json_answer(request, held, lambda: courses(held, name, period, item))


@require_GET
@grounded
def message(request: DeskRequest, ground: Ground, name: str) -> HttpResponse:
    """Answer the brief of a place for the last day of the period as text for a group chat."""
    held = ground.around(name)
    last = latest(held, timezone.now()).value.whole_day
    period = span_asked(request, Period(last, last))
    return brief_answer(held, name, min(period.last, last))
