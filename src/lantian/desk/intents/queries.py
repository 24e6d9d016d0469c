"""Reading intents."""

from collections.abc import Collection
from typing import Final

from lantian.desk.intents.models import Intent, State

PAGE: Final = 100


def pending_for(kind: str, key: str = "") -> list[Intent]:
    """Return what waits to be written into the lake, oldest first.

    Parameters
    ----------
    kind : str
        As `roster.stations`; `roster.` stands for all of the roster.
    key : str
        Of one thing; all things unless said.
    """
    rows = Intent.objects.filter(state=State.PENDING, kind__startswith=kind)
    return list(rows.filter(key=key) if key else rows)


def last_for(kind: str, key: str) -> Intent | None:
    """Return the newest intent about one thing, whatever became of it; None where there is none."""
    return Intent.objects.filter(kind=kind, key=key).last()


def account_of(uuid: str) -> int | None:
    """Return the account that made an intent; None where the desk has no such intent."""
    return Intent.objects.filter(uuid=uuid).values_list("account", flat=True).first()


def page_of(state: str = "", before: int | None = None) -> list[Intent]:
    """Return intents, newest first: one more than a page holds where there are more."""
    rows = Intent.objects.order_by("-id")
    if state:
        rows = rows.filter(state=state)
    if before is not None:
        rows = rows.filter(id__lt=before)
    return list(rows[: PAGE + 1])


def of_kind(
    kind: str,
    *,
    keys: Collection[str] | None = None,
    before: int | None = None,
    uuids: Collection[str] | None = None,
) -> list[Intent]:
    """Return intents of one kind, newest first: one more than a page holds where there are more.

    Parameters
    ----------
    kind : str
    keys : collection of str, optional
        Only those about these things.
    before : int, optional
        Only those made before this one.
    uuids : collection of str, optional
        Only those of these names, all of them.
    """
    rows = Intent.objects.filter(kind=kind).order_by("-id")
    if keys is not None:
        rows = rows.filter(key__in=keys)
    if before is not None:
        rows = rows.filter(id__lt=before)
    if uuids is not None:
        return list(rows.filter(uuid__in=uuids))
    return list(rows[: PAGE + 1])
