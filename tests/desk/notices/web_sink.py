"""A web server for tests: keeps what is posted to it, answers as told."""

import json
import threading
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Posted:
    path: str
    query: dict[str, str]
    headers: Message
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def identity(self) -> str:
        return str(self.headers["Idempotency-Key"])


class _Handler(BaseHTTPRequestHandler):
    server: "WebSink"

    def do_POST(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posted.append(Posted(parts.path, query, self.headers, body))
        status, answer, headers = self.server.answer_now()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.encode())

    def log_message(self, *args: object) -> None:
        pass


class WebSink(ThreadingHTTPServer):
    """A server on a free loopback port; `answers` are given once each, then `usual`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.posted: list[Posted] = []
        self.answers: list[tuple[int, str]] = []
        self.usual = (200, '{"errcode":0,"errmsg":"ok","code":0}')
        self.headers: dict[str, str] = {}
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def answer_now(self) -> tuple[int, str, dict[str, str]]:
        return (*(self.answers.pop(0) if self.answers else self.usual), self.headers)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def stop(self) -> None:
        self.shutdown()
        self.server_close()
