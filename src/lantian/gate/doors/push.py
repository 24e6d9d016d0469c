"""The door for HTTP: whoever pushes is answered 200 only once it is kept."""

import asyncio
import hashlib
import hmac
import re
import ssl
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from lantian.gate.doors.door import Reception
from lantian.gate.doors.message import MOST_BYTES, Message

NAME: Final = "http"
#: What a request line or a header may be long, how many headers there may be.
_MOST_LINE: Final = 8_192
_MOST_HEADERS: Final = 100
#: How long a request may take to come in, and a connection stay silent between two.
_REQUEST_S: Final = 30.0
_SILENT_S: Final = 120.0
#: How long a sender is left waiting while the disk or the database is away.
_KEEP_S: Final = 20.0
#: Connections open at once, in all and from one address.
_MOST_OPEN: Final = 500
_MOST_OF_PEER: Final = 200
#: Wrong tokens of one address within a minute; then it is not listened to for the rest of it.
_MOST_WRONG: Final = 20
_REASONS: Final = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    404: "Not Found",
    405: "Method Not Allowed",
    408: "Request Timeout",
    411: "Length Required",
    413: "Content Too Large",
    422: "Unprocessable Content",
    429: "Too Many Requests",
    431: "Request Header Fields Too Large",
    503: "Service Unavailable",
}
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Push:
    """Settings of a stream: the SHA-256 of the token that its sender shows, in hexadecimal."""

    token_sha256: str

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if not _SHA256.fullmatch(self.token_sha256):
            raise ValueError("token_sha256: 64 hexadecimal digits; printf %s TOKEN | sha256sum")

    def opens(self, token: str) -> bool:
        """Whether a token is the right one.

        Examples
        --------
        >>> Push(hashlib.sha256(b"secret").hexdigest()).opens("secret")
        True
        """
        shown = hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()
        return hmac.compare_digest(shown, self.token_sha256)


class _Request(NamedTuple):
    method: str
    path: str
    headers: dict[str, str]


