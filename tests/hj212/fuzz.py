"""Coverage-guided fuzzing of the codec: inputs that reach new branches breed further inputs.

    python -m tests.hj212.fuzz [--minutes 10] [--seed 1] [--atheris]

Branches are seen through `sys.monitoring`, which costs nothing once both ways of a branch are
known. With --atheris (pip install atheris; Linux) libFuzzer breeds the inputs instead. An
input that raises what is not the codec's own error is cut down, printed, and ends the run.
"""

import argparse
import pkgutil
import random
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from tests.hj212 import plain
from tests.hj212.survival import survive

import lantian.hj212

GOLDEN = Path(__file__).parents[1] / "golden" / "hj212_packets.toml"
WORDS = [
    *(b"##", b"CP=&&", b"&&", b"&&&&", b"//", b";", b",", b"=", b"-", b"\r\n", b"\n", b"\r"),
    *(b"QN=", b"ST=", b"CN=", b"MN=", b"PW=", b"RF=1;", b"Flag=", b"PNUM=", b"PNO=", b"-Flag="),
    *(b"-Rtd=", b"-SampleTime=", b"-EFlag=", b"DataTime=", b"20160801085857", b"2051", b"1e99"),
    *(
        b"\x00",
        b"\xff",
        "清洗".encode(),
        "清洗".encode("gbk"),
        b"9" * 40,
        b"0",
        b"-1",
        b'{"packet": "',
    ),
]
TOOL = sys.monitoring.COVERAGE_ID


class Branches:
    """Which ways of which branches of the codec were ever taken."""

    def __init__(self) -> None:
        self.seen: set[tuple[CodeType, int, int]] = set()
        self._ways: dict[tuple[CodeType, int], int] = {}

    def __enter__(self) -> "Branches":
        sys.monitoring.use_tool_id(TOOL, "hj212 fuzz")
        sys.monitoring.register_callback(TOOL, sys.monitoring.events.BRANCH, self._taken)
        for code in codes():
            sys.monitoring.set_local_events(TOOL, code, sys.monitoring.events.BRANCH)
        return self

    def __exit__(self, *_: object) -> None:
        for code in codes():
            sys.monitoring.set_local_events(TOOL, code, sys.monitoring.events.NO_EVENTS)
        sys.monitoring.register_callback(TOOL, sys.monitoring.events.BRANCH, None)
        sys.monitoring.free_tool_id(TOOL)

    def _taken(self, code: CodeType, start: int, end: int) -> object:
        if (code, start, end) not in self.seen:
            self.seen.add((code, start, end))
            self._ways[code, start] = self._ways.get((code, start), 0) + 1
        return sys.monitoring.DISABLE if self._ways[code, start] > 1 else None


def functions() -> Iterator[FunctionType]:
    """Every function and method of the codec, those behind a cache included."""
    for found in pkgutil.iter_modules(lantian.hj212.__path__, "lantian.hj212."):
        module = import_module(found.name)
        holders: list[Any] = [module]
        holders += [v for v in vars(module).values() if isinstance(v, type)]
        for thing in (thing for holder in holders for thing in vars(holder).values()):
            bare = getattr(thing, "fget", None) or getattr(thing, "__wrapped__", thing)
            if isinstance(bare, FunctionType) and bare.__module__ == found.name:
                yield bare


def codes() -> Iterator[CodeType]:
    """Code of the functions and of what is nested in them."""
    waiting = [function.__code__ for function in functions()]
    while waiting:
        code = waiting.pop()
        yield code
        waiting += [part for part in code.co_consts if isinstance(part, CodeType)]


def seeds() -> list[bytes]:
    """The packets found in public, and the empty input."""
    rows = tomllib.loads(GOLDEN.read_text("utf-8"))["packet"]
    return [b"", *(row["frame"].encode() + b"\r\n" for row in rows)]


