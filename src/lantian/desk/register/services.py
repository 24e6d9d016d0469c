"""Writing rows of a register: create, change, end, remove, many at once."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import Http404

from lantian.desk.log.actor import Actor
from lantian.desk.log.services import record_many
from lantian.desk.register.changes import Moved, changes_since
from lantian.desk.register.faults import BadRow, Fault
from lantian.desk.register.filling import fill, told
from lantian.desk.register.models import Document
from lantian.desk.register.row import Row
from lantian.desk.register.spec import Register, Values
from lantian.desk.register.writing import event_of, save_all
from lantian.desk.rights.reach import Reach
from lantian.errors import BadRequest

#: Greatest number that a row can have in every database; SQLite fails on greater ones.
_LAST: Final = 2**63 - 1


def create(
    register: Register,
    values: Values,
    *,
    by: Actor,
    now: datetime,
    reach: Reach | None = None,
    reason: str = "",
) -> Row:
    """Make a row.

    Parameters
    ----------
    register : Register
    values : dict
        By column, as the kinds read them.
    by : Actor
    now : datetime
    reach : Reach or None
        What the writer reaches; None for a machine of the desk.
    reason : str

    Returns
    -------
    Row

    Raises
    ------
    BadRow
        With everything that is wrong.
    """
    with transaction.atomic():
        row = register.model()
        _refuse(register, fill(register, row, values, reach=reach), values)
        return save(register, row, {}, by=by, now=now, action="add", reason=reason)


def change(
    register: Register,
    pk: int,
    values: Values,
    *,
    version: int,
    by: Actor,
    now: datetime,
    reach: Reach | None = None,
    reason: str = "",
    action: str = "edit",
) -> Row:
    """Change a row as it was seen at a version; values that are not given stay.

    Raises
    ------
    Http404
        If there is no such row in reach.
    Moved
        If somebody changed it since that version, with who and what.
    BadRow
        With everything that is wrong.
    """
    with transaction.atomic():
        row = locked(register, pk, reach=reach)
        before = _changed(register, row, values, version=version, reach=reach)
        if not before:
            return row
        return save(register, row, before, by=by, now=now, action=action, reason=reason)


def end(
    register: Register,
    pk: int,
    *,
    last: date,
    version: int,
    by: Actor,
    now: datetime,
    reach: Reach | None = None,
    reason: str = "",
) -> Row:
    """Let a row hold until a day; it stays in the register."""
    return change(
        register,
        pk,
        {"last": last},
        version=version,
        by=by,
        now=now,
        reach=reach,
        reason=reason,
        action="end",
    )


def remove(
    register: Register,
    pk: int,
    *,
    version: int,
    by: Actor,
    now: datetime,
    reach: Reach | None = None,
    reason: str = "",
) -> None:
    """Delete a row that was made by mistake and that nothing refers to.

    Raises
    ------
    Http404, Moved
        As `change` does.
    BadRequest
        If something refers to it: let it end instead.
    """
    with transaction.atomic():
        row = locked(register, pk, reach=reach)
        if row.version != version:
            raise Moved(register, row, changes_since(register, row, version))
        if users := users_of([row]).get(row.pk):
            raise BadRequest(
                f"被 {'、'.join(users)} 引用，不能删除 / referred to by {', '.join(users)}",
                where=register.key_of(row),
                fix="填失效日期，使其停用 / give it a last day instead",
            )
        event = event_of(register, row, told(register, row), "delete", reason, gone=True)
        record_many([event], by=by, now=now)
        row.delete()


def change_many(
    register: Register,
    seen: Mapping[int, int],
    values: Values,
    *,
    by: Actor,
    now: datetime,
    reach: Reach | None = None,
    reason: str = "",
) -> int:
    """Give many rows the same values, all or none; one entry of the log for each.

    Parameters
    ----------
    seen : mapping of int to int
        Version that the editor saw, by row.

    Returns
    -------
    int
        How many rows were not so before.

    Raises
    ------
    BadRequest
        If the values name a part of the business key.
    Http404, Moved, BadRow
        As `change` does, for the first row that cannot be changed.
    """
    if own := set(register.key) & values.keys():
        raise BadRequest(
            f"{sorted(own)[0]} 不能批量修改 / cannot be the same for many rows",
            where=register.kind,
            fix="逐条修改 / change them one by one",
        )
    with transaction.atomic():
        held = {row.pk: row for row in _lock(register, seen, reach=reach)}
        changed: dict[int, tuple[Row, dict[str, Any]]] = {}
        for pk, version in sorted(seen.items()):
            row = held.get(pk)
            if row is None:
                raise Http404
            before = _changed(register, row, values, version=version, reach=reach)
            if before:
                row.version, row.changed_at, row.changed_by = version + 1, now, by.name
                changed[pk] = row, before
        save_all([row for row, _ in changed.values()], register.model)
        events = []
        for row, before in changed.values():
            register.settle(row, before, by, now)
            events.append(event_of(register, row, before, "edit", reason))
        record_many(events, by=by, now=now)
        return len(changed)


def _changed(
    register: Register, row: Row, values: Values, *, version: int, reach: Reach | None
) -> dict[str, Any]:
    """Fill a locked row; return how it was told before, empty where nothing changes.

    Raises
    ------
    Moved, BadRow
    """
    if row.version != version:
        raise Moved(register, row, changes_since(register, row, version))
    before = told(register, row)
    _refuse(register, fill(register, row, values, reach=reach), values)
    return {} if told(register, row) == before else before


def locked(register: Register, pk: int, *, reach: Reach | None) -> Row:
    """Return a row in reach of the writer, locked until the transaction ends.

    Raises
    ------
    Http404
        If there is none.
    """
    row = _lock(register, [pk], reach=reach).first()
    if row is None:
        raise Http404
    return row


def _lock(register: Register, numbers: Collection[int], *, reach: Reach | None) -> QuerySet[Row]:
    """Rows in reach of the writer, locked until the transaction ends."""
    rows = register.model._default_manager.prefetch_related(*register.joined)
    if reach is not None:
        rows = rows.filter(reach.q(register.write, **register.limits.named()))
    possible = [number for number in numbers if number <= _LAST]
    return rows.select_for_update(of=("self",)).filter(pk__in=possible)


def _refuse(register: Register, faults: Sequence[Fault], values: Values) -> None:
    if faults:
        where = " ".join(
            register.by_name[name].kind.spell(values.get(name)) for name in register.key
        )
        raise BadRow(faults, where=f"{register.kind} {where}".strip())


def taken(register: Register, row: Row) -> list[Fault]:
    """Whether another row has the business key of this one."""
    named = {name: getattr(row, name) for name in register.key}
    if not register.model._default_manager.filter(**named).exclude(pk=row.pk).exists():
        return []
    return [_taken(register, row)]


def _taken(register: Register, row: Row) -> Fault:
    return Fault(
        register.key[-1],
        register.key_of(row),
        "已被登记 / is registered already",
        "未用过的编码 / one that is not in use",
    )


def save(
    register: Register,
    row: Row,
    before: Mapping[str, Any],
    *,
    by: Actor,
    now: datetime,
    action: str,
    reason: str = "",
) -> Row:
    """Save a filled row under its next version, and log it; inside a transaction.

    Parameters
    ----------
    before : mapping
        As `told` gave it before the row was filled; empty for a new one.

    Raises
    ------
    BadRow
        If another row has its business key.
    """
    _refuse(register, taken(register, row), {})
    row.version = row.version + 1 if before else 1
    row.changed_at, row.changed_by = now, by.name
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:
        # Somebody took the key between the look and the write.
        raise BadRow([_taken(register, row)], where=register.kind) from None
    register.settle(row, before, by, now)
    record_many([event_of(register, row, before, action, reason)], by=by, now=now)
    return row


def users_of(rows: Sequence[Row], *, but: Collection[int] = ()) -> dict[int, list[str]]:
    """Return names of the tables that refer to rows, by the number of the row.

    Parameters
    ----------
    but : collection of int
        Rows of the same table that do not count.
    """
    found: dict[int, list[str]] = {}
    for relation in rows[0]._meta.related_objects if rows else ():
        model, field = relation.related_model, relation.field.name
        own = isinstance(rows[0], model)
        users = model._base_manager.filter(**{f"{field}__in": rows})
        for user, used in users.values_list("pk", field).iterator():
            names = found.setdefault(used, []) if not (own and user in but) else []
            name = str(model._meta.verbose_name)
            if name not in names:
                names.append(name)
    if rows:  # a document is never destroyed, so neither is what it belongs to
        kind, numbers = rows[0]._meta.model_name, [row.pk for row in rows]
        held = Document.objects.filter(kind=kind, row__in=numbers)
        for used in held.values_list("row", flat=True).distinct():
            found.setdefault(used, []).append(str(Document._meta.verbose_name))
    return found
