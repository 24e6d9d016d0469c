"""Pulling a vendor's interface: windows, pages, faults, and going on where it was."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from gate.door import run_async
from gate.doors.inside import Inside, declare, faults, now_t, stored
from gate.doors.vendor import SIZE, Vendor, vendor
from lantian.errors import BadSetting
from lantian.gate.doors import puller as door
from lantian.gate.doors.opening import Ways
from lantian.gate.doors.request import Page, Pull, Window, request_of
from lantian.gate.doors.streams import shaped
from lantian.lake.gate_ledger import GateLedger
from lantian.lake.progress import note_progress, progress

STREAM = """door = "pull"
[pull]
url = "{url}/{path}"
headers = {{ Authorization = "Bearer ${{VENDOR_TOKEN}}" }}
every_s = 1
rate_s = 0.05
window_s = {window}
overlap_s = 60
back_s = 1000
time_format = "unix_s"
size = {size}
items = "rows"
ok = "code"
ok_is = "0"
{more}
"""
WINDOW = "from={begin}&to={end}"


@pytest.fixture
def interface(monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendor]:
    monkeypatch.setenv("VENDOR_TOKEN", "t0ken")
    monkeypatch.setattr(door, "_AGAIN_S", 0.05)
    with vendor() as serving:
        yield serving


def declared(folder: Path, url: str, path: str, more: str = "", window: int = 400) -> None:
    text = STREAM.format(url=url, path=path, more=more, window=window, size=SIZE)
    declare(folder, "vendor", text)


def rows(count: int, until_t: int) -> list[tuple[str, int, int]]:
    return [("A1", until_t - 3 * n, n) for n in range(count)]


def expected(some: list[tuple[str, int, int]]) -> dict[tuple[str, int], int | None]:
    return {(mn, t): value for mn, t, value in some}


@pytest.mark.parametrize(
    ("path", "more"),
    [
        (f"page?{WINDOW}&page={{page}}", 'paging = "page"'),
        (f"offset?{WINDOW}&offset={{offset}}", 'paging = "offset"'),
        (f"cursor?{WINDOW}&cursor={{cursor}}", 'paging = "cursor"\nnext = "next"'),
        (
            "page",
            'paging = "page"\nmethod = "POST"\n'
            'body = \'{"from": {begin}, "to": {end}, "page": {page}}\'',
        ),
    ],
)
def test_all_pages_of_all_windows_come_once(
    folder: Path, interface: Vendor, path: str, more: str
) -> None:
    declared(folder, interface.url, path, more)
    interface.rows = rows(300, now_t() - 1)

    async def work() -> None:
        async with Inside(folder, Ways()) as gate:
            await gate.until(lambda: gate.writer.state.values == 300)

    run_async(work)
    assert stored(folder) == expected(interface.rows)
    assert {headers["Authorization"] for _, _, headers in interface.asked} == {"Bearer t0ken"}
    assert len(interface.asked) >= 7  # three windows, of 134, 133 and 33 rows, 50 to a page


def test_after_a_stop_what_was_missed_is_fetched_and_what_came_late(
    folder: Path, interface: Vendor
) -> None:
    declared(folder, interface.url, f"page?{WINDOW}&page={{page}}", 'paging = "page"')
    t = now_t()
    interface.rows = rows(10, t - 1)

    async def work() -> None:
        async with Inside(folder, Ways()) as gate:
            await gate.until(lambda: gate.writer.state.values == 10)
        # It was away for 2,000 s: three of its windows, and longer than it goes back at first.
        with tables(folder) as ledger:
            note_progress(ledger, "vendor", t - 2_000)
        interface.asked.clear()
        interface.rows += [("A1", t - 2_030, 77), ("A1", t - 1_500, 78)]
        async with Inside(folder, Ways()) as gate:
            await gate.until(lambda: gate.writer.state.values == 2)
            assert int(interface.asked[0][1]["from"]) == t - 2_060
            await gate.until(lambda: progressed(folder) >= t)

    run_async(work)
    assert stored(folder) == expected(interface.rows)


@contextmanager
def tables(folder: Path) -> Iterator[GateLedger]:
    ledger = GateLedger.open(folder, busy_s=5)
    yield ledger
    ledger.close()


def progressed(folder: Path) -> int:
    with tables(folder) as ledger:
        return progress(ledger, "vendor") or 0


@pytest.mark.slow
def test_what_fails_is_tried_again_and_progress_waits_for_it(
    folder: Path, interface: Vendor
) -> None:
    declared(folder, interface.url, f"page?{WINDOW}&page={{page}}", 'paging = "page"', 2_000)
    t = now_t()
    interface.rows = rows(5, t - 1)
    interface.instead = [
        (500, {}, b""),
        (429, {"Retry-After": "0"}, b""),
        (302, {"Location": f"{interface.url}/elsewhere"}, b""),
        (200, {}, b'{"code": 401, "msg": "no"}'),
        (200, {}, b'{"code": 0, "rows": [{"id": "A1"}]}'),
        (200, {}, b"x" * 4_100_000),
    ]

    async def work() -> None:
        async with Inside(folder, Ways()) as gate:
            await gate.until(lambda: any("HTTP 302" in line for line in gate.said))
            assert progressed(folder) == 0
            await gate.until(lambda: any("code='401'" in line for line in gate.said))
            await gate.until(lambda: any("没有可取的记录" in line for line in gate.said))
            assert progressed(folder) == 0
            await gate.until(lambda: any("bytes" in line for line in gate.said))
            await gate.until(lambda: gate.writer.state.values == 5)
            await gate.until(lambda: any("all is well" in line for line in gate.said))
            assert gate.reception.counts[("pull", "vendor", "failed")] == 4

    run_async(work)
    assert stored(folder) == expected(interface.rows)
    assert {path for path, _, _ in interface.asked} == {"/page"}
    assert faults(folder)[("", "time")] == 1


def test_an_interface_that_is_away_is_waited_for_and_no_secret_is_said(
    folder: Path, interface: Vendor
) -> None:
    declared(folder, "http://127.0.0.1:9", f"page?key=${{VENDOR_TOKEN}}&{WINDOW}")

    async def work() -> None:
        async with Inside(folder, Ways()) as gate:
            await gate.until(lambda: any("ConnectionError" in line for line in gate.said))
            assert "t0ken" not in "".join(gate.said)

    run_async(work)


@pytest.mark.slow
def test_one_after_the_other_is_asked_for_at_the_declared_rate(
    folder: Path, interface: Vendor
) -> None:
    more = 'each = ["A1", "甲"]\n'
    declared(folder, interface.url, "offset?id={each}&offset={offset}", more)
    t = now_t()
    interface.rows = [("A1", t, 1), ("甲", t, 2)]

    async def work() -> None:
        async with Inside(folder, Ways()) as gate:
            await gate.until(lambda: len(interface.asked) >= 4)

    run_async(work)
    assert {asked["id"] for _, asked, _ in interface.asked} == {"A1", "甲"}
    assert stored(folder) == {("A1", t): 1}
    assert faults(folder)[("甲", "unknown")] == 1


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"url": "ftp://v/"}, "http:// or https://"),
        ({"url": "http://{each}/"}, "host"),
        ({"url": "http://${HOST}/"}, "host"),
        ({"url": "http://v/?a={begin}"}, "stand together"),
        ({"url": "http://v/?a={start}"}, "unknown start"),
        ({"url": "http://v/", "paging": "page"}, "neither url nor body"),
        ({"url": "http://v/?c={cursor}", "paging": "cursor"}, "next"),
        ({"url": "http://v/", "zone": "CST"}, "+08:00"),
        ({"url": "http://v/", "every_s": 0.0}, "every_s"),
        ({"url": "http://v/", "window_s": 60, "overlap_s": 60}, "longer than overlap_s"),
        ({"url": "http://v/", "retries": 3}, "unknown key retries"),
    ],
)
def test_settings_that_are_wrong_are_refused(table: dict[str, Any], said: str) -> None:
    with pytest.raises(BadSetting) as caught:
        shaped(Pull, table, "doors/x.toml [pull]")
    assert said in str(caught.value)


def test_a_secret_that_is_not_set_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NONE_SUCH", raising=False)
    pull = Pull("http://v/", headers={"X": "${NONE_SUCH}"})
    with pytest.raises(BadSetting, match="NONE_SUCH"):
        request_of(pull, Window(0, 0), Page(1, 0, ""), "")
    monkeypatch.setenv("NONE_SUCH", hashlib.sha256(b"").hexdigest())
    assert request_of(pull, Window(0, 0), Page(1, 0, ""), "").headers["X"].startswith("e3b0")


def test_a_place_can_not_break_out_of_where_it_stands() -> None:
    pull = Pull("http://v/{each}", method="POST", body='{"id": "{each}"}')
    request = request_of(pull, Window(0, 0), Page(1, 0, ""), '../"x?y')
    assert request.url == "http://v/..%2F%22x%3Fy"
    assert request.body == b'{"id": "../\\"x?y"}'
