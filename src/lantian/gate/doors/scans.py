"""Reading what a lidar or ceilometer saw: its range-time picture, and the boundary layer's top."""

import csv
import io
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Literal

import numpy as np

from lantian.errors import BadFile
from lantian.gate.doors.message import LARGE, SYNTAX, BadMessage, Message, Number, Told
from lantian.gate.doors.netcdf_apart import NetcdfLayout, read_apart
from lantian.gate.doors.stamp import Time
from lantian.lake.surveys import pack_scan
from lantian.profile.boundary_layer import METHOD, Search, layer_height
from lantian.profile.scan import Scan, scan_of

#: Factor and unit of the height of the boundary layer; its kind is the method's name.
BLH: Final = "blh"
BLH_UNIT: Final = "m"
_CLOUD: Final = "cloud_base_m"
#: More profiles or gates than this in one CSV are not read.
_MOST_CELLS: Final = 20_000_000


@dataclass(frozen=True, slots=True)
class Scans:
    """How the files of one instrument are read.

    Attributes
    ----------
    mn : str
        Its identity in the register.
    format : str
        `netcdf`, or `csv`: a line for each profile, its time, then a column for each height in
        metres above the ground, in 1e-6 / (m sr), and `cloud_base_m` if it is known.
    netcdf : NetcdfLayout
    zone : str
        Of a time in CSV that names none itself.
    search : Search
        How the top of the boundary layer is sought.
    """

    mn: str
    format: Literal["netcdf", "csv"] = "netcdf"
    netcdf: NetcdfLayout = field(default_factory=NetcdfLayout)
    zone: str = "+08:00"
    search: Search = field(default_factory=Search)

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if not self.mn:
            raise ValueError("mn: the identity of the instrument")

    def read(self, message: Message) -> tuple[list[Told], list[str]]:
        """Return the picture and the boundary layer's height at each of its times."""
        try:
            scan = (
                read_apart(message, self.netcdf)
                if self.format == "netcdf"
                else read_csv(message, self.zone)
            )
        except BadFile as error:
            raise BadMessage(SYNTAX, error.what, where=error.where, fix=error.fix) from error
        heights = layer_height(scan, self.search)
        numbers = [
            Number(BLH, BLH_UNIT, 0, t, Decimal(repr(round(height, 1))), kind=METHOD)
            for t, height in zip(scan.t.tolist(), heights.tolist(), strict=True)
            if np.isfinite(height)
        ]
        return [Told(self.mn, numbers, surveys=pack_scan(scan))], []


def read_csv(message: Message, zone: str) -> Scan:
    """Read a scan from a table.

    Raises
    ------
    BadMessage
        If it is no such table.
    BadFile
        If times or heights do not rise.

    Examples
    --------
    >>> body = b"time,15,45,cloud_base_m\\n2026-11-22 08:00,2.5,,900\\n"
    >>> scan = read_csv(Message("drop", "lidar", "a.csv", body, 0, ""), "+08:00")
    >>> scan.t.tolist(), scan.backscatter.tolist(), scan.cloud_base_m.tolist()
    ([1795305600], [[2.5, nan]], [900.0])
    """
    rows = table(message)
    names = rows[0][1:]
    clouds = names.index(_CLOUD) if _CLOUD in names else None
    gates = [n for n in range(len(names)) if n != clouds]
    time = Time(("time",), zone=zone)
    if len(rows) * len(names) > _MOST_CELLS:
        raise bad_row(message, 1, "过大 / too large", LARGE)
    times, values = [], []
    for n, row in enumerate(rows[1:], 2):
        t = time.end(row[0], 0)
        if t is None or len(row) != len(names) + 1:
            raise bad_row(message, n, ",".join(row)[:60])
        times.append(t)
        values.append([number(cell, message, n) for cell in row[1:]])
    every = np.array(values, np.float64).reshape(len(times), len(names))
    return scan_of(
        np.array(times, np.int64),
        np.array([number(names[n], message, 1) for n in gates]),
        every[:, gates],
        cloud_base_m=None if clouds is None else every[:, clouds],
        where=message.origin,
    )


def table(message: Message) -> list[list[str]]:
    """Lines of a CSV message in UTF-8, a header and at least one more.

    Raises
    ------
    BadMessage
        If it is none.
    """
    try:
        text = message.body.decode().removeprefix("\ufeff")
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    except (UnicodeDecodeError, csv.Error) as error:
        raise bad_row(message, 1, f"CSV: {error}") from error
    if len(rows) < 2:
        raise bad_row(message, 1, "没有数据行 / no lines")
    return [[cell.strip() for cell in row] for row in rows]


def number(cell: str, message: Message, n: int) -> float:
    """Return the number in a cell of line `n`; NaN where it is empty.

    Raises
    ------
    BadMessage
        If something else stands there.
    """
    if cell in {"", "-", "--", "NaN", "nan", "null"}:
        return float("nan")
    try:
        found = float(cell)
    except ValueError as error:
        raise bad_row(message, n, cell[:40]) from error
    if not np.isfinite(found) or "_" in cell:
        raise bad_row(message, n, cell[:40])
    return found


def bad_row(message: Message, n: int, what: str, cause: str = SYNTAX) -> BadMessage:
    """Say that a line cannot be read."""
    return BadMessage(
        cause,
        f"第 {n} 行不可读 / line {n} cannot be read: {what}",
        where=f"{message.stream} {message.origin}:{n}",
        fix=f"对照 / compare doors/{message.stream}.toml",
    )
