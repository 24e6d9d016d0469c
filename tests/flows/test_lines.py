"""Meters of a line and its treatment device, out of the gate's store: states and findings."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lantian.cli.main import main
from lantian.errors import BadSetting
from lantian.flows.lines import FILE, declared_lines, running
from lantian.lake.fine import FineStore
from lantian.lake.said import Said, Value
from lantian.works.state import Run

#: 2026-11-22 00:00 by the clock of Beijing.
START_T = 20_778 * 86_400 + 57_600
LINES = """
[[line]]
source = "WRY-0001-L1"
title = "喷涂线"
least_s = 600
production = { mn = "P1", factor = "p", span_s = 60, threshold = { on = 4, off = 2 } }
control = { mn = "P2", factor = "p", span_s = 60, threshold = { on = 10, off = 10 } }
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[FineStore]:
    """Power by minutes: the line is on from 1 to 3 o'clock, its device from 1:00 to 1:30."""
    (tmp_path / FILE).write_text(LINES, "utf-8")
    opened = FineStore.open(tmp_path)
    for mn, power, until in (("P1", 6, 180), ("P2", 15, 90)):
        values = tuple(
            Value(
                "p",
                "",
                60,
                START_T + 60 * n,
                (power if 60 < n <= until else 0) * 1_000_000,
                None,
                None,
                "",
            )
            for n in range(-30, 241)
        )
        opened.keep([Said(mn, mn.encode(), (START_T + 90_000) * 1_000_000, "", values=values)])
    yield opened
    opened.close()


def test_a_line_that_runs_without_its_device_is_found(store: FineStore) -> None:
    lines = declared_lines(store.ledger.folder)
    (found,) = running(store.ledger, lines, first_t=START_T, last_t=START_T + 86_400)
    hour, half = 3_600, 1_800
    assert found.production == (
        Run(START_T, START_T + hour, on=False),
        Run(START_T + hour, START_T + 3 * hour, on=True),
        Run(START_T + 3 * hour, START_T + 4 * hour, on=False),
    )
    (finding,) = found.findings
    assert (finding.first_t, finding.last_t) == (START_T + hour + half, START_T + 3 * hour)
    assert finding.known_s == 4 * hour
    (later,) = running(store.ledger, lines, first_t=START_T + 2 * hour, last_t=START_T + 9_000)
    assert [f.first_t for f in later.findings] == [START_T + 2 * hour]


def test_the_verb_prints_findings_and_runs(
    store: FineStore, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(store.ledger.folder)
    assert main(["gate", "lines", folder, "--day", "2026-11-22"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith("WRY-0001-L1,喷涂线,2026-11-22 01:30:00,2026-11-22 03:00:00,90,240,")
    assert main(["gate", "lines", folder, "--day", "2026-11-22", "--runs"]) == 0
    assert "WRY-0001-L1,喷涂线,control,2026-11-22 01:00:00,2026-11-22 01:30:00,30,1" in (
        capsys.readouterr().out
    )


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [("source", "sauce", "sauce"), ("off = 2 ", "off = 9 ", "threshold"), ("[[", "[", "TOML")],
)
def test_a_file_that_cannot_be_read_is_refused(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    (tmp_path / FILE).write_text(LINES.replace(old, new), "utf-8")
    with pytest.raises(BadSetting, match=said):
        declared_lines(tmp_path)
    assert declared_lines(tmp_path / "none") == ()
