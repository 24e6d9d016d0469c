"""Adding, reading, correcting, and reading as of an earlier sequence."""

import hashlib
import threading

import numpy as np
import pytest

from lantian.errors import BadRequest, LakeBroken
from lantian.lake import intake
from lantian.lake.fold import in_turn
from lantian.lake.part import live
from lantian.lake.rows import HOUR, WEATHER, Reading, Refusal, Rows
from lantian.lake.store import Lake
from lantian.terms.mark import MISSING, Source
from postgres import BOTH

pytestmark = BOTH

H = 430_000
FULL = [8_000, 30_000, 60_000, 35_000, 600, 120_000]


def cells(lake, key, **more):
    station, h = key
    values = lake.block([station], h, h + 1, **more)[:, 0, 0].tolist()
    return [None if v == MISSING else v for v in values]


@pytest.fixture(params=[1, 10_000], ids=["parts", "hot"])
def way(request, monkeypatch):
    """Store through parts and through hot rows."""
    monkeypatch.setattr(intake, "PART_ROWS", request.param)


@pytest.mark.usefixtures("way")
def test_what_is_added_is_read_back(lake, put):
    report = put({("A", H): FULL, ("B", H + 5): [None, 1, None, 2, None, 3]})
    assert (report.batch, report.hours.rows, report.hours.new) == (1, 2, 2)
    block = lake.block(["B", "X", "A"], H, H + 6)
    assert block.shape == (6, 3, 6)
    assert block[:, 2, 0].tolist() == FULL
    assert block[:, 0, 5].tolist() == [MISSING, 1, MISSING, 2, MISSING, 3]
    assert (block != MISSING).sum() == 9
    assert lake.stations() == ["A", "B"]
    assert lake.span() == (H, H + 5)
    assert lake.sequence == 1


@pytest.mark.usefixtures("way")
def test_a_correction_of_one_pollutant_leaves_the_other_five(lake, put):
    put({("A", H): FULL})
    report = put({("A", H): [None, None, 99_000, None, None, None]})
    assert (report.hours.changed, report.hours.revisions) == (1, 1)
    assert cells(lake, ("A", H)) == [*FULL[:2], 99_000, *FULL[3:]]
    assert cells(lake, ("A", H), as_of=1) == FULL


@pytest.mark.usefixtures("way")
def test_a_missing_value_never_blanks_a_stored_one(lake, put):
    put({("A", H): FULL})
    report = put({("A", H): [None] * 6})
    assert report.hours.empty == 1
    assert cells(lake, ("A", H)) == FULL
    assert lake.stations() == ["A"]


@pytest.mark.usefixtures("way")
def test_a_lower_source_is_not_applied_but_kept_in_quarantine(lake, put):
    put({("A", H): FULL}, Source.AUDITED_FILE)
    report = put({("A", H): [1_000, *FULL[1:]]}, Source.REALTIME_FILE)
    assert (report.hours.refused, report.quarantined) == (1, 1)
    assert cells(lake, ("A", H)) == FULL
    file, reason, raw = lake.ledger.sql.execute(
        "SELECT file, reason, raw FROM quarantine"
    ).fetchone()
    assert (file, reason) == ("file-2", intake.LOWER)
    assert raw == "A 2019-01-21 00:00 so2=1 | 库内 / stored: so2=8 audited_file"


@pytest.mark.usefixtures("way")
def test_an_audited_confirmation_outranks_later_real_time_values(lake, put):
    put({("A", H): FULL}, Source.REALTIME_FILE)
    assert put({("A", H): FULL}, Source.AUDITED_FILE).hours.identical == 1
    assert put({("A", H): [1_000] * 6}, Source.REALTIME_FILE).hours.refused == 1
    assert cells(lake, ("A", H)) == FULL
    assert put({("A", H): [1_000] * 6}, Source.REVIEWED).hours.revisions == 6
    assert cells(lake, ("A", H)) == [1_000] * 6


@pytest.mark.usefixtures("way")
def test_a_withdrawn_value_does_not_count_and_can_come_back(lake, put):
    put({("A", H): FULL})
    put({("A", H): FULL}, withdrawn=[(("A", H), 2)])
    assert cells(lake, ("A", H)) == [*FULL[:2], None, *FULL[3:]]
    put({("A", H): FULL})
    assert cells(lake, ("A", H)) == FULL
    assert cells(lake, ("A", H), as_of=2)[2] is None
    assert [r.new_mark & 1 for r in lake.changes(0, None, ["A"], H, H + 1).revisions] == [1, 0]


