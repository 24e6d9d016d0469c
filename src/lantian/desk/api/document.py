"""The OpenAPI 3.1 document: what ninja knows of the operations, and all that they answer."""

from functools import cache
from http import HTTPStatus
from typing import Any, Final

from django.urls import reverse
from pydantic import BaseModel, TypeAdapter

from lantian.desk.api.forms import CSV, MEDIA
from lantian.desk.api.gate import NOBODY
from lantian.desk.api.interface import Operation
from lantian.desk.api.operations import interface, operations
from lantian.desk.api.problem import MEDIA as PROBLEM
from lantian.desk.language import both
from lantian.desk.rights.table import table

_REF: Final = "#/components/schemas/{model}"
_SCHEME: Final = "token"
_TEXT: Final = {"type": "string"}
#: What every operation may answer, and what those that take a body may answer beside it.
_ALWAYS: Final = (401, 403, 405, 406, 422, 429, 503)
_BODY: Final = (400, 413, 415)
_HEADERS: Final = {
    401: {"WWW-Authenticate": _TEXT},
    405: {"Allow": _TEXT},
    429: {"Retry-After": {"type": "integer"}, "RateLimit-Policy": _TEXT},
}
#: Schema of every error (RFC 9457).
_PROBLEM: Final = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "fix", "where", "code", "request"],
    "properties": {
        "type": _TEXT,
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "fix": _TEXT,
        "where": _TEXT,
        "code": _TEXT,
        "request": _TEXT,
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["detail"],
                "properties": {"pointer": _TEXT, "parameter": _TEXT, "detail": _TEXT},
            },
        },
    },
}
_ABOUT: Final = (
    "Authorization: Bearer TOKEN。时间为本地小时末；坐标 WGS 84；个人信息一律为掩码。\n\n"
    "Times are local ends of hours; coordinates are WGS 84; personal fields are masked. "
    "Lists are paged by `next`; errors are problem+json (RFC 9457); Accept-Language: en."
)


@cache
def document() -> dict[str, Any]:
    """Return the document; it is the same for everybody."""
    root = _root()
    made = interface().get_openapi_schema(path_prefix=root)
    made["info"]["description"] = _ABOUT
    schemas = made["components"]["schemas"]
    schemas["Problem"] = _PROBLEM
    known = {operation.name: operation for operation in operations()}
    for methods in made["paths"].values():
        methods.pop("head", None)
        for described in methods.values():
            _complete(described, known[described["operationId"]], schemas)
    made["components"]["securitySchemes"] = {_SCHEME: {"type": "http", "scheme": "bearer"}}
    made["servers"] = [{"url": "/"}]
    return dict(made)


def _root() -> str:
    return reverse("api:openapi").rpartition("/")[0] + "/"


def _complete(described: dict[str, Any], operation: Operation, schemas: dict[str, Any]) -> None:
    """Add proof, headers and every answer to what is said of an operation."""
    described["security"] = [] if operation.need == NOBODY else [{_SCHEME: [operation.need]}]
    described["parameters"] += [
        {
            "name": name,
            "in": "header",
            "required": header.needed,
            "description": header.says,
            "schema": {"type": "string", "pattern": header.pattern},
        }
        for name, header in operation.headers.items()
    ]
    described["responses"] = _answers(operation, schemas)


def _answers(operation: Operation, schemas: dict[str, Any]) -> dict[str, Any]:
    content = {
        MEDIA[form]: {"schema": _TEXT if form == CSV else _schema(model, schemas)}
        for form, model in operation.answers.items()
    }
    good: dict[str, Any] = {"content": content, "headers": {"ETag": {"schema": _TEXT}}}
    found = {str(operation.status): {"description": _phrase(operation.status), **good}}
    if operation.status != HTTPStatus.OK:
        found["200"] = {"description": "dry run", **good}
    if operation.method == "GET":
        found["304"] = {"description": _phrase(304)}
    for status in sorted({*_refusals(operation), *operation.also}):
        found[str(status)] = _refusal(status)
    return found


def _refusals(operation: Operation) -> tuple[int, ...]:
    always = tuple(s for s in _ALWAYS if operation.need != NOBODY or s not in (403,))
    return (*always, *_BODY) if operation.body else always


def _refusal(status: int) -> dict[str, Any]:
    headers = {name: {"schema": schema} for name, schema in _HEADERS.get(status, {}).items()}
    schema = {"$ref": _REF.format(model="Problem")}
    return {
        "description": _phrase(status),
        "headers": headers,
        "content": {PROBLEM: {"schema": schema}},
    }


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase


def _schema(model: Any, schemas: dict[str, Any]) -> dict[str, Any]:
    """Return a reference to the schema of a model, which is put among the others."""
    if isinstance(model, type) and issubclass(model, BaseModel):
        found = model.model_json_schema(ref_template=_REF, mode="serialization")
        schemas |= found.pop("$defs", {})
        schemas[model.__name__] = found
        return {"$ref": _REF.format(model=model.__name__)}
    return dict(TypeAdapter(model).json_schema())


def lines() -> list[dict[str, Any]]:
    """Return the operations as a page lists them."""
    root = _root().rstrip("/")
    permissions = table().permissions
    return [
        {
            "method": one.method,
            "path": f"{root}{one.path.replace('int:', '')}",
            "says": both(*one.says),
            "need": one.need,
            "words": both(permissions[one.need].zh, permissions[one.need].en) if one.need else "",
            "forms": ", ".join(one.answers),
        }
        for one in operations()
    ]
