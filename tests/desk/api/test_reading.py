"""Lists and rows: in reach only, page by page, marked, masked, safe in a spreadsheet."""

import csv
import io
import json
from itertools import count

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.desk.api.conftest import PHONE

from lantian.desk.places.models import Place
from lantian.desk.places.register import PLACES
from lantian.desk.register.services import create, end
from lantian.desk.register.spec import registers
from lantian.desk.sources.register import SOURCES

MINE, THEIRS = "/990000/990100/990101/", "/990000/990100/990102/"


def slug(register) -> str:
    return register.name or register.app


@pytest.mark.parametrize("role", ["headquarters", "department", "expert", "neighbour"])
def test_a_caller_finds_the_rows_in_reach_and_no_other(role, caller, land) -> None:
    from lantian.desk.rights.table import table  # noqa: PLC0415

    client = caller(role, area=MINE)
    for register in registers():
        path = f"/api/v1/{slug(register)}"
        if register.read not in table().roles[role].may:
            assert client.get(path).status_code == 403
            continue
        free = table().permissions[register.read].everywhere
        rows = client.get(path, {"at": "all"}).json()["items"]
        ids = {row["id"] for row in rows}
        own, other = (land[register.kind][at] for at in ("990101", "990102"))
        assert own in ids, path
        assert (other in ids) is free, path
        assert client.get(f"{path}/{own}").status_code == 200
        assert client.get(f"{path}/{other}").status_code == (200 if free else 404), path
        lines = client.get(path, {"at": "all", "format": "csv"}).text.splitlines()[1:]
        assert {int(line.split(",")[0]) for line in lines} == ids


def test_nobody_is_given_a_personal_field(caller, land) -> None:
    client = caller("headquarters")
    for path in ("people", "sources"):
        for form in ("json", "csv"):
            text = client.get(f"/api/v1/{path}", {"format": form, "at": "all"}).text
            assert PHONE not in text
            assert "138****1234" in text
    one = client.get(f"/api/v1/people/{land['person']['990101']}")
    assert one.json()["phone"] == "138****1234"
    sent = {"phone": "13700000000"}
    for method, path, more in (
        ("POST", "/api/v1/people", {}),
        ("PATCH", f"/api/v1/people/{land['person']['990101']}", {"If-Match": one.headers["ETag"]}),
    ):
        answer = client.generic(
            method, path, json.dumps(sent), content_type="application/json", headers=more
        )
        assert answer.status_code == 422
        assert {"/phone"} <= {e["pointer"] for e in answer.json()["errors"]}


def test_values_are_of_their_kind(caller, land) -> None:
    row = caller("headquarters").get(f"/api/v1/sources/{land['source']['990101']}").json()
    assert (row["lon"], row["lat"], row["place"], row["pollutants"]) == (115, 36, "990101", [])
    assert row["labels"]["place"] == "990101 地990101"
    assert row["first"] is None


def test_geojson_has_the_places_of_rows(caller, land) -> None:
    found = caller("headquarters").get(
        "/api/v1/sources", headers={"Accept": "application/geo+json"}
    )
    assert found.headers["Content-Type"] == "application/geo+json"
    points = [f["geometry"]["coordinates"] for f in found.json()["features"]]
    assert points == [[115.0, 36.0]] * 2


def test_a_cell_is_never_a_formula(caller, place, county) -> None:
    Place.objects.filter(code="990101").update(name_zh="=HYPERLINK(1)", name_en="+1")
    text = caller("headquarters").get("/api/v1/places?format=csv").text
    row = next(r for r in csv.DictReader(io.StringIO(text)) if r["code"] == "990101")
    assert (row["name_zh"], row["name_en"]) == ("'=HYPERLINK(1)", "'+1")


def test_filters_are_those_of_the_list(caller, land, actor, now) -> None:
    client = caller("headquarters")

    def codes(**query: object) -> list[str]:
        return [row["code"] for row in client.get("/api/v1/sources", query).json()["items"]]

    assert codes(q="源990102") == ["S990102"]
    assert codes(area=THEIRS) == ["S990102"]
    assert codes(category=["kiln", "boiler"]) == ["S990101", "S990102"]
    assert codes(category="boiler") == []
    pk, day = land["source"]["990101"], now.date().replace(day=1).replace(month=1)
    end(SOURCES, pk, last=day, version=1, by=actor, now=now)
    assert codes(at=f"{now.date()}") == ["S990102"]
    assert codes(at="all") == ["S990101", "S990102"]


def test_an_unchanged_answer_is_not_sent_again(caller, county, actor, now) -> None:
    client = caller("headquarters")
    for path in ("/api/v1/places", "/api/v1/places?format=csv", f"/api/v1/places/{county.pk}"):
        first = client.get(path)
        mark = first.headers["ETag"]
        again = client.get(path, headers={"If-None-Match": f'"x", {mark}'})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == mark
        Place.objects.filter(pk=county.pk).update(name_zh=path[-9:], version=path.count("?") + 2)
        assert client.get(path, headers={"If-None-Match": mark}).status_code == 200
        assert client.get(path).headers["ETag"] != mark


def walk(client: Client, path: str, between=lambda: None) -> list[int]:
    found: list[int] = []
    link: str | None = path
    while link:
        page = client.get(link)
        found += [row["id"] for row in page.json()["items"]]
        link = page.json()["next"]
        assert page.headers.get("Link", "") == (f'<{link}>; rel="next"' if link else "")
        between()
    return found


@pytest.fixture
def many(county, actor, now) -> list[int]:
    parent = {"level": "village", "parent": Place.objects.get(code="990101")}
    for n in range(9):
        create(PLACES, {"code": f"v{n}", "name_zh": "村", **parent}, by=actor, now=now)
    return sorted(Place.objects.values_list("pk", flat=True))


def test_paging_loses_and_doubles_nothing_while_rows_come_and_change(caller, many) -> None:
    client = caller("headquarters")
    template, serial = Place.objects.get(code="v0"), count()

    def act(kind: str) -> None:
        n = next(serial)
        if kind == "insert":
            template.pk, template.code, template.path = None, f"w{n}", f"/w{n}/"
            template.save(force_insert=True)
        elif kind == "change":
            Place.objects.filter(code="v3").update(name_zh=f"改{n}", version=n + 2)

    @settings(max_examples=20)
    @given(limit=st.integers(1, 14), acts=st.lists(st.sampled_from(["insert", "change", ""])))
    def law(limit: int, acts: list[str]) -> None:
        todo = iter(acts)
        before = set(Place.objects.values_list("pk", flat=True))
        found = walk(client, f"/api/v1/places?limit={limit}&at=all", lambda: act(next(todo, "")))
        assert before <= set(found)
        assert found == sorted(set(found))

    law()


def test_the_next_page_keeps_the_question(caller, many) -> None:
    client = caller("headquarters")
    page = client.get("/api/v1/places?limit=2&q=村&level=village&at=all")
    assert [row["key"] for row in page.json()["items"]] == ["v0", "v1"]
    assert walk(client, page.json()["next"]) == many[-7:]
