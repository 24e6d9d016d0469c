"""Personal fields as declared in fields.toml."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.apps import apps
from django.db.models import Model

from lantian.desk.privacy.mask import RULES
from lantian.desk.rights.table import table

FILE: Final = Path(__file__).with_name("fields.toml")
#: Kinds of personal information, and what they are called.
CATEGORIES: Final = {
    "phone": ("电话", "phone"),
    "id_number": ("身份证件", "identity document"),
    "bank_account": ("银行账户", "bank account"),
    "track": ("行踪轨迹", "track"),
    "voice": ("声音", "voice"),
    "face": ("人脸", "face"),
    "home_address": ("住址", "home address"),
    "secret": ("密码", "password"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """One personal field: what fields.toml says of it."""

    label: str
    zh: str
    en: str
    category: str
    purpose_zh: str
    purpose_en: str
    mask: str
    permission: str
    area: str = ""
    keep_days: int
    counted_from: str
    used_by: tuple[str, ...] = ()

    @property
    def field(self) -> str:
        """Name of the field in its model."""
        return self.label.rpartition(".")[2]

    @property
    def owner(self) -> str:
        """Its model, as `people.Person`."""
        return self.label.rpartition(".")[0]

    @property
    def model(self) -> type[Model]:
        """Its model.

        Raises
        ------
        LookupError
            If there is no such model.
        """
        return apps.get_model(self.owner)


@cache
def declared_fields() -> Mapping[str, Declared]:
    """Read fields.toml: `app.Model.field` → its declaration.

    Raises
    ------
    ValueError
        If an entry lacks something or says something unknown.
    """
    return parse(FILE.read_text("utf-8"))


def parse(text: str) -> Mapping[str, Declared]:
    """Return the declarations of a TOML text.

    Raises
    ------
    ValueError
        If an entry lacks something or says something unknown.

    Examples
    --------
    >>> parse("")
    {}
    """
    raw = tomllib.loads(text).get("fields", {})
    return {label: _declared(label, entry) for label, entry in raw.items()}


def _declared(label: str, entry: dict[str, Any]) -> Declared:
    known = {f.name for f in fields(Declared)} - {"label"}
    if strange := sorted(entry.keys() - known):
        raise ValueError(f"{label}: {FILE.name} has no {strange}")
    try:
        declared = Declared(label=label, **entry | {"used_by": tuple(entry.get("used_by", ()))})
    except TypeError as error:
        raise ValueError(f"{label}: {error}") from error
    wrong = [
        name
        for name, allowed in (
            ("category", CATEGORIES),
            ("mask", RULES),
            ("permission", table().permissions),
        )
        if getattr(declared, name) not in allowed
    ]
    if label.count(".") != 2 or declared.keep_days < 1:
        wrong.append("label or keep_days")
    if wrong:
        raise ValueError(f"{label}: {FILE.name} has a wrong {', '.join(wrong)}")
    return declared