@pytest.mark.usefixtures("way")
def test_rows_twice_in_one_file(lake, put):
    report = put(
        [
            (("A", H), [1, 2, None, None, None, None]),
            (("A", H), [1, 2, None, None, None, None]),
            (("A", H), [7, None, 3, None, None, None]),
        ]
    )
    assert (report.hours.new, report.hours.repeated, report.quarantined) == (1, 2, 1)
    assert cells(lake, ("A", H)) == [1, 2, 3, None, None, None]
    raw = lake.ledger.sql.execute("SELECT reason, raw FROM quarantine").fetchall()
    assert raw == [(intake.TWICE, "A 2019-01-21 00:00 so2=0.007")]


def test_the_same_file_again_is_skipped_and_said(lake, reading):
    content = hashlib.sha256(b"x").hexdigest()
    given = reading({("A", H): FULL})
    how = {"sha256": content, "layout": "wide", "origin": Source.REALTIME_FILE}
    first = lake.add(given, source="a.csv", **how)
    again = lake.add(given, source="copy.csv", **how)
    assert (again.skipped, again.batch, lake.sequence) == (True, first.batch, 1)
    other = lake.add(given, source="a.csv", **{**how, "layout": "long"})
    assert (other.skipped, other.hours.identical) == (False, 1)


def test_refused_rows_of_the_reader_are_kept_with_line_and_reason(lake, reading):
    given = reading({("A", H): FULL})
    bad = Reading(given.rows, None, (Refusal(7, "负值 / negative", "A,-5"),), ("odd",))
    report = lake.add(bad, source="a.csv", sha256="s", layout="l", origin=Source.GATE)
    assert (report.quarantined, report.notes) == (1, ("odd",))
    assert lake.ledger.sql.execute(
        "SELECT batch, file, line, reason, raw FROM quarantine"
    ).fetchall() == [(1, "a.csv", 7, "负值 / negative", "A,-5")]


@pytest.mark.usefixtures("way")
def test_weather_is_kept_beside_the_six(lake, put):
    put({("A", H): FULL}, weather={("A", H): [2_500, 90_000, -3_200, None, None, 0]})
    assert cells(lake, ("A", H), kind=WEATHER) == [2_500, 90_000, -3_200, None, None, 0]
    assert cells(lake, ("A", H)) == FULL
    assert lake.stations(WEATHER) == ["A"]
    assert lake.span(WEATHER) == (H, H)


def test_an_empty_reading_makes_a_batch_and_changes_nothing(lake, put):
    assert put({}).batch == 1
    assert lake.stations() == []
    assert lake.span() is None


@pytest.mark.usefixtures("way")
def test_changes_say_what_was_replaced_and_how_much_came_later(lake, put):
    put({("A", H): FULL, ("B", H): FULL})
    put({("A", H): [9_000, *FULL[1:]]})
    put({("A", H + 1): FULL, ("B", H + 1): [1, None, None, None, None, None]})
    found = lake.changes(1, None, ["A"], H, H + 2)
    (revision,) = found.revisions
    assert (revision.station, revision.h, revision.item) == ("A", H, "so2")
    assert (revision.old, revision.new) == (8_000, 9_000)
    assert (revision.batch, revision.source) == (2, "file-2")
    assert found.added == 6
    assert lake.changes(2, None, ["A"], H, H + 1) == lake.changes(1, 1, ["A"], H, H + 1)


def test_a_month_of_many_stations_becomes_one_part_and_few_rows_stay_hot(lake, put):
    many = {(f"S{s:03d}", H + t): FULL for s in range(100) for t in range(60)}
    put(many)
    put({("S000", H - 1): FULL})
    count = "SELECT COUNT(*), SUM(rows) FROM part"
    assert lake.ledger.sql.execute(count).fetchone() == (1, 6_000)
    assert lake.ledger.sql.execute("SELECT COUNT(*) FROM hour").fetchone() == (1,)
    assert lake.span() == (H - 1, H + 59)


def test_a_block_can_be_reused(lake, put):
    put({("A", H): FULL})
    buffer = np.zeros((6, 1, 2), np.int32)
    assert lake.block(["A"], H, H + 2, out=buffer) is buffer
    assert buffer[:, 0, 1].tolist() == [MISSING] * 6
    with pytest.raises(ValueError, match="C-contiguous"):
        lake.block(["A"], H, H + 3, out=buffer)


