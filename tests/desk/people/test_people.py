"""Posts and appointments: what they let an account do, and for how long."""

from datetime import date, datetime, timedelta

import pytest
from django.http import Http404

from lantian.desk.accounts.models import Account
from lantian.desk.log.actor import Actor
from lantian.desk.log.models import Entry
from lantian.desk.people.models import Appointment, Organisation, Person, Post
from lantian.desk.people.register import APPOINTMENTS, ORGANISATIONS, PEOPLE, POSTS
from lantian.desk.places.models import Place
from lantian.desk.places.register import PLACES
from lantian.desk.register.faults import BadRow
from lantian.desk.register.services import change, create, end
from lantian.desk.rights.models import Grant
from lantian.desk.rights.queries import reach_of
from lantian.desk.rights.reach import Holding, Reach
from lantian.desk.rights.services import Granted, set_grants
from lantian.errors import BadRequest

PHONE = "10055512345"


class County:
    """A county with two townships, an office and a person with an account."""

    def __init__(self, by: Actor, now: datetime) -> None:
        self.write = {"by": by, "now": now}
        self.county = self.place("99", "county", None)
        self.east = self.place("9901", "township", self.county)
        self.west = self.place("9902", "township", self.county)
        self.office = self.made(
            ORGANISATIONS, code="HB", kind="department", name_zh="分局", place=self.county
        )
        self.account = Account.objects.create(username="wang", name="王", created_at=now)
        self.person = self.made(
            PEOPLE,
            code="R1",
            name_zh="王示例",
            organisation=self.office,
            account=self.account,
            phone=PHONE,
        )
        self.post = self.made(
            POSTS,
            code="G1",
            title_zh="网格员",
            organisation=self.office,
            role="grid_member",
            place=self.east,
            subjects="dust",
        )

    def made(self, register, **values):
        return create(register, values, **self.write)

    def place(self, code: str, level: str, parent: Place | None) -> Place:
        return self.made(PLACES, code=code, name_zh=f"区{code}", level=level, parent=parent)

    def appoint(self, **days: date) -> Appointment:
        return self.made(APPOINTMENTS, post=self.post, person=self.person, **days)


@pytest.fixture
def county(db: None, actor: Actor, now: datetime) -> County:
    return County(actor, now)


def test_an_appointment_gives_the_account_the_role_of_the_post_in_its_area(county, now) -> None:
    county.appoint()
    reach = reach_of(county.account.pk, now.date())
    assert reach.roles == {"grid_member"}
    assert reach.covers("sources.read", area=county.east.path, subject="dust")
    assert not reach.covers("sources.read", area=county.west.path, subject="dust")
    assert not reach.covers("sources.read", area=county.east.path, subject="industry")


def test_an_appointment_that_ends_ends_the_right(county, now) -> None:
    today = now.date()
    appointment = county.appoint(first=today - timedelta(days=9))
    end(
        APPOINTMENTS,
        appointment.pk,
        last=today - timedelta(days=1),
        version=appointment.version,
        **county.write,
    )
    assert not reach_of(county.account.pk, today).holdings
    assert reach_of(county.account.pk, today - timedelta(days=1)).holdings


def test_a_post_that_moves_takes_its_holders_with_it(county, now) -> None:
    county.appoint()
    change(
        POSTS, county.post.pk, {"place": county.west}, version=county.post.version, **county.write
    )
    reach = reach_of(county.account.pk, now.date())
    assert reach.areas("sources.read") == (county.west.path,)


def test_an_account_taken_from_a_person_loses_what_the_person_had(county, now) -> None:
    county.appoint()
    change(
        PEOPLE, county.person.pk, {"account": None}, version=county.person.version, **county.write
    )
    assert not Grant.objects.filter(account=county.account).exists()


def test_nobody_appoints_themselves(county, now) -> None:
    county.write["by"] = Actor(county.account.pk, "wang")
    with pytest.raises(BadRequest, match="nobody changes the rights of their own posts"):
        county.appoint()
    assert not Appointment.objects.exists()


@pytest.mark.parametrize("role", ["administrator", "auditor"])
def test_no_post_makes_an_administrator_or_auditor(county, role) -> None:
    with pytest.raises(BadRow):
        county.made(
            POSTS, code="G2", title_zh="x", organisation=county.office, role=role, place=county.east
        )


def test_a_wrong_credit_code_is_refused_with_what_would_be_right(county) -> None:
    with pytest.raises(BadRow, match="check character") as refused:
        county.made(
            ORGANISATIONS,
            code="QY",
            kind="company",
            name_zh="某厂",
            place=county.east,
            credit_code="91350100M000100Y44",
        )
    assert refused.value.faults[0].column == "credit_code"


def test_a_clerk_of_one_township_appoints_nobody_in_another(county) -> None:
    reach = Reach([Holding("headquarters", county.west.path)])
    with pytest.raises((BadRow, Http404)):
        create(
            APPOINTMENTS,
            {"post": county.post, "person": county.person},
            reach=reach,
            **county.write,
        )
    assert not Appointment.objects.exists()


def test_a_telephone_number_is_nowhere_in_clear(county, client_as) -> None:
    assert str(Person.objects.get().phone) == "100****2345"
    assert all(PHONE not in f"{e.before}{e.after}" for e in Entry.objects.all())
    client = client_as("headquarters")
    for page in ("/people/people/", f"/people/people/{county.person.pk}/"):
        answer = client.get(page)
        assert answer.status_code == 200
        assert PHONE not in answer.text
    assert "100****2345" in answer.text


def test_pages_of_every_register_of_people_open(county, client_as) -> None:
    county.appoint()
    client = client_as("headquarters")
    for name in ("organisations", "people", "posts", "appointments"):
        for lang in ("zh-hans", "en"):
            assert client.get(f"/people/{name}/", {"lang": lang}).status_code == 200
        assert client.get(f"/people/{name}/new").status_code == 200
    assert Organisation.objects.count() == Post.objects.count() == 1


@pytest.mark.parametrize("role", ["administrator", "auditor"])
def test_who_administers_or_audits_gets_no_post_beside_it(county, actor, now, role) -> None:
    given = [Granted(role)]
    set_grants(account=county.account.pk, source="admin", grants=given, by=actor, now=now)
    with pytest.raises(BadRequest, match=f"the account holds \\['{role}'\\]"):
        county.appoint()
    assert reach_of(county.account.pk, now.date()).roles == {role}
