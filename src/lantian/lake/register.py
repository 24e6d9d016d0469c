"""Registers of the roster: what each row of their CSV files must say, checked row by row."""

import csv
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final

from lantian.errors import BadFile, BadRequest
from lantian.evaluate.exceptional import ClaimState
from lantian.evaluate.target import indicator
from lantian.terms.hour import BEIJING_H
from lantian.terms.pollutant import POLLUTANTS, Pollutant, pollutant

type Row = tuple[Any, ...]
type Cells = Mapping[str, str]

#: Problems of one file that are spelled out; the rest is counted.
_NAMED: Final = 20
_YES: Final = {"1", "true", "yes", "y", "是"}
_NO: Final = {"0", "false", "no", "n", "否"}
_DAY: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")


class _RowError(ValueError):
    """What is wrong with a row."""


@dataclass(frozen=True, slots=True)
class Register:
    """One register: its table and columns there, its file's columns, how a row is read.

    The first `owner` table columns say whose row it is: a file replaces all rows of the
    owners that it names and leaves the others. `once` columns tell rows of one owner
    apart; `dated` says where first and last day stand, if rows may follow each other.
    """

    name: str
    table: str
    columns: tuple[str, ...]
    required: tuple[str, ...]
    optional: tuple[str, ...]
    parse: Callable[[Cells], list[Row]]
    owner: int
    once: tuple[int, ...]
    dated: tuple[int, int] | None


def read_register(register: Register, path: Path) -> list[Row]:
    """Read a CSV file of a register; every row must be good.

    Raises
    ------
    BadFile
        Naming every unknown or absent column, and every bad row with its line.
    """
    try:
        lines = list(csv.reader(io.StringIO(_text(path), newline="")))
    except csv.Error as error:
        raise BadFile(
            f"不是 CSV / not CSV ({error})", where=str(path), fix="另存为 CSV / save it as CSV"
        ) from error
    header = [name.strip().lower() for name in lines[0]] if lines else []
    _check_header(register, header, path)
    rows: list[Row] = []
    origin: list[int] = []
    wrong: list[str] = []
    for number, cells in enumerate(lines[1:], 2):
        if not any(cell.strip() for cell in cells):
            continue
        try:
            if len(cells) != len(header):
                raise _RowError(
                    f"{len(cells)} 列，表头 {len(header)} 列 / cells and columns differ"
                )
            found = register.parse({n: c.strip() for n, c in zip(header, cells, strict=True)})
        except (_RowError, BadRequest) as error:
            wrong.append(f"第 {number} 行 / line {number}: {_reason(error)}")
        else:
            rows += found
            origin += [number] * len(found)
    wrong += _contradictions(register, rows, origin)
    if wrong:
        more = [f"… 另 / and {len(wrong) - _NAMED}"] if len(wrong) > _NAMED else []
        raise BadFile(
            f"{len(wrong)} 处错误，整个文件未采用 / wrong rows, nothing of the file was taken: "
            + "; ".join(wrong[:_NAMED] + more),
            where=str(path),
            fix="改正后重新载入 / correct the rows and load it again",
        )
    return rows


def _reason(error: Exception) -> str:
    return f"{error.what}; {error.fix}" if isinstance(error, BadRequest) else str(error)


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise BadFile(
            f"文件打不开 / cannot open the file ({error.strerror})",
            where=str(path),
            fix="检查路径和权限 / check path and permission",
        ) from error
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadFile(
        "既非 UTF-8 也非 GBK / neither UTF-8 nor GBK",
        where=str(path),
        fix="另存为 UTF-8 的 CSV / save it as CSV in UTF-8",
    )


def _check_header(register: Register, header: list[str], path: Path) -> None:
    known = (*register.required, *register.optional)
    said = [f"未知列 / unknown column {name!r}" for name in header if name not in known]
    said += [f"缺列 / no column {name!r}" for name in register.required if name not in header]
    said += [f"重复列 / column {n!r} twice" for n in sorted(set(header)) if header.count(n) > 1]
    if said:
        optional = f"[,{','.join(register.optional)}]" if register.optional else ""
        raise BadFile(
            "; ".join(said),
            where=str(path),
            fix=f"表头应为 / the header is: {','.join(register.required)}{optional}",
        )


def _contradictions(register: Register, rows: list[Row], origin: list[int]) -> list[str]:
    """Rows of one file that say two things of the same."""
    wrong = []
    seen: dict[Row, list[tuple[Row, int]]] = {}
    for row, line in zip(rows, origin, strict=True):
        same = seen.setdefault(tuple(row[i] for i in register.once), [])
        for other, earlier in same:
            if register.dated is None or _overlap(row, other, *register.dated):
                wrong.append(
                    f"第 {line} 行与第 {earlier} 行重复或日期重叠 / line {line} repeats "
                    f"line {earlier} or overlaps it in time"
                )
                break
        same.append((row, line))
    return wrong


def _overlap(one: Row, other: Row, first: int, last: int) -> bool:
    starts = max(one[first] or "", other[first] or "")
    ends = min(one[last] or "9999", other[last] or "9999")
    return bool(starts <= ends)


def _needed(cells: Cells, name: str) -> str:
    if not cells[name]:
        raise _RowError(f"{name} 为空 / {name} is empty")
    return cells[name]


