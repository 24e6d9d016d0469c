"""Reading a register: its rows page by page, and one row."""

from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.encoding import escape_uri_path
from pydantic import BaseModel, Field, create_model

from lantian.desk.api.forms import (
    CSV,
    GEOJSON,
    JSON,
    Content,
    answer,
    csv_body,
    digest,
    form_of,
    json_body,
)
from lantian.desk.api.gate import PRINTED
from lantian.desk.api.interface import Strict
from lantian.desk.api.rows import DAY, given, heads, spelled
from lantian.desk.register.geometry import geometry_of
from lantian.desk.register.kinds import Choice, Choices, Day, Flag
from lantian.desk.register.listing import asked, chosen, readable
from lantian.desk.register.row import Row
from lantian.desk.register.spec import Column, Register
from lantian.desk.rights.request import DeskRequest

#: Rows of a page, unless asked otherwise and at most.
USUAL: Final = 200
MOST: Final = 1000
#: Greatest number that a row can have in every database.
LAST_ID: Final = 2**63 - 1
_OWN: Final = ("after", "limit", "format")
_AFTER: Final = "上一页最后一行的 id / id of the last row of the page before"
_AT: Final = "有效日，all 为不限，缺省为今天 / rows that hold on a day; all; today unless said"
_DATE: Any = Annotated[str, Field(pattern=DAY, json_schema_extra={"format": "date"})]
_DAYS: Any = Literal["all"] | _DATE | None
_TEXT: Any = Annotated[str, Field(max_length=150, pattern=PRINTED)]


def forms_of(register: Register) -> tuple[str, ...]:
    """Forms in which a register is given."""
    return (JSON, CSV, GEOJSON) if register.shown else (JSON, CSV)


def list_query(register: Register, name: str) -> type[BaseModel]:
    """Return the parameters of a list: page, form, search, day, filters."""
    many: Any = list
    filters: dict[str, Any] = {
        c.name: (many[_filter_type(c)], Field([], max_length=50, description=f"{c.zh} / {c.en}"))
        for c in register.all
        if c.filtered
    } | {
        f.name: (many[_TEXT], Field([], max_length=50, description=f"{f.zh} / {f.en}"))
        for f in register.filters
    }
    made: type[BaseModel] = create_model(
        name,
        __base__=Strict,
        after=(int, Field(0, ge=0, le=LAST_ID, description=_AFTER)),
        limit=(int, Field(USUAL, ge=1, le=MOST)),
        format=(_among(forms_of(register)), Field(JSON)),
        q=(_TEXT, Field("", description="搜索 / search")),
        at=(_DAYS, Field(None, description=_AT)),
        **filters,
    )  # fmt: skip
    return made


def _among(values: tuple[str, ...]) -> Any:
    return Literal[values]


def _filter_type(column: Column) -> Any:
    kind = column.kind
    if isinstance(kind, Choice | Choices):
        return _among(tuple(key for key, _, _ in kind.options))
    if isinstance(kind, Day):
        return _DATE
    return _among(("1", "0")) if isinstance(kind, Flag) else _TEXT


def list_of(register: Register, request: DeskRequest, query: Any) -> HttpResponse:
    """Answer a page of the rows in reach, in the order of their numbers."""
    what = asked(register, _filters(request), timezone.localdate())
    rows = chosen(register, request.reach, what).filter(pk__gt=query.after).order_by("pk")
    found = list(rows[: query.limit + 1])
    shown = found[: query.limit]
    more = shown[-1].pk if len(found) > query.limit else None
    link = _next(request, more)
    form = form_of(request, forms_of(register)) or JSON
    headers = {"Link": f'<{link}>; rel="next"'} if link else {}
    content = Content(form, _body(register, form, shown, link), headers)
    return answer(request, content, name=register.kind)


def _filters(request: HttpRequest) -> QueryDict:
    kept = request.GET.copy()
    for name in _OWN:
        kept.pop(name, None)
    return kept


def _next(request: HttpRequest, after: int | None) -> str | None:
    if after is None:
        return None
    query = [
        (name, value) for name, values in request.GET.lists() for value in values if name != "after"
    ]
    return f"{escape_uri_path(request.path)}?{urlencode([*query, ('after', after)])}"


def _body(register: Register, form: str, rows: list[Row], link: str | None) -> bytes:
    match form:
        case "csv":
            return csv_body(heads(register), (spelled(register, row) for row in rows))
        case "geojson":
            features = [feature(register, row) for row in rows]
            return json_body({"type": "FeatureCollection", "features": features, "next": link})
        case _:
            items = [given(register, row, shapes=False) for row in rows]
            return json_body({"items": items, "next": link})


def feature(register: Register, row: Row) -> dict[str, Any]:
    """Return a row as a feature of GeoJSON, WGS 84."""
    return {
        "type": "Feature",
        "id": row.pk,
        "geometry": geometry_of(register.shown, row) if register.shown else None,
        "properties": given(register, row, shapes=False),
    }


def one_of(register: Register, request: DeskRequest, pk: int) -> Row:
    """Return a row in reach.

    Raises
    ------
    Http404
        If there is none.
    """
    row = readable(register, request.reach).filter(pk=pk).first() if pk <= LAST_ID else None
    if row is None:
        raise Http404
    return row


def detail(register: Register, request: DeskRequest, pk: int, query: Any) -> HttpResponse:
    """Answer one row."""
    row = one_of(register, request, pk)
    form = form_of(request, forms_of(register)) or JSON
    return row_answer(register, request, row, form)


def row_answer(
    register: Register,
    request: HttpRequest,
    row: Row,
    form: str = JSON,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> HttpResponse:
    """Answer a row with its version in the ETag, so that If-Match can name it."""
    match form:
        case "csv":
            body = csv_body(heads(register), [spelled(register, row)])
        case "geojson":
            body = json_body(feature(register, row))
        case _:
            body = json_body(given(register, row, shapes=True))
    content = Content(form, body, headers or {})
    return answer(request, content, status=status, mark=mark_of(row, body), name=register.kind)


def mark_of(row: Row, body: bytes) -> str:
    """Return the mark of a row in one form: its version, and what is shown of it.

    What a reference shows may change while the version stays.
    """
    return f"{row.version}.{digest(body)[:16]}"


def format_query(register: Register, name: str) -> type[BaseModel]:
    """Return the parameters of one row."""
    made: type[BaseModel] = create_model(
        name, __base__=Strict, format=(_among(forms_of(register)), Field(JSON))
    )
    return made
