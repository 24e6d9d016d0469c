"""Exports as jobs: a million rows as a worksheet, ten million as CSV, in bounded memory."""

import csv
import multiprocessing
import os
import resource
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import openpyxl
from django.utils import timezone

from lantian.desk.accounts.models import Account
from lantian.desk.air.queries.ground import ground
from lantian.desk.air.queries.hours import EXPORT
from lantian.desk.jobs.memory import FRUGAL
from lantian.desk.jobs.models import Job
from lantian.desk.jobs.services import enqueue
from lantian.desk.jobs.worker import do_next
from lantian.desk.log.actor import Actor
from lantian.desk.site.entry import set_up
from lantian.terms.hour import day_number, day_of, local_day
from lantian.terms.period import Period

_MB = 1e6
_GOAL = 300


def measure(folder: Path) -> None:
    """Print both exports, each beside a plain writer of the same rows."""
    os.environ.update(FRUGAL)  # what the server gives a worker
    found = ground()
    first, last = (day_of(local_day(h)) for h in found.lake.span() or (0, 0))
    for form, days in (("xlsx", 145), ("csv", day_number(last) - day_number(first) + 1)):
        period = Period(max(first, last - timedelta(days=days - 1)), last)
        with _no_pandas(), multiprocessing.get_context("spawn").Pool(1, set_up, (folder,)) as pool:
            seconds, most, code, result = pool.apply(_export, (form, period.label))
        rows = result["count"]
        peer = {"xlsx": _plain_xlsx, "csv": _plain_csv}[form]
        sample = min(rows, 100_000)
        plain = peer(sample) * rows / sample
        print(
            f"{form}: {rows:,} rows in {seconds:.0f} s, peak {most:.0f} MB (goal: {_GOAL}), "
            f"{most - code:.0f} without the code of libraries; "
            f"{result['bytes'] / _MB:.0f} MB, sha256 {result['sha256'][:12]}…"
        )
        name = {"xlsx": "openpyxl write-only", "csv": "module csv"}[form]
        print(f"  {name}, same number of cells: {plain:.0f} s; ratio {seconds / plain:.2f}")


@contextmanager
def _no_pandas() -> Iterator[None]:
    """Let processes started within find none: an installed desk has none either.

    Here it is a peer, and pyarrow would load it unasked.
    """
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "pandas.py").write_text("raise ImportError", encoding="ascii")
        sys.path.insert(0, folder)
        try:
            yield
        finally:
            sys.path.remove(folder)


def _export(form: str, period: str) -> tuple[float, float, float, dict]:
    """Ask for an export and do it in this process: seconds, peak MB, MB of files in it, result."""
    account = Account.objects.get(username="user000")
    by = Actor(account.pk, account.name, "benchmark", "benchmark")
    arguments = {"place": "", "name": "", "period": period, "form": form}
    job = enqueue(name=EXPORT, by=by, now=timezone.now(), arguments=arguments)
    start = time.perf_counter()
    while not (done := Job.objects.get(pk=job)).result:
        if not do_next(holder="benchmark", stop=threading.Event()) or done.reason:
            raise SystemExit(f"{form}: {Job.objects.get(pk=job).reason}")
    spent = time.perf_counter() - start
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / _MB
    status = Path("/proc/self/status").read_text(encoding="ascii")
    code = int(status.partition("RssFile:")[2].split()[0]) * 1024 / _MB
    return spent, most, code, Job.objects.get(pk=job).result


def _row(n: int) -> list[object]:
    return ["1001A", "测试01县1号站", f"2026-01-01 {n % 24:02d}:00", 9, 31, 75, 38, 0.8, 61]


def _plain_csv(rows: int) -> float:
    start = time.perf_counter()
    with tempfile.TemporaryFile("w", newline="") as file:
        writer = csv.writer(file)
        for n in range(rows):
            writer.writerow(_row(n))
    return time.perf_counter() - start


def _plain_xlsx(rows: int) -> float:
    start = time.perf_counter()
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for n in range(rows):
        sheet.append(_row(n))
    with tempfile.TemporaryFile() as file:
        book.save(file)
    return time.perf_counter() - start
