"""The sealer: links new entries into the chain, one sealer at a time."""

from datetime import datetime
from pathlib import Path
from typing import Final

from django.db import connection, transaction
from django.utils import timezone

from lantian.desk.env import env
from lantian.desk.log.heads import FILE, NOTHING, Head, append_head
from lantian.desk.log.link import link, spelling
from lantian.desk.log.models import Seal, Unsealed

#: Key of the sealer's lock in PostgreSQL: "SEALER" in ASCII.
_LOCK: Final = 0x5345414C4552
_BATCH: Final = 5_000
_KEYS_AT_ONCE: Final = 500


def seal_new(now: datetime, *, folder: Path | None = None) -> int:
    """Seal what waits, and write the newest head down outside of the database.

    Parameters
    ----------
    now : datetime
        Aware.
    folder : Path, optional
        Where `log.heads` lies; the data folder unless said.

    Returns
    -------
    int
        Number of entries sealed.
    """
    sealed = 0
    while Unsealed.objects.exists():
        sealed += _seal_some()
    head = newest()
    append_head((folder or env().folder) / FILE, head, timezone.localtime(now))
    return sealed


def newest() -> Head:
    """Return the newest head of the chain."""
    last = Seal.objects.order_by("-seq").first()
    return Head(last.seq, last.head) if last else Head(0, NOTHING)


def _seal_some() -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # What a sealer before committed is seen by the statements after this one.
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        cursor.execute(
            f"SELECT e.id, {spelling(connection.vendor, 'e')} FROM log_unsealed u "
            "JOIN log_entry e ON e.id = u.entry ORDER BY e.id LIMIT %s",
            [_BATCH],
        )
        head = newest()
        seals = []
        for entry, spelled in cursor.fetchall():
            head = Head(head.seq + 1, link(head.hash, spelled))
            seals.append(Seal(seq=head.seq, entry=entry, head=head.hash))
        Seal.objects.bulk_create(seals)
        # Only these: another, lower one may have been committed meanwhile.
        sealed = [seal.entry for seal in seals]
        for start in range(0, len(sealed), _KEYS_AT_ONCE):
            Unsealed.objects.filter(pk__in=sealed[start : start + _KEYS_AT_ONCE]).delete()
    return len(seals)
