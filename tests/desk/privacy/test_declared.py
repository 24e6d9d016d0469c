"""fields.toml and the models agree; a wrong declaration is named."""

import pytest
from django.apps import apps
from django.core.checks import run_checks

from lantian.desk.privacy.checks import faults
from lantian.desk.privacy.declared import declared_fields, parse


def test_every_encrypted_field_of_the_desk_is_declared_and_the_other_way_round() -> None:
    assert faults(apps.get_models(), declared_fields()) == []
    assert [m for m in run_checks() if str(m.id).startswith("privacy.")] == []


def test_the_check_would_notice(visitor, fields_text) -> None:
    whole = parse(fields_text)
    assert faults([visitor], whole) == []
    assert [m.id for m in faults([visitor], {})] == ["privacy.E001", "privacy.E001"]
    assert [m.id for m in faults([], whole)] == ["privacy.E002", "privacy.E002"]
    wrong = parse(
        fields_text.replace('"left_on"', '"area"').replace('area = "area"', 'area = "place"')
    )
    assert [m.id for m in faults([visitor], wrong)] == ["privacy.E003", "privacy.E004"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('category = "phone"', 'category = "hobby"'),
        ('mask = "phone"', 'mask = "none"'),
        ('permission = "people.personal"', 'permission = "people.everything"'),
        ("keep_days = 30", "keep_days = 0"),
        ('zh = "手机号"', 'zn = "手机号"'),
        ('counted_from = "left_on"\n', ""),
    ],
)
def test_a_wrong_declaration_is_refused(fields_text, old: str, new: str) -> None:
    assert old in fields_text
    with pytest.raises(ValueError, match=r"privacy\.Visitor\.phone"):
        parse(fields_text.replace(old, new, 1))
