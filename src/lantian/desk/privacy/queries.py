"""What the desk declares of personal fields, for the page that tells it to everybody."""

from dataclasses import dataclass
from typing import Any

from django.apps import apps

from lantian.desk.language import both
from lantian.desk.privacy.declared import CATEGORIES, declared_fields
from lantian.desk.rights.table import table


@dataclass(frozen=True, slots=True)
class Told:
    """One personal field in the words of the page."""

    name: Any
    category: Any
    purpose: Any
    roles: tuple[Any, ...]
    keep_days: int
    mask: str
    machines: tuple[Any, ...]


def told_fields() -> list[Told]:
    """Return every declared field with the roles that may read it unmasked."""
    roles = table().roles.values()
    return [
        Told(
            both(field.zh, field.en),
            both(*CATEGORIES[field.category]),
            both(field.purpose_zh, field.purpose_en),
            tuple(both(role.zh, role.en) for role in roles if field.permission in role.may),
            field.keep_days,
            field.mask,
            tuple(apps.get_app_config(name).verbose_name for name in field.used_by),
        )
        for field in declared_fields().values()
    ]
