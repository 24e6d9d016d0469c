"""Imports of many rows: written in pieces, whole or taken back, going on after a stop."""

import pytest
from django.db import transaction
from django.utils import timezone
from tests.desk.register.conftest import saved, upload, workbook

from lantian.desk.jobs.worker import work_off
from lantian.desk.places.models import Place
from lantian.desk.places.register import PLACES
from lantian.desk.register import applying, imports, judging, undoing
from lantian.desk.register.applying import apply
from lantian.desk.register.batches import begin_apply, check
from lantian.desk.register.models import Batch, BatchRow
from lantian.desk.register.services import change
from lantian.desk.register.undoing import begin_undo, undo
from lantian.desk.register.uploads import forget_uploads, receive, upload_path
from lantian.desk.rights.reach import Holding, Reach
from lantian.errors import Conflict
from lantian.terms.coordinates import CoordinateSystem

ALL = Reach([Holding("headquarters")])


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten rows make many."""
    for module in (applying, undoing):
        monkeypatch.setattr(module, "_CHUNK", 3)
        monkeypatch.setattr(module, "AT_ONCE", 5)
    monkeypatch.setattr(judging, "CHUNK", 4)


@pytest.fixture
def sent(county, actor, now):
    """Send rows of villages, checked and about to be applied."""

    def make(*rows: list[str]) -> Batch:
        data = upload(saved(workbook(*rows)))
        batch = receive(PLACES, data, system=CoordinateSystem.WGS84, by=actor, now=now)
        check(batch, reach=ALL, now=timezone.now())
        assert (batch.state, batch.faults) == ("checked", 0), list(batch.found.values())
        begin_apply(batch)
        return batch

    return make


def villages(count: int) -> list[list[str]]:
    return [[f"V{n:02}", f"村{n}", "村居", "990101"] for n in range(count)]


def known() -> set[str]:
    return set(Place.objects.filter(level="village").values_list("code", flat=True))


class Stop(Exception):
    """The worker is killed."""


def stopping_after(pieces: int):
    """Transactions of which only the first ones commit."""
    left = pieces

    def effect():
        nonlocal left
        left -= 1
        if left < 0:
            raise Stop
        return transaction.atomic()

    return effect


def test_what_stopped_half_way_goes_on(sent, actor) -> None:
    batch = sent(*villages(10))
    how = {"only_good": False, "reach": ALL, "by": actor}
    with pytest.raises(Stop):
        apply(batch, now=timezone.now(), effect=stopping_after(2), **how)
    assert len(known()) == 6
    batch.refresh_from_db()
    assert batch.state == "applying"
    apply(batch, now=timezone.now(), **how)
    assert (batch.state, batch.created, len(known())) == ("applied", 10, 10)
    assert set(Place.objects.filter(level="village").values_list("version", flat=True)) == {1}
    assert BatchRow.objects.count() == 10


def test_all_or_nothing_takes_back_what_a_late_conflict_leaves(
    sent, place, actor, monkeypatch
) -> None:
    township = Place.objects.get(code="990101")
    old = place("V01", "village", township)
    last = place("V09", "village", township)
    batch = sent(*villages(10))
    write = applying.write_planned

    def somebody_else_first(batch, planned, doing) -> None:
        if planned[-1]["line"] == 11:
            change(PLACES, last.pk, {"name_en": "X"}, version=1, by=actor, now=timezone.now())
        write(batch, planned, doing)

    monkeypatch.setattr(applying, "write_planned", somebody_else_first)
    apply(batch, only_good=False, reach=ALL, by=actor, now=timezone.now())
    assert batch.state == "checked"
    assert "第 11 行" in batch.message
    old.refresh_from_db()
    assert known() == {"V01", "V09"}
    assert (old.name_zh, old.version) == ("地V01", 3)
    assert not BatchRow.objects.exists()


def test_good_rows_stay_when_a_late_conflict_stops_the_rest(
    sent, place, actor, monkeypatch
) -> None:
    last = place("V09", "village", Place.objects.get(code="990101"))
    batch = sent(*villages(10))
    write = applying.write_planned

    def somebody_else_first(batch, planned, doing) -> None:
        if planned[-1]["line"] == 11:
            change(PLACES, last.pk, {"name_en": "X"}, version=1, by=actor, now=timezone.now())
        write(batch, planned, doing)

    monkeypatch.setattr(applying, "write_planned", somebody_else_first)
    apply(batch, only_good=True, reach=ALL, by=actor, now=timezone.now())
    assert (batch.state, batch.created) == ("applied", 9)
    assert "第 11 行" in batch.message
    last.refresh_from_db()
    assert last.name_zh == "地V09"


def test_rows_refer_to_rows_far_above(sent, actor) -> None:
    rows = [["T", "远镇", "乡镇街道", "990100"], *villages(9), ["V99", "末村", "村居", "T"]]
    batch = sent(*rows)
    apply(batch, only_good=False, reach=ALL, by=actor, now=timezone.now())
    assert Place.objects.get(code="V99").path == "/990000/990100/T/V99/"
    begin_undo(batch)
    undo(batch, reach=ALL, by=actor, now=timezone.now())
    assert batch.state == "undone"
    assert not Place.objects.filter(code__in=["T", "V99", "V00"]).exists()


def test_nothing_is_undone_where_a_row_is_used_by_now(sent, place, actor) -> None:
    batch = sent(*villages(10))
    apply(batch, only_good=False, reach=ALL, by=actor, now=timezone.now())
    place("G1", "grid", Place.objects.get(code="V00"))
    begin_undo(batch)
    with pytest.raises(Conflict, match="V00 is referred to by"):
        undo(batch, reach=ALL, by=actor, now=timezone.now())
    assert (batch.state, len(known())) == ("applied", 10)
    assert "V00" in batch.message


def test_an_undoing_that_stopped_half_way_goes_on(sent, actor) -> None:
    batch = sent(*villages(10))
    apply(batch, only_good=False, reach=ALL, by=actor, now=timezone.now())
    begin_undo(batch)
    with pytest.raises(Stop):
        undo(batch, reach=ALL, by=actor, now=timezone.now(), effect=stopping_after(2))
    assert len(known()) == 4
    undo(batch, reach=ALL, by=actor, now=timezone.now())
    assert (batch.state, known()) == ("undone", set())


def test_by_jobs_and_when_a_job_is_cancelled(client_as, county, monkeypatch) -> None:
    monkeypatch.setattr(imports, "AT_ONCE_ROWS", 0)
    client = client_as("headquarters")
    data = {"file": upload(saved(workbook(*villages(10)))), "coordinates": "wgs84"}
    url = client.post("/places/import", data).url
    client.post(url, {"act": "all"})
    batch = Batch.objects.get()
    assert client.post(f"/jobs/{batch.job}/cancel").status_code == 302
    assert "整理状态" in client.get(url).text
    client.post(url, {"act": "settle"})
    batch.refresh_from_db()
    assert batch.state == "refused"
    url = client.post("/places/import", data | {"file": upload(saved(workbook(*villages(10))))}).url
    client.post(url, {"act": "all"})
    assert client.post(url, {"act": "settle"}).status_code == 409
    work_off()
    assert len(known()) == 10
    client.post(url, {"act": "undo"})
    work_off()
    assert known() == set()
    assert "已撤销" in client.get(url).text


def test_uploads_are_forgotten(sent, now) -> None:
    batch = sent(*villages(1))
    assert forget_uploads(before=now) == 0
    assert upload_path(batch).exists()
    assert forget_uploads(before=timezone.now()) == 2
    assert not upload_path(batch).exists()
