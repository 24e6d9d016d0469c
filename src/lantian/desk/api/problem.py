"""Answers that tell what is wrong: problem+json (RFC 9457), one form for every fault."""

import json
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from ninja.errors import HttpError, ValidationError

from lantian.desk.env import env
from lantian.desk.jobs.outage import is_full
from lantian.desk.language import both, language
from lantian.desk.register.faults import BadRow
from lantian.errors import (
    BadFile,
    BadRequest,
    Conflict,
    LakeBroken,
    LantianError,
    NoData,
    NoRuleInForce,
)

MEDIA: Final = "application/problem+json"
_STATUS: Final = {
    BadRow: HTTPStatus.UNPROCESSABLE_ENTITY,
    BadRequest: HTTPStatus.BAD_REQUEST,
    BadFile: HTTPStatus.BAD_REQUEST,
    Conflict: HTTPStatus.CONFLICT,
    NoData: HTTPStatus.NOT_FOUND,
    NoRuleInForce: HTTPStatus.NOT_FOUND,
    LakeBroken: HTTPStatus.SERVICE_UNAVAILABLE,
}
#: What is wrong and what to do, by status, where nothing more is known.
_PLAIN: Final = {
    400: (both("请求看不懂", "the request is not understood"), both("见 /api/", "see /api/")),
    401: (
        both("缺少令牌，或令牌无效", "there is no token, or it is not valid"),
        both("Authorization: Bearer 令牌", "Authorization: Bearer TOKEN"),
    ),
    403: (
        both("令牌没有这项权限", "the token does not carry this permission"),
        both("用有该权限的令牌", "take a token that does"),
    ),
    404: (
        both("没有这个对象，或不在您的范围", "no such thing, or not within your reach"),
        both("检查地址", "check the address"),
    ),
    405: (
        both("该地址不支持这个方法", "this address has no such method"),
        both("见 Allow", "see Allow"),
    ),
    406: (
        both("没有所要的格式", "it cannot be given in that form"),
        both("见 /api/ 各操作的格式", "see the forms of each operation at /api/"),
    ),
    413: (both("请求体过大", "the body is too large"), both("分批发送", "send it in parts")),
    415: (
        both("请求体须为 application/json", "the body must be application/json"),
        both("设置 Content-Type", "set Content-Type"),
    ),
    428: (
        both("须用 If-Match 说明所见的版本", "name the version that you saw in If-Match"),
        both("先 GET，再把其 ETag 放入 If-Match", "GET it, and send its ETag in If-Match"),
    ),
    429: (both("请求过多", "too many requests"), both("见 Retry-After", "see Retry-After")),
    500: (
        both("系统出错", "the system failed"),
        both("请告知管理员请求编号", "tell the administrator the number of the request"),
    ),
    503: (both("暂时不可用", "not available for a while"), both("稍后重试", "try again later")),
}
_AGAIN_S: Final = "5"
_FULL: Final = both("服务器磁盘已满，没有保存", "the server's disk is full; nothing was saved")

type Answer = Callable[[HttpRequest, Any], HttpResponse]


