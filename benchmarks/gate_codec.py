"""The HJ 212 codec: frames a second of processor time, beside the floor and a usual way.

    python benchmarks/gate_codec.py [--repeats 7]

The frame is one of an air station: 350 bytes, eight values with their flags. The floor reads
every byte once in C and splits the text: less cannot be done in Python. The usual way is that
of published parsers: a table CRC byte by byte, then loops over `;`, `,` and `=` into dicts.
All figures are of one process; the best of several runs, as other work only slows.
"""

import argparse
import time
import zlib
from collections.abc import Callable

from lantian.hj212.crc import standard
from lantian.hj212.packet import compose, decode
from lantian.hj212.reading import readings
from lantian.hj212.stream import Splitter

GOAL = 80_000
FRAMES = 20_000
PIECE = 4096

FIELDS = {
    "QN": "20260801085857223",
    "ST": "22",
    "CN": "2011",
    "PW": "123456",
    "MN": "88888880000001",
    "Flag": "5",
}
VALUES = {
    "a21026": "6.2",
    "a21004": "24.8",
    "a34002": "61.5",
    "a34004": "35.2",
    "a21005": "0.62",
    "a05024": "88.0",
    "a01001": "17.1",
}


def frames() -> list[bytes]:
    """Frames of 350 bytes from many devices at many moments: no two are the same."""
    found = []
    for number in range(FRAMES):
        fields = FIELDS | {
            "QN": f"20260801{number % 24:02d}{number % 60:02d}57{number % 1000:03d}",
            "MN": f"88888880{number % 1000:06d}",
        }
        items = [[(f"{code}-Rtd", value), (f"{code}-Flag", "N")] for code, value in VALUES.items()]
        wind = ("a01007-Rtd", f"{number % 10}.{number % 7}")
        stamp = ("DataTime", fields["QN"][:14])
        frame = compose(fields, [[stamp], *items, [wind, ("a01007-Flag", "N")]]).raw
        found.append(frame)
    return found


def floor(frame: bytes) -> object:
    """Read every byte once, make the text, split it."""
    return zlib.crc32(frame), frame.decode("ascii").split(";")


def codec(frame: bytes) -> object:
    """Length, CRC, fields, readings with their flags."""
    return readings(decode(frame))


def codec_numbers(frame: bytes) -> object:
    """The same, and each value as an exact number."""
    return [reading.value for reading in readings(decode(frame))]


def _table() -> list[int]:
    table = []
    for byte in range(256):
        register = byte
        for _ in range(8):
            register = (register >> 1) ^ (0xA001 if register & 1 else 0)
        table.append(register)
    return table


TABLE = _table()


def usual(frame: bytes) -> object:
    """What published parsers do, written for speed in their manner."""
    segment = frame[6:-6]
    if int(frame[2:6]) != len(segment):
        raise ValueError("length")
    register = 0xFFFF
    for byte in segment:
        register = TABLE[(register >> 8) ^ byte]
    if register != int(frame[-6:-2], 16):
        raise ValueError("crc")
    head, area = segment.decode("ascii")[:-2].split("CP=&&")
    fields = dict(part.split("=") for part in head[:-1].split(";"))
    values: dict[str, dict[str, str]] = {}
    for item in area.split(";"):
        for pair in item.split(","):
            name, value = pair.split("=")
            factor, sign, kind = name.partition("-")
            if sign:
                values.setdefault(factor, {})[kind] = value
            else:
                fields[name] = value
    return fields, values


def stream_us(given: list[bytes], repeats: int) -> float:
    """Processor time of one frame cut out of a stream in pieces of 4 kB, microseconds."""
    stream, best = b"".join(given), float("inf")
    for _ in range(repeats):
        splitter, found = Splitter(), 0
        start = time.process_time()
        for at in range(0, len(stream), PIECE):
            found += len(splitter.feed(stream[at : at + PIECE]))
        best = min(best, time.process_time() - start)
        if found != len(given):
            raise ValueError(f"{found} frames of {len(given)}")
    return best / len(given) * 1e6


def per_frame_us(way: Callable[[bytes], object], given: list[bytes], repeats: int) -> float:
    """Processor time of one frame, microseconds: the best run of several."""
    best = float("inf")
    for _ in range(repeats):
        start = time.process_time()
        for frame in given:
            way(frame)
        best = min(best, time.process_time() - start)
    return best / len(given) * 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=7)
    repeats = parser.parse_args().repeats
    given = frames()
    sizes = {len(frame) for frame in given}
    print(f"{len(given)} frames of {min(sizes)}-{max(sizes)} bytes, {len(VALUES) + 1} values each")
    ways = {
        "floor: bytes once, text split": floor,
        "CRC alone": lambda frame: standard(frame[6:-6]),
        "codec: frame to readings": codec,
        "codec: and exact numbers": codec_numbers,
        "usual: table CRC, split loops": usual,
    }
    found = {name: per_frame_us(way, given, repeats) for name, way in ways.items()}
    found["stream cut into frames"] = stream_us(given, repeats)
    least = found["floor: bytes once, text split"]
    for name, us in found.items():
        print(f"{name:<32}{us:7.2f} us  {1e6 / us:9,.0f} frames/s  {us / least:5.1f} x floor")
    rate = 1e6 / found["codec: frame to readings"]
    ratio = found["usual: table CRC, split loops"] / found["codec: frame to readings"]
    verdict = "met" if rate >= GOAL else "MISSED"
    print(f"goal {GOAL:,} frames/s: {verdict}; {ratio:.1f} x as fast as the usual way")


if __name__ == "__main__":
    main()
