"""Registers of the roster: their columns, and what each row must say."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from lantian.evaluate.exceptional import ClaimState
from lantian.evaluate.target import indicator
from lantian.terms.hour import BEIJING_H
from lantian.terms.pollutant import POLLUTANTS, Pollutant, pollutant

#: What of a device's faults is put up with; the first unless said.
TOLERANCES: Final = ("field", "strict", "lenient")
#: Intervals of minute data that HJ 212-2017 knows.
_MINUTES: Final = ("1", "2", "3", "4", "5", "6", "10", "12", "15", "20", "30")

type Row = tuple[Any, ...]
type Cells = Mapping[str, str]

_YES: Final = {"1", "true", "yes", "y", "是"}
_NO: Final = {"0", "false", "no", "n", "否"}
_DAY: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")


class RowError(ValueError):
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


def _needed(cells: Cells, name: str) -> str:
    if not cells[name]:
        raise RowError(f"{name} 为空 / {name} is empty")
    return cells[name]


def _flag(cells: Cells, name: str) -> int | None:
    word = cells.get(name, "").lower()
    if not word:
        return None
    if word in _YES | _NO:
        return int(word in _YES)
    raise RowError(f"{name}={word!r}: 应为 / must be 0 or 1")


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
    raise RowError(f"{name}={word!r} 不是日期 / is not a day, as 2019-06-01")


def _days(cells: Cells) -> tuple[str | None, str | None]:
    first, last = _day(cells, "from"), _day(cells, "to")
    if first and last and last < first:
        raise RowError(f"to {last} 早于 from {first} / it ends before it starts")
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
        raise RowError(f"{name}={word!r}: 不是 ±{limit} 内的度数 / not degrees within ±{limit}")
    return value


def _offset(cells: Cells) -> int:
    word = cells.get("offset_h", "") or str(BEIJING_H)
    if not re.fullmatch(r"[+-]?\d{1,2}", word) or not -12 <= int(word) <= 14:
        raise RowError(f"offset_h={word!r}: 应为 -12…14 的整数 / not a whole number in -12 … 14")
    return int(word)


def _station(cells: Cells) -> list[Row]:
    lon, lat = _degrees(cells, "lon", 180), _degrees(cells, "lat", 90)
    if (lon is None) != (lat is None):
        raise RowError("经纬度缺一 / one of lon and lat is empty")
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
        raise RowError("level 不能是 station / level must not be 'station', which means stations")
    row = (_needed(cells, "station"), place, level, _flag(cells, "background"), *_days(cells))
    return [row]


def _target(cells: Cells) -> list[Row]:
    first, last = _days(cells)
    if first is None or last is None:
        raise RowError("from 或 to 为空 / from or to is empty")
    found = indicator(_needed(cells, "indicator"))
    name = found.key if isinstance(found, Pollutant) else found.value
    try:
        goal = Decimal(cells["goal"])
    except InvalidOperation:
        goal = Decimal("NaN")
    if not goal.is_finite() or goal < 0:
        raise RowError(f"goal={cells['goal']!r} 不是数 / is not a number")
    return [(_needed(cells, "place"), first, last, name, format(goal.normalize(), "f"))]


def _exclusion(cells: Cells) -> list[Row]:
    day = _day(cells, "day")
    if day is None:
        raise RowError("day 为空 / day is empty")
    word = _needed(cells, "pollutant")
    found = POLLUTANTS if word.lower() == "all" else (pollutant(word),)
    state = _needed(cells, "state").lower()
    if state not in set(ClaimState):
        raise RowError(f"state={state!r}: 应为 / must be one of {', '.join(ClaimState)}")
    rows = []
    for each in found:
        if each is None:
            raise RowError(f"pollutant={word!r}: 不是六项之一 / is none of the six, nor 'all'")
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


def _device(cells: Cells) -> list[Row]:
    units = cells.get("units", "").split()
    wrong = [word for word in units if not re.fullmatch(r"[^=\s]+=(ng|ug|mg|g)/m3", word)]
    if wrong:
        raise RowError(f"units: {' '.join(wrong)}: 应如 / must be as a34004=ug/m3")
    tolerance = cells.get("tolerance", "").lower() or TOLERANCES[0]
    if tolerance not in TOLERANCES:
        raise RowError(f"tolerance={tolerance!r}: 应为 / must be one of {', '.join(TOLERANCES)}")
    minutes = cells.get("minutes", "") or "1"
    if minutes not in _MINUTES:
        raise RowError(f"minutes={minutes!r}: 应为 / must be one of {', '.join(_MINUTES)}")
    password = cells.get("password", "")
    if password and not re.fullmatch("[0-9A-Za-z]{1,24}", password):
        raise RowError("password 应为字母和数字 / must be letters and digits")
    row = (
        *(_needed(cells, "mn"), _needed(cells, "station"), password, " ".join(sorted(units))),
        *(tolerance, int(minutes), *_days(cells)),
    )
    return [row]


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
            "devices",
            "device",
            ("mn", "station", "password", "units", "tolerance", "minutes", *_DATES),
            ("mn", "station"),
            ("password", "units", "tolerance", "minutes", "from", "to"),
            _device,
            owner=1,
            once=(0,),
            dated=(6, 7),
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
