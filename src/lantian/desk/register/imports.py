"""Pages of imports: send a file, see what it would do, apply, undo."""

from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from lantian.desk.env import env
from lantian.desk.jobs.queries import is_unfinished
from lantian.desk.jobs.services import enqueue
from lantian.desk.language import both
from lantian.desk.register.applying import apply
from lantian.desk.register.batches import begin_apply, check, discard, settle
from lantian.desk.register.forms import FileWidget, said
from lantian.desk.register.jobs import APPLY, CHECK, UNDO
from lantian.desk.register.models import Batch
from lantian.desk.register.sheet.template import template
from lantian.desk.register.spec import Register
from lantian.desk.register.undoing import begin_undo, undo
from lantian.desk.register.uploads import batch_of, receive, result_path, upload_path
from lantian.desk.rights.request import DeskRequest
from lantian.errors import BadFile, BadRequest
from lantian.terms.coordinates import CoordinateSystem

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: A file up to this size is checked while its sender waits; a larger one by a job.
AT_ONCE_B: Final = 100_000
#: So many rows are written while one waits; more by a job.
AT_ONCE_ROWS: Final = 500
_SHOWN_FAULTS: Final = 200


class UploadForm(forms.Form):
    """The file of an import."""

    file = forms.FileField(
        label=both("文件", "File"),
        help_text=both(
            f".xlsx 或 .csv，不超过 {env().settings.desk.upload_mb} MB",
            f".xlsx or .csv, at most {env().settings.desk.upload_mb} MB",
        ),
        widget=FileWidget(".xlsx,.csv"),
    )
    coordinates = forms.ChoiceField(
        label=both("坐标系", "Coordinates"),
        choices=[
            (CoordinateSystem.WGS84, "WGS 84 / CGCS2000"),
            (CoordinateSystem.GCJ02, "GCJ-02"),
            (CoordinateSystem.BD09, "BD-09"),
        ],
        help_text=both("坐标系列已填写的行以该列为准", "a row that says its own is read by that"),
    )


def _may_import(request: DeskRequest, register: Register) -> None:
    if not (register.importable and request.reach.may("register.import")):
        raise PermissionDenied("register.import")


@require_GET
def template_file(request: DeskRequest, register: Register) -> HttpResponse:
    """Give the template to fill."""
    _may_import(request, register)
    response = HttpResponse(template(register, request.reach), content_type=XLSX)
    response.headers["Content-Disposition"] = f'attachment; filename="{register.kind}.xlsx"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def new_import(request: DeskRequest, register: Register) -> HttpResponse:
    """Take a file and have it checked."""
    _may_import(request, register)
    form = UploadForm(request.POST or None, request.FILES or None, initial={"coordinates": "wgs84"})
    if register.shown is None:
        del form.fields["coordinates"]
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        system = CoordinateSystem(form.cleaned_data.get("coordinates") or "wgs84")
        try:
            batch = receive(register, upload, system=system, by=request.actor, now=timezone.now())
        except BadFile as error:
            form.add_error("file", f"{said(error.what)}。{said(error.fix)}")
        else:
            _check(request, batch)
            return HttpResponseRedirect(reverse(register.route("batch"), args=[batch.pk]))
    context = {
        "register": register,
        "form": form,
        "template_url": reverse(register.route("template")),
        "cancel_url": reverse(register.route("list")),
        "recent": _recent(request, register),
        "crumbs": [
            {"title": register.label, "url": reverse(register.route("list"))},
            {"title": both("导入", "Import")},
        ],
    }
    return render(request, "register/import.html", context, status=422 if form.errors else 200)


def _check(request: DeskRequest, batch: Batch) -> None:
    if upload_path(batch).stat().st_size <= AT_ONCE_B:
        check(batch, reach=request.reach, now=timezone.now())
    else:
        _later(request, batch, CHECK)


def _recent(request: DeskRequest, register: Register) -> list[dict[str, Any]]:
    mine = Batch.objects.filter(account=request.actor.account, kind=register.kind)
    return [
        {
            "batch": batch,
            "url": reverse(register.route("batch"), args=[batch.pk]),
            "state": state_label(batch.state),
        }
        for batch in mine.order_by("-at")[:20]
    ]


