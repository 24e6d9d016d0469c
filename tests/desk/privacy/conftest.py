"""A model with personal fields, for tests of privacy alone."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection, models
from pytest_django import DjangoDbBlocker

from lantian.desk.privacy import declared
from lantian.desk.privacy.declared import Declared, parse
from lantian.desk.privacy.encrypted import EncryptedTextField

FIELDS = """
[fields."privacy.Visitor.phone"]
zh = "手机号"
en = "Mobile phone"
category = "phone"
purpose_zh = "通知值班"
purpose_en = "call the person on duty"
mask = "phone"
permission = "people.personal"
area = "area"
keep_days = 30
counted_from = "left_on"
used_by = ["notices"]

[fields."privacy.Visitor.id_number"]
zh = "身份证号"
en = "Identity number"
category = "id_number"
purpose_zh = "核验身份"
purpose_en = "prove identity"
mask = "id_number"
permission = "people.personal"
keep_days = 60
counted_from = "seen_at"
"""


@pytest.fixture
def fields_text() -> str:
    """Declarations of the visitor's fields."""
    return FIELDS


@pytest.fixture(scope="session")
def visitor(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[type[models.Model]]:
    class Visitor(models.Model):
        area = models.CharField(max_length=50, blank=True)
        phone = EncryptedTextField(blank=True)
        id_number = EncryptedTextField(blank=True)
        left_on = models.DateField(null=True, blank=True)
        seen_at = models.DateTimeField(null=True, blank=True)

        class Meta:
            app_label = "privacy"

    # Other tests check that every encrypted field is declared; they must not see this one.
    del apps.all_models["privacy"]["visitor"]
    apps.clear_cache()
    with django_db_blocker.unblock(), connection.schema_editor() as editor:
        editor.create_model(Visitor)
    yield Visitor
    with django_db_blocker.unblock(), connection.schema_editor() as editor:
        editor.delete_model(Visitor)


@pytest.fixture
def declarations(
    visitor: type[models.Model], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Mapping[str, Declared]]:
    """The visitor's fields are declared, and the model known, for this test alone."""
    file = tmp_path / "fields.toml"
    file.write_text(FIELDS, encoding="utf-8")
    monkeypatch.setattr(declared, "FILE", file)
    declared.declared_fields.cache_clear()
    apps.all_models["privacy"]["visitor"] = visitor
    apps.clear_cache()
    yield parse(FIELDS)
    declared.declared_fields.cache_clear()
    del apps.all_models["privacy"]["visitor"]
    apps.clear_cache()
