"""The pages of calibration: all micro-stations, and one."""

from typing import Any, Final

from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from lantian.desk.calibration.queries import (
    course,
    errors_of,
    hours_of,
    scatter,
    states,
    versions_of,
)
from lantian.desk.language import both
from lantian.desk.observations import lake
from lantian.desk.rights.request import DeskRequest
from lantian.desk.stations.queries import stations_by_code
from lantian.errors import BadRequest
from lantian.flows.calibration_ground import clock_of, micro_stations
from lantian.terms.pollutant import POLLUTANTS, Pollutant, pollutant

_PAGE: Final = 50
_TITLE = both("微站校准", "Calibration of micro-stations")


def _item(request: DeskRequest) -> Pollutant:
    asked = request.GET.get("item", "pm25")
    found = pollutant(asked)
    if found is None:
        raise BadRequest(
            f"没有污染物 / no pollutant {asked[:20]}",
            where="item",
            fix=", ".join(p.key for p in POLLUTANTS),
        )
    return found


@require_GET
def listing(request: DeskRequest) -> HttpResponse:
    """List the micro-stations with state, version, error and drift."""
    held, item = lake(), _item(request)
    span = held.span()
    rows = states(held, item, span[1] if span else 0)
    page = Paginator(rows, _PAGE).get_page(request.GET.get("page"))
    context = {
        "item": item,
        "items": POLLUTANTS,
        "rows": page,
        "total": len(rows),
        "used": sum(row.valid is not None for row in rows),
        "pager": _pager(page, item),
    }
    return render(request, "calibration/list.html", context)


def _pager(page: Page[Any], item: Pollutant) -> dict[str, Any]:
    def address(number: int) -> str:
        return f"?item={item.key}&page={number}"

    return {
        "first": page.start_index(),
        "last": page.end_index(),
        "total": page.paginator.count,
        "previous_url": address(page.previous_page_number()) if page.has_previous() else "",
        "next_url": address(page.next_page_number()) if page.has_next() else "",
    }


@require_GET
def station(request: DeskRequest, station: str) -> HttpResponse:
    """Show one micro-station: raw beside calibrated and reference, versions, errors."""
    held, item = lake(), _item(request)
    versions = versions_of(held, station, item)
    found = hours_of(held, station, item)
    roster, known = held.roster(), stations_by_code()
    roster_name = micro_stations(roster)[station].name
    context = {
        "item": item,
        "items": POLLUTANTS,
        "code": station,
        "name": known[station].name if station in known else roster_name or station,
        "versions": versions,
        "last": versions[0] if versions else None,
        "series": course(found, clock_of(roster)),
        "scatter": scatter(found),
        "errors": errors_of(found),
        "crumbs": [{"title": _TITLE, "url": f"{reverse('calibration:list')}?item={item.key}"}],
    }
    return render(request, "calibration/station.html", context)
