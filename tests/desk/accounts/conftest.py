"""What tests of accounts share: somebody with a password, settings of one test."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client

from lantian.desk.accounts.models import Account
from lantian.desk.accounts.services import create_account
from lantian.desk.env import env
from lantian.desk.rights.services import Granted, set_grants

COSTS = ("time_cost", "memory_cost", "parallelism")
PASSWORD = "korrekt-pferd-batterie"  # noqa: S105


#: Costs of a hash as installed: time, KiB of memory, lanes.
AS_INSTALLED = tuple(getattr(Argon2PasswordHasher, name) for name in COSTS)


@pytest.fixture(autouse=True)
def as_installed(monkeypatch: pytest.MonkeyPatch) -> tuple[int, ...]:
    """Hash cheaply in these tests; gives the costs as installed."""
    for name, cheap in zip(COSTS, (1, 8, 1), strict=True):
        monkeypatch.setattr(Argon2PasswordHasher, name, cheap)
    return AS_INSTALLED


@pytest.fixture
def desk_set(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Change settings of the section [desk] for one test."""

    def change(**values: Any) -> None:
        now = env().settings
        changed = now.model_copy(update={"desk": now.desk.model_copy(update=values)})
        monkeypatch.setattr(env(), "settings", changed)

    return change


@pytest.fixture
def person(db: None, now, actor) -> Account:
    """An account with the password above and no duty to change it."""
    account, _ = create_account(
        username="wang", name="王小明", password=PASSWORD, must_change=False, by=actor, now=now
    )
    set_grants(account=account.pk, source="test", grants=[Granted("department")], by=actor, now=now)
    return account


@pytest.fixture
def sign_in() -> Callable[..., Any]:
    """Sign in by the form: sign_in(client, "wang", next="/air")."""

    def go(client: Client, username: str = "wang", password: str = PASSWORD, **more: str) -> Any:
        return client.post("/sign-in", {"username": username, "password": password, **more})

    return go
