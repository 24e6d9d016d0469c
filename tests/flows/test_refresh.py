"""Refreshing days: laws over any history, and what happens when others write meanwhile."""

import shutil
import threading

import numpy as np
import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from flows.agreement import assert_same, same
from lantian import __version__
from lantian.errors import LakeBroken
from lantian.evaluate.place import Member
from lantian.flows import refresh as flow
from lantian.flows.held_days import held_days
from lantian.flows.level_days import lake_days
from lantian.flows.refresh import refresh_days
from lantian.lake.day_result import count_refresh, held, set_held, version
from lantian.lake.enrol import enrol_rows
from lantian.lake.rows import HOUR, Reading, Rows
from lantian.lake.stale import marks
from lantian.lake.store import Lake
from lantian.rules.ruleset import rule_set
from lantian.terms.hour import day_number, first_hour
from lantian.terms.mark import MISSING, Source
from lantian.terms.period import parse_period
from postgres import BOTH

STATIONS = ("1A", "2A", "3A")
PERIOD = parse_period("2019-05-30..2019-06-02")
H0 = first_hour(day_number(PERIOD.first))
RULES = [rule_set("HJ633-2012"), rule_set("HJ633-2026")]
MEMBERS = [Member("甲", "1A", 0, 10**6), Member("甲", "2A", 0, 10**6), Member("乙", "3A", 0, 10**6)]


@pytest.fixture(scope="module")
def blank(tmp_path_factory):
    folder = tmp_path_factory.mktemp("blank") / "lake"
    Lake.init(folder)
    return folder


@pytest.fixture
def lake(tmp_path, lake_backend):
    Lake.init(tmp_path / "lake")
    with Lake.open(tmp_path / "lake") as opened:
        yield opened


def put(lake, station, first, values, origin=Source.REALTIME_FILE, *, withdrawn=False):
    """Give hours from `first` on (counted from H0) of one station, all pollutants alike."""
    h = np.arange(H0 + first, H0 + first + len(values), dtype=np.int32)
    table = np.tile(np.array(values, np.int32), (6, 1))
    rows = Rows(
        HOUR, (station,), np.zeros(h.size, np.int32), h, table, np.full(table.shape, withdrawn)
    )
    return lake.add(Reading(rows), source="x", sha256=str(lake.sequence), layout="", origin=origin)


def compare(lake):
    for rules in RULES:
        fresh = lake_days(lake, "station", PERIOD, rules)
        found = held_days(lake, "station", PERIOD, rules)
        assert found.fresh
        assert_same(found.days, fresh)
        places = held_days(lake, "county", PERIOD, rules, members=MEMBERS)
        assert_same(places.days, lake_days(lake, "county", PERIOD, rules, members=MEMBERS))


batches = st.tuples(
    st.just("add"),
    st.sampled_from(STATIONS),
    st.integers(0, 90),
    st.lists(st.sampled_from([MISSING, 1_000, 61_000, 400_000]), min_size=1, max_size=60),
    st.sampled_from([Source.REALTIME_FILE, Source.AUDITED_FILE]),
    st.booleans(),
)
clocks = st.tuples(st.just("clock"), st.sampled_from(STATIONS), st.sampled_from([6, 8, 9]))
others = st.sampled_from([("refresh", None), ("refresh", 1), ("compact",)])


@pytest.mark.slow
@given(st.lists(st.one_of(batches, others, clocks), min_size=3, max_size=12))
def test_in_any_history_a_day_that_does_not_wait_is_right(blank, tmp_path_factory, history):
    folder = tmp_path_factory.mktemp("history") / "lake"
    shutil.copytree(blank, folder)
    with Lake.open(folder) as lake:
        put(lake, "1A", 0, [50_000] * 96)
        for step in history:
            note(step)
            match step:
                case ("add", station, first, values, origin, withdrawn):
                    put(lake, station, first, values, origin, withdrawn=withdrawn)
                case ("clock", station, offset_h):
                    row = {"station": station, "name": "x", "lon": 1, "lat": 1}
                    enrol_rows(lake, "stations", [{**row, "offset_h": offset_h}])
                case ("compact",):
                    lake.compact()
                case (_, limit):
                    refresh_days(lake, limit_days=limit)
            days_that_do_not_wait_are_right(lake)
        refresh_days(lake)
        compare(lake)


def days_that_do_not_wait_are_right(lake):
    found = held_days(lake, "station", PERIOD, RULES[1])
    fresh = lake_days(lake, "station", PERIOD, RULES[1])
    if not held(lake.ledger):
        assert found.absent == fresh.values[0].size
        return
    waits = np.zeros(fresh.values.shape[1:], np.bool_)
    months = {row: m for m, row in enumerate(range(592, 594))}
    for mark in marks(lake.ledger, 592, 593):
        # May 30 and 31 are the first two days of the period, June 1 and 2 the others.
        days = (mark.days >> 29) & 3 if months[mark.month] == 0 else mark.days & 3
        for d in range(2):
            if days >> d & 1:
                waits[fresh.names.index(mark.station), 2 * months[mark.month] + d] = True
    assert found.stale + found.absent == waits.sum()
    same(found.days.values[:, ~waits], fresh.values[:, ~waits])
    same(found.days.index.aqi[~waits], fresh.index.aqi[~waits])


