"""What the promises look at: the files of the repository and the modules of the package."""

import subprocess
from pathlib import Path

import pytest

from lantian.cli import main


@pytest.fixture(scope="session")
def files(root: Path) -> list[Path]:
    """Every file that is, or is about to be, under version control."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root,
        check=True,
        capture_output=True,
    ).stdout.decode()
    found = [root / name for name in listed.split("\0") if name]
    return [path for path in found if path.is_file()]


@pytest.fixture(scope="session")
def modules(root: Path, files: list[Path]) -> list[Path]:
    """Every module of the package that is written by hand: Django writes changes of tables."""
    package = root / "src" / "lantian"
    return [
        path
        for path in files
        if path.suffix == ".py" and path.is_relative_to(package) and "migrations" not in path.parts
    ]


@pytest.fixture(scope="session")
def commands() -> list[str]:
    """Name of every command."""
    return main.names()
