"""The door for MQTT: each message is acknowledged to the broker only once it is kept."""

import asyncio
import os
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from paho.mqtt.client import Client, MQTTMessage, topic_matches_sub
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

from lantian.errors import BadSetting
from lantian.gate.doors.door import Reception, Taken
from lantian.gate.doors.message import Message

NAME: Final = "mqtt"
#: Environment variable of the password, which need not stand in the address then.
PASSWORD_SETTING: Final = "LANTIAN_MQTT_PASSWORD"  # noqa: S105
_PORTS: Final = {"mqtt": 1883, "mqtts": 8883}
_OPTIONS: Final = ("id", "ca", "cert", "key")
#: Connecting again is tried after so many seconds, at first and at last.
_BACK_OFF_S: Final = (1, 60)
#: Messages that may wait to be read; then the broker waits, too.
_WAITING: Final = 200
_LOOK_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Topics:
    """Settings of a stream: filters of the topics that it takes, as ``vendor/+/data``."""

    topics: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if not self.topics or not all(self.topics):
            raise ValueError("topics: at least one")
        if any(each.startswith("$share/") and each.count("/") < 2 for each in self.topics):
            raise ValueError("topics: $share/GROUP/TOPIC")

    def take(self, topic: str) -> bool:
        """Whether a topic is one of them.

        Examples
        --------
        >>> Topics(("$share/gate/air/+/data",)).take("air/7/data")
        True
        """
        return any(topic_matches_sub(_unshared(each), topic) for each in self.topics)


def _unshared(topics: str) -> str:
    """Filter of a subscription that several clients share, without its group."""
    return topics.split("/", 2)[2] if topics.startswith("$share/") else topics


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker is, and as whom to connect.

    Examples
    --------
    >>> found = broker_of("mqtts://gate@broker.example?id=lantian-1", "x")
    >>> found.host, found.port, found.user, found.client
    ('broker.example', 8883, 'gate', 'lantian-1')
    """

    host: str
    port: int
    user: str | None
    password: str | None
    client: str
    tls: ssl.SSLContext | None


def broker_of(url: str, client: str) -> Broker:
    """Read an address: ``mqtt[s]://[USER[:PASSWORD]@]HOST[:PORT][?id=…&ca=…&cert=…&key=…]``.

    Raises
    ------
    BadSetting
        If it is none, or its certificates cannot be used.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme, 0)
        options = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
    except ValueError as error:
        raise _bad(str(error)) from error
    if parts.scheme not in _PORTS or not parts.hostname or parts.path.strip("/"):
        raise _bad("mqtt:// 或 / or mqtts://")
    unknown = sorted(set(options) - set(_OPTIONS))
    if unknown:
        raise _bad(f"{', '.join(unknown)} 未知 / unknown; {', '.join(_OPTIONS)}")
    user = unquote(parts.username) if parts.username else None
    password = unquote(parts.password) if parts.password else os.environ.get(PASSWORD_SETTING)
    tls = _tls(parts, options)
    return Broker(parts.hostname, port, user, password, options.get("id", client), tls)


def _tls(parts: SplitResult, options: Mapping[str, str]) -> ssl.SSLContext | None:
    if parts.scheme != "mqtts":
        if set(options) & {"ca", "cert", "key"}:
            raise _bad("ca, cert, key: 仅用于 / only with mqtts://")
        return None
    try:
        context = ssl.create_default_context(cafile=options.get("ca"))
        if "cert" in options:
            context.load_cert_chain(options["cert"], options.get("key"))
    except (ssl.SSLError, OSError) as error:
        raise _bad(f"证书不可用 / certificates do not serve ({error})") from error
    return context


def _bad(what: str) -> BadSetting:
    # The address may hold a password, so it is not repeated.
    return BadSetting(what, where="--mqtt", fix="mqtt[s]://USER@HOST:PORT?id=NAME&ca=FILE")