@pytest.mark.parametrize("hour", [0, 7, 8, 23])
def test_no_hour_reaches_into_another_day(lake, hour):
    for station in STATIONS:
        put(lake, station, 0, list(range(30_000, 126_000, 1_000)))
    before = lake_days(lake, "station", PERIOD, RULES[0])
    put(lake, "2A", 24 + hour, [900_000])
    after = lake_days(lake, "station", PERIOD, RULES[0])
    changed = np.argwhere((before.values != after.values).any(axis=0))
    assert changed.tolist() == [[1, 1]]
    assert [(m.station, m.days.bit_count()) for m in marks(lake.ledger, 592, 592)] == [
        ("1A", 2), ("2A", 2), ("3A", 2),
    ]  # fmt: skip


@BOTH
def test_what_arrives_between_two_months_is_in_the_second(lake, monkeypatch):
    put(lake, "1A", 0, [50_000] * 96)
    evaluate = flow._Worker._evaluate
    late = iter([[70_000] * 24])

    def evaluate_and_take_in(self, *asked):
        found = evaluate(self, *asked)
        for values in late:
            put(lake, "1A", 24, values)
        return found

    monkeypatch.setattr(flow._Worker, "_evaluate", evaluate_and_take_in)
    # The newest month is evaluated before the batch comes, the other one with it.
    refresh_days(lake)
    assert next(late, None) is None
    compare(lake)


@BOTH
def test_marks_of_a_month_that_a_batch_touched_meanwhile_stay(lake, monkeypatch):
    put(lake, "1A", 0, [50_000] * 40)
    evaluate = flow._Worker._evaluate

    def evaluate_and_take_in(self, *asked):
        found = evaluate(self, *asked)
        put(lake, "1A", 24, [lake.sequence] * 2)
        return found

    monkeypatch.setattr(flow._Worker, "_evaluate", evaluate_and_take_in)
    done = refresh_days(lake)
    assert (done.station_months, done.left) == (2, 31)
    found = held_days(lake, "station", PERIOD, RULES[0])
    assert found.stale == 2
    monkeypatch.undo()
    assert refresh_days(lake).left == 0
    compare(lake)


@BOTH
def test_an_older_refresh_that_ends_last_overwrites_nothing(lake, monkeypatch):
    put(lake, "1A", 0, [50_000] * 40)
    refresh_days(lake)
    put(lake, "1A", 0, [60_000] * 40)
    evaluate = flow._Worker._evaluate

    def evaluate_then_be_overtaken(self, *asked):
        found = evaluate(self, *asked)
        monkeypatch.undo()
        put(lake, "1A", 0, [70_000] * 40)
        refresh_days(lake)
        return found

    monkeypatch.setattr(flow._Worker, "_evaluate", evaluate_then_be_overtaken)
    done = refresh_days(lake)
    assert (done.station_months, done.left) == (0, 0)
    compare(lake)


@BOTH
def test_a_refresh_by_other_rules_stops_before_it_clears_a_mark(lake, monkeypatch):
    put(lake, "1A", 0, [50_000] * 40)
    evaluate = flow._Worker._evaluate

    def evaluate_while_rules_change(self, *asked):
        with lake.ledger.write() as sql:
            set_held(sql, "others", "")
            count_refresh(sql)
        return evaluate(self, *asked)

    monkeypatch.setattr(flow._Worker, "_evaluate", evaluate_while_rules_change)
    with pytest.raises(LakeBroken, match="another process refreshes"):
        refresh_days(lake)
    assert marks(lake.ledger, 592, 592) != []
    monkeypatch.undo()
    refresh_days(lake)
    assert "others" not in held(lake.ledger)
    compare(lake)


@BOTH
def test_who_looked_before_another_settled_the_names_leaves_them(lake, monkeypatch):
    put(lake, "1A", 0, [50_000] * 40)
    looks = iter([{}])

    def held_as_it_was(ledger):
        for past in looks:
            refresh_days(lake)  # another, whole, between the look and the first write
            return past
        return held(ledger)

    monkeypatch.setattr(flow, "held", held_as_it_was)
    assert refresh_days(lake).station_months == 0
    assert set(held(lake.ledger).values()) == {__version__}
    compare(lake)


@BOTH
def test_writers_and_two_refreshers_at_once_end_with_the_right_days(lake):
    failures = []

    def work(act):
        try:
            with Lake.open(lake.folder) as own:
                for n in range(12):
                    act(own, n)
        except BaseException as error:  # noqa: BLE001 - told by the test
            failures.append(error)

    def write(own, n):
        put(own, STATIONS[n % 3], n * 5, [n * 10_000] * 30)

    threads = [
        threading.Thread(target=work, args=[act])
        for act in (write, lambda own, _: refresh_days(own), lambda own, _: refresh_days(own))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    refresh_days(lake)
    compare(lake)


@BOTH
def test_the_version_changes_with_hours_roster_and_held_days_and_with_nothing_else(lake):
    seen = [version(lake.ledger)]

    def changed():
        seen.append(version(lake.ledger))
        return seen[-1] not in seen[:-1]

    put(lake, "1A", 0, [50_000] * 40)
    assert changed()
    refresh_days(lake)
    assert changed()
    refresh_days(lake)
    assert not changed()
    enrol_rows(lake, "places", [{"station": "1A", "place": "甲"}])
    assert changed()
    flow.forget_days(lake)
    assert changed()


def test_each_month_is_told(lake):
    put(lake, "1A", 0, [50_000] * 96)
    told = []
    refresh_days(lake, say=told.append)
    assert [line[:7] for line in told] == ["2019-06", "2019-05"]
