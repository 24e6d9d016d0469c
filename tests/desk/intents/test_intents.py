"""Intents: recorded with the change, applied once and in order, whoever dies."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection, transaction

from lantian.desk.intents import services
from lantian.desk.intents.models import Intent
from lantian.desk.intents.queries import last_for, pending_for
from lantian.desk.intents.services import apply_pending, intend
from lantian.desk.jobs.models import Job
from lantian.desk.jobs.worker import work_off
from lantian.desk.log.models import Entry
from lantian.desk.observations import lake, let_go
from lantian.errors import LakeBroken

PROGRAM = Path(__file__).with_name("killed_process.py")


def states() -> list[str]:
    return list(Intent.objects.order_by("id").values_list("state", flat=True))


@pytest.mark.django_db
def test_an_intent_waits_until_a_worker_has_written_it(county, place) -> None:
    intent = place("1001A", "甲县")
    assert [i.uuid for i in pending_for("roster.places", "1001A")] == [intent.uuid]
    assert [i.uuid for i in pending_for("roster.")] == [intent.uuid]
    assert county.sequence == 0
    work_off()
    assert pending_for("roster.") == []
    done = last_for("roster.places", "1001A")
    assert (done.state, done.batch, done.refusal) == ("applied", 1, "")
    assert done.applied_at is not None
    assert county.sequence == 1


@pytest.mark.django_db
def test_an_intent_goes_with_its_change(county, place) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        place("1001A", "甲县")
        raise RuntimeError("the change failed")
    assert not Intent.objects.exists()
    assert not Job.objects.exists()
    assert not Entry.objects.exists()


@pytest.mark.django_db
def test_who_asked_and_what_came_of_it_are_logged(county, place) -> None:
    intent = place("1001A", "甲县")
    work_off()
    rows = Entry.objects.filter(key=str(intent.uuid)).order_by("id")
    assert [(row.action, row.actor) for row in rows] == [
        ("intent.ask", "tester"),
        ("intent.apply", "worker"),
    ]


@pytest.mark.django_db
def test_many_intents_ask_for_one_run_and_are_applied_in_order(county, place) -> None:
    for name in ("甲县", "乙县", "丙县"):
        place("1001A", name)
    assert Job.objects.count() == 1
    assert work_off() == 1
    assert states() == ["applied"] * 3
    assert list(Intent.objects.order_by("id").values_list("batch", flat=True)) == [1, 2, 3]
    assert Job.objects.get().result == {"applied": 3, "refused": 0}


@pytest.mark.django_db
def test_a_bad_intent_is_refused_with_the_reason_and_stops_no_other(county, place) -> None:
    place("1001A", "甲县", level="station")
    place("1001A", "甲县")
    work_off()
    assert states() == ["refused", "applied"]
    refused = Intent.objects.order_by("id").first()
    assert "must not be" in refused.refusal
    assert refused.batch is None
    assert county.sequence == 1


@pytest.mark.django_db
def test_a_kind_that_the_lake_does_not_know_is_refused(county, actor, now) -> None:
    intend(kind="no.such.kind", body={}, by=actor, now=now)
    assert apply_pending() == {"applied": 0, "refused": 1}


@pytest.mark.django_db
def test_a_fault_of_ours_refuses_the_one_and_not_the_next(
    county, place, monkeypatch, caplog
) -> None:
    place("1001A", "甲县")
    place("1002A", "甲县")
    real = services.apply_intent

    def faulty(lake_, uuid: str, kind: str, body: dict) -> int:
        if body["rows"][0]["station"] == "1001A":
            raise ZeroDivisionError
        return real(lake_, uuid, kind, body)

    monkeypatch.setattr(services, "apply_intent", faulty)
    assert apply_pending() == {"applied": 1, "refused": 1}
    assert states() == ["refused", "applied"]
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.django_db
def test_a_lake_that_is_busy_leaves_all_waiting(county, place, monkeypatch) -> None:
    def busy(*given: object) -> int:
        raise LakeBroken("忙 / busy", where="x", fix="y")

    place("1001A", "甲县")
    with monkeypatch.context() as patch:
        patch.setattr(services, "apply_intent", busy)
        work_off()
    assert states() == ["pending"]
    assert "busy" in Job.objects.get().reason
    assert apply_pending() == {"applied": 1, "refused": 0}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_between_lake_and_desk_has_its_effect_once(county, place, home) -> None:
    place("1001A", "甲县")
    let_go()
    settings = {
        "LANTIAN_DIR": str(home),
        "TEST_DATABASE": str(connection.settings_dict["NAME"]),
    }
    died = subprocess.run([sys.executable, str(PROGRAM)], env=os.environ | settings, check=False)
    assert died.returncode == -signal.SIGKILL
    assert states() == ["pending"]
    assert lake().sequence == 1  # the lake has it
    assert apply_pending() == {"applied": 1, "refused": 0}
    assert lake().sequence == 1
    assert Intent.objects.get().batch == 1
    assert [m.place for m in lake().roster().memberships] == ["甲县"]


@pytest.mark.django_db
def test_an_intent_applied_twice_changes_nothing(county, place) -> None:
    place("1001A", "甲县")
    apply_pending()
    Intent.objects.update(state="pending", batch=None)
    apply_pending()
    assert county.sequence == 1
    assert Intent.objects.get().batch == 1


@pytest.mark.django_db
def test_the_page_shows_what_waits_and_why_something_was_refused(county, place, client_as) -> None:
    place("1001A", "甲县", level="station")
    apply_pending()
    place("1002A", "乙县")
    client = client_as("auditor")
    page = client.get("/intents/?lang=en").text
    assert "must not be" in page
    assert "pending" in page
    assert "1002A" not in client.get("/intents/?state=refused").text
    assert client.get("/intents/?before=x").status_code == 200
    assert client_as("township").get("/intents/").status_code == 403
