"""Reading calibrations: each micro-station's state and drift, one station's versions and values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np

from lantian.desk.air.queries.pictures import hourly_times, plain, series
from lantian.desk.calibration.words import ORIGINS, reasons_of
from lantian.desk.language import both, language
from lantian.desk.stations.queries import stations_by_code
from lantian.errors import NoData
from lantian.flows.calibration import CalibratedHours, calibrated_hours
from lantian.flows.calibration_ground import clock_of, micro_stations
from lantian.lake.calibration import KeptCalibration, kept_calibrations
from lantian.lake.store import Lake
from lantian.quality.calibration import Calibration
from lantian.quality.calibration_form import Weather
from lantian.quality.calibration_record import read
from lantian.terms.hour import local_end
from lantian.terms.mark import MISSING
from lantian.terms.pollutant import Pollutant

#: Hours that a station's page shows: four weeks.
SHOWN_H: Final = 28 * 24
#: Most points of a scatter.
_POINTS: Final = 1500


@dataclass(frozen=True, slots=True)
class Version:
    """One kept calibration as pages show it; `made` is None where nothing could be fitted."""

    kept: KeptCalibration
    made: Calibration | None
    begins: datetime
    until: datetime | None
    reasons: list[str]

    @property
    def accepted(self) -> bool:
        """Whether its values are used."""
        return not self.kept.refused

    @property
    def origin(self) -> str:
        """Where it comes from."""
        return str(ORIGINS[self.made.origin.value]) if self.made else ""

    @property
    def error(self) -> float | None:
        """Error on references that the fit did not see, in the unit."""
        return self.made.judgement.rmse / 1000 if self.made else None

    @property
    def coefficients(self) -> list[tuple[str, str]]:
        """Offsets and slopes by what they go with."""
        if self.made is None:
            return []
        clause, found = self.made.clause, self.made.coefficients
        free = [both("常数", "constant"), *(_PARTS[name] for name in clause.offset_with)]
        rows = [(str(name), f"{value:.4g}") for name, value in zip(free, found.offset, strict=True)]
        slopes = both("斜率", "slope")
        return [*rows, *((f"{slopes} {n + 1}", f"{v:.4g}") for n, v in enumerate(found.slope))]


_PARTS: Final = {
    "temperature": both("温度", "temperature"),
    "humidity": both("湿度", "humidity"),
    "cross": both("交叉干扰", "cross sensor"),
}


@dataclass(frozen=True, slots=True)
class StationState:
    """A micro-station with its last calibration of one pollutant, and how far it drifted."""

    code: str
    name: str
    last: Version | None
    valid: Version | None
    drift_pct: float | None


def states(lake: Lake, item: Pollutant, h: int) -> list[StationState]:
    """State of every micro-station at an hour.

    `valid` is the accepted calibration that holds then; `drift_pct` compares the slope of the
    newest accepted one with that of the oldest of the last four weeks.
    """
    roster = lake.roster()
    found = micro_stations(roster)
    rows: dict[str, list[KeptCalibration]] = {}
    for row in kept_calibrations(lake.ledger, pollutant=item.key):
        rows.setdefault(row.station, []).append(row)
    offset_h, names = clock_of(roster), stations_by_code()
    told = []
    for code, entry in found.items():
        versions = [_version(row, offset_h) for row in rows.get(code, [])]
        good = [v for v in versions if v.accepted and v.made is not None]
        holding = [v for v in good if v.made and v.made.valid_from_h <= h <= v.made.valid_until_h]
        recent = [v.made for v in good if v.made and h - v.kept.at_h <= SHOWN_H + 24]
        told.append(
            StationState(
                code,
                names[code].name if code in names else entry.name or code,
                versions[-1] if versions else None,
                holding[-1] if holding else None,
                _drift(recent),
            )
        )
    # Calibrated ones first, then refused ones, then those of which too little is known.
    return sorted(told, key=lambda s: (s.valid is None, s.last is None or not s.last.made, s.code))


def _version(row: KeptCalibration, offset_h: int) -> Version:
    made = read(row.body) if row.body else None
    until = local_end(made.valid_until_h, offset_h) if made else None
    return Version(row, made, local_end(row.at_h, offset_h), until, reasons_of(row.refused))


def _drift(made: Sequence[Calibration]) -> float | None:
    """Change of the slope in per cent from the first to the last, in the same middling weather."""
    if len(made) < 2:
        return None
    first, last = made[0], made[-1]
    ranges = last.coefficients.ranges
    middle = Weather(*(np.full(2, sum(ends) / 2) for ends in _ends(ranges)))
    raw = np.array([0.25, 0.5]) * last.coefficients.raw_highest
    slopes = [np.diff(one.coefficients.value(raw, middle, one.clause))[0] for one in (first, last)]
    return float(100 * (slopes[1] / slopes[0] - 1)) if slopes[0] > 0 else None


def _ends(ranges: Any) -> tuple[tuple[float, float], ...]:
    return ranges.rh_pct, ranges.temp_c, ranges.cross


def versions_of(lake: Lake, station: str, item: Pollutant) -> list[Version]:
    """Every calibration of a station, the newest first.

    Raises
    ------
    NoData
        If there is no such micro-station.
    """
    known = micro_stations(lake.roster())
    if station not in known:
        raise NoData(
            f"没有微站 {station[:40]} / no micro-station {station[:40]}",
            where="calibration",
            fix="从微站校准列表进入 / start from the list of micro-stations",
        )
    offset_h = clock_of(lake.roster())
    rows = kept_calibrations(lake.ledger, station=station, pollutant=item.key)
    return [_version(row, offset_h) for row in reversed(rows)]


def hours_of(lake: Lake, station: str, item: Pollutant) -> CalibratedHours:
    """Return the last four weeks of a micro-station.

    Raises
    ------
    NoData
        If the lake is empty.
    """
    span = lake.span()
    if span is None:
        raise NoData("没有数据 / no data", where="calibration", fix="lantian lake add")
    return calibrated_hours(lake, station, item, span[1] + 1 - SHOWN_H, span[1] + 1)


def course(found: CalibratedHours, offset_h: int) -> dict[str, Any]:
    """Chart of raw, calibrated and reference values."""
    lang = language()
    lines = [
        (lang.of("原始值", "raw"), found.values.value_raw),
        (lang.of("校准值（非官方）", "calibrated (not official)"), found.values.value_cal),
        (lang.of("参比站（可比时）", "reference (where it stands for it)"), found.reference),
    ]
    times = hourly_times(local_end(int(found.hours[0]), offset_h), len(found.hours))
    note = lang.of("校准值用于预警和溯源，不作评价", "calibrated values serve warning, not judging")
    return series(found.pollutant.unit, times, lines, note=note)


def scatter(found: CalibratedHours) -> dict[str, Any]:
    """Raw and calibrated values against references that no fit behind them has seen."""
    lang = language()
    both_there = (found.reference != MISSING) & (found.values.value_cal != MISSING)
    both_there &= found.values.value_raw != MISSING
    places = np.flatnonzero(both_there)[-_POINTS:]
    points = [
        {"x": x, "y": y, "group": group}
        for group, values in (
            (lang.of("原始值", "raw"), found.values.value_raw),
            (lang.of("校准值", "calibrated"), found.values.value_cal),
        )
        for x, y in zip(plain(found.reference[places]), plain(values[places]), strict=True)
    ]
    unit = found.pollutant.unit
    return {
        "x": {"title": lang.of("参比站", "reference"), "unit": unit},
        "y": {"title": lang.of("微站", "micro-station"), "unit": unit},
        "points": points,
        "diagonal": True,
        "empty": lang.of(
            "四周内没有可比的参比小时", "In four weeks there was no hour with a reference."
        ),
    }


def errors_of(found: CalibratedHours) -> tuple[float, float, int] | None:
    """Root mean square error of raw and of calibrated values on unseen references, and hours."""
    values = found.values
    rows = (found.reference != MISSING) & (values.value_cal != MISSING)
    rows &= values.value_raw != MISSING
    if not rows.any():
        return None
    true = found.reference[rows].astype(np.float64)
    raw, made = (
        float(np.sqrt(np.mean((column[rows] - true) ** 2))) / 1000
        for column in (values.value_raw, values.value_cal)
    )
    return raw, made, int(rows.sum())
