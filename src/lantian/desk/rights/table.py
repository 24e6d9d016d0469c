"""The one table of rights: permissions, roles, and what every route needs."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

PUBLIC: Final = "public"
SIGNED_IN: Final = "signed-in"
#: Between permissions that a route needs all of.
AND: Final = " & "
#: Kinds of work against pollution that a post may be limited to.
SUBJECTS: Final = ("industry", "dust", "mobile", "living", "agriculture", "heating", "air")
_FILE: Final = Path(__file__).with_name("table.toml")


@dataclass(frozen=True, slots=True)
class Permission:
    """Something that may be done; `everywhere` when no area limits it."""

    name: str
    zh: str
    en: str
    everywhere: bool


@dataclass(frozen=True, slots=True)
class Role:
    """A role and the permissions that it has."""

    name: str
    zh: str
    en: str
    may: frozenset[str]


@dataclass(frozen=True, slots=True)
class Table:
    """Permissions, roles, and the need of each route, named `app:name`."""

    permissions: Mapping[str, Permission]
    roles: Mapping[str, Role]
    routes: Mapping[str, str]


@cache
def table() -> Table:
    """Read the table.

    Raises
    ------
    ValueError
        If a role or route names a permission that is not declared.

    Examples
    --------
    >>> "sources.write" in table().roles["township"].may
    True
    """
    with _FILE.open("rb") as file:
        raw = tomllib.load(file)
    permissions = {
        name: Permission(name, p["zh"], p["en"], p.get("everywhere", False))
        for name, p in raw["permissions"].items()
    }
    roles = {
        name: Role(name, r["zh"], r["en"], frozenset(r["may"])) for name, r in raw["roles"].items()
    }
    routes = {
        f"{app}:{name}": need
        for app, section in raw["routes"].items()
        for name, need in section.items()
    }
    known = permissions.keys() | {PUBLIC, SIGNED_IN}
    named = {p for role in roles.values() for p in role.may}
    named |= {p for need in routes.values() for p in need.split(AND)}
    if strange := sorted(named - known):
        raise ValueError(f"{_FILE.name} names permissions that it does not declare: {strange}")
    return Table(permissions, roles, routes)
