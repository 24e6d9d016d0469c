"""Documents of a row as its page shows them, and what is to be renewed."""

from datetime import date
from typing import Any

from django.urls import reverse

from lantian.desk.env import env
from lantian.desk.language import both
from lantian.desk.register.document_store import path_of
from lantian.desk.register.documents import LONGEST_REASON
from lantian.desk.register.kinds import Choice
from lantian.desk.register.models import Document
from lantian.desk.register.row import Row
from lantian.desk.register.spec import Register


def documents_shown(register: Register, row: Row, today: date) -> dict[str, Any] | None:
    """Return what register/documents.html prints of a row; None where rows have no documents."""
    if not register.documents:
        return None
    found = Document.objects.filter(kind=register.kind, row=row.pk).select_related("successor")
    shown = [_shown(register, one, today) for one in found.order_by("-pk")]
    return {
        "held": [one for one in shown if one["document"].ended_at is None],
        "ended": [one for one in shown if one["document"].ended_at is not None],
        "attach_url": reverse(register.route("attach"), args=[row.pk]),
        "longest_reason": LONGEST_REASON,
    }


def _shown(register: Register, one: Document, today: date) -> dict[str, Any]:
    base = [one.row, one.pk]
    return {
        "document": one,
        "sort": Choice(register.documents).show(one.sort),
        "due": due_words(one.until, today),
        "url": reverse(register.route("document"), args=base),
        "replace_url": f"{reverse(register.route('attach'), args=[one.row])}?replaces={one.pk}",
        "withdraw_url": reverse(register.route("withdraw"), args=base),
    }


def amiss() -> tuple[int, list[str]]:
    """Return how many documents there are, and names of those whose file is gone or cut.

    Hashes are compared when a document is given; this is a look at sizes alone.
    """
    count, names = 0, []
    found = Document.objects.order_by("pk").values_list("sha256", "size", "file_name")
    for sha256, size, name in found.iterator():
        count += 1
        path = path_of(sha256)
        if not path.is_file() or path.stat().st_size != size:
            names.append(name)
    return count, names


def due_words(until: date | None, today: date) -> dict[str, Any] | None:
    """Say that a document ended, or ends soon: tone and text; None for neither.

    Examples
    --------
    >>> due_words(date(2026, 3, 1), date(2026, 3, 3))["tone"]
    'bad'
    >>> due_words(date(2026, 3, 1), date(2025, 3, 1)) is None
    True
    """
    if until is None:
        return None
    left = (until - today).days
    if left < 0:
        return {"tone": "bad", "text": both(f"已过期 {-left} 天", f"ended {-left} d ago")}
    if left > env().settings.desk.document_due_days:
        return None
    return {"tone": "warn", "text": both(f"{left} 天后到期", f"ends in {left} d")}