_STATES: Final = {
    Batch.State.CHECKING: both("检查中", "checking"),
    Batch.State.CHECKED: both("待确认", "checked"),
    Batch.State.REFUSED: both("无法读取", "refused"),
    Batch.State.APPLYING: both("导入中", "being applied"),
    Batch.State.APPLIED: both("已导入", "applied"),
    Batch.State.UNDOING: both("撤销中", "being undone"),
    Batch.State.UNDONE: both("已撤销", "undone"),
    Batch.State.DISCARDED: both("已放弃", "discarded"),
}


def state_label(state: str) -> Any:
    """Word for where an import stands."""
    return _STATES[Batch.State(state)]


@require_http_methods(["GET", "HEAD", "POST"])
def batch_page(request: DeskRequest, register: Register, pk: UUID) -> HttpResponse:
    """Show what an import would do or did, and do what is asked of it."""
    _may_import(request, register)
    batch = batch_of(pk, request.actor.account)
    if batch is None or batch.kind != register.kind:
        raise Http404
    if request.method == "POST":
        _act(request, batch)
        return HttpResponseRedirect(request.path)
    if request.GET.get("file") == "result":
        return _result(batch)
    context = {
        "register": register,
        "batch": batch,
        "state": state_label(batch.state),
        "open": batch.state in Batch.OPEN,
        "job_url": reverse("jobs:progress", args=[batch.job]) if batch.job else "",
        "stuck": batch.state in Batch.OPEN and not is_unfinished(batch.job),
        "message": said(batch.message) if batch.message else "",
        "faults": [
            {
                "line": fault.line,
                "heading": fault.heading,
                "said": fault.said,
                "wrong": said(fault.wrong),
                "allowed": said(fault.allowed),
            }
            for fault in batch.found.all()[:_SHOWN_FAULTS]
        ],
        "writes": batch.created + batch.changed,
        "has_result": result_path(batch).exists(),
        "list_url": reverse(register.route("list")),
        "import_url": reverse(register.route("import")),
        "crumbs": [
            {"title": register.label, "url": reverse(register.route("list"))},
            {"title": both("导入", "Import"), "url": reverse(register.route("import"))},
            {"title": batch.file_name},
        ],
    }
    return render(request, "register/batch.html", context)


def _result(batch: Batch) -> HttpResponse:
    path = result_path(batch)
    if not path.exists():
        raise Http404
    return FileResponse(
        path.open("rb"), as_attachment=True, filename=f"{batch.kind}-result.xlsx", content_type=XLSX
    )  # type: ignore[return-value]


def _act(request: DeskRequest, batch: Batch) -> None:
    match request.POST.get("act"):
        case "all" | "good" as mode:
            _apply(request, batch, only_good=mode == "good")
        case "undo":
            _undo(request, batch)
        case "discard":
            discard(batch)
        case "settle":
            settle(batch)
        case other:
            raise BadRequest(
                f"不认识的操作 {other} / unknown action {other}", where="act", fix="all, good, undo"
            )


def _apply(request: DeskRequest, batch: Batch, *, only_good: bool) -> None:
    begin_apply(batch)
    if batch.total <= AT_ONCE_ROWS:
        now = timezone.now()
        apply(batch, only_good=only_good, reach=request.reach, by=request.actor, now=now)
    else:
        _later(request, batch, APPLY, only_good=only_good)


def _undo(request: DeskRequest, batch: Batch) -> None:
    begin_undo(batch)
    if batch.total <= AT_ONCE_ROWS:
        undo(batch, reach=request.reach, by=request.actor, now=timezone.now())
        messages.success(request, both("已撤销这次导入", "The import was undone"))
    else:
        _later(request, batch, UNDO)


def _later(request: DeskRequest, batch: Batch, name: str, **more: bool) -> None:
    arguments = {"batch": str(batch.pk), **more}
    job = enqueue(name=name, by=request.actor, now=timezone.now(), arguments=arguments)
    batch.job = str(job)
    batch.save(update_fields=["job"])
