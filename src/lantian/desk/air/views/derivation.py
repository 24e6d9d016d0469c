"""The pages of derivations: each figure walked back, as a page, as JSON and as PDF."""

from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from lantian.desk.air.links import asked as address_of
from lantian.desk.air.queries.derivation import Asked, of_hour, of_place, of_station, printed
from lantian.desk.air.queries.ground import Ground
from lantian.desk.air.spans import read_span
from lantian.desk.air.views.entry import end_of, file_answer, grounded, number_asked, page
from lantian.desk.language import language
from lantian.desk.rights.request import DeskRequest
from lantian.errors import BadRequest
from lantian.flows.bulletin import members_of_place
from lantian.flows.why import Answer
from lantian.report.page import derivation_pdf
from lantian.terms.period import Period, parse_day
from lantian.terms.pollutant import POLLUTANTS, pollutant


def _asked(request: DeskRequest) -> Asked:
    as_of = number_asked(request, "as_of", 0) if request.GET.get("as_of") else None
    get = request.GET.get
    return Asked(get("rules", ""), get("variant", ""), get("level", ""), as_of, get("sand") == "1")


def _answer(
    request: DeskRequest,
    ground: Ground,
    name: str,
    answer: Answer,
    form: str,
    back: str,
    below: Iterable[tuple[str, str]] = (),
) -> HttpResponse:
    """Answer in the form asked for: page, json or pdf; the page says a station's name.

    `below` are titles and addresses of what the figure was made from, where a page shows it.
    """
    if form == "json":
        return JsonResponse(answer.table(), json_dumps_params={"ensure_ascii": False, "indent": 1})
    made = printed(answer, language())
    if form == "pdf":
        file = f"{made.title.replace('/', '-')}.pdf"
        return file_answer(derivation_pdf(made, answer.period.last), file, "application/pdf")
    whole = request.get_full_path().partition("?")[2]
    context = {
        "made": made,
        "heading": made.title.replace(name, ground.names.get(name, name), 1),
        "answer": answer,
        "basis": answer.basis,
        "as_of": request.GET.get("as_of", ""),
        "forms": [
            (kind.upper(), f"{request.path.rstrip('/')}.{kind}{'?' if whole else ''}{whole}")
            for kind in ("json", "pdf")
        ],
        "back": back,
        "below": [(title, address_of(url, _kept(request))) for title, url in below],
        "kept": [(k, v) for k, v in request.GET.items() if k not in {"as_of", "lang"}],
    }
    return page(request, ground, "air/derivation.html", context)


@require_GET
@grounded
def station(
    request: DeskRequest, ground: Ground, name: str, day: str, form: str = "page"
) -> HttpResponse:
    """Derive a station day."""
    item = request.GET.get("pollutant", "")
    chosen = pollutant(item) if item else None
    if item and chosen is None:
        known = ", ".join(p.symbol for p in POLLUTANTS)
        raise BadRequest(f"{item[:20]!r}?", where="pollutant", fix=known)
    answer = of_station(ground, name, parse_day(day), chosen, _asked(request))
    back = address_of(reverse("air:station", args=[name]), {"period": day})
    return _answer(request, ground, name, answer, form, back, _hours(name, answer.period))


@require_GET
@grounded
def hour(
    request: DeskRequest, ground: Ground, name: str, end: str, form: str = "page"
) -> HttpResponse:
    """Derive an hour of a station or place."""
    answer = of_hour(ground, name, end_of(end), _asked(request))
    route = "air:place" if ground.level_of(name) else "air:station"
    back = address_of(reverse(route, args=[name]), {"period": end.partition("T")[0]})
    return _answer(request, ground, name, answer, form, back)


@require_GET
@grounded
def place(
    request: DeskRequest, ground: Ground, name: str, period: str, form: str = "page"
) -> HttpResponse:
    """Derive a place's period."""
    span = read_span(period)
    answer = of_place(ground, name, span, _asked(request))
    route = "air:place" if ground.level_of(name) else "air:station"
    back = address_of(reverse(route, args=[name]), {"period": span.label})
    return _answer(request, ground, name, answer, form, back, _within(ground, name, span))


def _kept(request: DeskRequest) -> dict[str, str]:
    return {key: request.GET.get(key, "") for key in ("rules", "as_of")}


def _within(ground: Ground, name: str, period: Period) -> Iterator[tuple[str, str]]:
    """Days of a period; of one day of a place its stations."""
    if period.days == 1 and ground.level_of(name):
        for code in members_of_place(ground.roster, name):
            title = ground.names.get(code, code)
            yield title, reverse("air:why-station", args=[code, period.label])
        return
    route = "air:why-place" if ground.level_of(name) else "air:why-station"
    for n in range(period.days):
        day = period.first + timedelta(days=n)
        yield f"{day:%m-%d}", reverse(route, args=[name, str(day)])


def _hours(name: str, period: Period) -> Iterator[tuple[str, str]]:
    """Hours of a station day, by their local ends."""
    midnight = datetime.combine(period.first, time())
    for hour in range(1, 25):
        end = midnight + timedelta(hours=hour)
        yield f"{hour:02}:00", reverse("air:why-hour", args=[name, f"{end:%Y-%m-%dT%H}"])
