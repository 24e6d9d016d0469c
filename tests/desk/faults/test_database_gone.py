"""PostgreSQL stops and starts again under a running desk."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests

from desk.browser.running import LANTIAN, RunningDesk, running
from postgres import NoServerError, Throwaway, throwaway

OFFICE = Path(__file__).with_name("office.py")
WORDS = "数据库暂时连不上，或正忙"
PAGES = ("/", "/places/", "/jobs/", "/air/")
#: Waits between tries grow up to this while the database is away.
LONGEST_S = 30


@dataclass
class Office:
    """A browser and a program that call a running desk."""

    url: str
    cookie: str
    token: str

    def page(self, path: str, **headers: str) -> requests.Response:
        cookies = {"lantian_session": self.cookie}
        return requests.get(
            self.url + path, cookies=cookies, headers=headers, timeout=30, allow_redirects=False
        )

    def api(self) -> requests.Response:
        said = {"Authorization": f"Bearer {self.token}"}
        return requests.get(f"{self.url}/api/v1/places", headers=said, timeout=30)


def beats(url: str) -> dict[str, Any]:
    """When worker and scheduler last showed that they run."""
    with psycopg.connect(url) as connection:
        return dict(connection.execute("SELECT role, at FROM desk.jobs_presence").fetchall())


def until(what: Callable[[], bool], seconds: float) -> float:
    """Wait for something to become true; return how long it took."""
    began = time.monotonic()
    while not what():
        assert time.monotonic() - began < seconds, "waited in vain"
        time.sleep(0.2)
    return time.monotonic() - began


def refused(office: Office) -> None:
    """Every page and every program is told, in words, and none is left without an answer."""
    for path in PAGES:
        answer = office.page(path)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5"), path
        assert WORDS in answer.text, path
    answers = (office.page("/places/", Accept="application/json"), office.api())
    for answer in answers:
        assert answer.status_code == answer.json()["status"] == 503
        assert answer.headers["Content-Type"] == "application/problem+json"
    assert office.page("/healthz").status_code == 503


def gone_and_back(server: Throwaway, url: str, desk: RunningDesk, office: Office) -> None:
    usual = {path: office.page(path).status_code for path in PAGES}
    assert not [path for path, status in usual.items() if status >= 500]
    assert office.api().status_code == 200
    until(lambda: {"worker", "scheduler"} <= beats(url).keys(), 30)
    family = set(desk.family())
    server.stop()
    refused(office)
    time.sleep(3)
    refused(office)
    server.start()
    before = beats(url)
    pages_s = until(lambda: office.page("/places/").status_code == 200, 10)
    assert {path: office.page(path).status_code for path in PAGES} == usual
    assert office.api().status_code == office.page("/healthz").status_code == 200
    jobs_s = until(
        lambda: all(at > before[role] for role, at in beats(url).items()), LONGEST_S + 20
    )
    print(f"pages answered after {pages_s:.1f} s, worker and scheduler after {jobs_s:.1f} s")
    assert set(desk.family()) == family, desk.said


@pytest.mark.slow
def test_a_running_desk_says_so_and_goes_on_by_itself(tmp_path: Path) -> None:
    try:
        with throwaway() as server:
            url = server.create()
            env = os.environ | {"LANTIAN_DATABASE_URL": url, "LANTIAN_DIR": str(tmp_path)}
            desk = ("desk", "init", "--dir", str(tmp_path))
            subprocess.run([sys.executable, *LANTIAN, *desk], env=env, check=True)
            made = subprocess.run(
                [sys.executable, OFFICE, tmp_path], env=env, check=True, stdout=subprocess.PIPE
            )
            cookie, token = made.stdout.decode().split()
            serve = ("desk", "serve", "--dir", str(tmp_path), "--port", "0")
            with running((*LANTIAN, *serve), env) as desk:
                desk.wait_for("http")
                gone_and_back(server, url, desk, Office(desk.url, cookie, token))
    except NoServerError as error:
        if os.environ.get("CI"):
            pytest.fail(str(error))
        pytest.skip(str(error))
