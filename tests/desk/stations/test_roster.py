"""What the registers say as rows of the lake's roster."""

from datetime import date

import pytest

from lantian.desk.places.models import Place
from lantian.desk.places.register import PLACES
from lantian.desk.register.faults import BadRow
from lantian.desk.register.services import change, create
from lantian.desk.stations.register import MEMBERSHIPS, SITES, STATIONS
from lantian.desk.stations.roster import desired
from lantian.errors import BadRequest

SOUTH, NORTH, EAST = (116.5, 36.2), (116.5, 36.7), (117.5, 36.5)
D2020, D2022 = date(2020, 1, 1), date(2022, 5, 31)


def places_of(code: str) -> set[tuple[str, str, int, str | None, str | None]]:
    return {
        (r["place"], r["level"], r["background"], r["from"], r["to"])
        for r in desired().places.get(code, [])
    }


def test_a_station_has_a_row_for_each_of_its_sites(station) -> None:
    station("1A", "national", [(*SOUTH, None, D2022), (*NORTH, date(2022, 6, 1), None)])
    rows = desired().stations["1A"]
    assert [(r["lon"], r["lat"], r["from"], r["to"]) for r in rows] == [
        (116.5, 36.2, None, "2022-05-31"),
        (116.5, 36.7, "2022-06-01", None),
    ]
    assert {(r["name"], r["kind"], r["background"], r["offset_h"]) for r in rows} == {
        ("站1A", "national", 0, 8)
    }


def test_sites_count_only_while_the_station_does(station, actor, now) -> None:
    one = station(
        "1A",
        "national",
        [
            (*SOUTH, D2020, None),
        ],
    )
    change(
        STATIONS, one.pk, {"first": date(2021, 1, 1), "last": D2022}, version=1, by=actor, now=now
    )
    (row,) = desired().stations["1A"]
    assert (row["from"], row["to"]) == ("2021-01-01", "2022-05-31")
    change(
        STATIONS, one.pk, {"first": None, "last": date(2019, 1, 1)}, version=2, by=actor, now=now
    )
    (row,) = desired().stations["1A"]
    assert (row["lon"], row["to"]) == (None, "2019-01-01")
    assert places_of("1A") == set()


def test_a_national_station_counts_for_county_and_city(station) -> None:
    station("1A", "national", [(*SOUTH, D2020, None)])
    assert places_of("1A") == {
        ("西县", "county", 0, "2020-01-01", None),
        ("赤市", "city", 0, "2020-01-01", None),
        # No station of the township's own: the national one stands for it.
        ("南镇", "township", 0, "2020-01-01", None),
    }


def test_a_move_across_a_border_moves_the_membership(station) -> None:
    station("1A", "national", [(*SOUTH, D2020, D2022), (*EAST, date(2022, 6, 1), None)])
    assert places_of("1A") >= {
        ("西县", "county", 0, "2020-01-01", "2022-05-31"),
        ("东县", "county", 0, "2022-06-01", None),
        # Joined: it is in the city all the time.
        ("赤市", "city", 0, "2020-01-01", None),
    }


def test_provincial_and_township_stations_do_not_mix_with_national_ones(station) -> None:
    station("1A", "national", [(*SOUTH, None, None)])
    station("2B", "provincial", [(*NORTH, None, None)])
    station("3T", "township", [(*SOUTH, None, None)])
    station("4M", "micro", [(*SOUTH, None, None)])
    assert {(p, level) for p, level, *_ in places_of("1A")} == {
        ("西县", "county"),
        ("赤市", "city"),
    }
    assert {(p, level) for p, level, *_ in places_of("2B")} == {("北镇", "township")}
    assert {(p, level) for p, level, *_ in places_of("3T")} == {("南镇", "township")}
    assert places_of("4M") == set()


def test_a_county_without_national_stations_has_its_provincial_ones(station) -> None:
    station("2B", "provincial", [(*EAST, None, None)], place="990200")
    assert ("东县", "county", 0, None, None) in places_of("2B")


def test_provincial_stations_count_on_the_days_without_national_ones(station) -> None:
    station("1A", "national", [(*EAST, D2020, D2022)], place="990200")
    station("2B", "provincial", [(*EAST, None, None)], place="990200")
    assert {row for row in places_of("2B") if row[1] == "county"} == {
        ("东县", "county", 0, None, "2019-12-31"),
        ("东县", "county", 0, "2022-06-01", None),
    }
    assert ("东县", "county", 0, "2020-01-01", "2022-05-31") in places_of("1A")


def test_a_site_out_of_its_place_does_not_count_for_it(station) -> None:
    station("1A", "national", [(*EAST, None, None)], place="990101")
    assert {(p, level) for p, level, *_ in places_of("1A")} == {
        ("东县", "county"),
        ("赤市", "city"),
    }


def test_a_background_point_is_listed_and_not_counted(station) -> None:
    station("1A", "national", [(*SOUTH, None, None)])
    bg = station("9C", "background", [(*SOUTH, None, None)])
    assert bg.background
    assert places_of("9C") == {("西县", "county", 1, None, None), ("赤市", "city", 1, None, None)}


def test_what_is_said_expressly_replaces_what_would_follow(station, actor, now) -> None:
    one = station("1A", "national", [(*SOUTH, None, None)])
    east = Place.objects.get(code="990200")
    create(MEMBERSHIPS, {"station": one, "place": east, "first": D2020}, by=actor, now=now)
    assert {(p, lv, frm) for p, lv, _, frm, _ in places_of("1A") if lv == "county"} == {
        ("东县", "county", "2020-01-01")
    }


def test_sites_and_memberships_do_not_share_a_day(station, actor, now) -> None:
    one = station("1A", "national", [(*SOUTH, None, D2022)])
    more = {"station": one, "lon": 116, "lat": 36}
    with pytest.raises(BadRow, match="overlaps"):
        create(SITES, more | {"first": D2022}, by=actor, now=now)
    create(SITES, more | {"first": date(2022, 6, 1)}, by=actor, now=now)


def test_places_of_one_name_cannot_be_told_apart(station, actor, now) -> None:
    east = Place.objects.get(code="990200")
    change(PLACES, east.pk, {"name_zh": "西县"}, version=1, by=actor, now=now)
    with pytest.raises(BadRequest, match="have the same name 西县"):
        desired()
