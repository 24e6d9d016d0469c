"""What only a lake in SQLite has: its file, whole, newer, or no database at all."""

import sqlite3

import pytest

from lantian.errors import LakeBroken
from lantian.lake.sqlite import FILE
from lantian.lake.store import Lake
from postgres import SQLITE_ONLY

pytestmark = SQLITE_ONLY


def test_a_newer_lake_and_no_database_are_refused(tmp_path):
    Lake.init(tmp_path)
    connection = sqlite3.connect(tmp_path / FILE)
    with connection:
        connection.execute("UPDATE meta SET value = '99' WHERE key = 'schema'")
    connection.close()
    with pytest.raises(LakeBroken, match="upgrade lantian"):
        Lake.open(tmp_path)
    (tmp_path / FILE).write_bytes(b"no database at all" * 100)
    with pytest.raises(LakeBroken, match="damaged"):
        Lake.open(tmp_path)
