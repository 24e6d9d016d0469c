"""Making and managing accounts."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, transaction

from lantian.desk.accounts import factor, limits
from lantian.desk.accounts.models import Account, Session
from lantian.desk.accounts.password import check_password_rules, new_password
from lantian.desk.accounts.signin import known_as
from lantian.desk.log.actor import Actor
from lantian.desk.log.services import record
from lantian.desk.rights.services import Granted, set_grants
from lantian.errors import BadRequest, Conflict

#: Grants that the administrator writes; others come from appointments or from `init`.
SOURCE: Final = "administrator"
#: Roles of the three separate powers (三员分立): nobody holds one of them and any other.
APART: Final = frozenset({"administrator", "auditor"})
_USERNAME: Final = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")
_EDITED: Final = ("name", "email", "language", "oidc_subject")
_WHERE: Final = "accounts"


def has_accounts() -> bool:
    """Whether there is any account yet."""
    return Account.objects.exists()


def create_account(
    *,
    username: str,
    name: str,
    by: Actor,
    now: datetime,
    email: str = "",
    language: str = "zh-hans",
    oidc_subject: str = "",
    password: str = "",
    must_change: bool = True,
) -> tuple[Account, str]:
    """Make an account without any right.

    Parameters
    ----------
    username : str
        Small letters, digits and `. _ @ -`, 2 to 64.
    name : str
        As people know its owner.
    by : Actor
    now : datetime
    email, language, oidc_subject : str
    password : str
        One of the desk's own making when empty.
    must_change : bool
        Whether its owner must choose another one at the first sign-in.

    Returns
    -------
    account : Account
    password : str
        To be handed over once; only its hash is kept.

    Raises
    ------
    BadRequest
        If the user name or the password is refused.
    Conflict
        If the user name is taken.
    """
    known = known_as(username)
    if not _USERNAME.fullmatch(known):
        raise BadRequest(
            f"用户名不可用 / this user name cannot be used: {username!r}",
            where="username",
            fix="2—64 位小写字母、数字或 . _ @ - / 2 to 64 letters, digits or . _ @ -",
        )
    if password:
        check_password_rules(password, username=known)
    account = Account(
        username=known,
        name=name.strip(),
        email=email,
        language=language,
        oidc_subject=oidc_subject,
        must_change_password=must_change,
        password_since=now,
        created_at=now,
    )
    password = password or new_password()
    account.set_password(password)
    try:
        with transaction.atomic():
            account.save(force_insert=True)
            _record(account, "accounts.create", by, now, after={"username": known, "name": name})
    except IntegrityError as error:
        raise Conflict(
            f"用户名已被占用 / the user name is taken: {known!r}",
            where="username",
            fix="换一个用户名 / choose another",
        ) from error
    return account, password


def edit_account(*, account: int, version: int, by: Actor, now: datetime, **values: str) -> None:
    """Change name, e-mail, language or OIDC subject of an account.

    Raises
    ------
    Conflict
        If somebody changed it since `version`.
    """
    with transaction.atomic():
        row = _locked(account)
        if row.version != version:
            raise Conflict(
                "账号已被他人修改 / somebody else changed this account",
                where=row.username,
                fix="刷新后重新修改 / load it again and make your change",
            )
        new = {key: values[key].strip() for key in _EDITED if key in values}
        before = {key: getattr(row, key) for key in new if getattr(row, key) != new[key]}
        if not before:
            return
        Account.objects.filter(pk=account).update(**new, version=version + 1)
        after = {key: new[key] for key in before}
        _record(row, "accounts.edit", by, now, before=before, after=after)


def choose_password(*, account: Account, password: str, by: Actor, now: datetime) -> None:
    """Give an account the password that its owner chose; all other sessions of it end.

    Raises
    ------
    BadRequest
        If the password breaks a rule, or is the one in use.
    """
    check_password_rules(password, username=account.username)
    if account.check_password(password):
        raise BadRequest(
            "新密码与现密码相同 / the new password is the one in use",
            where="password",
            fix="换一个密码 / choose another",
        )
    _set_password(account, password, must_change=False, action="accounts.password", by=by, now=now)


def give_password(*, account: int, by: Actor, now: datetime) -> str:
    """Give an account a one-time password, to be handed over and changed at the next sign-in."""
    password = new_password()
    action = "accounts.password-reset"
    with transaction.atomic():
        row = _other(account, by)
        _set_password(row, password, must_change=True, action=action, by=by, now=now)
        limits.forget(account)
    return password


def set_active(*, account: int, active: bool, by: Actor, now: datetime) -> None:
    """Let an account sign in, or no longer; its sessions end at once."""
    with transaction.atomic():
        row = _other(account, by)
        Account.objects.filter(pk=account).update(is_active=active)
        action = "accounts.activate" if active else "accounts.deactivate"
        before, after = {"is_active": row.is_active}, {"is_active": active}
        _record(row, action, by, now, before=before, after=after)
        if not active:
            Session.objects.filter(account=account).delete()


def unlock(*, account: int, by: Actor, now: datetime) -> None:
    """Forget the failed sign-ins of an account."""
    with transaction.atomic():
        row = _other(account, by)
        limits.forget(account)
        _record(row, "accounts.unlock", by, now)


def reset_second_factor(*, account: int, by: Actor, now: datetime) -> None:
    """Take away the second factor of somebody who lost the device; all sessions end."""
    with transaction.atomic():
        row = _other(account, by)
        factor.reset(account=row, by=by, now=now)
        Session.objects.filter(account=account).delete()


def end_sessions(*, account: int, handles: Sequence[str] | None, by: Actor, now: datetime) -> int:
    """End sessions of an account, all of them where no handles are given; say how many."""
    with transaction.atomic():
        rows = Session.objects.filter(account=account)
        keys = [row.pk for row in rows if handles is None or row.handle in handles]
        ended, _ = Session.objects.filter(pk__in=keys).delete()
        if ended:
            _record(_locked(account), "accounts.end-sessions", by, now, after={"sessions": ended})
    return ended


def delete_ended_sessions(*, now: datetime) -> int:
    """Delete sessions that ended by themselves, which open nothing any more; say how many."""
    return Session.objects.filter(expire_date__lt=now).delete()[0]


def add_grant(*, account: int, grant: Granted, by: Actor, now: datetime) -> None:
    """Give an account one more role.

    Raises
    ------
    BadRequest
        If it is the administrator's own account, the role may not stand beside those that
        the account holds, or the days or the area make no sense.
    """
    _check_grant(grant)
    with transaction.atomic():
        row = _other(account, by)
        roles = {grant.role, *row.grants.values_list("role", flat=True)}
        if roles & APART and len(roles) > 1:
            raise BadRequest(
                f"三员分立，不得兼任 / one person cannot hold all of: {', '.join(sorted(roles))}",
                where=row.username,
                fix="先撤销另一角色，或另建账号 / take the other role away first",
            )
        set_grants(
            account=account, source=SOURCE, grants=[*_held(row, SOURCE), grant], by=by, now=now
        )


def remove_grant(*, account: int, grant: int, by: Actor, now: datetime) -> None:
    """Take a role away that no appointment gave.

    Raises
    ------
    BadRequest
        If it is the administrator's own account, there is no such grant, or an appointment
        gave it.
    """
    with transaction.atomic():
        row = _other(account, by)
        held = row.grants.filter(pk=grant).first()
        if held is None or ":" in held.source:
            raise BadRequest(
                "此授权来自任职，或已撤销 / an appointment gave this grant, or it is gone",
                where=row.username,
                fix="在人员任职中修改 / change the appointment",
            )
        set_grants(
            account=account,
            source=held.source,
            grants=_held(row, held.source, without=grant),
            by=by,
            now=now,
        )


def _held(account: Account, source: str, without: int = 0) -> list[Granted]:
    rows = account.grants.filter(source=source).exclude(pk=without).order_by("id")
    return [
        Granted(r.role, r.area, tuple(r.subjects.split()), r.organisation, r.first, r.last)
        for r in rows
    ]


def _check_grant(grant: Granted) -> None:
    if not re.fullmatch(r"/(?:[\w-]+/)*", grant.area):
        raise BadRequest(
            f"区域路径有误 / no path of a place: {grant.area!r}",
            where="area",
            fix="/ 为全部，或如 /990000/990100/ / everything is /, else as /990000/990100/",
        )
    if grant.first and grant.last and grant.last < grant.first:
        raise BadRequest(
            "止日早于起日 / the last day is before the first",
            where="last",
            fix="改正日期 / correct the days",
        )


def _set_password(
    account: Account, password: str, *, must_change: bool, action: str, by: Actor, now: datetime
) -> None:
    account.set_password(password)
    with transaction.atomic():
        Account.objects.filter(pk=account.pk).update(
            password=account.password, password_since=now, must_change_password=must_change
        )
        account.must_change_password = must_change
        Session.objects.filter(account=account.pk).delete()
        _record(account, action, by, now)


def _other(account: int, by: Actor) -> Account:
    """Lock an account that is not the actor's own."""
    row = _locked(account)
    if by.account == account:
        raise BadRequest(
            "不得管理自己的账号 / nobody manages the own account",
            where=row.username,
            fix="请另一位管理员办理 / ask another administrator",
        )
    return row


def _locked(account: int) -> Account:
    return Account.objects.select_for_update().get(pk=account)


def _record(account: Account, action: str, by: Actor, now: datetime, **change: Any) -> None:
    record(by=by, now=now, action=action, kind="account", key=str(account.pk), **change)
