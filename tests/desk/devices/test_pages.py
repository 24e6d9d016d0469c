"""Pages of devices, on the real store: states, one device, its frames, adoption, commands."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from django.utils import timezone

from desk.devices.conftest import NORTH, PASSWORD, SOUTH
from lantian.desk.devices.jobs import captures, keep
from lantian.desk.devices.models import Device
from lantian.desk.intents.models import Intent
from lantian.desk.jobs.worker import work_off
from lantian.desk.log.models import Entry
from lantian.lake.commands import CommandState, commands, ended, note
from lantian.lake.device import read_devices

MINUTE = timedelta(minutes=1)
PM = {"a34004": "35.2", "a34002": "60"}


@pytest.fixture
def five(device, published, gate, now) -> None:
    """One in each state, one of them in the north, and one of another township that reports."""
    for mn in ("FRESH", "TARDY", "MUTE", "NEVER"):
        device(mn)
    device("FAR", at="N1")
    published()
    gate.hear("FRESH", 3 * MINUTE, PM)
    gate.hear("FRESH", 1 * MINUTE, {**PM, "a34004": "36.25"}, clock=timedelta(seconds=4))
    gate.hear("FAR", 1 * MINUTE, PM)
    gate.hear("TARDY", 30 * MINUTE, PM)
    gate.hear("MUTE", 300 * MINUTE, PM)
    gate.hear("NOBODY", 2 * MINUTE, PM, password="guess")  # noqa: S106


def states(client, query: str = "") -> dict[str, str]:
    text = client.get(f"/devices/state.csv{query}").content.decode("utf-8-sig")
    return {row[0]: row[2] for row in list(csv.reader(StringIO(text)))[2:]}


def test_every_state_is_told_apart_and_counted(five, client_as) -> None:
    client = client_as("headquarters")
    assert states(client) == {
        "MUTE": "无声", "NEVER": "无声", "NOBODY": "隔离", "TARDY": "迟到", "FAR": "在报",
        "FRESH": "在报",
    }  # fmt: skip
    assert set(states(client, "?state=late")) == {"TARDY"}
    assert set(states(client, f"?area={NORTH}")) == {"FAR"}
    assert set(states(client, "?kind=micro")) == {"FAR"}
    page = client.get("/devices/state/")
    assert [(c["state"].value, c["count"]) for c in page.context["counts"]] == [
        ("reporting", 2), ("late", 1), ("silent", 2), ("quarantined", 1),
    ]  # fmt: skip
    assert "/devices/of/NOBODY/" in page.text


def test_a_township_sees_its_own_devices_alone(five, client_as) -> None:
    client = client_as("township", area=NORTH)
    assert set(states(client)) == {"FAR"}
    assert client.get("/devices/of/FAR/").status_code == 200
    for path in ("of/FRESH/", "of/FRESH/frames/", "of/NOBODY/"):
        assert client.get(f"/devices/{path}").status_code == 404
    for path in ("unknown/", "of/FAR/command", "publish"):
        assert client.get(f"/devices/{path}").status_code == 403
    assert client_as("grid_member").get("/devices/state/").status_code == 403


def test_gaps_clock_and_grade_are_counted(five, gate, client_as, now) -> None:
    for minute in range(24, 3, -1):
        gate.hear("MUTE", minute * MINUTE, PM)
    gate.hear("MUTE", MINUTE / 60, {}, cn="9015", clock=timedelta(seconds=4))
    keep(captures(now))
    monitor = next(
        row for row in client_as("headquarters").get("/devices/state/").context["table"]["rows"]
        if row["key"] == "MUTE"
    )  # fmt: skip
    cells = monitor["cells"]
    assert float(cells[5]) == pytest.approx(4.0, abs=0.1)
    assert float(cells[6]) == float(cells[7]) == pytest.approx(100 * (1 - 21 / 297), abs=0.5)
    assert float(cells[8]) == pytest.approx(21 * 2 / 60, abs=0.1)
    assert cells[-1] == {"text": "D", "tag": "bad"}
    shown = client_as("headquarters").get("/devices/of/MUTE/").context
    assert [strip["span_s"] for strip in shown["strips"]] == [60, 60]
    assert shown["gaps"][-1].intervals == pytest.approx(276, abs=2)


def test_a_frame_shows_what_was_said_and_what_it_became(five, gate, client_as) -> None:
    client = client_as("headquarters")
    days = {f"{timezone.localtime() - n * MINUTE:%Y-%m-%d}" for n in (1, 3)}
    listed = [
        row for day in days
        for row in client.get(f"/devices/of/FRESH/frames/?day={day}").context["table"]["rows"]
    ]  # fmt: skip
    assert len(listed) == 2
    page = client.get(listed[0]["href"])
    assert PASSWORD not in page.text
    assert "PW=***" in page.text
    assert "36.25" in page.text
    assert r"\r\n</pre>" in page.text
    assert [row["cells"][2] for row in page.context["stored"]["rows"]] == ["60", "36.25"]
    assert page.context["hours"][0]["waits"]
    assert "/air/why/hour/S1/" in page.context["hours"][0]["url"]
    other = listed[0]["href"].replace("FRESH", "TARDY")
    assert client.get(other).status_code == 404


def test_adoption_takes_quarantined_frames_back_in(five, gate, client_as, now) -> None:
    client = client_as("headquarters")
    assert "/devices/unknown/NOBODY/" in client.get("/devices/unknown/").text
    form = client.get("/devices/unknown/NOBODY/").context["form"]
    assert form.initial["units"] == "a34002=ug/m3 a34004=ug/m3"
    given = {"station": "S1", "password": "guess", "units": form.initial["units"], "minutes": "1"}
    assert client.post("/devices/unknown/NOBODY/", {**given, "minutes": "7"}).status_code == 422
    assert client.post("/devices/unknown/NOBODY/", given).status_code == 302
    assert "待写入" in client.get("/devices/unknown/").text
    assert gate.adopt("NOBODY") == 0
    work_off()
    assert gate.adopt("NOBODY") == 1
    assert states(client)["NOBODY"] == "在报"
    assert "guess" in {d.password for d in read_devices(gate.lake.ledger)}


def test_passwords_are_nowhere_in_clear(five, client_as) -> None:
    """Not in the desk's tables, its log, its files; the lake alone knows them."""
    device = Device.objects.get(mn="FRESH")
    client = client_as("headquarters")
    pages = [f"/devices/{device.pk}/", "/devices/publish", "/devices/of/FRESH/", "/devices/",
             "/log/", f"/devices/{device.pk}/edit"]  # fmt: skip
    assert not [path for path in pages if PASSWORD in client.get(path).text]
    assert not [e for e in Entry.objects.values_list("after", flat=True) if PASSWORD in str(e)]
    assert not [b for b in Intent.objects.values_list("body", flat=True) if PASSWORD in str(b)]
    assert {row["password"] for row in Intent.objects.get().body["rows"]} == {"***"}


