"""Rows as the tables, pagers and facts of pages."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from lantian.desk.language import both
from lantian.desk.log.words import field_name, verb_name
from lantian.desk.privacy.personal import Personal
from lantian.desk.register.changes import Change
from lantian.desk.register.kinds import Choice, Day, Number
from lantian.desk.register.listing import PAGE, SORT, Asked
from lantian.desk.register.row import Row
from lantian.desk.register.spec import SORT_TOLD, Column, Register
from lantian.desk.rights.reach import Reach


def table(
    register: Register,
    rows: Iterable[Row],
    columns: Sequence[Column],
    *,
    today: date,
    query: QueryDict | None = None,
    sort: str = "",
    select: str = "",
) -> dict[str, Any]:
    """Return what the tag `table` prints.

    Parameters
    ----------
    query : QueryDict, optional
        Of the address, for the links that sort; no such links without it.
    select : str
        Name of the tick boxes; each is worth "number:version" of its row.
    """
    return {
        "caption": register.label,
        "columns": [_heading(column, query, sort) for column in columns],
        "rows": [
            {
                "cells": [_cell(column, row) for column in columns],
                "href": reverse(register.route("detail"), args=[row.pk]),
                "key": f"{row.pk}:{row.version}",
                "mark": "" if row.last is None or row.last >= today else "off",
            }
            for row in rows
        ],
        "select": select,
    }


def _heading(column: Column, query: QueryDict | None, sort: str) -> dict[str, Any]:
    kind = column.kind
    shown: dict[str, Any] = {"title": column.label, "kind": "text"}
    if isinstance(kind, Number):
        shown["kind"] = "number"
    elif isinstance(kind, Day):
        shown["kind"] = "date"
    elif column.name.endswith("code"):
        shown["kind"] = "code"
    if sort.removeprefix("-") == column.name:
        shown["sorted"] = "desc" if sort.startswith("-") else "asc"
    if query is not None and column.sortable:
        turned = f"-{column.name}" if sort == column.name else column.name
        shown["sort_url"] = address(query, **{SORT: turned, PAGE: ""})
    return shown


def _cell(column: Column, row: Row) -> dict[str, Any]:
    return {"text": column.kind.brief(column.kind.show(column.value(row)))}


def address(query: QueryDict, **changes: str | Sequence[str]) -> str:
    """Return the address's query with parameters replaced; an empty one is left out."""
    changed = query.copy()
    for name, value in changes.items():
        changed.setlist(name, [value] if isinstance(value, str) else list(value))
        if not any(changed.getlist(name)):
            del changed[name]
    return f"?{changed.urlencode()}"


def pager(what: Asked, total: int, query: QueryDict) -> dict[str, Any] | None:
    """Return what parts/pager.html prints: exact count, pages around this one."""
    last = max(1, -(-total // what.size))
    if not total:
        return None
    here = min(what.page, last)
    near = sorted({1, last, *range(max(1, here - 2), min(last, here + 2) + 1)})
    pages: list[dict[str, Any]] = []
    for number in near:
        if pages and number - pages[-1]["number"] > 1:
            pages.append({"number": None})
        url = address(query, **{PAGE: str(number)})
        pages.append({"number": number, "url": url, "current": number == here})
    return {
        "first": (here - 1) * what.size + 1,
        "last": min(here * what.size, total),
        "total": total,
        "prev_url": address(query, **{PAGE: str(here - 1)}) if here > 1 else "",
        "next_url": address(query, **{PAGE: str(here + 1)}) if here < last else "",
        "pages": pages,
    }


def facts(register: Register, row: Row, reach: Reach) -> list[dict[str, Any]]:
    """Return what parts/facts.html prints: every column with its value.

    A personal text is masked; who may read it finds a link to the page that asks for a reason.
    """
    return [
        {
            "label": column.label,
            "value": column.kind.brief(column.kind.show(value)),
            "more": _reading(value, reach),
        }
        for column in register.all
        for value in (column.value(row),)
    ]


def _reading(value: object, reach: Reach) -> dict[str, Any] | None:
    if not (isinstance(value, Personal) and value.may_reveal(reach)):
        return None
    address = reverse("privacy:reveal", args=[value.label, value.key])
    return {"url": address, "title": both("查看原文", "Show it in full")}


def entries(register: Register, changes: Iterable[Change]) -> list[dict[str, Any]]:
    """Return what parts/journal.html prints of changes, newest first."""
    return [
        {
            "when": change.at,
            "who": change.actor,
            "title": verb_name(change.action),
            "text": change.reason,
            "changes": fields(register, change),
        }
        for change in reversed(list(changes))
    ]


def fields(register: Register, change: Change) -> list[dict[str, Any]]:
    """Return what parts/diff.html prints of one change."""
    told = []
    for one in change.fields:
        column = register.by_name.get(one.name)
        if not one.before and not one.after:
            continue
        if column is None:
            label = field_name(register.kind, one.name)
            before, after = one.before or "", one.after
            if one.name == SORT_TOLD:
                before, after = map(Choice(register.documents).show, (before, after))
            told.append({"field": label, "before": before, "after": after})
            continue
        brief = column.kind.reshow
        told.append(
            {"field": column.label, "before": brief(one.before or ""), "after": brief(one.after)}
        )
    return told
