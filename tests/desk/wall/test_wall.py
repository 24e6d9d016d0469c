"""The wall: who sees it, that it says what the pages say, and how long its sign-in lives."""

import csv
import json
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from io import StringIO

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from desk.wall.conftest import LAST, NOW
from lantian.desk.accounts.models import Session
from lantian.desk.accounts.session import STARTED
from lantian.desk.air.queries.ground import Ground
from lantian.desk.air.queries.ranking import Asked, ranking_page
from lantian.desk.air.queries.today import today
from lantian.desk.duties.models import Shift
from lantian.desk.people.models import Organisation, Person
from lantian.desk.places.models import Place
from lantian.desk.rights.table import table
from lantian.desk.wall import queries
from lantian.desk.wall.screens import SCREENS
from lantian.terms.period import parse_period

PAGES = ["/wall", "/wall/map.json", *(f"/wall/{name}" for name in SCREENS)]
_MONTH = parse_period("2026-03-01..2026-03-03")


@pytest.fixture
def reader(small: Ground, client_as) -> Client:
    return client_as("official")


def page_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.content[:300]
    return unescape(answer.content.decode())


def cells(page: str, mark: str) -> dict[str, list[str]]:
    """Cells of each row of a table, by the row's `data-{mark}`."""
    found = {}
    for key, row in re.findall(rf'<tr[^>]*data-{mark}="([^"]+)"[^>]*>(.*?)</tr>', page, re.DOTALL):
        shown = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        found[key] = [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in shown]
    return found


def table_file(client: Client, path: str) -> list[dict[str, str]]:
    """Rows of a CSV file of the air pages, which begins with lines of headings."""
    lines = list(csv.reader(StringIO(client.get(path).content.decode("utf-8-sig"))))
    head = max(range(len(lines)), key=lambda n: (len(lines[n]), -n))
    return [dict(zip(lines[head], line, strict=True)) for line in lines[head + 1 :]]


@pytest.mark.parametrize("role", sorted(table().roles))
def test_the_wall_is_for_those_who_may_see_it(small: Ground, client_as, role: str) -> None:
    may = "wall.read" in table().roles[role].may
    client = client_as(role)
    for path in PAGES:
        assert client.get(path).status_code == (200 if may else 403), path
        assert client.post(path).status_code == (405 if may else 403), path


def test_a_stranger_must_sign_in(small: Ground, client: Client) -> None:
    for path in PAGES:
        assert client.get(path).headers["Location"].startswith("/sign-in?next=/wall")


def test_who_sees_the_wall_may_see_what_it_shows() -> None:
    """The wall has no numbers of its own, so it needs no more than its pages."""
    shown = {screen.needs for screen in SCREENS.values()}
    for role in table().roles.values():
        assert "wall.read" not in role.may or shown <= role.may, role.name


def test_the_address_chooses_screens_seconds_and_place(reader: Client) -> None:
    page = page_of(reader, "/wall?screens=duty,ranking&seconds=45&place=甲县")
    assert re.findall(r'data-step="(\w+)"', page) == ["duty", "ranking"]
    assert 'data-seconds="45"' in page
    assert 'data-screen="duty"' in page
    assert re.findall(r'data-url="([^"]+)"', page)[1] == "/wall/ranking?place=%E7%94%B2%E5%8E%BF"
    assert "data-map" not in page.partition("<main")[2]
    assert re.findall(r'data-step="(\w+)"', page_of(reader, "/wall")) == list(SCREENS)


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("screens=map,clock", 400, "clock"),
        ("seconds=4", 400, "5–120"),
        ("seconds=121", 400, "5–120"),
        ("seconds=x", 400, "5–120"),
        ("place=乌有", 404, "乌有"),
    ],
)
def test_a_wrong_address_is_told(reader: Client, query: str, status: int, said: str) -> None:
    answer = reader.get(f"/wall?{query}")
    assert answer.status_code == status
    assert said in answer.content.decode()
    assert reader.get("/wall/clock").status_code == 404


