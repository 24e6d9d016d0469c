"""Requests to a vendor's interface as its stream declares them: address, window, pages."""

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, NamedTuple
from urllib.parse import quote, urlsplit

from lantian.errors import BadSetting
from lantian.gate.doors.places import Node, records

_PLACE: Final = re.compile(r"\{([a-z]+)\}")
_SECRET: Final = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_PLACES: Final = frozenset({"begin", "end", "page", "offset", "cursor", "size", "each"})
_OFFSET: Final = re.compile(r"([+-])(\d{2}):(\d{2})")
#: A window of time that is asked for is a minute at least.
_SHORTEST_S: Final = 60
_NUMBER_OF: Final = {"none": "", "page": "page", "offset": "offset", "cursor": "cursor"}


@dataclass(frozen=True, slots=True)
class Pull:
    """Settings of a stream.

    Attributes
    ----------
    url : str
        With places ``{begin} {end} {page} {offset} {cursor} {size} {each}``, and ``${NAME}``
        for secrets out of the environment.
    method, body, headers
        Of the request; places and secrets as in `url`.
    each : tuple of str
        Asked for one after the other, as stations or cities.
    every_s, rate_s : float
        Between two rounds, and at least between two requests.
    window_s, overlap_s, back_s : int
        Longest window of one request; how much before the last one is asked for again, since
        vendors' data come late; how far back the first round goes.
    time_format, zone : str
        How a window's ends are written: `unix_s`, `unix_ms`, or a format of strftime.
    paging : str
        Which place counts the pages; `none` where there is only one.
    first, size : int
        Number of the first page; how many records a full page has.
    items : str
        Path to the list that a page holds, by which a full page is told.
    next : str
        Path to the next cursor.
    ok, ok_is : str
        Path that says whether the answer is one, and what stands there if it is.
    tries : int
        How often a request is made before the round is given up.
    """

    url: str
    method: Literal["GET", "POST"] = "GET"
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    each: tuple[str, ...] = ("",)
    every_s: float = 300.0
    rate_s: float = 1.0
    window_s: int = 86_400
    overlap_s: int = 7_200
    back_s: int = 86_400
    time_format: str = "%Y-%m-%d %H:%M:%S"
    zone: str = "+08:00"
    paging: Literal["none", "page", "offset", "cursor"] = "none"
    first: int = 1
    size: int = 100
    items: str = ""
    next: str = ""
    ok: str = ""
    ok_is: str = ""
    tries: int = 3

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("url: http:// or https://")
        if _PLACE.search(parts.netloc) or _SECRET.search(parts.netloc):
            raise ValueError("url: the host stands as it is")
        text = self.url + self.body
        places = set(_PLACE.findall(self.url)) | (set(_PLACE.findall(self.body)) & _PLACES)
        if places - _PLACES:
            raise ValueError(f"url: unknown {', '.join(sorted(places - _PLACES))}")
        if ("{begin}" in text) != ("{end}" in text):
            raise ValueError("url, body: {begin} and {end} stand together")
        if self.paging != "none" and f"{{{_NUMBER_OF[self.paging]}}}" not in text:
            raise ValueError(f"paging: {self.paging} is in neither url nor body")
        if self.paging == "cursor" and not self.next:
            raise ValueError("next: path to the next cursor")
        if not _OFFSET.fullmatch(self.zone):
            raise ValueError(f"zone: {self.zone!r} is not written as +08:00")
        limits = (
            self.every_s >= 1,
            self.rate_s >= 0.05,
            self.window_s >= _SHORTEST_S,
            self.size >= 1,
        )
        if not all(limits) or self.overlap_s < 0 or self.back_s < 0 or not 1 <= self.tries <= 10:
            raise ValueError("every_s ≥ 1, rate_s ≥ 0.05, window_s ≥ 60, size ≥ 1, 1 ≤ tries ≤ 10")
        if self.window_s <= self.overlap_s:
            raise ValueError("window_s: longer than overlap_s, or nothing new is ever asked for")

    @property
    def windowed(self) -> bool:
        """Whether a request says of which time it asks."""
        return "{begin}" in self.url + self.body


class Window(NamedTuple):
    """What one request asks for, seconds since 1970."""

    begin_t: int
    end_t: int


