"""The gate's state for Prometheus, and whether it is well, over plain HTTP."""

import asyncio
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from lantian.gate.server import Doors
from lantian.gate.writer import State

_PATIENCE_S: Final = 5.0


#: By door, stream and what became of it.
type Counts = Mapping[tuple[str, str, str], int]


def exposition(doors: Doors, state: State, counts: Counts = MappingProxyType({})) -> str:
    """Text of all counters; `counts` are those of the doors beside HJ 212.

    Examples
    --------
    >>> exposition(Doors(), State()).splitlines()[:3]
    ['# TYPE lantian_gate_frames_total counter', 'lantian_gate_frames_total 0', \
'# TYPE lantian_gate_frames_again_total counter']
    """
    rows = (
        ("frames_total", "counter", state.frames),
        ("frames_again_total", "counter", state.again),
        ("values_total", "counter", state.values),
        ("values_same_total", "counter", state.same),
        ("values_changed_total", "counter", state.changed),
        ("groups_total", "counter", state.groups),
        ("longest_group_seconds", "gauge", round(state.longest_s, 6)),
        ("degraded", "gauge", int(bool(state.complaint))),
        ("connections", "gauge", doors.open.total()),
        ("connections_total", "counter", doors.opened),
        ("connections_refused_total", "counter", doors.refused),
        ("connections_slowed_total", "counter", doors.slowed),
        ("wrong_passwords_total", "counter", doors.wrong.total()),
        ("clock_off_seconds", "gauge", round(doors.clock_off_s, 3)),
    )
    lines = [
        f"# TYPE lantian_gate_{name} {kind}\nlantian_gate_{name} {value}\n"
        for name, kind, value in rows
    ]
    if counts:
        lines.append("# TYPE lantian_gate_door_total counter\n")
    for (door, stream, what), count in sorted(counts.items()):
        labels = f'door="{door}",stream="{stream}",what="{what}"'
        lines.append(f"lantian_gate_door_total{{{labels}}} {count}\n")
    return "".join(lines)


async def serve(
    host: str, port: int, doors: Doors, state: State, counts: Counts = MappingProxyType({})
) -> asyncio.Server:
    """Answer `/metrics`, and `/healthz` with 503 while the gate cannot keep what it hears."""

    def page(path: str) -> tuple[int, str]:
        if path == "/metrics":
            return 200, exposition(doors, state, counts)
        if path == "/healthz":
            return (503, f"{state.complaint}\n") if state.complaint else (200, "ok\n")
        return 404, "/metrics /healthz\n"

    return await asyncio.start_server(lambda r, w: _answer(r, w, page), host, port)


async def _answer(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    page: Callable[[str], tuple[int, str]],
) -> None:
    try:
        line = await asyncio.wait_for(reader.readline(), _PATIENCE_S)
        words = line.decode("latin-1").split()
        if len(words) == 3 and words[0] == "GET":
            status, text = page(words[1])
            body = text.encode()
            writer.write(
                f"HTTP/1.1 {status} -\r\nContent-Type: text/plain; charset=utf-8\r\n"
                f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
                + body
            )
            await writer.drain()
    except (ConnectionError, TimeoutError, ValueError):
        pass  # who asks and goes, or sends no request, gets no answer
    finally:
        writer.close()
