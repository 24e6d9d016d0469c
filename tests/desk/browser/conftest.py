"""A running desk with the county's content, and people who are signed in to it."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from desk.browser.running import COUNTY, RunningDesk, running, sign_in
from desk.browser.watch import Watch

DESK = {"width": 1440, "height": 900}
type Entered = Callable[..., Page]


@pytest.fixture(scope="session")
def plain_env() -> Mapping[str, str]:
    """The environment of a newcomer: nothing of Lantian or Django is set."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("LANTIAN_", "DJANGO_"))}


@pytest.fixture(scope="session")
def county_folder(tmp_path_factory: pytest.TempPathFactory, plain_env: Mapping[str, str]) -> Path:
    """The county's data folder, made once for all workers of a run."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "county"
    with (folder.parent / "county.lock").open("w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            new = folder.with_name("county-new")
            shutil.rmtree(new, ignore_errors=True)
            words = [sys.executable, *COUNTY, "make", str(new)]
            subprocess.run(words, check=True, env=dict(plain_env))
            new.rename(folder)
    return folder


@pytest.fixture(scope="session")
def desk(
    county_folder: Path, plain_env: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningDesk]:
    """A desk of this worker alone; at the end Ctrl-C must stop all of it."""
    folder = tmp_path_factory.mktemp("desk") / "county"
    shutil.copytree(county_folder, folder)
    with running([*COUNTY, "serve", str(folder)], plain_env) as desk:
        yield desk
        family = desk.family()
        assert desk.stop() == 0
        assert [pid for pid in family if Path(f"/proc/{pid}").exists()] == []


@pytest.fixture
def open_context(browser: Browser, desk: RunningDesk) -> Iterator[Callable[..., BrowserContext]]:
    """Open a browser of its own, watched; what goes wrong in it fails the test.

    `bears` are answers of 400 and above that the test means to get.
    """
    with ExitStack() as stack:
        watches: list[Watch] = []

        def make(*, bears: Sequence[int] = (), **options: object) -> BrowserContext:
            given = {"viewport": DESK, "locale": "zh-CN", **options}
            context = browser.new_context(**given)  # type: ignore[arg-type]
            stack.callback(context.close)
            context.set_default_timeout(20_000)
            watches.append(Watch(context, urlsplit(desk.url).netloc, bears))
            return context

        yield make
        found = [line for watch in watches for line in watch.found]
        assert not found, "\n".join(found)


@pytest.fixture
def entered(open_context: Callable[..., BrowserContext], desk: RunningDesk) -> Entered:
    """Sign in in a browser of its own: entered("hq", "/air/", viewport=…)."""

    def make(user: str, path: str, **options: object) -> Page:
        context = open_context(**options)
        sign_in(context, desk, user)
        page = context.new_page()
        page.goto(desk.url + path)
        return page

    return make
