"""Documents of a row: attached, replaced, withdrawn with a reason; never destroyed."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction
from django.http import Http404

from lantian.desk.log.actor import Actor
from lantian.desk.log.services import record
from lantian.desk.register.document_store import keep
from lantian.desk.register.faults import CellFault
from lantian.desk.register.kinds import Text, find_one
from lantian.desk.register.models import Document
from lantian.desk.register.row import Row
from lantian.desk.register.services import locked
from lantian.desk.register.spec import SORT_TOLD, Register
from lantian.desk.rights.reach import Reach
from lantian.errors import BadRequest, Conflict

LONGEST_TITLE: Final = 100
LONGEST_NUMBER: Final = 60
LONGEST_REASON: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What is said of a document: `day` is its date, `until` the last day on which it holds."""

    sort: str
    title: str
    number: str = ""
    day: date | None = None
    until: date | None = None


def attach(
    register: Register,
    pk: int,
    about: About,
    *,
    name: str,
    blocks: Iterable[bytes],
    replaces: int | None = None,
    by: Actor,
    now: datetime,
    reach: Reach | None,
) -> Document:
    """Keep a file as a document of a row, in the place of another if one is named.

    Parameters
    ----------
    register : Register
    pk : int
        The row.
    about : About
    name : str
        What the sender calls the file.
    blocks : iterable of bytes
        Its content.
    replaces : int, optional
        Number of the document that it replaces.
    by : Actor
    now : datetime
    reach : Reach or None
        What the writer reaches; None for a machine of the desk.

    Returns
    -------
    Document

    Raises
    ------
    Http404
        If there is no such row in reach, or no such document to replace.
    BadRequest
        If what is said of it cannot be.
    BadFile
        If the file may not be kept.
    Conflict
        If the other was withdrawn or replaced already.
    """
    _check(register, about)
    # The content first: what has no row is found by nobody, a row without content by all.
    content = keep(name, blocks)
    with transaction.atomic():
        row = locked(register, pk, reach=reach)
        former = None if replaces is None else _held(register, row, replaces)
        made = Document.objects.create(
            kind=register.kind,
            row=row.pk,
            **asdict(about),
            file_name=content.name,
            media=content.media,
            size=content.size,
            sha256=content.sha256,
            at=now,
            account=by.account,
            author=by.name,
        )
        if former is not None:
            _end(former, by=by, now=now, successor=made)
        _log(
            register,
            row,
            "attach" if former is None else "replace",
            before={} if former is None else _told(former),
            after=_told(made),
            by=by,
            now=now,
        )
    return made


def withdraw(
    register: Register,
    pk: int,
    number: int,
    *,
    reason: str,
    by: Actor,
    now: datetime,
    reach: Reach | None,
) -> None:
    """Let a document of a row hold no more; it stays to be read.

    Raises
    ------
    Http404
        If there is no such row in reach, or no such document of it.
    BadRequest
        If no reason is given, or one that is too long.
    Conflict
        If it was withdrawn or replaced already.
    """
    reason = reason.strip()
    if not 0 < len(reason) <= LONGEST_REASON:
        raise BadRequest(
            f"撤回须说明理由，不超过 {LONGEST_REASON} 字 / "
            f"a reason is needed, of at most {LONGEST_REASON} characters",
            where=register.kind,
            fix="填写理由后重新提交 / give one and submit again",
        )
    with transaction.atomic():
        row = locked(register, pk, reach=reach)
        document = _held(register, row, number)
        _end(document, by=by, now=now, reason=reason)
        told = _told(document)
        _log(register, row, "withdraw", before=told, after={}, by=by, now=now, reason=reason)


def _check(register: Register, about: About) -> None:
    sorts = [sort for sort, _, _ in register.documents]
    if about.sort not in sorts:
        raise _bad(register, "没有这一种类 / no such sort", ", ".join(sorts))
    if not about.title.strip():
        raise _bad(register, "缺少名称 / it has no title", "填写名称 / give it one")
    try:
        Text(LONGEST_TITLE).read(about.title, find_one)
        Text(LONGEST_NUMBER).read(about.number, find_one)
    except CellFault as fault:
        raise _bad(register, fault.wrong, fault.allowed) from fault
    if about.day and about.until and about.until < about.day:
        raise _bad(
            register,
            "有效期早于文件日期 / it ends before the day of the document",
            f"不早于 {about.day} / not before {about.day}",
        )


def _bad(register: Register, what: str, fix: str) -> BadRequest:
    return BadRequest(what, where=f"{register.kind} document", fix=fix)


def document_of(register: Register, pk: int, number: int) -> Document:
    """Return a document of a row, one that was withdrawn too.

    Raises
    ------
    Http404
        If the row has none of that number.
    """
    document = Document.objects.filter(kind=register.kind, row=pk, pk=number).first()
    if document is None:
        raise Http404
    return document


def _held(register: Register, row: Row, number: int) -> Document:
    """Return a document of a row that still holds; the row is locked."""
    document = document_of(register, row.pk, number)
    if document.ended_at is not None:
        who = document.ended_by
        raise Conflict(
            f"《{document.title}》已由 {who} 撤回或替换 / {who} withdrew or replaced it already",
            where=register.key_of(row),
            fix="刷新页面后查看 / load the page again",
        )
    return document


def _end(
    document: Document,
    *,
    by: Actor,
    now: datetime,
    reason: str = "",
    successor: Document | None = None,
) -> None:
    document.ended_at, document.ended_by = now, by.name
    document.reason, document.successor = reason, successor
    document.save(update_fields=["ended_at", "ended_by", "reason", "successor"])


def _told(document: Document) -> dict[str, str]:
    """Spell a document for the log."""
    return {
        "document": document.title,
        SORT_TOLD: document.sort,
        "document_number": document.number,
        "document_day": str(document.day or ""),
        "document_until": str(document.until or ""),
        "file": document.file_name,
        "sha256": document.sha256,
    }


def _log(
    register: Register,
    row: Row,
    action: str,
    *,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    by: Actor,
    now: datetime,
    reason: str = "",
) -> None:
    record(
        by=by,
        now=now,
        action=f"{register.kind}.{action}",
        kind=register.kind,
        key=register.key_of(row),
        before=dict(before),
        after=dict(after),
        reason=reason,
    )
