"""The pages of alarms: open ones first, what stands behind one, answering within one's area."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from lantian.desk import observations
from lantian.desk.alarms import jobs
from lantian.desk.alarms.models import Alarm
from lantian.desk.env import Env, env
from lantian.desk.jobs.services import enqueue
from lantian.desk.jobs.worker import work_off


@pytest.fixture
def shown(house, monkeypatch: pytest.MonkeyPatch, settings: Settings, folder: Path) -> Iterator:
    (folder / "static").mkdir(exist_ok=True)
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    held = Env(house.lake.folder, "", env().settings)
    monkeypatch.setattr(observations, "env", lambda: held)
    monkeypatch.setattr(jobs, "env", lambda: held)
    observations.let_go()
    rule = house.rule()
    house.tick(rule)
    house.hours({1: 80, 2: 91})
    house.hours({1: 80, 2: 88, 3: 20}, station="M1")
    house.tick(rule, 3)
    yield house
    observations.let_go()


def test_open_ones_come_first_and_lists_can_be_narrowed(shown, client_as) -> None:
    client = client_as("headquarters")
    html = client.get("/alarms/").content.decode()
    assert html.index("站N1") < html.index("站M1")
    assert "1 条未解除" in html
    assert "站M1" not in client.get("/alarms/?state=open").content.decode()
    over = client.get("/alarms/?state=over&lang=en").content.decode()
    assert "站N1" not in over
    assert "data corrected" not in over


def test_one_leads_to_its_values_and_is_answered_once(shown, house) -> None:
    alarm = Alarm.objects.get(station="N1")
    client = Client()
    client.force_login(house.first)
    html = client.get(f"/alarms/{alarm.pk}/").content.decode()
    assert "/air/why/hour/N1/2026-03-02T14" in html
    data = json.loads(re.search(r'"alarm-values" type="application/json">(.*?)</script>', html)[1])
    assert [v for v in data["series"][0]["values"] if v is not None] == [80, 91]
    assert [limit["value"] for limit in data["limits"]] == [75, 60]
    answered = client.post(f"/alarms/{alarm.pk}/answer", {"text": "已派人<b>"}, follow=True)
    html = answered.content.decode()
    assert "已派人&lt;b&gt;" in html
    assert "处置说明" not in html
    assert client.post(f"/alarms/{alarm.pk}/answer", {"text": "再"}).status_code == 409


def test_outside_of_ones_area_there_is_nothing(shown, client_as) -> None:
    national, micro = (Alarm.objects.get(station=s) for s in ("N1", "M1"))
    east = client_as("township", area=shown.east.path)
    html = east.get("/alarms/").content.decode()
    assert "站M1" in html
    assert "站N1" not in html
    assert east.get(f"/alarms/{national.pk}/").status_code == 404
    assert east.post(f"/alarms/{national.pk}/answer").status_code == 404
    assert client_as("official").post(f"/alarms/{micro.pk}/answer").status_code == 403
    assert client_as("company").get("/alarms/").status_code == 403


def test_the_rules_are_a_register(shown, client_as) -> None:
    client = client_as("headquarters")
    assert "高值" in client.get("/alarms/alarm_rules/").content.decode()
    assert client.get("/alarms/alarm_rules/new").status_code == 200
    assert client_as("department").get("/alarms/alarm_rules/new").status_code == 403


def test_the_worker_judges_what_came(shown, actor, now, monkeypatch: pytest.MonkeyPatch) -> None:
    """Through the queue, as each minute; the second run finds nothing to do."""
    monkeypatch.setattr(jobs.timezone, "now", lambda: shown.noon + timedelta(hours=6))
    shown.hours({4: 10, 5: 80, 6: 85})
    for _ in range(2):
        enqueue(name="alarms", arguments={}, by=actor, now=now)
        work_off()
    assert Alarm.objects.filter(station="N1").count() == 2
    assert Alarm.objects.get(station="N1", cleared=None).late is False
