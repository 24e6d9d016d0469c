"""My day: what waits for whom, what is late where, what changed; no more than asked for."""

import re
import shutil
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from desk.myday.conftest import EAST, WEST
from desk.register.conftest import HEADINGS, saved, upload, workbook
from lantian.desk import observations
from lantian.desk.accounts.models import Account
from lantian.desk.air.queries.ground import Ground
from lantian.desk.duties.register import DUTIES, SHIFTS
from lantian.desk.intents.services import apply_pending
from lantian.desk.jobs import registry
from lantian.desk.jobs.run import Run
from lantian.desk.jobs.services import enqueue
from lantian.desk.log.actor import Actor
from lantian.desk.myday.queries import Day, Listed, my_day
from lantian.desk.notices.services import notify
from lantian.desk.people.register import APPOINTMENTS, POSTS
from lantian.desk.places.models import Place
from lantian.desk.places.register import PLACES
from lantian.desk.register.models import Batch
from lantian.desk.rights.queries import reach_of
from lantian.desk.rights.table import table
from lantian.desk.sources.register import SOURCES
from lantian.lake.store import Lake

pytestmark = pytest.mark.django_db


NONE = Listed((), 0)


def as_actor(account: Account) -> Actor:
    return Actor(account.pk, account.username, "test", "test")


def day_of(account: Account) -> Day:
    return my_day(
        as_actor(account), reach_of(account.pk, timezone.localdate()), timezone.localtime()
    )


def titles(listed: Listed) -> list[str]:
    return [str(item.title) for item in listed.items]


