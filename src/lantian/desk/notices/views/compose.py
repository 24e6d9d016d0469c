"""Writing a notice: form, preview of who gets it and how it reads, sending."""

import uuid
from typing import Any, Final

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from lantian.desk.language import both, language
from lantian.desk.notices.forms import BY_ORGANISATION, BY_ROLE, ComposeForm
from lantian.desk.notices.outside import without_personal
from lantian.desk.notices.recipients import by_organisation, by_role, on_duty_now
from lantian.desk.notices.services import notify
from lantian.desk.notices.views.shown import tabs
from lantian.desk.rights.request import DeskRequest
from lantian.errors import LantianError

_SAID: Final = ("kind", "title", "title_en", "text", "text_en", "link", "area")
_ASKED: Final = ("urgent", "needs_receipt", "due_at")
_NAMED: Final = 200


@require_http_methods(["GET", "POST"])
def compose(request: DeskRequest) -> HttpResponse:
    """Write, look at it, send it; the button says which."""
    if request.method == "GET":
        given = {"once": uuid.uuid4(), "link": request.GET.get("link", "")}
        return _page(request, ComposeForm(request.reach, initial=given))
    form = ComposeForm(request.reach, request.POST)
    wanted = request.POST.get("do")
    if not form.is_valid() or wanted == "edit":
        return _page(request, form)
    try:
        people = _people(request, form.cleaned_data)
        if wanted == "send":
            return _sent(request, form.cleaned_data, [person.pk for person in people])
    except LantianError as error:
        form.add_error(None, language().half(error.what))
        return _page(request, form)
    return _preview(request, form, people)


def _people(request: DeskRequest, given: dict[str, Any]) -> "QuerySet[Any]":
    area, reach, local = given["area"], request.reach, timezone.localtime()
    if given["way"] == BY_ROLE:
        return by_role(given["roles"], area, reach, local.date())
    if given["way"] == BY_ORGANISATION:
        return by_organisation(given["organisations"], reach, local.date())
    return on_duty_now(area, reach, local)


def _sent(request: DeskRequest, given: dict[str, Any], to: list[int]) -> HttpResponse:
    asked = {name: given[name] for name in (*_SAID, *_ASKED)}
    if not asked["needs_receipt"]:
        asked["due_at"] = None
    notice = notify(
        **asked,
        to=to,
        robots=given.get("robots", ()),
        key=f"compose/{request.actor.account}/{given['once']}",
        by=request.actor,
        now=timezone.now(),
    )
    messages.success(request, str(both("已发送", "Sent")))
    return HttpResponseRedirect(reverse("notices:sent-detail", args=[notice]))


def _preview(request: DeskRequest, form: ComposeForm, people: "QuerySet[Any]") -> HttpResponse:
    given = form.cleaned_data
    names = dict(form.fields["robots"].choices) if "robots" in form.fields else {}  # type: ignore[attr-defined]
    lang = language()
    context = {
        "tabs": tabs(request),
        "form": form,
        "given": given,
        "title": lang.of(given["title"], given["title_en"] or given["title"]),
        "text": lang.of(given["text"], given["text_en"] or given["text"]),
        "masked": any(without_personal(given[n]) != given[n] for n in ("title", "text", "text_en")),
        "count": people.count(),
        "names": [person.name for person in people[:_NAMED]],
        "robots": [names[pk] for pk in given.get("robots", ())],
    }
    return render(request, "notices/preview.html", context)


def _page(request: DeskRequest, form: ComposeForm) -> HttpResponse:
    return render(request, "notices/compose.html", {"tabs": tabs(request), "form": form})
