"""The county as declared: whole, checked, and nowhere to be mistaken for a real one."""

import json
import re
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
import shapely
from shapely.geometry import Point, Polygon, shape

from lantian.errors import BadFile, RuleBookBroken
from lantian.twin.county import QINGLAN, County, county, read_county
from lantian.twin.place import Place, plane


@pytest.fixture(scope="module")
def qinglan() -> County:
    return county()


def areas(places: list[Place]) -> list[Polygon]:
    return [Polygon(p.ring) for p in places]


@pytest.mark.parametrize(("level", "count"), [("county", 12), ("township", 12), ("village", 60)])
def test_each_level_tiles_without_gap_or_overlap(qinglan: County, level: str, count: int) -> None:
    found = [p for p in qinglan.places if p.level == level]
    assert len(found) == count
    assert shapely.coverage_is_valid(areas(found))
    assert all(a.is_valid and a.exterior.is_ccw for a in areas(found))


def test_every_place_is_the_sum_of_its_parts_and_holds_its_point(qinglan: County) -> None:
    for place in qinglan.places:
        area = Polygon(place.ring)
        assert area.contains(Point(place.lon, place.lat)) or place.level in ("province", "city")
        parts = [p for p in qinglan.places if p.parent == place.code]
        if parts:
            assert shapely.union_all(areas(parts)).symmetric_difference(area).area < 1e-9


def test_the_county_is_of_a_likely_size(qinglan: County) -> None:
    km2 = {
        p.code: Polygon([plane(lon, lat) for lon, lat in p.ring]).area
        for p in qinglan.places
        if p.level in ("county", "township")
    }
    assert 600 < km2[qinglan.code] < 900
    assert all(40 < size < 1000 for size in km2.values())


def test_geometry_is_written_as_geojson_wants_it(qinglan: County) -> None:
    for thing in (*qinglan.places, *qinglan.sources):
        drawn = shape(json.loads(json.dumps(thing.geojson)))
        assert drawn.is_valid
        assert not drawn.is_empty


def test_sources_and_stations_stand_where_they_are_said_to(qinglan: County) -> None:
    area = {p.code: Polygon(p.ring) for p in qinglan.places}
    for source in qinglan.sources:
        assert area[qinglan.code].contains(shape(source.geojson)), source.code
    own = [s for s in qinglan.sources if s.shape != "line"]
    astray = [s.code for s in own if not area[s.place[:9]].intersects(shape(s.geojson))]
    assert astray == []
    for station in qinglan.stations:
        assert all(area[station.place].contains(Point(s.lon, s.lat)) for s in station.sites)


def test_there_is_of_everything(qinglan: County) -> None:
    kinds = [s.kind for s in qinglan.stations]
    assert [kinds.count(k) for k in ("provincial", "township", "micro", "background")] == [
        1,
        12,
        10,
        1,
    ]
    neighbours = {p.code for p in qinglan.counties()[1:]}
    national = [s.place for s in qinglan.stations if s.kind == "national"]
    assert neighbours <= set(national)
    assert len([p for p in national if p.startswith(qinglan.code)]) == 2
    assert len({s.category for s in qinglan.sources}) == 13
    assert {s.subject for s in qinglan.sources} == {
        "industry",
        "dust",
        "mobile",
        "living",
        "agriculture",
        "heating",
    }
    assert [len(s.sites) for s in qinglan.stations].count(2) == 1
    assert {d.principle for d in qinglan.duties} == {
        "party_and_government",
        "one_post_two_duties",
        "three_musts",
    }
    assert {p.role for p in qinglan.posts} >= {"headquarters", "grid_member", "company", "auditor"}


def test_every_township_and_subject_has_a_leader(qinglan: County) -> None:
    townships = {p.code for p in qinglan.places if p.level == "township"}
    assert {a.place for a in qinglan.assignments if a.place} == townships
    assert {a.subject for a in qinglan.assignments if a.subject} == {
        s.subject for s in qinglan.sources
    }


def test_teams_take_turns_every_day(qinglan: County) -> None:
    rotation = qinglan.rotation
    first = date(2026, 11, 22)
    turns = [rotation.on_duty(first + timedelta(days=n)) for n in range(len(rotation.teams) + 1)]
    assert set(turns[:-1]) == set(rotation.teams)
    assert turns[0] == turns[-1]


def test_nothing_can_be_taken_for_real(qinglan: County) -> None:
    assert all(p.code.startswith("99") for p in qinglan.places)
    assert all(s.code.startswith("99") for s in qinglan.stations)
    assert all(re.fullmatch(r"1005550\d{4}", p.phone) for p in qinglan.people)
    assert "虚构" in qinglan.title_zh
    assert "fictional" in qinglan.title_en


def test_no_division_has_a_real_name(qinglan: County, shared: Path) -> None:
    real = {
        feature["properties"].get("name")
        for path in (shared / "data/boundaries").glob("*.geojson")
        for feature in json.loads(path.read_text("utf-8"))["features"]
    }
    assert len(real) > 60
    assert [p.name_zh for p in qinglan.places if p.name_zh in real] == []


@pytest.mark.parametrize(
    ("file", "old", "new", "error", "said"),
    [
        ("sources", 'place = "990101008"', 'place = "990101099"', BadFile, "place 990101099"),
        ("offices", 'person = "P41"', 'person = "P99"', BadFile, "person P99"),
        ("sources", '9199010199QL00021Y"', '9199010199QL00021X"', RuleBookBroken, "credit code"),
        ("sources", "rates = { so2", "rates = { soot", RuleBookBroken, "rates are of"),
        ("sources", 'category = "kiln"', 'category = "oven"', BadFile, "oven"),
        ("stations", "gain = 0.01", "gian = 0.01", RuleBookBroken, "gian"),
        ("stations", 'code = "9902A"', 'code = "9901A"', BadFile, "station 9901A"),
        ("events", "begin = 2026-03-19", "begin = 2026-03-29", RuleBookBroken, "out of order"),
        ("places", "roughness = ", "roughness ", BadFile, "not TOML"),
    ],
)
def test_a_slip_in_a_declaration_is_named(
    tmp_path: Path, file: str, old: str, new: str, error: type[Exception], said: str
) -> None:
    folder = tmp_path / "county"
    shutil.copytree(QINGLAN, folder)
    path = folder / f"{file}.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(error, match=said):
        read_county(folder)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="cannot be read"):
        read_county(tmp_path)
