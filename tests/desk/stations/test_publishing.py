"""Publishing to the lake's roster, one way."""

import pytest

from lantian.desk.intents.models import Intent
from lantian.desk.jobs.worker import work_off
from lantian.desk.register.services import change
from lantian.desk.stations.publishing import differences, publish
from lantian.desk.stations.register import STATIONS
from lantian.errors import BadRequest, Conflict
from lantian.lake.enrol import enrol_rows

SOUTH = [(116.5, 36.2, None, None)]


def test_what_is_published_is_in_the_lake(open_lake, station, actor, now) -> None:
    one = station("1A", "national", SOUTH)
    assert {(d.register, d.station) for d in differences().changed} == {
        ("roster.stations", "1A"),
        ("roster.places", "1A"),
    }
    assert publish(by=actor, now=now) == 2
    assert not open_lake.roster().stations
    with pytest.raises(Conflict, match="still waits"):
        publish(by=actor, now=now)
    work_off()
    (held,) = open_lake.roster().stations
    assert (held.station, held.name, held.lon, held.kind) == ("1A", "站1A", 116.5, "national")
    assert {(m.place, m.level) for m in open_lake.roster().memberships} == {
        ("西县", "county"),
        ("赤市", "city"),
        ("南镇", "township"),
    }
    assert differences().changed == ()
    with pytest.raises(BadRequest, match="nothing differs"):
        publish(by=actor, now=now)
    # Then only what changed.
    change(STATIONS, one.pk, {"name_zh": "新名"}, version=1, by=actor, now=now)
    assert [(d.register, d.station) for d in differences().changed] == [("roster.stations", "1A")]
    assert publish(by=actor, now=now) == 1
    work_off()
    assert [s.name for s in open_lake.roster().stations] == ["新名"]


def test_stations_of_the_lake_alone_stay_unless_asked(open_lake, station, actor, now) -> None:
    enrol_rows(open_lake, "stations", [{"station": "X", "name": "旧", "lon": 1, "lat": 2}])
    enrol_rows(open_lake, "places", [{"station": "X", "place": "旧县"}])
    station("1A", "national", SOUTH)
    assert {d.station for d in differences().only_lake} == {"X"}
    publish(by=actor, now=now)
    work_off()
    assert {s.station for s in open_lake.roster().stations} == {"1A", "X"}
    publish(by=actor, now=now, drop_unknown=True)
    work_off()
    assert {s.station for s in open_lake.roster().stations} == {"1A"}
    assert {m.station for m in open_lake.roster().memberships} == {"1A"}
    assert differences() == type(differences())((), ())


def test_the_page_shows_what_differs_and_what_waits(open_lake, station, client_as) -> None:
    station("1A", "national", SOUTH)
    client = client_as("headquarters")
    page = client.get("/stations/publish").text
    assert "站1A · 116.5 · 36.2 · 国控" in page
    assert client.post("/stations/publish").status_code == 302
    assert "等待写入" in client.get("/stations/publish").text
    assert client.post("/stations/publish").status_code == 409
    work_off()
    assert "台账与数据湖一致" in client.get("/stations/publish").text
    assert "/stations/publish" in client.get("/stations/").text


@pytest.mark.parametrize("role", ["township", "official", "department"])
def test_who_may_not_write_stations_does_not_publish(client_as, station, role) -> None:
    client = client_as(role)
    assert client.get("/stations/publish").status_code == 403
    assert client.post("/stations/publish").status_code == 403
    assert "/stations/publish" not in client.get("/stations/").text
    assert not Intent.objects.exists()


def test_a_page_of_a_station_has_its_sites(station, client_as) -> None:
    one = station("1A", "national", SOUTH)
    page = client_as("headquarters").get(f"/stations/{one.pk}/")
    assert "116.5" in page.text
    assert f"/stations/sites/new?station={one.code}" in page.text
