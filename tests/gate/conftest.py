"""Gates for tests: lakes with known devices, and gates that end with their test."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gate.door import DEVICES, MOMENT, STATIONS, Running, now_local, write
from lantian.lake.store import Lake


@pytest.fixture(autouse=True)
def moment() -> None:
    MOMENT[0] = now_local()


@pytest.fixture
def folder(tmp_path: Path, lake_backend: str) -> Path:
    """A lake with two stations and a monitor for each."""
    home = tmp_path / "lake"
    Lake.init(home)
    write(home, "stations", STATIONS)
    write(home, "devices", DEVICES)
    return home


@pytest.fixture
def start(folder: Path) -> Iterator[Callable[..., Running]]:
    """Start gates; whatever the test does, they end with it."""
    gates: list[Running] = []

    def begin(*more: str, port: int = 0) -> Running:
        gates.append(Running(folder, *more, port=port))
        return gates[-1]

    yield begin
    for gate in gates:
        gate.end(signal.SIGKILL)
