"""What all tests share: shared data, databases, slow tests, how hard hypothesis looks."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from lantian.lake.database import URL
from lantian.lake.gate_ledger import GateLedger
from lantian.lake.ledger import Ledger
from postgres import PLAIN, PLAIN_GATE, SETTING, NoServerError, Server, any_server, lakes_in

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


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server; where there is none a test is skipped, and fails where CI is set."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(any_server())
        except NoServerError as error:
            if os.environ.get("CI"):
                pytest.fail(str(error))
            pytest.skip(str(error))
        yield server


@pytest.fixture(scope="session", autouse=True)
def _lakes_in_postgres(request: pytest.FixtureRequest) -> Iterator[None]:
    """Put every lake of the tests into PostgreSQL where LANTIAN_TEST_DATABASE_URL is set."""
    if SETTING not in os.environ:
        yield
        return
    with lakes_in(request.getfixturevalue("postgres")):
        yield


@pytest.fixture
def plain_lakes() -> Iterator[None]:
    """Lakes live in SQLite, unless the test itself sets LANTIAN_DATABASE_URL."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(URL, "")
        for name, how in PLAIN.items():
            patch.setattr(Ledger, name, how)
        patch.setattr(GateLedger, "open", PLAIN_GATE)
        yield


@pytest.fixture
def lake_backend(request: pytest.FixtureRequest) -> Iterator[str]:
    """Where the tables of the test's lakes live; `postgres.BOTH` gives one and the other."""
    name: str = getattr(request, "param", "sqlite")
    if name == "sqlite" or SETTING in os.environ:
        yield name
        return
    with lakes_in(request.getfixturevalue("postgres")):
        yield name
