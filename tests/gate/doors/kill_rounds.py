"""`kill -9` of a gate while four doors are busy: what was acknowledged is there, none twice.

`python tests/gate/doors/kill_rounds.py ROUNDS [SEED]` runs rounds on a lake of its own, in
SQLite or, where LANTIAN_DATABASE_URL is set, in PostgreSQL.
"""

import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import requests

sys.path.insert(0, str(Path(__file__).parents[2]))

from gate.door import STATIONS, Running, eventually, rows_of, write
from gate.doors.inside import body, broker, declare, free_port, now_t, stored
from gate.doors.test_mqtt import STREAM as MQTT
from gate.doors.test_mqtt import Publisher
from gate.doors.test_push import STREAM as HTTP
from gate.doors.test_push import send
from gate.doors.vendor import Vendor, vendor
from lantian.lake.store import Lake

DROP = 'door = "drop"\n[drop]\nfiles = ["*.json"]\n'
PULL = """door = "pull"
[pull]
url = "{url}/page?from={{begin}}&to={{end}}&page={{page}}"
paging = "page"
every_s = 1
rate_s = 0.05
window_s = 86400
overlap_s = 60
back_s = 600
time_format = "unix_s"
size = 50
items = "rows"
"""
UP_S = 15.0
#: What waits with broker and folder is taken so soon after the last start.
SETTLED_S = 90.0


@dataclass
class Source:
    """Sends number n of second n before the start, one after the other, until it is stopped."""

    mn: str
    send: Callable[[int], bool]
    acknowledged: set[int] = field(default_factory=set)

    def run(self, stop: threading.Event) -> None:
        """Send each number until it is acknowledged."""
        n = 0
        while not stop.is_set():
            if self.send(n):
                self.acknowledged.add(n)
                n += 1


@dataclass
class Figures:
    """What the rounds gave."""

    rounds: int
    acknowledged: dict[str, int]
    slowest_up_s: float
    faults: list[str]


def run_rounds(home: Path, rounds: int, seed: int = 1) -> Figures:
    """Kill and start again so often; compare what was acknowledged with what is there."""
    folder, drop, port = home / "lake", home / "drop", free_port()
    drop.mkdir()
    Lake.init(folder)
    write(folder, "stations", STATIONS)
    names = ("MQTT", "HTTP", "DROP", "PULL")
    write(
        folder, "devices", "mn,station,units\n" + "".join(f"{mn},S1,a34004=ug/m3\n" for mn in names)
    )
    with ExitStack() as stack:
        running = stack.enter_context(broker(home / "mosquitto"))
        interface = stack.enter_context(vendor())
        publisher = stack.enter_context(Publisher(running.port))
        for name, text in (("mqtt", MQTT), ("http", HTTP), ("drop", DROP)):
            declare(folder, name, text)
        declare(folder, "pull", PULL.format(url=interface.url))
        start_t = now_t()
        sources = _sources(start_t, publisher, port, drop, interface)
        stop = threading.Event()
        threads = [threading.Thread(target=each.run, args=(stop,)) for each in sources]
        words = ("--mqtt", running.url, "--drop", str(drop), "--http", f"127.0.0.1:{port}")
        chance, slowest = np.random.default_rng(seed), 0.0
        try:
            for number in range(rounds):
                gate = Running(folder, *words)
                slowest = max(slowest, gate.up_s)
                if number == 0:
                    for thread in threads:
                        thread.start()
                time.sleep(chance.uniform(0.1, 2.5))
                gate.end(signal.SIGKILL)
            gate = Running(folder, *words)
            time.sleep(1)
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        faults = _settled(folder, drop, sources, start_t)
        if gate.end():
            faults.append("the last gate did not end in peace")
    return Figures(rounds, {s.mn: len(s.acknowledged) for s in sources}, slowest, faults)


def _sources(
    start_t: int, publisher: Publisher, port: int, drop: Path, interface: Vendor
) -> list[Source]:
    def publish(n: int) -> bool:
        time.sleep(0.005)
        publisher.publish("vendor/1/data", body(("MQTT", start_t - n, n)))
        return True

    def push(n: int) -> bool:
        try:
            return bool(send(port, body(("HTTP", start_t - n, n)), name="http").ok)
        except requests.RequestException:
            time.sleep(0.05)
            return False

    def put(n: int) -> bool:
        time.sleep(0.05)
        part = drop / f"{n}.json.part"
        part.write_bytes(body(("DROP", start_t - n, n)))
        part.rename(drop / f"{n}.json")
        return True

    def offer(n: int) -> bool:
        # A vendor's row is of the second in which it is measured, and there soon after.
        stop_t = start_t + n
        while now_t() < stop_t + 1:
            time.sleep(0.05)
        interface.rows.append(("PULL", stop_t, n))
        return True

    sends = {"MQTT": publish, "HTTP": push, "DROP": put, "PULL": offer}
    return [Source(mn, each) for mn, each in sends.items()]


def _settled(folder: Path, drop: Path, sources: list[Source], start_t: int) -> list[str]:
    """Wait until all that was acknowledged is there; return what is not as it must be."""
    wanted = {
        (each.mn, start_t + n if each.mn == "PULL" else start_t - n): n
        for each in sources
        for n in each.acknowledged
    }
    faults = []
    try:
        eventually(lambda: wanted.keys() <= stored(folder).keys(), SETTLED_S)
        eventually(lambda: not list(drop.glob("*.json*")), SETTLED_S)
    except AssertionError:
        lost = sorted(wanted.keys() - stored(folder).keys())
        faults.append(
            f"{len(lost)} lost, as {lost[:3]}; {len(list(drop.glob('*.json')))} files left"
        )
    wrong = [key for key, value in stored(folder).items() if wanted.get(key, value) != value]
    if wrong:
        faults.append(f"{len(wrong)} values are others, as {wrong[0]}")
    with rows_of(folder) as ask:
        changes = ask("SELECT COUNT(*) FROM change")[0][0]
        days = [day for (day,) in ask("SELECT day FROM day WHERE kind = 'frame'")]
        frames = [row for d in days for row in ask(f"SELECT source, digest FROM frame_{d}")]
    if changes:
        faults.append(f"{changes} values replaced others")
    if len(frames) != len(set(frames)):
        faults.append(f"{len(frames) - len(set(frames))} frames are there twice")
    return faults


def main(rounds: str, seed: str = "1") -> int:
    with tempfile.TemporaryDirectory(prefix="lantian-doors-") as home:
        figures = run_rounds(Path(home), int(rounds), int(seed))
    told = ", ".join(f"{mn} {count}" for mn, count in figures.acknowledged.items())
    print(
        f"{figures.rounds} rounds: acknowledged {told}; up again in at most "
        f"{figures.slowest_up_s:.2f} s"
    )
    for fault in figures.faults:
        print(fault)
    return 1 if figures.faults else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