def test_the_stations_are_those_of_the_page_with_the_late_ones_on_top(
    client_as, small: Ground
) -> None:
    reader = client_as("official")
    shown = cells(page_of(reader, "/wall/stations"), "station")
    held = {row["编码"]: row for row in table_file(reader, "/air/today.csv")}
    assert list(shown) == ["3T", "2T", "1A"]
    assert shown.keys() == held.keys()
    for code, row in held.items():
        values = [row["AQI"], *list(row.values())[-6:]]
        printed = [shown[code][2].split()[0], *shown[code][4:10]]
        assert [float(v) if v else None for v in values] == [
            None if p == "—" else float(p) for p in printed
        ], code
    assert [row[-1] for row in shown.values()] == ["24小时无数据", "缺 2 小时", "正常"]


def test_the_ranking_is_that_of_the_page_with_yesterday_beside_it(
    reader: Client, small: Ground
) -> None:
    shown = cells(page_of(reader, "/wall/ranking"), "place")
    held = ranking_page(small, Asked("county", _MONTH))
    assert list(shown) == [one.row.place for one in held.rows] == ["甲县", "乙县", "丙县"]
    for one in held.rows:
        gaps = [gap.gap.text if gap else "—" for gap in (one.ahead, one.behind)]
        printed = shown[one.row.place]
        assert [printed[0], printed[2], *printed[4:]] == [
            one.row.rank.text, one.row.index.text, *gaps
        ]  # fmt: skip
    # By the first two days 乙县 led; the third brought 甲县 before it.
    assert [row[3] for row in shown.values()] == ["▲ 1", "▼ 1", "持平"]
    air = page_of(reader, f"/air/ranking/?period={_MONTH.label}&level=county")
    assert all(row[2] in air for row in shown.values())
    within = cells(page_of(reader, "/wall/ranking?page=2"), "place")
    assert list(within) == ["东镇", "西镇"]
    assert cells(page_of(reader, "/wall/ranking?page=9"), "place") == shown


def test_the_place_its_hour_and_its_last_hours_are_those_of_the_pages(
    reader: Client, small: Ground
) -> None:
    page = page_of(reader, "/wall/map")
    seen = today(small, timezone.now())
    assert seen.at == LAST
    hour = seen.hour
    assert f'<b class="aqi-value">{hour.aqi.text}</b>' in page
    for value in hour.values:
        assert f"<b>{value.text}</b>" in page
    drawn = json.loads(re.findall(r'id="wall-course"[^>]*>(.*?)</script>', page)[0])
    values = drawn["series"][0]["values"]
    path = "/air/series/甲县.json?item=aqi&step=hour&from=2026-03-03&to=2026-03-04"
    held = reader.get(path).json()
    until = 24 + LAST.hour
    assert values == held["series"][0]["values"][until - 24 : until]
    assert values[-1] == hour.aqi.value
    assert drawn["times"] == {"start": "2026-03-03T07:00", "step_h": 1, "n": 24}
    assert "西镇站、东镇站" in page


@pytest.mark.parametrize("name", ["map", "ranking", "targets", "stations"])
def test_a_screen_says_as_of_when_and_how_old_that_is(small: Ground, name: str) -> None:
    for hours, words in ((2, ""), (4, "滞后 4 小时"), (30, "非当前，已过 1 天")):
        context, _ = SCREENS[name].gather("甲县", NOW + timedelta(hours=hours), 1)
        given = {**context, "template": SCREENS[name].template, "session_ends": NOW}
        foot = re.sub(r"<[^>]+>", "", render_to_string("wall/screen.html", given))
        assert "数据至 2026-03-04 06:00" in foot
        assert " ".join(re.findall(r"滞后 \d+ 小时|非当前，已过 \d+ 天", foot)) == words


def test_the_map_is_that_of_the_page_and_leaves_the_reader_s_place_alone(
    client_as, small: Ground
) -> None:
    reader = client_as("official")
    shown = reader.get("/wall/map.json?place=甲县").json()
    assert [point["label"] for point in shown["points"]].count("—") == 2
    assert "air_place" not in reader.session
    held = reader.get("/air/today-map.json").json()
    for point in held["points"]:
        assert point.pop("href").startswith("/air/station/")
    assert shown == held


