"""Every page and file of the air: it opens in both languages for those who may, or says why not."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from lantian.desk.air.queries.ground import Ground
from lantian.desk.air.urls import urlpatterns
from lantian.desk.rights.table import table
from lantian.flows.add import add_files
from lantian.lake.store import Lake

type Stand = Callable[[Path], None]

PAGES = [
    "/air/",
    "/air/place/北京市/",
    "/air/place/朝阳区/?period=2015-12&with=海淀区&item=aqi",
    "/air/station/Dongsi/?period=2016&item=all",
    "/air/station/Dongsi/?from=2016-03-01&to=2016-03-07",
    "/air/ranking/",
    "/air/ranking/?period=2015-12&level=district&index=ranking-2014",
    "/air/ranking/?period=2016&level=station&months=3",
    "/air/ranking/?period=2016-Q3&sand=1",
    "/air/targets/",
    "/air/targets/?of=北京市",
    "/air/reconcile/",
    "/air/exceptional/?period=2015-04",
    "/air/rules/",
    "/air/rules/?on=2015-06-01",
    "/air/rules/aqi/",
    "/air/rules/changes/",
    "/air/quality/",
    "/air/quality/audit/",
    "/air/why/station/Dongsi/2015-12-01",
    "/air/why/station/Dongsi/2015-12-01?pollutant=PM2.5&as_of=1",
    "/air/why/hour/Dongsi/2015-12-01T14",
    "/air/why/hour/北京市/2015-12-01T14",
    "/air/why/place/朝阳区/2015-12?level=district",
    "/air/why/place/朝阳区/2015-12?sand=1",
]
FILES = [
    ("/air/today-map.json", "application/json"),
    ("/air/today.csv", "text/csv"),
    ("/air/today.txt", "text/plain"),
    ("/air/place/北京市.txt", "text/plain"),
    ("/air/series/Dongsi.json?period=2016&step=hour", "application/json"),
    ("/air/series/Dongsi.csv?period=2016-03", "text/csv"),
    ("/air/calendar/北京市.json?year=2015", "application/json"),
    ("/air/calendar/北京市.csv?year=2015", "text/csv"),
    ("/air/course/北京市.json?period=2015&item=o3", "application/json"),
    ("/air/ranking.csv?period=2015-12", "text/csv"),
    ("/air/ranking.xlsx?period=2015-12", "application/vnd.openxmlformats"),
    ("/air/ranking.txt?period=2015-12", "text/plain"),
    ("/air/trajectory.json?period=2015-12", "application/json"),
    ("/air/trajectory.csv?period=2015-12", "text/csv"),
    ("/air/targets.csv", "text/csv"),
    ("/air/targets.txt", "text/plain"),
    ("/air/quality.csv?period=2016", "text/csv"),
    ("/air/why/station/Dongsi/2015-12-01.json", "application/json"),
    ("/air/why/station/Dongsi/2015-12-01.pdf", "application/pdf"),
    ("/air/why/hour/Dongsi/2015-12-01T14.json", "application/json"),
    ("/air/why/place/朝阳区/2015-12.pdf", "application/pdf"),
]
WRONG = [
    ("/air/?place=无此县", 404),
    ("/air/place/无此地/", 404),
    ("/air/station/9999Z/", 404),
    ("/air/place/北京市/?period=soon", 400),
    ("/air/place/北京市/?period=0000", 400),
    ("/air/place/北京市/?period=1900..2190", 400),
    ("/air/place/北京市/?period=2031-05", 404),
    ("/air/place/北京市/?from=2016-02-30", 400),
    ("/air/place/北京市/?from=2016-03-02&to=2016-03-01", 400),
    ("/air/series/Dongsi.json?item=nox", 400),
    ("/air/series/Dongsi.json?step=minute", 400),
    ("/air/series/Dongsi.json?period=2014..2016&step=hour", 400),
    ("/air/series/Dongsi.json?with=9999Z", 400),
    ("/air/calendar/Dongsi.json?year=zwei", 400),
    ("/air/calendar/Dongsi.json?year=99999", 400),
    ("/air/course/Dongsi.json?item=aqi", 400),
    ("/air/ranking/?level=province", 400),
    ("/air/ranking/?index=mine", 400),
    ("/air/ranking/?rules=HJ633-1999", 400),
    ("/air/ranking/?months=0", 400),
    ("/air/ranking/?months=-3", 400),
    ("/air/ranking/?last=１２", 400),
    ("/air/ranking/?period=2012-05", 400),
    ("/air/targets/?of=无此地", 404),
    ("/air/rules/?on=2016-13-01", 400),
    ("/air/rules/?on=1990-01-01", 400),
    ("/air/rules/nothing/", 404),
    ("/air/quality/?period=2030", 404),
    ("/air/why/station/Dongsi/yesterday", 400),
    ("/air/why/station/9999Z/2015-12-01", 400),
    ("/air/why/station/Dongsi/2015-12-01?pollutant=NOx", 400),
    ("/air/why/station/Dongsi/2015-12-01?as_of=99999", 400),
    ("/air/why/hour/Dongsi/2015-12-01", 400),
    ("/air/why/hour/Dongsi/2017-02-28T23", 404),
    ("/air/why/place/无此地/2015-12", 404),
    ("/air/why/place/朝阳区/2015-12?level=province", 400),
    ("/air/reconcile/" + "0" * 64 + ".csv/", 404),
    ("/air/reconcile/..%2F..%2Fdesk.csv/", 404),
    ("/air/exceptional/?level=province", 400),
]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_opens_in_both_languages(reader: Client, path: str) -> None:
    join = "&" if "?" in path else "?"
    zh, en = (reader.get(f"{path}{join}lang={lang}") for lang in ("zh-hans", "en"))
    assert (zh.status_code, en.status_code) == (200, 200)
    assert 'lang="zh-Hans"' in zh.text
    assert '<html lang="en"' in en.text
    assert zh.text != en.text


@pytest.mark.parametrize(("path", "kind"), FILES)
def test_a_file_comes_in_its_kind(reader: Client, path: str, kind: str) -> None:
    answer = reader.get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith(kind)
    assert len(answer.content) > 40


@pytest.mark.parametrize(("path", "status"), WRONG)
def test_a_wrong_question_is_told_and_never_a_fault(reader: Client, path: str, status: int) -> None:
    assert reader.get(path).status_code == status


def test_every_page_says_what_its_numbers_are_as_of(reader: Client) -> None:
    page = reader.get("/air/ranking/?period=2015-12").text
    assert "2017-02-28 23:00" in page
    assert "非当前" in page


def test_every_route_is_in_the_table_of_rights() -> None:
    routes = {f"air:{pattern.name}" for pattern in urlpatterns}
    listed = {route for route in table().routes if route.startswith("air:")}
    assert routes == listed


def test_who_may_not_read_is_refused_and_who_may_not_export_gets_no_file(
    beijing: Ground, client_as: Callable[..., Client]
) -> None:
    assert client_as("administrator").get("/air/").status_code == 403
    member = client_as("grid_member")
    page = member.get("/air/")
    assert page.status_code == 200
    assert "today.csv" not in page.text
    assert member.get("/air/today.csv").status_code == 403
    assert member.get("/air/reconcile/").status_code == 403
    assert member.post("/air/exceptional/submit").status_code == 403
    assert client_as("department").post("/air/exceptional/decide").status_code == 403
    auditor = client_as("auditor")
    assert auditor.get("/air/rules/").status_code == 200
    assert auditor.get("/air/ranking/").status_code == 403


def test_nobody_reads_without_signing_in(beijing: Ground, db: None) -> None:
    assert Client().get("/air/").status_code == 302


def test_an_empty_lake_says_what_to_do(
    stand: Stand, client_as: Callable[..., Client], tmp_path: Path
) -> None:
    Lake.init(tmp_path / "empty")
    stand(tmp_path / "empty")
    client = client_as("headquarters")
    for path in ("/air/", "/air/ranking/", "/air/place/北京市/", "/air/quality/", "/air/targets/"):
        page = client.get(path)
        assert page.status_code == 200, path
        assert "还没有监测数据" in page.text, path
    assert client.get("/air/rules/").status_code == 200
    data = client.get("/air/today-map.json")
    assert data.status_code == 404
    assert data.json()["what"] == "还没有监测数据"


def test_a_lake_without_a_roster_says_what_to_do(
    stand: Stand, client_as: Callable[..., Client], tmp_path: Path
) -> None:
    folder = tmp_path / "loose"
    hours = tmp_path / "hours.csv"
    hours.write_text(
        "station,time,pm25\n" + "".join(f"1001A,2019-06-01 {h:02d}:00,35\n" for h in range(1, 24)),
        encoding="utf-8",
    )
    Lake.init(folder)
    with Lake.open(folder) as lake:
        add_files(lake, [hours], progress=print)
    stand(folder)
    page = client_as("headquarters").get("/air/?lang=en")
    assert page.status_code == 200
    assert "the roster has no places yet" in page.text


def test_no_lake_at_all_is_told(
    stand: Stand, client_as: Callable[..., Client], tmp_path: Path
) -> None:
    stand(tmp_path)
    assert client_as("headquarters").get("/air/").status_code == 503


def test_the_chosen_place_stays_for_the_session(
    stand: Stand, client_as: Callable[..., Client], two_roots: Path
) -> None:
    stand(two_roots)
    client = client_as("headquarters")
    first = client.get("/air/").text
    other = client.get("/air/?place=甲县").text
    assert "<h1>甲县" in other
    assert "<h1>甲县" not in first
    assert "<h1>甲县" in client.get("/air/").text
    assert client.get("/air/?place=乙县").status_code == 404


def test_a_place_of_the_other_root_is_seen_from_its_own_root(
    stand: Stand, client_as: Callable[..., Client], two_roots: Path
) -> None:
    stand(two_roots)
    page = client_as("headquarters").get("/air/place/朝阳区/?period=2015-12")
    assert page.status_code == 200
    assert "2017-02-28 23:00" in page.text