class _Refusal(Exception):
    """An answer that ends the connection."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(said)
        self.status = status
        self.said = said


class PushDoor:
    """A small HTTP/1.1 server: ``POST /push/STREAM`` with ``Authorization: Bearer TOKEN``.

    Parameters
    ----------
    address : (str, int)
    tls : SSLContext, optional
    streams : mapping of str to Push
    reception : Reception
    """

    def __init__(
        self,
        address: tuple[str, int],
        tls: ssl.SSLContext | None,
        streams: Mapping[str, Push],
        reception: Reception,
    ) -> None:
        self._address = address
        self._tls = tls
        self._streams = streams
        self._reception = reception
        self._server: asyncio.Server | None = None
        self._with: set[asyncio.StreamWriter] = set()
        self._peers: Counter[str] = Counter()
        self._wrong: dict[str, tuple[int, int]] = {}

    @property
    def name(self) -> str:
        """Its name."""
        return NAME

    async def open(self) -> str:
        """Listen.

        Raises
        ------
        OSError
            If the port is taken.
        """
        host, port = self._address
        self._server = await asyncio.start_server(
            self._meet, host, port, ssl=self._tls, limit=_MOST_LINE
        )
        return f"HTTP {host}:{self._server.sockets[0].getsockname()[1]}"

    async def run(self, stop: asyncio.Event) -> None:
        """Answer until told to stop."""
        await stop.wait()
        if self._server is not None:
            self._server.close()
            for writer in list(self._with):
                writer.transport.abort()
            await self._server.wait_closed()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = str(writer.get_extra_info("peername")[0])
        if len(self._with) >= _MOST_OPEN or self._peers[peer] >= _MOST_OF_PEER:
            writer.close()
            return
        self._with.add(writer)
        self._peers[peer] += 1
        try:
            while await self._serve(reader, writer, peer):
                pass
        except (ConnectionError, TimeoutError, ssl.SSLError, asyncio.IncompleteReadError):
            pass  # who goes without an answer sends again
        finally:
            self._with.discard(writer)
            self._peers[peer] -= 1
            if not self._peers[peer]:
                del self._peers[peer]
            writer.close()

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: str
    ) -> bool:
        """Answer one request; return whether another may follow on this connection."""
        try:
            first = await asyncio.wait_for(_line(reader), _SILENT_S)
            if not first:
                return False
            request, stream, body = await self._hear(first, reader, writer, peer)
            status, said = await self._take(stream, request, body, peer)
        except _Refusal as refusal:
            self._reception.counts[(NAME, "", str(refusal.status))] += 1
            await _answer(writer, refusal.status, refusal.said, stays=False)
            return False
        stays = request.headers.get("connection", "").lower() != "close"
        await _answer(writer, status, said, stays=stays)
        return stays

    async def _hear(
        self, first: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, peer: str
    ) -> tuple[_Request, str, bytes]:
        """Rest of a request, the stream that it is for, and its body."""
        try:
            async with asyncio.timeout(_REQUEST_S):
                request = await _head(first, reader)
                stream = self._admit(request, peer)
                if request.headers.get("expect", "").lower() == "100-continue":
                    writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                return request, stream, await _body(request, reader)
        except TimeoutError as error:
            raise _Refusal(408, f"{_REQUEST_S:.0f} s") from error

    def _admit(self, request: _Request, peer: str) -> str:
        """Name of the stream that a request may push to."""
        minute = int(time.monotonic() // 60)
        since, wrong = self._wrong.get(peer, (minute, 0))
        if since == minute and wrong >= _MOST_WRONG:
            raise _Refusal(429, "口令错误过多，一分钟后再试 / too many wrong tokens, wait a minute")
        head, _, name = request.path.partition("?")[0].rpartition("/")
        if request.method not in ("POST", "PUT"):
            raise _Refusal(405, "POST /push/STREAM")
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        stream = self._streams.get(name) if head == "/push" else None
        # An unknown stream is answered as a wrong token is: nobody learns which there are.
        if stream is None or kind.lower() != "bearer" or not stream.opens(token.strip()):
            if len(self._wrong) > 10_000:
                self._wrong.clear()
            self._wrong[peer] = (minute, wrong + 1 if since == minute else 1)
            raise _Refusal(401, "地址或口令不对 / path or token is wrong")
        return name

    async def _take(
        self, stream: str, request: _Request, body: bytes, peer: str
    ) -> tuple[int, str]:
        origin = request.path.partition("?")[0]
        message = Message(NAME, stream, origin, body, time.time_ns() // 1000, peer)
        taken = await self._reception.take(message)
        await asyncio.wait((taken.done,), timeout=_KEEP_S)
        if not taken.done.done():  # it will be kept, yet nobody can promise that now
            return 503, "尚未保存，请重发 / not kept yet: send it again"
        if taken.heard.problem is not None:
            return 422, str(taken.heard.problem)
        values = sum(len(said.values) for said in taken.heard.said)
        causes = sorted({said.cause for said in taken.heard.said if said.cause})
        return 200, "\n".join((f"values={values}", *causes, *taken.heard.notes))


async def _line(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readline()
    except ValueError as error:  # longer than the limit
        raise _Refusal(431, "行过长 / a line is too long") from error


async def _head(first: bytes, reader: asyncio.StreamReader) -> _Request:
    words = first.decode("latin-1").split()
    if len(words) != 3 or not words[2].startswith("HTTP/1."):
        raise _Refusal(400, "不是 HTTP/1.1 请求 / no request of HTTP/1.1")
    headers: dict[str, str] = {}
    for _ in range(_MOST_HEADERS):
        line = (await _line(reader)).rstrip(b"\r\n")
        if not line:
            return _Request(words[0], words[1], headers)
        name, sign, value = line.decode("latin-1").partition(":")
        key = name.lower()
        # Two lengths, or a name with blanks, are how one request is smuggled inside another.
        if not sign or name != name.strip() or (key in headers and key == "content-length"):
            raise _Refusal(400, "首部不可读 / a header cannot be read")
        headers[key] = value.strip()
    raise _Refusal(431, "首部过多 / too many headers")


async def _body(request: _Request, reader: asyncio.StreamReader) -> bytes:
    coding = request.headers.get("transfer-encoding", "").lower()
    length = request.headers.get("content-length")
    if coding:
        if coding != "chunked" or length is not None:
            raise _Refusal(400, "Transfer-Encoding")
        return await _chunks(reader)
    if length is None:
        raise _Refusal(411, "Content-Length")
    if not (length.isascii() and length.isdigit()):
        raise _Refusal(400, "Content-Length")
    if len(length) > 12 or int(length) > MOST_BYTES:
        raise _Refusal(413, f"至多 / at most {MOST_BYTES} bytes")
    return await reader.readexactly(int(length))


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    parts: list[bytes] = []
    total = 0
    while True:
        size_text = (await _line(reader)).partition(b";")[0].strip()
        if not re.fullmatch(rb"[0-9a-fA-F]{1,8}", size_text):
            raise _Refusal(400, "分块长度 / size of a chunk")
        size = int(size_text, 16)
        total += size
        if total > MOST_BYTES:
            raise _Refusal(413, f"至多 / at most {MOST_BYTES} bytes")
        if size == 0:
            for _ in range(_MOST_HEADERS):
                if not (await _line(reader)).strip():
                    return b"".join(parts)
            raise _Refusal(431, "尾部过多 / too many trailers")
        parts.append(await reader.readexactly(size))
        if (await reader.readexactly(2)) != b"\r\n":
            raise _Refusal(400, "分块结尾 / end of a chunk")


async def _answer(writer: asyncio.StreamWriter, status: int, said: str, *, stays: bool) -> None:
    body = f"{said}\n".encode()
    connection = "keep-alive" if stays else "close"
    writer.write(
        f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Type: text/plain; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\nConnection: {connection}\r\n\r\n".encode()
        + body
    )
    await writer.drain()
