"""Pages of the house itself: errors, language, health."""

from http import HTTPStatus

from django.core.exceptions import RequestDataTooBig
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_GET

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


def told(request: HttpRequest, error: LantianError) -> HttpResponse:
    """Answer an error for people, as a page or as problem+json for a machine."""
    status = next((s for k, s in _STATUS.items() if isinstance(error, k)), HTTPStatus.BAD_REQUEST)
    half = language().half
    return _answer(request, status, half(error.what), error.where, half(error.fix), error.code)


def _answer(
    request: HttpRequest, status: int, what: str, where: str, fix: str, code: str = ""
) -> HttpResponse:
    fields = {"status": int(status), "code": code, "what": what, "where": where, "fix": fix}
    number = getattr(request, "id", "")
    if request.headers.get("Accept", "").startswith("application/") or request.path.endswith(
        ".json"
    ):
        problem = {"type": "about:blank", "title": what, **fields, "request": number}
        return JsonResponse(problem, status=status, content_type="application/problem+json")
    fields["request_id"] = number
    # After a fault of ours the page asks nothing of a database that may be what failed.
    asked = None if status == HTTPStatus.INTERNAL_SERVER_ERROR else request
    return HttpResponse(render_to_string("error.html", fields, asked), status=status)


def _plain(request: HttpRequest, status: HTTPStatus) -> HttpResponse:
    what, fix = _PLAIN[status]
    return _answer(request, status, str(what), request.path, str(fix))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that cannot be understood."""
    if isinstance(exception, RequestDataTooBig):
        what = both("上传内容过大", "Too much was sent")
        fix = both("换一个较小的文件", "take a smaller file")
        status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        return _answer(request, status, str(what), request.path, str(fix))
    return _plain(request, HTTPStatus.BAD_REQUEST)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that the account has no right to."""
    return _plain(request, HTTPStatus.FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an address that leads nowhere, or to what the account may not know of."""
    return _plain(request, HTTPStatus.NOT_FOUND)


def failed(request: HttpRequest) -> HttpResponse:
    """Answer after a fault of ours; it says nothing of the fault itself."""
    return _plain(request, HTTPStatus.INTERNAL_SERVER_ERROR)


def csrf_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that did not come from a page of ours."""
    what = both("表单已过期", "The form is out of date")
    fix = both("刷新页面后重新提交", "load the page again and send it once more")
    return _answer(request, HTTPStatus.FORBIDDEN, str(what), request.path, str(fix))


@require_GET
def health(request: HttpRequest) -> HttpResponse:
    """Say that the server answers and reaches its database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")
