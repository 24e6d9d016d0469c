"""Backup and restore of a desk whose tables are in PostgreSQL."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from postgres import Server


def run(url: str, cwd: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("LANTIAN_")}
    return subprocess.run(
        [sys.executable, "-m", "lantian.cli.main", "desk", *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env={**environment, "LANTIAN_DATABASE_URL": url},
    )


def say(url: str, folder: Path) -> None:
    """Let a monitor say something."""
    program = """
import sys
from pathlib import Path
from lantian.lake.fine import FineStore
from lantian.lake.said import Said, Value
value = Value("a34004", "", 60, 1_800_000_000, 35_000_000, None, None, "N")
said = Said("A1", b"##frame", 1_800_000_000_000_000, "10.0.0.9", values=(value,))
FineStore.open(Path(sys.argv[1])).keep([said])
"""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("LANTIAN_")}
    subprocess.run(
        [sys.executable, "-c", program, str(folder)],
        check=True,
        env={**environment, "LANTIAN_DATABASE_URL": url},
    )


def rows(url: str) -> dict[str, int]:
    with psycopg.connect(url) as link:
        names = link.execute(
            "SELECT format('%I.%I', table_schema, table_name) FROM information_schema.tables "
            "WHERE table_schema IN ('desk', 'lake', 'gate')"
        ).fetchall()
        return {n: link.execute(f"SELECT COUNT(*) FROM {n}").fetchone()[0] for (n,) in names}


@pytest.mark.slow
def test_tables_come_back_as_they_were_and_go_on_counting(postgres: Server, tmp_path: Path) -> None:
    one, other = postgres.create(), postgres.create()
    try:
        made = run(one, tmp_path, "init", "--dir", "county")
        assert made.returncode == 0, made.stderr
        say(one, tmp_path / "county")
        saved = run(one, tmp_path, "backup", "all.tgz", "--dir", "county")
        assert saved.returncode == 0, saved.stderr
        wrong = run(
            "postgresql://nobody@127.0.0.1:1/x", tmp_path, "restore", "all.tgz", "--dir", "b"
        )
        assert wrong.returncode == 2
        assert "Traceback" not in wrong.stderr
        restored = run(other, tmp_path, "restore", "all.tgz", "--dir", "again")
        assert restored.returncode == 0, restored.stderr
        assert rows(other) == rows(one)
        assert rows(other)["desk.accounts_account"] == 1
        assert rows(other)["gate.fine_20833"] == 1
        verified = run(other, tmp_path, "audit", "verify", "--dir", "again")
        assert verified.returncode == 0, verified.stdout + verified.stderr
        with psycopg.connect(other) as link:
            highest = link.execute("SELECT MAX(id) FROM desk.log_entry").fetchone()[0]
            follows = link.execute(
                "SELECT nextval(pg_get_serial_sequence('desk.log_entry', 'id'))"
            ).fetchone()[0]
        assert follows > highest
    finally:
        for url in (one, other):
            postgres.drop(url)
