"""A vendor's interface over real HTTP, with windows, pages, and faults that a test orders."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

SIZE = 50


class Vendor:
    """Serves its rows (identity, time, PM2.5) by window and page, and notes what it is asked."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.rows: list[tuple[str, int, int]] = []
        self.asked: list[tuple[str, dict[str, str], dict[str, str]]] = []
        #: Answers that are given instead, one for each request: status, headers, body.
        self.instead: list[tuple[int, dict[str, str], bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answer(self, path: str, asked: dict[str, str]) -> dict[str, Any]:
        """Rows of a window and page."""
        begin, end = int(asked.get("from", 0)), int(asked.get("to", 1 << 40))
        rows = [r for r in sorted(self.rows, key=lambda r: r[1]) if begin < r[1] <= end]
        rows = [r for r in rows if r[0] == asked.get("id", r[0])]
        start = {
            "page": (int(asked.get("page", 1)) - 1) * SIZE,
            "offset": int(asked.get("offset", 0)),
            "cursor": int(asked.get("cursor") or 0),
        }[path.rpartition("/")[2]]
        some = rows[start : start + SIZE]
        following = str(start + SIZE) if start + SIZE < len(rows) else None
        listed = [{"id": i, "t": t, "pm25": v} for i, t, v in some]
        return {"code": 0, "rows": listed, "next": following}


@contextmanager
def vendor(port: int = 0) -> Iterator[Vendor]:
    """A running interface."""
    serving = Vendor(port)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._serve({})

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            self._serve({k: str(v) for k, v in json.loads(self.rfile.read(length)).items()})

        def _serve(self, asked: dict[str, str]) -> None:
            parts = urlsplit(self.path)
            asked |= {name: values[0] for name, values in parse_qs(parts.query).items()}
            serving.asked.append((parts.path, asked, dict(self.headers)))
            status, headers, body = 200, {}, b""
            if serving.instead:
                status, headers, body = serving.instead.pop(0)
            else:
                body = json.dumps(serving.answer(parts.path, asked)).encode()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        log_message: Callable[..., None] = lambda *_: None

    class Server(ThreadingHTTPServer):
        handle_error: Callable[..., None] = lambda *_: None

    server = Server(("127.0.0.1", port), Handler)
    serving.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield serving
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
