"""Writing a register: make, change and end rows, once, and for trial."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, Final, Literal

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from pydantic import Field

from lantian.desk.api.gate import PRINTED
from lantian.desk.api.interface import Strict
from lantian.desk.api.problem import problem
from lantian.desk.api.reading import row_answer
from lantian.desk.api.remembering import once
from lantian.desk.api.rows import DAY, day_of, values_of
from lantian.desk.language import language
from lantian.desk.register import services
from lantian.desk.register.changes import Moved
from lantian.desk.register.faults import BadRow, CellFault, Fault
from lantian.desk.register.row import Row
from lantian.desk.register.spec import Register
from lantian.desk.rights.request import DeskRequest

_MOVED: Final = 412


class WriteQuery(Strict):
    """Parameters of a change."""

    dry_run: Literal["0", "1"] = Field(
        "0", description="1：检查而不写入 / check all, write nothing"
    )
    reason: Annotated[str, Field(max_length=300, pattern=PRINTED)] = Field(
        "", description="理由，记入日志 / why; it stands in the log"
    )


class End(Strict):
    """The last day on which a row holds."""

    last: Annotated[str, Field(pattern=DAY, json_schema_extra={"format": "date"})]


def create(register: Register, request: DeskRequest, query: WriteQuery, body: Any) -> HttpResponse:
    """Make a row."""

    def do() -> HttpResponse:
        values = values_of(register, body.model_dump(exclude_unset=True))
        row = services.create(register, values, **_who(request, query))
        if query.dry_run == "1":
            row.pk = None
            return row_answer(register, request, row)
        where = reverse(f"api:{slug(register)}-row", kwargs={"pk": row.pk})
        return row_answer(register, request, row, status=201, headers={"Location": where})

    return _run(request, query, do)


def change(
    register: Register, request: DeskRequest, pk: int, query: WriteQuery, body: Any
) -> HttpResponse:
    """Change some columns of a row, as it was seen at the version that If-Match names."""
    return _changed(
        register,
        request,
        query,
        lambda version: services.change(
            register,
            pk,
            values_of(register, body.model_dump(exclude_unset=True)),
            version=version,
            **_who(request, query),
        ),
    )


def end(
    register: Register, request: DeskRequest, pk: int, query: WriteQuery, body: End
) -> HttpResponse:
    """Let a row hold until a day."""
    return _changed(
        register,
        request,
        query,
        lambda version: services.end(
            register, pk, last=_last(register, body), version=version, **_who(request, query)
        ),
    )


def _last(register: Register, body: End) -> date:
    try:
        return day_of(body.last)
    except CellFault as wrong:
        fault = Fault("last", body.last, wrong.wrong, wrong.allowed)
        raise BadRow([fault], where=register.kind) from wrong


def slug(register: Register) -> str:
    """Name of a register in addresses: its own, or its app's where it has none."""
    return register.name or register.app


def _who(request: DeskRequest, query: WriteQuery) -> dict[str, Any]:
    return {
        "by": request.actor,
        "now": timezone.now(),
        "reach": request.reach,
        "reason": query.reason.strip(),
    }


def _changed(
    register: Register, request: DeskRequest, query: WriteQuery, act: Callable[[int], Row]
) -> HttpResponse:
    version = _version(request)

    def do() -> HttpResponse:
        return row_answer(register, request, act(version))

    try:
        return _run(request, query, do)
    except Moved as moved:
        half = language().half
        return problem(
            request,
            _MOVED,
            what=half(moved.what),
            where=moved.where,
            fix=half(moved.fix),
            code=moved.code,
        )


def _version(request: HttpRequest) -> int:
    """Version that If-Match names: `"7.…"` as the ETag says it, or `"7"`.

    Its form was looked at before; a weak mark and `*` have another, as they name no version
    and would not protect the work of others.
    """
    return int(request.headers["If-Match"].strip('"').partition(".")[0])


def _run(request: DeskRequest, query: WriteQuery, do: Callable[[], HttpResponse]) -> HttpResponse:
    if query.dry_run == "1":
        with transaction.atomic():
            answer = do()
            transaction.set_rollback(True)
        return answer
    account = request.actor.account or 0
    return once(request, account, timezone.now(), lambda: _whole(do))


def _whole(do: Callable[[], HttpResponse]) -> HttpResponse:
    with transaction.atomic():
        return do()
