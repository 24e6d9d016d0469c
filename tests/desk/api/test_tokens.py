"""The life of a token: made on a page, shown once, kept as a hash, ended in five ways."""

from datetime import timedelta

import pytest
from django.test import Client
from tests.desk.api.conftest import bearer, token_row

from lantian.desk.accounts.services import set_active
from lantian.desk.api import services
from lantian.desk.api.models import Token, hash_of
from lantian.desk.api.services import LONGEST, MOST, create_token, revoke_token
from lantian.desk.log.models import Entry
from lantian.desk.rights.queries import reach_of
from lantian.desk.rights.services import set_grants
from lantian.errors import BadRequest, NoData

ADDRESS = "/api/v1/places"


def made(client: Client, now, scopes=("places.read",), days=30, name="监控") -> str:
    form = {"name": name, "scopes": scopes, "last": f"{now + timedelta(days=days):%Y-%m-%d}"}
    page = client.post("/account/tokens", form)
    return page.context.get("text", "")


@pytest.fixture
def owner(account_as):
    return account_as("headquarters")


@pytest.fixture
def browser(owner) -> Client:
    client = Client()
    client.force_login(owner)
    return client


def test_a_token_is_shown_once_and_kept_as_a_hash(browser, now) -> None:
    text = made(browser, now)
    assert bearer(text).get(ADDRESS).status_code == 200
    row = token_row(text)
    kept = [str(getattr(row, field.attname)) for field in Token._meta.concrete_fields]
    assert not any(text in value for value in kept)
    assert row.hash == hash_of(text)
    again = browser.get("/account/tokens")
    assert row.prefix in again.text
    assert text not in again.text
    told = Entry.objects.filter(action="api.token.add").get()
    assert text not in told.after
    assert row.prefix in told.after


@pytest.mark.parametrize(
    ("days", "scopes", "name"),
    [
        (400, ("places.read",), "x"),
        (-1, ("places.read",), "x"),
        (30, (), "x"),
        (30, ("log.read",), "x"),
        (30, ("system.manage",), "x"),
        (30, ("places.read",), " "),
    ],
)
def test_what_a_token_may_not_be(browser, now, days, scopes, name) -> None:
    page = browser.post(
        "/account/tokens",
        {"name": name, "scopes": scopes, "last": f"{now + timedelta(days=days):%Y-%m-%d}"},
    )
    assert page.context["form"].errors
    assert not Token.objects.exists()


def test_no_permission_that_the_account_lacks(account_as, actor, now) -> None:
    account = account_as("neighbour")
    given = {"account": account.pk, "name": "x", "by": actor, "now": now}
    reach = reach_of(account.pk, now.date())
    for scopes, ends in ((["sources.read"], now + LONGEST), (["air.read"], now + LONGEST * 2)):
        with pytest.raises(BadRequest):
            create_token(scopes=scopes, expires_at=ends, reach=reach, **given)
    for _ in range(MOST):
        create_token(scopes=["air.read"], expires_at=now + LONGEST, reach=reach, **given)
    with pytest.raises(BadRequest):
        create_token(scopes=["air.read"], expires_at=now + LONGEST, reach=reach, **given)


def test_the_page_needs_the_permission(client_as) -> None:
    assert client_as("company").get("/account/tokens").status_code == 403
    assert client_as("expert").get("/account/tokens").status_code == 200


