"""Groups of a roster: which place is the root, and which stations belong to it."""

from lantian.desk.air.queries.group import groups_of
from lantian.lake.roster import Membership, Roster, Station


def station(code: str, lon: float | None, lat: float | None) -> Station:
    return Station(code, code, lon, lat, "national", False, None, None, 8)


def member(code: str, place: str, level: str) -> Membership:
    return Membership(code, place, level, False, None, None)


def roster(stations: list[Station], members: list[Membership]) -> Roster:
    return Roster(tuple(stations), tuple(members), (), (), "digest")


def test_levels_that_share_stations_are_one_group_with_the_city_on_top() -> None:
    stations = [station(s, 116 + n / 10, 40) for n, s in enumerate("abcd")]
    members = [member(s, "市", "city") for s in "abcd"]
    members += [
        member("a", "东区", "district"),
        member("b", "东区", "district"),
        member("c", "西区", "district"),
        member("d", "西区", "district"),
    ]
    (group,) = groups_of(roster(stations, members))
    assert (group.root, group.levels, group.ranked_level) == (
        "市",
        ("city", "district"),
        "district",
    )
    assert group.stations == ("a", "b", "c", "d")


def test_a_county_among_counties_owns_its_townships_by_nearness() -> None:
    """Township stations count in no county; micro stations in nothing at all."""
    stations = [
        station("n1", 115.50, 35.90),
        station("n2", 115.20, 36.15),
        station("n3", 115.80, 36.15),
        station("t1", 115.55, 35.95),
        station("t2", 115.45, 35.85),
        station("t3", 115.50, 35.85),
        station("m1", 115.51, 35.91),
        station("far", 100.0, 30.0),
    ]
    members = [member("n1", "甲县", "county"), member("n2", "乙县", "county")]
    members += [member("n3", "丙县", "county")]
    members += [member(t, f"{t}镇", "township") for t in ("t1", "t2", "t3")]
    (group,) = groups_of(roster(stations, members))
    assert (group.root, group.levels) == ("甲县", ("county", "township"))
    assert group.stations == ("m1", "n1", "t1", "t2", "t3")
    assert group.level_of("乙县") == "county"


def test_a_county_of_one_downtown_station_is_above_its_spread_townships() -> None:
    stations = [station("n", 115.5, 35.9), station("t1", 115.6, 36.0), station("t2", 115.4, 35.8)]
    members = [member("n", "甲县", "county")]
    members += [member("t1", "东镇", "township"), member("t2", "西镇", "township")]
    (group,) = groups_of(roster(stations, members))
    assert (group.root, group.levels) == ("甲县", ("county", "township"))
    assert group.stations == ("n", "t1", "t2")


def test_far_levels_are_groups_of_their_own_the_larger_first() -> None:
    stations = [station("a", 116, 40), station("b", 100, 30), station("c", 100.1, 30)]
    members = [member("a", "北", "city"), member("b", "南", "county"), member("c", "南", "county")]
    groups = groups_of(roster(stations, members))
    assert [g.root for g in groups] == ["南", "北"]


def test_without_coordinates_shared_stations_decide() -> None:
    stations = [station(s, None, None) for s in "ab"]
    members = [member("a", "市", "city"), member("b", "市", "city")]
    members += [member("a", "东区", "district"), member("b", "西区", "district")]
    (group,) = groups_of(roster(stations, members))
    assert (group.root, group.stations) == ("市", ("a", "b"))


def test_no_places_no_groups() -> None:
    assert groups_of(roster([station("a", 116, 40)], [])) == ()


def test_the_place_that_the_desk_serves_is_the_root_and_no_level_lies_above_it() -> None:
    sites = {"1A": 116.0, "2A": 116.4, "3A": 116.8}
    stations = [station(code, lon, 40.0) for code, lon in sites.items()]
    members = [member(code, "市", "city") for code in sites]
    members += [member("1A", "东县", "county"), member("2A", "东县", "county")]
    members += [member("3A", "西县", "county"), member("3A", "西镇", "township")]
    members += [member("1A", "东镇", "township"), member("2A", "东乡", "township")]
    (usual,) = groups_of(roster(stations, members))
    assert usual.root == "市"
    (served,) = groups_of(roster(stations, members), "西县")
    assert (served.root, served.levels, served.stations) == (
        "西县",
        ("county", "township"),
        ("3A",),
    )
    assert groups_of(roster(stations, members), "他县") == (usual,)
