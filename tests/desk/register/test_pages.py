"""Lists, details, forms, bulk edit, journal, saved filters, removal."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lantian.desk.log.models import Entry
from lantian.desk.places.models import Place
from lantian.desk.places.register import PLACES
from lantian.desk.register.changes import Moved
from lantian.desk.register.models import Note, SavedFilter
from lantian.desk.register.services import change, change_many, create
from lantian.errors import BadRequest


def codes(page) -> list[str]:
    return [row["cells"][0]["text"] for row in page.context["table"]["rows"]]


def test_a_list_is_searched_filtered_and_sorted(client_as, county) -> None:
    client = client_as("official")
    assert codes(client.get("/places/")) == ["990000", "990100", "990101", "990102"]
    assert codes(client.get("/places/?q=101")) == ["990101"]
    assert codes(client.get("/places/?level=township&sort=-code")) == ["990102", "990101"]
    assert codes(client.get("/places/?parent=990000")) == ["990100"]


def test_a_list_holds_only_what_is_valid_on_the_day(client_as, county, place) -> None:
    place("990104", "township", county, last="2020-01-01")
    client = client_as("official")
    assert "990104" not in codes(client.get("/places/"))
    assert "990104" in codes(client.get("/places/?at=2019-12-31"))
    assert "990104" in codes(client.get("/places/?at=all"))


@pytest.mark.parametrize(
    "query", ["colour=red", "sort=boundaries", "at=yesterday", "page=x", "level=town"]
)
def test_a_parameter_that_is_not_understood_is_no_silent_no(client_as, county, query) -> None:
    assert client_as("official").get(f"/places/?{query}").status_code == 400


def test_pages_of_a_list_have_an_exact_count(client_as, county, place) -> None:
    for n in range(120):
        place(f"V{n:03}", "village", county)
    client = client_as("official")
    page = client.get("/places/?level=village&page=3")
    assert page.context["pager"]["total"] == 120
    assert codes(page) == [f"V{n:03}" for n in range(100, 120)]
    assert codes(client.get("/places/?level=village&page=9")) == codes(page)
    assert "没有符合条件的记录" in client.get("/places/?q=nowhere").text


def test_a_list_asks_the_database_as_often_for_many_rows(client_as, county, place) -> None:
    client = client_as("headquarters")
    client.get("/places/")

    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get("/places/?at=all")
        return len(queries)

    few = asked()
    for n in range(40):
        place(f"V{n:03}", "village", county)
    assert asked() == few <= 10


def test_columns_are_chosen(client_as, county) -> None:
    page = client_as("official").get("/places/?show=name_zh&show=area_km2")
    assert [str(c["title"]) for c in page.context["table"]["columns"]] == ["名称", "面积 km²"]


def test_a_filter_is_saved_and_forgotten(client_as, county) -> None:
    client = client_as("official")
    answer = client.post("/places/saved", {"name": "乡镇", "query": "level=township"})
    assert answer.url == "/places/?level=township"
    assert "乡镇" in client.get("/places/").text
    assert not client_as("official").get("/places/").context["filters"]["saved"]
    client.post("/places/saved", {"forget": "乡镇"})
    assert not SavedFilter.objects.exists()


def test_a_filter_that_is_not_understood_is_not_saved(client_as, county) -> None:
    answer = client_as("official").post("/places/saved", {"name": "x", "query": "colour=red"})
    assert answer.status_code == 400
    assert not SavedFilter.objects.exists()


def sent(client, url) -> dict[str, str]:
    form = client.get(url).context["form"]
    return {name: str(form.initial.get(name) or "") for name in form.fields}


def test_a_row_is_made_and_its_faults_are_at_their_fields(client_as, county) -> None:
    client = client_as("headquarters")
    good = {"code": "990109", "name_zh": "己镇", "level": "township", "parent": "990100"}
    bad = client.post("/places/new", good | {"code": "99 01", "level": "", "first": "2026-02-30"})
    assert bad.status_code == 422
    assert set(bad.context["form"].errors) == {"code", "level", "first"}
    taken = client.post("/places/new", good | {"code": "990101"})
    assert "已被登记" in taken.context["form"].errors["code"][0]
    made = client.post("/places/new", good)
    assert made.status_code == 302
    assert Place.objects.get(code="990109").path == "/990000/990100/990109/"


def test_the_second_editor_sees_who_changed_what_and_overwrites_nothing(client_as, county) -> None:
    first, second = client_as("headquarters", name="zhang"), client_as("headquarters", name="li")
    url = f"/places/{county.pk}/edit"
    his, hers = sent(first, url), sent(second, url)
    assert first.post(url, his | {"name_zh": "甲县", "name_en": "Jia"}).status_code == 302
    answer = second.post(url, hers | {"name_zh": "乙县", "last": "2030-12-31"})
    assert answer.status_code == 409
    county.refresh_from_db()
    assert (county.name_zh, county.last) == ("甲县", None)
    lines = {str(one.label): one for one in answer.context["conflict"].lines}
    assert (lines["名称"].seen, lines["名称"].theirs, lines["名称"].yours) == (
        "地990100",
        "甲县",
        "乙县",
    )
    assert lines["名称"].both_changed
    assert not lines["英文名"].both_changed
    assert "zhang" in answer.text
    # The form now holds both editors' work, under the version as it is.
    form = answer.context["form"]
    again = {name: str(form.initial.get(name) or "") for name in form.fields}
    assert (again["name_zh"], again["name_en"], again["last"]) == ("乙县", "Jia", "2030-12-31")
    assert second.post(url, again).status_code == 302
    county.refresh_from_db()
    assert (county.name_zh, county.name_en, county.version) == ("乙县", "Jia", 3)


def test_a_service_names_every_change_since(county, actor, now) -> None:
    change(PLACES, county.pk, {"name_zh": "一"}, version=1, by=actor, now=now)
    change(PLACES, county.pk, {"name_en": "Two"}, version=2, by=actor, now=now)
    with pytest.raises(Moved) as caught:
        change(PLACES, county.pk, {"name_zh": "三"}, version=1, by=actor, now=now)
    changes = caught.value.changes
    assert [(c.version, c.actor, c.fields[0].name) for c in changes] == [
        (2, "tester", "name_zh"),
        (3, "tester", "name_en"),
    ]


def test_a_change_of_nothing_is_no_change(county, actor, now) -> None:
    row = change(PLACES, county.pk, {"name_zh": county.name_zh}, version=1, by=actor, now=now)
    assert row.version == 1


def test_many_rows_are_changed_at_once_or_none(client_as, county) -> None:
    client = client_as("headquarters")
    rows = list(Place.objects.filter(level="township").order_by("code"))
    ticked = {"row": [f"{row.pk}:{row.version}" for row in rows]}
    assert client.post("/places/bulk", ticked).status_code == 200
    done = client.post(
        "/places/bulk", ticked | {"act": "save", "last": "2030-12-31", "reason": "撤并"}
    )
    assert done.status_code == 302
    assert {str(r.last) for r in Place.objects.filter(level="township")} == {"2030-12-31"}
    history = client.get(f"/places/{rows[0].pk}/").context["changes"]
    assert history[0]["text"] == "撤并"


def test_many_rows_stay_when_one_was_changed_meanwhile(client_as, county, actor, now) -> None:
    client = client_as("headquarters")
    rows = list(Place.objects.filter(level="township").order_by("code"))
    ticked = {"row": [f"{row.pk}:{row.version}" for row in rows]}
    change(PLACES, rows[1].pk, {"name_zh": "新"}, version=1, by=actor, now=now)
    answer = client.post("/places/bulk", ticked | {"act": "save", "last": "2030-12-31"})
    assert answer.status_code == 409
    assert "990102" in answer.text
    assert not Place.objects.exclude(last=None).exists()


def test_bulk_faults_name_the_row(client_as, county, actor, now) -> None:
    rows = list(Place.objects.filter(level="township").order_by("code"))
    change(PLACES, rows[1].pk, {"first": now.date()}, version=1, by=actor, now=now)
    seen = {rows[0].pk: 1, rows[1].pk: 2}
    answer = client_as("headquarters").post(
        "/places/bulk",
        {"row": [f"{k}:{v}" for k, v in seen.items()], "act": "save", "last": "2020-01-01"},
    )
    assert answer.status_code == 422
    assert "990102" in answer.text
    assert not Place.objects.exclude(last=None).exists()


@pytest.mark.parametrize("row", [[], ["x:1"], ["1"], ["1:x"]])
def test_bulk_without_rows_is_a_bad_request(client_as, county, row) -> None:
    assert client_as("headquarters").post("/places/bulk", {"row": row}).status_code == 400


def test_the_journal_is_appended_and_logged(client_as, county) -> None:
    client = client_as("headquarters")
    url = f"/places/{county.pk}/"
    client.post(f"{url}note", {"text": "边界待核 <b>"})
    page = client.get(url)
    assert "边界待核 &lt;b&gt;" in page.text
    assert page.context["changes"][0]["changes"][0]["after"] == "边界待核 <b>"
    assert client.post(f"{url}note", {"text": "  "}).status_code == 400
    assert Note.objects.count() == 1


def test_a_row_ends_rather_than_goes(client_as, county) -> None:
    client = client_as("headquarters")
    answer = client.post(f"/places/{county.pk}/remove", {"version": 1, "last": "2030-01-01"})
    assert answer.status_code == 302
    county.refresh_from_db()
    assert str(county.last) == "2030-01-01"


def test_only_what_nothing_refers_to_is_deleted(client_as, county) -> None:
    client = client_as("headquarters")
    used = client.post(f"/places/{county.pk}/remove", {"version": 1, "act": "delete"})
    assert used.status_code == 400
    assert "引用" in used.text
    leaf = Place.objects.get(code="990102")
    stale = client.post(f"/places/{leaf.pk}/remove", {"version": 9, "act": "delete"})
    assert stale.status_code == 409
    client.post(f"/places/{leaf.pk}/remove", {"version": 1, "act": "delete", "reason": "误建"})
    assert not Place.objects.filter(code="990102").exists()
    page = client.get("/log/", {"kind": "place", "key": "990102"})
    assert "误建" in page.text


def test_the_map_of_a_list_and_of_a_row(client_as, county, actor, now) -> None:
    change(
        PLACES,
        county.pk,
        {"boundary": '{"type":"Polygon","coordinates":[[[116,36],[117,36],[117,37],[116,36]]]}'},
        version=1,
        by=actor,
        now=now,
    )
    client = client_as("official")
    drawn = client.get("/places/map.json?level=county").json()
    assert [
        (f["properties"]["name"], f["geometry"]["type"]) for f in drawn["areas"]["features"]
    ] == [("地990100", "Polygon")]
    # The map opens on what is shown, with some kilometres around it.
    west, south, east, north = drawn["bounds"]
    assert 115.9 < west < 116 < 117 < east < 117.1
    assert 35.9 < south < 36 < 37 < north < 37.1
    assert client.get(f"/places/map.json?row={county.pk}").json() == drawn
    assert client.get("/places/map.json?row=0").status_code == 404


@pytest.mark.parametrize("role", ["official", "expert"])
def test_who_may_only_read_writes_nothing(client_as, county, role) -> None:
    client = client_as(role)
    page = client.get(f"/places/{county.pk}/")
    assert page.status_code == 200
    assert "/edit" not in page.text
    for url in ("new", f"{county.pk}/edit", "import", "template"):
        assert client.get(f"/places/{url}").status_code == 403
    for url in (f"{county.pk}/remove", "bulk", "new", f"{county.pk}/edit"):
        assert client.post(f"/places/{url}").status_code == 403


def test_pages_in_english(client_as, county) -> None:
    client = client_as("headquarters")
    for url in ("", f"{county.pk}/", f"{county.pk}/edit", "new", "import", "export", "saved"):
        page = client.get(f"/places/{url}", query_params={"lang": "en"})
        assert page.status_code == 200, url


def test_rows_of_services_are_all_or_none(county, actor, now) -> None:
    rows = list(Place.objects.order_by("code"))
    with pytest.raises(Moved):
        change_many(
            PLACES,
            {rows[0].pk: 1, rows[1].pk: 7},
            {"name_en": "X"},
            by=actor,
            now=now,
        )
    assert not Place.objects.filter(name_en="X").exists()
    with pytest.raises(BadRequest, match="cannot be the same for many rows"):
        change_many(PLACES, {rows[0].pk: 1}, {"code": "X"}, by=actor, now=now)


def test_many_changed_rows_have_an_entry_each(county, actor, now) -> None:
    rows = list(Place.objects.order_by("code")[:2])
    rows[1].name_en = "X"
    rows[1].save()
    seen = {row.pk: row.version for row in rows}
    values = {"name_en": "X"}
    assert change_many(PLACES, seen, values, by=actor, now=now, reason="why") == 1
    entry = Entry.objects.get(action="place.edit")
    assert (entry.key, entry.reason) == (rows[0].code, "why")
    assert json.loads(entry.after) == {"name_en": "X", "version": 2}
    rows[0].refresh_from_db()
    assert (rows[0].name_en, rows[0].version, rows[0].changed_by) == ("X", 2, actor.name)


def test_was_is_never_trusted(client_as, county) -> None:
    client = client_as("headquarters")
    url = f"/places/{county.pk}/edit"
    form = sent(client, url)
    for was in ("", "[]", "{", json.dumps({"name_zh": "?"})):
        stale = client.post(url, form | {"version": "99", "was": was})
        assert stale.status_code == 409


def test_create_needs_its_columns(county, actor, now) -> None:
    with pytest.raises(Exception, match="must not be empty"):
        create(PLACES, {"code": "9"}, by=actor, now=now)
