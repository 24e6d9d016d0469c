"""A row as JSON of what its table holds: for undoing, and for writing later what was checked."""

import json
from typing import Any, Final

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Field

from lantian.desk.privacy.encrypted import EncryptedTextField
from lantian.desk.privacy.personal import Personal
from lantian.desk.register.row import Row

_ENCODER: Final = DjangoJSONEncoder(ensure_ascii=False)


def packed(row: Row) -> str:
    """Pack every column of a row but its number; personal texts stay encrypted."""
    values: dict[str, Any] = {}
    for field in _fields(row):
        value = getattr(row, field.attname)
        values[field.attname] = value.sealed if isinstance(value, Personal) else value
    return _ENCODER.encode(values)


def unpack(row: Row, text: str) -> None:
    """Put back into a row what was packed; its version stays as it is."""
    values = json.loads(text)
    for field in _fields(row):
        if field.attname == "version" or field.attname not in values:
            continue
        value = values[field.attname]
        if isinstance(field, EncryptedTextField):
            setattr(row, field.attname, field.from_db_value(value, None, None))
        else:
            setattr(row, field.attname, field.to_python(value))


def _fields(row: Row) -> list[Field[Any, Any]]:
    return [field for field in row._meta.concrete_fields if not field.primary_key]
