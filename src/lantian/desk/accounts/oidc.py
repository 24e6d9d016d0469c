"""Sign-in by the organisation's own identity server: OpenID Connect, code flow with PKCE."""

from datetime import datetime
from functools import cache
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.django_client import OAuth
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse
from joserfc.errors import JoseError

from lantian.desk.accounts.models import Account
from lantian.desk.accounts.signin import known_as
from lantian.desk.env import Oidc, env
from lantian.desk.log.actor import Actor
from lantian.desk.log.services import record
from lantian.desk.rights.request import DeskRequest
from lantian.errors import BadSetting, LantianError

#: Signatures by a key that the identity server alone has; never none, never a shared secret.
_ALGORITHMS: Final = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512",
                                "ES256", "ES384", "ES512", "EdDSA"})  # fmt: skip
_TIMEOUT_S: Final = 10
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_CLAIM: Final = "preferred_username"
#: What goes wrong between two servers; RuntimeError is Authlib's for what a server leaves out.
_FAULTS: Final = (
    requests.RequestException,
    AuthlibBaseError,
    JoseError,
    KeyError,
    RuntimeError,
    ValueError,
)


class SignInFailed(LantianError):
    """The identity server did not answer, or its answer proves nothing."""

    code = "LT-650"


def configured() -> bool:
    """Whether the installation names an identity server."""
    return bool(env().settings.oidc.issuer)


def begin(request: DeskRequest) -> HttpResponse:
    """Send the browser to the identity server.

    Raises
    ------
    SignInFailed
        If the server does not answer.
    """
    try:
        sent: HttpResponse = _server().authorize_redirect(request, _address(request))
    except _FAULTS as error:
        raise _failed(error) from error
    return sent


def proven(request: DeskRequest, now: datetime) -> Account | None:
    """Return the account of whom the identity server sent back; None where there is none.

    Its subject decides; an account without one is found by its user name, and bound to the
    subject from then on. Accounts are never made.

    Raises
    ------
    SignInFailed
        If state, code, signature, issuer, audience, time or nonce is wrong.
    """
    settings = env().settings.oidc
    wanted = {
        "iss": {"essential": True, "value": settings.issuer},
        "aud": {"essential": True, "value": settings.client_id},
    }
    try:
        token = _server().authorize_access_token(request, claims_options=wanted)
        claims = token["userinfo"]
        subject, username = str(claims["sub"]), str(claims.get(_CLAIM, ""))
    except _FAULTS as error:
        raise _failed(error) from error
    return _account(subject, username, request.actor, now)


def _account(subject: str, username: str, by: Actor, now: datetime) -> Account | None:
    with transaction.atomic():
        bound = list(Account.objects.filter(oidc_subject=subject)) if subject else []
        if bound:
            return bound[0] if len(bound) == 1 else None
        unbound = Account.objects.select_for_update().filter(oidc_subject="")
        account = unbound.filter(username=known_as(username)).first()
        if account is None or not subject:
            return None
        Account.objects.filter(pk=account.pk).update(oidc_subject=subject)
        record(
            by=by,
            now=now,
            action="accounts.bind-oidc",
            kind="account",
            key=str(account.pk),
            after={"oidc_subject": subject},
        )
        return account


def _server() -> Any:
    return _client(env().settings.oidc)


@cache
def _client(settings: Oidc) -> Any:
    """Return the client of one identity server; what the server says of itself is read once."""
    parts = urlsplit(settings.issuer)
    if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
        raise BadSetting(
            "统一登录须用 https / the identity server must be reached by https",
            where="oidc.issuer",
            fix="https://…",
        )
    client = OAuth().register(
        "desk",
        client_id=settings.client_id,
        client_secret=settings.client_secret or None,
        server_metadata_url=settings.issuer.rstrip("/") + "/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid profile",
            "code_challenge_method": "S256",
            "default_timeout": _TIMEOUT_S,
        },
    )
    said = client.load_server_metadata()
    known = said.get("id_token_signing_alg_values_supported", ["RS256"])
    said["id_token_signing_alg_values_supported"] = sorted(_ALGORITHMS.intersection(known))
    return client


def _address(request: DeskRequest) -> str:
    public = env().settings.desk.public_url.rstrip("/")
    path = reverse("accounts:oidc-return")
    return public + path if public else request.build_absolute_uri(path)


def _failed(error: Exception) -> SignInFailed:
    return SignInFailed(
        f"统一登录未成功 / single sign-on failed ({type(error).__name__})",
        where="oidc",
        fix="用密码登录，或请管理员检查设置 / use your password, or have the settings checked",
    )
