"""Writing through the API: by version, once, for trial, within reach."""

import json
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from tests.desk.api.conftest import bearer

from lantian.desk.api import remembering
from lantian.desk.api.models import Remembered
from lantian.desk.log.models import Entry
from lantian.desk.places.models import Place
from lantian.desk.register.services import create
from lantian.desk.sources.models import Source
from lantian.desk.sources.register import SOURCES

MINE = "/990000/990100/990101/"
NEW = {"code": "S9", "name_zh": "新", "category": "kiln", "place": "990101"}
ADDRESS = "/api/v1/sources"


def send(client: Client, method: str, path: str, body, **headers: str):
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.generic(
        method, path, json.dumps(body), content_type="application/json", headers=names
    )


@pytest.fixture
def hq(caller) -> Client:
    return caller("headquarters")


@pytest.fixture
def rows(county, actor, now) -> dict[str, Source]:
    made = {}
    for at in ("990101", "990102"):
        place = Place.objects.get(code=at)
        values = {"code": f"S{at}", "name_zh": "源", "category": "kiln", "place": place}
        made[at] = create(SOURCES, values, by=actor, now=now)
    return made


def test_a_row_is_made_found_changed_and_ended(hq, county) -> None:
    made = send(hq, "POST", ADDRESS, {**NEW, "pollutants": ["pm25", "so2"], "height_m": 12.5})
    assert made.status_code == 201, made.text
    where, mark = made.headers["Location"], made.headers["ETag"]
    found = hq.get(where)
    assert found.headers["ETag"] == mark
    assert found.json() == made.json()
    assert (found.json()["pollutants"], found.json()["height_m"]) == (["so2", "pm25"], 12.5)
    changed = send(hq, "PATCH", f"{where}?reason=核实", {"height_m": None}, If_Match=mark)
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    assert changed.json()["height_m"] is None
    assert changed.json()["name_zh"] == "新"
    entry = Entry.objects.filter(action="source.edit").get()
    assert (entry.reason, json.loads(entry.before)["height_m"]) == ("核实", "12.5")
    mark = changed.headers["ETag"]
    ended = send(hq, "POST", f"{where}/end", {"last": "2030-01-01"}, If_Match=mark)
    assert (ended.status_code, ended.json()["last"]) == (200, "2030-01-01")
    assert Entry.objects.filter(action="source.end").exists()


def test_the_work_of_others_is_not_overwritten(hq, rows) -> None:
    path = f"{ADDRESS}/{rows['990101'].pk}"
    mark = hq.get(path).headers["ETag"]
    assert send(hq, "PATCH", path, {"name_zh": "甲"}, If_Match=mark).status_code == 200
    late = send(hq, "PATCH", path, {"name_zh": "乙"}, If_Match=mark)
    assert late.status_code == 412
    assert "headquarters" in late.json()["detail"]
    for nothing in ({}, {"If_Match": "*"}, {"If_Match": f"W/{mark}"}, {"If_Match": "2"}):
        assert send(hq, "PATCH", path, {"name_zh": "乙"}, **nothing).status_code == 428
        assert send(hq, "POST", f"{path}/end", {"last": "2030-01-01"}, **nothing).status_code == 428
    assert Source.objects.get(code="S990101").name_zh == "甲"
    assert send(hq, "PATCH", path, {"name_zh": "丙"}, If_Match='"2"').status_code == 200


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, {"/code", "/name_zh", "/category", "/place"}),
        ({**NEW, "category": "volcano"}, {"/category"}),
        ({**NEW, "lon": "115"}, {"/lon"}),
        ({**NEW, "lon": 999}, {"/lon"}),
        ({**NEW, "height_m": 1.23}, {"/height_m"}),
        ({**NEW, "place": "nowhere", "first": "2026-02-30"}, {"/place", "/first"}),
        ({**NEW, "name_zh": "=1+1"}, {"/name_zh"}),
        ({**NEW, "name_zh": "a\u0000b"}, {"/name_zh"}),
        ({**NEW, "shape": {"type": "Point", "coordinates": [1]}}, {"/shape"}),
        ({**NEW, "colour": "red"}, {"/colour"}),
        ({**NEW, "first": "2026-02-01", "last": "2026-01-01"}, {"/last"}),
        ({**NEW, "lon": 115, "lat": 36, "pollutants": ["XX"]}, {"/pollutants/0"}),
    ],
)
def test_what_is_wrong_is_named(hq, county, body, pointers) -> None:
    answer = send(hq, "POST", ADDRESS, body)
    assert answer.status_code == 422
    assert {e["pointer"] for e in answer.json()["errors"]} == pointers
    assert not Source.objects.exists()