def test_what_was_never_there_cannot_be_asked_for(lake, put):
    put({("A", H): FULL})
    for sequence in (-1, 2):
        with pytest.raises(BadRequest, match="no sequence"):
            lake.block(["A"], H, H + 1, as_of=sequence)
    with pytest.raises(BadRequest, match="named twice"):
        lake.block(["A", "A"], H, H + 1)


def test_no_lake_and_a_second_lake(tmp_path, lake_backend):
    with pytest.raises(LakeBroken, match="no lake here"):
        Lake.open(tmp_path)
    Lake.init(tmp_path)
    with pytest.raises(LakeBroken, match="a lake already"):
        Lake.init(tmp_path)


def test_a_second_writer_waits_and_then_says_who_is_in_the_way(lake, reading):
    given = reading({("A", H): FULL})
    with Lake.open(lake.folder, busy_s=0.05) as other, lake.ledger.write():
        with pytest.raises(LakeBroken, match="another writer"):
            other.add(given, source="b", sha256="b", layout="", origin=Source.GATE)
        assert other.sequence == 0


def test_two_writers_at_once_lose_nothing(lake, reading):
    def work(name):
        with Lake.open(lake.folder) as mine:
            for t in range(15):
                given = reading({(name, H + t): FULL})
                mine.add(given, source=name, sha256=f"{name}{t}", layout="", origin=Source.GATE)

    threads = [threading.Thread(target=work, args=(name,)) for name in ("A", "B")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert lake.sequence == 30
    assert (lake.block(["A", "B"], H, H + 15) != MISSING).all()


def test_a_reader_sees_one_state_while_another_writes(lake, put, reading):
    put({("A", H): FULL})
    with Lake.open(lake.folder) as other:
        with lake.ledger.read():
            assert lake.stations() == ["A"]
            given = reading({("B", H): FULL})
            other.add(given, source="b", sha256="b", layout="", origin=Source.GATE)
            assert (lake.sequence, lake.stations()) == (1, ["A"])
        assert (lake.sequence, lake.stations()) == (2, ["A", "B"])


def test_a_transaction_that_fails_leaves_nothing(lake, put, reading, monkeypatch):
    monkeypatch.setattr(intake, "PART_ROWS", 1)
    put({("A", H): FULL})
    given = reading({("A", H + 1): FULL}, weather={("A", H): [1] * 6})
    broken = Rows(
        *(getattr(given.weather, f) for f in ("kind", "names")),
        given.weather.station + 9,
        given.weather.h,
        given.weather.values,
        given.weather.withdrawn,
    )
    with pytest.raises(IndexError):
        lake.add(Reading(given.rows, broken), source="x", sha256="x", layout="", origin=Source.GATE)
    assert lake.sequence == 1
    assert lake.stations(WEATHER) == []
    assert cells(lake, ("A", H + 1)) == [None] * 6
    assert len(list(lake.folder.rglob("*.parquet"))) == 1


@pytest.mark.usefixtures("way")
def test_engine_threads_may_share_one_lake(lake, put):
    put({("A", H + t): FULL for t in range(50)})
    seen = []

    def read():
        seen.extend(int((lake.block(["A"], H, H + 50) != MISSING).sum()) for _ in range(20))

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [300] * 80


def test_parts_that_share_keys_are_laid_one_after_the_other(lake, put, monkeypatch):
    monkeypatch.setattr(intake, "PART_ROWS", 1)
    put({("A", H): FULL})
    put({("A", H + 1): FULL})
    put({("A", H): [9_000, *FULL[1:]]})
    put({("A", H + 2): FULL})
    parts = live(lake.ledger, HOUR, H, H + 3)
    assert [[part.added_by for part in group] for group in in_turn(parts)] == [[1, 2], [3, 4]]
    assert cells(lake, ("A", H))[0] == 9_000


def test_a_station_is_known_from_its_first_value_on(lake, put):
    put({("A", H): FULL, ("B", H): [None] * 6})
    put({("B", H): FULL, ("A", H + 1): FULL})
    put({("B", H + 1): FULL})
    assert [lake.stations(as_of=n) for n in range(4)] == [[], ["A"], ["A", "B"], ["A", "B"]]
