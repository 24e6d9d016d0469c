"""Data of charts, in the forms that static/js/chart/ expects; a gap is null."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from lantian.desk.language import language
from lantian.report.bulletin import CalendarRow
from lantian.report.language import Language
from lantian.rules.clauses import LevelsClause
from lantian.terms.mark import MISSING

type Values = npt.NDArray[np.integer[Any]]


def level_of(levels: LevelsClause, number: int) -> dict[str, Any] | None:
    """Level as the tag `aqi` prints it; None for 0, which is no level."""
    if number == 0:
        return None
    level = levels.level[number - 1]
    name = language().of(level.name_zh, level.name_en)
    return {"number": number, "name": name, "colour": level.hex, "ink": _ink(level.hex)}


def _ink(colour: str) -> str:
    """Whether dark or light text is read better on a colour (WCAG 2.2, 1.4.3)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "dark" if (light + 0.05) ** 2 >= 0.0525 else "light"


def all_levels(levels: LevelsClause) -> list[dict[str, Any]]:
    """Every level, for legends; `range` is what it spans."""
    found, low = [], 0
    for number, level in enumerate(levels.level, 1):
        shown = level_of(levels, number) or {}
        last = number == len(levels.level)
        found.append({**shown, "range": f">{low - 1}" if last else f"{low}–{level.upto}"})
        low = level.upto + 1
    return found


def plain(values: Values) -> list[float | int | None]:
    """Numbers of thousandths, null where there is none.

    Examples
    --------
    >>> plain(np.array([60_500, MISSING, 35_000], np.int32))
    [60.5, None, 35]
    """
    numbers = values.astype(np.float64) / 1000
    found: list[float | int | None] = [int(v) if v % 1 == 0 else v for v in numbers.tolist()]
    for n in np.flatnonzero(values == MISSING).tolist():
        found[n] = None
    return found


def hourly_times(first: datetime, count: int) -> dict[str, Any]:
    """Hours by the end of the first one, local time without zone."""
    return {"start": f"{first:%Y-%m-%dT%H:%M}", "step_h": 1, "n": count}


def daily_times(first: date, count: int) -> dict[str, Any]:
    """Days in a row."""
    return {"start": f"{first}", "step_h": 24, "n": count}


def series(
    unit: str,
    times: Mapping[str, Any],
    lines: Iterable[tuple[str, Values]],
    *,
    limits: Sequence[tuple[int, str]] = (),
    note: str = "",
    withdrawn: Iterable[int] = (),
) -> dict[str, Any]:
    """Lines over time, the first one's availability below.

    Parameters
    ----------
    unit : str
    times : mapping
    lines : iterable of (name, thousandths)
    limits : sequence of (thousandths, label)
    note : str
        Printed in pictures: state, rules and basis.
    withdrawn : iterable of int
        Positions of the first line whose value is held but does not count.
    """
    made: list[dict[str, Any]] = [{"name": name, "values": plain(v)} for name, v in lines]
    for one in made[:1]:
        one["own"] = True
    data: dict[str, Any] = {
        "unit": unit,
        "times": dict(times),
        "series": made,
        "limits": [{"value": value / 1000, "label": label} for value, label in limits],
        "note": note,
    }
    if made:
        data["availability"] = availability(made[0]["values"], set(withdrawn))
    return data


def availability(values: Any, withdrawn: set[int], lang: Language | None = None) -> dict[str, Any]:
    """Share of values that are there, and runs of values, gaps and withdrawn ones."""
    said = lang or language()
    titles = {
        "ok": said.of("有数据", "data"),
        "gap": said.of("缺测", "gap"),
        "flag": said.of("已撤销", "withdrawn"),
    }
    runs: list[dict[str, Any]] = []
    for n, value in enumerate(values):
        kind = "ok" if value is not None else "flag" if n in withdrawn else "gap"
        if runs and runs[-1]["kind"] == kind:
            runs[-1]["length"] += 1
        else:
            runs.append({"start": n, "length": 1, "kind": kind, "title": titles[kind]})
    there = sum(run["length"] for run in runs if run["kind"] == "ok")
    return {"rate": f"{100 * there / max(len(values), 1):.1f}%", "runs": runs}


def calendar(row: CalendarRow, levels: LevelsClause, primary: Sequence[str]) -> dict[str, Any]:
    """Days of a year with index, level and primary pollutants.

    Parameters
    ----------
    row : CalendarRow
    levels : LevelsClause
    primary : sequence of str
        Of each day, as printed.
    """
    days = [
        {
            "day": f"{one.day}",
            "value": one.aqi.value,
            "level": None if one.level is None else one.level + 1,
            "note": note,
        }
        for one, note in zip(row.days, primary, strict=True)
    ]
    return {"year": row.days[0].day.year, "days": days, "levels": all_levels(levels)}


def diurnal(unit: str, lines: Iterable[tuple[str, Values]], note: str = "") -> dict[str, Any]:
    """Courses of the day, one line for each season."""
    made = [{"name": name, "values": plain(values)} for name, values in lines]
    return {"unit": unit, "series": made, "note": note}


def trajectory(
    periods: Sequence[str], ranks: Mapping[str, Sequence[int | None]], own: str
) -> dict[str, Any]:
    """Ranks over months, 1 on top."""
    made = [
        {"name": name, "values": list(values), "own": name == own} for name, values in ranks.items()
    ]
    return {"unit": "", "periods": list(periods), "series": made, "reverse": True}
