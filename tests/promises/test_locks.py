"""What is installed is what was locked: hashes, no host, and one set within the other."""

import re
import tomllib
from pathlib import Path

import pytest


def _pins(path: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", path.read_text("utf-8"), re.MULTILINE))


@pytest.fixture(scope="module")
def run(root: Path) -> dict[str, str]:
    return _pins(root / "requirements.lock")


@pytest.fixture(scope="module")
def dev(root: Path) -> dict[str, str]:
    return _pins(root / "requirements-dev.lock")


def _name(requirement: str) -> str:
    return re.split(r"[<>=!~;\[ ]", requirement)[0]


def test_the_set_to_run_lies_within_the_set_to_test(
    run: dict[str, str], dev: dict[str, str]
) -> None:
    assert run
    assert run.items() <= dev.items()


def test_every_declared_dependency_is_locked(
    root: Path, run: dict[str, str], dev: dict[str, str]
) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    groups = project["dependency-groups"]
    needed = {_name(r) for r in project["project"]["dependencies"] + groups["install"]}
    assert needed <= run.keys()
    assert {_name(r) for r in groups["dev"]} <= dev.keys()


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_every_pin_has_its_hash_and_no_line_names_a_host(root: Path, name: str) -> None:
    text = (root / name).read_text("utf-8")
    for block in re.split(r"\n(?=[a-z])", text):
        if "==" in block.partition("\n")[0]:
            assert "--hash=sha256:" in block, block[:60]
    assert "://" not in text
    assert "--index-url" not in text
