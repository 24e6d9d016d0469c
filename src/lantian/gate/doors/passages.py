"""Reading what gates and cameras saw: vehicles that passed, black smoke; plates are let go.

Of each line only time, direction and sort are taken. A plate is personal: it is in no column
that is read, and the file as received is not kept beside what was read.
"""

import csv
import io
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

import numpy as np

from lantian.gate.doors.message import SYNTAX, BadMessage, Message, Told, millionths
from lantian.gate.doors.scans import bad_row, number, table
from lantian.gate.doors.stamp import Time
from lantian.lake.said import Event

#: What black smoke is called, and a vehicle without a direction.
SMOKE: Final = "smoke"
PASSED: Final = "passed"
_MOST_SORT: Final = 40


@dataclass(frozen=True, slots=True)
class Passages:
    """How the files of one gate or camera are read: CSV in UTF-8, a line for each event.

    Attributes
    ----------
    mn : str
        Its identity in the register.
    kind : str
        `vehicle` at a gate of heavy vehicles, `smoke` of a camera for black smoke.
    time : str
        Column.
    direction : str
        Column whose content is `entering` or `leaving`; "" where there is none.
    entering, leaving : str
        What stands there.
    sort : tuple of str
        Columns that make the sort, as stage of emission and fuel.
    value : str
        Column of a number, as the Ringelmann level of smoke; "" for none.
    zone : str
        Of a time that names none itself.
    """

    mn: str
    kind: Literal["vehicle", "smoke"]
    time: str = "time"
    direction: str = ""
    entering: str = "in"
    leaving: str = "out"
    sort: tuple[str, ...] = ()
    value: str = ""
    zone: str = "+08:00"

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if not self.mn:
            raise ValueError("mn: the identity of the gate or camera")

    def read(self, message: Message) -> tuple[list[Told], list[str]]:
        """Return the events; a file with a line that cannot be read is refused whole.

        Raises
        ------
        BadMessage
            If it cannot be read.
        """
        names, *rows = table(message)
        lacking = [name for name in self._columns() if name not in names]
        if lacking:
            raise bad_row(message, 1, f"缺少列 / no column: {', '.join(lacking)}")
        time = Time((self.time,), zone=self.zone)
        seen: Counter[tuple[int, str, str]] = Counter()
        events = []
        for n, row in enumerate(rows, 2):
            cells = dict(zip(names, row, strict=False))
            t = time.end(cells[self.time], 0)
            if t is None or len(row) != len(names):
                raise bad_row(message, n, "时间或列数 / time or number of columns")
            sort = "/".join(cells[name] for name in self.sort)[:_MOST_SORT]
            key = (t, self._what(cells, message, n), sort)
            # Of one second and sort the order in the file tells them apart.
            events.append(Event(*key, seen[key], self._value(cells, message, n)))
            seen[key] += 1
        return [Told(self.mn, events=tuple(events))], []

    def spared(self, message: Message) -> Message:
        """Return the message with only the columns that are read; empty if it is no table."""
        try:
            rows = table(message)
        except BadMessage:
            return message._replace(body=b"")
        wanted = [rows[0].index(name) for name in self._columns() if name in rows[0]]
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerows(
            # In a line with a cell too many a plate may stand anywhere.
            [row[at] if len(row) == len(rows[0]) else "" for at in wanted]
            for row in rows
        )
        return message._replace(body=text.getvalue().encode())

    def _columns(self) -> list[str]:
        named = (self.time, self.direction, self.value, *self.sort)
        return list(dict.fromkeys(name for name in named if name))

    def _what(self, cells: dict[str, str], message: Message, n: int) -> str:
        if self.kind == "smoke":
            return SMOKE
        words = {self.entering: "in", self.leaving: "out"}
        if not self.direction:
            return PASSED
        if cells[self.direction] not in words:
            raise BadMessage(
                SYNTAX,
                f"第 {n} 行方向 / direction in line {n}: {cells[self.direction][:20]!r}",
                where=f"{message.stream} {message.origin}:{n}",
                fix=f"entering, leaving: {', '.join(words)}",
            )
        return words[cells[self.direction]]

    def _value(self, cells: dict[str, str], message: Message, n: int) -> int | None:
        if not self.value:
            return None
        found = number(cells[self.value], message, n)
        return millionths(Decimal(repr(found)), Decimal(1)) if np.isfinite(found) else None