def client_of(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def page_of(account: Account, query: str = "") -> str:
    answer = client_of(account).get(f"/{query}")
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def tell(account: Account, n: int, due: datetime | None = None) -> None:
    now = timezone.now() - timedelta(hours=2)
    notify(
        kind="task", title=f"查{n}号", text="请查", to=[account.pk], by=Actor.system("test"),
        now=now, needs_receipt=True, due_at=due or timezone.now() + timedelta(hours=n + 1),
    )  # fmt: skip


@pytest.mark.parametrize("role", sorted(table().roles))
def test_everybody_signed_in_has_a_day(small: Ground, land, account_as, role: str) -> None:
    page = page_of(account_as(role))
    may = table().roles[role].may
    assert ("迟了的" in page) == bool({"air.read", "duties.write"} & may)
    assert ("现在值班" in page) == ("duties.read" in may)
    assert ("小时 AQI" in page) == ("air.read" in may)
    assert "没有待办" in page


def test_a_stranger_must_sign_in(client: Client) -> None:
    assert client.get("/").headers["Location"] == "/sign-in?next=/"


def test_notices_wait_for_their_receipt_the_overdue_first(small: Ground, account_as) -> None:
    mine, other = account_as("township"), account_as("township", name="other")
    tell(mine, 1)
    tell(mine, 2, due=timezone.now() - timedelta(hours=1))
    tell(other, 3)
    found = day_of(mine).answer
    assert titles(found) == ["查2号", "查1号"]
    assert [item.tone for item in found.items] == ["bad", "warn"]
    assert "回执已超时" in page_of(mine)
    assert client_of(mine).get(found.items[0].url).status_code == 200


@pytest.fixture
def own_lake(stand, small_folder: Path, tmp_path: Path) -> None:
    """The county's lake, which the test may write to."""
    if not (small_folder / "lake.sqlite").exists():
        pytest.skip("a lake in PostgreSQL is not copied")
    shutil.copytree(small_folder, tmp_path / "own")
    stand(tmp_path / "own")


def claim(by: Account, scope: str, *pollutants: str) -> None:
    asked = {"scope": scope, "day": "2026-03-02", "pollutant": pollutants, "reason": "沙尘过境"}
    answer = client_of(by).post("/air/exceptional/submit", asked)
    assert answer.status_code == 302, answer.content


def test_claims_wait_for_who_decides_on_their_area_and_did_not_declare_them(
    own_lake: None, land, account_as
) -> None:
    writer = account_as("headquarters")
    chief = account_as("leading_group")
    east = account_as("leading_group", name="east", area=EAST)
    claim(writer, "东镇", "PM10", "PM2.5")
    assert day_of(chief).answer == NONE  # it waits for the lake, not for the chief
    apply_pending()
    claim(writer, "西镇", "PM10")
    apply_pending()
    (mine,) = day_of(chief).answer.items
    assert str(mine.title) == "例外事件待审批：2026-03-02"
    assert str(mine.sub) == "3 项申报"
    assert [str(item.sub) for item in day_of(east).answer.items] == ["2 项申报"]
    assert day_of(writer).answer == NONE
    assert day_of(account_as("township")).answer == NONE
    assert "沙尘过境" in client_of(chief).get(mine.url).content.decode()
    decision = {"scope": "西镇", "day": "2026-03-02", "pollutant": "PM10", "state": "approved"}
    assert client_of(chief).post("/air/exceptional/decide", decision).status_code == 302
    assert [str(item.sub) for item in day_of(chief).answer.items] == ["2 项申报"]


def work(run: Run) -> None:
    """Do nothing: the test says what became of it."""


@pytest.fixture
def failed_job(now: datetime):
    """Let a job of an account fail some days ago."""
    registry.job("test-fails", zh="测试导出", en="Test export")(work)

    def fail(account: Account | None, days: int = 0) -> str:
        by = as_actor(account) if account else Actor.system("scheduler")
        job = enqueue(name="test-fails", by=by, now=now)
        rows = DBTaskResult.objects.filter(pk=job)
        rows.update(status="FAILED", finished_at=now - timedelta(days=days))
        return str(job)

    yield fail
    registry.forget("test-fails")


def test_a_failed_job_asks_its_owner_and_who_runs_the_system(
    small: Ground, account_as, failed_job
) -> None:
    mine, other = account_as("township"), account_as("headquarters")
    runs = account_as("administrator")
    job = failed_job(mine)
    failed_job(None)
    failed_job(mine, days=8)
    found = day_of(mine).answer
    assert [(item.url, item.tone) for item in found.items] == [(f"/jobs/{job}", "bad")]
    assert titles(found) == ["测试导出"]
    assert day_of(other).answer == NONE
    assert len(day_of(runs).answer.items) == 2
    assert client_of(mine).get(found.items[0].url).status_code == 200


def test_an_import_waits_for_its_sender_until_it_is_decided(
    small: Ground, land, account_as
) -> None:
    sender, other = account_as("headquarters"), account_as("headquarters", name="other")
    rows = [["990191", "丁镇", "乡镇", "99"], ["990192", "戊镇", "乡镇", "没有"]]
    sheet = upload(saved(workbook(*rows, headings=HEADINGS)), "新镇.xlsx")
    client = client_of(sender)
    client.post("/places/import", {"file": sheet, "coordinates": "wgs84"})
    batch = Batch.objects.get()
    assert (batch.state, batch.faults) == ("checked", 2 if batch.created == 0 else 1)
    (item,) = day_of(sender).answer.items
    assert str(item.title) == "导入待确认：新镇.xlsx"
    assert str(item.sub) == f"区域，2 行，{batch.faults} 行有误"
    assert day_of(other).answer == NONE
    assert client.get(item.url).status_code == 200
    client.post(item.url, {"act": "discard"})
    assert day_of(sender).answer == NONE


def test_stations_are_late_for_who_answers_for_their_area(small: Ground, land, account_as) -> None:
    everywhere, east, west = (
        day_of(account_as("township", name=f"t{n}", **where)).late
        for n, where in enumerate(({}, {"area": EAST}, {"area": WEST}))
    )
    assert titles(everywhere)[:2] == ["西镇站：近 24 小时无数据", "东镇站：缺最近 2 小时"]
    assert [item.tone for item in everywhere.items] == ["bad", "warn", "bad"]
    assert titles(east) == ["东镇站：缺最近 2 小时"]
    assert titles(west) == ["西镇站：近 24 小时无数据"]
    assert [item.url for item in everywhere.items[:2]] == ["/air/station/3T/", "/air/station/2T/"]


def test_a_missed_target_is_late_for_the_county_alone(small: Ground, land, account_as) -> None:
    (_, _, item) = day_of(account_as("headquarters", area="/99/")).late.items[-3:]
    assert (str(item.sub), item.url) == ("未实现", "/air/targets/")
    assert item.title.startswith("甲县")
    assert "未实现" not in page_of(account_as("township", area=EAST))


def shift(land, days: int, position: str, person: int = 0, hour: int = 0) -> None:
    land.add(
        SHIFTS, day=timezone.localdate() + timedelta(days=days), from_hour=hour,
        position=position, person=land.people[person], place=land.county,
    )  # fmt: skip


def test_an_empty_roster_is_late_for_who_may_fill_it(small: Ground, land, account_as) -> None:
    chief, town = account_as("headquarters"), account_as("township")
    empty = {"今天无人值班", "明天无人值班"}
    assert empty <= set(titles(day_of(chief).late))
    assert not empty & set(titles(day_of(town).late))
    shift(land, 0, "officer")
    assert empty & set(titles(day_of(chief).late)) == {"明天无人值班"}
    shift(land, 1, "leader")
    assert not empty & set(titles(day_of(chief).late))
    elsewhere = account_as("headquarters", name="elsewhere", area="/98/")
    assert empty <= set(titles(day_of(elsewhere).late))


def test_who_is_on_duty_now_over_my_area(small: Ground, land, account_as) -> None:
    shift(land, 0, "leader", 1)
    shift(land, 0, "officer", 0)
    shift(land, 1, "officer", 1)
    town = day_of(account_as("grid_member", area=EAST))
    assert titles(town.duty) == ["人0", "人1"]
    assert [item.sub for item in town.duty.items] == ["值班员 · 环境局", "值班领导 · 环境局"]
    assert day_of(account_as("township", name="far", area="/98/")).duty == NONE
    assert day_of(account_as("company")).duty is None


def test_my_duties_are_those_of_my_posts(small: Ground, land, account_as) -> None:
    account = account_as("department")
    person = land.people[0]
    person.account = account
    person.save()
    posts = [
        land.add(
            POSTS, code=code, title_zh=code, organisation=land.office, role="department",
            place=land.county, subjects="",
        )
        for code in ("G1", "G2")
    ]  # fmt: skip
    for n, post in enumerate(posts):
        land.add(
            DUTIES, code=f"ZR-{n}", principle="three_musts", organisation=land.office, post=post,
            text_zh=f"管好{n}", citation_zh="某文件",
        )  # fmt: skip
    land.add(APPOINTMENTS, post=posts[1], person=person)
    (duty,) = day_of(account).duties.items
    assert (str(duty.title), duty.sub) == ("管好1", "ZR-1")
    assert client_of(account).get(duty.url).status_code == 200


def source(land, n: int, place: Place, by: str = "张三") -> None:
    land.add(SOURCES, by=by, code=f"S{n}", name_zh=f"厂{n}", category="kiln", place=place)


def test_changes_of_a_day_within_reach_are_grouped_by_who_made_them(
    small: Ground, land, account_as
) -> None:
    east, west = (Place.objects.get(code=code) for code in ("9901", "9902"))
    for n in range(30):
        source(land, n, east)
    source(land, 31, east, by="李四")
    source(land, 32, west, by="王五")
    chief = day_of(account_as("headquarters")).changed
    assert titles(chief) == ["污染源：厂32", "污染源：厂31", "污染源：厂9 等 30 项"]
    assert [item.sub for item in chief.items] == ["王五", "李四", "张三"]
    mine = account_as("township", area=EAST)
    found = day_of(mine).changed
    assert titles(found) == ["污染源：厂31", "污染源：厂9 等 30 项"]
    assert found.items[1].url == "/sources/"
    for item in found.items:
        assert client_of(mine).get(item.url).status_code == 200
    assert day_of(account_as("auditor")).changed is None


def test_a_grid_member_sees_seven_things_at_most(small: Ground, land, account_as) -> None:
    grid = account_as("grid_member", area=WEST)
    for n in range(5):
        tell(grid, n)
    shift(land, 0, "officer")
    land.add(PLACES, code="990201", name_zh="西村", level="village",
             parent=Place.objects.get(code="9902"))  # fmt: skip
    day = day_of(grid)
    lists = (day.answer, day.late, day.duty, day.changed, day.duties)
    assert [len(listed.items) for listed in lists] == [5, 1, 1, 0, 0]
    # The shift's own change and the village's are there, but for the room.
    assert [listed.left_out for listed in lists] == [0, 0, 0, 2, 0]
    page = page_of(grid)
    assert sum(ul.count("<li>") for ul in re.findall(r'<ul class="todo">.*?</ul>', page)) == 7
    assert re.search(r"另有 2\s+项未显示", page)
    assert "没有变化" not in page
    both = account_as("grid_member", "township", area=WEST)
    for n in range(9):
        tell(both, n)
    assert len(day_of(both).answer.items) == 9


def test_the_numbers_are_those_of_the_page_of_today(small: Ground, land, account_as) -> None:
    chief = account_as("headquarters")
    shown = re.findall(r'<b class="aqi-value">(.*?)</b>', page_of(chief))
    air = client_of(chief).get("/air/").content.decode()
    held = re.findall(r'data-figure="(.*?)"', air)
    assert shown == held[:2]
    assert len(set(shown)) == 2


def test_a_day_asks_few_questions_however_much_there_is(
    small: Ground, land, account_as, failed_job
) -> None:
    chief = account_as("headquarters")
    east = Place.objects.get(code="9901")
    for n in range(8):
        tell(chief, n)
        source(land, n, east, by=f"人{n}")
        failed_job(chief)
    shift(land, 0, "officer")
    client = client_of(chief)
    client.get("/")
    lake: list[str] = []
    trace = getattr(observations.lake().ledger.sql, "set_trace_callback", None)
    if trace is None:
        pytest.skip("questions are counted in SQLite")
    trace(lake.append)
    with CaptureQueriesContext(connection) as desk:
        page = client.get("/").content.decode()
    trace(None)
    assert page.count("查") >= 8
    lake = [text for text in lake if text.startswith(("SELECT", "WITH"))]
    assert len(desk) + len(lake) <= 20, [q["sql"][:80] for q in desk] + lake


def test_the_page_reads_english(small: Ground, land, account_as, failed_job) -> None:
    chief = account_as("headquarters")
    failed_job(chief)
    page = page_of(chief, "?lang=en").partition('<main class="page')[2].partition("</main>")[0]
    text = re.sub(r"<[^>]+>", " ", page)
    words = {"甲县", "县政府", "东镇站", "西镇站", "东镇", "西镇"}
    assert set(re.findall(r"[\u4e00-\u9fff]+", text)) - words == set()
    assert "Test export" in text
    assert "Nobody is on duty tomorrow" in text


def test_without_data_the_day_is_there(db: None, account_as, stand, tmp_path: Path) -> None:
    Lake.init(tmp_path / "none")
    stand(tmp_path / "none")
    page = page_of(account_as("grid_member"))
    for words in ("没有待办", "没有迟到", "没有变化", "现在无人值班", "责任清单中没有您的岗位"):
        assert words in page
    assert "小时 AQI" not in page
