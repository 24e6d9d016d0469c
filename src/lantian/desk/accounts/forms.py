"""Forms of accounts."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings

from lantian.desk.accounts.models import Account
from lantian.desk.accounts.queries import SUBJECT_NAMES, Held
from lantian.desk.language import both
from lantian.desk.rights.table import SUBJECTS, table

_LONGEST = 128


def _secret(zh: str, en: str, complete: str, **more: Any) -> forms.CharField:
    look = forms.PasswordInput(attrs={"autocomplete": complete, "autocapitalize": "none"})
    return forms.CharField(
        label=both(zh, en), widget=look, max_length=_LONGEST, strip=False, **more
    )


class SignInForm(forms.Form):
    """User name and password."""

    username = forms.CharField(
        label=both("用户名", "User name"),
        max_length=64,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "autofocus": True}
        ),
    )
    password = _secret("密码", "Password", "current-password")


class CodeForm(forms.Form):
    """A code of the second factor."""

    code = forms.CharField(
        label=both("验证码", "Code"),
        max_length=32,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autofocus": True}),
        help_text=both(
            "验证器应用上的 6 位数字；设备不在时用一枚恢复码。",
            "The 6 digits in your authenticator app, or a recovery code if you lost the device.",
        ),
    )


class EnrolForm(forms.Form):
    """The first code of a new device."""

    code = forms.CharField(
        label=both("应用显示的 6 位数字", "The 6 digits that the app shows"),
        max_length=16,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class EnrolAgainForm(EnrolForm):
    """The first code of a device that replaces another."""

    password = _secret("现密码", "Current password", "current-password")


class PasswordProofForm(forms.Form):
    """The password, once more."""

    password = _secret("现密码", "Current password", "current-password")


class PasswordForm(forms.Form):
    """Change of the own password."""

    old = _secret("现密码", "Current password", "current-password")
    new = _secret("新密码", "New password", "new-password")
    again = _secret("再次输入新密码", "New password again", "new-password")

    def clean(self) -> dict[str, Any]:
        """Compare the two."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("new") != given.get("again"):
            self.add_error("again", str(both("两次输入不一致", "The two differ")))
        return given


class AccountForm(forms.ModelForm[Account]):
    """What an administrator may change of an account."""

    language = forms.ChoiceField(label=both("语言", "Language"), choices=settings.LANGUAGES)

    class Meta:
        """Fields and their names."""

        model = Account
        fields = ("name", "email", "oidc_subject")
        labels = {  # noqa: RUF012
            "name": both("姓名", "Name"),
            "email": both("邮箱", "E-mail"),
            "oidc_subject": both("统一登录标识", "Subject of single sign-on"),
        }


class NewAccountForm(AccountForm):
    """A new account."""

    username = forms.CharField(
        label=both("用户名", "User name"),
        max_length=64,
        help_text=both(
            "2—64 位小写字母、数字或 . _ @ -", "2 to 64 small letters, digits or . _ @ -"
        ),
    )
    field_order = ("username", "name")


class GrantForm(forms.Form):
    """One more role of an account."""

    role = forms.ChoiceField(label=both("角色", "Role"))
    area = forms.CharField(
        label=both("区域路径", "Path of the area"),
        initial="/",
        max_length=200,
        help_text=both("/ 为全部", "/ is everything"),
    )
    subjects = forms.MultipleChoiceField(
        label=both("领域", "Subjects"),
        required=False,
        choices=[(name, SUBJECT_NAMES[name]) for name in SUBJECTS],
        widget=forms.CheckboxSelectMultiple,
        help_text=both("不选为全部", "none ticked is all"),
    )
    organisation = forms.CharField(
        label=both("机构代码", "Code of the organisation"), required=False, max_length=64
    )
    first = forms.DateField(
        label=both("起日", "From"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    last = forms.DateField(
        label=both("止日", "Until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        choices = [(role.name, both(role.zh, role.en)) for role in table().roles.values()]
        self.fields["role"].choices = choices  # type: ignore[attr-defined]


class UngrantForm(forms.Form):
    """Which of the grants is taken away."""

    held = forms.TypedChoiceField(label=both("授权", "Grant"), coerce=int)

    def __init__(self, grants: Iterable[Held], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        choices = [(g.pk, f"{g.role} · {g.area} {g.subjects}") for g in grants if g.removable]
        self.fields["held"].choices = choices  # type: ignore[attr-defined]
