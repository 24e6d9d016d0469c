"""How pages of the air begin and end: the place in view, its last hour, forms of an answer."""

import hashlib
from collections.abc import Callable, Hashable, Sequence
from datetime import date, datetime, timedelta
from functools import wraps
from typing import Any, Concatenate, Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header, quote_etag
from django.utils.safestring import SafeString

from lantian.desk.air.files import csv_bytes
from lantian.desk.air.queries.ground import Ground, ground
from lantian.desk.air.queries.latest import latest
from lantian.desk.language import language
from lantian.desk.places.queries import is_fictional
from lantian.desk.rights.request import DeskRequest
from lantian.errors import BadRequest, NoData
from lantian.flows.brief import brief_of
from lantian.report.brief import brief_text

#: Where the session keeps the root place in view.
_PLACE: Final = "air_place"
#: Older than this, the last hour is said to lie in the past.
_PAST: Final = timedelta(hours=3)

type View[**P] = Callable[Concatenate[DeskRequest, Ground, P], HttpResponse]


def grounded[**P](view: View[P]) -> Callable[..., HttpResponse]:
    """Give a view its ground; where there is nothing to stand on, answer with what to do.

    The root place in view is `?place=`, kept in the session.
    """

    @wraps(view)
    def answered(request: DeskRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        kept = request.session.get(_PLACE, "")
        asked = request.GET.get("place") or kept
        try:
            held = ground(asked)
        except NoData as error:
            if request.path.rpartition("/")[2].partition(".")[2]:
                raise
            half = language().half
            told = {"title": half(error.what), "text": half(error.fix)}
            return render(request, "air/none.html", told)
        if asked != held.root and asked != kept:
            raise NoData(
                f"没有地区 {asked[:40]} / no place {asked[:40]}",
                where="place",
                fix=f"可选 / one of: {', '.join(g.root for g in held.groups)}",
            )
        if asked == held.root != kept:
            request.session[_PLACE] = asked
        return view(request, held, *args, **kwargs)

    return answered


def page(
    request: DeskRequest, held: Ground, template: str, context: dict[str, Any]
) -> HttpResponse:
    """Answer a page with the place in view, its last hour, and what may be exported."""
    seen = latest(held, timezone.now()).value
    offset = timedelta(hours=seen.offset_h)
    age = timezone.now() - (seen.at - offset).replace(tzinfo=timezone.now().tzinfo)
    start = reverse("air:today")
    shared = {
        "place": {
            "name": held.root,
            "options": [
                {"title": g.root, "url": f"{start}?place={g.root}", "current": g.root == held.root}
                for g in held.groups
            ],
        },
        "fictional": is_fictional(held.root),
        "as_at": seen.at,
        "past_days": age.days if age > _PAST else None,
        "past": age > _PAST,
        "may_export": request.reach.may("air.export"),
        "state": held.state.value,
        "levels": held.levels(),
    }
    return render(request, template, {**shared, **context})


def kept_part(held: Ground, template: str, key: Hashable, context: dict[str, Any]) -> SafeString:
    """Return a part of a page that is the same for every reader, set once for each language.

    `key` says what it is of; with the lake's version it must decide every number in it.
    """

    def make() -> SafeString:
        return render_to_string(template, context)

    return held.kept(("part", template, held.root, key, language()), make).value


def conditional(
    request: HttpRequest, held: Ground, make: Callable[[], HttpResponse], more: str = ""
) -> HttpResponse:
    """Answer anew only when the lake, the question or the language changed.

    The answer is made after its mark is compared, so that an unchanged one costs nothing.
    `more` marks what else the answer rests on.
    """
    parts = (held.version, held.root, request.get_full_path(), language().value, more)
    mark = quote_etag(hashlib.sha256(repr(parts).encode()).hexdigest()[:32])
    unchanged = get_conditional_response(request, etag=mark)
    response = unchanged if unchanged is not None else make()
    response.headers["ETag"] = mark
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Cookie"
    return response


def json_answer(
    request: HttpRequest, held: Ground, make: Callable[[], dict[str, Any]], more: str = ""
) -> HttpResponse:
    """Answer data of a chart or map."""

    def answer() -> HttpResponse:
        return JsonResponse(make(), json_dumps_params=_COMPACT)

    return conditional(request, held, answer, more)


_COMPACT: Final = {"ensure_ascii": False, "separators": (",", ":"), "allow_nan": False}


def csv_answer(
    name: str,
    heads: Sequence[Sequence[object]],
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
) -> HttpResponse:
    """Answer a CSV file: heading lines, column names, rows."""
    return file_answer(csv_bytes(heads, columns, rows), f"{name}.csv", "text/csv; charset=utf-8")


def file_answer(content: bytes, name: str, kind: str) -> HttpResponse:
    """Answer a file to keep."""
    response = HttpResponse(content, content_type=kind)
    disposition = content_disposition_header(as_attachment=True, filename=name)
    response.headers["Content-Disposition"] = disposition or "attachment"
    return response


def brief_answer(held: Ground, place: str, day: date) -> HttpResponse:
    """Answer the brief of a place for one day, ready to paste into a group chat."""
    lang = language()

    def make() -> str:
        return brief_text(brief_of(held.lake, day, lang=lang, shelf=held.shelf, place=place))

    return text_answer([held.kept(("brief", place, day, lang), make).value])


def text_answer(lines: Sequence[str]) -> HttpResponse:
    """Answer plain text, ready to paste into a group chat."""
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


def number_asked(request: HttpRequest, name: str, usual: int) -> int:
    """Return a whole number of the query.

    Raises
    ------
    BadRequest
        If it is none.
    """
    text = request.GET.get(name) or str(usual)
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadRequest(
            f"{name} = {text[:20]!r} 不是整数 / is not a whole number", where=name, fix=str(usual)
        )
    return int(text)


def end_of(text: str) -> datetime:
    """Read the local end of an hour, as 2015-12-01T14.

    Raises
    ------
    BadRequest
        If it is none.
    """
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H")  # noqa: DTZ007
    except ValueError as error:
        raise BadRequest(
            f"{text[:20]!r} 不是小时 / is not an hour", where="hour", fix="2015-12-01T14"
        ) from error
