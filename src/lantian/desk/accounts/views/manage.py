"""Accounts as the administrator sees them: list, one account, its grants."""

from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lantian.desk.accounts import services
from lantian.desk.accounts.forms import AccountForm, GrantForm, NewAccountForm, UngrantForm
from lantian.desk.accounts.models import Account
from lantian.desk.accounts.queries import accounts, held_by, role_name, sessions_of
from lantian.desk.accounts.views.tables import grants_table
from lantian.desk.language import both, language
from lantian.desk.rights.request import DeskRequest
from lantian.desk.rights.services import Granted
from lantian.errors import LantianError

_A_PAGE: Final = 50


@require_GET
def listing(request: DeskRequest) -> HttpResponse:
    """List accounts."""
    search = request.GET.get("q", "").strip()
    page = Paginator(accounts(search), _A_PAGE).get_page(request.GET.get("page"))
    heads = (
        both("用户名", "User name"),
        both("姓名", "Name"),
        both("角色", "Roles"),
        both("状态", "State"),
        both("两步验证", "Second factor"),
        both("上次登录", "Last sign-in"),
    )
    table = {
        "caption": both("账号", "Accounts"),
        "columns": [{"title": head} for head in heads],
        "rows": [_row(account) for account in page],
        "empty": {"title": both("没有符合条件的账号", "No such account")},
    }
    return render(request, "accounts/list.html", {"accounts": table, "page": page, "q": search})


def _row(account: Account) -> dict[str, Any]:
    roles = dict.fromkeys(grant.role for grant in account.grants.all())
    last = account.last_login
    return {
        "href": reverse("accounts:account", args=[account.pk]),
        "cells": [
            account.username,
            account.name,
            "、".join(str(role_name(role)) for role in roles),
            state_of(account),
            both("已启用", "on") if account.totp_since else both("未启用", "off"),
            timezone.localtime(last).strftime("%Y-%m-%d %H:%M") if last else "",
        ],
    }


def state_of(account: Account) -> dict[str, Any]:
    """Return the state of an account with its tag."""
    if not account.is_active:
        return {"text": both("已停用", "off"), "tag": "off"}
    if account.locked_until and account.locked_until > timezone.now():
        return {"text": both("已锁定", "locked"), "tag": "bad"}
    if account.must_change_password:
        return {"text": both("待改密码", "password to be changed"), "tag": "warn"}
    return {"text": both("正常", "in use"), "tag": "good"}


@require_http_methods(["GET", "POST"])
def create(request: DeskRequest) -> HttpResponse:
    """Make an account, and show its one-time password once."""
    form = NewAccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            account, password = services.create_account(
                **form.cleaned_data, by=request.actor, now=timezone.now()
            )
        except LantianError as error:
            form.add_error("username", language().half(error.what))
        else:
            return _password_page(request, account, password)
    return render(request, "accounts/create.html", {"form": form})


@require_http_methods(["GET", "POST"])
def account(request: DeskRequest, pk: int) -> HttpResponse:
    """Show and edit one account."""
    row = get_object_or_404(Account, pk=pk)
    form = AccountForm(request.POST or None, instance=row, initial={"language": row.language})
    if request.method == "POST" and form.is_valid():
        services.edit_account(
            account=pk,
            version=_number(request.POST.get("version")),
            by=request.actor,
            now=timezone.now(),
            **form.cleaned_data,
        )
        messages.success(request, str(both("已保存", "Saved")))
        return _back(pk)
    return _account_page(request, row, form, GrantForm())


@require_POST
def act(request: DeskRequest, pk: int, action: str) -> HttpResponse:
    """Do one of the things that an administrator may do to an account."""
    row = get_object_or_404(Account, pk=pk)
    if action == "give-password":
        password = services.give_password(account=pk, by=request.actor, now=timezone.now())
        return _password_page(request, row, password)
    if action not in _ACTIONS:
        raise Http404
    _ACTIONS[action](account=pk, by=request.actor, now=timezone.now())
    messages.success(request, str(both("已办理", "Done")))
    return _back(pk)


@require_POST
def grant(request: DeskRequest, pk: int) -> HttpResponse:
    """Give an account one more role."""
    row = get_object_or_404(Account, pk=pk)
    form = GrantForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data | {"subjects": tuple(form.cleaned_data["subjects"])}
        try:
            services.add_grant(
                account=pk, grant=Granted(**given), by=request.actor, now=timezone.now()
            )
        except LantianError as error:
            # The page of the own account has no such form to say it.
            if pk == request.actor.account:
                raise
            form.add_error(None, language().half(error.what))
        else:
            return _back(pk)
    edit = AccountForm(instance=row, initial={"language": row.language})
    return _account_page(request, row, edit, form)


@require_POST
def ungrant(request: DeskRequest, pk: int) -> HttpResponse:
    """Take a role away."""
    get_object_or_404(Account, pk=pk)
    held = _number(request.POST.get("held"))
    services.remove_grant(account=pk, grant=held, by=request.actor, now=timezone.now())
    return _back(pk)


def _activate(**who: Any) -> None:
    services.set_active(active=True, **who)


def _deactivate(**who: Any) -> None:
    services.set_active(active=False, **who)


def _end_sessions(**who: Any) -> None:
    services.end_sessions(handles=None, **who)


_ACTIONS: Final[dict[str, Callable[..., None]]] = {
    "activate": _activate,
    "deactivate": _deactivate,
    "unlock": services.unlock,
    "reset-second-factor": services.reset_second_factor,
    "end-sessions": _end_sessions,
}


def _account_page(
    request: DeskRequest, row: Account, form: AccountForm, grant_form: GrantForm
) -> HttpResponse:
    state = state_of(row)
    grants = held_by(row)
    removable = any(held.removable for held in grants)
    context = {
        "row": row,
        "facts": [
            {"label": both("状态", "State"), "value": state["text"], "tag": state["tag"]},
            {"label": both("失败次数", "Failed sign-ins"), "value": row.failures},
            {"label": both("打开的会话", "Open sessions"), "value": _open_sessions(row)},
        ],
        "form": form,
        "own": row.pk == request.actor.account,
        "grants": grants_table(grants),
        "grant_form": grant_form,
        "ungrant_form": UngrantForm(grants) if removable else None,
    }
    return render(request, "accounts/account.html", context)


def _open_sessions(row: Account) -> int:
    return len(sessions_of(row.pk, timezone.now()))


def _password_page(request: DeskRequest, account: Account, password: str) -> HttpResponse:
    context = {"row": account, "password": password}
    return render(request, "accounts/one_time.html", context)


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 0


def _back(pk: int) -> HttpResponse:
    return HttpResponseRedirect(reverse("accounts:account", args=[pk]))
