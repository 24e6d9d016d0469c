"""Pages of jobs: list, one job with its progress and file, schedules."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from lantian.desk.jobs import queries, services
from lantian.desk.jobs.queries import PAGE, Seen
from lantian.desk.language import both, language
from lantian.desk.log.words import field_name, kind_name
from lantian.desk.rights.request import DeskRequest
from lantian.errors import BadRequest

ALL = "system.manage"
_STATES = {
    queries.QUEUED: ("off", both("排队中", "queued")),
    queries.RUNNING: ("info", both("进行中", "running")),
    queries.DONE: ("good", both("已完成", "done")),
    queries.FAILED: ("bad", both("失败", "failed")),
    queries.CANCELLED: ("off", both("已取消", "cancelled")),
}
_COLUMNS = (
    {"title": both("任务", "Job")},
    {"title": both("状态", "State"), "kind": "tag"},
    {"title": both("进度", "Progress"), "kind": "number"},
    {"title": both("发起人", "Asked by")},
    {"title": both("发起时间", "Asked"), "kind": "date"},
    {"title": both("完成时间", "Over"), "kind": "date"},
)
_SCHEDULE_COLUMNS = (
    {"title": both("任务", "Job")},
    {"title": both("周期", "When")},
    {"title": both("上次应于", "Last due"), "kind": "date"},
    {"title": both("下次应于", "Next due"), "kind": "date"},
    {"title": both("状态", "State"), "kind": "tag"},
)
#: Names of what results hold most often.
_RESULTS = {
    "count": both("条数", "Rows"),
    "bytes": both("字节", "Bytes"),
    "files": both("文件数", "Files"),
    "entries": both("日志条目", "Entries of the log"),
    "head": both("链头", "Head"),
    "applied": both("已写入", "Applied"),
    "refused": both("被拒绝", "Refused"),
}


@require_GET
def jobs(request: DeskRequest) -> HttpResponse:
    """List the asker's jobs; all jobs for who runs the system."""
    sees_all = request.reach.may(ALL)
    rows = queries.jobs_of(
        None if sees_all else request.actor.account, before=_moment(request.GET.get("before", ""))
    )
    pager = {}
    if len(rows) > PAGE:
        query = {"before": rows[PAGE - 1].asked.isoformat()}
        pager["next_url"] = reverse("jobs:list", query=query)
    context = {
        "sees_all": sees_all,
        "shown": {
            "caption": both("任务", "Jobs"),
            "columns": _COLUMNS,
            "rows": [_row(seen) for seen in rows[:PAGE]],
        },
        "pager": pager,
    }
    return render(request, "jobs/list.html", context)


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        found = None
    if text and (found is None or timezone.is_naive(found)):
        raise BadRequest(
            "时间有误 / not a time", where="before", fix="从列表翻页 / page by the list"
        )
    return found


def _row(seen: Seen) -> dict[str, Any]:
    tag, word = _STATES[seen.state]
    done = f"{seen.done} / {seen.total}" if seen.total else (seen.done or "")
    cells = [seen.title, {"text": word, "tag": tag}, done, seen.actor]
    cells += [_time(seen.asked), _time(seen.finished)]
    return {"cells": cells, "href": reverse("jobs:detail", args=[seen.id])}


def _time(at: datetime | None) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M:%S") if at else ""


@require_GET
def detail(request: DeskRequest, job: UUID) -> HttpResponse:
    """Show one job."""
    seen = _mine(request, job)
    lease = queries.holder_of(job)
    tag, word = _STATES[seen.state]
    facts = [
        {"label": both("状态", "State"), "value": word, "tag": tag},
        {"label": both("发起人", "Asked by"), "value": seen.actor},
        {"label": both("发起时间", "Asked"), "value": _time(seen.asked)},
        {"label": both("开始时间", "Begun"), "value": _time(seen.started)},
        {"label": both("完成时间", "Over"), "value": _time(seen.finished)},
        {"label": both("尝试次数", "Attempts"), "value": seen.attempts},
        {"label": both("执行者", "Worker"), "value": lease.holder if lease else ""},
        {"label": both("租约至", "Lease until"), "value": _time(lease.until) if lease else ""},
        {"label": "SHA-256", "value": seen.result.get("sha256", "")},
        {"label": both("编号", "Id"), "value": seen.id},
    ]
    facts += [
        {
            "label": _RESULTS.get(name) or field_name(services.KIND, name),
            "value": kind_name(value) if name == "kind" else value,
        }
        for name, value in seen.result.items()
        if name not in {"sha256", "file"}
    ]
    context = {"seen": seen, "facts": facts, "job": _progress(request, seen)}
    return render(request, "jobs/detail.html", context)


