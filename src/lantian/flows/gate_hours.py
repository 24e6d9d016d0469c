"""Folding what monitors said into the hours of their stations."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

import numpy as np

from lantian.errors import BadRequest
from lantian.hj212.codes import data_flag, factor
from lantian.hj212.unit import thousandths, unit_of
from lantian.lake.device import Device
from lantian.lake.fine import FineStore
from lantian.lake.fine_hours import Spoken, Unfolded, settle, spoken, unfolded
from lantian.lake.rows import HOUR, WEATHER, Reading, RowKind, Rows
from lantian.lake.said import SCALE
from lantian.lake.standing import with_marks
from lantian.lake.store import Lake
from lantian.rules.book import national_shelf
from lantian.terms.hour import BEIJING_H, day_of
from lantian.terms.mark import MISSING, Source, is_withdrawn, source_of
from lantian.terms.pollutant import Pollutant, pollutant

_HOUR_S: Final = 3_600
_MINUTE_S: Final = 60
#: Weather by factor: its column, and what one unit of the device is in the column's unit.
_WEATHER: Final[Mapping[str, tuple[str, int]]] = {
    "a01007": ("wind_ms", 1),
    "a01008": ("wind_from_deg", 1),
    "a01001": ("temp_c", 1),
    "a01002": ("rh_pct", 1),
    "a01006": ("pressure_hpa", 10),
}
_WIND_FROM: Final = "a01008"

#: A station's hour, and its values by column, each with whether it counts.
type Key = tuple[str, int]
type Cells = dict[RowKind, dict[Key, dict[str, tuple[int, bool]]]]
#: What one monitor gives of an hour: None where it speaks of a column and too little counts.
type Given = dict[tuple[RowKind, str], tuple[int, bool] | None]


@dataclass(frozen=True, slots=True)
class Folded:
    """What one folding did: hours of monitors, values stored, and units that cannot be."""

    hours: int
    values: int
    complaints: tuple[str, ...]


def fold_hours(lake: Lake, store: FineStore, devices: Iterable[Device], *, until_h: int) -> Folded:
    """Put what was said of hours that are over into the lake.

    A monitor's own hour (2061) goes before what its minutes or instants give, and these need
    as many minutes as the book of completeness says. Values whose flag does not count are
    stored as withdrawn, and so is an hour that the gate gave before and of which, since a
    correction, too little counts; another monitor of the station may give it instead.

    Parameters
    ----------
    lake : Lake
    store : FineStore
    devices : iterable of Device
    until_h : int
        Last hour that is over.

    Raises
    ------
    LakeBroken
        If lake or store cannot be written.
    """
    waiting = unfolded(store.ledger, until_h=until_h)
    if not waiting:
        return Folded(0, 0, ())
    offsets_h = {station.station: station.offset_h for station in lake.roster().stations}
    bench = _Bench(store, tuple(devices), offsets_h)
    cells: Cells = {HOUR: {}, WEATHER: {}}
    short: dict[tuple[RowKind, Key, str], Device] = {}
    for hour in waiting:
        for device in bench.serving(hour.h, mn=hour.mn):
            key = (device.station, hour.h)
            for (kind, column), value in bench.give(device, hour.source, hour.h).items():
                if value is None:
                    short[(kind, key, column)] = device
                else:
                    cells[kind].setdefault(key, {})[column] = value
    for (kind, key, column), device in short.items():
        was = None if column in cells[kind].get(key, {}) else _gone(lake, kind, key, column)
        if was is not None:
            others = bench.others(device, key[1], (kind, column))
            cells[kind].setdefault(key, {})[column] = others or (was, False)
    values = _add(lake, waiting, cells)
    settle(store.ledger, waiting)
    return Folded(len(waiting), values, tuple(sorted(bench.complaints)))


class _Bench:
    """Monitors by their days, and what each gives of an hour."""

    def __init__(
        self, store: FineStore, devices: Sequence[Device], offsets_h: Mapping[str, int]
    ) -> None:
        self.complaints: set[str] = set()
        self._store = store
        self._offsets_h = offsets_h
        self._by_mn: dict[str, list[Device]] = {}
        self._at: dict[str, list[Device]] = {}
        for device in devices:
            self._by_mn.setdefault(device.mn, []).append(device)
            self._at.setdefault(device.station, []).append(device)

    def serving(self, h: int, *, mn: str) -> list[Device]:
        """Entries of a monitor that hold on the day of an hour."""
        return [d for d in self._by_mn.get(mn, ()) if d.serves(self._day(d, h))]

    def _day(self, device: Device, h: int) -> date:
        return day_of((h + self._offsets_h.get(device.station, BEIJING_H) - 1) // 24)

    def give(self, device: Device, source: int, h: int) -> Given:
        """Values of an hour by kind of row and column."""
        clause = national_shelf()["completeness"].at(self._day(device, h), "hour-mean").clause
        by_factor: dict[str, list[Spoken]] = {}
        for each in spoken(self._store.ledger, source, h):
            if each.kind == "":
                by_factor.setdefault(each.factor, []).append(each)
        given: Given = {}
        for code, some in by_factor.items():
            kind, column = _column(code)
            if not column:
                continue
            mean = _mean(some, clause.minimum, turning=code == _WIND_FROM)
            try:
                given[(kind, column)] = mean and (_thousandths(code, device, mean[0]), mean[1])
            except BadRequest as error:
                self.complaints.add(f"{device.mn} {code}: {error}")
        return given

    def others(self, but: Device, h: int, what: tuple[RowKind, str]) -> tuple[int, bool] | None:
        """What another monitor of a station gives of a column, if one does."""
        for device in self._at[but.station]:
            source = self._store.ledger.source(device.mn)
            if device.mn != but.mn and source is not None and device.serves(self._day(device, h)):
                value = self.give(device, source, h).get(what)
                if value is not None:
                    return value
        return None


def _gone(lake: Lake, kind: RowKind, key: Key, column: str) -> int | None:
    """Value that the gate gave an hour before and that still counts; None where there is none."""
    station, h = key
    values, marks = with_marks(lake, [station], h, h + 1, kind=kind)
    place = kind.columns.index(column)
    value, packed = int(values[place, 0, 0]), int(marks[place, 0, 0])
    if value == MISSING or is_withdrawn(packed) or source_of(packed) is not Source.GATE:
        return None
    return value


def _mean(some: Sequence[Spoken], minutes: int, *, turning: bool) -> tuple[Decimal, bool] | None:
    """Mean of an hour in the device's unit, and whether it counts; None where too little is."""
    there = [s for s in some if s.value is not None]
    whole = [s for s in there if s.span_s == _HOUR_S]
    if whole:
        return _number(whole[-1].value), _counts(whole[-1])
    spans = [s.span_s for s in there if s.span_s > 0]
    span = min(spans) if spans else 0
    good = [s for s in there if s.span_s == span and _counts(s)]
    covered = len({-(-s.t // _MINUTE_S) for s in good}) * max(span // _MINUTE_S, 1)
    if covered < minutes:
        return None
    numbers = [s.value or 0 for s in good]
    if turning:
        turns = np.deg2rad(np.array(numbers) / SCALE)
        mean = np.rad2deg(np.arctan2(np.sin(turns).mean(), np.cos(turns).mean())) % 360
        return Decimal(round(float(mean), 3)), True
    return Decimal(sum(numbers)) / (len(numbers) * SCALE), True


def _number(value: int | None) -> Decimal:
    return Decimal(value or 0) / SCALE


def _counts(said: Spoken) -> bool:
    """Whether the flag of a value lets it count; a value without a flag does."""
    flag = data_flag(said.flag)
    return said.flag == "" or (flag is not None and flag.counts)


def _column(code: str) -> tuple[RowKind, str]:
    """Kind of row and column of a factor, "" for none."""
    if code in _WEATHER:
        return WEATHER, _WEATHER[code][0]
    found = _pollutant(code)
    return HOUR, found.key if found else ""


def _pollutant(code: str) -> Pollutant | None:
    known = factor(code)
    return pollutant(known.pollutant) if known is not None and known.pollutant else None


def _thousandths(code: str, device: Device, number: Decimal) -> int:
    """Thousandths of a factor's number in the unit of its column."""
    if code in _WEATHER:
        return round(number * _WEATHER[code][1] * 1000)
    found = _pollutant(code)
    if found is None:
        raise ValueError(f"{code} has no column")
    return thousandths(number, unit_of(code, device.units), found)


def _add(
    lake: Lake,
    waiting: Sequence[Unfolded],
    cells: Cells,
) -> int:
    """Store cells as one batch of the gate; return how many values there were."""
    if not any(cells.values()):
        return 0
    hours, weather = (_rows(kind, cells[kind]) for kind in (HOUR, WEATHER))
    content = repr((waiting, sorted(cells[HOUR].items()), sorted(cells[WEATHER].items())))
    lake.add(
        Reading(hours, weather if len(weather) else None),
        source="gate",
        sha256=hashlib.sha256(content.encode()).hexdigest(),
        layout="gate",
        origin=Source.GATE,
    )
    return sum(len(columns) for kind in cells.values() for columns in kind.values())


def _rows(kind: RowKind, cells: Mapping[Key, Mapping[str, tuple[int, bool]]]) -> Rows:
    names = sorted({station for station, _ in cells})
    places = {name: n for n, name in enumerate(names)}
    keys = sorted(cells)
    values = np.full((len(kind.columns), len(keys)), MISSING, np.int32)
    withdrawn = np.zeros(values.shape, np.bool_)
    for n, key in enumerate(keys):
        for column, (value, counts) in cells[key].items():
            values[kind.columns.index(column), n] = value
            withdrawn[kind.columns.index(column), n] = not counts
    return Rows(
        kind,
        tuple(names),
        np.array([places[station] for station, _ in keys], np.int32),
        np.array([h for _, h in keys], np.int32),
        values,
        withdrawn,
    )
