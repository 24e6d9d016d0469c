"""The morning brief: text of the flow, once a day, to those who want it and to the groups."""

from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from lantian.desk import observations
from lantian.desk.env import Env, env
from lantian.desk.jobs.queries import job_of
from lantian.desk.jobs.registry import declared
from lantian.desk.jobs.services import enqueue
from lantian.desk.jobs.worker import work_off
from lantian.desk.notices.models import Delivery, Notice, Outgoing, Preference
from lantian.desk.notices.morning import brief_to_send, send_brief
from lantian.errors import BadRequest, NoData
from lantian.flows.add import add_files
from lantian.flows.demo import DATA, DAY
from lantian.flows.refresh import refresh_days
from lantian.lake.enrol import enrol
from lantian.lake.store import Lake


@pytest.fixture(scope="session")
def beijing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("notices") / "beijing"
    Lake.init(folder)
    with Lake.open(folder) as lake:
        add_files(lake, [DATA / "hours.parquet"], layout="prsa", progress=print)
        for register in ("stations", "places", "targets"):
            enrol(lake, register, DATA / f"{register}.csv")
        refresh_days(lake)
    return folder


@pytest.fixture
def stand(beijing, monkeypatch):
    held = Env(beijing, "", env().settings)
    monkeypatch.setattr(observations, "env", lambda: held)
    yield
    observations.let_go()


@pytest.fixture
def morning() -> datetime:
    return timezone.make_aware(datetime.combine(DAY + timedelta(days=1), time(7, 30)))


def send(now: datetime) -> int | None:
    made = brief_to_send(now)
    return None if made is None else send_brief(*made, now)


def test_it_says_what_the_flow_says_in_both_languages(stand, account_as, morning) -> None:
    account_as("headquarters")
    send(morning)
    notice = Notice.objects.get()
    assert notice.title_zh == f"北京市空气质量晨报 {DAY}"
    zh, en = brief_to_send(morning + timedelta(days=1)) or (None, None)
    assert (zh is not None and zh.day) == DAY + timedelta(days=1)
    assert notice.text_zh.startswith("【北京市空气质量晨报】")
    assert "北京市 air quality" in notice.text_en
    assert en is not None


def test_it_goes_once_a_day_to_those_who_may_and_want_it(
    stand, account_as, robot, web, morning
) -> None:
    reader, unwilling = account_as("official", name="甲"), account_as("official", name="乙")
    account_as("auditor", name="审")
    account_as("neighbour", name="邻")
    Preference.objects.create(account=unwilling, brief=False)
    group = robot("wecom", f"{web.origin}/x", brief=True)
    robot("feishu", f"{web.origin}/y")
    first = send(morning)
    assert first is not None
    assert send(morning + timedelta(hours=3)) is None
    assert Delivery.objects.get().account_id == reader.pk
    assert Outgoing.objects.get().robot_id == group.pk


def test_two_runs_that_meet_make_one_brief(stand, account_as, morning) -> None:
    account_as("official")
    made = brief_to_send(morning)
    assert made is not None
    assert send_brief(*made, morning) == send_brief(*made, morning)
    assert Notice.objects.count() == Delivery.objects.count() == 1


def test_nobody_to_read_it_is_no_fault(stand, db, morning) -> None:
    assert send(morning) is None
    assert not Notice.objects.exists()


def test_the_place_of_the_settings_is_reported(stand, account_as, morning, set_up) -> None:
    account_as("official")
    set_up("notices", brief_place="亦庄")
    with pytest.raises(BadRequest, match="no place"):
        send(morning)
    set_up("notices", brief_place="北京市")
    assert send(morning) is not None


def test_a_day_without_data_is_told_and_nothing_is_sent(stand, account_as, morning) -> None:
    account_as("official")
    with pytest.raises(NoData):
        send(morning + timedelta(days=4000))
    assert not Notice.objects.exists()


def test_the_job_is_due_at_the_time_of_the_settings_and_says_why_it_failed(
    stand, account_as, actor, now
) -> None:
    assert declared("notices-brief").at == env().settings.notices.brief_at == "07:30"
    account_as("official")
    job = enqueue(name="notices-brief", by=actor, now=now)  # today the lake holds nothing
    work_off()
    seen = job_of(job)
    assert seen is not None
    assert (seen.state, bool(seen.reason)) == ("failed", True)
