"""Rules of people and posts: what an appointment lets an account do."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from lantian.desk.log.actor import Actor
from lantian.desk.people.models import Appointment, Organisation, Person, Post
from lantian.desk.register.faults import Fault
from lantian.desk.register.spec import Values
from lantian.desk.rights.queries import holders, reach_of
from lantian.desk.rights.services import Granted, set_grants
from lantian.desk.rights.table import SUBJECTS, table
from lantian.errors import BadRequest
from lantian.terms.credit_code import is_credit_code

#: Kinds of organisation: value, zh, en.
KINDS: Final = (
    ("headquarters", "指挥部", "headquarters"),
    ("leading_group", "领导小组（专班）", "leading group"),
    ("department", "部门", "department"),
    ("township", "乡镇街道", "township"),
    ("company", "企业", "company"),
    ("neighbour", "周边区县", "neighbouring county"),
    ("superior", "上级机关", "superior authority"),
)
SUBJECT_CHOICES: Final = (
    ("industry", "工业", "industry"),
    ("dust", "扬尘", "dust"),
    ("mobile", "移动源", "mobile"),
    ("living", "生活面源", "living"),
    ("agriculture", "农业", "agriculture"),
    ("heating", "取暖", "heating"),
    ("air", "监测", "monitoring"),
)
#: Roles that the administrator gives to accounts; no post brings them (三员分立).
_NOT_BY_POST: Final = frozenset({"administrator", "auditor"})
POST_ROLES: Final = tuple(
    (role.name, role.zh, role.en)
    for role in table().roles.values()
    if role.name not in _NOT_BY_POST
)


def check_organisation(values: Values, row: Organisation | None) -> Sequence[Fault]:
    """Find what is wrong with an organisation."""
    code = values["credit_code"]
    if code and not is_credit_code(code):
        return [
            Fault(
                "credit_code",
                code,
                "校验码不符 / its check character is wrong",
                "18 位统一社会信用代码 GB 32100-2015 / unified credit code of 18 characters",
            )
        ]
    parent: Organisation | None = values["parent"]
    if row is not None and parent is not None and row.pk in _above(parent):
        return [Fault("parent", parent.code, "上下级成环 / it would lie above itself", "")]
    return []


def _above(organisation: Organisation) -> set[int]:
    """Keys of an organisation and all above it."""
    keys: set[int] = set()
    here: Organisation | None = organisation
    while here is not None and here.pk not in keys:
        keys.add(here.pk)
        here = here.parent
    return keys


def check_post(values: Values, row: Post | None) -> Sequence[Fault]:
    """Find what is wrong with a post: a company's is about what is its own."""
    if values["role"] in _NOT_BY_POST:
        return [
            Fault(
                "role",
                values["role"],
                "该角色由系统管理员授予 / the administrator gives this role to an account",
                "",
            )
        ]
    company = values["organisation"].kind == "company"
    if company != (values["role"] == "company"):
        return [
            Fault(
                "role",
                values["role"],
                "企业岗位与企业角色须相配 / the role company goes with posts of companies",
                "",
            )
        ]
    return []


def check_appointment(values: Values, row: Appointment | None) -> Sequence[Fault]:
    """Give an appointment its code: post, person, first day."""
    first = values["first"]
    values["code"] = f"{values['post'].code}-{values['person'].code}-{first or 'open'}"
    return []


def settle_person(row: Person, before: Mapping[str, Any], by: Actor, now: datetime) -> None:
    """Move a person's rights when the account changes."""
    held = before.get("account")
    if before and held != (row.account and row.account.get_username()):
        for appointment in row.appointments.select_related("post__place", "post__organisation"):
            _give(appointment, by, now)


def settle_post(row: Post, before: Mapping[str, Any], by: Actor, now: datetime) -> None:
    """Let those who hold a post have what it brings now."""
    _give_all(
        row.appointments.select_related("person", "post__place", "post__organisation"), by, now
    )


def settle_appointment(
    row: Appointment, before: Mapping[str, Any], by: Actor, now: datetime
) -> None:
    """Let the account of a person have what the post brings."""
    _give(row, by, now)


def _give_all(appointments: Iterable[Appointment], by: Actor, now: datetime) -> None:
    for appointment in appointments:
        _give(appointment, by, now)


def _give(appointment: Appointment, by: Actor, now: datetime) -> None:
    account = appointment.person.account_id
    source = f"appointment:{appointment.pk}"
    for former in holders(source):
        if former != account:
            set_grants(account=former, source=source, grants=[], by=by, now=now)
    if account is None:
        return
    if account == by.account:
        raise BadRequest(
            "不能变更自己的岗位权限 / nobody changes the rights of their own posts",
            where=appointment.code,
            fix="请他人办理 / let somebody else do it",
        )
    if separate := _NOT_BY_POST & reach_of(account, now.date()).roles:
        raise BadRequest(
            f"该账号持有 {sorted(separate)}，不能兼任岗位 / the account holds {sorted(separate)}",
            where=appointment.code,
            fix="另用一个账号 / use another account (三员分立)",
        )
    post = appointment.post
    organisation = post.organisation.code if post.role == "company" else ""
    granted = Granted(
        role=post.role,
        area=post.place.path,
        subjects=tuple(s for s in SUBJECTS if s in post.subjects.split()),
        organisation=organisation,
        first=_later(appointment.first, post.first),
        last=_earlier(appointment.last, post.last),
    )
    set_grants(
        account=account,
        source=source,
        grants=[granted],
        by=by,
        now=now,
    )


def _later(one: date | None, other: date | None) -> date | None:
    days = [day for day in (one, other) if day]
    return max(days) if days else None


def _earlier(one: date | None, other: date | None) -> date | None:
    days = [day for day in (one, other) if day]
    return min(days) if days else None
