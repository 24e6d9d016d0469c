"""Pages of the house itself: errors, language, health."""

import sys
from http import HTTPStatus

from django.core.exceptions import RequestDataTooBig
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_GET

from lantian.desk.jobs.outage import GONE, is_full
from lantian.desk.language import both, language
from lantian.errors import BadRequest, Conflict, LakeBroken, LantianError, NoData

_STATUS = {
    BadRequest: HTTPStatus.BAD_REQUEST,
    Conflict: HTTPStatus.CONFLICT,
    NoData: HTTPStatus.NOT_FOUND,
    LakeBroken: HTTPStatus.SERVICE_UNAVAILABLE,
}
_PLAIN = {
    HTTPStatus.BAD_REQUEST: (
        both("请求有误", "Bad request"),
        both("返回后重试", "go back and try again"),
    ),
    HTTPStatus.FORBIDDEN: (
        both("没有权限", "Not allowed"),
        both("如需要，请向指挥部申请", "ask headquarters if you need it"),
    ),
    HTTPStatus.NOT_FOUND: (
        both("没有这个页面或对象", "No such page or object"),
        both("检查地址，或从菜单进入", "check the address, or go by the menu"),
    ),
    HTTPStatus.INTERNAL_SERVER_ERROR: (
        both("系统出错", "The system failed"),
        both("请把下面的编号告诉管理员", "tell the administrator the number below"),
    ),
}
#: What passes by itself, or by an administrator.
_AWAY = (
    both("数据库暂时连不上，或正忙", "The database is away or busy for the moment"),
    both(
        "稍后刷新，恢复后自动可用；刚才提交的内容没有保存",
        "load the page again in a moment; it comes back by itself, what was sent is not saved",
    ),
)
_DISK = (
    both("服务器磁盘已满，没有保存", "The disk of the server is full; nothing was saved"),
    both("请管理员腾出空间后重试", "ask the administrator to free some space, then try again"),
)
_AGAIN_S = "5"


def told(request: HttpRequest, error: LantianError) -> HttpResponse:
    """Answer an error for people, as a page or as problem+json for a machine."""
    status = next((s for k, s in _STATUS.items() if isinstance(error, k)), HTTPStatus.BAD_REQUEST)
    half = language().half
    return _answer(
        request, status, half(error.what), error.where, half(error.fix), error.code, asked=request
    )


def _answer(
    request: HttpRequest,
    status: int,
    what: str,
    where: str,
    fix: str,
    code: str = "",
    *,
    asked: HttpRequest | None = None,
) -> HttpResponse:
    """Answer with a page around what is `asked`, or a page that asks nothing of a database."""
    fields = {"status": int(status), "code": code, "what": what, "where": where, "fix": fix}
    number = getattr(request, "id", "")
    if request.headers.get("Accept", "").startswith("application/") or request.path.endswith(
        ".json"
    ):
        problem = {"type": "about:blank", "title": what, **fields, "request": number}
        return JsonResponse(problem, status=status, content_type="application/problem+json")
    fields["request_id"] = number
    return HttpResponse(render_to_string("error.html", fields, asked), status=status)


def _plain(request: HttpRequest, status: HTTPStatus) -> HttpResponse:
    what, fix = _PLAIN[status]
    return _answer(request, status, str(what), request.path, str(fix), asked=request)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that cannot be understood."""
    if isinstance(exception, RequestDataTooBig):
        what = both("上传内容过大", "Too much was sent")
        fix = both("换一个较小的文件", "take a smaller file")
        status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        return _answer(request, status, str(what), request.path, str(fix), asked=request)
    return _plain(request, HTTPStatus.BAD_REQUEST)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that the account has no right to."""
    return _plain(request, HTTPStatus.FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an address that leads nowhere, or to what the account may not know of."""
    return _plain(request, HTTPStatus.NOT_FOUND)


def failed(request: HttpRequest) -> HttpResponse:
    """Answer after a fault: what passes by itself is told, of all others nothing is said."""
    passing = _passing(sys.exception())
    status = HTTPStatus.SERVICE_UNAVAILABLE if passing else HTTPStatus.INTERNAL_SERVER_ERROR
    what, fix = passing or _PLAIN[status]
    response = _answer(request, status, str(what), request.path, str(fix))
    if passing:
        response.headers["Retry-After"] = _AGAIN_S
    return response


def _passing(error: BaseException | None) -> tuple[object, object] | None:
    """What to say of a database that is away or busy, or of a full disk."""
    if is_full(error):
        return _DISK
    return _AWAY if isinstance(error, GONE) else None


def csrf_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that did not come from a page of ours."""
    what = both("表单已过期", "The form is out of date")
    fix = both("刷新页面后重新提交", "load the page again and send it once more")
    return _answer(request, HTTPStatus.FORBIDDEN, str(what), request.path, str(fix), asked=request)


@require_GET
def health(request: HttpRequest) -> HttpResponse:
    """Say that the server answers and reaches its database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")
