"""The fictional county in a lake: hours, weather and roster, loaded once however often asked."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from lantian.errors import BadRequest, NoData
from lantian.flows.level_days import lake_days
from lantian.flows.rank import rank
from lantian.flows.target import targets
from lantian.flows.twin import SIMULATED, add_twin, enrol_twin, extend_twin
from lantian.lake.rows import WEATHER
from lantian.lake.store import Lake
from lantian.rules.ruleset import for_period
from lantian.terms.hour import hour_number
from lantian.terms.mark import MISSING
from lantian.terms.period import parse_period
from lantian.twin.county import county
from lantian.twin.simulation import simulate, weather_rows

FROM = hour_number(datetime(2026, 11, 1, 1))
DAYS = 3 * 24


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[Lake]:
    Lake.init(tmp_path / "lake")
    with Lake.open(tmp_path / "lake") as opened:
        yield opened


@pytest.fixture(scope="module")
def winter_and_summer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    """A winter, one month of summer, and the roster."""
    folder = tmp_path_factory.mktemp("twin") / "lake"
    Lake.init(folder)
    with Lake.open(folder) as opened:
        for first, last in (("2025-12-01", "2026-03-01"), ("2026-07-01", "2026-08-01")):
            begin, end = (hour_number(datetime.fromisoformat(day)) + 1 for day in (first, last))
            add_twin(opened, begin, end)
        enrol_twin(opened)
        yield opened


def test_the_lake_holds_what_was_simulated(lake: Lake) -> None:
    report = add_twin(lake, FROM, FROM + DAYS)
    truth = simulate(county(), FROM, FROM + DAYS)
    held = lake.block(truth.stations, FROM, FROM + DAYS)
    assert np.array_equal(held, truth.values)
    assert report.hours.new == int((truth.values != MISSING).any(axis=0).sum())
    codes, weather = weather_rows(truth)
    assert len(codes) == 4
    assert np.array_equal(lake.block(codes, FROM, FROM + DAYS, kind=WEATHER), weather)


def test_every_batch_says_that_it_is_simulated(lake: Lake) -> None:
    report = add_twin(lake, FROM, FROM + 5)
    assert report.source.startswith(SIMULATED)
    assert "虚构" in report.source
    assert "2026-11-01 01:00 … 2026-11-01 05:00" in report.source


def test_the_same_load_is_skipped_and_an_overlap_changes_nothing(lake: Lake) -> None:
    first = add_twin(lake, FROM, FROM + DAYS)
    again = add_twin(lake, FROM, FROM + DAYS)
    assert (first.skipped, again.skipped) == (False, True)
    over = add_twin(lake, FROM + 24, FROM + DAYS + 24)
    assert over.hours.changed == over.hours.refused == over.hours.filled == 0
    assert over.hours.identical > 0
    assert over.hours.new > 0


def test_hour_by_hour_is_the_same_as_at_once(lake: Lake, tmp_path: Path) -> None:
    add_twin(lake, FROM, FROM + 24)
    for hour in range(FROM + 24, FROM + 27):
        grown = extend_twin(lake, hour)
        assert grown is not None
        assert grown.hours.new > 0
    assert extend_twin(lake, FROM + 26) is None
    assert extend_twin(lake, FROM) is None
    extend_twin(lake, FROM + 47)
    Lake.init(tmp_path / "whole")
    stations = [s.code for s in county().stations]
    with Lake.open(tmp_path / "whole") as whole:
        add_twin(whole, FROM, FROM + 48)
        assert whole.span() == lake.span() == (FROM, FROM + 47)
        assert np.array_equal(
            whole.block(stations, FROM, FROM + 48), lake.block(stations, FROM, FROM + 48)
        )


def test_an_empty_lake_and_an_empty_window_are_refused(lake: Lake) -> None:
    with pytest.raises(NoData):
        extend_twin(lake, FROM)
    with pytest.raises(BadRequest):
        add_twin(lake, FROM, FROM)
    assert lake.sequence == 0


def test_the_roster_has_counties_townships_and_targets(lake: Lake) -> None:
    enrolled = enrol_twin(lake)
    assert [e.register for e in enrolled] == ["stations", "places", "targets"]
    roster = lake.roster()
    assert {s.station for s in roster.stations} == {s.code for s in county().stations}
    moved = [s for s in roster.stations if s.station == "990101M04"]
    assert sorted((s.first, s.last) for s in moved)[0][1] is not None
    places = {
        level: {m.place for m in roster.memberships if m.level == level}
        for level in ("county", "township")
    }
    assert len(places["county"]) == len(places["township"]) == 12
    own = [m for m in roster.memberships if m.place == "青岚县"]
    assert sorted((m.station, m.background) for m in own) == [
        ("9901A", False),
        ("9902A", False),
        ("9991C", True),
    ]
    assert {t.indicator for t in roster.targets} == {"pm25", "good_days", "heavy_days", "rank"}
    before = lake.sequence
    assert all(e.added == e.ended == 0 for e in enrol_twin(lake))
    assert lake.sequence == before


def ranks(lake: Lake, month: str) -> dict[str, int]:
    period = parse_period(month)
    rules, _ = for_period(period)
    found = rank(lake_days(lake, "county", period, rules))
    return dict(zip(found.names, found.ranks.tolist(), strict=True))


def test_the_county_is_among_the_last_in_winter_and_not_in_summer(
    winter_and_summer: Lake,
) -> None:
    held = [ranks(winter_and_summer, f"{m}") for m in ("2025-12", "2026-01", "2026-02", "2026-07")]
    assert all(sorted(found.values())[0] == 1 and len(found) == 12 for found in held)
    winter = [found["青岚县"] for found in held[:3]]
    assert sorted(winter)[1] >= 10
    assert held[3]["青岚县"] < 10
    # Others change places, too.
    assert len({tuple(sorted(found, key=found.__getitem__)) for found in held}) == 4


def test_targets_stand_by_the_simulated_hours(winter_and_summer: Lake) -> None:
    report = targets(winter_and_summer)
    assert {row.place for row in report.rows} == {"青岚县"}
    assert len(report.rows) == 4
