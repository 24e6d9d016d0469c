"""Metrics in the text form of Prometheus: what waits, what lags, what was answered."""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from django.apps import apps
from django.db.models import Count, Min, Sum
from django.tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from lantian import __version__
from lantian.desk.air.queries.ground import Ground, ground
from lantian.desk.air.queries.latest import latest
from lantian.desk.api.counting import BOUNDS_S, COUNTS
from lantian.desk.jobs.queries import SCHEDULER, WORKER, last_beat
from lantian.errors import LakeBroken, NoData
from lantian.lake.stale import marks

MEDIA: Final = "text/plain; version=0.0.4; charset=utf-8"
_HOUR: Final = timedelta(hours=1)
_LAST_MONTH: Final = 12 * 1000

type Labels = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Family:
    """One metric: its name, kind, meaning, and samples as (suffix, labels, value)."""

    name: str
    kind: str
    meaning: str
    samples: Iterable[tuple[str, Labels, float]]


def spelled(families: Iterable[Family]) -> str:
    r"""Spell metrics as Prometheus reads them.

    Examples
    --------
    >>> print(spelled([Family("up", "gauge", "it is", [("", {"a": 'x"\n'}, 1)])]), end="")
    # HELP up it is
    # TYPE up gauge
    up{a="x\"\n"} 1
    """
    lines = []
    for family in families:
        lines += [f"# HELP {family.name} {family.meaning}", f"# TYPE {family.name} {family.kind}"]
        lines += [
            f"{family.name}{suffix}{_labels(labels)} {value:.12g}"
            for suffix, labels, value in family.samples
        ]
    return "".join(f"{line}\n" for line in lines)


def _labels(labels: Labels) -> str:
    if not labels:
        return ""
    told = ",".join(f'{name}="{_escaped(str(value))}"' for name, value in labels.items())
    return f"{{{told}}}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def families(now: datetime) -> Iterator[Family]:
    """Return all metrics.

    Those of the database are the same in every process; those of requests are this
    process's own, labelled with its number.
    """
    yield Family("lantian_info", "gauge", "version", [("", {"version": __version__}, 1)])
    yield from _of_jobs(now)
    yield from _of_desk(now)
    yield from _of_air(now)
    yield from _of_requests()


def _gauge(name: str, meaning: str, value: float) -> Family:
    return Family(f"lantian_{name}", "gauge", meaning, [("", {}, value)])


def _of_jobs(now: datetime) -> Iterator[Family]:
    waiting = DBTaskResult.objects.filter(status=TaskResultStatus.READY)
    found = waiting.filter(run_after__lte=now).aggregate(n=Count("pk"), first=Min("enqueued_at"))
    age = (now - found["first"]).total_seconds() if found["first"] else 0.0
    yield _gauge("jobs_waiting", "jobs that could run now", found["n"])
    yield _gauge("jobs_oldest_seconds", "age of the oldest of them", age)
    failed = DBTaskResult.objects.filter(
        status=TaskResultStatus.FAILED, finished_at__gte=now - _HOUR
    )
    yield _gauge("jobs_failed_1h", "jobs that failed within an hour", failed.count())
    beats = [(role, last_beat(role)) for role in (WORKER, SCHEDULER)]
    yield Family(
        "lantian_beat_age_seconds",
        "gauge",
        "seconds since worker and scheduler showed that they run",
        [("", {"role": role}, (now - at).total_seconds()) for role, at in beats if at],
    )


def _of_desk(now: datetime) -> Iterator[Family]:
    unsealed = _rows("log.Unsealed").count()
    yield _gauge("log_unsealed", "entries of the log that wait for their seal", unsealed)
    sessions = _rows("accounts.Session").filter(expire_date__gt=now, account__isnull=False)
    yield _gauge("sessions", "sessions that are open", sessions.count())
    failed = _rows("accounts.Account").aggregate(n=Sum("failures"))["n"] or 0
    yield _gauge("failed_signins", "failed sign-ins since the last good one, all accounts", failed)
    locked = _rows("accounts.Account").filter(locked_until__gt=now).count()
    yield _gauge("accounts_locked", "accounts locked for failed sign-ins", locked)


def _rows(model: str) -> Any:
    return apps.get_model(model)._default_manager.all()


def _of_air(now: datetime) -> Iterator[Family]:
    try:
        held = ground()
    except (NoData, LakeBroken):  # nothing is loaded yet
        return
    stale = sum(mark.days.bit_count() for mark in marks(held.lake.ledger, 0, _LAST_MONTH))
    yield _gauge("stale_station_days", "station days whose hours changed since", stale)
    lags = [(group.root, _lag_s(replace(held, group=group), now)) for group in held.groups]
    yield Family(
        "lantian_intake_lag_seconds",
        "gauge",
        "seconds since the end of the last hour of any station of a place",
        [("", {"place": root}, lag) for root, lag in lags if lag is not None],
    )
    late = [(group.root, _late(replace(held, group=group), now)) for group in held.groups]
    yield Family(
        "lantian_stations_late",
        "gauge",
        "stations without the last hour of their place",
        [("", {"place": root}, n) for root, n in late if n is not None],
    )


def _lag_s(held: Ground, now: datetime) -> float | None:
    try:
        return now.timestamp() - latest(held, now).value.h * 3600
    except NoData:
        return None


def _late(held: Ground, now: datetime) -> int | None:
    try:
        seen = latest(held, now).value
    except NoData:
        return None
    return sum(seen.behind(n) > 0 for n in range(len(seen.stations)))


def _of_requests() -> Iterator[Family]:
    answers, courses = COUNTS.taken()
    pid = os.getpid()
    yield Family(
        "lantian_requests_total",
        "counter",
        "answers of this process by route and status",
        [
            ("", {"route": route, "status": status, "pid": pid}, n)
            for (route, status), n in sorted(answers.items())
        ],
    )
    samples: list[tuple[str, Labels, float]] = []
    for route, course in sorted(courses.items()):
        labels = {"route": route, "pid": pid}
        total = 0
        for bound, n in zip([*BOUNDS_S, "+Inf"], course.buckets, strict=True):
            total += n
            samples.append(("_bucket", {**labels, "le": bound}, total))
        samples += [("_sum", labels, course.total_s), ("_count", labels, total)]
    yield Family("lantian_request_seconds", "histogram", "time of answers of this process", samples)
