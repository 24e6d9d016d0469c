"""Signing in and out."""

from http import HTTPStatus
from typing import Final, cast

from django.conf import settings
from django.contrib.auth import login, logout
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lantian.desk.accounts import oidc, signin
from lantian.desk.accounts.factor import required_of
from lantian.desk.accounts.forms import SignInForm
from lantian.desk.accounts.gate import OIDC
from lantian.desk.accounts.models import Account
from lantian.desk.accounts.session import FACTOR, MEANS, SessionStore
from lantian.desk.env import env
from lantian.desk.language import both, language
from lantian.desk.log.services import record
from lantian.desk.rights.queries import reach_of
from lantian.desk.rights.request import DeskRequest

_NEXT: Final = "next"
#: One message for every reason: it must not tell which user names there are.
_WRONG: Final = both(
    "用户名或密码不正确，或账号暂时锁定",
    "Wrong user name or password, or the account is locked for a while",
)
_BACKEND: Final = "django.contrib.auth.backends.ModelBackend"


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: DeskRequest) -> HttpResponse:
    """Ask for user name and password."""
    back = safe_next(request, request.POST.get(_NEXT) or request.GET.get(_NEXT, ""))
    if request.user.is_authenticated:
        return HttpResponseRedirect(back)
    form = SignInForm(request.POST or None)
    if request.method == "GET" or not form.is_valid():
        return _page(request, form, back)
    try:
        account = signin.prove_password(
            username=form.cleaned_data["username"],
            password=form.cleaned_data["password"],
            by=request.actor,
            now=timezone.now(),
        )
    except signin.TooManyAttempts as error:
        said = f"{language().half(error.what)} · {language().half(error.fix)}"
        return _page(request, form, back, HTTPStatus.TOO_MANY_REQUESTS, said)
    if account is None:
        return _page(request, form, back, error=str(_WRONG))
    return open_session(request, account, means="password", back=back)


@require_GET
def oidc_begin(request: DeskRequest) -> HttpResponse:
    """Send the browser to the identity server."""
    if not oidc.configured():
        raise Http404
    request.session[_NEXT] = safe_next(request, request.GET.get(_NEXT, ""))
    return oidc.begin(request)


@require_GET
def oidc_return(request: DeskRequest) -> HttpResponse:
    """Take back whom the identity server proved."""
    if not oidc.configured():
        raise Http404
    now = timezone.now()
    account = oidc.proven(request, now)
    if account is None or not account.is_active:
        signin.refuse(account, why="no account for this subject", by=request.actor, now=now)
        form = SignInForm()
        error = both(
            "没有对应的账号，请联系管理员", "There is no account for you; ask an administrator"
        )
        return _page(request, form, "/", HTTPStatus.FORBIDDEN, str(error))
    back = safe_next(request, request.session.get(_NEXT, ""))
    return open_session(request, account, means=OIDC, back=back)


@require_POST
def sign_out(request: DeskRequest) -> HttpResponse:
    """End the session."""
    with transaction.atomic():
        record(
            by=request.actor,
            now=timezone.now(),
            action="accounts.sign-out",
            kind="account",
            key=str(request.actor.account),
        )
    logout(request)
    response = HttpResponseRedirect(reverse("accounts:sign-in"))
    # Not "cookies": the choice of language stays.
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def open_session(request: DeskRequest, account: Account, *, means: str, back: str) -> HttpResponse:
    """Open a session under a new key; where a second factor is due, it opens that page alone."""
    now = timezone.now()
    login(request, account, backend=_BACKEND)
    session = cast(SessionStore, request.session)
    session.begin(
        now=now, address=request.actor.origin, agent=request.headers.get("User-Agent", "")
    )
    session[FACTOR] = False
    session[MEANS], session[_NEXT] = means, back
    reach = reach_of(account.pk, timezone.localdate(now))
    if account.totp_since is None and not required_of(reach):
        signin.complete(account, means=means, by=request.actor, now=now)
    response = HttpResponseRedirect(back)
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            account.language,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
        )
    return response


def pass_factor(request: DeskRequest, account: Account, by_what: str) -> HttpResponse:
    """Let a session through whose second factor was proved, under a new key."""
    mark_passed(request)
    session = request.session
    means = f"{session.get(MEANS, '')}+{by_what}"
    signin.complete(account, means=means, by=request.actor, now=timezone.now())
    return HttpResponseRedirect(safe_next(request, session.get(_NEXT, "")))


def mark_passed(request: DeskRequest) -> None:
    """Note that the second factor was proved, under a new key."""
    request.session.cycle_key()
    request.session[FACTOR] = True


def safe_next(request: DeskRequest, asked: str) -> str:
    """Return an address of ours, or the first page."""
    fits = url_has_allowed_host_and_scheme(
        asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return asked if fits else "/"


def _page(
    request: DeskRequest,
    form: SignInForm,
    back: str,
    status: int = HTTPStatus.OK,
    error: str = "",
) -> HttpResponse:
    label = env().settings.oidc.label if oidc.configured() else ""
    context = {
        "form": form,
        "next": back,
        "error": error,
        "oidc_label": language().half(label),
    }
    return render(request, "accounts/sign_in.html", context, status=status)
