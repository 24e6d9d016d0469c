"""Check of every start: what is encrypted is declared, and what is declared is encrypted."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error
from django.core.exceptions import FieldError
from django.db.models import DateField, Model

from lantian.desk.privacy.declared import Declared, declared_fields


def declared_and_encrypted(app_configs: Any = None, **options: Any) -> list[CheckMessage]:
    """Compare fields.toml with the models of the desk."""
    return faults(apps.get_models(), declared_fields())


def faults(models: Iterable[type[Model]], declared: Mapping[str, Declared]) -> list[CheckMessage]:
    """Return what is encrypted but not declared, or declared wrongly."""
    models = list(models)
    encrypted = {
        f"{model._meta.label}.{field.name}"
        for model in models
        for field in model._meta.get_fields()
        if _is_encrypted(field)
    }
    owners = {model._meta.label: model for model in models}
    return [
        *(
            Error(f"{label} is encrypted but not declared", hint="privacy/fields.toml", id=_id(1))
            for label in sorted(encrypted - declared.keys())
        ),
        *(
            Error(f"{label} is declared but no EncryptedTextField", id=_id(2))
            for label in sorted(declared.keys() - encrypted)
        ),
        *(
            message
            for label in sorted(declared.keys() & encrypted)
            for message in _wrong(declared[label], owners[declared[label].owner])
        ),
    ]


def _is_encrypted(field: Any) -> bool:
    # By name of its class: the class itself can be imported only once all apps are there.
    return any(c.__name__ == "EncryptedTextField" for c in type(field).__mro__)


def _wrong(declared: Declared, model: type[Model]) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    names = {field.name: field for field in model._meta.get_fields()}
    if not isinstance(names.get(declared.counted_from), DateField):
        found.append(Error(f"{declared.label}: {declared.counted_from} is no date", id=_id(3)))
    if declared.area:
        try:
            model._default_manager.values_list(declared.area)
        except FieldError:
            found.append(Error(f"{declared.label}: no such field {declared.area}", id=_id(4)))
    return found


def _id(number: int) -> str:
    return f"privacy.E00{number}"
