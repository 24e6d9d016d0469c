"""Commands on their way: sent over the monitor's own connection, repeated, answered."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from lantian.errors import LantianError
from lantian.gate.clock import Clock
from lantian.gate.roll import Roll
from lantian.hj212 import dialogue
from lantian.hj212.codes import Kind, Way
from lantian.hj212.codes import commands as known_commands
from lantian.hj212.packet import Packet
from lantian.hj212.reading import next_qn, parameters, spell_time
from lantian.lake.commands import OPEN, Command, CommandState, commands, ended, note
from lantian.lake.gate_ledger import GateLedger

#: HJ 212-2017, table 1: ten seconds, three times, where the network is mobile.
_PATIENCE_US: Final = 10_000_000
_TRIES: Final = 3
#: What a monitor accepted and does not report done within so long is not waited for.
_EXECUTION_US: Final = 600_000_000
_SET_TIME: Final = "1012"
_TOLD: Final = (Way.DOWN, Kind.NOTICE)
_REQUEST_ANSWER: Final = "9011"
_RESULT: Final = "9012"
_NOTICE_ANSWER: Final = "9013"
#: Commands that are only noted, not executed.
_NOTICES: Final = frozenset(
    cn for (cn, way), known in known_commands().items() if (way, known.kind) == _TOLD
)
_READY: Final = "1"
_SUCCESS: Final = "1"


@dataclass(slots=True)
class _Line:
    """The connection on which a monitor was heard last, and how it speaks."""

    writer: asyncio.StreamWriter
    st: str
    version: int
    qn: str = ""


class Commander:
    """Sends what is queued and notes what comes of it.

    Everything but `look` runs in the event loop; `look` writes to the tables and may run in
    a thread, never twice at once.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lines: dict[str, _Line] = {}
        #: Commands that were sent, by identity and QN.
        self._sent: dict[tuple[str, str], Command] = {}
        self._changed: dict[str, Command] = {}

    def hear(self, packet: Packet, writer: asyncio.StreamWriter) -> None:
        """Note where a monitor is, and the answer that a packet may be."""
        line = self._lines.get(packet.mn)
        if line is None or line.writer is not writer:
            line = self._lines[packet.mn] = _Line(writer, packet.st, packet.version or 2017)
        if packet.cn not in (_REQUEST_ANSWER, _RESULT, _NOTICE_ANSWER):
            line.st, line.version = packet.st, packet.version or line.version
            return
        command = self._sent.get((packet.mn, packet.qn))
        if command is not None:
            self._answered(command, packet)

    def _answered(self, command: Command, packet: Packet) -> None:
        now_us = self._clock.now_us()
        said = parameters(packet)
        if packet.cn == _NOTICE_ANSWER:
            command = ended(command, CommandState.DONE, "", now_us)
        elif packet.cn == _REQUEST_ANSWER:
            code = said.get("QnRtn", "")
            if code == _READY:
                command = replace(command, state=CommandState.ACCEPTED)
            else:
                command = ended(command, CommandState.REFUSED, f"QnRtn={code}", now_us)
        else:
            code = said.get("ExeRtn", "")
            state = CommandState.DONE if code == _SUCCESS else CommandState.FAILED
            command = ended(command, state, f"ExeRtn={code}", now_us)
        self._keep(command)

    def _keep(self, command: Command) -> None:
        self._changed[command.uuid] = command
        key = (command.mn, command.qn)
        if command.state in OPEN:
            self._sent[key] = command
        else:
            self._sent.pop(key, None)

    def forget(self, writer: asyncio.StreamWriter) -> None:
        """Note that a connection is gone."""
        self._lines = {mn: line for mn, line in self._lines.items() if line.writer is not writer}

    def look(self, ledger: GateLedger) -> list[Command]:
        """Write down what came of commands; return those that are open."""
        changed, self._changed = self._changed, {}
        if changed:
            try:
                note(ledger, changed.values())
            except LantianError:
                self._changed = changed | self._changed
                raise
        return commands(ledger, states=OPEN)

    def send(self, waiting: Iterable[Command], roll: Roll) -> None:
        """Send what waits to who is connected, and again what was not answered in time."""
        now_us = self._clock.now_us()
        for command in waiting:
            if command.uuid in self._changed:
                continue
            known = self._sent.get((command.mn, command.qn), command)
            self._advance(known, roll, now_us)

    def _advance(self, command: Command, roll: Roll, now_us: int) -> None:
        since_us = now_us - (command.sent_us or 0)
        if command.state is CommandState.ACCEPTED:
            if since_us > _EXECUTION_US:
                self._keep(ended(command, CommandState.SILENT, "9012", now_us))
            return
        if command.state is CommandState.SENT and since_us < _PATIENCE_US:
            self._sent.setdefault((command.mn, command.qn), command)
            return
        if command.tries >= _TRIES:
            lacks = _NOTICE_ANSWER if command.cn in _NOTICES else _REQUEST_ANSWER
            self._keep(ended(command, CommandState.SILENT, lacks, now_us))
            return
        line = self._lines.get(command.mn)
        if line is not None and not line.writer.is_closing():
            self._say(command, line, roll, now_us)

    def _say(self, command: Command, line: _Line, roll: Roll, now_us: int) -> None:
        utc = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=now_us)
        device = roll.device(command.mn, utc)
        if device is None:
            self._keep(ended(command, CommandState.REFUSED, "unknown", now_us))
            return
        local = (utc + timedelta(hours=roll.offset_h(device.station))).replace(tzinfo=None)
        # A command that is repeated keeps its QN, so that it is done once.
        qn = command.qn or next_qn(local, line.qn)
        line.qn = max(line.qn, qn)
        to = dialogue.Device(command.mn, device.password, line.st, line.version)
        items = command.items
        if command.cn == _SET_TIME:  # the time is that of now, however long it waited
            items = (*items, ("SystemTime", spell_time(local)))
        line.writer.write(dialogue.command(to, command.cn, qn, items).raw)
        self._keep(
            replace(
                command,
                state=CommandState.SENT,
                qn=qn,
                tries=command.tries + 1,
                sent_us=now_us,
            )
        )
