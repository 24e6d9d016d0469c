"""Judging the hours of a lake: marks and findings kept, nothing judged twice for nothing."""

import numpy as np
import pytest

from lantian.errors import BadRequest, NoData
from lantian.flows.quality import judge_quality, last_months
from lantian.flows.quality_neighbours import beside
from lantian.flows.quality_window import judged_months, measured
from lantian.lake.enrol import enrol_rows
from lantian.lake.findings import findings, tampered
from lantian.lake.quality_runs import marks_held, runs
from lantian.lake.rows import HOUR, WEATHER, Reading, Rows
from lantian.lake.store import Lake
from lantian.quality.criteria import criteria
from lantian.quality.finding import Check
from lantian.quality.mark import MarkKind
from lantian.quality.marking import marks_of
from lantian.quality.suspicion import findings_of
from lantian.rules.ruleset import in_force
from lantian.terms.hour import day_number, first_hour
from lantian.terms.mark import MISSING, Source
from lantian.terms.period import parse_day, parse_period
from postgres import BOTH
from quality.conftest import START, STATIONS, air

MAY, JUNE = parse_period("2019-05"), parse_period("2019-06")
JUNE_H = first_hour(day_number(parse_day("2019-06-01")))
DAYS = 61
PM25, ROW, SMOOTHED = 3, 5, "0006A"


def rows_of(block, first=START, stations=STATIONS, withdrawn=None, kind=HOUR):
    """Rows of a block (columns, stations, hours)."""
    n, hours = block.shape[1:]
    flat = block.reshape(block.shape[0], -1)
    return Rows(
        kind,
        stations,
        np.repeat(np.arange(n, dtype=np.int32), hours),
        np.tile(np.arange(first, first + hours, dtype=np.int32), n),
        np.ascontiguousarray(flat),
        np.zeros(flat.shape, np.bool_) if withdrawn is None else withdrawn.reshape(flat.shape),
    )


def load(lake, rows, origin=Source.REALTIME_FILE, name="x", weather=None):
    lake.add(Reading(rows, weather), source=name, sha256=name, layout="x", origin=origin)


@pytest.fixture
def block():
    """Two months of eight stations, the sixth smoothed from June on, with a spike in its May."""
    values = air(DAYS)
    half = 31 * 24
    row = np.convolve(values[PM25, ROW, half:] / 1000, np.ones(5) / 5, "same")
    values[PM25, ROW, half:] = np.rint(row).astype(np.int32) * 1000
    values[PM25, 0, half + 50] = 950_000
    return values


@pytest.fixture
def lake(tmp_path, block, lake_backend):
    Lake.init(tmp_path / "lake")
    with Lake.open(tmp_path / "lake") as opened:
        load(opened, rows_of(block))
        yield opened


def test_what_is_kept_is_what_the_pure_functions_say_of_the_same_hours(lake):
    (done,) = judge_quality(lake, JUNE)
    assert (done.fresh, done.month, done.run.judged.stations) == (True, JUNE, STATIONS)
    (month,) = judged_months(lake, JUNE)
    held, rules = criteria(month.last_day), in_force(month.last_day)
    marks = marks_held(lake.ledger, [2019 * 12 + 5])
    assert marks == list(marks_of(month.window(2), held))
    assert any(m.kind is MarkKind.SPIKE and m.station == STATIONS[0] for m in marks)
    kept = [one.finding for one in findings(lake.ledger)]
    pure = findings_of(month.window(1), held, rules)
    assert {f for f in kept if f.check is not Check.LIMIT_DAYS} == {
        f for f in pure if f.check is not Check.LIMIT_DAYS
    }
    assert (Check.SMOOTH, SMOOTHED, "pm25") in {(f.check, f.station, f.pollutant) for f in kept}
    assert (done.run.marks, done.run.findings) == (len(marks), len(kept))