class Request(NamedTuple):
    """One request, all places filled."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None


class Page(NamedTuple):
    """Which page: number, records before it, cursor."""

    number: int
    offset: int
    cursor: str


def windows(pull: Pull, done_t: int | None, now_t: int) -> Iterator[Window]:
    """Windows from what is fetched until now, the oldest first.

    Examples
    --------
    >>> pull = Pull("http://v/?a={begin}&b={end}", window_s=7200, overlap_s=600, back_s=3600)
    >>> list(windows(pull, None, 100_000))
    [Window(begin_t=96400, end_t=100000)]
    >>> list(windows(pull, 90_000, 100_000))
    [Window(begin_t=89400, end_t=96600), Window(begin_t=96600, end_t=100000)]
    """
    begin = now_t - pull.back_s if done_t is None else min(done_t, now_t) - pull.overlap_s
    if not pull.windowed:
        yield Window(now_t, now_t)
        return
    while begin < now_t:
        end = min(begin + pull.window_s, now_t)
        yield Window(begin, end)
        begin = end


def request_of(pull: Pull, window: Window, page: Page, each: str) -> Request:
    """Fill all places of a request.

    Raises
    ------
    BadSetting
        If a secret is not in the environment.

    Examples
    --------
    >>> pull = Pull("http://v/{each}?from={begin}&to={end}&p={page}", paging="page")
    >>> request_of(pull, Window(1_800_000_000, 1_800_003_600), Page(2, 100, ""), "台前").url
    'http://v/%E5%8F%B0%E5%89%8D?from=2027-01-15%2016%3A00%3A00&to=2027-01-15%2017%3A00%3A00&p=2'
    """
    filled = {
        "begin": _spell(window.begin_t, pull),
        "end": _spell(window.end_t, pull),
        "page": str(page.number),
        "offset": str(page.offset),
        "cursor": page.cursor,
        "size": str(pull.size),
        "each": each,
    }
    url = _fill(pull.url, filled, lambda text: quote(text, safe=""))
    body = _fill(pull.body, filled, lambda text: json.dumps(text, ensure_ascii=False)[1:-1])
    headers = {name: _fill(value, filled, str) for name, value in pull.headers.items()}
    return Request(pull.method, url, headers, body.encode() if body else None)


def _spell(t: int, pull: Pull) -> str:
    if pull.time_format == "unix_s":
        return str(t)
    if pull.time_format == "unix_ms":
        return str(t * 1000)
    sign, hours, minutes = _OFFSET.fullmatch(pull.zone).groups()  # type: ignore[union-attr]
    offset = timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if sign == "-" else 1)
    return f"{datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=t) + offset:{pull.time_format}}"


def _fill(text: str, filled: Mapping[str, str], spell: Callable[[str], str]) -> str:
    known = _PLACE.sub(lambda m: spell(filled[m[1]]) if m[1] in filled else m[0], text)
    return _SECRET.sub(lambda m: spell(_secret(m[1])), known)


def _secret(name: str) -> str:
    value = os.environ.get(name)
    if value is None:
        raise BadSetting(
            f"环境变量未设置 / not set in the environment: {name}",
            where="doors",
            fix=f"export {name}=…",
        )
    return value


def refusal(pull: Pull, body: Any) -> str:
    """What stands where an answer says that it is none; "" where it is one.

    Examples
    --------
    >>> pull = Pull("http://v/", ok="code", ok_is="0")
    >>> refusal(pull, {"code": "0"}), refusal(pull, {"code": "401"}), refusal(pull, [])
    ('', "code='401'", 'code=None')
    """
    if not pull.ok:
        return ""
    found = Node(body).text(pull.ok)
    return "" if found == pull.ok_is else f"{pull.ok}={found!r}"


def following(pull: Pull, page: Page, body: Any) -> Page | None:
    """Page after one; None after the last.

    Examples
    --------
    >>> pull = Pull("http://v/?p={page}", paging="page", size=2, items="rows")
    >>> following(pull, Page(1, 0, ""), {"rows": [1, 2]})
    Page(number=2, offset=2, cursor='')
    >>> following(pull, Page(2, 2, ""), {"rows": [1]}) is None
    True
    """
    if pull.paging == "none":
        return None
    if pull.paging == "cursor":
        cursor = Node(body).text(pull.next) or ""
        ends = not cursor or cursor == page.cursor
        return None if ends else Page(page.number + 1, page.offset + pull.size, cursor)
    count = sum(1 for _ in records(body, pull.items))
    if count < pull.size:
        return None
    return Page(page.number + 1, page.offset + count, "")
