"""Writing grants."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import transaction

from lantian.desk.log.actor import Actor
from lantian.desk.log.services import record
from lantian.desk.rights.models import Grant
from lantian.desk.rights.reach import EVERYWHERE
from lantian.desk.rights.table import SUBJECTS, table
from lantian.errors import BadRequest


@dataclass(frozen=True, slots=True)
class Granted:
    """A role to be held: where, for which subjects, as whose, from when to when."""

    role: str
    area: str = EVERYWHERE
    subjects: tuple[str, ...] = ()
    organisation: str = ""
    first: date | None = None
    last: date | None = None


def set_grants(
    *, account: int, source: str, grants: Sequence[Granted], by: Actor, now: datetime
) -> None:
    """Let what a source (an appointment, the administrator) gives an account be just this.

    Raises
    ------
    BadRequest
        If a role or subject is not in the table.
    """
    for grant in grants:
        _check(grant)
    with transaction.atomic():
        held = Grant.objects.select_for_update().filter(account=account, source=source)
        before = [_told(row) for row in held.order_by("id")]
        held.delete()
        Grant.objects.bulk_create(
            Grant(
                account_id=account,
                source=source,
                **asdict(grant) | {"subjects": " ".join(grant.subjects)},
            )
            for grant in grants
        )
        after = [_told(row) for row in Grant.objects.filter(account=account, source=source)]
        record(
            by=by,
            now=now,
            action="rights.grant",
            kind="account",
            key=str(account),
            before={source: before},
            after={source: after},
        )


def _told(grant: Grant) -> list[str]:
    days = [str(grant.first or ""), str(grant.last or "")]
    return [grant.role, grant.area, grant.subjects, grant.organisation, *days]


def _check(grant: Granted) -> None:
    if grant.role not in table().roles:
        raise BadRequest(
            f"没有角色 {grant.role} / no role {grant.role!r}",
            where="rights",
            fix=f"one of: {', '.join(table().roles)}",
        )
    if strange := set(grant.subjects) - set(SUBJECTS):
        raise BadRequest(
            f"没有领域 {sorted(strange)} / no such subject",
            where="rights",
            fix=f"one of: {', '.join(SUBJECTS)}",
        )