def mutated(parent: bytes, other: bytes, chance: random.Random) -> bytes:
    """A child of one input, or of two."""
    data = bytearray(parent)
    for _ in range(chance.randint(1, 4)):
        at, end = sorted((chance.randint(0, len(data)), chance.randint(0, len(data))))
        end = min(end, at + 40)
        match chance.randrange(6):
            case 0:
                data[at:at] = chance.choice(WORDS)
            case 1:
                data[at:end] = chance.choice(WORDS)
            case 2:
                data[at:end] = b""
            case 3:
                data[at:at] = data[at:end] * chance.randint(1, 3)
            case 4 if data:
                data[min(at, len(data) - 1)] = chance.randrange(256)
            case _:
                start = chance.randint(0, len(other))
                data[at:end] = other[start : start + chance.randint(0, 60)]
    return sealed(bytes(data), chance) if chance.random() < 0.6 else bytes(data)


def sealed(data: bytes, chance: random.Random) -> bytes:
    """The same with a right length and CRC, so that what lies behind them is reached."""
    segment = data.rstrip(b"\r\n")[6:-4][:9999]
    value = chance.choice([plain.crc, plain.crc, plain.modbus])(segment)
    end = chance.choice([b"\r\n", b"\r\n", b"\n", b""])
    return b"##%04d%b%04X%b" % (len(segment), segment, value, end)


def shrunk(data: bytes, fails: Callable[[bytes], bool]) -> bytes:
    """The shortest part found that still fails."""
    size = len(data) // 2
    while size:
        at = 0
        while at < len(data):
            less = data[:at] + data[at + size :]
            data, at = (less, at) if fails(less) else (data, at + size)
        size //= 2
    return data


def fails(data: bytes) -> bool:
    """Whether an input raises what is not the codec's own error."""
    try:
        survive(data)
    except Exception:  # noqa: BLE001 -- whatever comes is what is looked for
        return True
    return False


def breed(seconds: float, seed: int, target: Callable[[bytes], bool] = fails) -> dict[str, Any]:
    """Fuzz for a time; return the number of inputs, branches and breeders, and what failed."""
    chance, corpus, inputs = random.Random(seed), seeds(), 0  # noqa: S311
    end = time.monotonic() + seconds
    failed: bytes | None = None
    with Branches() as branches:
        for data in corpus:
            target(data)
        first = len(branches.seen)
        while failed is None and time.monotonic() < end:
            child = mutated(chance.choice(corpus), chance.choice(corpus), chance)[:20_000]
            known = len(branches.seen)
            inputs += 1
            if target(child):
                failed = shrunk(child, target)
            elif len(branches.seen) > known:
                corpus.append(child)
    return {
        "inputs": inputs,
        "branches at first": first,
        "branches": len(branches.seen),
        "breeders": len(corpus),
        "failed": failed,
    }


def by_atheris(seconds: float, seed: int) -> None:
    """Let libFuzzer breed the inputs; it ends the process itself."""
    atheris = import_module("atheris")
    for function in functions():
        atheris.instrument_func(function)

    def one(data: bytes) -> None:
        survive(data)
        survive(sealed(b"######" + data + b"####", random.Random(0)))  # noqa: S311

    with tempfile.TemporaryDirectory() as folder:
        for number, seed_frame in enumerate(seeds()):
            Path(folder, f"{number}").write_bytes(seed_frame.rstrip(b"\r\n")[6:-4])
            Path(folder, f"{number}-whole").write_bytes(seed_frame)
        limits = [f"-max_total_time={seconds:.0f}", f"-seed={seed}", "-max_len=12000"]
        atheris.Setup([sys.argv[0], *limits, folder], one)
        atheris.Fuzz()


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--atheris", action="store_true")
    arguments = parser.parse_args()
    if arguments.atheris:
        by_atheris(arguments.minutes * 60, arguments.seed)
        return 0
    found = breed(arguments.minutes * 60, arguments.seed)
    print(found)
    if found["failed"] is None:
        return 0
    survive(found["failed"])
    return 1


if __name__ == "__main__":
    sys.exit(main())