def _flag(cells: Cells, name: str) -> int | None:
    word = cells.get(name, "").lower()
    if not word:
        return None
    if word in _YES | _NO:
        return int(word in _YES)
    raise _RowError(f"{name}={word!r}: 应为 / must be 0 or 1")


def _day(cells: Cells, name: str) -> str | None:
    word = cells.get(name, "")
    if not word:
        return None
    match = _DAY.fullmatch(word)
    try:
        if match:
            return date(*(int(part) for part in match.groups())).isoformat()
    except ValueError:
        pass
    raise _RowError(f"{name}={word!r} 不是日期 / is not a day, as 2019-06-01")


def _days(cells: Cells) -> tuple[str | None, str | None]:
    first, last = _day(cells, "from"), _day(cells, "to")
    if first and last and last < first:
        raise _RowError(f"to {last} 早于 from {first} / it ends before it starts")
    return first, last


def _degrees(cells: Cells, name: str, limit: int) -> float | None:
    word = cells[name]
    if not word:
        return None
    try:
        value = float(word)
    except ValueError:
        value = limit + 1.0
    if not -limit <= value <= limit:
        raise _RowError(f"{name}={word!r}: 不是 ±{limit} 内的度数 / not degrees within ±{limit}")
    return value


def _offset(cells: Cells) -> int:
    word = cells.get("offset_h", "") or str(BEIJING_H)
    if not re.fullmatch(r"[+-]?\d{1,2}", word) or not -12 <= int(word) <= 14:
        raise _RowError(f"offset_h={word!r}: 应为 -12…14 的整数 / not a whole number in -12 … 14")
    return int(word)


def _station(cells: Cells) -> list[Row]:
    lon, lat = _degrees(cells, "lon", 180), _degrees(cells, "lat", 90)
    if (lon is None) != (lat is None):
        raise _RowError("经纬度缺一 / one of lon and lat is empty")
    row = (
        _needed(cells, "station"),
        _needed(cells, "name"),
        lon,
        lat,
        cells.get("kind", ""),
        _flag(cells, "background") or 0,
        *_days(cells),
        _offset(cells),
    )
    return [row]


def _membership(cells: Cells) -> list[Row]:
    place, level = _needed(cells, "place"), cells.get("level", "") or "city"
    if level == "station":
        raise _RowError("level 不能是 station / level must not be 'station', which means stations")
    row = (_needed(cells, "station"), place, level, _flag(cells, "background"), *_days(cells))
    return [row]


def _target(cells: Cells) -> list[Row]:
    first, last = _days(cells)
    if first is None or last is None:
        raise _RowError("from 或 to 为空 / from or to is empty")
    found = indicator(_needed(cells, "indicator"))
    name = found.key if isinstance(found, Pollutant) else found.value
    try:
        goal = Decimal(cells["goal"])
    except InvalidOperation:
        goal = Decimal("NaN")
    if not goal.is_finite() or goal < 0:
        raise _RowError(f"goal={cells['goal']!r} 不是数 / is not a number")
    return [(_needed(cells, "place"), first, last, name, format(goal.normalize(), "f"))]


def _exclusion(cells: Cells) -> list[Row]:
    day = _day(cells, "day")
    if day is None:
        raise _RowError("day 为空 / day is empty")
    word = _needed(cells, "pollutant")
    found = POLLUTANTS if word.lower() == "all" else (pollutant(word),)
    state = _needed(cells, "state").lower()
    if state not in set(ClaimState):
        raise _RowError(f"state={state!r}: 应为 / must be one of {', '.join(ClaimState)}")
    rows = []
    for each in found:
        if each is None:
            raise _RowError(f"pollutant={word!r}: 不是六项之一 / is none of the six, nor 'all'")
        rows.append(
            (
                _needed(cells, "scope"),
                day,
                each.symbol,
                _needed(cells, "reason"),
                state,
                _needed(cells, "declared_by"),
            )
        )
    return rows


_DATES: Final = ("first_day", "last_day")

#: Every register by the name that the command uses.
REGISTERS: Final[dict[str, Register]] = {
    r.name: r
    for r in (
        Register(
            "stations",
            "station",
            ("station", "name", "lon", "lat", "kind", "background", *_DATES, "offset_h"),
            ("station", "name", "lon", "lat"),
            ("kind", "background", "from", "to", "offset_h"),
            _station,
            owner=1,
            once=(0,),
            dated=(6, 7),
        ),
        Register(
            "places",
            "membership",
            ("station", "place", "level", "background", *_DATES),
            ("station", "place"),
            ("level", "background", "from", "to"),
            _membership,
            owner=1,
            once=(0, 1),
            dated=(4, 5),
        ),
        Register(
            "targets",
            "target",
            ("place", *_DATES, "indicator", "goal"),
            ("place", "from", "to", "indicator", "goal"),
            (),
            _target,
            owner=1,
            once=(0, 1, 2, 3),
            dated=None,
        ),
        Register(
            "exclusions",
            "exclusion",
            ("scope", "day", "pollutant", "reason", "state", "declared_by"),
            ("scope", "day", "pollutant", "reason", "state", "declared_by"),
            (),
            _exclusion,
            owner=3,
            once=(0, 1, 2),
            dated=None,
        ),
    )
}
