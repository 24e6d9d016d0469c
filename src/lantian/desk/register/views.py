"""Pages of a register: its list, a row, the form of a row."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import F, QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lantian.desk.language import both
from lantian.desk.register import services
from lantian.desk.register.changes import Moved, history
from lantian.desk.register.conflict import merged
from lantian.desk.register.document_list import documents_shown
from lantian.desk.register.faults import BadRow, CellFault
from lantian.desk.register.filtering import filter_bar
from lantian.desk.register.forms import RowForm, spelled
from lantian.desk.register.geometry import drawn
from lantian.desk.register.kinds import Day, find_one
from lantian.desk.register.listing import Asked, asked, chosen, readable
from lantian.desk.register.notes import notes_of, write_note
from lantian.desk.register.row import Row
from lantian.desk.register.spec import Register, register_of
from lantian.desk.register.table import entries, facts, pager, table
from lantian.desk.rights.request import DeskRequest
from lantian.desk.rights.table import table as rights
from lantian.errors import BadRequest

_RELATED_MOST = 50
_MAP_MOST = 10_000
_GET_POST = ["GET", "HEAD", "POST"]


@require_GET
def rows(request: DeskRequest, register: Register) -> HttpResponse:
    """List rows."""
    today = timezone.localdate()
    what = asked(register, request.GET, today)
    found = chosen(register, request.reach, what)
    total = found.count()
    may_write = request.reach.may(register.write)
    routes = rights().routes
    context = {
        "register": register,
        "total": total,
        "table": table(
            register,
            _page(found, what, total),
            what.columns,
            today=today,
            query=request.GET,
            sort=what.sort,
            select="row" if may_write and any(c.bulk for c in register.edited) else "",
        ),
        "pager": pager(what, total, request.GET),
        "filters": filter_bar(register, request, what),
        "bulk": [{"name": "act", "value": "edit", "title": both("批量修改", "Edit these")}],
        "urls": _list_urls(register, request),
        "links": [
            {"url": reverse(route), "title": both(zh, en)}
            for route, zh, en in register.links
            if request.reach.may(routes[route])
        ],
        "crumbs": [{"title": both("台账", "Registers")}, {"title": register.label}],
        "page_kind": "wide",
    }
    return render(request, "register/list.html", context)


def _page(found: QuerySet[Row], what: Asked, total: int) -> list[Row]:
    last = max(1, -(-total // what.size))
    start = (min(what.page, last) - 1) * what.size
    return list(found[start : start + what.size])


def _list_urls(register: Register, request: DeskRequest) -> dict[str, str]:
    query = request.GET.urlencode()
    urls: dict[str, str] = {}
    if request.reach.may(register.write):
        urls |= {"new": reverse(register.route("new")), "bulk": reverse(register.route("bulk"))}
    if register.importable and request.reach.may("register.import") and urls:
        urls["import"] = reverse(register.route("import"))
    if request.reach.may("register.export"):
        urls["export"] = f"{reverse(register.route('export'))}?{query}"
    if register.shown:
        urls["map"] = f"{reverse(register.route('map'))}?{query}"
    return urls


@require_GET
def row(request: DeskRequest, register: Register, pk: int) -> HttpResponse:
    """Show one row: facts, what belongs to it, journal, changes."""
    one = found_row(request, register, pk)
    mine = request.reach.covers(register.write, **register.limits.of(one))
    detail = reverse(register.route("detail"), args=[pk])
    context = {
        "register": register,
        "row": one,
        "title": register.title_of(one),
        "facts": facts(register, one, request.reach),
        "related": [_related(request, one, each.kind, each.by) for each in register.related],
        "documents": documents_shown(register, one, timezone.localdate()),
        "notes": notes_of(register, one),
        "changes": entries(register, history(register, one)),
        "mine": mine,
        "urls": {
            "edit": reverse(register.route("edit"), args=[pk]),
            "remove": reverse(register.route("remove"), args=[pk]),
            "note": reverse(register.route("note"), args=[pk]),
            "map": f"{reverse(register.route('map'))}?row={pk}" if register.shown else "",
            "self": detail,
        },
        "crumbs": [
            {"title": register.label, "url": reverse(register.route("list"))},
            {"title": register.key_of(one)},
        ],
    }
    return render(request, "register/row.html", context)


def found_row(request: DeskRequest, register: Register, pk: int, permission: str = "") -> Row:
    """Return a row in reach of the asker.

    Raises
    ------
    Http404
        If there is none.
    """
    one = readable(register, request.reach, permission).filter(pk=pk).first()
    if one is None:
        raise Http404
    return one


def _related(request: DeskRequest, one: Row, kind: str, by: str) -> dict[str, Any]:
    other = register_of(kind)
    if not request.reach.may(other.read):
        return {}
    found = readable(other, request.reach).filter(**{by: one})
    columns = [c for c in other.all if c.name != by and (c.listed or c.name in ("first", "last"))]
    shown = list(found.order_by(F("first").asc(nulls_first=True), "pk")[: _RELATED_MOST + 1])
    column = other.by_name[by]
    query = f"?{by}={column.kind.spell(one)}"
    return {
        "title": other.label,
        "table": table(other, shown[:_RELATED_MOST], columns, today=timezone.localdate()),
        "more": f"{reverse(other.route('list'))}{query}&at=all"
        if len(shown) > _RELATED_MOST
        else "",
        "new": f"{reverse(other.route('new'))}{query}" if request.reach.may(other.write) else "",
    }


@require_http_methods(_GET_POST)
def new(request: DeskRequest, register: Register) -> HttpResponse:
    """Make a row."""
    if request.method != "POST":
        given = {c.name: request.GET[c.name] for c in register.edited if c.name in request.GET}
        return _form_page(request, register, RowForm(register, reach=request.reach, initial=given))
    form = RowForm(register, request.POST, reach=request.reach)
    if form.is_valid():
        try:
            made = services.create(
                register,
                form.values(),
                by=request.actor,
                now=timezone.now(),
                reach=request.reach,
            )
        except BadRow as error:
            form.tell(error.faults)
        else:
            messages.success(request, both("已新建", "Created"))
            return HttpResponseRedirect(reverse(register.route("detail"), args=[made.pk]))
    return _form_page(request, register, form, status=422)


@require_http_methods(_GET_POST)
def edit(request: DeskRequest, register: Register, pk: int) -> HttpResponse:
    """Change a row; when somebody else did so meanwhile, show what, and ask again."""
    one = found_row(request, register, pk, register.write)
    if request.method != "POST":
        return _form_page(request, register, RowForm(register, row=one, reach=request.reach), one)
    form = RowForm(register, request.POST, row=one, reach=request.reach)
    if form.is_valid():
        try:
            services.change(
                register,
                pk,
                form.values(),
                version=form.cleaned_data["version"] or 0,
                by=request.actor,
                now=timezone.now(),
                reach=request.reach,
            )
        except BadRow as error:
            form.tell(error.faults)
        except Moved as moved:
            return _conflict_page(request, register, form, moved)
        else:
            messages.success(request, both("已保存", "Saved"))
            return HttpResponseRedirect(reverse(register.route("detail"), args=[pk]))
    return _form_page(request, register, form, one, status=422)


def _conflict_page(
    request: DeskRequest, register: Register, form: RowForm, moved: Moved
) -> HttpResponse:
    """Show the form again with both editors' work, under the version as it is now."""
    theirs = spelled(register, moved.row)
    again = RowForm(register, row=moved.row, reach=request.reach)
    clash = merged(register, form.seen(), form.entered(), theirs)
    again.put(clash.together)
    context = {"conflict": clash, "moved": entries(register, moved.changes), "error": moved}
    return _form_page(request, register, again, moved.row, status=409, **context)


