"""A township neither sees nor edits, imports into or exports another's rows."""

import csv
import io

import pytest
from tests.desk.register.conftest import saved, upload, workbook

from lantian.desk.jobs.models import Job
from lantian.desk.jobs.queries import job_of
from lantian.desk.jobs.worker import work_off
from lantian.desk.places.models import Place
from lantian.desk.register.models import Batch
from lantian.desk.register.services import create
from lantian.desk.sources.models import Source
from lantian.desk.sources.register import SOURCES

HEADINGS = ("编码", "名称", "类别", "责任网格")
MINE, THEIRS = "/990000/990100/990101/", "/990000/990100/990102/"


@pytest.fixture
def source(county, actor, now):
    """Make a source: source("S1", "990101")."""

    def make(code: str, place: str, **values: object) -> Source:
        given = {
            "code": code,
            "name_zh": f"源{code}",
            "category": "enterprise",
            "place": Place.objects.get(code=place),
            **values,
        }
        return create(SOURCES, given, by=actor, now=now)  # type: ignore[return-value]

    return make


@pytest.fixture
def mine(source) -> Source:
    return source("S1", "990101")


@pytest.fixture
def theirs(source) -> Source:
    return source("S2", "990102")


@pytest.fixture
def township(client_as):
    return client_as("township", area=MINE)


def test_a_list_holds_the_rows_in_reach(township, mine, theirs) -> None:
    page = township.get("/sources/?at=all")
    assert page.context["total"] == 1
    assert "源S1" in page.text
    assert "源S2" not in page.text
    assert township.get("/sources/?q=S2").context["total"] == 0
    assert township.get(f"/sources/?area={THEIRS}").context["total"] == 0


def test_a_row_out_of_reach_is_not_there(township, mine, theirs) -> None:
    assert township.get(f"/sources/{mine.pk}/").status_code == 200
    for url in ("", "edit"):
        assert township.get(f"/sources/{theirs.pk}/{url}").status_code == 404
    form = {"version": 1, "name_zh": "改", "last": "2020-01-01", "act": "delete", "text": "x"}
    for url in ("edit", "remove", "note"):
        assert township.post(f"/sources/{theirs.pk}/{url}", form).status_code == 404
    theirs.refresh_from_db()
    assert theirs.version == 1


def test_the_map_holds_the_rows_in_reach(township, mine, theirs, source) -> None:
    source("S3", "990101", lon=115, lat=36)
    source("S4", "990102", lon=115, lat=36)
    points = township.get("/sources/map.json").json()["points"]
    assert [point["title"] for point in points] == ["源S3"]
    assert township.get(f"/sources/map.json?row={theirs.pk}").status_code == 404


def test_bulk_with_a_row_out_of_reach_changes_none(township, mine, theirs) -> None:
    rows = [f"{mine.pk}:1", f"{theirs.pk}:1"]
    answer = township.post("/sources/bulk", {"row": rows, "act": "save", "grade": "A"})
    assert answer.status_code == 404
    assert not Source.objects.filter(grade="A").exists()


def test_a_row_is_not_made_or_moved_out_of_reach(township, mine, theirs) -> None:
    new = {"code": "S9", "name_zh": "新", "category": "enterprise", "place": "990102"}
    answer = township.post("/sources/new", new)
    assert answer.status_code == 422
    assert "place" in answer.context["form"].errors
    moved = {"version": 1, "code": "S1", **{k: new[k] for k in ("name_zh", "category", "place")}}
    assert township.post(f"/sources/{mine.pk}/edit", moved).status_code == 422
    bulk = {"row": [f"{mine.pk}:1"], "act": "save", "place": "990102"}
    assert township.post("/sources/bulk", bulk).status_code == 422
    mine.refresh_from_db()
    assert (mine.version, Source.objects.count()) == (1, 2)


def test_only_places_in_reach_are_offered(township, mine, theirs) -> None:
    offered = [
        key for key, _ in township.get("/sources/new").context["form"]["place"].field.widget.choices
    ]
    assert "990101" in offered
    assert "990102" not in offered


def test_an_import_does_not_touch_rows_out_of_reach(township, mine, theirs) -> None:
    rows = [
        ["S1", "改名", "工业企业", "990101"],
        ["S2", "偷改", "工业企业", "990101"],
        ["S3", "新在外", "工业企业", "990102"],
        ["S4", "新在内", "工业企业", "990101"],
    ]
    data = saved(workbook(*rows, headings=HEADINGS))
    answer = township.post("/sources/import", {"file": upload(data), "coordinates": "wgs84"})
    batch = Batch.objects.get(pk=answer.url.rpartition("/")[2])
    assert {f.line: f.wrong.partition(" / ")[0] for f in batch.found.all()} == {
        3: "不在您的管辖范围",
        4: "不在您的管辖范围",
    }
    township.post(answer.url, {"act": "good"})
    names = dict(Source.objects.values_list("code", "name_zh"))
    assert names == {"S1": "改名", "S2": "源S2", "S4": "新在内"}


