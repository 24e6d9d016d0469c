"""Every operation of the API: those of each register, those of the air, health."""

from functools import cache, partial
from typing import Annotated, Any, Final

from django.db import connection
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from pydantic import BaseModel, Field, create_model

from lantian.desk.api.air import now, series, standing
from lantian.desk.api.forms import CSV, GEOJSON, JSON, Content, answer, json_body
from lantian.desk.api.gate import NOBODY, Header
from lantian.desk.api.interface import Operation, new_interface, offer
from lantian.desk.api.reading import detail, format_query, forms_of, list_of, list_query
from lantian.desk.api.remembering import HEADER
from lantian.desk.api.rows import DAY, body_model, row_model
from lantian.desk.api.writing import End, WriteQuery, change, create, end, slug
from lantian.desk.register.spec import Register, registers

_KEY: Final = {
    HEADER: Header("重发同一请求时不重复执行 / sent again, it is done once", r"^[!-~]{1,64}$")
}
_MATCH: Final = {
    "If-Match": Header(
        "所见的 ETag / the ETag that was seen", r'^"[0-9]{1,9}(\.[0-9a-f]{1,64})?"$', needed=True
    )
}
_AIR: Final = "air"
_NAME: Final = {"name": Annotated[str, Field(min_length=1, max_length=60)]}
#: Statuses of the operations on air that say there is nothing to show.
_ASKED: Final = (400, 404)


class Health(BaseModel):
    """That the server answers and reaches its database."""

    status: str


