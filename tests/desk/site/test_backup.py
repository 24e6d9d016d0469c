"""Backup and restore, proven by hashes; refusals that leave everything as it was."""

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

type Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def lantian(tmp_path: Path) -> Run:
    """Run a command of its own process, in SQLite."""

    def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("LANTIAN_D")}
        return subprocess.run(
            [sys.executable, "-m", "lantian.cli.main", *map(str, words)],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            env=environment,
        )

    return run


@pytest.fixture
def made(lantian: Run, tmp_path: Path) -> Path:
    """A desk that was just made."""
    done = lantian("desk", "init", "--dir", "county")
    assert done.returncode == 0, done.stderr
    return tmp_path / "county"


def rows(file: Path) -> list[tuple[str, int]]:
    """Tables of a SQLite file with their number of rows."""
    with closing(sqlite3.connect(file)) as link:
        names = [r[0] for r in link.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return sorted((n, link.execute(f"SELECT COUNT(*) FROM {n}").fetchone()[0]) for n in names)


@pytest.mark.slow
def test_what_is_restored_is_what_was_saved(lantian: Run, made: Path, tmp_path: Path) -> None:
    saved = lantian("desk", "backup", "all.tgz", "--dir", "county")
    assert saved.returncode == 0, saved.stderr
    file = tmp_path / "all.tgz"
    assert hashlib.sha256(file.read_bytes()).hexdigest() in saved.stdout
    assert file.stat().st_mode & 0o077 == 0
    restored = lantian("desk", "restore", "all.tgz", "--dir", "again")
    assert restored.returncode == 0, restored.stderr
    again = tmp_path / "again"
    assert rows(again / "desk.sqlite") == rows(made / "desk.sqlite")
    assert rows(again / "lake.sqlite") == rows(made / "lake.sqlite")
    assert (again / "keys/field.key").read_bytes() == (made / "keys/field.key").read_bytes()
    assert (again / "keys").stat().st_mode & 0o077 == 0
    verified = lantian("desk", "audit", "verify", "--dir", "again")
    assert verified.returncode == 0, verified.stdout
    twice = lantian("desk", "restore", "all.tgz", "--dir", "again")
    assert twice.returncode == 2
    assert "is not empty" in twice.stderr


SAY = """
import sys
from pathlib import Path
from lantian.lake.fine import FineStore
from lantian.lake.said import Said, Value
store = FineStore.open(Path(sys.argv[1]))
value = Value("a34004", "", 60, 1_800_000_000, 35_000_000, None, None, "N")
if sys.argv[2:]:
    store.keep([Said("A1", b"##frame", 1_800_000_000_000_000, "10.0.0.9", values=(value,))])
for table in ("fine_20833", "frame_20833", "latest", "day"):
    print(store.ledger.sql.execute(f"SELECT * FROM {table}").fetchall())
print([frames for day in store.files.days() for _, frames in store.files.behind(day, 0)])
"""


def said_in(folder: Path, *words: str) -> str:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("LANTIAN_D")}
    done = subprocess.run(
        [sys.executable, "-c", SAY, str(folder), *words],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    return done.stdout


@pytest.mark.slow
def test_what_monitors_said_is_restored_with_its_frames(
    lantian: Run, made: Path, tmp_path: Path
) -> None:
    before = said_in(made, "say")
    assert "35000000" in before
    assert "##frame" in before
    assert lantian("desk", "backup", "all.tgz", "--dir", "county").returncode == 0
    restored = lantian("desk", "restore", "all.tgz", "--dir", "again")
    assert restored.returncode == 0, restored.stderr
    assert said_in(tmp_path / "again") == before


@pytest.mark.slow
def test_a_changed_archive_is_refused_and_writes_nothing(
    lantian: Run, made: Path, tmp_path: Path
) -> None:
    assert lantian("desk", "backup", "all.tgz", "--dir", "county").returncode == 0
    whole, broken = tmp_path / "whole", tmp_path / "broken.tgz"
    with tarfile.open(tmp_path / "all.tgz") as archive:
        archive.extractall(whole, filter="data")
    with (whole / "desk.sqlite").open("r+b") as file:
        file.seek(5000)
        file.write(b"\xff")
    with tarfile.open(broken, "w:gz") as archive:
        for path in whole.iterdir():
            archive.add(path, path.name)
    refused = lantian("desk", "restore", broken, "--dir", "again")
    assert refused.returncode == 2
    assert "desk.sqlite: sha256" in refused.stderr
    assert list((tmp_path / "again").iterdir()) == []


@pytest.mark.slow
def test_init_again_changes_nothing_and_gives_no_password(lantian: Run, made: Path) -> None:
    before = rows(made / "desk.sqlite")
    again = lantian("desk", "init", "--dir", "county")
    assert again.returncode == 0
    assert "password" not in again.stdout
    assert rows(made / "desk.sqlite") == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("backup", "x.tgz"), "no desk here"),
        (("audit", "verify"), "no desk here"),
        (("check",), "no desk here"),
        (("serve",), "no desk here"),
        (("restore", "absent.tgz"), "no backup that can be read"),
    ],
)
def test_where_there_is_no_desk_each_verb_says_what_to_do(
    lantian: Run, words: tuple[str, ...], said: str
) -> None:
    done = lantian("desk", *words, "--dir", "nowhere")
    assert done.returncode == 2
    assert said in done.stderr
    assert " -> " in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_a_wrong_setting_is_named_with_its_fix(lantian: Run, tmp_path: Path) -> None:
    folder = tmp_path / "county"
    folder.mkdir()
    for text, said in (
        ("[desk]\nhots = []\n", "did you mean hosts"),
        ('[desk]\nlock_after = "5"\n', "desk.lock_after"),
        ('[desk]\ntime_zone = "Mars/Base"\n', "no time zone 'Mars/Base'"),
        ("[desk\n", "the settings cannot be read"),
    ):
        (folder / "desk.toml").write_text(text, encoding="utf-8")
        done = lantian("desk", "init", "--dir", "county")
        assert done.returncode == 2, done.stdout
        assert said in done.stderr, done.stderr
        assert "Traceback" not in done.stderr


def test_a_manifest_of_another_form_is_refused(lantian: Run, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(json.dumps({"form": 99}), encoding="utf-8")
    with tarfile.open(tmp_path / "odd.tgz", "w:gz") as archive:
        archive.add(tmp_path / "manifest.json", "manifest.json")
    done = lantian("desk", "restore", "odd.tgz", "--dir", "again")
    assert done.returncode == 2
    assert "form 99" in done.stderr