def problem(
    request: HttpRequest,
    status: int,
    *,
    what: str = "",
    where: str = "",
    fix: str = "",
    code: str = "",
    errors: Sequence[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """Return an answer that tells what is wrong.

    Parameters
    ----------
    request : HttpRequest
    status : int
    what, where, fix, code : str
        As of a `LantianError`; the plain words of the status where empty.
    errors : sequence of mapping
        Wrong parts: `pointer` (RFC 6901 into the body) or `parameter`, and `detail`.
    headers : mapping, optional
    """
    answer = HttpResponse(
        content_type=MEDIA,
        status=status,
        headers={"Cache-Control": "no-store", **(headers or {})},
    )
    answer.content = _body(request, status, what, where, fix, code, errors)
    return answer


def _body(
    request: HttpRequest,
    status: int,
    what: str,
    where: str,
    fix: str,
    code: str,
    errors: Sequence[Mapping[str, str]],
) -> bytes:
    plain = _PLAIN.get(status, _PLAIN[400 if status < HTTPStatus.INTERNAL_SERVER_ERROR else 500])
    told: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "detail": what or str(plain[0]),
        "fix": fix or str(plain[1]),
        "where": where or request.path,
        "code": code,
        "request": getattr(request, "id", ""),
    }
    if errors:
        told["errors"] = list(errors)
    return json.dumps(told, ensure_ascii=False).encode("utf-8", "backslashreplace")


def made_whole(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """Turn an error that something before the API answered as a page into a problem."""
    status = answer.status_code
    if status < HTTPStatus.BAD_REQUEST or answer.headers.get("Content-Type", "").startswith(MEDIA):
        return answer
    answer.content = _body(request, status, "", "", "", "", ())
    answer.headers["Content-Type"] = MEDIA
    answer.headers["Content-Length"] = str(len(answer.content))
    return answer


def of_lantian(request: HttpRequest, error: LantianError) -> HttpResponse:
    """Answer an error for people, with what, where and fix."""
    status = next((s for k, s in _STATUS.items() if isinstance(error, k)), HTTPStatus.BAD_REQUEST)
    half = language().half
    errors: tuple[dict[str, str], ...] = ()
    if isinstance(error, BadRow):
        errors = tuple(
            {
                "pointer": f"/{f.column}" if f.column else "",
                "detail": f"{half(f.wrong)} ({half(f.allowed)})",
            }
            for f in error.faults
        )
    return problem(
        request,
        status,
        what=half(error.what),
        where=_without_folder(error.where),
        fix=half(error.fix),
        code=error.code,
        errors=errors,
        headers={"Retry-After": _AGAIN_S} if status == HTTPStatus.SERVICE_UNAVAILABLE else None,
    )


def _without_folder(where: str) -> str:
    """Say nothing of where this machine keeps its files."""
    return where.replace(str(env().folder), "DIR")


def of_values(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Answer values that are not as the operation declares them."""
    errors = [_wrong(each) for each in error.errors]
    what = both("参数或请求体不合要求", "parameters or body are not as declared")
    return problem(request, HTTPStatus.UNPROCESSABLE_ENTITY, what=str(what), errors=errors)


def _wrong(error: Mapping[str, Any]) -> dict[str, str]:
    place, *path = (str(part) for part in error["loc"])
    detail = str(error["msg"])
    if place != "body":
        return {"parameter": path[-1] if path else place, "detail": detail}
    # The first part names the argument of the operation, not a part of the body.
    parts = [part.replace("~", "~0").replace("/", "~1") for part in path[1:]]
    return {"pointer": "".join(f"/{part}" for part in parts), "detail": detail}


def of_http(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Answer what the framework refuses, as a body that is no JSON."""
    return problem(request, error.status_code)


def of_django(request: HttpRequest, error: Exception) -> HttpResponse:
    """Answer what Django or the database refuses."""
    what, headers = "", None
    match error:
        case Http404():
            status = HTTPStatus.NOT_FOUND
        case PermissionDenied():
            status = HTTPStatus.FORBIDDEN
        case RequestDataTooBig():
            status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        case OperationalError() | InterfaceError():
            status = HTTPStatus.SERVICE_UNAVAILABLE
            headers = {"Retry-After": _AGAIN_S}
            what = str(_FULL) if is_full(error) else ""
        case _:
            status = HTTPStatus.BAD_REQUEST
    return problem(request, status, what=what, headers=headers)


#: How each kind of error is answered.
HANDLERS: Final[tuple[tuple[type[Exception], Answer], ...]] = (
    (LantianError, of_lantian),
    (ValidationError, of_values),
    (HttpError, of_http),
    (Http404, of_django),
    (PermissionDenied, of_django),
    (SuspiciousOperation, of_django),
    (UnreadablePostError, of_django),
    (OperationalError, of_django),
    (InterfaceError, of_django),
)
