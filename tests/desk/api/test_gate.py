"""Every operation: no token, no permission, no such method, form, parameter, body."""

import json

import pytest
from django.test import Client

from lantian.desk.api import middleware
from lantian.desk.api.operations import operations
from lantian.desk.register.spec import registers
from lantian.desk.rights.table import PUBLIC, table

OPERATIONS = [one for one in operations() if one.need]
ROLES = sorted(table().roles)
PROBLEM = "application/problem+json"


def address(operation) -> str:
    path = operation.path.replace("{int:pk}", "1").replace("{name}", "x")
    return f"/api/v1{path.replace('{day}', '2015-12-01')}"


def call(client: Client, operation, **headers: str):
    body = {} if operation.method == "GET" else {"data": "{}", "content_type": "application/json"}
    return client.generic(operation.method, address(operation), headers=headers, **body)


def is_problem(answer, status: int) -> bool:
    told = json.loads(answer.content)
    assert answer.headers["Content-Type"] == PROBLEM
    assert {"type", "title", "detail", "fix", "where", "request"} <= told.keys()
    return answer.status_code == told["status"] == status


def test_every_operation_stands_in_the_table_with_its_permission() -> None:
    for one in operations():
        need = table().routes[f"api:{one.route}"]
        assert need == PUBLIC if not one.need else need.split(".")[0] == one.need.split(".")[0]
        assert one.method != "GET" or not one.need or need == one.need
    closed = {f"api:{one.route}" for one in OPERATIONS}
    assert not {route for route in closed if table().routes[route] == PUBLIC}


@pytest.mark.django_db
def test_without_a_token_nothing_answers_but_what_is_public() -> None:
    for one in OPERATIONS:
        answer = call(Client(), one)
        assert is_problem(answer, 401), one.name
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="lantian"'
        worse = call(Client(), one, Authorization="Bearer no")
        assert 'error="invalid_token"' in worse.headers["WWW-Authenticate"]
    assert Client().get("/api/v1/health").json() == {"status": "ok"}


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_what_the_table_says(role, account_as, token_of, empty) -> None:
    may = table().roles[role].may
    if "api.use" not in may:
        assert not any(need.startswith("api") for need in may)
        return
    client = Client(headers={"Authorization": f"Bearer {token_of(account_as(role))}"})
    for one in OPERATIONS:
        need = table().routes[f"api:{one.route}"]
        answer = call(client, one)
        if {need, one.need} <= may:
            assert answer.status_code not in (401, 403, 500), one.name
        else:
            assert is_problem(answer, 403), one.name


@pytest.mark.django_db
def test_a_token_without_the_scope_is_refused_everywhere(caller) -> None:
    air = caller("headquarters", scopes=("air.read",))
    places = caller("headquarters", scopes=("places.read",))
    for one in OPERATIONS:
        other = places if one.need == "air.read" else air
        assert is_problem(call(other, one), 403), one.name
    writes = [one for one in OPERATIONS if one.need == "places.write"]
    assert {call(places, one).status_code for one in writes} == {403}


@pytest.mark.django_db
def test_methods_forms_parameters_and_bodies(caller, county) -> None:
    client = caller("headquarters")
    no = client.delete("/api/v1/places")
    assert is_problem(no, 405)
    assert set(no.headers["Allow"].split(", ")) == {"GET", "HEAD", "POST"}
    assert is_problem(client.get("/api/v1/places", headers={"Accept": "image/png"}), 406)
    assert is_problem(client.get("/api/v1/people", headers={"Accept": "application/geo+json"}), 406)
    assert is_problem(client.get("/api/v1/people?format=geojson"), 422)
    strange = client.get("/api/v1/places?colour=red&limit=5&limit=6")
    assert is_problem(strange, 422)
    assert [e["parameter"] for e in strange.json()["errors"]] == ["colour", "limit"]
    assert is_problem(client.get("/api/v1/places?q=%00"), 422)
    assert is_problem(client.get("/api/v1/places?limit=1001"), 422)
    assert is_problem(client.get("/api/v1/nothing"), 404)
    assert is_problem(client.get(f"/api/v1/places/{10**30}"), 404)
    plain = client.post("/api/v1/places", "a=1", content_type="application/x-www-form-urlencoded")
    assert is_problem(plain, 415)
    for body in ("{", "[NaN]", '{"code": "\\ud800"}', "\xff", ""):
        answer = client.post("/api/v1/places", body, content_type="application/json")
        assert answer.status_code in (400, 415, 422), body
    big = json.dumps({"code": "x" * 3_000_000})
    assert is_problem(client.post("/api/v1/places", big, content_type="application/json"), 413)


@pytest.mark.django_db
def test_head_answers_as_get_without_a_body(caller, county) -> None:
    client = caller("headquarters")
    whole, head = client.get("/api/v1/places"), client.head("/api/v1/places")
    assert head.status_code == 200
    assert head.headers["ETag"] == whole.headers["ETag"]
    assert head.content == b""


@pytest.mark.django_db
def test_errors_speak_the_language_asked_for(caller) -> None:
    client = caller("headquarters")
    zh = client.get("/api/v1/places/9").json()["detail"]
    en = client.get("/api/v1/places/9", headers={"Accept-Language": "en-GB"}).json()["detail"]
    assert "没有" in zh
    assert en.isascii()


@pytest.mark.django_db
def test_a_database_that_is_gone_is_told_as_such(caller, monkeypatch) -> None:
    from django.db import OperationalError  # noqa: PLC0415

    client = caller("headquarters")

    def gone(*args: object, **more: object) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr("lantian.desk.api.reading.chosen", gone)
    answer = client.get("/api/v1/places")
    assert is_problem(answer, 503)
    assert answer.headers["Retry-After"] == "5"
    assert "gone" not in answer.text


@pytest.mark.django_db
def test_a_fault_of_ours_is_a_problem_without_its_cause(caller, monkeypatch) -> None:
    client = caller("headquarters")
    client.raise_request_exception = False

    def broken(*args: object, **more: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("lantian.desk.api.reading.chosen", broken)
    answer = client.get("/api/v1/places")
    assert is_problem(answer, 500)
    assert "secret" not in answer.text


def test_a_new_register_appears_by_itself() -> None:
    names = {one.name for one in operations()}
    for register in registers():
        slug = register.name or register.app
        acts = ("list", "row", "create", "change", "end")
        assert {f"{slug}_{act}" for act in acts} <= names


def test_the_middleware_stands_before_sessions_and_rights(settings) -> None:
    order = [name.rpartition(".")[2] for name in settings.MIDDLEWARE]
    own = order.index(middleware.ApiMiddleware.__name__)
    assert own < order.index("SessionMiddleware") < order.index("RightsMiddleware")
