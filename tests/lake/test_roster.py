"""The roster: files of its registers, versions, and claims that only go forward."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from lantian.errors import BadFile, BadRequest
from lantian.evaluate.exceptional import ClaimState
from lantian.lake.enrol import Enrolled, enrol, enrol_rows
from lantian.lake.roster import Exclusion, Membership, Station, Target
from lantian.lake.store import Lake
from postgres import BOTH


def load_stations(lake: Lake, path: Path) -> Enrolled:
    return enrol(lake, "stations", path)


def load_places(lake: Lake, path: Path) -> Enrolled:
    return enrol(lake, "places", path)


def load_targets(lake: Lake, path: Path) -> Enrolled:
    return enrol(lake, "targets", path)


def load_exclusions(lake: Lake, path: Path) -> Enrolled:
    return enrol(lake, "exclusions", path)


@pytest.fixture
def file(tmp_path):
    def write(text, encoding="utf-8"):
        path = tmp_path / "roster.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return write


STATIONS = "station,name,lon,lat\n1001A,万寿西宫,116.366,39.8673\n1002A,定陵,116.17,40.2865\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_stations_load_in_any_usual_encoding(lake, file, encoding):
    done = load_stations(lake, file(STATIONS, encoding))
    assert (done.sequence, done.added, done.ended, done.kept) == (1, 2, 0, 0)
    assert lake.roster().stations[0] == Station(
        "1001A", "万寿西宫", 116.366, 39.8673, "", False, None, None, 8
    )


@BOTH
def test_the_same_file_again_makes_no_batch(lake, file):
    load_stations(lake, file(STATIONS))
    done = load_stations(lake, file(STATIONS))
    assert (done.sequence, done.added, done.kept) == (1, 0, 2)


@BOTH
def test_a_station_that_moves_has_two_rows_and_the_old_roster_stays(lake, file):
    load_stations(lake, file(STATIONS))
    load_stations(
        lake,
        file(
            "station,name,lon,lat,kind,background,from,to,offset_h\n"
            "1001A,旧址,116.3,39.8,国控,0,,2019-05-31,8\n"
            "1001A,新址,116.4,39.9,国控,是,2019/6/1,,6\n"
        ),
    )
    stations = lake.roster().stations
    assert [(s.name, s.first, s.last, s.background, s.offset_h) for s in stations] == [
        ("新址", date(2019, 6, 1), None, True, 6),
        ("旧址", None, date(2019, 5, 31), False, 8),
        ("定陵", None, None, False, 8),
    ]
    assert [s.name for s in lake.roster(1).stations] == ["万寿西宫", "定陵"]
    assert lake.roster(0).stations == ()
    assert lake.roster(1).digest != lake.roster(2).digest


@BOTH
def test_places_take_the_background_flag_of_the_station_unless_they_say_one(lake, file):
    load_stations(lake, file("station,name,lon,lat,background\nA,a,,,1\nB,b,,,0\n"))
    load_places(lake, file("station,place\nA,北京\nB,北京\n"))
    assert lake.roster().memberships == (
        Membership("A", "北京", "city", True, None, None),
        Membership("B", "北京", "city", False, None, None),
    )
    load_places(lake, file("station,place,level,background\nA,昌平,county,0\nA,北京,city,0\n"))
    assert [(m.station, m.place, m.level, m.background) for m in lake.roster().memberships] == [
        ("A", "北京", "city", False),
        ("A", "昌平", "county", False),
        ("B", "北京", "city", False),
    ]


@BOTH
def test_targets_of_a_place_are_replaced_together(lake, file):
    head = "place,from,to,indicator,goal\n"
    load_targets(
        lake,
        file(head + "X,2019-01-01,2019-12-31,PM2.5,35.50\nX,2019-06-01,2019-08-31,good_days,80\n"),
    )
    assert lake.roster().targets == (
        Target("X", date(2019, 1, 1), date(2019, 12, 31), "pm25", Decimal("35.5")),
        Target("X", date(2019, 6, 1), date(2019, 8, 31), "good_days", Decimal(80)),
    )
    done = load_targets(lake, file(head + "X,2019-01-01,2019-12-31,PM2.5,34\n"))
    assert (done.added, done.ended) == (1, 2)
    assert [t.goal for t in lake.roster().targets] == [Decimal(34)]


CLAIM = "scope,day,pollutant,reason,state,declared_by\n北京,2019-05-12,{},沙尘,{},监测站\n"


@BOTH
def test_claims_go_forward_and_both_versions_can_be_read(lake, file):
    for state in ("candidate", "submitted", "approved"):
        assert load_exclusions(lake, file(CLAIM.format("PM10", state))).notes == ()
    assert lake.roster().exclusions == (
        Exclusion("北京", date(2019, 5, 12), "PM10", "沙尘", ClaimState.APPROVED, "监测站"),
    )
    assert lake.roster(2).exclusions[0].state == ClaimState.SUBMITTED
    with pytest.raises(BadFile, match="approved → submitted"):
        load_exclusions(lake, file(CLAIM.format("PM10", "submitted")))
    load_exclusions(lake, file(CLAIM.format("PM10", "withdrawn")))
    assert lake.roster().exclusions[0].state == ClaimState.WITHDRAWN
    assert load_exclusions(lake, file(CLAIM.format("PM10", "candidate"))).notes == ()


def test_a_skipped_state_is_said(lake, file):
    (note,) = load_exclusions(lake, file(CLAIM.format("PM10", "approved"))).notes
    assert note == "北京 2019-05-12 PM10: 跳过 / skipped candidate, submitted → approved"


@BOTH
def test_all_names_the_six_pollutants(lake, file):
    load_exclusions(lake, file(CLAIM.format("all", "candidate")))
    assert [e.pollutant for e in lake.roster().exclusions] == [
        "CO", "NO2", "O3", "PM10", "PM2.5", "SO2",
    ]  # fmt: skip


@BOTH
def test_a_claim_leaves_the_claims_of_other_days_alone(lake, file):
    load_exclusions(lake, file(CLAIM.format("PM10", "candidate")))
    load_exclusions(lake, file(CLAIM.format("PM2.5", "candidate")))
    assert [e.pollutant for e in lake.roster().exclusions] == ["PM10", "PM2.5"]


@pytest.mark.parametrize(
    ("load", "text", "said"),
    [
        (load_stations, "station,name,lon,lat,colour\n", "unknown column 'colour'"),
        (load_stations, "station,name,lon\n", "no column 'lat'"),
        (load_stations, "station,name,lon,lat,lat\n", "column 'lat' twice"),
        (load_stations, "", "no column 'station'"),
        (load_stations, "station,name,lon,lat\nA,a,39.9,116.3\n", "line 2: lat='116.3'"),
        (load_stations, "station,name,lon,lat\nA,a,1\n", "line 2: 3 列"),
        (load_stations, "station,name,lon,lat\nA,a,1,\n", "one of lon and lat"),
        (load_stations, "station,name,lon,lat\n,a,1,1\n", "station is empty"),
        (load_stations, "station,name,lon,lat,offset_h\nA,a,1,1,8.5\n", "offset_h='8.5'"),
        (load_stations, "station,name,lon,lat\nA,a,1,1\nA,b,2,2\n", "line 3 repeats line 2"),
        (
            load_stations,
            "station,name,lon,lat,from,to\nA,a,1,1,,2019-06-01\nA,b,2,2,2019-06-01,\n",
            "overlaps it in time",
        ),
        (load_places, "station,place,background\nA,x,maybe\n", "background='maybe'"),
        (load_places, "station,place,from\nA,x,2019-02-30\n", "from='2019-02-30'"),
        (load_places, "station,place,from,to\nA,x,2019-02-03,2019-02-01\n", "before it starts"),
        (load_places, "station,place,level\nA,x,station\n", "must not be 'station'"),
        (load_targets, "place,from,to,indicator,goal\nX,2019-01-01,,pm25,35\n", "to is empty"),
        (
            load_targets,
            "place,from,to,indicator,goal\nX,2019-01-01,2019-12-31,happiness,35\n",
            "no indicator 'happiness'",
        ),
        (
            load_targets,
            "place,from,to,indicator,goal\nX,2019-01-01,2019-12-31,pm25,low\n",
            "goal='low'",
        ),
        (load_exclusions, CLAIM.format("NOx", "candidate"), "pollutant='NOx'"),
        (load_exclusions, CLAIM.format("PM10", "perhaps"), "state='perhaps'"),
    ],
)
def test_bad_files_are_named_and_nothing_of_them_is_taken(lake, file, load, text, said):
    with pytest.raises(BadFile) as caught:
        load(lake, file(text))
    assert said in str(caught.value)
    assert lake.sequence == 0


def test_every_bad_row_is_named_and_good_ones_are_not_taken(lake, file):
    with pytest.raises(BadFile) as caught:
        load_stations(lake, file("station,name,lon,lat\nA,a,1,1\nB,,1,1\n\nC,c,x,1\n"))
    assert "line 3: name" in str(caught.value)
    assert "line 5: lon='x'" in str(caught.value)
    assert lake.roster().stations == ()


def test_neither_utf8_nor_gbk_and_no_file(lake, tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(b"station,name\xff\xff\n")
    with pytest.raises(BadFile, match="neither UTF-8 nor GBK"):
        load_stations(lake, path)
    with pytest.raises(BadFile, match="cannot open"):
        load_stations(lake, tmp_path / "absent.csv")


def test_rows_in_memory_are_judged_in_the_words_of_a_file(lake, file):
    lines = ["station,name,lon,lat,background", "A,a,39.9,116.3,0", "B,,1,1,maybe", "C,c,1,,"]
    cells = [dict(zip(lines[0].split(","), line.split(","), strict=True)) for line in lines[1:]]
    with pytest.raises(BadFile) as of_file:
        load_stations(lake, file("\n".join(lines)))
    with pytest.raises(BadRequest) as of_rows:
        enrol_rows(lake, "stations", cells)
    for said in ("lat='116.3'", "name is empty", "one of lon and lat"):
        assert said in of_file.value.what
    reasons = [e.value.what.partition(": ")[2] for e in (of_file, of_rows)]
    for line in (4, 3, 2):
        reasons[1] = reasons[1].replace(f"第 {line - 1} 行 / line {line - 1}:", f"#{line}:")
        reasons[0] = reasons[0].replace(f"第 {line} 行 / line {line}:", f"#{line}:")
    assert reasons[0] == reasons[1]
    assert lake.sequence == 0


def test_rows_in_memory_and_a_file_make_the_same_roster(lake, file, tmp_path):
    load_stations(lake, file(STATIONS))
    head, *rows = [line.split(",") for line in STATIONS.splitlines()]
    Lake.init(tmp_path / "other")
    with Lake.open(tmp_path / "other") as other:
        enrol_rows(other, "stations", [dict(zip(head, row, strict=True)) for row in rows])
        assert other.roster() == lake.roster()


def test_a_claim_does_not_simply_go(lake):
    with pytest.raises(BadRequest, match="withdrawn, never removed"):
        enrol_rows(lake, "exclusions", [], gone=["北京"])


@BOTH
def test_a_roster_is_read_again_only_after_it_changed(lake, file):
    assert lake.roster() == lake.roster(0)
    load_stations(lake, file(STATIONS))
    first = lake.roster()
    assert lake.roster() is first
    load_stations(lake, file(STATIONS.replace("定陵", "十三陵")))
    assert {s.name for s in lake.roster().stations} == {"万寿西宫", "十三陵"}
    assert lake.roster(1) == first
    assert lake.roster(0).stations == ()


@BOTH
def test_a_roster_that_was_never_committed_is_not_kept(lake, file):
    load_stations(lake, file(STATIONS))
    with pytest.raises(RuntimeError, match="it failed"), lake.ledger.write() as sql:
        sql.execute("UPDATE station SET name = '另一个', seq_from = 2")
        lake.ledger.new_batch(kind="roster", source="x", sha256="x", layout="", origin=0, rows=1)
        assert {s.name for s in lake.roster().stations} == {"另一个"}
        raise RuntimeError("it failed")
    assert {s.name for s in lake.roster().stations} == {"万寿西宫", "定陵"}
