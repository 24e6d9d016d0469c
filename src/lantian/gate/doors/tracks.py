"""Reading the way of a van or the flight of a drone: points with what was measured there."""

import re
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from lantian.errors import BadFile
from lantian.gate.doors.message import SYNTAX, BadMessage, Message, Told
from lantian.gate.doors.scans import bad_row, number, table
from lantian.gate.doors.stamp import Time
from lantian.lake.surveys import FLIGHT, TRACK, pack_track
from lantian.track.points import Track, track_of

#: A column of a factor with its unit, as `PM2.5(ug/m3)`.
_COLUMN: Final = re.compile(r"([^()（）]{1,40}?)\s*(?:[(（]([^()（）]{1,20})[)）])?")


@dataclass(frozen=True, slots=True)
class Tracks:
    """How the files of one van or drone are read: CSV in UTF-8, a line for each point.

    Attributes
    ----------
    mn : str
        Its identity in the register.
    kind : str
        `track` of a van, `flight` of a drone; a flight needs heights.
    time, lon, lat, height : str
        Columns; longitude and latitude in degrees of WGS 84, height in metres above the
        ground. All other columns are factors, with their unit in brackets.
    left_out : tuple of str
        Columns that are no factors.
    zone : str
        Of a time that names none itself.
    """

    mn: str
    kind: Literal["track", "flight"] = "track"
    time: str = "time"
    lon: str = "lon"
    lat: str = "lat"
    height: str = "height_m"
    left_out: tuple[str, ...] = ()
    zone: str = "+08:00"

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if not self.mn:
            raise ValueError("mn: the identity of the van or drone")

    def read(self, message: Message) -> tuple[list[Told], list[str]]:
        """Return the points, and which lines were left out: those without a place."""
        try:
            track, notes = self._track(message)
        except BadFile as error:
            raise BadMessage(SYNTAX, error.what, where=error.where, fix=error.fix) from error
        kind = FLIGHT if self.kind == "flight" else TRACK
        return [Told(self.mn, surveys=pack_track(track, kind))], notes

    def _track(self, message: Message) -> tuple[Track, list[str]]:
        names, *rows = table(message)
        own = [self.time, self.lon, self.lat, *([self.height] if self.kind == "flight" else [])]
        lacking = [name for name in own if name not in names]
        if lacking:
            raise bad_row(message, 1, f"缺少列 / no column: {', '.join(lacking)}")
        taken = {self.time, self.lon, self.lat, self.height, *self.left_out}
        factors = [n for n, name in enumerate(names) if name not in taken]
        time = Time((self.time,), zone=self.zone)
        times: list[int] = []
        cells: list[list[float]] = []
        notes: list[str] = []
        wanted = [names.index(self.lon), names.index(self.lat), *factors]
        if self.height in names:
            wanted.append(names.index(self.height))
        for n, row in enumerate(rows, 2):
            t = time.end(row[names.index(self.time)], 0)
            if t is None or len(row) != len(names):
                raise bad_row(message, n, ",".join(row)[:60])
            found = [number(row[at], message, n) for at in wanted]
            if np.isfinite(found[:2]).all():
                times.append(t)
                cells.append(found)
            else:
                notes.append(f"{n}: 没有位置 / no place")
        every = np.array(cells, np.float64).reshape(len(cells), len(wanted))
        height = every[:, -1] if self.height in names else np.full(len(cells), np.nan)
        values = every[:, 2 : 2 + len(factors)]
        places = (every[:, 0], every[:, 1], height)
        named = [_named(names[n], message) for n in factors]
        return track_of(
            np.array(times, np.int64), places, named, values, where=message.origin
        ), notes[:20]


def _named(column: str, message: Message) -> tuple[str, str]:
    found = _COLUMN.fullmatch(column)
    if found is None:
        raise bad_row(message, 1, f"列名 / column {column[:40]!r}")
    return found[1], found[2] or ""
