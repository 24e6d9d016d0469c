"""Harm to a gate under load: no acknowledged value lost, none twice, soon well again by itself.

    python -m tests.gate.kill_rounds 200 --kill gate,database [--postgres] [--seed 1]

runs rounds on a lake of its own, in SQLite or, where a kind of harm or `--postgres` asks for it,
in a PostgreSQL server of its own. `disk` and `network` want the right to mount and to make network
namespaces. Status 2 where this machine does not allow it.
"""

import argparse
import signal
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from gate.door import STATIONS, now_local, rows_of, write
from gate.harm import KINDS, CannotError, Ground
from gate.independent import pack
from lantian.lake.store import Lake

SENDERS = 4
#: Frames that a sender leaves unanswered before it waits.
UNANSWERED = 50
UP_S = 10.0
#: Status where this machine does not allow a kind of harm.
CANNOT = 2


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
        """Send until told to stop; connect again whenever the line is lost."""
        while not stop.is_set():
            try:
                self._speak(address, stop)
            except OSError:
                stop.wait(0.02)

    def _speak(self, address: tuple[str, int], stop: threading.Event) -> None:
        with socket.create_connection(address, timeout=2) as line:
            line.sendall(b"".join(raw for _, raw in list(self.pending.values())))
            held = b""
            while not stop.is_set():
                self._fill(line)
                data = line.recv(65_536)
                if not data:
                    raise ConnectionError
                *answers, held = (held + data).split(b"\r\n")
                for answer in answers:
                    self._note(answer)

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
    """What the rounds gave; times by kind of harm."""

    rounds: int = 0
    acknowledged: int = 0
    kept: int = 0
    taken_up: int = 0
    #: Longest from the healing until a new value was acknowledged.
    slowest_s: dict[str, float] = field(default_factory=dict)
    #: Rounds by kind, and in how many of them the gate said that it was degraded.
    done: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


def run_rounds(
    rounds: int, kinds: Sequence[str], *, seed: int = 1, postgres: bool = False
) -> Figures:
    """Harm so often; compare what was acknowledged with what is there."""
    with Ground(set(kinds), postgres=postgres) as ground:
        Lake.init(ground.folder)
        write(ground.folder, "stations", STATIONS)
        senders = [Sender(f"K{n}") for n in range(SENDERS)]
        rows = "".join(f"{sender.mn},S1,,\n" for sender in senders)
        write(ground.folder, "devices", "mn,station,password,units\n" + rows)
        figures = Figures(rounds)
        gate = ground.start()
        stop = threading.Event()
        threads = [threading.Thread(target=s.run, args=(gate.address, stop)) for s in senders]
        for thread in threads:
            thread.start()
        try:
            _harm(ground, senders, kinds, np.random.default_rng(seed), figures)
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        status = ground.gate.end(signal.SIGTERM)
        if status:
            said = "".join(ground.gate.said[-60:])
            figures.faults.append(f"the gate ended with {status}: {said}")
        figures.kept = sum(_compare(ground.folder, s, figures.faults) for s in senders)
        figures.acknowledged = sum(len(sender.acknowledged) for sender in senders)
    return figures


def _harm(
    ground: Ground,
    senders: Sequence[Sender],
    kinds: Sequence[str],
    chance: np.random.Generator,
    figures: Figures,
) -> None:
    """Harm and heal; after each the gate has to acknowledge again, by itself and soon."""
    for number in range(figures.rounds):
        kind = kinds[int(chance.integers(len(kinds)))]
        time.sleep(chance.uniform(0.02, 1.0))
        harm = KINDS[kind](ground)
        harm.hurt()
        told = _watch(ground, chance.uniform(0.0, 2.5) if kind != "gate" else 0.0)
        harm.heal()
        healed, before = time.monotonic(), sum(len(s.acknowledged) for s in senders)
        while sum(len(s.acknowledged) for s in senders) == before:
            if time.monotonic() - healed > 3 * UP_S:
                figures.faults.append(f"round {number}: {kind}: nothing acknowledged again")
                return
            time.sleep(0.005)
        took = time.monotonic() - healed
        if kind == "gate":
            took += ground.gate.up_s
            figures.taken_up += any("taken up" in line for line in ground.gate.said)
        figures.slowest_s[kind] = max(figures.slowest_s.get(kind, 0.0), took)
        figures.done[kind] += 1
        figures.told[kind] += told
        if took > UP_S:
            figures.faults.append(f"round {number}: {kind}: well again after {took:.1f} s")


def _watch(ground: Ground, seconds: float) -> bool:
    """Wait so long; return whether the gate said meanwhile that it was degraded."""
    until, told = time.monotonic() + seconds, False
    while time.monotonic() < until:
        told = told or ground.degraded()
        time.sleep(0.05)
    return told


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


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rounds", type=int)
    parser.add_argument("--kill", default="gate", help=", ".join(KINDS))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--postgres", action="store_true", help="a server of its own for it")
    given = parser.parse_args()
    kinds = given.kill.split(",")
    if set(kinds) - KINDS.keys():
        parser.error(f"--kill: of {', '.join(KINDS)}")
    try:
        figures = run_rounds(given.rounds, kinds, seed=given.seed, postgres=given.postgres)
    except CannotError as error:
        print(f"cannot: {error}")
        return CANNOT
    print(
        f"{figures.rounds} rounds: {figures.acknowledged} values acknowledged, "
        f"{figures.kept} kept, {figures.taken_up} times taken up from the files"
    )
    for kind, slowest_s in figures.slowest_s.items():
        print(
            f"{kind}: {figures.done[kind]} rounds, well again in at most {slowest_s:.2f} s, "
            f"told as degraded in {figures.told[kind]}"
        )
    for fault in figures.faults:
        print(fault)
    return 1 if figures.faults else 0


if __name__ == "__main__":
    sys.exit(main())
