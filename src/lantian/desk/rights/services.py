"""Writing grants."""

from collections.abc import Iterable, Mapping, Sequence
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


def follow_places(*, paths: Mapping[str, str], reason: str, by: Actor, now: datetime) -> int:
    """Let grants over places that moved in the tree name them by their new paths.

    Who held a role over a place holds it over the same place, wherever it lies now.

    Parameters
    ----------
    paths : mapping of str to str
        New path of each place that moved, by its code. Codes are unique and never change,
        so the last code of an area says which place was meant.
    reason : str

    Returns
    -------
    int
        How many grants were rewritten; one entry of the log for each account.
    """
    with transaction.atomic():
        placed = (
            Grant.objects.select_for_update().exclude(area=EVERYWHERE).order_by("account", "id")
        )
        moved: dict[int, list[tuple[Grant, str]]] = {}
        for grant in placed:
            path = paths.get(grant.area.strip("/").rpartition("/")[2], grant.area)
            if path != grant.area:
                moved.setdefault(grant.account_id, []).append((grant, path))
        for account, rows in moved.items():
            before = _by_source(grant for grant, _ in rows)
            for grant, path in rows:
                grant.area = path
            record(
                by=by,
                now=now,
                action="rights.move",
                kind="account",
                key=str(account),
                before=before,
                after=_by_source(grant for grant, _ in rows),
                reason=reason,
            )
        changed = [grant for rows in moved.values() for grant, _ in rows]
        Grant.objects.bulk_update(changed, ["area"], batch_size=200)
    return len(changed)


def _by_source(grants: Iterable[Grant]) -> dict[str, list[list[str]]]:
    found: dict[str, list[list[str]]] = {}
    for grant in grants:
        found.setdefault(grant.source, []).append(_told(grant))
    return found


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
