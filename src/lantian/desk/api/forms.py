"""Forms of an answer: JSON, CSV, GeoJSON; chosen by `format` or Accept, with their marks."""

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import content_disposition_header, parse_etags

from lantian.desk.register.cells import guarded

JSON, CSV, GEOJSON = "json", "csv", "geojson"
MEDIA: Final = {
    JSON: "application/json",
    CSV: "text/csv",
    GEOJSON: "application/geo+json",
}


@dataclass(frozen=True, slots=True)
class Content:
    """A body in one form, with what stands in its headers."""

    form: str
    body: bytes
    headers: Mapping[str, str]


def form_of(request: HttpRequest, offered: Sequence[str]) -> str | None:
    """Return the form that a request asks for; None where it is not offered.

    `format` in the address holds over the header.
    """
    named = request.GET.get("format")
    if named is not None:
        return named if named in offered else None
    kinds = {MEDIA[form]: form for form in offered}
    preferred = request.get_preferred_type(list(kinds))
    return kinds[preferred] if preferred else None


def json_body(value: Any) -> bytes:
    """Spell a value as JSON without blanks; days and moments as ISO text, exact numbers."""
    return json.dumps(
        value, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=_plain
    ).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)


def csv_body(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Spell rows as CSV; a text that a spreadsheet would run is kept from it.

    Examples
    --------
    >>> csv_body(["a", "b"], [[-1, "=1+1"], [None, "x"]])
    b"a,b\\r\\n-1,'=1+1\\r\\n,x\\r\\n"
    """
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(columns)
    writer.writerows([_cell(cell) for cell in row] for row in rows)
    return stream.getvalue().encode()


def _cell(cell: Any) -> Any:
    if isinstance(cell, bool):
        return str(cell).lower()
    if cell is None or isinstance(cell, int | float | Decimal):
        return cell
    return guarded(str(cell))


def answer(
    request: HttpRequest,
    content: Content,
    *,
    status: int = 200,
    mark: str = "",
    name: str = "",
) -> HttpResponse:
    """Return a body with its mark, or that it did not change.

    Parameters
    ----------
    mark : str
        What the ETag says; the hash of the body where empty.
    name : str
        Of the file that CSV is kept as.
    """
    etag = f'"{mark or digest(content.body)}"'
    made: HttpResponse
    if is_held(request, etag):
        made = HttpResponseNotModified()
    else:
        made = HttpResponse(content.body, status=status)
        kind = MEDIA[content.form]
        made.headers["Content-Type"] = f"{kind}; charset=utf-8" if content.form == CSV else kind
        if content.form == CSV:
            disposition = content_disposition_header(
                as_attachment=True, filename=f"{name or 'lantian'}.csv"
            )
            made.headers["Content-Disposition"] = disposition or "attachment"
    for header, value in content.headers.items():
        made.headers[header] = value
    made.headers["ETag"] = etag
    made.headers["Cache-Control"] = "private, no-cache"
    return made


def is_held(request: HttpRequest, etag: str) -> bool:
    """Whether the caller says that it has what a mark names (If-None-Match)."""
    if request.method not in ("GET", "HEAD"):
        return False
    held = parse_etags(request.headers.get("If-None-Match", ""))
    return "*" in held or etag in (one.removeprefix("W/") for one in held)


def digest(body: bytes) -> str:
    """Return a short hash of a body."""
    return hashlib.sha256(body).hexdigest()[:32]
