"""One's own account: who I am here, my password, my sessions."""

from http import HTTPStatus
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from lantian.desk.accounts import services
from lantian.desk.accounts.forms import PasswordForm
from lantian.desk.accounts.gate import PASSWORD, step_due
from lantian.desk.accounts.models import Account, Session
from lantian.desk.accounts.queries import held_by, sessions_of
from lantian.desk.accounts.signin import prove_again
from lantian.desk.accounts.views.tables import grants_table
from lantian.desk.env import env
from lantian.desk.language import both, language
from lantian.desk.rights.request import DeskRequest
from lantian.errors import BadRequest


@require_GET
def profile(request: DeskRequest) -> HttpResponse:
    """Show the own account."""
    account = cast(Account, request.user)
    facts = [
        {"label": both("用户名", "User name"), "value": account.username},
        {"label": both("姓名", "Name"), "value": account.name},
        {"label": both("邮箱", "E-mail"), "value": account.email},
    ]
    context = {
        "facts": facts,
        "mine": account,
        "grants": grants_table(held_by(account)),
        "sessions": len(sessions_of(account.pk, timezone.now())),
    }
    return render(request, "accounts/profile.html", context)


@require_GET
def alive(request: DeskRequest) -> HttpResponse:
    """Say nothing: an open page learns by the way to sign-in that its session ended."""
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def password(request: DeskRequest) -> HttpResponse:
    """Change the own password."""
    account = cast(Account, request.user)
    forced = step_due(request) == PASSWORD
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _changed(request, account, form):
        messages.success(request, str(both("密码已修改", "The password is changed")))
        return HttpResponseRedirect("/" if forced else reverse("accounts:profile"))
    context: dict[str, Any] = {
        "form": form,
        "forced": forced,
        "least": env().settings.desk.password_min,
    }
    if forced:
        context["nav"] = []
    return render(request, "accounts/password.html", context)


def _changed(request: DeskRequest, account: Account, form: PasswordForm) -> bool:
    now = timezone.now()
    given = form.cleaned_data
    if not prove_again(account=account, password=given["old"], by=request.actor, now=now):
        form.add_error(
            "old", str(both("密码不正确，或账号暂时锁定", "Wrong, or locked for a while"))
        )
        return False
    try:
        services.choose_password(account=account, password=given["new"], by=request.actor, now=now)
    except BadRequest as error:
        form.add_error("new", language().half(error.what))
        return False
    # All sessions ended with the old password; this one goes on under a new key.
    update_session_auth_hash(request, account)
    return True


@require_http_methods(["GET", "POST"])
def sessions(request: DeskRequest) -> HttpResponse:
    """List the own sessions; end one of them, or all others."""
    account, now = cast(Account, request.user), timezone.now()
    rows = sessions_of(account.pk, now)
    here = request.session.session_key
    if request.method == "POST":
        named = request.POST.getlist("handle")
        others = [row.handle for row in rows if row.session_key != here]
        handles = [h for h in others if h in named] if named else others
        services.end_sessions(account=account.pk, handles=handles, by=request.actor, now=now)
        return HttpResponseRedirect(reverse("accounts:sessions"))
    return render(request, "accounts/sessions.html", {"sessions": _told(rows, here)})


def _told(rows: list[Session], here: str | None) -> list[dict[str, Any]]:
    return [{"row": row, "here": row.session_key == here} for row in rows]
