"""The gate's tables of an older Lantian are brought up in place, in either database."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lantian.errors import LakeBroken
from lantian.lake.fine import FineStore
from lantian.lake.gate_ledger import GateLedger
from lantian.lake.gate_tables import GATE, SCHEMA
from lantian.lake.said import Kept, Said, Value
from lantian.lake.store import Lake
from postgres import BOTH

pytestmark = BOTH

T = 20_600 * 86_400
VALUE = Value("a34004", "", 60, T, 5, None, None, "N")
SAID = Said("A1", b"##1", T * 1_000_000, "10.0.0.9", values=(VALUE,))


@pytest.fixture
def old(lake: Lake, root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose gate was made with schema 1, and knows one monitor."""
    text = (root / "tests/golden/gate_schema_1.sql").read_text("utf-8")
    first = [line for line in text.split(";\n") if line]
    monkeypatch.setattr(GateLedger, "tables", replace(GATE, schema=1, statements=lambda: first))
    ledger = GateLedger.open(lake.folder, busy_s=1)
    with ledger.write():
        ledger.insert("source (id, mn, first_us, last_us, st, peer)", [(7, "A1", 1, 2, "22", "")])
    ledger.close()
    monkeypatch.undo()
    return lake.folder


def tables(folder: Path) -> set[str]:
    """Names that the statements of the newest schema make, as far as they are there."""
    names = [re.match(r"CREATE TABLE (\w+)", s) for s in GATE.statements()]
    ledger = GateLedger.open(folder, busy_s=1)
    found = set()
    for name in [match[1] for match in names if match]:
        with ledger.read() as sql:
            sql.execute(f"SELECT COUNT(*) FROM {name}")
        found.add(name)
    ledger.close()
    return found


def schema(folder: Path) -> Any:
    ledger = GateLedger.open(folder, busy_s=1)
    with ledger.read() as sql:
        found = sql.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()[0]
    ledger.close()
    return found


def test_an_older_gate_is_brought_up_and_keeps_what_it_heard(old: Path) -> None:
    assert schema(old) == str(SCHEMA)
    assert {"part", "dropped", "latest"} <= tables(old)
    store = FineStore.open(old)
    assert store.keep([SAID]) == Kept(1, 0, 1, 0, 0)
    assert store.ledger.source("A1") == 7
    store.close()


def test_a_newer_gate_is_refused(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert schema(old) == str(SCHEMA)
    monkeypatch.setattr(GateLedger, "tables", replace(GATE, schema=SCHEMA - 1))
    with pytest.raises(LakeBroken, match="this program knows up to"):
        GateLedger.open(old, busy_s=1)


def test_a_break_leaves_it_as_it_was(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = replace(GATE, after=lambda schema: [*GATE.after(schema)[:-1], "CREATE TABLE"])
    monkeypatch.setattr(GateLedger, "tables", broken)
    with pytest.raises(Exception, match=r"incomplete input|end of input"):
        GateLedger.open(old, busy_s=1)
    monkeypatch.undo()
    assert schema(old) == str(SCHEMA)
