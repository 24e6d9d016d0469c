"""The own tokens: what there are, a new one, the end of one."""

from datetime import datetime, time, timedelta
from typing import Any, Final, cast

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from lantian.desk.api import services
from lantian.desk.api.models import Token
from lantian.desk.api.operations import operations
from lantian.desk.api.queries import tokens_of
from lantian.desk.language import both, language
from lantian.desk.rights.reach import Reach
from lantian.desk.rights.request import DeskRequest
from lantian.desk.rights.table import table
from lantian.errors import LantianError

#: Permission of the address of metrics, which is no operation.
METRICS: Final = "system.manage"
_USUAL: Final = timedelta(days=90)


class TokenForm(forms.Form):
    """A new token."""

    name = forms.CharField(label=both("用途", "What it is for"), max_length=60)
    scopes = forms.MultipleChoiceField(
        label=both("权限", "Permissions"), widget=forms.CheckboxSelectMultiple
    )
    last = forms.DateField(
        label=both("有效至", "Good until"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=both("至多一年", "at most a year"),
    )

    def __init__(self, data: Any, *, reach: Reach) -> None:
        """Offer what the API uses of what the account holds."""
        super().__init__(data)
        choices = cast(forms.MultipleChoiceField, self.fields["scopes"])
        held = offered(reach)
        choices.choices = [
            (p.name, both(p.zh, p.en)) for p in table().permissions.values() if p.name in held
        ]
        self.fields["last"].initial = timezone.localdate() + _USUAL

    def expires_at(self) -> datetime:
        """Return the end of its last day."""
        return timezone.make_aware(datetime.combine(self.cleaned_data["last"], time(23, 59, 59)))


def offered(reach: Reach) -> frozenset[str]:
    """Permissions that a token of this account may carry."""
    used = {operation.need for operation in operations() if operation.need} | {METRICS}
    return frozenset(name for name in used if reach.may(name))


@require_http_methods(["GET", "HEAD", "POST"])
def listing(request: DeskRequest) -> HttpResponse:
    """List the own tokens; make one, and show it once."""
    form = TokenForm(request.POST or None, reach=request.reach)
    if request.method == "POST" and form.is_valid():
        try:
            token, text = services.create_token(
                account=cast(int, request.user.pk),
                name=form.cleaned_data["name"],
                scopes=form.cleaned_data["scopes"],
                expires_at=form.expires_at(),
                reach=request.reach,
                by=request.actor,
                now=timezone.now(),
            )
        except LantianError as error:
            form.add_error(None, language().half(error.what))
        else:
            return render(request, "api/once.html", {"token": token, "text": text})
    now = timezone.now()
    told = [{"row": t, "state": _state(t, now), "scopes": _words(t)} for t in _own(request)]
    return render(request, "api/tokens.html", {"form": form, "tokens": told})


def _own(request: DeskRequest) -> list[Token]:
    return tokens_of(cast(int, request.user.pk))


def _words(token: Token) -> str:
    permissions = table().permissions
    named = [permissions[name] for name in sorted(token.permissions) if name in permissions]
    return "、".join(language().of(p.zh, p.en) for p in named)


def _state(token: Token, now: datetime) -> dict[str, Any]:
    if token.revoked_at is not None:
        return {"text": both("已吊销", "revoked"), "tag": "off"}
    if token.expires_at <= now:
        return {"text": both("已过期", "expired"), "tag": "off"}
    return {"text": both("有效", "live"), "tag": "good"}


@require_POST
def revoke(request: DeskRequest, pk: int) -> HttpResponse:
    """End one of the own tokens."""
    services.revoke_token(
        account=cast(int, request.user.pk), token=pk, by=request.actor, now=timezone.now()
    )
    messages.success(request, str(both("已吊销", "Revoked")))
    return HttpResponseRedirect(reverse("api:tokens"))
