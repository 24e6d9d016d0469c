"""Fifty readers at a desk: a process of threads that ask for its pages and time the answers.

    python benchmarks/desk_load.py URL --users 50 --seconds 30 [--think 1.0] [--least N]

Prints one JSON object; `benchmarks/desk.py` starts it, so that asking costs the desk nothing
but its share of the machine.
"""

import argparse
import http.client
import json
import random
import threading
import time
import urllib.parse
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from desk_size import PASSWORD, codes, county

_YEAR: Final = time.localtime().tm_year

#: Page, how often of 100, and how its address is drawn.
PAGES: Final = (
    ("my day", 14, lambda _: "/"),
    ("today", 18, lambda _: "/air/"),
    ("today map", 6, lambda _: "/air/today-map.json"),
    ("ranking", 10, lambda _: "/air/ranking/"),
    ("place", 8, lambda r: f"/air/place/{urllib.parse.quote(county(r.randrange(25)))}/"),
    ("station", 8, lambda r: f"/air/station/{r.choice(codes())}/"),
    ("station year", 6, lambda r: _year(r.choice(codes()))),
    ("sources", 8, lambda r: f"/sources/?q={r.randrange(100)}"),
    ("source", 6, lambda r: f"/sources/{r.randrange(1, 5001)}/"),
    ("people", 5, lambda _: "/people/people/"),
    ("log", 4, lambda _: "/log/"),
    ("notices", 7, lambda _: "/notices/"),
)


def _year(code: str) -> str:
    return f"/air/series/{code}.json?period={_YEAR - 1}&step=hour&item=pm25"


@dataclass
class Reader:
    """One signed-in user with a connection and a session of its own."""

    host: str
    number: int
    think_s: float
    cookies: dict[str, str] = field(default_factory=dict)
    times: list[tuple[str, float]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Open the connection."""
        self.link = http.client.HTTPConnection(self.host, timeout=60)
        self.random = random.Random(self.number)

    def ask(self, path: str, form: dict[str, str] | None = None) -> int:
        """Ask for a page and read it whole."""
        heads = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        heads |= {"Accept-Language": "zh-CN", "Accept-Encoding": "identity"}
        body = urllib.parse.urlencode(form) if form else None
        if form:
            heads["Content-Type"] = "application/x-www-form-urlencoded"
            heads["Referer"] = f"http://{self.host}{path}"
        try:
            self.link.request("POST" if form else "GET", path, body, heads)
            answer = self.link.getresponse()
        except http.client.RemoteDisconnected:
            # The server let an idle connection go: a browser then opens another, once.
            self.link.close()
            self.link.request("POST" if form else "GET", path, body, heads)
            answer = self.link.getresponse()
        answer.read()
        for line in answer.msg.get_all("Set-Cookie") or ():
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status

    def sign_in(self) -> float:
        """Sign in as a browser does; return the seconds of the post, a hash among them."""
        self.ask("/sign-in")
        form = {"username": f"user{self.number:03d}", "password": PASSWORD}
        form["csrfmiddlewaretoken"] = self.cookies.get("lantian_csrf", "")
        start = time.perf_counter()
        status = self.ask("/sign-in", form)
        if status != 302:
            raise SystemExit(f"sign-in of user {self.number}: {status}")
        return time.perf_counter() - start

    def read(self, until: float, views: int) -> None:
        """Read pages until a moment and at least so many, thinking in between."""
        while time.monotonic() < until or len(self.times) < views:
            if self.think_s:
                time.sleep(self.random.uniform(0.5, 1.5) * self.think_s)
            name, _, draw = self.random.choices(PAGES, [w for _, w, _ in PAGES])[0]
            path = draw(self.random)
            start = time.perf_counter()
            try:
                status = self.ask(path)
            except (OSError, http.client.HTTPException) as error:
                self.faults.append(f"{path}: {error!r}")
                self.link.close()
                continue
            self.times.append((name, time.perf_counter() - start))
            if status != 200:
                self.faults.append(f"{path}: {status}")


def load(host: str, users: int, seconds: float, think_s: float, views: int) -> dict:
    """Sign all in, warm every page once, then let all read at once."""
    readers = [Reader(host, n, think_s) for n in range(users)]
    sign_ins = [reader.sign_in() for reader in readers]
    warm = [readers[0].ask(draw(random.Random(1))) for _, _, draw in PAGES for _ in range(4)]
    start = time.monotonic()
    each = -(-views // users)
    threads = [
        threading.Thread(target=reader.read, args=(start + seconds, each)) for reader in readers
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wall = time.monotonic() - start
    times: dict[str, list[float]] = {}
    for reader in readers:
        for name, spent in reader.times:
            times.setdefault(name, []).append(spent)
    times["all"] = [spent for some in list(times.values()) for spent in some]
    return {
        "requests": len(times["all"]),
        "wall_s": wall,
        "sign_in_ms": 1e3 * float(np.median(sign_ins)),
        "warm_bad": [status for status in warm if status != 200],
        "faults": [fault for reader in readers for fault in reader.faults],
        "pages": {
            name: [len(spent), *(1e3 * float(np.percentile(spent, q)) for q in (50, 95, 100))]
            for name, spent in times.items()
        },
    }


def main() -> None:
    """Load and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("host")
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--think", type=float, default=1.0)
    parser.add_argument("--least", type=int, default=0)
    asked = parser.parse_args()
    found = load(asked.host, asked.users, asked.seconds, asked.think, asked.least)
    print(json.dumps(found, ensure_ascii=False))


if __name__ == "__main__":
    main()
