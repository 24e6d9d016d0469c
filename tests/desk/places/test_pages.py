"""Pages of places."""

from lantian.desk.places.models import Place


def test_a_list_shows_the_rows(client_as, county) -> None:
    page = client_as("official").get("/places/")
    assert page.status_code == 200
    assert "990102" in page.text
    assert "共" in page.text


def test_a_detail_shows_what_lies_in_it(client_as, county) -> None:
    page = client_as("headquarters").get(f"/places/{county.pk}/")
    assert page.status_code == 200
    assert "地990101" in page.text


def test_an_edit_is_saved(client_as, county) -> None:
    client = client_as("headquarters")
    page = client.get(f"/places/{county.pk}/edit")
    assert page.status_code == 200
    form = page.context["form"]
    sent = {n: form.initial.get(n) or "" for n in form.fields}
    answer = client.post(f"/places/{county.pk}/edit", sent | {"name_zh": "新县"})
    assert answer.status_code == 302, answer.text
    assert Place.objects.get(pk=county.pk).name_zh == "新县"
