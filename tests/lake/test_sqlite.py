"""What only a lake in SQLite has: its file, whole, newer, or no database at all."""

import os
import sqlite3

import pytest

from lantian.errors import LakeBroken
from lantian.lake.database import OutcomeUnknown
from lantian.lake.enrol import enrol_rows
from lantian.lake.part import sweep
from lantian.lake.store import Lake
from lantian.lake.tables import LAKE
from postgres import SQLITE_ONLY

pytestmark = SQLITE_ONLY


def test_a_newer_lake_and_no_database_are_refused(tmp_path):
    Lake.init(tmp_path)
    connection = sqlite3.connect(tmp_path / LAKE.file)
    with connection:
        connection.execute("UPDATE meta SET value = '99' WHERE key = 'schema'")
    connection.close()
    with pytest.raises(LakeBroken, match="upgrade lantian"):
        Lake.open(tmp_path)
    (tmp_path / LAKE.file).write_bytes(b"no database at all" * 100)
    with pytest.raises(LakeBroken, match="damaged"):
        Lake.open(tmp_path)


ROW = {"station": "1001A", "name": "甲", "lon": "116.4", "lat": "39.9"}


def test_a_write_returns_once_the_disk_keeps_it_and_a_read_asks_no_disk(tmp_path, monkeypatch):
    Lake.init(tmp_path)
    asked = []
    monkeypatch.setattr(os, "fdatasync", asked.append)
    with Lake.open(tmp_path) as lake:
        asked.clear()
        enrol_rows(lake, "stations", [ROW])
        assert len(asked) == 1
        assert lake.sequence == 1
        assert len(asked) == 1


def test_a_disk_that_does_not_confirm_leaves_the_outcome_open(tmp_path, monkeypatch):
    def broken(_):
        raise OSError(5, "Input/output error")

    Lake.init(tmp_path)
    with Lake.open(tmp_path) as lake:
        with monkeypatch.context() as patch:
            patch.setattr(os, "fdatasync", broken)
            with pytest.raises(OutcomeUnknown, match="may be stored"):
                enrol_rows(lake, "stations", [ROW])
        # Repeated, what was stored is not stored twice.
        assert enrol_rows(lake, "stations", [ROW]).added == 0
        assert lake.sequence == 1


def test_no_file_goes_before_the_disk_keeps_what_let_go_of_it(tmp_path, monkeypatch):
    Lake.init(tmp_path)
    orphan = tmp_path / "parts" / "orphan.parquet"
    there = []
    monkeypatch.setattr(os, "fdatasync", lambda _: there.append(orphan.exists()))
    with Lake.open(tmp_path) as lake:
        orphan.write_bytes(b"left by a writer that died")
        with lake.ledger.write():
            sweep(lake.ledger)
    assert there[-2:] == [True, False]
