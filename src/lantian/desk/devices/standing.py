"""Judging how a monitor stands: its state and its grade, by the rule of standing.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final

_FILE: Final = Path(__file__).with_name("standing.toml")
_MINUTE_S: Final = 60


class State(StrEnum):
    """How a monitor stands now."""

    REPORTING = "reporting"
    LATE = "late"
    SILENT = "silent"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade with its bounds; None where it has none."""

    name: str
    capture_pct: int | None = None
    clock_s: int | None = None
    faults_a_day: int | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """The rule, as the file says it; `late` and `silent` are intervals and least seconds."""

    source: str
    late: tuple[int, int]
    silent: tuple[int, int]
    quarantined_s: int
    grades: tuple[Grade, ...]


@cache
def rule() -> Rule:
    """Read the rule.

    Examples
    --------
    >>> [grade.name for grade in rule().grades]
    ['A', 'B', 'C', 'D']
    """
    raw = tomllib.loads(_FILE.read_text("utf-8"))
    return Rule(
        raw["rule"]["source"],
        _patience(raw["late"]),
        _patience(raw["silent"]),
        raw["quarantined"]["after_min"] * _MINUTE_S,
        tuple(Grade(**row) for row in raw["grade"]),
    )


def _patience(row: Mapping[str, Any]) -> tuple[int, int]:
    return row["intervals"], row["least_min"] * _MINUTE_S


def state_of(
    *,
    known: bool,
    heard_s: float | None,
    value_s: float | None,
    span_s: int | None,
    refused: int,
) -> State:
    """Return the state of a monitor.

    Parameters
    ----------
    known : bool
        Whether the lake's roster names it today.
    heard_s, value_s : float or None
        How long ago its last frame came, and its newest value ended; None for never.
    span_s : int or None
        Shortest interval that it sends; None for instants alone.
    refused : int
        Frames of today of which nothing counts because of the roster.

    Examples
    --------
    >>> state_of(known=True, heard_s=30, value_s=90, span_s=60, refused=0)
    <State.REPORTING: 'reporting'>
    >>> state_of(known=True, heard_s=3000, value_s=3000, span_s=60, refused=0)
    <State.LATE: 'late'>
    >>> state_of(known=True, heard_s=30, value_s=None, span_s=None, refused=4)
    <State.QUARANTINED: 'quarantined'>
    """
    if heard_s is None:
        return State.SILENT
    now = rule()
    stale = value_s is None or value_s > now.quarantined_s
    if not known or (refused and stale):
        return State.QUARANTINED
    if heard_s > _limit(now.silent, span_s):
        return State.SILENT
    return State.LATE if heard_s > _limit(now.late, span_s) else State.REPORTING


def _limit(patience: tuple[int, int], span_s: int | None) -> int:
    intervals, least_s = patience
    return max(intervals * (span_s or _MINUTE_S), least_s)


def grade_of(*, capture_pct: float | None, clock_s: float | None, faults_a_day: float) -> str:
    """Return the name of the first grade whose bounds hold; "" without a capture rate.

    Examples
    --------
    >>> grade_of(capture_pct=99.0, clock_s=-2.0, faults_a_day=0)
    'A'
    >>> grade_of(capture_pct=99.0, clock_s=28800.0, faults_a_day=0)
    'D'
    >>> grade_of(capture_pct=None, clock_s=None, faults_a_day=0)
    ''
    """
    if capture_pct is None:
        return ""
    for grade in rule().grades:
        holds = (
            grade.capture_pct is None or capture_pct >= grade.capture_pct,
            grade.clock_s is None or abs(clock_s or 0) <= grade.clock_s,
            grade.faults_a_day is None or faults_a_day <= grade.faults_a_day,
        )
        if all(holds):
            return grade.name
    raise ValueError("the last grade of standing.toml has bounds")
