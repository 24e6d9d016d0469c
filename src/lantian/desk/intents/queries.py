"""Reading intents."""

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


def page_of(state: str = "", before: int | None = None) -> list[Intent]:
    """Return intents, newest first: one more than a page holds where there are more."""
    rows = Intent.objects.order_by("-id")
    if state:
        rows = rows.filter(state=state)
    if before is not None:
        rows = rows.filter(id__lt=before)
    return list(rows[: PAGE + 1])
