"""A database that somebody else holds: refused in words after a while, whole again by itself."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test import Client
from tests.desk.api.conftest import bearer
from tests.desk.faults.test_disk import NEW, make_place

from lantian.desk.places.models import Place


@contextmanager
def held() -> Iterator[None]:
    """Another program writes, and does not end; the desk waits for 50 ms instead of 20 s."""
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL locks rows, not the database")
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    connection.ensure_connection()
    connection.connection.execute("PRAGMA busy_timeout = 50")
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


@pytest.mark.django_db(transaction=True)
def test_pages_are_read_and_changes_refused_in_words(client_as, county) -> None:
    client: Client = client_as("headquarters")
    client.raise_request_exception = False
    client.get("/places/")
    with held():
        assert client.get("/places/").status_code == 200
        page = make_place(client)
        machine = make_place(client, Accept="application/json")
    assert page.status_code == machine.status_code == 503
    assert "数据库暂时连不上，或正忙" in page.content.decode()
    assert machine.headers["Content-Type"] == "application/problem+json"
    assert machine.json()["status"] == 503
    assert not Place.objects.filter(code="990103").exists()
    assert make_place(client).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_the_api_says_when_to_come_again(account_as, token_of, county) -> None:
    client = bearer(token_of(account_as("headquarters")))
    client.raise_request_exception = False
    client.get("/api/v1/places")
    with held():
        answer = client.post("/api/v1/places", NEW, content_type="application/json")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert client.post("/api/v1/places", NEW, content_type="application/json").status_code == 201
