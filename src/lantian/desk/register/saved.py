"""Saved filters of a list, each account its own."""

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from lantian.desk.language import both
from lantian.desk.register.filtering import kept
from lantian.desk.register.listing import asked
from lantian.desk.register.models import SavedFilter
from lantian.desk.register.spec import Register
from lantian.desk.rights.request import DeskRequest
from lantian.errors import BadRequest

_MOST = 30


class NameForm(forms.Form):
    """Name of a filter, and its address."""

    name = forms.CharField(label=both("名称", "Name"), max_length=40)
    query = forms.CharField(widget=forms.HiddenInput, max_length=1000)


@require_http_methods(["GET", "HEAD", "POST"])
def saved(request: DeskRequest, register: Register) -> HttpResponse:
    """Keep a filter under a name, or forget one."""
    account = request.user.pk or 0
    mine = SavedFilter.objects.filter(account=account, kind=register.kind)
    back = reverse(register.route("list"))
    if "forget" in request.POST:
        mine.filter(name=request.POST["forget"]).delete()
        messages.success(request, both("已删除", "Removed"))
        return HttpResponseRedirect(back)
    form = NameForm(request.POST or None, initial={"query": kept(request.GET)})
    if request.method == "POST" and form.is_valid():
        query = form.cleaned_data["query"]
        asked(register, QueryDict(query), timezone.localdate())
        with transaction.atomic():
            if mine.count() >= _MOST:
                raise BadRequest(
                    f"最多保存 {_MOST} 个 / at most {_MOST} are kept",
                    where="saved",
                    fix="先删除一个 / remove one first",
                )
            SavedFilter.objects.update_or_create(
                account_id=account,
                kind=register.kind,
                name=form.cleaned_data["name"],
                defaults={"query": query},
            )
        return HttpResponseRedirect(f"{back}?{query}")
    context = {
        "register": register,
        "form": form,
        "saved": mine.order_by("name"),
        "cancel_url": f"{back}?{kept(request.GET)}",
        "crumbs": [
            {"title": register.label, "url": back},
            {"title": both("已存筛选", "Saved filters")},
        ],
    }
    status = 422 if form.errors else 200
    return render(request, "register/saved.html", context, status=status)
