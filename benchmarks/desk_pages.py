"""Cost of single pages in one process: questions to both databases, and server time."""

import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Final

from django.db import connection
from django.test import Client
from django.utils import timezone

import desk_data
from desk_size import codes
from lantian.desk import observations
from lantian.desk.accounts.models import Account
from lantian.desk.api.services import create_token
from lantian.desk.log.actor import Actor
from lantian.desk.rights.queries import reach_of
from lantian.lake.store import Lake

_ROUNDS: Final = 20


def measure(folder: Path) -> None:
    """Print the pages that have goals of their own."""
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(Account.objects.get(username="user000"))
    account = Account.objects.get(username="user000")
    now = timezone.now()
    _, token = create_token(
        account=account.pk,
        name=f"benchmark {now:%F %T}",
        scopes=["air.read"],
        expires_at=now + timedelta(days=1),
        reach=reach_of(account.pk, now.date()),
        by=Actor(account.pk, account.name, "benchmark", "benchmark"),
        now=now,
    )
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    year = time.localtime().tm_year - 1
    code = codes()[7]
    pages = (
        ("today", "/air/", 60),
        ("station's year", f"/air/series/{code}.json?period={year}&step=hour&item=pm25", 150),
        ("latest values", "/api/v1/air/latest", 50),
    )
    for name, path, goal in pages:
        cold = _timed(lambda p=path: _get(client, p))
        warm = statistics.median(_timed(lambda p=path: _get(client, p)) for _ in range(_ROUNDS))
        desk, lake = asked_of(client, path)
        print(
            f"{name}: {1e3 * warm:.0f} ms (goal: {goal}), cold {1e3 * cold:.0f} ms, "
            f"{desk + lake} questions ({desk} desk, {lake} lake)"
        )
    with Lake.open(folder) as lake:
        # The newest hour once more, with other values: every kept result is out of date.
        desk_data.correct_hour(lake, desk_data.last_hour())
    fresh = _timed(lambda: _get(client, "/air/"))
    print(f"today, first view after new hours: {1e3 * fresh:.0f} ms")


def asked_of(client: Client, path: str) -> tuple[int, int]:
    """Questions of one view to the desk's database and to the lake's."""
    desk: list[str] = []
    lake: list[str] = []

    def note(execute, sql, params, many, context):
        desk.append(sql)
        return execute(sql, params, many, context)

    sql = observations.lake().ledger.sql
    trace = getattr(sql, "set_trace_callback", lambda _: None)
    trace(lake.append)
    with connection.execute_wrapper(note):
        _get(client, path)
    trace(None)
    return len(desk), sum(text.startswith(("SELECT", "WITH")) for text in lake)


def _get(client: Client, path: str) -> None:
    answer = client.get(path)
    answer.getvalue()
    if answer.status_code != 200:
        raise SystemExit(f"{path}: {answer.status_code}")


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
