"""Forms of notices."""

from typing import Any

from django import forms

from lantian.desk.accounts.queries import role_name
from lantian.desk.language import both
from lantian.desk.notices.models import Preference
from lantian.desk.notices.queries import ALL, TO_ANSWER, UNREAD, robots_for
from lantian.desk.notices.recipients import area_choices, organisation_choices, roles_that_read
from lantian.desk.notices.words import DIGESTS, KINDS, MAKERS
from lantian.desk.places.queries import subtree_choices
from lantian.desk.rights.reach import EVERYWHERE, Reach

BY_ROLE = "role"
BY_ORGANISATION = "organisation"
ON_DUTY = "duty"
_WAYS = (
    (BY_ROLE, both("按角色", "by role")),
    (BY_ORGANISATION, both("按机构", "by organisation")),
    (ON_DUTY, both("当前值班", "on duty now")),
)
#: Kinds that people may send.
_SENT = ("message", "alert", "task")
_ALL_AREAS = (EVERYWHERE, both("全部区域", "everywhere"))
_TICKS = forms.CheckboxSelectMultiple


class InboxForm(forms.Form):
    """Which notices are listed."""

    show = forms.ChoiceField(
        label=both("显示", "Show"),
        required=False,
        choices=(
            (ALL, both("全部", "all")),
            (UNREAD, both("未读", "unread")),
            (TO_ANSWER, both("待回执", "to be acknowledged")),
        ),
    )


class ComposeForm(forms.Form):
    """A notice to people."""

    kind = forms.ChoiceField(
        label=both("类别", "Kind"), choices=[(name, KINDS[name]) for name in _SENT]
    )
    title = forms.CharField(label=both("标题", "Title"), max_length=120)
    title_en = forms.CharField(
        label=both("英文标题", "Title in English"), max_length=200, required=False
    )
    text = forms.CharField(
        label=both("正文", "Text"),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=20_000,
        required=False,
        help_text=both(
            "勿写个人信息；手机号、身份证号、银行卡号离开本系统时自动打码。",
            "No personal data: numbers of mobiles, identity and bank cards are masked outside.",
        ),
    )
    text_en = forms.CharField(
        label=both("英文正文", "Text in English"),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=20_000,
        required=False,
    )
    area = forms.ChoiceField(
        label=both("区域（含下级）", "Area (and below)"),
        help_text=both(
            "收件人的范围；回执逾期时找该区域的值班人员。",
            "Whose people get it; its roster is called when receipts are overdue.",
        ),
    )
    way = forms.ChoiceField(label=both("收件人", "To"), choices=_WAYS)
    roles = forms.MultipleChoiceField(label=both("角色", "Roles"), required=False, widget=_TICKS)
    organisations = forms.MultipleChoiceField(
        label=both("机构", "Organisations"),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 6}),
    )
    robots = forms.TypedMultipleChoiceField(
        label=both("群机器人", "Group robots"), required=False, coerce=int, widget=_TICKS
    )
    urgent = forms.BooleanField(
        label=both("紧急：不受免打扰限制", "Urgent: quiet hours or not"), required=False
    )
    needs_receipt = forms.BooleanField(label=both("须回执", "Must be acknowledged"), required=False)
    due_at = forms.DateTimeField(
        label=both("回执时限", "Acknowledge by"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    link = forms.CharField(required=False, max_length=300, widget=forms.HiddenInput)
    once = forms.UUIDField(widget=forms.HiddenInput)
    field_order = (
        "kind", "area", "title", "title_en", "text", "text_en", "way", "roles", "organisations",
        "robots", "needs_receipt", "due_at", "urgent",
    )  # fmt: skip

    def __init__(self, reach: Reach, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        areas = area_choices(reach)
        if reach.covers("notices.send", area=EVERYWHERE):
            areas = [_ALL_AREAS, *areas]
        choices: dict[str, list[Any]] = {
            "area": areas,
            "roles": [(name, role_name(name)) for name in roles_that_read()],
            "organisations": organisation_choices(reach),
            "robots": list(robots_for(reach).values_list("pk", "name")),
        }
        for name, offered in choices.items():
            self.fields[name].choices = offered  # type: ignore[attr-defined]
        if not choices["robots"]:
            del self.fields["robots"]

    def clean(self) -> dict[str, Any]:
        """Ask for what the chosen way of addressing needs."""
        given: dict[str, Any] = super().clean() or {}
        way = given.get("way")
        if way == BY_ROLE and not given.get("roles"):
            self.add_error("roles", str(both("请选择角色", "Choose the roles")))
        if way == BY_ORGANISATION and not given.get("organisations"):
            self.add_error("organisations", str(both("请选择机构", "Choose the organisations")))
        if given.get("needs_receipt") and not given.get("due_at"):
            self.add_error("due_at", str(both("请填写时限", "Give the time")))
        return given


class PreferenceForm(forms.ModelForm[Preference]):
    """How an account wants to be reached."""

    digest = forms.ChoiceField(
        label=both("邮件频率", "Mails"),
        required=False,
        choices=list(DIGESTS.items()),
        help_text=both(
            "紧急与须回执的消息总是逐条发送。",
            "Urgent ones and those to be acknowledged always come at once.",
        ),
    )

    class Meta:
        model = Preference
        fields = ("email", "sms", "digest", "digest_at", "quiet_from", "quiet_until", "brief")
        labels = {  # noqa: RUF012
            "email": both("邮件", "E-mail"),
            "sms": both("短信（仅紧急与须回执）", "Text messages (urgent, or to be acknowledged)"),
            "brief": both("每日晨报", "The morning brief"),
            "quiet_from": both("免打扰自", "Quiet from"),
            "quiet_until": both("免打扰至", "Quiet until"),
            "digest_at": both("每日汇总时间", "Time of the daily digest"),
        }
        widgets = {  # noqa: RUF012
            name: forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
            for name in ("quiet_from", "quiet_until", "digest_at")
        }

    def clean(self) -> dict[str, Any]:
        """Quiet hours have both ends, or none."""
        given: dict[str, Any] = super().clean() or {}
        if (given.get("quiet_from") is None) != (given.get("quiet_until") is None):
            missing = "quiet_from" if given.get("quiet_from") is None else "quiet_until"
            self.add_error(missing, str(both("起止都填或都不填", "Give both ends or none")))
        return given


class RobotForm(forms.Form):
    """The robot of a chat group; address and secret are never shown again."""

    name = forms.CharField(label=both("名称", "Name"), max_length=60)
    kind = forms.ChoiceField(label=both("平台", "Made by"), choices=list(MAKERS.items()))
    url = forms.CharField(
        label=both("Webhook 地址", "Webhook address"),
        max_length=500,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=both("加密保存；留空为不变。", "Kept encrypted; empty leaves it as it is."),
    )
    secret = forms.CharField(
        label=both("加签密钥", "Signing secret"),
        max_length=200,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=both(
            "钉钉“加签”、飞书“签名校验”的密钥；留空为不变。",
            "Of DingTalk and Feishu, where signing is on; empty leaves it as it is.",
        ),
    )
    area = forms.ChoiceField(
        label=both("可用区域（含下级）", "Usable by senders of"),
    )
    brief = forms.BooleanField(label=both("接收每日晨报", "Gets the morning brief"), required=False)
    active = forms.BooleanField(label=both("启用", "In use"), required=False, initial=True)

    def __init__(self, *args: Any, new: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["url"].required = new
        areas: list[Any] = [_ALL_AREAS, *subtree_choices()]
        self.fields["area"].choices = areas  # type: ignore[attr-defined]
