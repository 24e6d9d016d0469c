"""`kill -9` of a gate under load: no acknowledged value lost, none twice, soon up again.

`python tests/gate/kill_rounds.py ROUNDS [SEED]` runs rounds on a lake of its own, in SQLite or,
where LANTIAN_DATABASE_URL is set, in PostgreSQL.
"""

import signal
import socket
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from gate.door import STATIONS, Running, now_local, rows_of, write
from gate.independent import pack
from lantian.lake.store import Lake

SENDERS = 4
#: Frames that a sender leaves unanswered before it waits.
UNANSWERED = 50
UP_S = 10.0


@dataclass
class Sender:
    """A monitor that sends numbers for ever, and again those that were not acknowledged."""

    mn: str
    acknowledged: set[int] = field(default_factory=set)
    pending: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    sent: int = 0

    def frame(self, number: int) -> tuple[str, bytes]:
        """Number n stands n seconds before the start, so each has a place of its own."""
        at = START - timedelta(seconds=number)
        qn = f"{at:%Y%m%d%H%M%S}{number % 1000:03d}"
        return qn, pack(
            f"QN={qn};ST=22;CN=2011;PW=;MN={self.mn};Flag=5;"
            f"CP=&&DataTime={at:%Y%m%d%H%M%S};a34004-Rtd={number},a34004-Flag=N&&"
        )

    def run(self, address: tuple[str, int], stop: threading.Event) -> None:
        """Send until the gate is gone."""
        try:
            with socket.create_connection(address, timeout=10) as line:
                line.sendall(b"".join(raw for _, raw in self.pending.values()))
                held = b""
                while not stop.is_set():
                    self._fill(line)
                    data = line.recv(65_536)
                    if not data:
                        return
                    *answers, held = (held + data).split(b"\r\n")
                    for answer in answers:
                        self._note(answer)
        except OSError:
            return

    def _fill(self, line: socket.socket) -> None:
        fresh = []
        while len(self.pending) < UNANSWERED:
            self.sent += 1
            qn, raw = self.frame(self.sent)
            self.pending[qn] = self.sent, raw
            fresh.append(raw)
        line.sendall(b"".join(fresh))

    def _note(self, answer: bytes) -> None:
        if b"CN=9014" in answer:
            found = self.pending.pop(answer[9:26].decode(), None)
            if found is not None:
                self.acknowledged.add(found[0])


START = now_local().replace(microsecond=0)


@dataclass
class Figures:
    """What the rounds gave."""

    rounds: int
    acknowledged: int
    kept: int
    slowest_up_s: float
    taken_up: int
    faults: list[str]


def run_rounds(folder: Path, rounds: int, seed: int = 1) -> Figures:
    """Kill and start again so often; compare what was acknowledged with what is there."""
    Lake.init(folder)
    write(folder, "stations", STATIONS)
    senders = [Sender(f"K{n}") for n in range(SENDERS)]
    rows = "".join(f"{sender.mn},S1,,\n" for sender in senders)
    write(folder, "devices", "mn,station,password,units\n" + rows)
    chance = np.random.default_rng(seed)
    faults: list[str] = []
    slowest, taken_up = 0.0, 0
    for number in range(rounds + 1):
        gate = Running(folder)
        slowest = max(slowest, gate.up_s)
        taken_up += any("taken up" in line for line in gate.said)
        stop = threading.Event()
        threads = [threading.Thread(target=s.run, args=(gate.address, stop)) for s in senders]
        for thread in threads:
            thread.start()
        time.sleep(chance.uniform(0.02, 1.0))
        if number == rounds:  # the last time it may end in peace
            stop.set()
            for thread in threads:
                thread.join()
        gate.end(signal.SIGTERM if number == rounds else signal.SIGKILL)
        for thread in threads:
            thread.join()
        if slowest > UP_S:
            faults.append(f"round {number}: up after {gate.up_s:.1f} s")
    kept = sum(_compare(folder, sender, faults) for sender in senders)
    acknowledged = sum(len(sender.acknowledged) for sender in senders)
    return Figures(rounds, acknowledged, kept, slowest, taken_up, faults)


def _compare(folder: Path, sender: Sender, faults: list[str]) -> int:
    """Compare one sender's numbers with the tables; return how many values are there."""
    with rows_of(folder) as ask:
        days = ask("SELECT kind, day FROM day")
        mine = f"SELECT id FROM source WHERE mn = '{sender.mn}'"
        values = [
            row
            for kind, day in days
            if kind == "fine"
            for row in ask(
                f"SELECT f.t, f.value FROM fine_{day} f JOIN series n ON n.id = f.series "
                f"WHERE n.source IN ({mine})"
            )
        ]
        frames = [
            qn
            for kind, day in days
            if kind == "frame"
            for (qn,) in ask(f"SELECT qn FROM frame_{day} WHERE source IN ({mine})")
        ]
        changes = ask("SELECT COUNT(*) FROM change")[0][0]
    first = int(START.timestamp()) - 8 * 3600
    held = {first - t: value for t, value in values}
    lost = sender.acknowledged - held.keys()
    wrong = [n for n, value in held.items() if value != n * 1_000_000]
    if lost:
        faults.append(f"{sender.mn}: {len(lost)} acknowledged values lost, as {min(lost)}")
    if wrong:
        faults.append(f"{sender.mn}: {len(wrong)} values are others, as {wrong[0]}")
    if len(frames) != len(set(frames)) or len(values) != len(held):
        faults.append(f"{sender.mn}: {len(frames) - len(set(frames))} frames are there twice")
    if changes:
        faults.append(f"{changes} values replaced others")
    return len(values)


def main(rounds: str, seed: str = "1") -> int:
    with tempfile.TemporaryDirectory(prefix="lantian-kill-") as home:
        figures = run_rounds(Path(home) / "lake", int(rounds), int(seed))
    print(
        f"{figures.rounds} rounds: {figures.acknowledged} values acknowledged, "
        f"{figures.kept} kept, up again in at most {figures.slowest_up_s:.2f} s, "
        f"{figures.taken_up} times taken up from the files"
    )
    for fault in figures.faults:
        print(fault)
    return 1 if figures.faults else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
