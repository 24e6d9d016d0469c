"""Imports go one way: the contracts hold, and they cover every room there is."""

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

CORE = {"twin", "evaluate", "series", "rules", "hj212", "terms", "errors"}


@pytest.fixture(scope="module")
def contracts(root: Path) -> dict[str, dict[str, Any]]:
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    return {c["name"]: c for c in project["tool"]["importlinter"]["contracts"]}


def test_all_contracts_hold(root: Path) -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [linter, "--no-cache"], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


def test_the_core_is_forbidden_what_it_must_not_know(
    contracts: dict[str, dict[str, Any]],
) -> None:
    forbidden = contracts["the core knows no framework, no storage and no clock"]
    assert {f"lantian.{room}" for room in CORE} <= set(forbidden["source_modules"])
    assert {"pyarrow", "duckdb", "sqlite3", "logging", "time"} <= set(
        forbidden["forbidden_modules"]
    )


def test_every_room_has_its_layer(root: Path, contracts: dict[str, dict[str, Any]]) -> None:
    named = " ".join(contracts["rooms, from edge to core"]["layers"])
    rooms = {p.parent.name for p in (root / "src/lantian").glob("*/__init__.py")}
    assert rooms >= CORE - {"errors"}
    assert [room for room in sorted(rooms) if room not in named] == []
    assert contracts["rooms, from edge to core"]["exhaustive"] is True
