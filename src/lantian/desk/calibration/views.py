"""The pages of calibration: all micro-stations, and one."""

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
from lantian.errors import BadRequest
from lantian.flows.calibration_ground import clock_of, micro_stations
from lantian.terms.pollutant import POLLUTANTS, Pollutant, pollutant

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
    context = {
        "item": item,
        "items": POLLUTANTS,
        "rows": states(held, item, span[1] if span else 0),
    }
    return render(request, "calibration/list.html", context)


@require_GET
def station(request: DeskRequest, station: str) -> HttpResponse:
    """Show one micro-station: raw beside calibrated and reference, versions, errors."""
    held, item = lake(), _item(request)
    versions = versions_of(held, station, item)
    found = hours_of(held, station, item)
    roster = held.roster()
    context = {
        "item": item,
        "items": POLLUTANTS,
        "code": station,
        "name": micro_stations(roster)[station].name or station,
        "versions": versions,
        "last": versions[0] if versions else None,
        "series": course(found, clock_of(roster)),
        "scatter": scatter(found),
        "errors": errors_of(found),
        "crumbs": [{"title": _TITLE, "url": f"{reverse('calibration:list')}?item={item.key}"}],
    }
    return render(request, "calibration/station.html", context)
