"""The OpenAPI document: valid 3.1, every answer told, and the page that lists it all."""

import json
from typing import Any

import jsonschema_rs
import pytest
from django.test import Client

from lantian.desk.api.document import document
from lantian.desk.api.operations import operations

DOCUMENT = json.loads(json.dumps(document(), default=str))


def each() -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, one)
        for path, methods in DOCUMENT["paths"].items()
        for method, one in methods.items()
    ]


def refs(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
        return own + [r for v in value.values() for r in refs(v)]
    return [r for v in value for r in refs(v)] if isinstance(value, list) else []


def test_it_is_openapi_31_and_every_schema_is_one() -> None:
    assert DOCUMENT["openapi"] == "3.1.0"
    for name, schema in DOCUMENT["components"]["schemas"].items():
        jsonschema_rs.meta.validate(
            {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
        )
        assert name.isidentifier()


def test_every_reference_leads_somewhere() -> None:
    known = {f"#/components/schemas/{name}" for name in DOCUMENT["components"]["schemas"]}
    assert set(refs(DOCUMENT)) <= known


def test_every_operation_is_there_with_proof_and_every_answer() -> None:
    told = {one["operationId"]: one for _, _, one in each()}
    assert told.keys() == {one.name for one in operations()}
    for operation in operations():
        one = told[operation.name]
        needed = {"401", "405", "406", "422", "429", "503", str(operation.status)}
        if operation.need:
            needed.add("403")
            assert one["security"] == [{"token": [operation.need]}]
        if operation.body:
            needed |= {"400", "413", "415", "200"}
            assert "requestBody" in one
        else:
            needed.add("304")
        assert needed <= one["responses"].keys()
        for status, answer in one["responses"].items():
            if int(status) >= 400:
                schema = answer["content"]["application/problem+json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/Problem"}


def test_a_change_needs_a_version_and_may_carry_a_key() -> None:
    for operation in operations():
        one = next(o for _, _, o in each() if o["operationId"] == operation.name)
        headers = {p["name"]: p["required"] for p in one["parameters"] if p["in"] == "header"}
        changes = operation.method == "PATCH" or operation.name.endswith("_end")
        assert headers.get("If-Match", False) is changes
        assert ("Idempotency-Key" in headers) is (operation.body is not None)


def test_names_in_the_document_are_unique() -> None:
    ids = [one["operationId"] for _, _, one in each()]
    assert len(ids) == len(set(ids))


@pytest.mark.django_db
def test_it_is_given_to_anybody_and_marked() -> None:
    client = Client()
    answer = client.get("/api/v1/openapi.json")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == DOCUMENT
    mark = {"If-None-Match": answer.headers["ETag"]}
    assert client.get("/api/v1/openapi.json", headers=mark).status_code == 304


@pytest.mark.django_db
@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_the_page_lists_every_operation(client_as, lang) -> None:
    page = client_as("department").get(f"/api/?lang={lang}")
    assert page.status_code == 200
    for path in DOCUMENT["paths"]:
        assert path.replace("/{pk}", "/{pk}") in page.text
    assert "http" not in page.text.split("<main")[1].replace("http-equiv", "")
    assert client_as("company").get("/api/").status_code == 403
