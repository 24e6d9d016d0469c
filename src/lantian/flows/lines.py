"""Production lines and their treatment devices: what meters said of them in a span of time."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lantian.errors import BadSetting, RuleBookBroken
from lantian.lake.fine_parts import stored
from lantian.lake.gate_ledger import GateLedger
from lantian.lake.said import SCALE
from lantian.rules.shape import fill
from lantian.works.state import Run, runs
from lantian.works.untreated import Finding, Line, Meter, untreated

#: File of a data folder that declares lines and meters.
FILE: Final = "lines.toml"
_DAY_S: Final = 86_400


@dataclass(frozen=True, slots=True)
class _Declared:
    line: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Running:
    """A line in a span of time: when it ran, when its device did, and what that is to say."""

    line: Line
    production: tuple[Run, ...]
    control: tuple[Run, ...]
    findings: tuple[Finding, ...]


def declared_lines(folder: Path) -> tuple[Line, ...]:
    """Read the lines that a data folder declares; none where there is no such file.

    Raises
    ------
    BadSetting
        If the file cannot be read, naming the key and what to do.
    """
    path = folder / FILE
    if not path.is_file():
        return ()
    try:
        return fill(_Declared, tomllib.loads(path.read_text("utf-8")), FILE).line
    except RuleBookBroken as error:
        raise BadSetting(error.what, where=error.where, fix=error.fix) from error
    except (OSError, ValueError) as error:
        raise BadSetting(
            f"不是可读的 TOML / cannot be read as TOML: {error}",
            where=FILE,
            fix="改正该文件 / correct the file",
        ) from error


def running(
    ledger: GateLedger, lines: Sequence[Line], *, first_t: int, last_t: int
) -> list[Running]:
    """Return how lines ran after one moment and not after another, seconds since 1970.

    Raises
    ------
    LakeBroken
        If stored values are damaged or missing.
    """
    found = []
    for line in lines:
        production = _runs(ledger, line.production, first_t, last_t)
        control = _runs(ledger, line.control, first_t, last_t)
        said = tuple(untreated(line, production, control))
        found.append(Running(line, tuple(production), tuple(control), said))
    return found


def _runs(ledger: GateLedger, meter: Meter, first_t: int, last_t: int) -> list[Run]:
    """Runs of a machine within a span; readings just before it tell the state it began in."""
    series = _series(ledger, meter)
    if series is None:
        return []
    since_t = first_t - meter.threshold.longest_s
    readings = [
        (row[1], row[2] / SCALE)
        for day in range((since_t - 1) // _DAY_S, (last_t - 1) // _DAY_S + 1)
        for row in stored(ledger, day, [series], since_t, last_t)
        if row[2] is not None
    ]
    return [
        run._replace(first_t=max(run.first_t, first_t))
        for run in runs(readings, meter.threshold)
        if run.last_t > first_t
    ]


def _series(ledger: GateLedger, meter: Meter) -> int | None:
    with ledger.read() as sql:
        row = sql.execute(
            "SELECT s.id FROM series s JOIN source p ON p.id = s.source "
            "WHERE p.mn = ? AND s.factor = ? AND s.kind = ? AND s.span_s = ?",
            (meter.mn, meter.factor, meter.kind, meter.span_s),
        ).fetchone()
    return None if row is None else int(row[0])
