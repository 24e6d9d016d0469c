"""Flow `calibration`: micro-stations against reference-grade stations, each version kept."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from lantian import __version__
from lantian.errors import BadRequest
from lantian.flows.calibration_ground import clock_of, ground_of, micro_stations
from lantian.flows.grounds import shelf_of
from lantian.lake.calibration import (
    KeptCalibration,
    keep_calibrations,
    kept_calibrations,
    newest_calibrations,
)
from lantian.lake.rows import Int32s
from lantian.lake.store import Lake
from lantian.quality.calibration import Calibration
from lantian.quality.calibration_choice import FEW, calibrate_best, refusals
from lantian.quality.calibration_form import Weather
from lantian.quality.calibration_pairs import Pairs
from lantian.quality.calibration_record import read, written
from lantian.quality.calibration_transfer import ready
from lantian.quality.calibration_values import Calibrated, apply
from lantian.rules.clauses import CalibrationClause
from lantian.rules.ruleset import Shelf
from lantian.terms.hour import day_number, first_hour
from lantian.terms.mark import MISSING
from lantian.terms.pollutant import POLLUTANTS, Pollutant

_BOOK: Final = "calibration"


@dataclass(frozen=True, slots=True)
class CalibrationReport:
    """What one run did: calibrations made and accepted, refused, not due yet, and newly kept."""

    accepted: int
    refused: int
    waiting: int
    kept: int


@dataclass(frozen=True, slots=True)
class CalibratedHours:
    """Hours of one micro-station with all that goes with them; never official.

    Attributes
    ----------
    station : str
    pollutant : Pollutant
    hours : ndarray of int32, shape (n,)
        UTC hour numbers.
    values : Calibrated
        Raw value, calibrated value, error, state and version of each hour.
    reference : ndarray of int32, shape (n,)
        What stood for it then, MISSING where nothing did.
    """

    station: str
    pollutant: Pollutant
    hours: Int32s
    values: Calibrated
    reference: Int32s


def _silent(done: int, total: int) -> None:
    """Say nothing of progress."""


def calibrate_day(
    lake: Lake,
    day: date,
    *,
    stations: Collection[str] = (),
    pollutants: Sequence[Pollutant] = POLLUTANTS,
    anew: bool = False,
    shelf: Shelf | None = None,
    progress: Callable[[int, int], None] = _silent,
) -> CalibrationReport:
    """Calibrate the micro-stations that are due on a day, from what was before it.

    A calibration is due again after the book's number of days, one for which there were too
    few references the next day. Every outcome is kept, with its coefficients or with the reason
    that there are none.

    Parameters
    ----------
    lake : Lake
    day : date
        Local; calibrations hold from its first hour.
    stations : collection of str
        Codes; all micro-stations unless said.
    pollutants : sequence of Pollutant
    anew : bool
        Whether those that are not due are made, too.
    shelf : Shelf, optional
        Rule books; the lake's unless given.
    progress : callable
        Told how many of how many are done.

    Raises
    ------
    BadRequest
        If a station is no micro-station.
    NoRuleInForce
        If the book of calibration does not hold on the day.
    LakeBroken
        If the lake cannot be read or written.
    """
    books = shelf or shelf_of(lake)
    roster = lake.roster()
    chosen = _chosen(list(micro_stations(roster)), stations)
    at_h = first_hour(day_number(day), clock_of(roster))
    newest = {(row.station, row.pollutant): row for row in newest_calibrations(lake.ledger)}
    made: list[KeptCalibration] = []
    waiting = 0
    for place, item in enumerate(pollutants):
        clause = books[_BOOK].at(day, item.key).clause
        due = [code for code in chosen if anew or _due(newest.get((code, item.key)), at_h, clause)]
        waiting += len(chosen) - len(due)
        if due:
            made += _made(lake, item, clause, due, at_h, books[_BOOK].digest)
        progress(place + 1, len(pollutants))
    accepted = sum(not row.refused for row in made)
    # A refusal that says nothing new is not kept each night.
    new = [row for row in made if not _known(newest.get((row.station, row.pollutant)), row)]
    kept = keep_calibrations(lake.ledger, new)
    return CalibrationReport(accepted, len(made) - accepted, waiting, kept)


def _chosen(known: Sequence[str], asked: Collection[str]) -> list[str]:
    if strange := [code for code in asked if code not in known]:
        raise BadRequest(
            f"不是微站 / no micro-station: {', '.join(sorted(strange))}",
            where="calibration",
            fix=f"可选 / one of: {', '.join(known)}",
        )
    return [code for code in known if not asked or code in asked]


def _due(last: KeptCalibration | None, at_h: int, clause: CalibrationClause) -> bool:
    if last is None or last.refused == FEW:
        return last is None or last.at_h < at_h
    return at_h - last.at_h >= 24 * clause.refit_d


def _known(last: KeptCalibration | None, row: KeptCalibration) -> bool:
    """Whether a refusal for want of references was the last word already."""
    return last is not None and row.refused == FEW == last.refused


def _made(
    lake: Lake, item: Pollutant, clause: CalibrationClause, due: list[str], at_h: int, book: str
) -> list[KeptCalibration]:
    ground = ground_of(lake, clause, item, at_h - 24 * clause.window_d, at_h)
    rows = []
    for code in due:
        reference, (version, refused, body) = "", ("", FEW, "")
        if code in ground.stations and ground.days(code) >= clause.least_d:
            reference = ground.references[ground.stations.index(code)]
            pairs = ground.pairs(code)
            if ready(pairs, code, clause, at_h) is not None:
                found = calibrate_best(pairs, code, clause, at_h)
                version, refused, body = _spelled(found, pairs)
        rows.append(
            KeptCalibration(
                *(code, item.key, at_h, version, refused, reference, body),
                *(book, __version__, ground.sequence),
            )
        )
    return rows


def _spelled(found: Calibration, pairs: Pairs) -> tuple[str, str, str]:
    """Version, reasons of refusal, and body."""
    return found.version, " ".join(refusals(found, pairs)), written(found)


def calibrate_back(
    lake: Lake,
    last: date,
    *,
    weeks: int,
    shelf: Shelf | None = None,
    progress: Callable[[int, int], None] = _silent,
) -> CalibrationReport:
    """Calibrate a lake that has no calibration yet for some weeks back, each from its own past.

    Raises
    ------
    NoRuleInForce, LakeBroken
        As `calibrate_day`.
    """
    total = CalibrationReport(0, 0, 0, 0)
    for back in range(weeks, -1, -1):
        one = calibrate_day(lake, last - timedelta(days=7 * back), shelf=shelf)
        total = CalibrationReport(
            total.accepted + one.accepted,
            total.refused + one.refused,
            one.waiting,
            total.kept + one.kept,
        )
        progress(weeks - back + 1, weeks + 1)
    return total


def calibrated_hours(
    lake: Lake,
    station: str,
    item: Pollutant,
    h_from: int,
    h_to: int,
    *,
    shelf: Shelf | None = None,
) -> CalibratedHours:
    """Give hours of a micro-station raw and calibrated, each with the version that made it.

    Calibrations that were refused are not used: their hours have no calibrated value.

    Parameters
    ----------
    lake : Lake
    station : str
    item : Pollutant
    h_from, h_to : int
        UTC hour numbers, `h_to` not included.
    shelf : Shelf, optional

    Raises
    ------
    BadRequest
        If it is no micro-station.
    NoRuleInForce
        If the book of calibration does not hold on the last day.
    """
    books, roster = shelf or shelf_of(lake), lake.roster()
    _chosen(list(micro_stations(roster)), [station])
    day = date(1970, 1, 1) + timedelta(hours=h_to - 2 + clock_of(roster))
    clause = books[_BOOK].at(day, item.key).clause
    ground = ground_of(lake, clause, item, h_from, h_to, only=station)
    nothing = np.full(h_to - h_from, MISSING, np.int32)
    blank = np.full(h_to - h_from, np.nan)
    raw, reference, weather = (
        ground.row(station)
        if station in ground.stations
        else (nothing, nothing, Weather(blank, blank, blank))
    )
    made = accepted_versions(lake, station, item)
    return CalibratedHours(
        station, item, ground.hours, apply(made, ground.hours, raw, weather), reference
    )


def accepted_versions(lake: Lake, station: str, item: Pollutant) -> list[Calibration]:
    """Return the accepted calibrations of a micro-station, the newest of an hour last."""
    rows = kept_calibrations(lake.ledger, station=station, pollutant=item.key)
    return [read(row.body) for row in rows if row.body and not row.refused]
