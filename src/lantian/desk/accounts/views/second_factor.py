"""Pages of the second factor: the code at sign-in, enrolling a device, recovery codes."""

import io
from typing import Final, cast

import segno
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lantian.desk.accounts import factor
from lantian.desk.accounts.forms import CodeForm, EnrolAgainForm, EnrolForm, PasswordProofForm
from lantian.desk.accounts.gate import CONFIRM, ENROL, step_due
from lantian.desk.accounts.models import Account
from lantian.desk.accounts.signin import prove_again
from lantian.desk.accounts.views.entry import mark_passed, pass_factor
from lantian.desk.language import both
from lantian.desk.rights.request import DeskRequest

_PENDING: Final = "pending_secret"


@require_http_methods(["GET", "POST"])
def confirm(request: DeskRequest) -> HttpResponse:
    """Ask for the code of a session that has none yet."""
    if step_due(request) != CONFIRM:
        return HttpResponseRedirect("/")
    account = cast(Account, request.user)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        means = factor.prove_code(account=account, given=form.cleaned_data["code"], now=now)
        if means:
            return pass_factor(request, account, means)
        factor.refuse(account=account, by=request.actor, now=now)
        form.add_error("code", _wrong())
    return render(request, "accounts/second_factor.html", {"form": form, "nav": []})


@require_http_methods(["GET", "POST"])
def enrol(request: DeskRequest) -> HttpResponse:
    """Enrol a device: show the secret, take its first code, show the recovery codes once."""
    account = cast(Account, request.user)
    again = account.totp_since is not None
    form = (EnrolAgainForm if again else EnrolForm)(request.POST or None)
    if _PENDING not in request.session:
        request.session[_PENDING] = factor.pending_secret()
    pending = request.session[_PENDING]
    if request.method == "POST" and form.is_valid():
        codes = _enrolled(request, account, form, pending)
        if codes:
            return _codes_page(request, codes)
    secret, address = factor.shown(pending, account.username)
    context = {
        "form": form,
        "secret": secret,
        "address": address,
        "since": account.totp_since,
        "left": factor.codes_left(account),
        "renew": PasswordProofForm(auto_id="renew_%s"),
        "forced": step_due(request) == ENROL,
    }
    if context["forced"]:
        context["nav"] = []
    return render(request, "accounts/enrol.html", context)


@require_GET
def qr(request: DeskRequest) -> HttpResponse:
    """Return the pending secret as a picture; a file of its own, for the page allows no other."""
    pending = request.session.get(_PENDING)
    if pending is None:
        raise Http404
    _, address = factor.shown(pending, cast(Account, request.user).username)
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="svg", scale=5, border=4, light="white")
    return HttpResponse(out.getvalue(), content_type="image/svg+xml")


@require_POST
def recovery_codes(request: DeskRequest) -> HttpResponse:
    """Replace the recovery codes, and show the new ones once."""
    account = cast(Account, request.user)
    form = PasswordProofForm(request.POST)
    now = timezone.now()
    if account.totp_since is None or not form.is_valid():
        return HttpResponseRedirect(reverse(ENROL))
    given = form.cleaned_data["password"]
    if not prove_again(account=account, password=given, by=request.actor, now=now):
        return HttpResponseRedirect(reverse(ENROL))
    return _codes_page(
        request, factor.new_recovery_codes(account=account, by=request.actor, now=now)
    )


def _enrolled(
    request: DeskRequest, account: Account, form: EnrolForm, pending: str
) -> list[str] | None:
    now, forced = timezone.now(), step_due(request) == ENROL
    given = form.cleaned_data
    if "password" in given and not prove_again(
        account=account, password=given["password"], by=request.actor, now=now
    ):
        form.add_error("password", str(both("密码不正确", "Wrong password")))
        return None
    codes = factor.enrol(
        account=account, pending=pending, given=given["code"], by=request.actor, now=now
    )
    if codes is None:
        form.add_error("code", _wrong())
        return None
    del request.session[_PENDING]
    if forced:
        pass_factor(request, account, "totp")
    else:
        mark_passed(request)
    return codes


def _codes_page(request: DeskRequest, codes: list[str]) -> HttpResponse:
    return render(request, "accounts/recovery_codes.html", {"codes": codes, "nav": []})


def _wrong() -> str:
    return str(
        both(
            "验证码不正确、已用过，或账号暂时锁定",
            "This code is wrong or used, or the account is locked for a while",
        )
    )