def test_the_targets_are_those_of_the_page(reader: Client) -> None:
    page = page_of(reader, "/wall/targets")
    rows = page.partition("<tbody>")[2].partition("</tbody>")[0]
    missed, going = re.findall(r'class="tag tag-(\w+)">([^<]+)<', rows)
    assert (missed, going) == (("bad", "未实现"), ("info", "进行中"))
    for row in table_file(reader, "/air/targets.csv"):
        assert row["说明"].replace("PM2.5", "PM<sub>2.5</sub>") in page
        assert f"<b>{row['目标']}</b>" in page


@pytest.mark.parametrize("name", SCREENS)
def test_every_screen_speaks_english(reader: Client, name: str) -> None:
    page = page_of(reader, f"/wall/{name}?lang=en")
    text = re.sub(r"<script.*?</script>|<[^>]+>", " ", page, flags=re.DOTALL)
    words = {"甲县", "乙县", "丙县", "东镇", "西镇", "县政府", "东镇站", "西镇站"}
    strange = set(re.findall(r"[\u4e00-\u9fff]+", text)) - words
    assert strange == set()


def test_without_data_the_wall_says_what_to_do_and_still_shows_who_is_on_duty(
    empty: None, client_as
) -> None:
    reader = client_as("official")
    page = page_of(reader, "/wall")
    assert "还没有监测数据" in page
    assert "data-map-list" not in page
    assert "无人" in page_of(reader, "/wall/duty")


@pytest.fixture
def people(db: None, now: datetime) -> list[Person]:
    changed = {"changed_at": now, "changed_by": "t"}
    place = Place.objects.create(code="99", name_zh="甲县", level="county", path="/99/", **changed)
    office = Organisation.objects.create(
        code="O", kind="department", name_zh="环境局", place=place, **changed
    )
    return [
        Person.objects.create(
            code=f"P{n}", name_zh=f"值{n}", organisation=office, phone="13900001111", **changed
        )
        for n in range(3)
    ]


def on(person: Person, day: str, hour: int, position: str = "officer") -> Shift:
    return Shift.objects.create(
        code=f"{day}-{position}", day=day, from_hour=hour, position=position, person=person,
        place=person.organisation.place, changed_at=NOW, changed_by="t",
    )  # fmt: skip


def test_who_is_on_duty_now_stands_above_who_follows(people: list[Person]) -> None:
    on(people[0], "2026-03-03", 8)
    on(people[1], "2026-03-04", 8)
    on(people[2], "2026-03-05", 8)
    sheet = queries.roster(NOW, 1)
    found = [(one.person, one.running, one.begins.day, one.ends.day) for one in sheet.rows]
    assert found == [("值0", True, 3, 4), ("值1", False, 4, 5)]


def test_the_roster_shows_no_telephone(reader: Client, people: list[Person]) -> None:
    on(people[0], f"{timezone.localdate()}", 0)
    page = page_of(reader, "/wall/duty")
    assert "值0" in page
    assert "139" not in page


def test_polling_keeps_a_session_until_its_last_hour_and_no_longer(reader: Client) -> None:
    begun = timezone.now() - timedelta(hours=11, minutes=50)
    session = reader.session
    session[STARTED] = begun.timestamp()
    session.save()
    page = page_of(reader, "/wall/duty")
    ends = begun + timedelta(hours=12)
    row = Session.objects.get()
    assert abs(row.expire_date - ends) < timedelta(seconds=2)
    assert f"{timezone.localtime(ends):%Y-%m-%d %H:%M}" in page
    assert "请重新登录" in page
    session = reader.session
    session[STARTED] = (timezone.now() - timedelta(hours=12, seconds=1)).timestamp()
    session.save()
    assert reader.get("/wall/duty").status_code == 302


def test_a_fresh_session_says_when_it_ends_without_haste(reader: Client) -> None:
    page = page_of(reader, "/wall/duty")
    started = datetime.fromtimestamp(reader.session[STARTED], UTC)
    ends = timezone.localtime(started + timedelta(hours=12))
    assert f"{ends:%Y-%m-%d %H:%M}" in page
    assert "请重新登录" not in page


@pytest.mark.parametrize("name", SCREENS)
def test_a_screen_asks_few_questions(reader: Client, name: str) -> None:
    path = f"/wall/{name}"
    reader.get(path)
    with CaptureQueriesContext(connection) as asked:
        reader.get(path)
    assert len(asked) <= 10, [q["sql"] for q in asked]
