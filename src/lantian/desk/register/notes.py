"""The journal of a row: what people write on it, appended and never altered."""

from datetime import datetime
from typing import Any

from django.db import transaction

from lantian.desk.language import both
from lantian.desk.log.actor import Actor
from lantian.desk.log.services import record
from lantian.desk.register.models import Note
from lantian.desk.register.row import Row
from lantian.desk.register.spec import Register
from lantian.errors import BadRequest

_LONGEST = 2000


def write_note(register: Register, row: Row, text: str, *, by: Actor, now: datetime) -> Note:
    """Append a note to a row's journal.

    Raises
    ------
    BadRequest
        If it is empty or too long.
    """
    text = text.strip()
    if not text or len(text) > _LONGEST:
        raise BadRequest(
            f"记事应为 1–{_LONGEST} 字 / a note has 1 to {_LONGEST} characters",
            where=register.key_of(row),
            fix="改写后重新提交 / rewrite it and submit it again",
        )
    with transaction.atomic():
        note = Note.objects.create(
            at=now,
            account=by.account,
            author=by.name,
            kind=register.kind,
            row=row.pk,
            text=text,
        )
        record(
            by=by,
            now=now,
            action=f"{register.kind}.note",
            kind=register.kind,
            key=register.key_of(row),
            after={"note": text},
        )
    return note


def notes_of(register: Register, row: Row) -> list[dict[str, Any]]:
    """Return the notes on a row as parts/journal.html prints them, newest first."""
    return [
        {"when": note.at, "who": note.author, "title": both("记事", "Note"), "text": note.text}
        for note in Note.objects.filter(kind=register.kind, row=row.pk).order_by("-id")
    ]
