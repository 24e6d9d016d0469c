"""Verifying a log of a million entries, beside the hashing of the same bytes alone."""

import multiprocessing
import time
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final

from django.utils import timezone

from lantian.desk.env import env
from lantian.desk.log.chain import verify
from lantian.desk.log.models import Entry, Unsealed, microseconds
from lantian.desk.log.sealer import seal_new
from lantian.desk.site.entry import set_up
from lantian.desk.site.install import prepare

_ENTRIES: Final = 1_000_000
_GOAL_S: Final = 10
_BATCH: Final = 10_000
#: Bytes that an entry made here is spelled with, the head before it among them.
_SPELLED: Final = 300


def measure(folder: Path) -> None:
    """Print how long a verification takes; the log lies in a folder of its own."""
    beside = folder.parent / "log"
    beside.mkdir(parents=True, exist_ok=True)
    with multiprocessing.get_context("spawn").Pool(1, set_up, (beside,)) as pool:
        wall, spent, floor, entries = pool.apply(_verified)
    print(
        f"log: {entries:,} entries verified in {wall:.1f} s, {spent:.1f} s of CPU "
        f"(goal: {_GOAL_S}); SHA-256 of as many bytes {floor:.1f} s, ratio {wall / floor:.1f}"
    )


def _verified() -> tuple[float, float, float, int]:
    prepare(env())
    _fill()
    start, busy = time.perf_counter(), time.process_time()
    verdict = verify()
    wall, spent = time.perf_counter() - start, time.process_time() - busy
    if not verdict.whole:
        raise SystemExit(f"log: {verdict.findings[0]}")
    start, text = time.perf_counter(), b"x" * _SPELLED
    for _ in range(verdict.entries):
        sha256(text).hexdigest()
    return wall, spent, time.perf_counter() - start, verdict.entries


def _fill() -> None:
    """Bring the log to its size through its tables, then seal it as the sealer does."""
    now = timezone.now() - timedelta(minutes=5)
    while (there := Entry.objects.count()) < _ENTRIES:
        rows = Entry.objects.bulk_create(_entry(there + n, now) for n in range(_BATCH))
        Unsealed.objects.bulk_create(Unsealed(entry=row.pk) for row in rows)
    seal_new(timezone.now())


def _entry(number: int, now: datetime) -> Entry:
    return Entry(
        at_us=microseconds(now) + number,
        account=number % 500,
        actor=f"用户{number % 500:03d}",
        origin="10.1.2.3",
        request=f"{number:016x}",
        action="sources.edit",
        kind="sources.source",
        key=f"S{number % 5000:05d}",
        before='{"grade":"B","phone":"139****0001"}',
        after='{"grade":"A","phone":"139****0002"}',
        reason="年度复核",
    )
