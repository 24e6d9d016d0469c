"""A dense network of micro-stations: inside its townships, evenly, the same each time."""

from collections import Counter
from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point, Polygon

from lantian.twin.county import county
from lantian.twin.grid_network import monitor, with_grid

FIRST = date(2026, 11, 1)


@given(more=st.integers(-5, 300))
def test_each_stands_in_its_township_and_townships_have_as_many(more: int) -> None:
    qinglan = county()
    grown = with_grid(qinglan, more, FIRST)
    added = grown.stations[len(qinglan.stations) :]
    assert grown.stations[: len(qinglan.stations)] == qinglan.stations
    assert len(added) == max(more, 0)
    for station in added:
        (site,) = station.sites
        assert Polygon(qinglan.place(station.place).ring).contains(Point(site.lon, site.lat))
    share = Counter(station.place for station in added)
    if more > 0:
        assert max(share.values()) - min(share.get(p.code, 0) for p in townships()) <= 1
    assert len({monitor(s) for s in grown.stations}) == len(grown.stations)


def townships() -> list:
    qinglan = county()
    return [p for p in qinglan.places if p.parent == qinglan.code]
