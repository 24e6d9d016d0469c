"""How the reader wants to be reached."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from lantian.desk.env import env
from lantian.desk.language import both
from lantian.desk.notices.forms import PreferenceForm
from lantian.desk.notices.robots import save_wishes
from lantian.desk.notices.views.shown import tabs
from lantian.desk.notices.wishes import email_of, wish_of
from lantian.desk.rights.request import DeskRequest


@require_http_methods(["GET", "POST"])
def preferences(request: DeskRequest) -> HttpResponse:
    """Show and write the wishes of the reader."""
    account = request.user
    form = PreferenceForm(request.POST or None, instance=wish_of(account))  # type: ignore[arg-type]
    if request.method == "POST" and form.is_valid():
        save_wishes(
            account=account.pk,  # type: ignore[arg-type]
            by=request.actor,
            now=timezone.now(),
            **form.cleaned_data,
        )
        messages.success(request, str(both("已保存", "Saved")))
        return HttpResponseRedirect(reverse("notices:preferences"))
    person = getattr(account, "person", None)
    settings = env().settings
    unset = both("本系统未配置", "not set up in this desk")
    context = {
        "tabs": tabs(request),
        "form": form,
        "facts": [
            {
                "label": both("邮件发至", "Mails go to"),
                "value": email_of(account),  # type: ignore[arg-type]
                "sub": "" if settings.mail.host else unset,
            },
            {
                "label": both("短信发至", "Text messages go to"),
                "value": str(person.phone) if person else "",
                "sub": "" if settings.sms.url else unset,
            },
        ],
    }
    return render(request, "notices/preferences.html", context)
