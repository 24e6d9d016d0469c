"""Flow `twin`: the fictional county's simulated hours, stations and targets into a lake."""

import hashlib
from typing import Final

import numpy as np

from lantian.errors import BadRequest, NoData
from lantian.lake.enrol import Enrolled, enrol_rows
from lantian.lake.rows import HOUR, WEATHER, Reading, RowKind, Rows
from lantian.lake.store import Lake
from lantian.lake.tally import AddReport
from lantian.terms.hour import BEIJING_H, local_end
from lantian.terms.mark import MISSING, Source
from lantian.twin.county import County
from lantian.twin.county import county as qinglan
from lantian.twin.monitor import Int32s
from lantian.twin.simulation import SEED, Simulation, simulate, weather_rows

#: What every batch of simulated hours begins with.
SIMULATED: Final = "模拟数据 / simulated"
#: Levels of the roster: counties of the city by their national stations, and townships.
COUNTY: Final = "county"
TOWNSHIP: Final = "township"

type Cells = dict[str, object]


def add_twin(
    lake: Lake, h_from: int, h_to: int, *, county: County | None = None, seed: int = SEED
) -> AddReport:
    """Simulate hours [h_from, h_to) and load them into a lake, with weather.

    Parameters
    ----------
    lake : Lake
    h_from, h_to : int
        UTC hour numbers of the hours' ends.
    county : County, optional
        The fictional county that comes with Lantian unless said.
    seed : int

    Returns
    -------
    AddReport
        Hours that the lake holds already are identical; the very same load is skipped.

    Raises
    ------
    BadRequest
        If there is no hour between them.
    LakeBroken
        If the lake cannot be written.
    """
    if h_to <= h_from:
        raise BadRequest(
            f"没有时段 / no hours in {h_from} … {h_to}", where="twin", fix="h_from < h_to"
        )
    where = county or qinglan()
    simulation = simulate(where, h_from, h_to, seed=seed)
    codes, weather = weather_rows(simulation)
    reading = Reading(
        _rows(HOUR, simulation.stations, h_from, simulation.values),
        _rows(WEATHER, codes, h_from, weather),
        notes=(f"{where.title_zh} / {where.title_en}",),
    )
    return lake.add(
        reading,
        source=f"{SIMULATED} {where.title_zh} {_span(simulation)}",
        sha256=_digest(simulation, weather),
        layout=f"twin;seed={seed}",
        origin=Source.REALTIME_FILE,
    )


def extend_twin(
    lake: Lake, until_h: int, *, county: County | None = None, seed: int = SEED
) -> AddReport | None:
    """Load the simulated hours after the last one held, up to and with `until_h`.

    Returns
    -------
    AddReport or None
        None where the lake holds them already.

    Raises
    ------
    NoData
        If the lake is empty: nothing says where to begin.
    LakeBroken
        If the lake cannot be written.
    """
    span = lake.span()
    if span is None:
        raise NoData(
            "库中没有模拟时段可延续 / no simulated hours to go on from",
            where=str(lake.folder),
            fix="先载入一段 / load some first: add_twin",
        )
    if until_h <= span[1]:
        return None
    return add_twin(lake, span[1] + 1, until_h + 1, county=county, seed=seed)


def enrol_twin(lake: Lake, *, county: County | None = None) -> tuple[Enrolled, ...]:
    """Load the fictional county's stations, their places and its targets into the roster.

    Raises
    ------
    LakeBroken
        If the lake cannot be written.
    """
    where = county or qinglan()
    registers = {
        "stations": station_rows(where),
        "places": membership_rows(where),
        "targets": target_rows(where),
    }
    return tuple(enrol_rows(lake, name, rows) for name, rows in registers.items())


def station_rows(county: County) -> list[Cells]:
    """Rows of the register `stations`: one for each site of each station."""
    return [
        {
            "station": station.code,
            "name": station.name_zh,
            "lon": site.lon,
            "lat": site.lat,
            "kind": station.kind,
            "background": int(station.kind == "background"),
            "from": site.first.isoformat(),
            "to": site.last.isoformat() if site.last else "",
            "offset_h": BEIJING_H,
        }
        for station in county.stations
        for site in station.sites
    ]


def membership_rows(county: County) -> list[Cells]:
    """Rows of the register `places`: which station counts in which place, by its name.

    National stations make the counties, township stations the townships; the background
    point is listed with its county and left out of its values.
    """
    names = {p.code: p.name_zh for p in county.places}
    level_of = {"national": COUNTY, "background": COUNTY, "township": TOWNSHIP}
    return [
        {
            "station": station.code,
            "place": names[_at_level(county, station.place, level_of[station.kind])],
            "level": level_of[station.kind],
            "background": int(station.kind == "background"),
        }
        for station in county.stations
        if station.kind in level_of
    ]


def target_rows(county: County) -> list[Cells]:
    """Rows of the register `targets`."""
    names = {p.code: p.name_zh for p in county.places}
    return [
        {
            "place": names[goal.place],
            "from": goal.first.isoformat(),
            "to": goal.last.isoformat(),
            "indicator": goal.indicator,
            "goal": goal.goal,
        }
        for goal in county.goals
    ]


def _at_level(county: County, code: str, level: str) -> str:
    """Code of the place of a level to which a place belongs."""
    found = county.place(code)
    while found.level != level:
        found = county.place(found.parent)
    return found.code


def _rows(kind: RowKind, stations: tuple[str, ...], h_from: int, values: Int32s) -> Rows:
    """Rows of a block (columns, stations, hours), but for those without any value."""
    order = sorted(range(len(stations)), key=lambda i: stations[i])
    block = values[:, order]
    hours = block.shape[2]
    station = np.repeat(np.arange(len(stations), dtype=np.int32), hours)
    h = np.tile(np.arange(h_from, h_from + hours, dtype=np.int32), len(stations))
    flat = block.reshape(len(kind.columns), -1)
    given = (flat != MISSING).any(axis=0)
    kept = np.ascontiguousarray(flat[:, given])
    names = tuple(stations[i] for i in order)
    return Rows(kind, names, station[given], h[given], kept, np.zeros(kept.shape, np.bool_))


def _span(simulation: Simulation) -> str:
    first, last = local_end(simulation.h_from), local_end(simulation.h_to - 1)
    return f"{first:%Y-%m-%d %H:00} … {last:%Y-%m-%d %H:00}"


def _digest(simulation: Simulation, weather: Int32s) -> str:
    """Of the hours and all their values, so that equal loads are known for what they are."""
    found = hashlib.sha256(f"{simulation.h_from} {' '.join(simulation.stations)}".encode())
    found.update(np.ascontiguousarray(simulation.values).tobytes())
    found.update(np.ascontiguousarray(weather).tobytes())
    return found.hexdigest()
