"""Writing a notice: who may be reached from where, preview, sending once."""

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from lantian.desk.notices.models import Delivery, Notice, Outgoing
from lantian.desk.notices.recipients import by_organisation, by_role, on_duty_now
from lantian.desk.rights.reach import Holding, Reach
from lantian.desk.rights.services import Granted, set_grants
from lantian.errors import BadRequest

NEW = "/notices/new"


def form(**more):
    return {
        "kind": "message", "title": "开会", "text": "八点", "way": "role",
        "roles": ["grid_member"], "area": "/99/9901/", "once": str(uuid.uuid4()), "do": "send",
        **more,
    }  # fmt: skip


@pytest.fixture
def people(county):
    """Grid members of both townships and of the county, and a company."""
    return {
        name: county.account_as(role, name=name, area=area)
        for name, role, area in (
            ("东网", "grid_member", county.east.path),
            ("西网", "grid_member", county.west.path),
            ("县网", "grid_member", county.county.path),
            ("东企", "company", county.east.path),
        )
    }


@pytest.fixture
def clerk(county) -> Client:
    """A clerk of the township in the east."""
    client = Client()
    client.force_login(county.account_as("township", name="文书", area=county.east.path))
    return client


def reached() -> list[str]:
    return sorted(Delivery.objects.values_list("account__name", flat=True))


def test_a_role_is_reached_in_the_area_and_below_it_alone(people, clerk) -> None:
    answer = clerk.post(NEW, form())
    notice = Notice.objects.get()
    assert answer.headers["Location"] == f"/notices/sent/{notice.pk}/"
    assert reached() == ["东网"]
    assert (notice.by_name.startswith("文书"), notice.area) == (True, "/99/9901/")


@pytest.mark.parametrize("area", ["/", "/99/", "/99/9902/", "/99/990", "", "/99/9901/../9902/"])
def test_no_one_outside_of_the_senders_area_is_reached(people, clerk, area) -> None:
    for way in ("role", "duty"):
        answer = clerk.post(NEW, form(area=area, way=way))
        assert answer.status_code == 200
    assert not Notice.objects.exists()


def test_no_organisation_outside_of_the_senders_area_is_reached(county, clerk) -> None:
    county.person("R1", "department", organisation=county.office)
    county.person("R2", "township", organisation=county.east_office, area=county.east.path)
    clerk.post(NEW, form(way="organisation", organisations=["HB"]))
    assert not Notice.objects.exists()
    clerk.post(NEW, form(way="organisation", organisations=["DX"]))
    assert reached() == ["R2"]


def test_the_rule_holds_below_the_form_too(county, people, now) -> None:
    reach = Reach([Holding("township", county.east.path)])
    day = timezone.localdate(now)
    for attempt in (
        lambda: by_role(["grid_member"], county.west.path, reach, day),
        lambda: by_organisation(["HB"], reach, day),
        lambda: on_duty_now("/", reach, timezone.localtime(now)),
    ):
        with pytest.raises(BadRequest, match="outside of your area"):
            attempt()


def test_a_grant_that_is_over_reaches_nobody(county, clerk, actor, now) -> None:
    account = county.account_as("grid_member", name="旧", area=county.east.path)
    over = Granted(
        "grid_member", area=county.east.path, last=timezone.localdate(now) - timedelta(days=1)
    )
    set_grants(account=account.pk, source="test", grants=[over], by=actor, now=now)
    assert "没有收件人" in clerk.post(NEW, form()).text
    assert not Notice.objects.exists()


def test_who_is_on_duty_now_is_reached(county, now) -> None:
    local = timezone.localtime(now)
    county.on_duty("officer", "O", local)
    county.on_duty("leader", "L", local - timedelta(days=3))
    client = Client()
    client.force_login(county.account_as("headquarters", name="部"))
    client.post(NEW, form(way="duty", area="/99/"))
    assert reached() == ["O"]


def test_the_preview_names_who_gets_it_and_sends_nothing(people, clerk) -> None:
    text = clerk.post(NEW, form(do="preview", text="电话 13800131234")).text
    assert "东网" in text
    assert "西网" not in text
    assert "将打码" in text
    assert not Notice.objects.exists()


def test_what_was_previewed_can_be_edited_again(people, clerk) -> None:
    answer = clerk.post(NEW, form(do="edit"))
    assert 'value="开会"' in answer.text
    assert not Notice.objects.exists()


def test_a_button_pressed_twice_sends_once(people, clerk) -> None:
    data = form()
    first, second = clerk.post(NEW, data), clerk.post(NEW, data)
    assert first.headers["Location"] == second.headers["Location"]
    assert Notice.objects.count() == 1


def test_a_receipt_asked_for_carries_its_time(people, clerk, now) -> None:
    due = timezone.localtime(now + timedelta(hours=3)).replace(second=0, microsecond=0)
    clerk.post(NEW, form(needs_receipt="on"))
    assert not Notice.objects.exists()
    clerk.post(NEW, form(needs_receipt="on", due_at=f"{due:%Y-%m-%dT%H:%M}"))
    notice = Notice.objects.get()
    assert (notice.needs_receipt, notice.due_at) == (True, due)


def test_robots_are_offered_within_the_area_alone(people, clerk, web, robot) -> None:
    east = robot("wecom", f"{web.origin}/e", area="/99/9901/")
    robot("dingtalk", f"{web.origin}/w", area="/99/9902/")
    text = clerk.get(NEW).text
    assert "群wecom" in text
    assert "群dingtalk" not in text
    other = Outgoing.objects
    clerk.post(NEW, form(robots=[str(east.pk + 1)]))
    assert not Notice.objects.exists()
    clerk.post(NEW, form(robots=[str(east.pk)]))
    assert other.get().robot_id == east.pk


@pytest.mark.parametrize("role", ["grid_member", "company", "auditor", "administrator", "expert"])
def test_who_may_not_send_gets_no_form(client_as, role) -> None:
    client = client_as(role)
    assert client.get(NEW).status_code == 403
    assert client.post(NEW, form()).status_code == 403
    assert client.get("/notices/sent").status_code == 403
