"""Command `calibrate`: micro-stations against reference-grade stations."""

import argparse
import csv
import sys
from pathlib import Path
from typing import Final

from lantian.errors import BadRequest
from lantian.flows.calibration import CalibratedHours, calibrate_day, calibrated_hours
from lantian.flows.calibration_ground import clock_of
from lantian.lake.calibration import KeptCalibration, kept_calibrations, newest_calibrations
from lantian.lake.store import Lake
from lantian.quality.calibration_record import read
from lantian.quality.calibration_values import State
from lantian.report.listing import listing
from lantian.terms.hour import day_number, first_hour, local_end
from lantian.terms.mark import MISSING
from lantian.terms.period import parse_day, parse_period
from lantian.terms.pollutant import POLLUTANTS, Pollutant, pollutant
from lantian.terms.rounding import spell

SUMMARY = "微站校准：拟合、查看、取值 / calibrate micro-stations: fit, look, take values"
EXAMPLE = (
    "lantian calibrate run county --day 2026-03-01\n"
    "  lantian calibrate values county --station 990101M01 --pollutant PM2.5 --period 2026-02"
)
_DIGITS: Final = 1


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="run|show|values")
    text = "校准到期的微站并保存版本 / calibrate those that are due, keep the versions"
    fit = verbs.add_parser("run", help=text, description=text)
    fit.add_argument("--day", metavar="D", help="生效日，默认最新数据之日 / holds from (last day)")
    fit.add_argument("--anew", action="store_true", help="未到期的也做 / those not due, too")
    text = "各微站最近的校准；给出站点则列全部版本 / last calibration of each, or all of a station"
    show = verbs.add_parser("show", help=text, description=text)
    text = "微站逐时原始值与校准值 CSV / hours of a micro-station, raw and calibrated, as CSV"
    values = verbs.add_parser("values", help=text, description=text)
    values.add_argument("--period", required=True, metavar="P", help="2026-02, D..D")
    for verb in (fit, show, values):
        verb.add_argument("dir", type=Path, metavar="DIR", help="数据湖 / the lake")
        verb.add_argument("--station", default="", metavar="S", required=verb is values)
        verb.add_argument("--pollutant", default="", metavar="X", required=verb is values)


def run(arguments: argparse.Namespace) -> int:
    """Do what the verb says."""
    with Lake.open(arguments.dir) as lake:
        return {"run": _run, "show": _show, "values": _values}[arguments.verb](arguments, lake)


def _asked(arguments: argparse.Namespace) -> tuple[Pollutant, ...]:
    if not arguments.pollutant:
        return POLLUTANTS
    found = pollutant(arguments.pollutant)
    if found is None:
        raise BadRequest(
            f"没有污染物 / no pollutant {arguments.pollutant!r}",
            where="--pollutant",
            fix=f"可选 / one of: {', '.join(p.symbol for p in POLLUTANTS)}",
        )
    return (found,)


def _run(arguments: argparse.Namespace, lake: Lake) -> int:
    if arguments.day:
        day = parse_day(arguments.day)
    else:
        span = lake.span()
        if span is None:
            raise BadRequest("湖是空的 / the lake is empty", where="DIR", fix="lantian lake add")
        day = local_end(span[1], clock_of(lake.roster())).date()
    report = calibrate_day(
        lake,
        day,
        stations=[arguments.station] if arguments.station else [],
        pollutants=_asked(arguments),
        anew=arguments.anew,
    )
    print(
        f"{day}: 采用 {report.accepted}，不采用 {report.refused}，未到期 {report.waiting}，"
        f"新存 {report.kept} / accepted, refused, not due, newly kept"
    )
    return 0


def _show(arguments: argparse.Namespace, lake: Lake) -> int:
    items = {item.key for item in _asked(arguments)}
    if arguments.station:
        rows = kept_calibrations(lake.ledger, station=arguments.station)
    else:
        rows = newest_calibrations(lake.ledger)
    offset_h = clock_of(lake.roster())
    head = (
        "微站 station",
        "项目",
        "生效 from",
        "版本 version",
        "误差 error",
        "参比 reference",
        "结论",
    )
    lines = [head, *(_line(row, offset_h) for row in rows if row.pollutant in items)]
    print("\n".join(listing(lines, numbers=frozenset({4}))))
    return 0


def _line(row: KeptCalibration, offset_h: int) -> tuple[str, ...]:
    error = f"{read(row.body).judgement.rmse / 1000:.2f}" if row.body else ""
    verdict = f"不采用 refused: {row.refused}" if row.refused else "采用 accepted"
    begins = f"{local_end(row.at_h, offset_h):%Y-%m-%d}"
    return row.station, row.pollutant, begins, row.version, error, row.reference, verdict


def _values(arguments: argparse.Namespace, lake: Lake) -> int:
    period = parse_period(arguments.period)
    offset_h = clock_of(lake.roster())
    h_from = first_hour(day_number(period.first), offset_h)
    (item,) = _asked(arguments)
    found = calibrated_hours(lake, arguments.station, item, h_from, h_from + 24 * period.days)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    unit = item.column.removeprefix(f"{item.key}_")
    columns = ("raw", "calibrated", "error", "reference")
    writer.writerow(["hour_end", *(f"{name}_{unit}" for name in columns), "state", "version"])
    writer.writerows(_rows(found, offset_h))
    return 0


def _rows(found: CalibratedHours, offset_h: int) -> list[list[str]]:
    values = found.values
    columns = (values.value_raw, values.value_cal, values.error, found.reference)
    return [
        [
            f"{local_end(int(h), offset_h):%Y-%m-%dT%H:00}",
            *("" if column[n] == MISSING else spell(int(column[n]), _DIGITS) for column in columns),
            " ".join(flag.name.lower() for flag in State(int(values.state[n])) if flag.name),
            str(values.version[n]),
        ]
        for n, h in enumerate(found.hours)
    ]
