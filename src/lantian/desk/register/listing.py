"""What a list shows: filter, order, columns and page out of its address."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from typing import Any, Final

from django.apps import apps
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import QueryDict

from lantian.desk.language import both
from lantian.desk.register.faults import CellFault
from lantian.desk.register.kinds import Choice, Choices, Day, Flag, Reference, find_one
from lantian.desk.register.models import Document
from lantian.desk.register.row import Row
from lantian.desk.register.spec import DOCUMENTS, Column, Filter, Register
from lantian.desk.rights.reach import Reach
from lantian.errors import BadRequest

ALL_DAYS: Final = "all"
PAGE_SIZES: Final = (50, 100, 200)
#: Names in the address that are no filters of columns.
WORD, AT, SORT, PAGE, SIZE, COLUMNS = "q", "at", "sort", "page", "size", "show"
_DAY: Final = Day()


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks of a list; each filter by its name, with its text.

    Attributes
    ----------
    filters : mapping of str to tuple of str
        Texts of each filter that is in use.
    at : date or None
        Only rows that hold on that day; None for rows of all days.
    sort : str
        Column, with "-" before for descending; "" for the order of the register.
    """

    word: str
    filters: Mapping[str, tuple[str, ...]]
    at: date | None
    sort: str
    columns: tuple[Column, ...]
    page: int
    size: int


def asked(register: Register, query: QueryDict, today: date) -> Asked:
    """Read the address of a list.

    Raises
    ------
    BadRequest
        Naming a parameter that is not understood: a filter is never dropped silently.
    """
    names = filter_names(register)
    strange = set(query) - {WORD, AT, SORT, PAGE, SIZE, COLUMNS, "lang", "form", "coordinates"}
    strange -= names
    if strange:
        raise _bad(sorted(strange)[0], f"{', '.join(sorted(names))}")
    said = query.get(AT, "")
    try:
        at = None if said == ALL_DAYS else _DAY.read(said, find_one) if said else today
    except CellFault as fault:
        raise _bad(AT, fault.allowed) from None
    sort = query.get(SORT, "")
    if sort and not _can_sort(register, sort.removeprefix("-")):
        raise _bad(SORT, ", ".join(c.name for c in register.printed if c.sortable))
    shown = [register.by_name[n] for n in query.getlist(COLUMNS) if n in register.by_name]
    return Asked(
        query.get(WORD, "").strip(),
        {n: tuple(t for t in query.getlist(n) if t) for n in names if any(query.getlist(n))},
        at,
        sort,
        tuple(shown or [c for c in register.all if c.listed]),
        _whole(query, PAGE, 1),
        size if (size := _whole(query, SIZE, PAGE_SIZES[0])) in PAGE_SIZES else PAGE_SIZES[0],
    )


def filter_names(register: Register) -> set[str]:
    """Names of the filters of a register."""
    columns = (c for c in register.all if c.filtered or isinstance(c.kind, Reference))
    return {c.name for c in columns} | {f.name for f in register.filters}


def _can_sort(register: Register, name: str) -> bool:
    return name in register.by_name and register.by_name[name].sortable


def _whole(query: QueryDict, name: str, default: int) -> int:
    text = query.get(name, "")
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise _bad(name, "一个整数 / a whole number")
    return max(1, int(text))


def _bad(name: str, allowed: str) -> BadRequest:
    return BadRequest(
        f"看不懂参数 {name} / parameter {name} is not understood", where=name, fix=allowed
    )


def readable(register: Register, reach: Reach, permission: str = "") -> QuerySet[Row]:
    """Rows that the asker may read (or what else the permission says), of all days."""
    limits = register.limits.named()
    rows = register.model._default_manager.select_related(*register.joined)
    return rows.filter(reach.q(permission or register.read, **limits))


def chosen(register: Register, reach: Reach, what: Asked) -> QuerySet[Row]:
    """Rows of a list: in reach, filtered, in order."""
    rows = readable(register, reach)
    if DOCUMENTS in {what.sort.removeprefix("-"), *(column.name for column in what.columns)}:
        rows = rows.annotate(**{DOCUMENTS: documents_held(register)})
    if what.word and register.search:
        rows = rows.filter(
            reduce(or_, (Q(**{f"{field}__icontains": what.word}) for field in register.search))
        )
    if what.at is not None:
        rows = rows.filter(
            Q(first=None) | Q(first__lte=what.at), Q(last=None) | Q(last__gte=what.at)
        )
    for name, texts in what.filters.items():
        rows = rows.filter(_condition(register, name, texts))
    return rows.order_by(*_order(register, what.sort), "pk")


def documents_held(register: Register) -> Coalesce:
    """Return the number of documents of each row that neither were withdrawn nor replaced."""
    held = Document.objects.filter(kind=register.kind, row=OuterRef("pk"), ended_at=None)
    counts = held.order_by().values("row").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counts), 0)


def _condition(register: Register, name: str, texts: tuple[str, ...]) -> Q:
    for more in register.filters:
        if more.name == name:
            return reduce(or_, (more.condition(text) for text in texts))
    column = register.by_name[name]
    kind = column.kind
    if isinstance(kind, Choices):
        # Names are kept with blanks between, so a whole name has blanks or ends around it.
        return reduce(
            or_, (Q(**{f"{name}__regex": rf"(^| ){_value(column, t)}( |$)"}) for t in texts)
        )
    if isinstance(kind, Reference):
        return Q(**{f"{name}__{kind.key}__in": texts})
    return Q(**{f"{name}__in": [_value(column, text) for text in texts]})


def _value(column: Column, text: str) -> Any:
    try:
        return column.kind.read(text, find_one)
    except CellFault as fault:
        raise _bad(column.name, fault.allowed) from None


def _order(register: Register, sort: str) -> list[Any]:
    if not sort:
        return list(register.order or [register.by_name[name].order for name in register.key])
    field = F(register.by_name[sort.removeprefix("-")].order)
    return [field.desc(nulls_last=True) if sort.startswith("-") else field.asc(nulls_last=True)]


def filter_choices(column: Column | Filter, reach: Reach, permission: str) -> list[tuple[str, str]]:
    """Values that a filter offers, each with what it shows; for references those in reach."""
    if isinstance(column, Filter):
        return list(column.choices())
    kind = column.kind
    if isinstance(kind, Reference):
        return reference_choices(kind, reach, permission)
    return kind.choices() if isinstance(kind, (Choice, Flag)) else []


def reference_choices(
    kind: Reference, reach: Reach | None, permission: str, most: int = 500
) -> list[tuple[str, str]]:
    """Rows that may be referred to: key and name; at most `most` and one, to see that it is all."""
    model = apps.get_model(kind.model)
    rows = model._default_manager.order_by(kind.key)
    if kind.area and reach is not None:
        rows = rows.filter(reach.q(permission, area=kind.area))
    pairs = rows.values_list(kind.key, kind.label)[: most + 1]
    return [(str(key), f"{key} {label}") for key, label in pairs]


def in_words(register: Register, what: Asked) -> list[tuple[Any, str, str]]:
    """Filters in use, for people: label, what it says, name in the address."""
    said: list[tuple[Any, str, str]] = []
    if what.word:
        said.append((both("搜索", "Search"), what.word, WORD))
    more = {f.name: f for f in register.filters}
    for name, texts in what.filters.items():
        column = more.get(name) or register.by_name[name]
        shown = dict(column.choices() if isinstance(column, Filter) else column.kind.choices())
        said.append((column.label, "、".join(shown.get(t, t) for t in texts), name))
    return said
