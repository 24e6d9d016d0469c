"""The administrator's pages, and what even an administrator may not do."""

import re
from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from lantian.desk.accounts import services
from lantian.desk.accounts.models import Account, Session
from lantian.desk.log.actor import Actor
from lantian.desk.log.models import Entry
from lantian.desk.rights.queries import reach_of
from lantian.desk.rights.services import Granted
from lantian.errors import BadRequest, Conflict


@pytest.fixture
def admin(client_as) -> Client:
    return client_as("administrator")


def _pk(client: Client) -> int:
    return int(client.session["_auth_user_id"])


NEW = {"username": "li", "name": "李四", "email": "li@example.org", "language": "zh-hans"}


def test_a_new_account_shows_its_password_once_and_has_no_right(admin, sign_in) -> None:
    page = admin.post("/accounts/new", NEW).content.decode()
    password = re.search(r"<code[^>]*>((?:[a-z2-9]{4}-){3}[a-z2-9]{4})</code>", page)[1]
    account = Account.objects.get(username="li")
    assert account.check_password(password)
    assert account.must_change_password
    assert not reach_of(account.pk, timezone.localdate()).holdings
    assert password not in admin.get(f"/accounts/{account.pk}").content.decode()
    assert not [e for e in Entry.objects.all() if password in e.after]
    client = Client()
    assert sign_in(client, "li", password).status_code == 302
    assert client.get("/").headers["Location"] == "/account/password"


@pytest.mark.parametrize(
    "change", [{"username": "a"}, {"username": "bad name"}, {"name": ""}, {"email": "x"}]
)
def test_a_bad_account_is_not_made(admin, change) -> None:
    before = Account.objects.count()
    assert admin.post("/accounts/new", NEW | change).status_code == 200
    assert Account.objects.count() == before


def test_a_user_name_is_given_once_in_any_case(admin, person) -> None:
    page = admin.post("/accounts/new", NEW | {"username": "WANG"}).content.decode()
    assert "用户名已被占用" in page


def test_the_list_shows_and_finds(admin, person) -> None:
    page = admin.get("/accounts").content.decode()
    assert "wang" in page
    assert "部门" in page
    assert "wang" not in admin.get("/accounts?q=nobody").content.decode().split("<main")[1]


def test_an_edit_is_logged_and_two_editors_do_not_overwrite(admin, person) -> None:
    address = f"/accounts/{person.pk}"
    edit = {"name": "王五", "email": "", "oidc_subject": "", "language": "en", "version": "1"}
    assert admin.post(address, edit).status_code == 302
    person.refresh_from_db()
    assert (person.name, person.language, person.version) == ("王五", "en", 2)
    entry = Entry.objects.get(action="accounts.edit")
    assert entry.before == '{"language":"zh-hans","name":"王小明"}'
    assert admin.post(address, edit | {"name": "王六"}).status_code == 409
    person.refresh_from_db()
    assert person.name == "王五"


def test_what_an_administrator_does_to_others(admin, person, sign_in) -> None:
    client = Client()
    sign_in(client)
    address = f"/accounts/{person.pk}"
    admin.post(f"{address}/end-sessions")
    assert client.get("/account").status_code == 302
    Account.objects.update(failures=5, locked_until=timezone.now() + timezone.timedelta(minutes=9))
    admin.post(f"{address}/unlock")
    assert sign_in(client).status_code == 302
    admin.post(f"{address}/deactivate")
    assert sign_in(Client()).status_code == 200
    admin.post(f"{address}/activate")
    assert sign_in(Client()).status_code == 302
    page = admin.post(f"{address}/give-password").content.decode()
    password = re.search(r"<code[^>]*>((?:[a-z2-9]{4}-){3}[a-z2-9]{4})</code>", page)[1]
    assert not Session.objects.filter(account=person.pk).exists()
    assert sign_in(Client()).status_code == 200
    assert sign_in(Client(), password=password).status_code == 302
    actions = {e.action for e in Entry.objects.filter(key=str(person.pk))}
    assert {"accounts.end-sessions", "accounts.unlock", "accounts.deactivate"} <= actions
    assert {"accounts.activate", "accounts.password-reset"} <= actions


def test_things_are_done_by_form_only_and_unknown_ones_not_at_all(admin, person) -> None:
    assert admin.get(f"/accounts/{person.pk}/deactivate").status_code == 405
    assert admin.post(f"/accounts/{person.pk}/promote").status_code == 404
    assert admin.post("/accounts/999999/deactivate").status_code == 404
    person.refresh_from_db()
    assert person.is_active


