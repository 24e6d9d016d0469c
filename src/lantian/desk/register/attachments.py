"""Pages of a row's documents: attach or replace one, read it, withdraw it."""

from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lantian.desk.env import env
from lantian.desk.language import both
from lantian.desk.register.document_store import opened
from lantian.desk.register.document_types import ACCEPT, NAMES
from lantian.desk.register.documents import (
    LONGEST_NUMBER,
    LONGEST_TITLE,
    About,
    attach,
    document_of,
    withdraw,
)
from lantian.desk.register.forms import FileWidget, said
from lantian.desk.register.kinds import Choice
from lantian.desk.register.models import Document
from lantian.desk.register.spec import Register
from lantian.desk.register.views import found_row
from lantian.desk.rights.request import DeskRequest
from lantian.errors import BadFile, BadRequest

_DAY: Final = {"type": "date"}


class DocumentForm(forms.Form):
    """A document: what it is, and its file."""

    sort = forms.ChoiceField(label=both("种类", "Sort"))
    title = forms.CharField(label=both("名称", "Title"), max_length=LONGEST_TITLE)
    number = forms.CharField(
        label=both("文号", "Number"), max_length=LONGEST_NUMBER, required=False
    )
    day = forms.DateField(
        label=both("文件日期", "Date"), required=False, widget=forms.DateInput(attrs=_DAY)
    )
    until = forms.DateField(
        label=both("有效期至", "Valid until"),
        required=False,
        widget=forms.DateInput(attrs=_DAY),
        help_text=both("到期前会提醒", "you are told before it ends"),
    )
    file = forms.FileField(
        label=both("文件", "File"),
        help_text=both(
            f"{NAMES}，不超过 {env().settings.desk.upload_mb} MB；手机可直接拍照",
            f"{NAMES}, at most {env().settings.desk.upload_mb} MB; a phone may take a picture",
        ),
        widget=FileWidget(ACCEPT),
    )

    def __init__(self, register: Register, *args: Any, **more: Any) -> None:
        """Offer the sorts of the register."""
        super().__init__(*args, **more)
        sorts = Choice(register.documents).choices()
        self.fields["sort"].choices = sorts  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
def attach_page(request: DeskRequest, register: Register, pk: int) -> HttpResponse:
    """Take a document of a row; `?replaces=12` for one in the place of another."""
    row = found_row(request, register, pk, register.write)
    named = request.GET.get("replaces", "")
    former = document_of(register, pk, _number(named)) if named else None
    form = DocumentForm(
        register, request.POST or None, request.FILES or None, initial=_seen(former)
    )
    detail = reverse(register.route("detail"), args=[pk])
    sent = request.method == "POST" and form.is_valid()
    if sent and _attached(request, register, pk, form, former):
        messages.success(request, both("已存入文件", "The document was kept"))
        return HttpResponseRedirect(detail)
    context = {
        "register": register,
        "former": former,
        "form": form,
        "cancel_url": detail,
        "crumbs": [
            {"title": register.label, "url": reverse(register.route("list"))},
            {"title": register.key_of(row), "url": detail},
            {"title": both("文件", "Document")},
        ],
    }
    return render(request, "register/attach.html", context, status=422 if form.errors else 200)


def _attached(
    request: DeskRequest, register: Register, pk: int, form: DocumentForm, former: Document | None
) -> bool:
    """Keep what the form holds; else say in it what is wrong."""
    given = dict(form.cleaned_data)
    upload = given.pop("file")
    try:
        attach(
            register,
            pk,
            About(**given),
            name=upload.name or "",
            blocks=upload.chunks(),
            replaces=former.pk if former else None,
            by=request.actor,
            now=timezone.now(),
            reach=request.reach,
        )
    except (BadFile, BadRequest) as error:
        field = "file" if isinstance(error, BadFile) else None
        form.add_error(field, f"{said(error.what)}。{said(error.fix)}")
        return False
    return True


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Http404
    return int(text)


def _seen(former: Document | None) -> dict[str, Any]:
    if former is None:
        return {}
    return {"sort": former.sort, "title": former.title, "number": former.number}


@require_GET
def document(request: DeskRequest, register: Register, pk: int, number: int) -> HttpResponse:
    """Give the file of a document, if it is what was kept; withdrawn ones too."""
    found_row(request, register, pk)
    found = document_of(register, pk, number)
    response = FileResponse(
        opened(found.sha256, found.file_name),
        as_attachment=True,
        filename=found.file_name,
        content_type=found.media,
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response  # type: ignore[return-value]


@require_POST
def withdraw_document(
    request: DeskRequest, register: Register, pk: int, number: int
) -> HttpResponse:
    """Withdraw a document with a reason."""
    withdraw(
        register,
        pk,
        number,
        reason=request.POST.get("reason", ""),
        by=request.actor,
        now=timezone.now(),
        reach=request.reach,
    )
    messages.success(request, both("已撤回", "Withdrawn"))
    return HttpResponseRedirect(reverse(register.route("detail"), args=[pk]))
