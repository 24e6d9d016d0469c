"""Who gets a notice: by role and area, by organisation, who is on duty now."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Q, QuerySet

from lantian.desk.accounts.queries import accounts
from lantian.desk.duties.queries import on_duty
from lantian.desk.people.register import ORGANISATIONS
from lantian.desk.places.queries import subtree_choices
from lantian.desk.rights.reach import Reach
from lantian.desk.rights.table import table
from lantian.errors import BadRequest

if TYPE_CHECKING:
    from lantian.desk.accounts.models import Account

_SEND: Final = "notices.send"
_READ: Final = "notices.read"
_MOST: Final = 500


def roles_that_read(permission: str = _READ) -> list[str]:
    """Roles that may read notices, and hold another permission."""
    return [r.name for r in table().roles.values() if {_READ, permission} <= r.may]


def by_role(roles: Collection[str], path: str, reach: Reach, day: date) -> "QuerySet[Account]":
    """Accounts that hold one of the roles in a place or below it.

    Raises
    ------
    BadRequest
        If the place lies outside of what the sender reaches.
    """
    _must_cover(reach, path)
    readers = [role for role in roles if role in roles_that_read()]
    return holders(readers, path, day)


def holders(roles: Collection[str], path: str, day: date) -> "QuerySet[Account]":
    """Accounts in use that hold one of the roles, on a day, in a place or below it."""
    in_force = Q(grants__first=None) | Q(grants__first__lte=day)
    not_over = Q(grants__last=None) | Q(grants__last__gte=day)
    held = Q(grants__role__in=roles, grants__area__startswith=path)
    return accounts().filter(held & in_force & not_over, is_active=True).distinct()


def by_organisation(codes: Collection[str], reach: Reach, day: date) -> "QuerySet[Account]":
    """Accounts of the people of organisations.

    Raises
    ------
    BadRequest
        If one of them lies outside of what the sender reaches.
    """
    wanted = set(codes)
    if wanted - {code for code, _ in organisation_choices(reach, wanted)}:
        raise _outside("organisations")
    since = Q(person__first=None) | Q(person__first__lte=day)
    until = Q(person__last=None) | Q(person__last__gte=day)
    of_them = Q(person__organisation__code__in=wanted)
    return accounts().filter(of_them & since & until, is_active=True)


def on_duty_now(path: str, reach: Reach, local: datetime) -> "QuerySet[Account]":
    """Accounts of those on duty in a place or below it, at a local time.

    Raises
    ------
    BadRequest
        If the place lies outside of what the sender reaches.
    """
    _must_cover(reach, path)
    people = [shift.person.account_id for shift in on_duty(local, path)]
    return accounts().filter(pk__in=[pk for pk in people if pk], is_active=True)


def area_choices(reach: Reach) -> list[tuple[str, str]]:
    """Places whose people a sender reaches: path and name, from the top down."""
    return [(path, name) for path, name in subtree_choices() if reach.covers(_SEND, area=path)]


def organisation_choices(reach: Reach, codes: Iterable[str] = ()) -> list[tuple[str, str]]:
    """Organisations whose people a sender reaches: code and name; only some by their codes."""
    every: Any = ORGANISATIONS.model._default_manager
    rows = every.filter(reach.q(_SEND, area="place__path"), last=None)
    if codes:
        rows = rows.filter(code__in=codes)
    return list(rows.order_by("name_zh").values_list("code", "name_zh")[:_MOST])


def _must_cover(reach: Reach, path: str) -> None:
    if not reach.covers(_SEND, area=path):
        raise _outside("area")


def _outside(where: str) -> BadRequest:
    return BadRequest(
        "收件范围超出您的管辖 / these people lie outside of your area",
        where=where,
        fix="选择管辖范围内的区域或机构 / choose within your area",
    )
