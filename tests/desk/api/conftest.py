"""Callers of the API with a token of their own, and rows and air for them to find."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from tests.desk.air.conftest import beijing, beijing_folder, stand
from tests.desk.register.conftest import county, place

from lantian.desk.accounts.models import Account
from lantian.desk.api import rate
from lantian.desk.api.models import Token
from lantian.desk.api.services import create_token
from lantian.desk.api.views.tokens import offered
from lantian.desk.log.actor import Actor
from lantian.desk.rights.queries import reach_of

__all__ = ["beijing", "beijing_folder", "county", "place", "stand"]

type MakeToken = Callable[..., str]
type Caller = Callable[..., Client]


@pytest.fixture(autouse=True)
def _fresh_minute() -> None:
    """No test spends what another took out of a minute: numbers of tokens come again."""
    rate.SPENDING._left.clear()


@pytest.fixture
def token_of(now: datetime) -> MakeToken:
    """Make a token of an account with all it may carry, or with some permissions."""

    def make(account: Account, *scopes: str, days: int = 30) -> str:
        reach = reach_of(account.pk, now.date())
        _, text = create_token(
            account=account.pk,
            name="test",
            scopes=scopes or sorted(offered(reach)),
            expires_at=now + timedelta(days=days),
            reach=reach,
            by=Actor.system("test"),
            now=now,
        )
        return text

    return make


@pytest.fixture
def caller(account_as: Callable[..., Account], token_of: MakeToken) -> Caller:
    """A client that sends the token of a fresh account: caller("department", area="/99/")."""

    def make(*roles: str, scopes: tuple[str, ...] = (), **where: object) -> Client:
        return bearer(token_of(account_as(*roles, **where), *scopes))

    return make


def bearer(text: str) -> Client:
    """A client that sends a token."""
    return Client(headers={"Authorization": f"Bearer {text}"})


def token_row(text: str) -> Token:
    """The row of a token's text."""
    from lantian.desk.api.services import hash_of  # noqa: PLC0415

    return Token.objects.get(hash=hash_of(text))


@pytest.fixture
def empty(stand: Callable[[Path], None], tmp_path: Path) -> None:
    """A desk without a lake."""
    stand(tmp_path)
