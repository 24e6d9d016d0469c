"""Findings are only ever added to, whatever is done; runs and marks beside them."""

import re
import sqlite3
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lake.conftest import rows_of
from lantian.lake.findings import finding_held, findings, head, note_findings, tampered
from lantian.lake.quality_runs import (
    Judged,
    last_run,
    marks_held,
    note_run,
    replace_marks,
    runs,
)
from lantian.lake.rows import Reading
from lantian.lake.store import Lake
from lantian.lake.tables import LAKE
from lantian.quality.finding import Check, Finding
from lantian.quality.mark import Mark, MarkKind
from lantian.terms.mark import Source
from postgres import BOTH, SQLITE_ONLY

H0 = 433_145
FINDINGS = [
    Finding(check, station, "pm10", H0, H0 + 700, (("hours", 85), ("ratio_pct", 34.5)), "wetting-1")
    for check in (Check.WETTING, Check.GAPS)
    for station in ("A", "B")
]
MARK = Mark("A", "pm25", MarkKind.STUCK, H0 + 3, H0 + 9, (("hours", 7.0),), "stuck-1")


def judge(lake: Lake, found: list[Finding], marks: list[Mark] = (), h_from: int = H0) -> int:  # type: ignore[assignment]
    """Keep a run that gave these."""
    judged = Judged(h_from, h_from + 720, ("A", "B"), "input", "book", "code", lake.sequence)
    with lake.ledger.write() as sql:
        run = note_run(sql, judged, marks=len(marks), findings=len(found))
        note_findings(sql, run, h_from, found)
        replace_marks(lake.ledger, run, 1, ("A", "B"), marks)
    return run


@BOTH
def test_a_finding_is_read_back_and_a_later_run_says_which_it_confirms(lake):
    judge(lake, FINDINGS[:2])
    judge(lake, [FINDINGS[1], FINDINGS[2]])
    judge(lake, [FINDINGS[1]], h_from=H0 + 720)
    held = findings(lake.ledger)[::-1]
    assert [one.finding for one in held] == [*FINDINGS[:2], *FINDINGS[1:3], FINDINGS[1]]
    assert [one.confirms for one in held] == [None, None, 2, None, None]
    assert [one.run for one in held] == [1, 1, 2, 2, 3]
    assert finding_held(lake.ledger, 3) == held[2]
    assert finding_held(lake.ledger, 9) is None
    assert head(lake.ledger) == (5, held[-1].digest)
    assert tampered(lake.ledger) == ()
    assert [one.id for one in findings(lake.ledger, station="B")] == [5, 3, 2]


@BOTH
def test_runs_and_the_marks_of_the_last_one(lake):
    judge(lake, [], [MARK])
    assert marks_held(lake.ledger, [1]) == [MARK]
    assert marks_held(lake.ledger, [1], "B") == marks_held(lake.ledger, [2]) == []
    judge(lake, [])
    assert marks_held(lake.ledger, [1]) == []
    assert [(run.id, run.marks) for run in runs(lake.ledger)] == [(2, 0), (1, 1)]
    assert last_run(lake.ledger, H0, ["B", "C"]) == runs(lake.ledger)[0]
    assert last_run(lake.ledger, H0, ["C"]) is None
    assert last_run(lake.ledger, H0 + 1, ["A"]) is None


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("judge"), st.lists(st.sampled_from(FINDINGS), max_size=3)),
        st.tuples(st.just("load"), st.integers(1, 99)),
        st.tuples(st.just("compact"), st.none()),
        st.tuples(st.just("reopen"), st.none()),
    ),
    max_size=8,
)


@given(steps=STEPS)
def test_no_sequence_of_operations_removes_or_alters_a_finding(steps):
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "lake"
        Lake.init(home)
        lake = Lake.open(home)
        before = []
        for n, (what, with_what) in enumerate(steps):
            if what == "judge":
                judge(lake, with_what)
            elif what == "load":
                rows = rows_of([(("A", H0 + n), (with_what * 1000,) * 6)])
                lake.add(Reading(rows), source="x", sha256=f"{n}", layout="x", origin=Source.GATE)
            elif what == "compact":
                lake.compact()
            else:
                lake.ledger.close()
                lake = Lake.open(home)
            held = findings(lake.ledger)[::-1]
            assert held[: len(before)] == before
            added = len(with_what) if what == "judge" else 0
            assert len(held) == len(before) + added
            assert tampered(lake.ledger) == ()
            before = held
        lake.ledger.close()


def test_no_statement_of_the_package_changes_what_is_only_added_to(root):
    tables = "finding|review|review_state|quality_run"
    forbidden = re.compile(rf"(UPDATE|DELETE FROM|REPLACE INTO|DROP TABLE)\s+({tables})\b")
    for file in (root / "src").rglob("*.py"):
        assert not forbidden.search(file.read_text("utf-8")), file


@SQLITE_ONLY
@pytest.mark.parametrize(
    ("tampering", "seen"),
    [
        ("UPDATE finding SET figures = '[[\"hours\", 1]]' WHERE id = 2", (2,)),
        ("UPDATE finding SET station = 'Z' WHERE id = 1", (1,)),
        ("DELETE FROM finding WHERE id = 2", (3,)),
        ("UPDATE finding SET confirms = NULL WHERE id = 4", (4,)),
    ],
)
def test_who_goes_around_the_program_is_seen(lake, tampering, seen):
    judge(lake, FINDINGS[:2])
    judge(lake, FINDINGS[:2])
    lake.ledger.close()
    with sqlite3.connect(lake.folder / LAKE.file) as sql:
        sql.execute(tampering)
    sql.close()
    with Lake.open(lake.folder) as again:
        assert tampered(again.ledger) == seen