@require_GET
def progress(request: DeskRequest, job: UUID) -> HttpResponse:
    """Give the fragment that asks again while the job runs."""
    context = {"job": _progress(request, _mine(request, job))}
    return render(request, "parts/progress.html", context)


def _progress(request: DeskRequest, seen: Seen) -> dict[str, Any]:
    half = language().half
    shown: dict[str, Any] = {
        "id": seen.id,
        "title": seen.title,
        "state": queries.FAILED if seen.state == queries.CANCELLED else seen.state,
        "done": seen.done,
        "total": seen.total,
        "message": half(seen.words),
        "url": reverse("jobs:progress", args=[seen.id]),
        "stop_url": "" if seen.over else reverse("jobs:cancel", args=[seen.id]),
    }
    if seen.cancel_asked and not seen.over:
        shown |= {"stop_url": "", "message": both("正在取消", "cancelling")}
    if seen.state == queries.CANCELLED:
        shown["message"] = both("已取消", "cancelled")
    elif seen.reason and seen.over:
        shown["error"] = {"what": half(seen.reason), "where": seen.name, "fix": ""}
    if seen.file and _may_open(request, seen):
        shown["result"] = {
            "url": reverse("jobs:file", args=[seen.id]),
            "label": both("下载", "Download"),
            "count": seen.result.get("count"),
            "sha256": seen.result["sha256"],
        }
    return shown


@require_GET
def file(request: DeskRequest, job: UUID) -> FileResponse:
    """Send the file that the job made."""
    seen = _mine(request, job)
    path = seen.file
    if path is None or not _may_open(request, seen):
        raise Http404
    return FileResponse(Path(path).open("rb"), as_attachment=True, filename=path.name)


@require_POST
def cancel(request: DeskRequest, job: UUID) -> HttpResponse:
    """Cancel a job."""
    return _change(request, job, services.cancel, both("已请求取消", "Asked to cancel"))


@require_POST
def retry(request: DeskRequest, job: UUID) -> HttpResponse:
    """Put a failed job back into the queue."""
    return _change(request, job, services.retry, both("已重新排队", "Back in the queue"))


def _change(
    request: DeskRequest, job: UUID, act: Callable[..., None], said: str
) -> HttpResponseRedirect:
    _mine(request, job)
    act(job=job, by=request.actor, now=timezone.now())
    messages.success(request, said)
    return HttpResponseRedirect(reverse("jobs:detail", args=[job]))


@require_GET
def schedules(request: DeskRequest) -> HttpResponse:
    """List what is due by itself, and when."""
    rows = [
        {
            "cells": [
                {"text": queries.title_of(row.name), "sub": row.name},
                f"{row.every_s} s" if row.every_s else row.at,
                _time(row.last_due),
                _time(row.next_due) if row.enabled else "",
                {"text": both("开启", "on"), "tag": "good"}
                if row.enabled
                else {"text": both("停用", "off"), "tag": "off"},
            ]
        }
        for row in queries.schedules()
    ]
    context = {
        "schedules": [
            {"name": row.name, "title": queries.title_of(row.name), "enabled": row.enabled}
            for row in queries.schedules()
        ],
        "shown": {
            "caption": both("定时任务", "Schedules"),
            "columns": _SCHEDULE_COLUMNS,
            "rows": rows,
        },
    }
    return render(request, "jobs/schedules.html", context)


@require_POST
def switch(request: DeskRequest, name: str) -> HttpResponse:
    """Switch a schedule on or off."""
    if name not in {row.name for row in queries.schedules()}:
        raise Http404
    services.set_enabled(
        name=name,
        enabled=request.POST.get("enabled") == "1",
        by=request.actor,
        now=timezone.now(),
    )
    return HttpResponseRedirect(reverse("jobs:schedules"))


def _mine(request: DeskRequest, job: UUID) -> Seen:
    """Return a job that the asker may see; others are not there."""
    seen = queries.job_of(job)
    if seen is None or not (_asked_by(request, seen) or request.reach.may(ALL)):
        raise Http404
    return seen


def _asked_by(request: DeskRequest, seen: Seen) -> bool:
    return seen.account is not None and seen.account == request.actor.account


def _may_open(request: DeskRequest, seen: Seen) -> bool:
    """Whose file it is: the asker's; who runs the system opens those of machines alone.

    An export holds what the asker's rights reach, and running the system gives none of those.
    """
    return _asked_by(request, seen) or (seen.account is None and request.reach.may(ALL))
