"""Jobs of calibration: every night, and at once where nothing was ever calibrated."""

from collections.abc import Mapping
from typing import Any, Final

from lantian.desk.env import env
from lantian.desk.jobs.registry import job
from lantian.desk.jobs.run import Run
from lantian.desk.observations import lake
from lantian.flows.calibration import calibrate_back, calibrate_day
from lantian.flows.calibration_ground import clock_of, micro_stations
from lantian.lake.calibration import newest_calibrations
from lantian.lake.store import Lake
from lantian.terms.hour import local_end

#: Weeks that a first run makes good, so that drift can be seen at once.
_WEEKS: Final = 2


@job("calibrate", zh="校准微站", en="Calibrate micro-stations", at="03:10")
def calibrate(run: Run) -> Mapping[str, Any]:
    """Calibrate the micro-stations that are due on the last day with data."""
    if not Lake.exists(env().folder):
        return {"count": 0}
    held = lake()
    span = held.span()
    if span is None:
        return {"count": 0}
    day = local_end(span[1], clock_of(held.roster())).date()
    report = calibrate_day(held, day, progress=run.progress)
    return {"count": report.kept, "accepted": report.accepted, "refused": report.refused}


@job("calibrate-first", zh="首次校准微站", en="First calibration of micro-stations", every_s=600)
def calibrate_first(run: Run) -> Mapping[str, Any]:
    """Calibrate some weeks back where no micro-station ever was; else do nothing."""
    if not Lake.exists(env().folder):
        return {"count": 0}
    held = lake()
    span, roster = held.span(), held.roster()
    if span is None or not micro_stations(roster) or newest_calibrations(held.ledger):
        return {"count": 0}
    day = local_end(span[1], clock_of(roster)).date()
    report = calibrate_back(held, day, weeks=_WEEKS, progress=run.progress)
    return {"count": report.kept, "accepted": report.accepted, "refused": report.refused}