class MqttDoor:
    """A client with a session that the broker keeps: what came while it was away comes then.

    Parameters
    ----------
    broker : Broker
    streams : mapping of str to Topics
    reception : Reception
    say : callable
    """

    def __init__(
        self,
        broker: Broker,
        streams: Mapping[str, Topics],
        reception: Reception,
        say: Callable[[str], None],
    ) -> None:
        self._broker = broker
        self._streams = streams
        self._reception = reception
        self._say = say
        self._room = threading.Semaphore(_WAITING)
        self._queue: asyncio.Queue[tuple[MQTTMessage, int, int]] = asyncio.Queue()
        #: Which connection this is: numbers of messages mean nothing in the next one.
        self._connection = 0
        self._lock = threading.Lock()
        self._stopping = False
        self._complained = False
        self._loop = asyncio.get_running_loop()
        self._client = self._made(broker)

    @property
    def name(self) -> str:
        """Its name."""
        return NAME

    def _made(self, broker: Broker) -> Client:
        client = Client(
            CallbackAPIVersion.VERSION2, broker.client, clean_session=False, manual_ack=True
        )
        client.reconnect_delay_set(*_BACK_OFF_S)
        if broker.user is not None:
            client.username_pw_set(broker.user, broker.password)
        if broker.tls is not None:
            client.tls_set_context(broker.tls)
        client.on_pre_connect = lambda *_: self._parted()
        client.on_connect = self._connected
        client.on_connect_fail = lambda *_: self._complain("连不上 / cannot be reached")
        client.on_disconnect = self._disconnected
        client.on_subscribe = self._subscribed
        client.on_message = self._received
        return client

    async def open(self) -> str:
        """Begin to connect; a broker that is away is waited for."""
        self._client.connect_async(self._broker.host, self._broker.port)
        self._client.loop_start()
        return f"MQTT {self._broker.host}:{self._broker.port}"

    async def run(self, stop: asyncio.Event) -> None:
        """Take messages until told to stop; what is not acknowledged then comes again."""
        taking = asyncio.ensure_future(self._take())
        stopping = asyncio.ensure_future(stop.wait())
        try:
            while not stop.is_set() and not taking.done():
                # Its thread ends by a broken packet of the broker; this starts it anew.
                if self._client.loop_start() == MQTTErrorCode.MQTT_ERR_SUCCESS:
                    self._complain("线程重启 / its thread was started anew")
                await asyncio.wait(
                    (taking, stopping), timeout=_LOOK_S, return_when=asyncio.FIRST_COMPLETED
                )
        finally:
            self._stopping = True
            self._client.disconnect()
            await asyncio.to_thread(self._client.loop_stop)
            stopping.cancel()
            taking.cancel()
        if taking.done() and not taking.cancelled():
            taking.result()

    async def _take(self) -> None:
        while True:
            message, connection, received_us = await self._queue.get()
            self._room.release()
            topic, body = _topic(message), bytes(message.payload)
            names = [n for n, topics in self._streams.items() if topics.take(topic)] or [""]
            taken = [
                await self._reception.take(
                    Message(NAME, name, topic, body, received_us, self._broker.host)
                )
                for name in names
            ]
            if message.qos:
                asyncio.ensure_future(self._answer(taken, message, connection))  # noqa: RUF006

    async def _answer(self, taken: list[Taken], message: MQTTMessage, connection: int) -> None:
        for each in taken:
            await each.done
        with self._lock:
            # In another connection the number may be that of a message not yet kept.
            if connection == self._connection:
                self._client.ack(message.mid, message.qos)

    # What follows is called in the client's thread.

    def _parted(self) -> None:
        with self._lock:
            self._connection += 1

    def _connected(self, client: Client, _: Any, flags: Any, reason: Any, __: Any) -> None:
        if reason.is_failure:
            self._complain(f"拒绝 / refused: {reason}")
            return
        self._complained = False
        kept = "会话保留 / session kept" if flags.session_present else "新会话 / new session"
        self._tell(f"已连接 / connected, {kept}")
        client.subscribe([(t, 1) for topics in self._streams.values() for t in topics.topics])

    def _disconnected(self, _: Client, __: Any, ___: Any, reason: Any, ____: Any) -> None:
        self._parted()
        if not self._stopping:
            self._complain(f"断开 / disconnected: {reason}")

    def _subscribed(self, _: Client, __: Any, ___: int, reasons: Any, ____: Any) -> None:
        refused = sum(reason.is_failure for reason in reasons)
        if refused:
            self._tell(f"{refused} 个主题被拒 / topics refused by the broker")

    def _received(self, _: Client, __: Any, message: MQTTMessage) -> None:
        while not self._room.acquire(timeout=_LOOK_S):
            if self._stopping:
                return
        item = (message, self._connection, time.time_ns() // 1000)
        self._loop.call_soon_threadsafe(self._queue.put_nowait, item)

    def _complain(self, what: str) -> None:
        """Say what is wrong, once until it is well again."""
        if not self._complained:
            self._complained = True
            self._tell(what)

    def _tell(self, what: str) -> None:
        line = f"MQTT {self._broker.host}:{self._broker.port} {what}"
        self._loop.call_soon_threadsafe(self._say, line)


def _topic(message: MQTTMessage) -> str:
    try:
        return message.topic
    except UnicodeDecodeError:  # no broker lets it pass that keeps to the standard
        return ""
