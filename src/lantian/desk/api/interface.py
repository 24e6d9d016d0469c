"""The interface: its operations, each declared with what it needs and what it answers."""

import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.params.models import Body, Path, Query
from ninja.parser import Parser
from pydantic import BaseModel, ConfigDict

from lantian import __version__
from lantian.desk.api.forms import JSON, MEDIA
from lantian.desk.api.gate import Gate, Header
from lantian.desk.api.problem import HANDLERS

type Answered = Callable[..., HttpResponse]


class Strict(BaseModel):
    """Values of a request: nothing that is not declared, nothing of another type."""

    model_config = ConfigDict(extra="forbid", protected_namespaces=())


class Nothing(Strict):
    """No parameters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation.

    Attributes
    ----------
    method, path : str
        The path as ninja spells it, `/places/{int:pk}`.
    route : str
        Name of the address in the table of rights.
    name : str
        Its identity in the document.
    need : str
        Permission.
    says : (str, str)
        What it does, zh and en.
    tag : str
    view : callable
        Is given request, the values of the path, `query` and, where there is one, `body`.
    query : type of Strict
    path_types : mapping of str to type
        Types of the parts of the path.
    body : type of BaseModel, optional
    answers : mapping of str to schema
        Schema of each form.
    status : int
        Of success.
    headers : mapping of str to Header
    also : sequence of int
        More statuses that it may answer.
    """

    method: str
    path: str
    route: str
    name: str
    need: str
    says: tuple[str, str]
    tag: str
    view: Answered
    query: type[BaseModel] = Nothing
    path_types: Mapping[str, Any] = field(default_factory=dict)
    body: type[BaseModel] | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    headers: Mapping[str, Header] = field(default_factory=dict)
    also: Sequence[int] = ()


class _Parser(Parser):
    """JSON of one reading: no NaN, no half characters."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Parse a body.

        Raises
        ------
        ValueError
            If it is no JSON text, or holds what no other JSON reader takes.
        """
        found = json.loads(request.body.decode("utf-8"), parse_constant=_refuse)
        json.dumps(found, ensure_ascii=False, allow_nan=False).encode("utf-8")
        return found


def _refuse(text: str) -> Any:
    raise ValueError(text)


def new_interface() -> NinjaAPI:
    """Return an interface without operations."""
    made = NinjaAPI(
        title="Lantian 蓝天 API",
        version=__version__,
        openapi_url=None,
        docs_url=None,
        urls_namespace="api",
        parser=_Parser(),
    )
    for kind, answer in HANDLERS:
        made.add_exception_handler(kind, answer)
    return made


def offer(interface: NinjaAPI, operation: Operation) -> None:
    """Add an operation to an interface."""
    methods = [operation.method] + (["HEAD"] if operation.method == "GET" else [])
    gate = Gate(
        operation.need,
        {
            info.alias or name: "list" in str(info.annotation)
            for name, info in operation.query.model_fields.items()
        },
        tuple(operation.answers),
        body=operation.body is not None,
        headers=operation.headers,
    )
    interface.api_operation(
        methods,
        operation.path,
        auth=gate,
        url_name=operation.route,
        operation_id=operation.name,
        summary=" / ".join(operation.says),
        tags=[operation.tag],
    )(_signed(operation))


def _signed(operation: Operation) -> Answered:
    """Give the view the signature by which ninja reads the values of a request."""

    def run(request: HttpRequest, **given: Any) -> HttpResponse:
        return operation.view(request, **given)

    kind = inspect.Parameter.KEYWORD_ONLY
    parts = [inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD)]
    for name, of in operation.path_types.items():
        parts.append(inspect.Parameter(name, kind, default=Path(...), annotation=of))
    if operation.query.model_fields:
        parts.append(inspect.Parameter("query", kind, default=Query(...),
                                       annotation=operation.query))  # fmt: skip
    if operation.body is not None:
        parts.append(inspect.Parameter("body", kind, default=Body(...), annotation=operation.body))
    run.__signature__ = inspect.Signature(parts)  # type: ignore[attr-defined]
    run.__name__ = operation.name
    run.__doc__ = None
    return run


#: Forms of an operation that answers JSON alone.
PLAIN: Final = {JSON: MEDIA[JSON]}
