"""Sealing: gap-free, never forked, written down outside of the database."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from lantian.desk.log import guard
from lantian.desk.log.chain import verify
from lantian.desk.log.heads import Head, append_head, read_heads
from lantian.desk.log.models import Entry, Seal, Unsealed
from lantian.desk.log.sealer import newest, seal_new
from lantian.desk.log.services import Event, record, record_many

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def test_seals_have_no_gaps_and_nothing_waits(write) -> None:
    write(3)
    write(2)
    assert list(Seal.objects.values_list("seq", flat=True).order_by("seq")) == [1, 2, 3, 4, 5]
    assert not Unsealed.objects.exists()


def test_an_entry_whose_change_failed_is_not_sealed(write, actor, now, tmp_path) -> None:
    write(1)
    with pytest.raises(RuntimeError, match="the change failed"), transaction.atomic():
        record(by=actor, now=now, action="x.edit", kind="x", key="1")
        raise RuntimeError("the change failed")
    assert seal_new(now, folder=tmp_path) == 0
    write(1)
    assert newest().seq == 2


def test_a_lower_number_committed_later_is_sealed(write, heads, now, tmp_path) -> None:
    """In PostgreSQL the slower of two transactions may hold the lower number."""
    slow, fast = write(2, seal=False)
    Unsealed.objects.filter(entry=slow).delete()
    seal_new(now, folder=tmp_path)
    Unsealed.objects.create(entry=slow)
    seal_new(now, folder=tmp_path)
    assert list(Seal.objects.order_by("seq").values_list("entry", flat=True)) == [fast, slow]
    assert verify(now=now, heads=heads).whole


@pytest.mark.django_db(transaction=True)
def test_many_sealers_at_once_never_fork_the_chain(actor, now, tmp_path, heads) -> None:
    faults: list[BaseException] = []
    started = threading.Barrier(6)

    def work(does) -> None:
        try:
            started.wait(30)
            does()
        except BaseException as error:  # noqa: BLE001 - told to the test below
            faults.append(error)
        finally:
            connection.close()

    def write_some() -> None:
        for i in range(15):
            with transaction.atomic():
                record(by=actor, now=now, action="x.edit", kind="x", key=str(i))

    def seal_some() -> None:
        for _ in range(15):
            seal_new(now, folder=tmp_path)

    threads = [threading.Thread(target=work, args=(f,)) for f in [write_some] * 2 + [seal_some] * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seal_new(now, folder=tmp_path)
    assert not faults
    assert Seal.objects.count() == 30
    assert newest().seq == 30
    assert verify(now=now, heads=heads).whole


def test_the_guard_refuses_to_change_and_delete(write) -> None:
    write(1)
    guard.put_up(connection)
    assert guard.stands(connection)
    for attempt in (
        lambda: Entry.objects.all().delete(),
        lambda: Entry.objects.update(actor="x"),
        lambda: Seal.objects.all().delete(),
        lambda: Seal.objects.update(head="x"),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            attempt()
    write(1)
    guard.take_down(connection)
    assert not guard.stands(connection)
    assert Entry.objects.count() == 2


def test_an_entry_apart_from_its_change_is_refused(transactional_db, actor, now) -> None:
    with pytest.raises(RuntimeError, match="belongs to the transaction"):
        record(by=actor, now=now, action="x.edit", kind="x", key="1")


def lines(path: Path) -> list[int]:
    return [written.head.seq for written in read_heads(path) if written.head]


def test_heads_are_written_at_most_once_a_minute_and_when_the_day_changes(heads) -> None:
    def append(seq: int, at: datetime) -> bool:
        return append_head(heads, Head(seq, f"{seq:064x}"), at)

    assert append(1, NOON)
    assert not append(2, NOON + timedelta(seconds=59))
    assert append(3, NOON + timedelta(seconds=60))
    assert not append(3, NOON + timedelta(hours=1))
    midnight = datetime(2026, 3, 3, tzinfo=UTC)
    assert append(4, midnight - timedelta(seconds=1))
    assert append(5, midnight)
    assert lines(heads) == [1, 3, 4, 5]


def test_heads_are_written_again_after_the_clock_went_back(heads) -> None:
    assert append_head(heads, Head(1, "a" * 64), NOON)
    assert append_head(heads, Head(2, "b" * 64), NOON - timedelta(hours=2))


def test_nothing_is_written_before_the_first_seal(db, tmp_path, heads, now) -> None:
    assert seal_new(now, folder=tmp_path) == 0
    assert not heads.exists()


def test_many_events_give_the_entries_that_each_would_give(db, actor, now, tmp_path) -> None:
    told = [
        {
            "action": "source.edit",
            "kind": "source",
            "key": f"S{n}\0",
            "before": {"name": "旧", "day": now.date()},
            "after": {"name": f"新{n}"} if n else None,
            "reason": "import",
        }
        for n in range(3)
    ]
    with transaction.atomic():
        many = record_many([Event(**one) for one in told], by=actor, now=now)
        each = [record(by=actor, now=now, **one) for one in told]
        assert record_many([], by=actor, now=now) == []
    fields = [f.attname for f in Entry._meta.concrete_fields if not f.primary_key]
    held = Entry.objects.order_by("pk").values_list(*fields)
    assert list(held[:3]) == list(held[3:])
    assert [entry.pk for entry in many + each] == list(range(many[0].pk, many[0].pk + 6))
    assert seal_new(now, folder=tmp_path) == 6


@pytest.mark.django_db(transaction=True)
def test_many_events_belong_to_a_transaction(actor, now) -> None:
    with pytest.raises(RuntimeError, match="the transaction of its change"):
        record_many([Event(action="x", kind="x", key="1")], by=actor, now=now)
