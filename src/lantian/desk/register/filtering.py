"""The bar above a list: search, filters, day, columns, saved filters."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.urls import reverse

from lantian.desk.language import both
from lantian.desk.register.listing import (
    ALL_DAYS,
    AT,
    COLUMNS,
    PAGE,
    SIZE,
    SORT,
    WORD,
    Asked,
    filter_choices,
    in_words,
)
from lantian.desk.register.models import SavedFilter
from lantian.desk.register.spec import Column, Filter, Register
from lantian.desk.register.table import address
from lantian.desk.rights.request import DeskRequest


def filter_bar(register: Register, request: DeskRequest, what: Asked) -> dict[str, Any]:
    """Return what parts/filters.html prints."""
    query = request.GET
    here = kept(query)
    saved = SavedFilter.objects.filter(account=request.user.pk, kind=register.kind)
    return {
        "action": reverse(register.route("list")),
        "form": _form(register, request),
        "more": _columns(register, what),
        "active": [
            {"label": label, "value": text, "remove_url": address(query, **{name: "", PAGE: ""})}
            for label, text, name in in_words(register, what)
        ],
        "clear_url": reverse(register.route("list")) if here else "",
        "saved": [
            {"title": one.name, "url": f"?{one.query}", "current": one.query == here}
            for one in saved.order_by("name")
        ],
        "save_url": f"{reverse(register.route('saved'))}?{here}" if here else "",
    }


def kept(query: QueryDict) -> str:
    """Return what of an address a saved filter keeps: all but the page."""
    copied = query.copy()
    for name in list(copied):
        values = [value for value in copied.getlist(name) if value]
        copied.setlist(name, values)
        if name == PAGE or not values:
            del copied[name]
    return copied.urlencode()


def _form(register: Register, request: DeskRequest) -> forms.Form:
    fields: dict[str, forms.Field] = {}
    if register.search:
        fields[WORD] = forms.CharField(
            label=both("搜索", "Search"),
            required=False,
            widget=forms.TextInput(attrs={"type": "search"}),
        )
    filters: list[Column | Filter] = [c for c in register.all if c.filtered]
    for each in [*filters, *register.filters]:
        pairs = filter_choices(each, request.reach, register.read)
        fields[each.name] = forms.ChoiceField(
            label=each.label, required=False, choices=[("", both("全部", "all")), *pairs]
        )
    fields[AT] = forms.CharField(
        label=both("有效日", "Valid on"),
        required=False,
        widget=forms.Select(choices=_days(request.GET.get(AT, ""))),
    )
    form = _form_of(fields, {name: request.GET.get(name, "") for name in fields})
    for name in (SORT, SIZE):
        if request.GET.get(name):
            form.fields[name] = forms.CharField(
                widget=forms.HiddenInput, initial=request.GET[name], required=False
            )
    return form


def _days(said: str) -> list[tuple[str, Any]]:
    days: list[tuple[str, Any]] = [
        ("", both("今天有效", "today")),
        (ALL_DAYS, both("含已失效", "any day")),
    ]
    return days if said in ("", ALL_DAYS) else [*days, (said, said)]


def _columns(register: Register, what: Asked) -> forms.Form:
    field = forms.MultipleChoiceField(
        label=both("显示列", "Columns"),
        required=False,
        choices=[(c.name, c.label) for c in register.printed],
        widget=forms.CheckboxSelectMultiple,
    )
    return _form_of({COLUMNS: field}, {COLUMNS: [c.name for c in what.columns]})


def _form_of(fields: dict[str, forms.Field], initial: dict[str, Any]) -> forms.Form:
    form = forms.Form(initial=initial)
    form.fields.update(fields)
    return form
