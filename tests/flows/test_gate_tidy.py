"""How long what monitors said is kept, and the tidying of a folder whose gate may be running."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lantian.cli.main import main
from lantian.errors import BadRequest, BadSetting
from lantian.flows.gate_tidy import RETENTION, _alone, retentions, tidy
from lantian.lake.fine import FineStore
from lantian.lake.said import Said, Value
from lantian.lake.store import Lake
from postgres import BOTH

DAY_US = 86_400_000_000
NOW_US = 20_600 * DAY_US
#: Days before now on which a monitor spoke.
SPOKE = (0, 30, 36, 399, 401, 402)


@pytest.fixture
def store(lake_backend: str, tmp_path: Path) -> Iterator[FineStore]:
    Lake.init(tmp_path / "lake")
    opened = FineStore.open(tmp_path / "lake")
    for back in sorted(SPOKE, reverse=True):
        at_us = NOW_US - back * DAY_US - 60_000_000
        value = Value("a34004", "", 60, at_us // 1_000_000, back, None, None, "N")
        opened.keep([Said("A1", b"%d" % back, at_us, "10.0.0.9", values=(value,))])
    yield opened
    opened.close()


def days(store: FineStore, kind: str) -> list[int]:
    with store.ledger.read():
        return sorted(20_599 - day for day in store.ledger.days(kind))


@BOTH
def test_what_is_old_goes_and_what_is_not_stays(store: FineStore) -> None:
    said: list[str] = []
    done = tidy(store.ledger.folder, said.append, now_us=lambda: NOW_US)
    assert (done.rows, [gone.frames for gone in done.let_go]) == (4, [1, 1])
    assert days(store, "fine") == [0, 30]
    assert days(store, "frame") == [0, 30, 36, 399]
    assert len(said) == 6 and all("sha256" in line for line in said)
    again = tidy(store.ledger.folder, said.append, now_us=lambda: NOW_US)
    assert (again.rows, again.let_go, len(said)) == (0, (), 6)


def test_a_clock_that_jumps_ahead_makes_nothing_old(store: FineStore) -> None:
    done = tidy(store.ledger.folder, lambda _: None, now_us=lambda: NOW_US + 9_999 * DAY_US)
    assert (done.rows, len(done.let_go)) == (4, 2)


def test_one_tidies_at_a_time(store: FineStore) -> None:
    with _alone(store.ledger.folder), pytest.raises(BadRequest, match="is tidying"):
        tidy(store.ledger.folder, lambda _: None, now_us=lambda: NOW_US)


def test_a_folder_may_keep_other_days(store: FineStore) -> None:
    own = store.ledger.folder / RETENTION
    own.write_text("[frames]\ndays = 36\n", "utf-8")
    assert {name: kept.days for name, kept in retentions(own.parent).items()} == {
        "values": 35, "frames": 36,
    }  # fmt: skip
    done = tidy(own.parent, lambda _: None, now_us=lambda: NOW_US)
    assert [gone.kept_days for gone in done.let_go] == [36, 36, 36]


@pytest.mark.parametrize(
    "text",
    ["[frames]\ndays = 34", "[frames]\ndays = 4.5", "[frame]\ndays = 99", "[values", "values = 9",
     "[values]\ndays = true", "[values]\ndays = 9\nzh = ''"],
)  # fmt: skip
def test_what_cannot_be_kept_so_is_said(tmp_path: Path, text: str) -> None:
    (tmp_path / RETENTION).write_text(text, "utf-8")
    with pytest.raises(BadSetting, match="cannot be a retention"):
        retentions(tmp_path)


def test_the_command_tidies_and_shows_proofs(
    store: FineStore, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["gate", "tidy", str(store.ledger.folder)]) == 0
    told = capsys.readouterr().out
    assert "values: 35" in told and "4 行入档" in told and "2 天报文已删除" in told
    assert main(["gate", "tidy", str(store.ledger.folder), "--proofs"]) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.startswith("day,frames,monitors,first")
    assert [line.split(",")[:4] for line in lines] == [
        ["2025-04-19", "1", "1", "2025-04-19T23:59:00Z"],
        ["2025-04-20", "1", "1", "2025-04-20T23:59:00Z"],
    ]
