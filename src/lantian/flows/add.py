"""Adding files to a lake: read, hash, store one after the other; a bad file stops no other."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lantian.errors import BadFile
from lantian.lake.readers import read
from lantian.lake.store import Lake
from lantian.lake.tally import AddReport
from lantian.terms.hour import BEIJING_H
from lantian.terms.mark import Source


@dataclass(slots=True)
class Added:
    """What became of each file: those stored or skipped, and those that are bad."""

    reports: list[AddReport] = field(default_factory=list)
    bad: list[BadFile] = field(default_factory=list)


def add_files(
    lake: Lake,
    paths: Sequence[Path],
    *,
    layout: str = "auto",
    units: Mapping[str, str] | None = None,
    origin: Source = Source.REALTIME_FILE,
    clock_offset_h: int = BEIJING_H,
    hour_begins: bool = False,
    progress: Callable[[str], None],
) -> Added:
    """Read files and store each in its own transaction.

    Parameters
    ----------
    lake : Lake
    paths : sequence of Path
    layout : str
        Name of a reader's layout, or `auto`.
    units : mapping, optional
        Unit of a pollutant where it is not the usual one, as {"co": "ugm3"}.
    origin : Source
        What the files are: real-time or audited.
    clock_offset_h : int
        Local time of the files minus UTC, in hours.
    hour_begins : bool
        Whether the stamps name the beginning of the hour.
    progress : callable
        Takes one line for each file.

    Returns
    -------
    Added

    Raises
    ------
    LakeBroken
        If the lake cannot be written; files before the one named are stored.
    """
    units = dict(units or {})
    said = _spell_layout(layout, units, clock_offset_h, hour_begins=hour_begins)
    added = Added()
    for number, path in enumerate(paths, 1):
        head = f"[{number}/{len(paths)}] {path.name}: "
        try:
            digest = _digest(path)
            reading = read(
                path, layout=layout, units=units, offset_h=clock_offset_h, hour_begins=hour_begins
            )
        except BadFile as error:
            added.bad.append(error)
            progress(f"{head}{error}")
            continue
        report = lake.add(reading, source=path.name, sha256=digest, layout=said, origin=origin)
        added.reports.append(report)
        progress(head + spell_report(report))
        for note in report.notes:
            progress(f"  注意 / note: {note}")
    return added


def _spell_layout(
    layout: str, units: Mapping[str, str], offset_h: int, *, hour_begins: bool
) -> str:
    """Spell how a file is read; the same file read another way is another load."""
    said = [layout, *(f"{name}={unit}" for name, unit in sorted(units.items()))]
    said.append(f"utc{offset_h:+d}")
    return ";".join([*said, "hour-begins"] if hour_begins else said)


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise BadFile(
            f"文件打不开 / cannot open the file ({error.strerror})",
            where=str(path),
            fix="检查路径和权限 / check path and permission",
        ) from error


def spell_report(report: AddReport) -> str:
    """Say in one line what a file did to the lake."""
    if report.skipped:
        return f"已入库，跳过 / loaded before, skipped (seq {report.batch})"
    hours, weather = report.hours, report.weather
    words = [
        f"{hours.rows} 行 / rows",
        f"新 / new {hours.new}",
        f"补 / filled {hours.filled}",
        f"改 / changed {hours.changed}",
        f"同 / identical {hours.identical}",
    ]
    rare = {
        "级别低 / lower source": hours.refused,
        "重复 / repeated": hours.repeated,
        "空 / empty": hours.empty,
        "气象 / weather": weather.rows,
        "隔离 / quarantined": report.quarantined,
    }
    words += [f"{name} {count}" for name, count in rare.items() if count]
    return ", ".join(words) + f" (seq {report.batch})"