def test_a_number_that_no_row_can_have_is_not_found(hq, rows, client_as) -> None:
    beyond = f"{ADDRESS}/{2**63}"
    assert hq.get(beyond).status_code == 404
    assert send(hq, "PATCH", beyond, {}, If_Match='"1"').status_code == 404
    assert (
        send(hq, "POST", f"{beyond}/end", {"last": "2030-12-31"}, If_Match='"1"').status_code == 404
    )
    pages = client_as("headquarters")
    for page in ("/", "/edit", "/remove", "/note", "/documents/new", f"/documents/{2**63}"):
        for answer in (pages.get, pages.post):
            assert 400 <= answer(f"/sources/{2**63}{page}").status_code < 500, page


def test_a_trial_writes_nothing(hq, rows) -> None:
    before = Entry.objects.count(), list(Source.objects.values())
    path = f"{ADDRESS}/{rows['990101'].pk}"
    mark = hq.get(path).headers["ETag"]
    made = send(hq, "POST", f"{ADDRESS}?dry_run=1", NEW, Idempotency_Key="k")
    assert (made.status_code, made.json()["id"], made.json()["code"]) == (200, None, "S9")
    tried = send(hq, "PATCH", f"{path}?dry_run=1", {"name_zh": "试"}, If_Match=mark)
    assert (tried.status_code, tried.json()["name_zh"], tried.json()["version"]) == (200, "试", 2)
    wrong = send(hq, "PATCH", f"{path}?dry_run=1", {"name_zh": "=1"}, If_Match=mark)
    assert wrong.status_code == 422
    assert (Entry.objects.count(), list(Source.objects.values())) == before
    assert not Remembered.objects.exists()


def test_nothing_is_written_out_of_reach(caller, rows) -> None:
    client = caller("department", area=MINE)
    theirs = f"{ADDRESS}/{rows['990102'].pk}"
    assert send(client, "PATCH", theirs, {"name_zh": "x"}, If_Match='"1"').status_code == 404
    assert send(client, "POST", f"{theirs}/end", {"last": "2030-01-01"},
                If_Match='"1"').status_code == 404  # fmt: skip
    moved = send(client, "POST", ADDRESS, {**NEW, "place": "990102"})
    assert (moved.status_code, moved.json()["errors"][0]["pointer"]) == (422, "/place")
    own = f"{ADDRESS}/{rows['990101'].pk}"
    away = send(client, "PATCH", own, {"place": "990102"}, If_Match='"1"')
    assert away.status_code == 422
    assert send(client, "PATCH", own, {"name_zh": "x"}, If_Match='"1"').status_code == 200
    dust = caller("department", area=MINE, subjects=("dust",))
    assert send(dust, "PATCH", own, {"name_zh": "y"}, If_Match='"2"').status_code == 404
    assert send(dust, "POST", ADDRESS, NEW).status_code == 422
    assert Source.objects.count() == 2


def test_a_reader_writes_nothing(caller, rows) -> None:
    own = f"{ADDRESS}/{rows['990101'].pk}"
    for client in (caller("expert"), caller("department", scopes=("sources.read",))):
        assert send(client, "POST", ADDRESS, NEW).status_code == 403
        assert send(client, "PATCH", own, {"name_zh": "x"}, If_Match='"1"').status_code == 403
        assert send(client, "POST", f"{own}/end", {"last": "2030-01-01"}).status_code == 403


def test_the_same_request_is_done_once(hq, county) -> None:
    first = send(hq, "POST", ADDRESS, NEW, Idempotency_Key="a")
    again = send(hq, "POST", ADDRESS, NEW, Idempotency_Key="a")
    assert (first.status_code, again.status_code) == (201, 201)
    assert (again.content, again.headers["Location"]) == (first.content, first.headers["Location"])
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert Source.objects.count() == 1
    other = send(hq, "POST", ADDRESS, {**NEW, "code": "S8"}, Idempotency_Key="a")
    assert other.status_code == 422
    assert send(hq, "POST", f"{ADDRESS}?reason=x", NEW, Idempotency_Key="a").status_code == 422
    path = first.headers["Location"]
    mark = first.headers["ETag"]
    for _ in range(2):
        changed = send(hq, "PATCH", path, {"name_zh": "改"}, If_Match=mark, Idempotency_Key="b")
        assert (changed.status_code, changed.json()["version"]) == (200, 2)