def test_grants_are_given_with_days_and_taken_away(admin, person) -> None:
    address = f"/accounts/{person.pk}"
    given = {"role": "township", "area": "/99/01/", "subjects": ["dust", "industry"],
             "first": "2026-01-01", "last": "2026-12-31"}  # fmt: skip
    assert admin.post(f"{address}/grants", given).status_code == 302
    row = person.grants.get(source="administrator")
    assert (row.role, row.area, row.subjects) == ("township", "/99/01/", "dust industry")
    assert (row.first, row.last) == (date(2026, 1, 1), date(2026, 12, 31))
    assert admin.post(f"{address}/grants", given | {"role": "expert"}).status_code == 302
    row = person.grants.get(source="administrator", role="township")
    assert admin.post(f"{address}/grants/remove", {"held": row.pk}).status_code == 302
    assert {g.role for g in person.grants.all()} == {"department", "expert"}
    assert admin.post(f"{address}/grants/remove", {"held": row.pk}).status_code == 400


@pytest.mark.parametrize(
    "change",
    [{"role": "emperor"}, {"area": "99"}, {"area": "/99"}, {"subjects": ["noise"]},
     {"first": "2026-02-01", "last": "2026-01-01"}],
)  # fmt: skip
def test_a_senseless_grant_is_refused(admin, person, change) -> None:
    given = {"role": "township", "area": "/99/01/"} | change
    assert admin.post(f"/accounts/{person.pk}/grants", given).status_code == 200
    assert not person.grants.filter(source="administrator").exists()


def test_nobody_manages_or_grants_to_the_own_account(admin) -> None:
    own = _pk(admin)
    before = list(Account.objects.get(pk=own).grants.values_list("role"))
    more = {"role": "headquarters", "area": "/"}
    assert admin.post(f"/accounts/{own}/grants", more).status_code == 400
    for action in ("deactivate", "give-password", "unlock", "reset-second-factor", "activate"):
        assert admin.post(f"/accounts/{own}/{action}").status_code == 400
    held = Account.objects.get(pk=own).grants.get()
    answer = admin.post(f"/accounts/{own}/grants/remove", {"held": held.pk})
    assert answer.status_code == 400
    account = Account.objects.get(pk=own)
    assert list(account.grants.values_list("role")) == before
    assert account.is_active


@pytest.mark.parametrize(
    ("held", "more"),
    [("department", "administrator"), ("department", "auditor"), ("auditor", "administrator"),
     ("administrator", "headquarters"), ("auditor", "official")],
)  # fmt: skip
def test_the_three_powers_stay_apart(account_as, actor, now, held: str, more: str) -> None:
    account = account_as(held)
    with pytest.raises(BadRequest, match="三员分立"):
        services.add_grant(account=account.pk, grant=Granted(more), by=actor, now=now)
    assert [g.role for g in account.grants.all()] == [held]


def test_what_an_appointment_gave_ends_with_it_alone(account_as, actor, now) -> None:
    from lantian.desk.rights.services import set_grants  # noqa: PLC0415

    account = account_as()
    give = [Granted("township", "/99/01/")]
    set_grants(account=account.pk, source="appointment:3", grants=give, by=actor, now=now)
    held = account.grants.get()
    with pytest.raises(BadRequest, match="appointment"):
        services.remove_grant(account=account.pk, grant=held.pk, by=actor, now=now)
    assert account.grants.get() == held


@pytest.mark.parametrize("role", ["headquarters", "department", "auditor", "official", "company"])
def test_no_other_role_manages_accounts(client_as, person, role: str) -> None:
    client = client_as(role)
    for path in ("/accounts", "/accounts/new", f"/accounts/{person.pk}"):
        assert client.get(path).status_code == 403
    for path in ("deactivate", "give-password", "grants", "grants/remove"):
        assert client.post(f"/accounts/{person.pk}/{path}").status_code == 403
    person.refresh_from_db()
    assert person.is_active


def test_services_name_what_is_wrong(person, actor, now) -> None:
    with pytest.raises(Conflict, match="taken"):
        services.create_account(username="Wang", name="x", by=actor, now=now)
    with pytest.raises(BadRequest, match="own account"):
        services.set_active(account=person.pk, active=False, by=Actor(person.pk, "wang"), now=now)
    assert services.has_accounts()
