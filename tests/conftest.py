"""What all tests share: where the shared data lie, slow tests, how hard hypothesis looks."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[1]

# A busy two-core machine is no reason to fail a law, so nothing here is timed.
settings.register_profile(
    "fast",
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "slow", max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="run the tests that take minutes, too")


def pytest_configure(config: pytest.Config) -> None:
    settings.load_profile("slow" if config.getoption("--slow") else "fast")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--slow"):
        return
    slow = [item for item in items if item.get_closest_marker("slow")]
    if slow:
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if not item.get_closest_marker("slow")]


@pytest.fixture(scope="session")
def root() -> Path:
    """The root of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared data; its absence skips a test, and fails it where CI is set."""
    folder = Path(os.environ.get("LANTIAN_SHARED") or ROOT.parent / "shared").resolve()
    if not folder.is_dir():
        reason = f"shared data {folder} absent: set LANTIAN_SHARED"
        if os.environ.get("CI") or os.environ.get("LANTIAN_REQUIRE_SHARED"):
            pytest.fail(reason)
        pytest.skip(reason)
    return folder