def test_a_refused_request_may_be_corrected_under_its_key(hq, county) -> None:
    assert send(hq, "POST", ADDRESS, {**NEW, "place": "no"}, Idempotency_Key="a").status_code == 422
    assert send(hq, "POST", ADDRESS, NEW, Idempotency_Key="a").status_code == 201


def test_keys_are_of_an_account_and_forgotten_after_a_day(hq, caller, county, now) -> None:
    assert send(hq, "POST", ADDRESS, NEW, Idempotency_Key="a").status_code == 201
    other = send(
        caller("headquarters"), "POST", ADDRESS, {**NEW, "code": "S7"}, Idempotency_Key="a"
    )
    assert other.status_code == 201
    Remembered.objects.update(started_at=now - timedelta(hours=25))
    assert send(hq, "POST", ADDRESS, {**NEW, "code": "S6"}, Idempotency_Key="a").status_code == 201
    assert Remembered.objects.count() == 1
    for bad in ("", "a b", "x" * 65, "\xff"):
        assert send(hq, "POST", ADDRESS, NEW, Idempotency_Key=bad).status_code == 422


def test_a_request_that_was_cut_off_is_done_by_the_next(hq, county, now, monkeypatch) -> None:
    def cut(*args: object, **more: object) -> None:
        raise SystemExit  # the process ends within the change

    with monkeypatch.context() as patch:
        patch.setattr("lantian.desk.api.writing.row_answer", cut)
        with pytest.raises(SystemExit):
            send(hq, "POST", ADDRESS, NEW, Idempotency_Key="a")
    assert not Source.objects.exists()
    send(hq, "POST", ADDRESS, NEW, Idempotency_Key="a")
    # As a killed process leaves it: begun, with nothing written.
    Remembered.objects.update(status=0, holder="gone")
    Source.objects.all().delete()
    fresh = send(hq, "POST", ADDRESS, NEW, Idempotency_Key="a")
    assert (fresh.status_code, fresh.headers["Retry-After"]) == (409, "1")
    Remembered.objects.update(started_at=now - timedelta(minutes=2))
    assert send(hq, "POST", ADDRESS, NEW, Idempotency_Key="a").status_code == 201


def test_who_lost_the_key_meanwhile_writes_nothing(hq, county, monkeypatch) -> None:
    inner = remembering._finish

    def slow(account: int, key: str, holder: str, do):
        Remembered.objects.filter(key=key).update(holder="another")
        return inner(account, key, holder, do)

    monkeypatch.setattr(remembering, "_finish", slow)
    assert send(hq, "POST", ADDRESS, NEW, Idempotency_Key="a").status_code == 409
    assert not Source.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_same_request_sent_at_once_by_many_is_done_once(account_as, token_of, county) -> None:
    text = token_of(account_as("headquarters"))
    answers: list = []
    gate = threading.Barrier(6)

    def one() -> None:
        gate.wait()
        try:
            answers.append(send(bearer(text), "POST", ADDRESS, NEW, Idempotency_Key="a"))
        finally:
            connection.close()

    threads = [threading.Thread(target=one) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 6
    assert {a.status_code for a in answers} <= {201, 409}
    assert sum(a.status_code == 201 and "Idempotency-Replayed" not in a.headers
               for a in answers) == 1  # fmt: skip
    assert Source.objects.count() == 1
    assert send(bearer(text), "POST", ADDRESS, NEW, Idempotency_Key="a").status_code == 201


@pytest.mark.django_db(transaction=True)
def test_of_many_changes_at_once_one_holds(account_as, token_of, county, rows) -> None:
    text = token_of(account_as("headquarters"))
    path, statuses = f"{ADDRESS}/{rows['990101'].pk}", []

    def one(n: int) -> None:
        try:
            answer = send(bearer(text), "PATCH", path, {"name_zh": f"名{n}"}, If_Match='"1"')
            statuses.append(answer.status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(n,)) for n in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 412, 412, 412, 412]
    assert Source.objects.get(code="S990101").version == 2
