"""Requests with an idempotency key: done once, answered again as often as they are sent."""

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse

from lantian.desk.api.models import Remembered
from lantian.desk.api.problem import problem
from lantian.desk.language import both
from lantian.errors import Conflict

HEADER: Final = "Idempotency-Key"
#: How long an answer is remembered.
KEPT: Final = timedelta(hours=24)
#: A request that took longer than this was cut off: nothing of it was written.
_LOST: Final = timedelta(seconds=60)
_HEADERS: Final = ("Content-Type", "ETag", "Location")


def once(
    request: HttpRequest, account: int, now: datetime, do: Callable[[], HttpResponse]
) -> HttpResponse:
    """Do what a request asks, or answer as it was answered before.

    The change and the memory of it are one transaction: a process that is cut off leaves
    neither. Who holds the key is written before, in a transaction of its own, so that the
    same request sent twice at once is refused rather than done twice.

    Parameters
    ----------
    request : HttpRequest
    account : int
    now : datetime
    do : callable
        Makes the change and its answer; a fault that it raises leaves no memory.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return do()
    said = _hash(request)
    holder = secrets.token_hex(16)
    known = _begin(account, key, said, holder, now)
    if known is not None:
        return _known(request, known, said)
    try:
        return _finish(account, key, holder, do)
    except BaseException:
        Remembered.objects.filter(account=account, key=key, holder=holder, status=0).delete()
        raise


def _hash(request: HttpRequest) -> str:
    match = request.headers.get("If-Match", "")
    parts = [request.method or "", request.get_full_path(), match]
    return hashlib.sha256("\n".join(parts).encode() + b"\n" + request.body).hexdigest()


def _begin(account: int, key: str, said: str, holder: str, now: datetime) -> Remembered | None:
    """Take a key; return what is known of it where it is taken already."""
    mine = {"request": said, "holder": holder, "started_at": now}
    try:
        with transaction.atomic():
            Remembered.objects.filter(started_at__lt=now - KEPT).delete()
            Remembered.objects.create(account_id=account, key=key, **mine)
    except IntegrityError:
        rows = Remembered.objects.filter(account=account, key=key)
        lost = rows.filter(status=0, request=said, started_at__lt=now - _LOST)
        if lost.update(**mine):
            return None
        return rows.first() or Remembered(request=said)
    return None


def _known(request: HttpRequest, known: Remembered, said: str) -> HttpResponse:
    if known.request != said:
        what = both("该幂等键已用于另一请求", "this key was used for another request")
        return problem(request, 422, what=str(what), where=HEADER)
    if not known.status:
        what = both("同一请求正在处理", "the same request is being worked on")
        return problem(request, 409, what=str(what), where=HEADER, headers={"Retry-After": "1"})
    answer = HttpResponse(known.body, status=known.status, headers=known.headers)
    answer.headers["Idempotency-Replayed"] = "true"
    return answer


def _finish(account: int, key: str, holder: str, do: Callable[[], HttpResponse]) -> HttpResponse:
    with transaction.atomic():
        answer = do()
        rows = Remembered.objects.filter(account=account, key=key, holder=holder, status=0)
        kept = {name: answer.headers[name] for name in _HEADERS if name in answer.headers}
        if not rows.update(status=answer.status_code, headers=kept, body=answer.content.decode()):
            raise Conflict(
                "同一请求已由另一进程处理 / another process took this request over",
                where=HEADER,
                fix="重发以取得结果 / send it again for its answer",
            )
        return answer