def _form_page(
    request: DeskRequest,
    register: Register,
    form: RowForm,
    one: Row | None = None,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    back = (
        reverse(register.route("detail"), args=[one.pk]) if one else reverse(register.route("list"))
    )
    context = {
        "register": register,
        "row": one,
        "form": form,
        "cancel_url": back,
        "crumbs": [
            {"title": register.label, "url": reverse(register.route("list"))},
            {"title": register.key_of(one) if one else both("新建", "New"), "url": one and back},
        ],
        **more,
    }
    return render(request, "register/form.html", context, status=status)


@require_POST
def remove(request: DeskRequest, register: Register, pk: int) -> HttpResponse:
    """End a row on a day, or delete one that nothing refers to."""
    version = _seen_version(request)
    reason = request.POST.get("reason", "").strip()
    common: dict[str, Any] = {
        "version": version,
        "by": request.actor,
        "now": timezone.now(),
        "reach": request.reach,
        "reason": reason,
    }
    if request.POST.get("act") == "delete":
        services.remove(register, pk, **common)
        messages.success(request, both("已删除", "Removed"))
        return HttpResponseRedirect(reverse(register.route("list")))
    services.end(register, pk, last=_last_day(request), **common)
    messages.success(request, both("已停用", "Ended"))
    return HttpResponseRedirect(reverse(register.route("detail"), args=[pk]))


def _seen_version(request: DeskRequest) -> int:
    text = request.POST.get("version", "")
    if not (text.isascii() and text.isdigit()):
        raise BadRequest(
            "缺少版本号 / no version was sent",
            where="version",
            fix="刷新页面后重试 / load the page again and retry",
        )
    return int(text)


def _last_day(request: DeskRequest) -> date:
    try:
        day: date = Day().read(request.POST.get("last", ""), find_one)
    except CellFault as fault:
        raise BadRequest(fault.wrong, where="last", fix=fault.allowed) from fault
    return day


@require_POST
def note(request: DeskRequest, register: Register, pk: int) -> HttpResponse:
    """Append a note to a row's journal."""
    one = found_row(request, register, pk)
    write_note(register, one, request.POST.get("text", ""), by=request.actor, now=timezone.now())
    messages.success(request, both("已记入", "Noted"))
    return HttpResponseRedirect(reverse(register.route("detail"), args=[pk]))


@require_GET
def map_data(request: DeskRequest, register: Register) -> HttpResponse:
    """Give the rows of a list, or one row, as its map draws them."""
    if register.shown is None:
        raise Http404
    query = request.GET.copy()
    one = query.pop("row", [""])[0]
    if one:
        found = readable(register, request.reach).filter(pk=one) if one.isdigit() else None
        if not found:
            raise Http404
    else:
        found = chosen(register, request.reach, asked(register, query, timezone.localdate()))
    return JsonResponse(drawn(register, register.shown, found[:_MAP_MOST]))
