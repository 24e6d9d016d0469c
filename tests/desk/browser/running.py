"""A desk that runs as a process of its own, as a newcomer starts it, and the browser's start."""

import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep

from playwright.sync_api import Browser, BrowserContext, sync_playwright

HERE = Path(__file__).parent
#: Python's arguments for the county's desk on a short history, and for `lantian`.
COUNTY = (str(HERE / "county_desk.py"),)
LANTIAN = ("-m", "lantian.cli.main")
ADDRESS = re.compile(r"(https?://\S+:\d+)")
SIGN_IN = re.compile(r"^  \S+ +([a-z]+) +((?:[a-z0-9]{4}-){3}[a-z0-9]{4}) ", re.MULTILINE)
OPTIONS = ("--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--no-sandbox")
START_S = 300.0


class NoChromiumError(Exception):
    """There is no Chromium of the system."""


@contextmanager
def chromium(*options: str) -> Iterator[Browser]:
    """Start the system's Chromium.

    Raises
    ------
    NoChromiumError
        If there is none.
    """
    found = shutil.which("chromium")
    if found is None:
        raise NoChromiumError("no chromium: apt-get install chromium fonts-noto-cjk")
    with sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path=found, args=[*OPTIONS, *options])
        yield browser
        browser.close()


@dataclass
class RunningDesk:
    """A desk's process: what it printed, where it listens, who may sign in."""

    process: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)

    @property
    def said(self) -> str:
        """Everything printed so far."""
        return "".join(self.lines)

    @property
    def url(self) -> str:
        """Address of the pages, without a slash at its end."""
        found = ADDRESS.search(self.said)
        return found.group(1) if found else ""

    @property
    def passwords(self) -> dict[str, str]:
        """Passwords by user name, as printed."""
        return dict(SIGN_IN.findall(self.said))

    def listen(self) -> None:
        """Keep what is printed, until the end."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)

    def wait_for(self, words: str) -> None:
        """Wait until a line with these words was printed."""
        end = monotonic() + START_S
        while words not in self.said:
            if self.process.poll() is not None or monotonic() > end:
                raise AssertionError(f"{words!r} was not printed:\n{self.said}")
            sleep(0.05)

    def family(self) -> list[int]:
        """Process numbers of the desk's own process and of all that it started."""
        parents = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                text = stat.read_text(encoding="utf-8", errors="replace")
            except (FileNotFoundError, ProcessLookupError):
                continue
            parents[int(stat.parent.name)] = int(text.rpartition(")")[2].split()[1])
        found = [self.process.pid]
        for one in found:
            found += [child for child, parent in parents.items() if parent == one]
        return found

    def stop(self) -> int:
        """Press Ctrl-C once; return the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(30)


@contextmanager
def running(words: Sequence[str], env: Mapping[str, str]) -> Iterator[RunningDesk]:
    """Run a Python command that serves a desk; it is stopped at the end."""
    with subprocess.Popen(
        [sys.executable, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        env=dict(env),
        start_new_session=True,
    ) as process:
        desk = RunningDesk(process)
        reader = threading.Thread(target=desk.listen, daemon=True)
        reader.start()
        try:
            desk.wait_for("Ctrl-C")
            yield desk
        finally:
            desk.stop()
            reader.join(30)


def sign_in(context: BrowserContext, desk: RunningDesk, user: str) -> None:
    """Sign in with user name and printed password."""
    page = context.new_page()
    page.goto(f"{desk.url}/sign-in?next=/account")
    page.locator("input[name=username]").fill(user)
    page.locator("input[name=password]").fill(desk.passwords[user])
    page.locator("main form button").click()
    page.wait_for_url("**/account")
    page.close()
