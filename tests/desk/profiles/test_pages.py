"""Pages of lidars, vans and drones on the real store: pictures, segments, files, rights."""

import base64
import csv
from collections.abc import Iterator
from io import StringIO
from typing import Any

import numpy as np
import pytest

from desk.stations.conftest import county, open_lake, station
from lantian.desk.devices import store as held
from lantian.desk.places.models import Place
from lantian.desk.register.services import create
from lantian.desk.sources.register import SOURCES
from lantian.lake.fine import FineStore
from lantian.lake.said import Said, Survey
from lantian.lake.store import Lake
from lantian.lake.surveys import FLIGHT, pack_scan, pack_track
from lantian.profile.scan import INVALID, scan_of
from lantian.track.points import track_of

__all__ = ["county", "open_lake", "station"]

#: 2026-11-21 16:00 UTC: the 22nd begins by the clock of Beijing.
START_T = 20_778 * 86_400 + 57_600
STEP_S = 300
HEIGHT_M = np.arange(15.0, 6_000, 30)
SOUTH = "/990000/990100/990101/"


@pytest.fixture
def keep(open_lake: Lake) -> Iterator[Any]:
    """Keep what an instrument saw: keep("LIDAR", pack_scan(scan))."""
    store = FineStore.open(open_lake.folder)

    def put(mn: str, surveys: tuple[Survey, ...]) -> None:
        raw = f"##{mn}{[s.t_first for s in surveys]}".encode()
        store.keep([Said(mn, raw, (START_T + 86_400) * 1_000_000, "test", surveys=surveys)])

    yield put
    store.close()
    held.let_go()


@pytest.fixture
def lidar(keep: Any) -> None:
    """A layer at 900 m until noon, at 1,500 m from then on; nothing between 6 and 8 o'clock."""
    t = START_T + STEP_S * np.arange(1, 289)
    t = t[(t <= START_T + 6 * 3_600) | (t > START_T + 8 * 3_600)]
    top_m = np.where(t <= START_T + 12 * 3_600, 900.0, 1_500.0)
    values = np.where(HEIGHT_M[None, :] < top_m[:, None], 10.0, 0.1)
    flag = np.zeros(values.shape, np.uint8)
    flag[:, HEIGHT_M > 4_000] = INVALID
    keep("L/1", pack_scan(scan_of(t, HEIGHT_M, values, flag=flag)))


def test_a_lidars_picture_has_gaps_where_there_is_nothing(lidar: None, client_as: Any) -> None:
    client = client_as("official")
    data = client.get("/profiles/scan/L/1/picture.json?day=2026-11-22").json()
    assert (data["step_s"], data["columns"]) == (STEP_S, 288)
    cells = np.frombuffer(base64.b64decode(data["cells"]), np.uint8).reshape(-1, 288)
    assert len(data["heights"]) == cells.shape[0] + 1
    gap = slice(72, 96)
    assert not cells[:, gap].any()
    assert data["top"][gap] == [None] * 24
    kept = np.delete(np.arange(288), np.r_[gap])
    at = {height: np.searchsorted(data["heights"], height) - 1 for height in (450, 1_200, 4_500)}
    # 10 and 0.1 on a scale of 1 to 255 from 10 ** -1.5 to 10 ** 1.5; flagged ones are gaps.
    assert set(cells[at[450], kept]) == {1 + round(254 * 2.5 / 3)}
    assert set(cells[at[1_200], kept]) == {1 + round(254 * 0.5 / 3), 1 + round(254 * 2.5 / 3)}
    assert not cells[at[4_500]].any()
    tops = [data["top"][column] for column in (20, 143, 200)]
    assert tops == pytest.approx([900, 900, 1_500], abs=30)
    page = client.get("/profiles/scan/L/1/?day=2026-11-22")
    assert "小时中位数最高 15" in page.text
    hours = {row["key"]: row["cells"] for row in page.context["table"]["rows"]}
    assert set(hours) == {str(hour) for hour in range(1, 25)} - {"7", "8"}
    assert hours["3"][1] == pytest.approx(900, abs=30)
    assert hours["3"][4] == "12 / 12"
    assert "Haar wavelet covariance" in client.get("/profiles/scan/L/1/?lang=en").text


def test_files_say_what_the_page_says_and_need_the_right(lidar: None, client_as: Any) -> None:
    client = client_as("headquarters")
    rows = table(client, "/profiles/scan/L/1/layer.csv?day=2026-11-22")
    assert rows[3][0] == "2026-11-22 00:05:00"
    assert float(rows[20][1]) == pytest.approx(900, abs=30)
    rows = table(client, "/profiles/scan/L/1/backscatter.csv?day=2026-11-22&top=2000")
    assert (len(rows), len(rows[2])) == (3 + 264, 1 + 67)
    assert (rows[3][1], rows[3][-1]) == ("10", "0.1")
    assert client_as("grid_member").get("/profiles/scan/L/1/layer.csv").status_code == 403


