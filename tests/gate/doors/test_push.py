"""HTTP push: 200 only once it is durable, and every other request gets a plain refusal."""

import asyncio
import hashlib
import http.client
import threading
from pathlib import Path
from typing import Any

import pytest
import requests

from gate.door import run_async
from gate.doors.inside import Inside, body, declare, faults, now_t, stored
from lantian.gate.doors import push as door
from lantian.gate.doors.opening import Ways
from lantian.lake.fine import FineStore
from lantian.lake.said import Said

TOKEN = "s3cret"  # noqa: S105
STREAM = f'door = "http"\n[http]\ntoken_sha256 = "{hashlib.sha256(TOKEN.encode()).hexdigest()}"\n'
WAYS = Ways(http=("127.0.0.1", 0))


def send(port: int, data: Any, token: str = TOKEN, name: str = "vendor", **more: Any) -> Any:
    return requests.post(
        f"http://127.0.0.1:{port}/push/{name}?v=1",
        data=data,
        headers={"Authorization": f"Bearer {token}"},
        timeout=30,
        **more,
    )


def test_what_is_pushed_is_kept_and_answered(folder: Path) -> None:
    declare(folder, "vendor", STREAM)
    t = now_t()

    async def work() -> None:
        async with Inside(folder, WAYS) as gate:
            port = gate.port

            def speak() -> None:
                good = send(port, body(("A1", t, 1), ("X9", t, 2)))
                assert (good.status_code, good.text) == (200, "values=1\nunknown\n")
                again = send(port, body(("A1", t, 1), ("X9", t, 2)))
                assert again.status_code == 200
                chunked = send(port, iter([body(("A1", t - 1, 2))[:9], body(("A1", t - 1, 2))[9:]]))
                assert chunked.status_code == 200
                bad = send(port, b"{")
                assert bad.status_code == 422
                assert "JSON" in bad.text
                half = send(port, body(("A1", t - 2, 3), ("A1", t - 3, "x")))
                assert half.status_code == 200
                assert "no number" in half.text

            await asyncio.to_thread(speak)

    run_async(work)
    assert stored(folder) == {("A1", t): 1, ("A1", t - 1): 2, ("A1", t - 2): 3}
    assert faults(folder) == {
        ("A1", "again"): 1, ("X9", "unknown"): 1, ("X9", "again"): 1, ("", "syntax"): 1,
        ("A1", "text"): 1,
    }  # fmt: skip


def test_tokens_are_per_stream_and_guessing_is_stopped(folder: Path) -> None:
    declare(folder, "vendor", STREAM)
    other = hashlib.sha256(b"other").hexdigest()
    declare(folder, "second", f'door = "http"\n[http]\ntoken_sha256 = "{other}"\n')

    async def work() -> None:
        async with Inside(folder, WAYS) as gate:
            port = gate.port

            def speak() -> None:
                wrong = [
                    send(port, b"{}", "other"),
                    send(port, b"{}", TOKEN, "second"),
                    send(port, b"{}", TOKEN, "none"),
                    send(port, b"{}", ""),
                ]
                assert {answer.status_code for answer in wrong} == {401}
                assert len({answer.text for answer in wrong}) == 1
                while send(port, b"{}", "guess").status_code == 401:
                    pass
                assert send(port, body(("A1", 1, 1))).status_code == 429

            await asyncio.to_thread(speak)
            assert gate.reception.counts[("http", "", "401")] == 20

    run_async(work)
    assert stored(folder) == {}


def test_nothing_is_answered_200_before_it_is_durable(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare(folder, "vendor", STREAM)
    monkeypatch.setattr(door, "_KEEP_S", 0.3)
    keep, away = FineStore.keep, threading.Event()

    def slow(store: FineStore, group: list[Said]) -> Any:
        away.wait(10)
        return keep(store, group)

    monkeypatch.setattr(FineStore, "keep", slow)
    t = now_t()

    async def work() -> None:
        async with Inside(folder, WAYS) as gate:
            early = await asyncio.to_thread(send, gate.port, body(("A1", t, 1)))
            assert early.status_code == 503
            away.set()
            late = await asyncio.to_thread(send, gate.port, body(("A1", t, 1)))
            assert late.status_code == 200

    run_async(work)
    assert stored(folder) == {("A1", t): 1}


HEAD = f"POST /push/vendor HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n"


@pytest.mark.parametrize(
    ("request_text", "status"),
    [
        ("GET /push/vendor HTTP/1.1\r\n\r\n", 405),
        ("hello\r\n\r\n", 400),
        ("\x16\x03\x01\x02\r\n\r\n", 400),
        (HEAD + "\r\n", 411),
        (HEAD + "Content-Length: -1\r\n\r\n", 400),
        (HEAD + "Content-Length: ٣\r\n\r\n", 400),
        (HEAD + "Content-Length: 4000001\r\n\r\n", 413),
        (HEAD + f"Content-Length: {'9' * 500}\r\n\r\n", 413),
        (HEAD + "Content-Length: 2\r\nContent-Length: 9\r\n\r\n{}", 400),
        (HEAD + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}", 400),
        (HEAD + "Transfer-Encoding: gzip\r\n\r\n", 400),
        (HEAD + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (HEAD + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}xx", 400),
        (HEAD + "Transfer-Encoding: chunked\r\n\r\nffffff\r\n", 413),
        (HEAD + "Content-Length : 2\r\n\r\n{}", 400),
        (HEAD + "no colon\r\n\r\n", 400),
        (HEAD + "X: " + "x" * 20_000, 431),
        (HEAD + "".join(f"X{n}: 1\r\n" for n in range(200)) + "\r\n", 431),
        (HEAD + "Content-Length: 9\r\n\r\n{}", 408),
    ],
)
def test_a_request_that_is_none_is_refused_and_harms_no_other(
    folder: Path, monkeypatch: pytest.MonkeyPatch, request_text: str, status: int
) -> None:
    declare(folder, "vendor", STREAM)
    monkeypatch.setattr(door, "_REQUEST_S", 0.3)
    t = now_t()

    async def work() -> None:
        async with Inside(folder, WAYS) as gate:
            reader, writer = await asyncio.open_connection("127.0.0.1", gate.port)
            writer.write(request_text.encode())
            answer = await reader.read()
            assert answer.startswith(f"HTTP/1.1 {status} ".encode())
            writer.close()
            good = await asyncio.to_thread(send, gate.port, body(("A1", t, 1)))
            assert good.status_code == 200

    run_async(work)
    assert stored(folder) == {("A1", t): 1}


def test_one_connection_serves_many_requests_and_asks_before_long_bodies(folder: Path) -> None:
    declare(folder, "vendor", STREAM)
    t = now_t()

    async def work() -> None:
        async with Inside(folder, WAYS) as gate:
            port = gate.port

            def speak() -> None:
                line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
                for n in range(3):
                    line.request(
                        "POST",
                        "/push/vendor",
                        body(("A1", t - n, n)),
                        {"Authorization": f"bearer {TOKEN}", "Expect": "100-continue"},
                    )
                    answer = line.getresponse()
                    assert answer.status == 200
                    answer.read()
                line.close()

            await asyncio.to_thread(speak)

    run_async(work)
    assert stored(folder) == {("A1", t - n): n for n in range(3)}
