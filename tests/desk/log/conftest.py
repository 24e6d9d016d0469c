"""A log with a few sealed entries, and raw SQL to tamper with it."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from django.db import connection, transaction

from lantian.desk.log.actor import Actor
from lantian.desk.log.sealer import seal_new
from lantian.desk.log.services import record


@pytest.fixture
def heads(tmp_path: Path) -> Path:
    """The file of heads of the test."""
    return tmp_path / "log.heads"


@pytest.fixture
def write(db: None, actor: Actor, now: datetime, tmp_path: Path) -> Callable[..., list[int]]:
    """Record and seal entries: write(6) returns their numbers."""

    def make(count: int, *, at: datetime = now, seal: bool = True) -> list[int]:
        with transaction.atomic():
            entries = [
                record(
                    by=actor,
                    now=at,
                    action="source.edit",
                    kind="sources.source",
                    key=f"S{i}",
                    before={"name": "旧"},
                    after={"name": f"新{i}"},
                )
                for i in range(count)
            ]
        if seal:
            assert seal_new(at, folder=tmp_path) == count
        return [entry.pk for entry in entries]

    return make


@pytest.fixture
def sql() -> Callable[..., None]:
    """Run one statement behind the back of the desk."""

    def run(statement: str, *values: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)

    return run
