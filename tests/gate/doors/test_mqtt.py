"""MQTT through a real broker: sessions, restarts, repeats, and what cannot be read."""

import asyncio
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from gate.certificate import certificate
from gate.door import rows_of, run_async
from gate.doors.inside import Broker, Inside, body, broker, declare, faults, now_t, stored
from lantian.errors import BadSetting
from lantian.gate.doors.mqtt import PASSWORD_SETTING, broker_of
from lantian.gate.doors.opening import Ways
from lantian.lake.fine import FineStore
from lantian.lake.said import Said

STREAM = 'door = "mqtt"\n[mqtt]\ntopics = ["vendor/+/data"]\n'


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Broker]:
    with broker(tmp_path / "mosquitto") as running:
        yield running


class Publisher:
    """A vendor's client that waits until the broker has what it publishes."""

    def __init__(
        self,
        port: int,
        user: str = "",
        password: str = "",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.client = Client(CallbackAPIVersion.VERSION2, "vendor")
        if tls is not None:
            self.client.username_pw_set(user, password)
            self.client.tls_set_context(tls)
        up = threading.Event()
        self.client.on_connect = lambda *_: up.set()
        self.client.connect("localhost", port)
        self.client.loop_start()
        assert up.wait(10)

    def publish(self, topic: str, payload: bytes, qos: int = 1) -> None:
        self.client.publish(topic, payload, qos).wait_for_publish(10)

    def __enter__(self) -> "Publisher":
        return self

    def __exit__(self, *_: object) -> None:
        self.client.disconnect()
        self.client.loop_stop()


def connected(gate: Inside, times: int = 1) -> bool:
    return sum("已连接" in line for line in gate.said) >= times


def test_what_was_published_while_nobody_listened_comes_and_bad_messages_harm_no_good_one(
    folder: Path, mosquitto: Broker
) -> None:
    declare(folder, "vendor", STREAM)
    t = now_t()

    async def work() -> None:
        async with Inside(folder, Ways(mqtt=mosquitto.url)) as gate:
            await gate.until(lambda: connected(gate))
        with Publisher(mosquitto.port) as vendor:
            await asyncio.to_thread(vendor.publish, "vendor/7/data", body(("A1", t, 1)))
            for bad in (b"{", b"", b"\x00" * 50, b"[" * 100_000, b'{"rows": [{"id": "A1"}]}'):
                await asyncio.to_thread(vendor.publish, "vendor/7/data", bad)
            large = body(*(("A1", t - n, n) for n in range(2, 30_000)))
            assert len(large) > 1_000_000
            await asyncio.to_thread(vendor.publish, "vendor/8/data", large)
            await asyncio.to_thread(vendor.publish, "other/7/data", body(("A1", t, 99)))
        async with Inside(folder, Ways(mqtt=mosquitto.url)) as gate:
            await gate.until(lambda: gate.writer.state.values >= 29_999)
            assert "session kept" in "".join(gate.said)
            counts = gate.reception.counts
            assert counts[("mqtt", "vendor", "message")] == 7
            assert counts[("mqtt", "vendor", "syntax")] == 4
        # All was confirmed: a third start is sent nothing.
        async with Inside(folder, Ways(mqtt=mosquitto.url)) as gate:
            await gate.until(lambda: connected(gate))
            await asyncio.sleep(0.3)
            assert not gate.reception.counts

    run_async(work)
    found = stored(folder)
    assert len(found) == 29_999
    assert found[("A1", t)] == 1
    assert found[("A1", t - 29_999)] == 29_999
    assert faults(folder) == {("", "syntax"): 4, ("", "time"): 1}


def test_nothing_is_confirmed_before_it_is_durable_and_what_comes_twice_is_kept_once(
    folder: Path, mosquitto: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare(folder, "vendor", STREAM)
    t = now_t()
    keep = FineStore.keep
    away = threading.Event()
    held = threading.Event()

    def slow(store: FineStore, group: list[Said]) -> Any:
        if away.is_set():
            held.set()
            while away.is_set():
                pass
        return keep(store, group)

    monkeypatch.setattr(FineStore, "keep", slow)

    async def work() -> None:
        away.set()
        async with Inside(folder, Ways(mqtt=mosquitto.url)) as gate:
            await gate.until(lambda: connected(gate))
            with Publisher(mosquitto.port) as vendor:
                for n in range(3):
                    await asyncio.to_thread(vendor.publish, "vendor/7/data", body(("A1", t - n, n)))
            await gate.until(held.is_set)
            gate.stop.set()
            await asyncio.gather(*gate.running)
            away.clear()
        async with Inside(folder, Ways(mqtt=mosquitto.url)) as gate:
            await gate.until(lambda: gate.writer.state.again == 3)

    run_async(work)
    assert stored(folder) == {("A1", t - n): n for n in range(3)}
    with rows_of(folder) as ask:
        assert ask("SELECT SUM(frames) FROM block") == [(3,)]


@pytest.mark.slow
def test_a_broker_that_goes_and_comes_back_is_connected_to_again(
    folder: Path, mosquitto: Broker
) -> None:
    declare(folder, "vendor", STREAM)
    t = now_t()

    async def work() -> None:
        async with Inside(folder, Ways(mqtt=mosquitto.url)) as gate:
            await gate.until(lambda: connected(gate))
            mosquitto.end()
            await gate.until(lambda: any("断开" in line for line in gate.said))
            mosquitto.start()
            await gate.until(lambda: connected(gate, 2), 20)
            assert "session kept" in [line for line in gate.said if "已连接" in line][1]
            with Publisher(mosquitto.port) as vendor:
                await asyncio.to_thread(vendor.publish, "vendor/7/data", body(("A1", t, 5)))
            await gate.until(lambda: gate.writer.state.values == 1)

    run_async(work)
    assert stored(folder) == {("A1", t): 5}


@pytest.mark.slow
# The client library lets go of a socket whose handshake failed without closing it itself.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_tls_user_and_password(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare(folder, "vendor", STREAM)
    secret = tmp_path / "users"
    subprocess.run(["mosquitto_passwd", "-c", "-b", str(secret), "gate", "right"], check=True)
    cert, key = certificate(tmp_path)
    t = now_t()
    monkeypatch.setenv(PASSWORD_SETTING, "right")
    lines = (
        "allow_anonymous false",
        f"password_file {secret}",
        f"cafile {cert}",
        f"certfile {cert}",
        f"keyfile {key}",
    )
    with broker(tmp_path / "closed", *lines) as closed:
        url = f"mqtts://gate{{}}@localhost:{closed.port}{{}}"

        async def work() -> None:
            for wrong in (url.format("", ""), url.format(":wrong", f"?ca={cert}")):
                async with Inside(folder, Ways(mqtt=wrong)) as gate:
                    await gate.until(lambda: gate.said)
                    assert not connected(gate)
                    assert "wrong" not in "".join(gate.said)
            async with Inside(folder, Ways(mqtt=url.format("", f"?ca={cert}"))) as gate:
                await gate.until(lambda: connected(gate))
                context = ssl.create_default_context(cafile=str(cert))
                with Publisher(closed.port, "gate", "right", context) as vendor:
                    await asyncio.to_thread(vendor.publish, "vendor/7/data", body(("A1", t, 5)))
                await gate.until(lambda: gate.writer.state.values == 1)

        run_async(work)


@pytest.mark.parametrize(
    "url",
    [
        "http://broker",
        "mqtt://",
        "mqtt://broker:70000",
        "mqtt://broker/topic",
        "mqtt://broker?x=1",
        "mqtt://broker?ca=file",
        "mqtts://broker?ca=/nowhere/ca.pem",
    ],
)
def test_an_address_that_is_none_is_said_without_its_password(url: str) -> None:
    with pytest.raises(BadSetting) as caught:
        broker_of(url.replace("//broker", "//gate:{}@broker".format("hidden")), "x")
    assert "hidden" not in str(caught.value)


def test_the_password_may_stand_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSWORD_SETTING, "p")
    assert broker_of("mqtt://gate@broker", "x").password == "p"  # noqa: S105
    assert broker_of("mqtts://gate:{}@broker:9".format("q%40"), "x").password == "q@"  # noqa: S105
    assert broker_of("mqtts://broker", "x").tls is not None
