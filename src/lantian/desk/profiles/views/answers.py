"""Answers that pages of profiles share: files, data of pictures, an instrument within view."""

import csv
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any, Final

from django.http import Http404, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.http import content_disposition_header

from lantian.desk.language import both
from lantian.desk.profiles.queries.instruments import Instrument, day_asked, instrument
from lantian.desk.register.cells import guarded
from lantian.desk.rights.request import DeskRequest
from lantian.lake.fine import FineStore

#: Who may take files away.
EXPORT: Final = "air.export"
_COMPACT: Final = {"ensure_ascii": False, "separators": (",", ":"), "allow_nan": False}


def seen(request: DeskRequest, mn: str, kind: str) -> tuple[Instrument, FineStore, date]:
    """Return an instrument, the gate's store, and the day that is asked for.

    Raises
    ------
    Http404
        If nothing is held of such an instrument.
    """
    found = instrument(mn, kind)
    if found is None:
        raise Http404
    one, store = found
    return one, store, day_asked(request.GET.get("day", ""), one.days)


def day_links(request: DeskRequest, one: Instrument, day: date) -> dict[str, Any]:
    """Days to choose from, those before and after that have something, what may be taken away."""
    days = one.days

    def to(day: date | None) -> dict[str, Any] | None:
        query = request.GET.copy()
        query["day"] = f"{day}"
        return None if day is None else {"day": day, "url": f"?{query.urlencode()}"}

    return {
        "one": one,
        "day": day,
        "first": days[0],
        "last": days[-1],
        "before": to(max((each for each in days if each < day), default=None)),
        "after": to(min((each for each in days if each > day), default=None)),
        "zone": f"UTC{one.offset_h:+d}",
        "may_export": request.reach.may(EXPORT),
        "crumbs": [
            {"title": both("雷达与走航", "Lidars and vans"), "url": reverse("profiles:list")}
        ],
    }


def local_text(t: int, offset_h: int) -> str:
    """Spell a moment by a clock on the wall.

    Examples
    --------
    >>> local_text(0, 8)
    '1970-01-01 08:00:00'
    """
    return f"{datetime.fromtimestamp(t, UTC) + timedelta(hours=offset_h):%Y-%m-%d %H:%M:%S}"


def json_answer(data: dict[str, Any]) -> HttpResponse:
    """Answer data of a chart or map."""
    response = JsonResponse(data, json_dumps_params=_COMPACT)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def csv_answer(
    name: str, heads: Sequence[Sequence[object]], rows: Iterable[Sequence[object]]
) -> HttpResponse:
    """Answer a CSV file: lines that say what it is, then names and rows."""
    stream = StringIO()
    csv.writer(stream).writerows([_safe(cell) for cell in row] for row in (*heads, *rows))
    content = stream.getvalue().encode("utf-8-sig")
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    file = content_disposition_header(as_attachment=True, filename=f"{name}.csv")
    response.headers["Content-Disposition"] = file or "attachment"
    return response


def _safe(cell: object) -> str:
    text = "" if cell is None else str(cell)
    try:
        float(text)
    except ValueError:
        return guarded(text)
    return text
