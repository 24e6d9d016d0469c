"""The turnstile before the pages: a body arrives whole, then few requests are computed at once."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from tempfile import SpooledTemporaryFile
from typing import Any, Final

from lantian.desk.site.receiving import most_b

type Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

#: Requests that one process computes at once: more only contend for the interpreter.
AT_ONCE: Final = 2
_IN_MEMORY: Final = 1 << 20
_PIECE: Final = 1 << 16


class Turnstile:
    """Lets requests into an application, each after its body has arrived.

    A photograph sent over a weak signal takes minutes: it waits here, in a file, and keeps
    nobody from a page.
    """

    def __init__(self, application: Application) -> None:
        """Take the application."""
        self._application = application
        self._desks = ThreadPoolExecutor(AT_ONCE, "page")

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request; what is too large is handed on unread, to be refused."""
        stated = environ.get("CONTENT_LENGTH") or ""
        length = int(stated) if stated.isascii() and stated.isdigit() else 0
        if not 0 < length <= most_b():
            return self._let_in(environ, start)
        with SpooledTemporaryFile(_IN_MEMORY) as body:
            while length > 0 and (piece := environ["wsgi.input"].read(min(length, _PIECE))):
                length -= body.write(piece)
            body.seek(0)
            environ["wsgi.input"] = body
            return self._let_in(environ, start)

    def _let_in(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        # Always the same threads: each keeps its connections and what the database has read.
        return self._desks.submit(self._application, environ, start).result()
