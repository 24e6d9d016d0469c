"""The field of a model that holds a personal text: encrypted in the table, masked in Python."""

from typing import Any

from django.core.exceptions import FieldError
from django.db import models
from django.db.models.lookups import Exact
from django.db.models.query_utils import DeferredAttribute

from lantian.desk.privacy.personal import Personal
from lantian.errors import BadRequest


class _Attribute(DeferredAttribute):
    """The attribute of a row: always `Personal` (or None); a text that is set is encrypted."""

    field: "EncryptedTextField"

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        if isinstance(value, Personal):
            return value.at("" if instance.pk is None else str(instance.pk))
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        name = self.field.attname
        if isinstance(value, str):
            value = self.field.seal(value, instance.__dict__.get(name))
        instance.__dict__[name] = value


class EncryptedTextField(models.TextField[Any, Any]):
    """A personal text, declared in fields.toml.

    Forms are not made of it by themselves; it can be searched for being empty only.
    """

    descriptor_class = _Attribute

    def __init__(self, *args: Any, **options: Any) -> None:
        options["editable"] = False
        super().__init__(*args, **options)

    @property
    def label(self) -> str:
        """Name under which it is declared, as `people.Person.phone`."""
        return f"{self.model._meta.label}.{self.name}"

    def deconstruct(self) -> Any:
        """Describe it for changes of tables."""
        name, path, args, options = super().deconstruct()
        options.pop("editable", None)
        return name, path, args, options

    def seal(self, text: str, current: Personal | None = None) -> Personal:
        """Encrypt a text; the mask of what is there already means: leave it.

        Raises
        ------
        BadRequest
            If the text is a mask, but not of what is there.
        """
        if "*" not in text:
            return Personal.of(self.label, text)
        if current is not None and str(current) == text:
            return current
        raise BadRequest(
            "掩码不是原值 / a mask is no value",
            where=self.label,
            fix="填写完整内容，或保持不变 / enter it in full, or leave it as it is",
        )

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        """Wrap what the table holds."""
        return None if value is None else Personal(self.label, value)

    def to_python(self, value: Any) -> Any:
        """Leave it wrapped."""
        return value

    def get_prep_value(self, value: Any) -> str | None:
        """Return what the table holds."""
        if value is None:
            return None
        if isinstance(value, Personal):
            if value.label != self.label:
                raise ValueError(f"a text of {value.label} cannot be kept as {self.label}")
            return value.sealed
        return self.seal(str(value)).sealed

    def get_lookup(self, lookup_name: str) -> Any:
        """Allow the search for empty texts; equal texts are encrypted differently."""
        return super().get_lookup(lookup_name) if lookup_name in {"exact", "isnull"} else None


@EncryptedTextField.register_lookup
class _Empty(Exact[Any]):
    """`field=""`, and nothing else."""

    def get_prep_lookup(self) -> Any:
        if self.rhs != "":
            raise FieldError("an encrypted field can be searched for being empty only")
        return ""