def test_who_lost_the_area_cannot_undo(township, client_as, account_as, mine) -> None:
    data = saved(workbook(["S1", "改名", "工业企业", "990101"], headings=HEADINGS))
    url = township.post("/sources/import", {"file": upload(data), "coordinates": "wgs84"}).url
    township.post(url, {"act": "all"})
    batch = Batch.objects.get()
    other = client_as("township", area=THEIRS)
    assert other.post(url, {"act": "undo"}).status_code == 404
    batch.account = int(other.session["_auth_user_id"])
    batch.save()
    assert other.post(url, {"act": "undo"}).status_code == 409
    assert Source.objects.get().name_zh == "改名"


def exported(client, query="", form="csv", **more):
    answer = client.post(f"/sources/export?{query}", {"form": form, "coordinates": "wgs84", **more})
    assert answer.status_code == 302, answer.text
    work_off()
    seen = job_of(Job.objects.latest("task__enqueued_at").pk)
    assert seen.state == "done", seen.reason
    return seen


def test_an_export_holds_the_rows_in_reach(township, client_as, mine, theirs) -> None:
    seen = exported(township, "at=all")
    assert seen.result["count"] == 1
    rows = list(csv.DictReader(io.StringIO(seen.file.read_text("utf-8-sig"))))
    assert [row["编码"] for row in rows] == ["S1"]
    assert client_as("township", area=THEIRS).get(f"/jobs/{seen.id}/file").status_code == 404


def test_rights_are_those_at_the_time_the_job_runs(township, mine, theirs, actor, now) -> None:
    from lantian.desk.rights.services import Granted, set_grants  # noqa: PLC0415

    township.post("/sources/export", {"form": "csv", "coordinates": "wgs84"})
    account = int(township.session["_auth_user_id"])
    moved = [Granted("township", THEIRS)]
    set_grants(account=account, source="test", grants=moved, by=actor, now=now)
    work_off()
    seen = job_of(Job.objects.get().pk)
    assert "源S2" in seen.file.read_text("utf-8-sig")
    assert "源S1" not in seen.file.read_text("utf-8-sig")


def test_a_subject_limits_rows_too(client_as, source) -> None:
    source("S1", "990101", category="enterprise")
    source("S2", "990101", category="construction_site")
    dust = client_as("department", area="/990000/", subjects=("dust",))
    page = dust.get("/sources/")
    assert [row["cells"][0]["text"] for row in page.context["table"]["rows"]] == ["S2"]


def test_personal_fields_are_masked_everywhere(township, mine, source) -> None:
    plain = "13800131234"
    one = source("S5", "990101", phone=plain)
    pages = [
        "/sources/?show=code&show=phone&at=all",
        f"/sources/{one.pk}/",
        f"/sources/{one.pk}/edit",
    ]
    for url in pages:
        page = township.get(url)
        assert plain not in page.text, url
        assert "138****1234" in page.text, url
    assert plain not in exported(township).file.read_text("utf-8-sig")
    form = township.get(pages[2]).context["form"]
    sent = {name: str(form.initial.get(name) or "") for name in form.fields}
    kept = township.post(pages[2], sent | {"name_zh": "改名"})
    assert kept.status_code == 302
    one.refresh_from_db()
    assert str(one.phone) == "138****1234"
    assert one.phone == Source(phone=plain).phone
    # A number with the same mask is a change all the same, and the log has no number.
    sent |= {"version": str(one.version), "phone": "13899991234"}
    assert township.post(pages[2], sent).status_code == 302
    one.refresh_from_db()
    assert one.phone != Source(phone=plain).phone
    history = township.get(pages[1]).text
    assert "13899991234" not in history


def test_a_personal_field_in_a_sheet(township, mine, source) -> None:
    one = source("S5", "990101", phone="13800131234")
    rows = [
        ["S5", "改名", "工业企业", "990101", "138****1234"],
        ["S1", "源", "工业企业", "990101", "139****0000"],
        ["S6", "源", "工业企业", "990101", "13712345678"],
    ]
    data = saved(workbook(*rows, headings=(*HEADINGS, "联系电话")))
    url = township.post("/sources/import", {"file": upload(data), "coordinates": "wgs84"}).url
    batch = Batch.objects.get()
    assert [(f.line, f.wrong.partition(" / ")[0]) for f in batch.found.all()] == [
        (3, "掩码不是原值")
    ]
    township.post(url, {"act": "good"})
    one.refresh_from_db()
    assert (one.name_zh, one.phone) == ("改名", Source(phone="13800131234").phone)
    assert Source.objects.get(code="S6").phone == Source(phone="13712345678").phone
    assert "13712345678" not in township.get(url).text
    township.post(url, {"act": "undo"})
    one.refresh_from_db()
    assert (one.name_zh, one.phone) == ("源S5", Source(phone="13800131234").phone)