def test_revoked_expired_inactive_ungranted_and_unknown_tokens_are_dead(
    browser, owner, actor, now
) -> None:
    who = {"by": actor, "now": now}
    texts = [made(browser, now) for _ in range(4)]
    calls = [bearer(text) for text in texts]
    assert [call.get(ADDRESS).status_code for call in calls] == [200] * 4
    page = browser.post(f"/account/tokens/{token_row(texts[0]).pk}/revoke")
    assert page.status_code == 302
    assert calls[0].get(ADDRESS).status_code == 401
    Token.objects.filter(hash=hash_of(texts[1])).update(expires_at=now)
    assert calls[1].get(ADDRESS).status_code == 401
    set_active(account=owner.pk, active=False, **who)
    assert calls[2].get(ADDRESS).status_code == 401
    set_active(account=owner.pk, active=True, **who)
    assert calls[2].get(ADDRESS).status_code == 200
    set_grants(account=owner.pk, source="test", grants=[], **who)
    assert calls[3].get(ADDRESS).status_code == 403
    assert bearer("lt_unknown").get(ADDRESS).status_code == 401
    for odd in ("", "Basic x", "Bearer", "Bearer ", "Bearer " + "x" * 9999, "Bearer \xff"):
        answer = Client(headers={"Authorization": odd}).get(ADDRESS)
        assert answer.status_code == 401, odd
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_nobody_revokes_the_token_of_another(browser, client_as, now, actor, account_as) -> None:
    row = token_row(made(browser, now))
    assert client_as("expert").post(f"/account/tokens/{row.pk}/revoke").status_code == 404
    with pytest.raises(NoData):
        revoke_token(account=account_as("expert").pk, token=row.pk, by=actor, now=now)
    row.refresh_from_db()
    assert row.revoked_at is None


def test_a_session_is_no_proof_and_is_not_touched(browser) -> None:
    answer = browser.get(ADDRESS)
    assert answer.status_code == 401
    assert not answer.cookies
    assert browser.post(ADDRESS, {}, content_type="application/json").status_code == 401


def test_a_token_opens_no_page(browser, now) -> None:
    call = bearer(made(browser, now))
    assert call.get("/places/").status_code == 302
    assert call.get("/account/tokens").status_code == 302


def test_a_token_reaches_no_more_than_its_scopes(browser, now) -> None:
    call = bearer(made(browser, now, scopes=("stations.read",)))
    assert call.get("/api/v1/stations").status_code == 200
    for path in ("places", "people", "sources", "air/latest"):
        assert call.get(f"/api/v1/{path}").status_code == 403


def test_last_use_is_written_once_a_minute(browser, now, monkeypatch) -> None:
    text = made(browser, now)
    call, clock = bearer(text), [now]
    monkeypatch.setattr("lantian.desk.api.middleware.timezone.now", lambda: clock[0])
    seen = []
    for second in (0, 1, 20, 59, 61):
        clock[0] = now.replace(second=0, microsecond=0) + timedelta(minutes=1, seconds=second)
        for _ in range(25):
            assert call.get(ADDRESS).status_code == 200
        seen.append(token_row(text).last_used_at)
    start = now.replace(second=0, microsecond=0) + timedelta(minutes=1)
    assert seen == [start] * 4 + [start + timedelta(seconds=61)]


def test_the_rate_is_limited_and_says_when_to_come_again(browser, now, monkeypatch) -> None:
    monkeypatch.setattr(services, "PER_MINUTE", 30)
    fixed = now.replace(second=17, microsecond=0)
    monkeypatch.setattr("lantian.desk.api.middleware.timezone.now", lambda: fixed)
    call, other = bearer(made(browser, now)), bearer(made(browser, now))
    statuses = [call.get(ADDRESS).status_code for _ in range(35)]
    assert statuses == [200] * 30 + [429] * 5
    refused = call.get(ADDRESS)
    assert refused.headers["Retry-After"] == "43"
    assert refused.json()["status"] == 429
    assert other.get(ADDRESS).status_code == 200
    later = fixed + timedelta(seconds=43)
    monkeypatch.setattr("lantian.desk.api.middleware.timezone.now", lambda: later)
    assert call.get(ADDRESS).status_code == 200


def test_what_a_token_does_stands_in_the_log_with_its_beginning(browser, now, county) -> None:
    text = made(browser, now, scopes=("places.read", "places.write"))
    body = {"code": "990109", "name_zh": "新", "level": "township", "parent": "990100"}
    answer = bearer(text).post(ADDRESS, body, content_type="application/json")
    assert answer.status_code == 201
    entry = Entry.objects.filter(action="place.add", key="990109").get()
    assert entry.origin.endswith(f" {text[:9]}")
    assert entry.request == answer.headers["X-Request-Id"]
