"""A lake of an older Lantian is brought up in place, whole or not at all."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from lantian.errors import LakeBroken
from lantian.flows.held_days import held_days
from lantian.flows.level_days import lake_days
from lantian.flows.refresh import refresh_days
from lantian.lake import transactions as subject
from lantian.lake.ledger import Ledger
from lantian.lake.store import Lake
from lantian.lake.tables import LAKE, SCHEMA
from lantian.rules.ruleset import rule_set
from lantian.terms.period import parse_period
from postgres import SQLITE_ONLY

pytestmark = SQLITE_ONLY

#: Hour that ends at 01:00 on 2019-06-01 in Beijing.
H0 = 433_145


def tables(file: Path) -> list[tuple[str, ...]]:
    with sqlite3.connect(file) as sql:
        found = sql.execute("SELECT type, name, sql FROM sqlite_master ORDER BY name").fetchall()
    sql.close()
    return found


def rows(file: Path, table: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(file) as sql:
        found = sql.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()
    sql.close()
    return found


@pytest.fixture
def old(lake, put, root):
    """The file of a lake with hours whose tables are those of schema 1."""
    put({("A", H0 + n): (1000, 2000, 3000, 4000, 500, 60_000) for n in range(40)})
    lake.ledger.close()
    now, then = lake.folder / LAKE.file, lake.folder / "then.sqlite"
    with sqlite3.connect(then) as sql:
        sql.executescript((root / "tests/golden/lake_schema_1.sql").read_text("utf-8"))
        sql.execute("ATTACH ? AS now", (str(now),))
        for name in ("batch", "hour", "observed", "revision"):
            sql.execute(f"INSERT INTO {name} SELECT * FROM now.{name}")
    sql.close()
    then.replace(now)
    for left in lake.folder.glob("lake.sqlite-*"):
        left.unlink()
    return now


def test_an_older_lake_is_brought_up_when_it_is_opened_and_keeps_what_it_holds(old, tmp_path):
    hours, batches = rows(old, "hour"), rows(old, "batch")
    assert len(hours) == 40
    Lake.open(old.parent).ledger.close()
    Lake.init(tmp_path / "new")
    assert tables(old) == tables(tmp_path / "new" / LAKE.file)
    assert rows(old, "meta") == rows(tmp_path / "new" / LAKE.file, "meta")
    assert (rows(old, "hour"), rows(old, "batch")) == (hours, batches)


def test_its_days_wait_until_they_are_evaluated(old):
    june, rules = parse_period("2019-06"), rule_set("HJ633-2012")
    with Lake.open(old.parent) as lake:
        found = held_days(lake, "station", june, rules)
        assert (found.absent, found.since, found.complete_to) == (2, None, 0)
        refresh_days(lake)
        found = held_days(lake, "station", june, rules)
        assert found.fresh
        fresh = lake_days(lake, "station", june, rules)
        assert (found.days.values == fresh.values).all()
        assert found.days.values[3, 0, 0] == 4000


def test_a_break_leaves_it_as_it_was(old, monkeypatch):
    before = tables(old)
    halfway = replace(LAKE, after=lambda schema: [*LAKE.after(schema)[:2], "CREATE TABLE"])
    monkeypatch.setattr(Ledger, "tables", halfway)
    with pytest.raises(LakeBroken):
        Lake.open(old.parent)
    assert tables(old) == before
    monkeypatch.undo()
    with Lake.open(old.parent) as lake:
        assert lake.sequence == 1


def test_another_writer_is_waited_for_and_nothing_is_harmed(old):
    holder = sqlite3.connect(old, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(LakeBroken, match="another writer holds the lake"):
        Lake.open(old.parent, busy_s=0.05)
    holder.execute("ROLLBACK")
    holder.close()
    assert dict(rows(old, "meta"))["schema"] == "1"
    Lake.open(old.parent).ledger.close()
    assert dict(rows(old, "meta"))["schema"] == str(SCHEMA)


def test_one_that_another_process_has_just_brought_up_is_left_alone(old, monkeypatch):
    schema = subject.schema_of
    asked = []

    def overtaken(sql):
        asked.append(schema(sql))
        if len(asked) == 2:
            monkeypatch.undo()
            Lake.open(old.parent).ledger.close()
            monkeypatch.setattr(subject, "schema_of", overtaken)
        return asked[-1]

    monkeypatch.setattr(subject, "schema_of", overtaken)
    with Lake.open(old.parent) as lake:
        assert lake.sequence == 1
    assert asked == [1, 1, SCHEMA]
