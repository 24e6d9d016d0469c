"""Pages of privacy."""

import pytest

from lantian.desk.log.models import Entry

PHONE = "13987654321"


@pytest.fixture
def address(db, visitor, declarations) -> str:
    row = visitor.objects.create(area="/99/01/", phone=PHONE)
    return f"/privacy/privacy.Visitor.phone/{row.pk}"


@pytest.mark.parametrize(("lang", "words"), [("zh-hans", "通知值班"), ("en", "call the person")])
def test_everybody_signed_in_reads_what_is_held(client_as, declarations, lang, words) -> None:
    page = client_as("grid_member").get(f"/privacy?lang={lang}").content.decode()
    assert words in page
    assert "30" in page


def test_one_field_is_shown_with_a_reason_and_not_before(client_as, address) -> None:
    client = client_as("headquarters", area="/99/")
    page = client.get(address)
    assert page.status_code == 200
    assert "139****4321" in page.content.decode()
    assert PHONE not in page.content.decode()
    assert PHONE not in client.post(address, {"reason": ""}).content.decode()
    assert not Entry.objects.filter(action="privacy.reveal").exists()
    shown = client.post(address, {"reason": "fire at night"})
    assert PHONE in shown.content.decode()
    assert "no-store" in shown.headers["Cache-Control"]
    assert Entry.objects.get(action="privacy.reveal").reason == "fire at night"


@pytest.mark.parametrize("role", ["department", "official", "auditor", "administrator"])
def test_no_other_role_reaches_it(client_as, address, role: str) -> None:
    client = client_as(role)
    assert client.get(address).status_code == 403
    answer = client.post(address, {"reason": "curious"})
    assert answer.status_code == 403
    assert PHONE not in answer.content.decode()


def test_another_area_reaches_it_not(client_as, address) -> None:
    answer = client_as("headquarters", area="/99/02/").post(address, {"reason": "curious"})
    assert answer.status_code == 403
    assert PHONE not in answer.content.decode()


@pytest.mark.parametrize("path", ["privacy.Visitor.phone/999999", "privacy.Visitor.phone/x",
                                  "privacy.Visitor.area/1", "nothing/1"])  # fmt: skip
def test_what_is_not_there_is_not_found(client_as, address, path: str) -> None:
    assert client_as("headquarters").get(f"/privacy/{path}").status_code == 404
