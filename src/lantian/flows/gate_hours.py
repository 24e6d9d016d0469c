"""Folding what monitors said into the hours of their stations."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
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
from lantian.lake.store import Lake
from lantian.rules.book import national_shelf
from lantian.terms.hour import BEIJING_H, day_of
from lantian.terms.mark import MISSING, Source
from lantian.terms.pollutant import pollutant

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

type Key = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Folded:
    """What one folding did: hours of monitors, values stored, and units that cannot be."""

    hours: int
    values: int
    complaints: tuple[str, ...]


def fold_hours(lake: Lake, store: FineStore, devices: Iterable[Device], *, until_h: int) -> Folded:
    """Put what was said of hours that are over into the lake; what is there already stays.

    A monitor's own hour (2061) goes before what its minutes or instants give, and these need
    as many minutes as the book of completeness says. Values whose flag does not count are
    stored as withdrawn.

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
    known: dict[str, list[Device]] = {}
    for device in devices:
        known.setdefault(device.mn, []).append(device)
    cells: dict[RowKind, dict[Key, dict[str, tuple[int, bool]]]] = {HOUR: {}, WEATHER: {}}
    complaints: set[str] = set()
    offsets_h = {station.station: station.offset_h for station in lake.roster().stations}
    for hour in waiting:
        for device in known.get(hour.mn, ()):
            day = day_of((hour.h + offsets_h.get(device.station, BEIJING_H) - 1) // 24)
            if device.serves(day):
                minutes = national_shelf()["completeness"].at(day, "hour-mean").clause.minimum
                said = spoken(store.ledger, hour.source, hour.h)
                _lay(cells, device, hour.h, said, minutes, complaints)
    values = _add(lake, waiting, cells)
    settle(store.ledger, waiting)
    return Folded(len(waiting), values, tuple(sorted(complaints)))


def _lay(
    cells: dict[RowKind, dict[Key, dict[str, tuple[int, bool]]]],
    device: Device,
    h: int,
    said: Sequence[Spoken],
    minutes: int,
    complaints: set[str],
) -> None:
    """Lay the values of one monitor's hour into the cells of its station."""
    by_factor: dict[str, list[Spoken]] = {}
    for each in said:
        if each.kind == "" and each.value is not None:
            by_factor.setdefault(each.factor, []).append(each)
    for code, some in by_factor.items():
        mean = _mean(some, minutes, turning=code == _WIND_FROM)
        if mean is None:
            continue
        number, counts = mean
        try:
            kind, column, value = _column(code, device, number)
        except BadRequest as error:
            complaints.add(f"{device.mn} {code}: {error}")
            continue
        if column:
            cells[kind].setdefault((device.station, h), {})[column] = (value, counts)


def _mean(some: Sequence[Spoken], minutes: int, *, turning: bool) -> tuple[Decimal, bool] | None:
    """Mean of an hour in the device's unit, and whether it counts; None where too little is."""
    whole = [s for s in some if s.span_s == _HOUR_S]
    if whole:
        return _number(whole[-1].value), _counts(whole[-1])
    spans = [s.span_s for s in some if s.span_s > 0]
    span = min(spans) if spans else 0
    good = [s for s in some if s.span_s == span and _counts(s)]
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


def _column(code: str, device: Device, number: Decimal) -> tuple[RowKind, str, int]:
    """Kind of row, column ("" for none) and thousandths of a factor's number."""
    if code in _WEATHER:
        column, times = _WEATHER[code]
        return WEATHER, column, round(number * times * 1000)
    known = factor(code)
    found = pollutant(known.pollutant) if known is not None and known.pollutant else None
    if found is None:
        return HOUR, "", 0
    return HOUR, found.key, thousandths(number, unit_of(code, device.units), found)


def _add(
    lake: Lake,
    waiting: Sequence[Unfolded],
    cells: Mapping[RowKind, Mapping[Key, Mapping[str, tuple[int, bool]]]],
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
