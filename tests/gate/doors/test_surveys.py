"""What lidars, vans, drones and gates send comes through a door into its own tables and files."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from lantian.gate.doors import netcdf_apart
from lantian.gate.doors.door import hear, hear_kept
from lantian.gate.doors.message import BadMessage, Message, unwrap
from lantian.gate.doors.netcdf import read_netcdf
from lantian.gate.doors.netcdf_apart import NetcdfLayout
from lantian.gate.doors.streams import Stream, load
from lantian.gate.hearing import BY_ROSTER
from lantian.gate.roll import Roll, roll_of
from lantian.lake.device import Device
from lantian.lake.events import hourly_counts
from lantian.lake.fine import FineStore
from lantian.lake.retaking import retake
from lantian.lake.said import Said
from lantian.lake.surveys import FLIGHT, SCAN, TRACK, days_of, read_scan, read_track, surveyed
from lantian.profile.boundary_layer import layer_height

DAY_S = 86_400
#: 2026-11-22 00:00 UTC.
DAY = 20_779
START_T = DAY * DAY_S
NOW_US = (START_T + DAY_S) * 1_000_000
OSLO = "ceilometer_eprofile/L2_0-20000-001492_A20210909.nc"
MNS = ("LIDAR-1", "VAN-1", "UAV-1", "GATE-1", "EYE-1")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[FineStore]:
    """An empty store."""
    opened = FineStore.open(tmp_path)
    yield opened
    opened.close()


def declared(folder: Path, name: str, text: str) -> dict[str, Stream]:
    (folder / "doors").mkdir(exist_ok=True)
    (folder / "doors" / f"{name}.toml").write_text(f'door = "drop"\n{text}', "utf-8")
    return load(folder)


def roll() -> Roll:
    return roll_of([Device(mn, "S1", "", {}, "field", 1, None, None) for mn in MNS], {})


def take(
    store: FineStore, streams: dict[str, Stream], name: str, body: bytes
) -> tuple[str, list[str]]:
    message = Message("drop", name, f"{name}.csv", body, NOW_US, "")
    heard = hear(message, {n: s.reader for n, s in streams.items()}, roll())
    store.keep(heard.said)
    return heard.said[0].cause, list(heard.notes)


def test_a_ceilometer_file_becomes_a_picture_and_layer_heights(
    store: FineStore, shared: Path
) -> None:
    folder = store.ledger.folder
    streams = declared(folder, "oslo", 'reads = "scans"\n[reading]\nmn = "LIDAR-1"\n')
    body = (shared / "data" / OSLO).read_bytes()
    assert take(store, streams, "oslo", body) == ("", [])
    (found,) = surveyed(store.ledger, [SCAN])
    assert found == ("LIDAR-1", SCAN)
    (day,) = days_of(store.ledger, *found)
    first_t = day * DAY_S
    scan = read_scan(store.ledger, "LIDAR-1", first_t, first_t + DAY_S)
    assert scan is not None
    assert scan.backscatter.shape == (273, 511)
    # From the file itself, by another path: heights above the ground, flags, cloud base.
    assert scan.height_m[:2].tolist() == pytest.approx([14.985, 44.985], abs=0.01)
    assert (scan.flag == 1).sum() == 85_696
    assert np.nanmin(scan.cloud_base_m) == 15
    with store.ledger.read() as sql:
        rows = sql.execute(
            f"SELECT f.t, f.value FROM fine_{day} f JOIN series s ON s.id = f.series "
            "WHERE s.factor = 'blh' AND s.kind = 'haar' ORDER BY f.t"
        ).fetchall()
    heights = layer_height(scan)
    kept = np.isfinite(heights)
    assert [row[0] for row in rows] == scan.t[kept].tolist()
    assert [row[1] / 1e6 for row in rows] == pytest.approx(heights[kept].tolist(), abs=0.06)
    # The top of the deep layer stands at about 3.5 km before noon, as the picture shows.
    noon = (scan.t - first_t > 12 * 3_600) & (scan.t - first_t < 13 * 3_600)
    assert 3_300 < np.nanmedian(heights[noon]) < 3_600
    # Fog to the ground until nine: there is no layer to see.
    assert not np.isfinite(heights[(scan.t - first_t > 3_600) & (scan.t - first_t < 32_400)]).any()


def test_what_is_no_netcdf_or_of_another_layout_is_refused(shared: Path) -> None:
    body = (shared / "data" / OSLO).read_bytes()
    usual, other = NetcdfLayout(), NetcdfLayout(backscatter="beta")
    for layout, given in (
        (usual, b""),
        (usual, b"CDF\x01 torn"),
        (usual, body[:50_000]),
        (other, body),
    ):
        with pytest.raises(BadMessage):
            read_netcdf(Message("drop", "oslo", "a.nc", given, 0, ""), layout)


def test_a_file_that_is_refused_is_kept_with_the_reason(store: FineStore) -> None:
    streams = declared(store.ledger.folder, "oslo", 'reads = "scans"\n[reading]\nmn = "LIDAR-1"\n')
    assert take(store, streams, "oslo", b"no such thing")[0] == "syntax"
    assert surveyed(store.ledger, [SCAN]) == []
    assert len(_blocks(store)) == 1


def test_a_file_that_fells_its_reader_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(netcdf_apart.sys, "executable", "/bin/false")
    with pytest.raises(BadMessage, match="broke off: exit 1"):
        netcdf_apart.read_apart(Message("", "s", "o", b"", 0, ""), NetcdfLayout())


def test_a_scan_in_csv_that_comes_in_pieces_is_one_and_the_later_word_counts(
    store: FineStore,
) -> None:
    text = 'reads = "scans"\n[reading]\nmn = "LIDAR-1"\nformat = "csv"\n'
    streams = declared(store.ledger.folder, "lidar", text)
    take(store, streams, "lidar", b"time,15,45\n2026-11-22 07:59,1,2\n2026-11-22 08:01,3,4\n")
    take(store, streams, "lidar", b"time,15,45\n2026-11-22 08:01,5,\n2026-11-22 08:02,7,8\n")
    (found,) = surveyed(store.ledger, [SCAN])
    assert days_of(store.ledger, *found) == (DAY - 1, DAY)
    assert days_of(store.ledger, *found, offset_s=28_800) == (DAY,)
    scan = read_scan(store.ledger, "LIDAR-1", START_T - 300, START_T + 300)
    assert scan is not None
    assert (scan.t - START_T).tolist() == [-60, 60, 120]
    np.testing.assert_array_equal(scan.backscatter, [[1, 2], [5, np.nan], [7, 8]])
    assert read_scan(store.ledger, "LIDAR-1", START_T + 300, START_T + 600) is None


VAN = """time,lon,lat,PM2.5(ug/m3),VOCs（ppb）,speed
2026-11-22 09:00:02,115.2001,35.9,80.5,,30
2026-11-22 09:00:01,115.2000,35.9,60,12.5,30
2026-11-22 09:00:03,,,60,12.5,30
"""


def test_a_vans_track_keeps_every_point_with_a_place(store: FineStore) -> None:
    text = 'reads = "tracks"\n[reading]\nmn = "VAN-1"\nleft_out = ["speed"]\n'
    streams = declared(store.ledger.folder, "van", text)
    cause, notes = take(store, streams, "van", VAN.encode())
    assert (cause, notes) == ("", ["4: 没有位置 / no place"])
    track = read_track(store.ledger, "VAN-1", START_T, START_T + DAY_S)
    assert track is not None
    assert (track.factors, track.units) == (("PM2.5", "VOCs"), ("ug/m3", "ppb"))
    assert (track.t - START_T).tolist() == [3_601, 3_602]
    np.testing.assert_array_equal(track.values, [[60, 12.5], [80.5, np.nan]])
    # The same file again, byte for byte another, tells nothing new.
    take(store, streams, "van", VAN.encode() + b"\n")
    with store.ledger.read() as sql:
        assert sql.execute("SELECT COUNT(*) FROM survey").fetchone()[0] == 1
    assert days_of(store.ledger, "VAN-1", TRACK) == (DAY,)


def test_a_van_that_is_adopted_later_loses_no_point(store: FineStore) -> None:
    text = 'reads = "tracks"\n[reading]\nmn = "VAN-1"\nleft_out = ["speed"]\n'
    readers = {n: s.reader for n, s in declared(store.ledger.folder, "van", text).items()}
    message = Message("drop", "van", "van.csv", VAN.encode(), NOW_US, "")
    store.keep(hear(message, readers, Roll()).said)
    assert surveyed(store.ledger, [TRACK]) == []

    def again(raw: bytes, received_us: int) -> Said:
        (said,) = hear_kept(raw, received_us, readers, roll())
        return said

    assert retake(store, "VAN-1", BY_ROSTER, again) == 1
    assert surveyed(store.ledger, [TRACK]) == [("VAN-1", TRACK)]


def test_a_flight_needs_heights(store: FineStore) -> None:
    text = 'reads = "tracks"\n[reading]\nmn = "UAV-1"\nkind = "flight"\n'
    streams = declared(store.ledger.folder, "drone", text)
    assert take(store, streams, "drone", b"time,lon,lat,O3\n2026-11-22,115,35,60\n")[0] == "syntax"
    body = b"time,lon,lat,height_m,O3\n2026-11-22 09:00,115,35,120,60\n"
    assert take(store, streams, "drone", body)[0] == ""
    flight = read_track(store.ledger, "UAV-1", START_T, START_T + DAY_S, kind=FLIGHT)
    assert flight is not None
    assert (flight.height_m.tolist(), flight.of("O3").tolist()) == ([120], [60])


PASSED = """时间,车牌,方向,排放阶段,燃料
2026-11-22 08:10:00,冀A12345,进,国五,柴油
2026-11-22 08:10:00,冀A54321,进,国五,柴油
2026-11-22 08:40:00,冀A12345,出,国五,柴油
2026-11-22 09:00:01,冀A99999,进,国六,天然气
"""


def test_vehicles_are_counted_once_and_their_plates_are_kept_nowhere(store: FineStore) -> None:
    folder = store.ledger.folder
    text = (
        'reads = "passages"\n[reading]\nmn = "GATE-1"\nkind = "vehicle"\ntime = "时间"\n'
        'direction = "方向"\nentering = "进"\nleaving = "出"\nsort = ["排放阶段", "燃料"]\n'
    )
    streams = declared(folder, "heavy", text)
    assert take(store, streams, "heavy", PASSED.encode())[0] == ""
    more = PASSED + "2026-11-22 09:30:00,冀A11111,出,国六,天然气\n"
    assert take(store, streams, "heavy", more.encode())[0] == ""
    counts = hourly_counts(store.ledger, first_t=START_T, last_t=START_T + DAY_S)
    assert [(c.h - START_T // 3_600, c.what, c.sort, c.number) for c in counts] == [
        (1, "in", "国五/柴油", 2), (1, "out", "国五/柴油", 1),
        (2, "in", "国六/天然气", 1), (2, "out", "国六/天然气", 1),
    ]  # fmt: skip
    broken = more.replace("国六", "国六,国六", 1)
    assert take(store, streams, "heavy", broken.encode())[0] == "syntax"
    kept = [raw for block in _blocks(store) for _, raw in block]
    assert len(kept) == 3
    for raw in kept:
        message = unwrap(raw, 0)
        assert message is not None
        assert "时间,方向".encode() in message.body
        assert "冀A".encode() not in message.body


def test_black_smoke_is_an_event_with_its_level(store: FineStore) -> None:
    text = 'reads = "passages"\n[reading]\nmn = "EYE-1"\nkind = "smoke"\nvalue = "level"\n'
    streams = declared(store.ledger.folder, "eye", text)
    take(store, streams, "eye", b"time,plate,level\n2026-11-22 09:00,A1,3\n2026-11-22 09:05,A2,\n")
    with store.ledger.read() as sql:
        rows = sql.execute("SELECT what, value FROM event ORDER BY t").fetchall()
    assert [tuple(row) for row in rows] == [("smoke", 3_000_000), ("smoke", None)]


def _blocks(store: FineStore) -> list[list[tuple[int, bytes]]]:
    return [frames for day in store.files.days() for _, frames in store.files.behind(day, 0)]
