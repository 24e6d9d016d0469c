"""What tests of the desk share: accounts with a role, the clients of their browsers."""

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser
from pytest_django import DjangoDbBlocker

from desk.browser.running import NoChromiumError, chromium
from lantian.desk.accounts.models import Account
from lantian.desk.env import env
from lantian.desk.log import guard
from lantian.desk.log.actor import Actor
from lantian.desk.rights.services import Granted, set_grants

type MakeAccount = Callable[..., Account]
type ClientAs = Callable[..., Client]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Take down the guard of the log, which refuses to empty tables between tests."""
    with django_db_blocker.unblock():
        guard.take_down(connection)


@pytest.fixture
def now() -> datetime:
    """The time of a test."""
    return timezone.now()


@pytest.fixture
def actor() -> Actor:
    """Who acts in a test of services."""
    return Actor(None, "tester", "test", "test")


@pytest.fixture
def folder() -> Path:
    """The data folder of the desk under test."""
    return env().folder


@pytest.fixture
def account_as(db: None, now: datetime, actor: Actor) -> MakeAccount:
    """Make an account that holds roles: account_as("township", area="/99/", subjects=("dust",))."""

    def make(*roles: str, name: str = "", **where: object) -> Account:
        name = name or "-".join(roles) or "nobody"
        account, _ = Account.objects.get_or_create(
            username=f"{name}-{Account.objects.count()}", defaults={"name": name, "created_at": now}
        )
        account.set_unusable_password()
        account.save()
        grants = [Granted(role, **where) for role in roles]  # type: ignore[arg-type]
        set_grants(account=account.pk, source="test", grants=grants, by=actor, now=now)
        return account

    return make


@pytest.fixture
def client_as(account_as: MakeAccount) -> ClientAs:
    """Return the client of a fresh account: client_as("headquarters"); none for no roles."""

    def make(*roles: str, **where: object) -> Client:
        client = Client()
        client.force_login(account_as(*roles, **where))
        return client

    return make


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; where it is absent a test is skipped, and fails where CI is set.

    For one module, because Django refuses its database while Playwright's loop runs.
    """
    try:
        with chromium() as browser:
            yield browser
    except NoChromiumError as error:
        if os.environ.get("CI"):
            pytest.fail(str(error))
        pytest.skip(str(error))