def health(request: HttpRequest) -> HttpResponse:
    """Say that the server answers and reaches its database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return answer(request, Content(JSON, json_body({"status": "ok"}), {}))


def _list_type(of: Any) -> Any:
    return list[of]


def _schemas(register: Register, whole: type[BaseModel], *, many: bool) -> dict[str, Any]:
    """Schema of each form in which rows are given."""
    name, listed = whole.__name__, _list_type
    feature: Any = create_model(
        f"{name}Feature",
        type=(str, ...),
        id=(int, ...),
        geometry=(dict[str, Any] | None, ...),
        properties=(whole, ...),
    )
    if many:
        more: Any = (str | None, Field(description="address of the next page"))
        feature = create_model(
            f"{name}Features", type=(str, ...), features=(listed(feature), ...), next=more
        )
        whole = create_model(f"{name}Page", items=(listed(whole), ...), next=more)
    found: dict[str, Any] = {JSON: whole, CSV: str, GEOJSON: feature}
    return {form: found[form] for form in forms_of(register)}


def of_register(register: Register) -> list[Operation]:
    """Return the operations of one register."""
    name = slug(register)
    title = name.title()
    line = row_model(register, f"{title}Line", shapes=False)
    row = row_model(register, f"{title}Row", shapes=True)
    one = {**_schemas(register, line, many=False), JSON: row}
    zh, en = register.zh, register.en
    shared: dict[str, Any] = {"tag": name}
    number: dict[str, Any] = {"path_types": {"pk": int}}
    written: dict[str, Any] = {"need": register.write, "query": WriteQuery, "answers": {JSON: row}}
    return [
        Operation(
            method="GET", path=f"/{name}", route=name, name=f"{name}_list", need=register.read,
            says=(f"{zh}列表", f"List of {en}"), view=partial(list_of, register),
            query=list_query(register, f"{title}Query"), also=(400,),
            answers=_schemas(register, line, many=True), **shared,
        ),
        Operation(
            method="POST", path=f"/{name}", route=name, name=f"{name}_create",
            says=(f"新建{zh}", f"Make a row of {en}"), view=partial(create, register),
            body=body_model(register, f"{title}New", new=True), status=201, headers=_KEY,
            also=(400, 409), **written, **shared,
        ),
        Operation(
            method="GET", path=f"/{name}/{{int:pk}}", route=f"{name}-row", name=f"{name}_row",
            need=register.read, says=(f"一项{zh}", f"A row of {en}"),
            view=partial(detail, register), query=format_query(register, f"{title}Form"),
            answers=one, also=(404,), **number, **shared,
        ),
        Operation(
            method="PATCH", path=f"/{name}/{{int:pk}}", route=f"{name}-row",
            name=f"{name}_change", says=(f"修改{zh}", f"Change a row of {en}"),
            view=partial(change, register), body=body_model(register, f"{title}Changes", new=False),
            headers={**_MATCH, **_KEY}, also=(400, 404, 409, 412, 428),
            **written, **number, **shared,
        ),
        Operation(
            method="POST", path=f"/{name}/{{int:pk}}/end", route=f"{name}-end",
            name=f"{name}_end", says=(f"停用{zh}", f"End a row of {en}"),
            view=partial(end, register), body=End, headers={**_MATCH, **_KEY},
            also=(400, 404, 409, 412, 428), **written, **number, **shared,
        ),
    ]  # fmt: skip


def of_air() -> list[Operation]:
    """Return the operations on the air."""
    shared: dict[str, Any] = {"method": "GET", "need": "air.read", "tag": _AIR, "also": _ASKED}
    table = {JSON: now.NowOut, CSV: str, GEOJSON: dict[str, Any]}
    day = {**_NAME, "day": Annotated[str, Field(pattern=DAY, json_schema_extra={"format": "date"})]}
    return [
        Operation(
            path="/air/places", route="air-places", name="air_places", view=now.places,
            says=("可查询的地区与站点", "Names that may be asked for"),
            answers={JSON: now.PlacesOut}, **shared,
        ),
        Operation(
            path="/air/latest", route="latest", name="air_latest", view=now.now,
            says=("各站最新小时", "Last hour of every station"), query=now.NowQuery,
            answers=table, **shared,
        ),
        Operation(
            path="/air/hours/{name}", route="hours", name="air_hours", view=series.hours,
            says=("站点或地区的小时值", "Hours of a station or place"), path_types=_NAME,
            query=series.HoursQuery, answers={JSON: series.HoursOut, CSV: str}, **shared,
        ),
        Operation(
            path="/air/days/{name}", route="days", name="air_days", view=series.days,
            says=("站点或地区的日值", "Days of a station or place"), path_types=_NAME,
            query=series.DaysQuery, answers={JSON: series.DaysOut, CSV: str}, **shared,
        ),
        Operation(
            path="/air/ranking", route="ranking", name="air_ranking", view=standing.ranking,
            says=("时段排名", "Ranking of a period"), query=standing.RankingQuery,
            answers={JSON: standing.RankingOut, CSV: str}, **shared,
        ),
        Operation(
            path="/air/targets", route="targets", name="air_targets", view=standing.targets,
            says=("目标进展", "Targets as they stand"), query=standing.TargetsQuery,
            answers={JSON: standing.TargetsOut, CSV: str}, **shared,
        ),
        Operation(
            path="/air/derivations/{name}/{day}", route="derivation", name="air_derivation",
            view=standing.derivation, says=("一日的推导", "Derivation of a day"), path_types=day,
            query=standing.DerivationQuery, answers={JSON: standing.DerivationOut}, **shared,
        ),
    ]  # fmt: skip


@cache
def operations() -> tuple[Operation, ...]:
    """Return all operations, those of registers as the registers were declared."""
    found = [
        Operation(
            method="GET", path="/health", route="health", name="health", need=NOBODY,
            says=("服务状态", "State of the service"), tag="health", view=health,
            answers={JSON: Health},
        )
    ]  # fmt: skip
    for register in registers():
        found += of_register(register)
    return (*found, *of_air())


@cache
def interface() -> NinjaAPI:
    """Return the interface with all operations.

    Raises
    ------
    ValueError
        If two registers would have one address.
    """
    names = [operation.name for operation in operations()]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"two operations of one name: {twice}")
    made = new_interface()
    for operation in operations():
        offer(made, operation)
    return made
