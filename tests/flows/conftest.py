"""A lake of the data that come with Lantian, loaded once for the tests of flows."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from lantian.flows.add import add_files
from lantian.flows.demo import DATA
from lantian.lake.enrol import enrol
from lantian.lake.store import Lake


@pytest.fixture(scope="session")
def beijing_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("beijing") / "lake"
    Lake.init(folder)
    with Lake.open(folder) as lake:
        add_files(lake, [DATA / "hours.parquet"], layout="prsa", progress=print)
        for register in ("stations", "places", "targets"):
            enrol(lake, register, DATA / f"{register}.csv")
    return folder


@pytest.fixture
def beijing(beijing_folder: Path, tmp_path: Path) -> Iterator[Lake]:
    """A copy of its own for each test."""
    folder = tmp_path / "lake"
    shutil.copytree(beijing_folder, folder)
    with Lake.open(folder) as lake:
        yield lake