@pytest.mark.parametrize(
    ("query", "status"), [("day=2026-13-01", 400), ("top=12", 400), ("day=2020-01-01", 200)]
)
def test_odd_questions_are_answered(lidar: None, client_as: Any, query: str, status: int) -> None:
    client = client_as("headquarters")
    for page in ("", "picture.json", "layer.csv", "backscatter.csv"):
        found = client.get(f"/profiles/scan/L/1/{page}?{query}").status_code
        unasked = query.startswith("top") and page == "layer.csv"
        assert found == (200 if unasked else status)
    assert client.get("/profiles/scan/L/2/").status_code == 404
    assert client.get("/profiles/track/L/1/").status_code == 404


@pytest.fixture
def van(keep: Any, county: Any, actor: Any, now: Any) -> None:
    """Ten points on a road and two beside all roads; the last has no value."""
    place = Place.objects.get(path=SOUTH)
    for code, lat in (("R1", 36.2), ("R2", 36.3)):
        values = {
            "code": code, "name_zh": f"{code} 路", "category": "road_segment", "place": place,
            "shape": f'{{"type":"LineString","coordinates":[[116.4,{lat}],[116.6,{lat}]]}}',
        }  # fmt: skip
        create(SOURCES, values, by=actor, now=now)
    t = START_T + 3_600 + np.arange(12)
    lat = np.where(np.arange(12) < 10, 36.2001, 36.25)
    values = np.column_stack([np.arange(12.0) * 10, np.full(12, 7.0)])
    values[11] = np.nan
    places = (116.5 + 0.0005 * np.arange(12), lat, np.full(12, np.nan))
    keep("VAN-1", pack_track(track_of(t, places, [("PM2.5", "ug/m3"), ("=x", "")], values)))


def test_a_vans_points_go_to_segments_and_the_rest_stays_points(van: None, client_as: Any) -> None:
    client = client_as("headquarters")
    page = client.get("/profiles/track/VAN-1/")
    assert (page.context["snapped"], page.context["touched"], page.context["every"]) == (10, 1, 2)
    cells = [row["cells"] for row in page.context["table"]["rows"]]
    assert cells == [
        ["R1 路", 10, "45.0", "45.0", "81.0", "90.0", "01:00", "01:00"],
        ["未归入路段", 1, "100.0", "100.0", "100.0", "100.0", "01:00", "01:00"],
    ]
    data = client.get("/profiles/track/VAN-1/map.json").json()
    assert len(data["points"]) == 12
    assert data["points"][11]["title"].endswith("—")
    roads = {
        f["properties"]["name"]: "colour" in f["properties"] for f in data["lines"]["features"]
    }
    assert roads == {"R1 路": True, "R2 路": False}
    assert [one["title"] for one in data["listed"]] == ["R1 路", "未归入路段"]
    rows = table(client, "/profiles/track/VAN-1/points.csv")
    assert rows[1][-2:] == ["PM2.5 (ug/m3)", "'=x"]
    assert [row[3] for row in rows[2:]] == ["R1"] * 10 + ["", ""]
    assert client.get("/profiles/track/VAN-1/?factor=O3").status_code == 400


def test_who_does_not_reach_the_roads_sees_points_alone(van: None, client_as: Any) -> None:
    page = client_as("township", area="/990000/990100/990102/").get("/profiles/track/VAN-1/")
    assert (page.context["snapped"], page.context["every"]) == (0, 0)
    assert page.context["points"] == 12


def test_a_flight_is_shown_by_layers_from_the_top(keep: Any, client_as: Any) -> None:
    t = START_T + 1 + np.arange(6)
    height = np.array([3.0, 8.0, 14.0, 36.0, 37.0, np.nan])
    places = (np.full(6, 116.5), np.full(6, 36.2), height)
    values = np.array([[60.0], [50.0], [40.0], [20.0], [22.0], [9.0]])
    keep("UAV-1", pack_track(track_of(t, places, [("O3", "ug/m3")], values), FLIGHT))
    client = client_as("headquarters")
    data = client.get("/profiles/flight/UAV-1/layers.json").json()
    assert [(i["name"], i["value"]) for i in data["items"]] == [
        ("30–40 m", 21.0), ("20–30 m", None), ("10–20 m", 40.0), ("0–10 m", 55.0),
    ]  # fmt: skip
    assert table(client, "/profiles/flight/UAV-1/layers.csv")[-1] == [
        "0–10",
        "2",
        "55.0",
        "50.0",
        "60.0",
    ]
    assert client.get("/profiles/flight/UAV-1/").status_code == 200
    assert "UAV-1" in client.get("/profiles/").text


def test_where_no_gate_ran_there_is_nothing_yet(open_lake: Lake, client_as: Any) -> None:
    assert "尚无数据" in client_as("headquarters").get("/profiles/").text


def table(client: Any, path: str) -> list[list[str]]:
    return list(csv.reader(StringIO(client.get(path).content.decode("utf-8-sig"))))
