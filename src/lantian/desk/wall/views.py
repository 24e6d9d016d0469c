"""The wall and its screens: a shell that stays, and fragments that take turns in it."""

from datetime import timedelta
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from lantian.desk.accounts.queries import session_end
from lantian.desk.air.queries.areas import shapes
from lantian.desk.air.queries.ground import ground
from lantian.desk.air.queries.pictures import all_levels
from lantian.desk.air.queries.station_map import station_map
from lantian.desk.air.queries.today import today
from lantian.desk.language import language
from lantian.desk.places.queries import is_fictional
from lantian.desk.rights.request import DeskRequest
from lantian.desk.wall.screens import SCREENS, Screen, chosen
from lantian.errors import BadRequest, NoData

#: Seconds of a screen; a session ends that is not used for five minutes at the least.
_SECONDS: Final = 20
_FEWEST, _MOST = 5, 120
#: Before the session ends, the wall asks for a new sign-in this early.
_SOON: Final = timedelta(minutes=30)
_MAP: Final = "map"


@require_GET
def show(request: DeskRequest) -> HttpResponse:
    """Show the wall with its first screen: `?screens=map,duty&seconds=30&place=NAME`."""
    screens = chosen(request.GET.get("screens", ""), request.reach)
    if not screens:
        raise PermissionDenied("wall.read")
    place = _place(request)
    mapped = SCREENS[_MAP] in screens
    first = screens[0]
    context = {
        "place_name": place,
        "fictional": is_fictional(place),
        "screens": [(screen, _address(screen.name, request)) for screen in screens],
        "seconds": _seconds(request),
        "map_url": _address(_MAP, request, route="wall:map") if place and mapped else "",
        "levels_shown": _levels(place),
        "again_url": f"{reverse('accounts:sign-in')}?next={reverse('wall:wall')}",
    }
    return render(request, "wall/wall.html", {**context, **_filled(request, first, place, 1)})


@require_GET
def screen(request: DeskRequest, name: str) -> HttpResponse:
    """Answer one screen, to be put into the wall."""
    found = SCREENS.get(name)
    if found is None:
        raise Http404
    if not request.reach.may(found.needs):
        raise PermissionDenied(found.needs)
    page = request.GET.get("page", "1")
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 4 else 1
    return render(request, "wall/screen.html", _filled(request, found, _place(request), number))


@require_GET
def map_data(request: DeskRequest) -> JsonResponse:
    """Answer the stations as the map draws them, without links: nobody clicks on a wall."""
    held = ground(_place(request))
    drawn = station_map(today(held, timezone.now()), shapes(held, timezone.localdate()))
    for point in drawn["points"]:
        del point["href"]
    return JsonResponse(drawn)


def _filled(request: DeskRequest, screen: Screen, place: str, page: int) -> dict[str, Any]:
    """Context of a screen; where there is nothing to show, what to do about it."""
    now, ends = timezone.now(), session_end(request.session)
    shared = {"screen": screen, "session_ends": ends, "soon": ends - now < _SOON, "page": page}
    try:
        context, pages = screen.gather(place, now, page)
    except NoData as error:
        half = language().half
        told = {"template": "wall/none.html", "title": half(error.what), "text": half(error.fix)}
        return {**shared, **told, "pages": 1}
    return {**shared, **context, "template": screen.template, "pages": pages}


def _place(request: DeskRequest) -> str:
    """Root place in view, which the wall's address names; "" while there is none."""
    asked = request.GET.get("place", "")
    try:
        held = ground(asked)
    except NoData:
        return ""
    if asked and held.root != asked:
        raise NoData(
            f"没有地区 {asked[:40]} / no place {asked[:40]}",
            where="place",
            fix=f"可选 / one of: {', '.join(g.root for g in held.groups)}",
        )
    return held.root


def _levels(place: str) -> list[dict[str, Any]]:
    """Levels of the legend, by the rules of the last hour."""
    try:
        return all_levels(today(ground(place), timezone.now()).rules.levels.clause)
    except NoData:
        return []


def _seconds(request: DeskRequest) -> int:
    text = request.GET.get("seconds") or str(_SECONDS)
    if text.isascii() and text.isdigit() and _FEWEST <= int(text[:9]) <= _MOST:
        return int(text)
    raise BadRequest(
        f"seconds = {text[:20]!r}",
        where="seconds",
        fix=f"{_FEWEST}–{_MOST} 之间的整数 / a whole number of {_FEWEST} to {_MOST}",
    )


def _address(name: str, request: DeskRequest, route: str = "wall:screen") -> str:
    asked = request.GET.get("place", "")
    arguments = [name] if route == "wall:screen" else []
    return reverse(route, args=arguments, query={"place": asked} if asked else None)
