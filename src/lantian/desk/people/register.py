"""The registers of organisations, people, posts and appointments."""

from lantian.desk.people.models import Appointment, Organisation, Person, Post
from lantian.desk.people.services import (
    KINDS,
    POST_ROLES,
    SUBJECT_CHOICES,
    check_appointment,
    check_organisation,
    check_post,
    settle_appointment,
    settle_person,
    settle_post,
)
from lantian.desk.places.queries import subtree_filter
from lantian.desk.register.kinds import Choice, Choices, Reference, Text
from lantian.desk.register.spec import Column, Limits, Register, Related, declare

_CODE = Text(
    longest=32,
    pattern=r"[0-9A-Za-z-]{1,32}",
    meaning="数字、字母、短横，至多 32 位 / digits, letters, dashes, at most 32",
)
_ORGANISATION = Reference("people.Organisation", area="place__path")
_PLACE = Reference("places.Place", area="path")
_SUBJECTS_NOTE = "留空为全部 / all where empty"

ORGANISATIONS = declare(
    Register(
        app="people",
        name="organisations",
        zh="机构",
        en="Organisations",
        model=Organisation,
        key=("code",),
        title="name_zh",
        read="people.read",
        write="people.write",
        limits=Limits(area="place__path"),
        search=("code", "name_zh", "name_en", "short_zh", "credit_code"),
        order=("kind", "code"),
        filters=(subtree_filter("place__path"),),
        related=(
            Related(kind="organisation", by="parent"),
            Related(kind="post", by="organisation"),
            Related(kind="person", by="organisation"),
        ),
        check=check_organisation,
        columns=(
            Column(
                name="code", zh="编码", en="Code", kind=_CODE, needed=True, fixed=True,
                example="HB-01",
            ),
            Column(
                name="kind", zh="类别", en="Kind", kind=Choice(KINDS), needed=True, filtered=True,
                example="部门",
            ),
            Column(
                name="name_zh", zh="名称", en="Name", kind=Text(100), needed=True, width=30,
                example="生态环境分局",
            ),
            Column(name="name_en", zh="英文名", en="English name", kind=Text(160), listed=False),
            Column(name="short_zh", zh="简称", en="Short name", kind=Text(32)),
            Column(
                name="place", zh="所在区域", en="Place", kind=_PLACE, needed=True, width=20,
                note="所辖或所在区域的代码 / code of the place it answers for or sits in",
                example="990101",
            ),
            Column(name="parent", zh="上级机构", en="Parent", kind=_ORGANISATION, filtered=True),
            Column(
                name="subject", zh="领域", en="Subject", kind=Choice(SUBJECT_CHOICES),
                filtered=True, bulk=True, note=_SUBJECTS_NOTE,
            ),
            Column(
                name="credit_code", zh="统一社会信用代码", en="Unified credit code",
                kind=Text(18), listed=False, width=22,
            ),
            Column(name="address", zh="地址", en="Address", kind=Text(200), listed=False, width=30),
        ),
    )
)  # fmt: skip

PEOPLE = declare(
    Register(
        app="people",
        name="people",
        zh="人员",
        en="People",
        model=Person,
        key=("code",),
        title="name_zh",
        read="people.read",
        write="people.write",
        limits=Limits(area="organisation__place__path"),
        search=("code", "name_zh", "name_en"),
        order=("organisation__code", "code"),
        filters=(subtree_filter("organisation__place__path"),),
        related=(Related(kind="appointment", by="person"),),
        settle=settle_person,
        columns=(
            Column(
                name="code", zh="工号", en="Code", kind=_CODE, needed=True, fixed=True,
                example="R-001",
            ),
            Column(
                name="name_zh", zh="姓名", en="Name", kind=Text(60), needed=True, example="示例"
            ),
            Column(name="name_en", zh="英文名", en="English name", kind=Text(100), listed=False),
            Column(
                name="organisation", zh="机构", en="Organisation", kind=_ORGANISATION, needed=True,
                filtered=True, bulk=True, width=24, example="HB-01",
            ),
            Column(name="email", zh="邮箱", en="E-mail", kind=Text(254), listed=False, width=24),
            Column(name="phone", zh="手机", en="Phone", kind=Text(20), personal=True),
            Column(
                name="id_number", zh="身份证号", en="ID number", kind=Text(18), personal=True,
                listed=False,
            ),
            Column(
                name="account", zh="账号", en="Account",
                kind=Reference("accounts.Account", key="username", label="name"),
                note="登录账号 / the account to sign in with",
            ),
        ),
    )
)  # fmt: skip

POSTS = declare(
    Register(
        app="people",
        name="posts",
        zh="岗位",
        en="Posts",
        model=Post,
        key=("code",),
        title="title_zh",
        read="people.read",
        write="people.write",
        limits=Limits(area="place__path"),
        search=("code", "title_zh", "title_en"),
        order=("organisation__code", "code"),
        filters=(subtree_filter("place__path"),),
        related=(Related(kind="appointment", by="post"), Related(kind="duty", by="post")),
        check=check_post,
        settle=settle_post,
        columns=(
            Column(
                name="code", zh="编码", en="Code", kind=_CODE, needed=True, fixed=True,
                example="G-001",
            ),
            Column(
                name="title_zh", zh="岗位名称", en="Title", kind=Text(60), needed=True, width=24,
                example="网格员",
            ),
            Column(name="title_en", zh="英文名", en="English title", kind=Text(100), listed=False),
            Column(
                name="organisation", zh="机构", en="Organisation", kind=_ORGANISATION, needed=True,
                filtered=True, width=24, example="HB-01",
            ),
            Column(
                name="role", zh="角色", en="Role", kind=Choice(POST_ROLES), needed=True,
                filtered=True, example="网格员",
            ),
            Column(
                name="place", zh="负责区域", en="Area", kind=_PLACE, needed=True, width=20,
                note="权限及于该区域及其下级 / rights reach this place and all below",
                example="990101",
            ),
            Column(
                name="subjects", zh="领域", en="Subjects", kind=Choices(SUBJECT_CHOICES),
                bulk=True, note=_SUBJECTS_NOTE,
            ),
        ),
    )
)  # fmt: skip

APPOINTMENTS = declare(
    Register(
        app="people",
        name="appointments",
        zh="任职",
        en="Appointments",
        model=Appointment,
        key=("code",),
        read="people.read",
        write="people.write",
        limits=Limits(area="post__place__path"),
        search=("code", "person__name_zh", "post__title_zh"),
        order=("post__code", "first"),
        check=check_appointment,
        settle=settle_appointment,
        columns=(
            Column(name="code", zh="编码", en="Code", kind=Text(80), edited=False, listed=False),
            Column(
                name="post", zh="岗位", en="Post", needed=True, fixed=True, filtered=True, width=24,
                kind=Reference("people.Post", label="title_zh", area="place__path"),
                example="G-001",
            ),
            Column(
                name="person", zh="人员", en="Person", needed=True, fixed=True, filtered=True,
                kind=Reference("people.Person", area="organisation__place__path"), width=20,
                example="R-001",
            ),
        ),
    )
)  # fmt: skip