def test_another_password_differs_and_is_published(five, client_as, gate) -> None:
    client = client_as("headquarters")
    assert "台账与数据湖一致" in client.get("/devices/publish").text
    device = Device.objects.get(mn="FRESH")
    form = client.get(f"/devices/{device.pk}/edit").context["form"]
    given = {name: form.initial.get(name) or "" for name in form.fields}
    sent = {**given, "version": 1, "was": form.initial["was"], "password": "fresh1"}
    assert client.post(f"/devices/{device.pk}/edit", sent).status_code == 302
    page = client.get("/devices/publish").text
    assert "密码不同" in page
    assert "fresh1" not in page
    assert client.post("/devices/publish").status_code == 302
    assert client.post("/devices/publish").status_code == 409
    work_off()
    held = {d.mn: d.password for d in read_devices(gate.lake.ledger)}
    assert (held["FRESH"], held["TARDY"]) == ("fresh1", PASSWORD)


def test_a_command_is_asked_queued_and_answered(five, client_as, gate, now) -> None:
    client = client_as("headquarters")
    path = "/devices/of/FRESH/command?cn=1062"
    for given in ({"RtdInterval": "30"}, {"RtdInterval": "5", "reason": "r", "sure": "on"}):
        assert client.post(path, given).status_code == 422
    assert not Intent.objects.filter(kind="gate.command").exists()
    sent = {"RtdInterval": "30", "reason": "试", "sure": "on"}
    assert client.post(path, sent).status_code == 302
    assert "待写入" in client.get("/devices/commands/").text
    work_off()
    assert "待发送" in client.get("/devices/commands/").text
    (queued,) = commands(gate.store.ledger)
    assert (queued.mn, queued.cn, queued.items) == ("FRESH", "1062", (("RtdInterval", "30"),))
    note(gate.store.ledger, [ended(queued, CommandState.REFUSED, "QnRtn=3", queued.asked_us)])
    page = client.get("/devices/of/FRESH/").text
    assert "被拒绝" in page
    assert "QnRtn=3 PW 错误" in page
    assert "headquarters" in page
    assert client_as("department").get(path).status_code == 403
    assert Entry.objects.filter(action="device.ask", key="FRESH").exists()


@pytest.mark.parametrize(
    ("begin", "end", "said"),
    [
        ("2026-01-01T00:00", "2025-01-01T00:00", "早于首个区间"),
        ("2020-01-01T00:00", "2020-01-03T00:00", "最多 24 小时"),
        ("2999-01-01T00:00", "2999-01-01T00:00", "尚未到来"),
        ("yesterday", "2020-01-01T00:00", "2026-03-01T08:00"),
    ],
)
def test_a_period_that_cannot_be_asked_for_is_refused(five, client_as, begin, end, said) -> None:
    given = {"BeginTime": begin, "EndTime": end, "reason": "r", "sure": "on"}
    answer = client_as("headquarters").post("/devices/of/FRESH/command?cn=2051", given)
    assert answer.status_code == 422
    assert said in answer.text


def test_without_a_gate_the_pages_say_so(device, published, client_as) -> None:
    device("QUIET")
    client = client_as("headquarters")
    assert states(client) == {"QUIET": "无声"}
    for path in ("state/", "unknown/", "commands/", "of/QUIET/", "of/QUIET/frames/"):
        assert client.get(f"/devices/{path}").status_code == 200
    assert client.get("/devices/of/QUIET/command").status_code == 403


def test_my_day_tells_of_silent_devices_in_the_area(five, client_as) -> None:
    assert "/devices/of/MUTE/" in client_as("township", area=SOUTH).get("/").text
    assert "/devices/of/" not in client_as("township", area=NORTH).get("/").text


def test_the_page_of_states_asks_few_questions(
    five, client_as, django_assert_max_num_queries
) -> None:
    client = client_as("headquarters")
    client.get("/devices/state/")
    with django_assert_max_num_queries(14):
        client.get("/devices/state/")