@BOTH
def test_a_month_is_judged_again_only_when_its_hours_change_and_findings_are_added(lake, block):
    judge_quality(lake, JUNE)
    first = findings(lake.ledger)
    assert not judge_quality(lake, JUNE)[0].fresh
    assert len(runs(lake.ledger)) == 1
    # The smoothed hours are put right: the check is silent now, its finding stays.
    honest = air(DAYS)[:, :, 31 * 24 :]
    load(lake, rows_of(honest, JUNE_H), Source.AUDITED_FILE, "honest")
    (done,) = judge_quality(lake, JUNE)
    assert done.fresh
    now = findings(lake.ledger)
    assert now[-len(first) :] == first
    assert not any(f.run == done.run.id and f.finding.station == SMOOTHED for f in now)
    (again,) = judge_quality(lake, JUNE, again=True)
    repeated = [f for f in findings(lake.ledger) if f.run == again.run.id]
    assert all(f.confirms for f in repeated)
    assert tampered(lake.ledger) == ()


def test_values_stay_as_they_are(lake, block):
    before = lake.block(STATIONS, START, START + DAYS * 24)
    sequence = lake.sequence
    judge_quality(lake, parse_period("2019-05-20..2019-06-05"))
    assert (lake.block(STATIONS, START, START + DAYS * 24) == before).all()
    assert lake.sequence == sequence
    assert [r.judged.h_from for r in runs(lake.ledger)] == [JUNE_H, START]


def test_values_that_a_device_flags_are_not_judged_those_that_a_review_withdrew_are(lake, block):
    gone = np.zeros((6, 1, 2), np.bool_)
    gone[PM25] = True
    for hour, origin in ((0, Source.REALTIME_FILE), (2, Source.REVIEWED)):
        part = block[:, :1, hour : hour + 2]
        load(lake, rows_of(part, START + hour, STATIONS[:1], gone), origin, f"w{hour}")
    found = measured(lake, STATIONS[:1], START, START + 4)[PM25, 0]
    assert (found[:2] == MISSING).all()
    assert (found[2:] == block[PM25, 0, 2:4]).all()
    assert (lake.block(STATIONS[:1], START, START + 4)[PM25, 0] == MISSING).all()


def test_stations_of_another_clock_and_those_without_hours_are_kept_apart(lake, block):
    place = {"name": "x", "kind": "micro", "lon": 115.0, "lat": 35.0}
    near = {**place, "lat": 35.1}
    enrol_rows(
        lake,
        "stations",
        [
            {"station": STATIONS[0], **place},
            {"station": STATIONS[1], **near},
            {"station": STATIONS[2], **place, "lat": 39.0},
            {"station": STATIONS[7], **place, "offset_h": 6},
        ],
    )
    weather = np.full((6, 1, 24), 5000, np.int32)
    load(
        lake,
        rows_of(block[:, :1, :1], START, ("0000A",)),
        name="early",
        weather=rows_of(weather, JUNE_H, STATIONS[:1], kind=WEATHER),
    )
    months = list(judged_months(lake, JUNE))
    assert [(m.offset_h, m.stations) for m in months] == [(6, STATIONS[7:]), (8, STATIONS[:7])]
    beijing = months[1]
    assert beijing.scattering.tolist() == [True, True, True, False, False, False, False]
    # Its own weather, that of the station 11 km away, and none for one 450 km away.
    assert beijing.weather.wind_ms[:3, 0].tolist()[:2] == [5.0, 5.0]
    assert np.isnan(beijing.weather.wind_ms[2]).all()
    assert len({m.input for m in months}) == 2


def test_a_station_is_shown_beside_those_that_correlate(lake, block):
    found = beside(lake, SMOOTHED, "pm25", JUNE_H, JUNE_H + 48, also=STATIONS[0])
    assert found.neighbours[0] == STATIONS[0]
    assert SMOOTHED not in found.neighbours
    assert found.own.tolist() == block[PM25, ROW, 31 * 24 : 31 * 24 + 48].tolist()
    assert np.median(np.abs(found.expected - found.own) / found.own) < 0.3
    assert found.theirs.shape == (4, 48)


def test_the_last_months_are_those_of_each_night(lake, tmp_path):
    period = last_months(lake)
    assert period is not None
    assert (period.first, period.last) == (parse_day("2019-05-01"), parse_day("2019-06-30"))
    Lake.init(tmp_path / "empty")
    with Lake.open(tmp_path / "empty") as empty:
        assert last_months(empty) is None
        with pytest.raises(NoData):
            judge_quality(empty, JUNE)
    with pytest.raises(BadRequest):
        judge_quality(lake, parse_period("2019-13"))
