"""The watched folder: whole files only, each kept once, moved aside, nothing deleted."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from gate.door import rows_of, run_async
from gate.doors.inside import Inside, body, declare, faults, local, now_t, stored
from lantian.errors import BadSetting
from lantian.gate.doors import folder as door
from lantian.gate.doors.opening import Ways

JSON_FILES = 'door = "drop"\n[drop]\nfiles = ["*.json"]\n'
CSV_FILES = 'door = "drop"\n[drop]\nfiles = ["*.csv"]\nlines = true\n'
CSV_READING = """
[reading]
format = "csv"
span_s = 60
source = { path = "站点" }
time = { paths = ["时间"], format = "%Y-%m-%d %H:%M:%S" }
[reading.factors]
a34004 = { path = "PM2.5", unit = "ug/m3" }
"""


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "_STILL_S", 0.3)
    monkeypatch.setattr(door, "_LOOK_S", 0.05)


def done(drop: Path, where: str) -> dict[str, str]:
    """What was moved aside: text by name."""
    return {p.name: p.read_text("utf-8") for p in (drop / where).glob("*/*")}


@pytest.mark.slow
def test_files_are_taken_or_refused_and_unfinished_ones_left(folder: Path, tmp_path: Path) -> None:
    declare(folder, "a-json", JSON_FILES)
    declare(folder, "csv", CSV_FILES, CSV_READING)
    drop = tmp_path / "drop"
    drop.mkdir()
    t = now_t() // 60 * 60
    whole = body(("A1", t, 1))
    lines = [f'A1,{local(t - 60 * n)},"{n}"\n' for n in range(1, 9_000)]
    table = "站点,时间,PM2.5\n" + "".join(lines)
    assert len(table.encode()) > door._PART
    (drop / "big.csv").write_text(table, "utf-8")
    (drop / "part.csv").write_text("站点,时间,PM2.5\nA1,never,1\n" + lines[0], "utf-8")
    (drop / "bad.json").write_bytes(b"{")
    (drop / "book.xlsx").write_bytes(b"PK")
    (drop / ".hidden.json").write_bytes(whole)
    (drop / "half.json.part").write_bytes(whole)
    (drop / "link.csv").symlink_to(drop / "big.csv")

    async def work() -> None:
        async with Inside(folder, Ways(drop=drop)) as gate:
            (drop / "half.json.part").rename(drop / "half.json")
            with (drop / "slow.json").open("wb") as slow:
                slow.write(whole[:20])
                slow.flush()
                await gate.until(lambda: len(done(drop, "taken")) >= 4)
                await asyncio.sleep(0.5)  # longer than it must stand still, yet it is open
                assert (drop / "slow.json").exists()
                slow.write(whole[20:])
            await gate.until(lambda: not (drop / "slow.json").exists())
            # The same name again is another file, and what it says is there already.
            (drop / "half.json").write_bytes(whole)
            await gate.until(lambda: not (drop / "half.json").exists())

    run_async(work)
    taken, refused = done(drop, "taken"), done(drop, "refused")
    assert set(taken) == {
        "big.csv", "part.csv", "part.csv.notes.txt", "half.json", "half.1.json", "slow.json",
    }  # fmt: skip
    assert taken["big.csv"] == table
    assert "never" in taken["part.csv.notes.txt"]
    assert set(refused) == {
        "bad.json", "bad.json.reason.txt", "book.xlsx", "book.xlsx.reason.txt",
    }  # fmt: skip
    assert "JSON" in refused["bad.json.reason.txt"]
    assert "no stream" in refused["book.xlsx.reason.txt"]
    left = {path.name for path in drop.iterdir()}
    assert left == {".hidden.json", "link.csv", "taken", "refused"}
    found = stored(folder)
    assert found == {("A1", t): 1} | {("A1", t - 60 * n): n for n in range(1, 9_000)}
    assert faults(folder) == {("", "syntax"): 1, ("A1", "time"): 1, ("A1", "again"): 1}


def test_a_crash_between_keeping_and_moving_doubles_nothing(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare(folder, "a-json", JSON_FILES)
    drop = tmp_path / "drop"
    drop.mkdir()
    t = now_t()
    (drop / "a.json").write_bytes(body(("A1", t, 1), ("X9", t, 2)))

    class CrashError(Exception):
        pass

    def crash(*_: Any) -> None:
        raise CrashError

    async def work() -> None:
        with monkeypatch.context() as patch, pytest.raises(CrashError):
            patch.setattr(door.FolderDoor, "_move", crash)
            async with Inside(folder, Ways(drop=drop)) as gate:
                await gate.until(lambda: False)
        await gate.writer.close()
        gate.store.close()
        assert stored(folder) == {("A1", t): 1}
        async with Inside(folder, Ways(drop=drop)) as gate:
            await gate.until(lambda: not (drop / "a.json").exists())

    run_async(work)
    assert stored(folder) == {("A1", t): 1}
    assert faults(folder) == {("A1", "again"): 1, ("X9", "unknown"): 1, ("X9", "again"): 1}
    with rows_of(folder) as ask:
        assert ask("SELECT SUM(frames) FROM block") == [(1,)]


def test_a_folder_that_cannot_be_written_is_said_before_anything_is_taken(
    folder: Path, tmp_path: Path
) -> None:
    declare(folder, "a-json", JSON_FILES)
    (tmp_path / "file").write_text("x", "utf-8")

    async def work() -> None:
        with pytest.raises(BadSetting, match="--drop"):
            await door.FolderDoor(tmp_path / "file", {}, None, print).open()  # type: ignore[arg-type]

    run_async(work)
