"""Deleting personal fields on time with proof, exporting them unmasked, changing the key."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import DateTimeField, QuerySet
from django.utils import timezone

from lantian.desk.log.actor import Actor
from lantian.desk.log.services import record
from lantian.desk.privacy.cipher import add_key, decrypt, encrypt, fingerprint, key_number
from lantian.desk.privacy.declared import Declared, declared_fields
from lantian.desk.privacy.personal import Personal
from lantian.desk.privacy.reading import allow_many
from lantian.desk.rights.reach import Reach

#: Rows of one transaction: some 30 ms of the writer on a small machine.
_BATCH: Final = 100


#: The transaction of a batch: a plain one, or that of a job under its lease.
type Effect = Callable[[], AbstractContextManager[object]]


@dataclass(frozen=True, slots=True)
class Deleted:
    """How many texts of a field one batch deleted."""

    label: str
    rows: int


def delete_expired(
    *, now: datetime, by: Actor, effect: Effect = transaction.atomic
) -> Iterator[Deleted]:
    """Delete the personal texts whose days are over, and prove it in the log.

    Each batch is a transaction of its own, short enough to keep no other writer waiting, with
    its entry of the log. That names the field, how many, and for each row a keyed hash of what
    was deleted: somebody who has the text can have it confirmed, nobody can find it from that.

    Parameters
    ----------
    now : datetime
    by : Actor
    effect : callable
        The transaction of each batch, as a job gives it.

    Yields
    ------
    Deleted
        One for each batch, in the order of fields.toml.
    """
    for field in declared_fields().values():
        while rows := _delete(field, now, by, effect):
            yield Deleted(field.label, rows)


def _delete(field: Declared, now: datetime, by: Actor, effect: Effect) -> int:
    over = _held(field).filter(**{f"{field.counted_from}__lt": _limit(field, now)})
    if not over.exists():  # a look without a lock
        return 0
    with effect():
        rows = list(over.select_for_update().order_by("pk")[:_BATCH])
        hashes = {
            str(row.pk): fingerprint(_opened(field, getattr(row, field.field)), field.label)
            for row in rows
        }
        _rows(field).filter(pk__in=[row.pk for row in rows]).update(**{field.field: ""})
        record(
            by=by,
            now=now,
            action="privacy.delete",
            kind=field.owner,
            key="",
            after={"field": field.field, "rows": len(rows), "hashes": hashes},
            reason=f"{field.keep_days} days after {field.counted_from}",
        )
    return len(rows)


def reveal_all(
    values: Sequence[Personal], *, by: Actor, reach: Reach, reason: str, now: datetime
) -> list[str]:
    """Return many texts of one field unmasked, as for an export; logged as one reading.

    Raises
    ------
    PermissionDenied
        If the permission does not reach every row.
    BadRequest
        If there is no reason, or the account did so too often today.
    ValueError
        If the texts are of more than one field.
    """
    there = [value for value in values if value]
    labels = {value.label for value in there}
    if len(labels) > 1:
        raise ValueError(f"texts of several fields: {sorted(labels)}")
    for label in labels:
        keys = {value.key for value in there}
        allow_many(label, keys, by=by, reach=reach, reason=reason, now=now)
    return [decrypt(value.sealed, value.label) if value else "" for value in values]


def change_key(*, now: datetime, by: Actor) -> int:
    """Make a new key and encrypt every personal text with it; say how many.

    The old keys stay, for backups; they may be deleted when no backup needs them.
    """
    number = add_key()
    return sum(
        rows for field in declared_fields().values() for rows in _encrypt(field, number, now, by)
    )


def _encrypt(field: Declared, number: int, now: datetime, by: Actor) -> Iterator[int]:
    last: Any = None
    while True:
        with transaction.atomic():
            later = _held(field) if last is None else _held(field).filter(pk__gt=last)
            batch = list(later.select_for_update().order_by("pk")[:_BATCH])
            if not batch:
                return
            old = [row for row in batch if key_number(getattr(row, field.field).sealed) != number]
            for row in old:
                text = encrypt(_opened(field, getattr(row, field.field)), field.label)
                setattr(row, field.field, Personal(field.label, text))
            _rows(field).bulk_update(old, [field.field])
            record(
                by=by,
                now=now,
                action="privacy.rekey",
                kind=field.owner,
                key="",
                after={"field": field.field, "rows": len(old), "key": number},
            )
            last = batch[-1].pk
        yield len(old)


def _limit(field: Declared, now: datetime) -> date:
    """First day, or its first moment, of what is still kept."""
    day = timezone.localdate(now) - timedelta(days=field.keep_days - 1)
    counted = field.model._meta.get_field(field.counted_from)
    if isinstance(counted, DateTimeField):
        return datetime.combine(day, time(), timezone.get_current_timezone())
    return day


def _held(field: Declared) -> QuerySet[Any]:
    """Rows that hold a text in the field."""
    return _rows(field).exclude(**{field.field: ""}).exclude(**{f"{field.field}__isnull": True})


def _rows(field: Declared) -> QuerySet[Any]:
    return field.model._default_manager.all()


def _opened(field: Declared, value: Personal) -> str:
    return decrypt(value.sealed, field.label)
