"""Changing many rows at once: the ticked ones, in one transaction."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from lantian.desk.language import both
from lantian.desk.register.changes import Moved
from lantian.desk.register.faults import BadRow
from lantian.desk.register.forms import BulkForm
from lantian.desk.register.listing import readable
from lantian.desk.register.services import change_many
from lantian.desk.register.spec import Register
from lantian.desk.register.table import table
from lantian.desk.rights.request import DeskRequest
from lantian.errors import BadRequest

_MOST = 1000


@require_POST
def bulk(request: DeskRequest, register: Register) -> HttpResponse:
    """Show the form for the ticked rows, then change them."""
    seen = _ticked(request)
    rows = list(
        readable(register, request.reach, register.write).filter(pk__in=seen).order_by("pk")
    )
    if len(rows) != len(seen):
        raise Http404
    sent = request.POST.get("act") == "save"
    form = BulkForm(register, request.POST if sent else None, reach=request.reach)
    status = 200
    if sent:
        status = 422
        if form.is_valid():
            try:
                changed = change_many(
                    register,
                    seen,
                    form.values(),
                    by=request.actor,
                    now=timezone.now(),
                    reach=request.reach,
                    reason=form.cleaned_data["reason"],
                )
            except BadRow as error:
                form.tell(error.faults, where=error.where)
            except Moved as moved:
                form.add_error(None, form.told(moved))
                status = 409
            else:
                text = both(f"已修改 {changed} 条", f"{changed} rows changed")
                messages.success(request, text)
                return HttpResponseRedirect(reverse(register.route("list")))
    context = {
        "register": register,
        "form": form,
        "count": len(rows),
        "ticked": [f"{pk}:{version}" for pk, version in seen.items()],
        "table": table(
            register, rows, [c for c in register.all if c.listed], today=timezone.localdate()
        ),
        "list_url": reverse(register.route("list")),
        "crumbs": [
            {"title": register.label, "url": reverse(register.route("list"))},
            {"title": both("批量修改", "Edit many")},
        ],
    }
    return render(request, "register/bulk.html", context, status=status)


def _ticked(request: DeskRequest) -> dict[int, int]:
    """Rows and the versions that were seen, of "number:version"."""
    seen = {}
    for text in request.POST.getlist("row"):
        pk, _, version = text.partition(":")
        if not (pk.isascii() and pk.isdigit() and version.isascii() and version.isdigit()):
            raise _nothing()
        seen[int(pk)] = int(version)
    if not 0 < len(seen) <= _MOST:
        raise _nothing()
    return seen


def _nothing() -> BadRequest:
    return BadRequest(
        f"请选择 1–{_MOST} 条 / tick 1 to {_MOST} rows",
        where="row",
        fix="在列表中勾选 / tick them in the list",
    )
