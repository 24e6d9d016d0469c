"""Personal texts are deleted on their day, with proof; the key of all can be changed."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone

from lantian.desk.env import env
from lantian.desk.jobs.models import Job
from lantian.desk.jobs.services import enqueue
from lantian.desk.jobs.worker import work_off
from lantian.desk.log.models import Entry
from lantian.desk.privacy import services
from lantian.desk.privacy.cipher import fingerprint, key_number
from lantian.desk.privacy.services import Deleted, change_key, delete_expired

PHONES = ["13900000001", "13900000002", "13900000003", "13900000004"]


@pytest.fixture
def rows(db, visitor, declarations, now):
    today = timezone.localdate(now)
    left = [
        today - timedelta(days=31),
        today - timedelta(days=30),
        today - timedelta(days=29),
        None,
    ]
    return [
        visitor.objects.create(phone=phone, left_on=day, id_number="X" * 18, seen_at=now)
        for phone, day in zip(PHONES, left, strict=True)
    ]


def _emptied(visitor) -> list[bool]:
    return [not row.phone for row in visitor.objects.order_by("pk")]


@pytest.mark.parametrize("batch", [1, 500])
def test_what_is_past_its_days_goes_and_nothing_else(
    rows, visitor, now, actor, monkeypatch, batch: int
) -> None:
    monkeypatch.setattr(services, "_BATCH", batch)
    done = list(delete_expired(now=now, by=actor))
    assert done == [Deleted("privacy.Visitor.phone", min(batch, 2))] * (2 // min(batch, 2))
    assert Entry.objects.filter(action="privacy.delete").count() == len(done)
    assert _emptied(visitor) == [True, True, False, False]
    assert all(row.id_number for row in visitor.objects.all())
    assert list(delete_expired(now=now, by=actor)) == []


def test_a_time_counts_as_its_day(rows, visitor, now, actor) -> None:
    later = now + timedelta(days=60)
    gone = list(delete_expired(now=later, by=actor))
    assert gone[-1] == Deleted("privacy.Visitor.id_number", 4)
    assert not any(row.id_number for row in visitor.objects.all())


@pytest.mark.django_db(transaction=True)
def test_no_batch_keeps_the_writer_for_long(
    visitor, declarations, now, actor, transactional_db
) -> None:
    day = timezone.localdate(now) - timedelta(days=31)
    visitor.objects.bulk_create(
        visitor(phone=f"1390000{n:04}", left_on=day, seen_at=now) for n in range(450)
    )
    held: list[float] = []

    @contextmanager
    def timed() -> Iterator[None]:
        with transaction.atomic():
            began = time.monotonic()
            yield
        held.append(time.monotonic() - began)

    rows = [batch.rows for batch in delete_expired(now=now, by=actor, effect=timed)]
    assert sum(rows) == 450
    assert len(held) == len(rows) > 4
    # Of several batches one may meet a busy machine; the usual one is short.
    assert sorted(held)[len(held) // 2] < 0.1


def test_the_job_deletes_batch_by_batch_under_its_lease(
    rows, visitor, now, actor, monkeypatch
) -> None:
    monkeypatch.setattr(services, "_BATCH", 1)
    job = enqueue(name="privacy-delete", by=actor, now=now)
    work_off()
    assert Job.objects.get(pk=job).result == {"count": 2}
    assert _emptied(visitor) == [True, True, False, False]
    entries = Entry.objects.filter(action="privacy.delete")
    assert [(e.actor, json.loads(e.after)["rows"]) for e in entries] == [("privacy-delete", 1)] * 2


def test_the_log_proves_what_was_deleted_without_telling_it(rows, now, actor) -> None:
    list(delete_expired(now=now, by=actor))
    entry = Entry.objects.get(action="privacy.delete")
    after = json.loads(entry.after)
    assert after["rows"] == 2
    label = "privacy.Visitor.phone"
    assert after["hashes"] == {
        str(row.pk): fingerprint(phone, label) for row, phone in zip(rows[:2], PHONES, strict=False)
    }
    assert not any(phone in entry.after for phone in PHONES)
    assert fingerprint(PHONES[0], label) != fingerprint(PHONES[0], "privacy.Visitor.id_number")


def test_a_new_key_encrypts_everything_anew(
    rows, visitor, now, actor, monkeypatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(services, "_BATCH", 3)
    keys = tmp_path / "keys"
    keys.mkdir()
    for file in (env().folder / "keys").iterdir():
        (keys / file.name).write_bytes(file.read_bytes())
        (keys / file.name).chmod(0o600)
    monkeypatch.setattr(env(), "folder", tmp_path)
    before = [str(row.phone) for row in visitor.objects.order_by("pk")]
    assert change_key(now=now, by=actor) == 8
    after = list(visitor.objects.order_by("pk"))
    assert [str(row.phone) for row in after] == before
    assert {key_number(row.phone.sealed) for row in after} == {2}
    assert {key_number(row.id_number.sealed) for row in after} == {2}
