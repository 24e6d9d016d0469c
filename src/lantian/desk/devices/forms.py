"""Forms of devices: which are listed, which command, its fields."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from lantian.desk.devices.commanding import Field, Sendable, sendable
from lantian.desk.devices.words import STATES
from lantian.desk.language import both, language
from lantian.desk.places.queries import subtree_choices
from lantian.desk.stations.services import KINDS
from lantian.hj212.codes import factor
from lantian.hj212.reading import spell_time

_ALL = ("", both("全部", "all"))


class StatesForm(forms.Form):
    """Which monitors are listed."""

    q = forms.CharField(label=both("标识或站点", "MN or station"), required=False, max_length=80)
    area = forms.ChoiceField(label=both("区域（含下级）", "Area (and below)"), required=False)
    kind = forms.ChoiceField(
        label=both("站点类别", "Kind of station"),
        required=False,
        choices=[_ALL, *((value, both(zh, en)) for value, zh, en in KINDS)],
    )
    state = forms.ChoiceField(
        label=both("状态", "State"),
        required=False,
        choices=[_ALL, *((state.value, word) for state, (_, word) in STATES.items())],
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        area: Any = self.fields["area"]
        area.choices = [_ALL, *subtree_choices()]


class ChooseForm(forms.Form):
    """Which command."""

    cn = forms.ChoiceField(label=both("命令", "Command"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        lang = language()
        cn: Any = self.fields["cn"]
        cn.choices = [(c.cn, f"{c.cn} {lang.of(c.zh, c.en)}") for c in sendable().values()]


class CommandForm(forms.Form):
    """The fields of one command, why it is sent, and that it is meant."""

    def __init__(self, command: Sendable, *args: Any, **options: Any) -> None:
        """Make a control for each field."""
        self.command = command
        super().__init__(*args, **options)
        for field in command.fields:
            self.fields[field.name] = _control(field)
        self.fields["reason"] = forms.CharField(
            label=both("理由", "Reason"), max_length=200, required=command.heavy
        )
        self.fields["sure"] = forms.BooleanField(
            label=both(
                "确认：校准、反吹会影响测量值" if command.heavy else "确认下发",
                "Sure: this changes what is measured" if command.heavy else "Sure: send it",
            )
        )

    def clean(self) -> dict[str, Any]:
        """Compare begin and end, and both with now."""
        found = super().clean() or {}
        begin, end = found.get("BeginTime"), found.get("EndTime")
        if begin and end:
            self._judge_period(begin, end)
        return found

    def _judge_period(self, begin: datetime, end: datetime) -> None:
        if end < begin:
            self.add_error("EndTime", both("早于首个区间", "before the first interval"))
        elif end > timezone.localtime().replace(tzinfo=None):
            self.add_error("EndTime", both("尚未到来", "has not come yet"))
        elif end - begin > timedelta(hours=self.command.most_h):
            most = self.command.most_h
            self.add_error("EndTime", both(f"最多 {most} 小时", f"at most {most} hours"))

    def items(self) -> list[tuple[str, str]]:
        """Return names and values as the standard spells them; empty ones are left out."""
        values = ((f.name, self.cleaned_data[f.name]) for f in self.command.fields)
        return [
            (name, spell_time(value) if isinstance(value, datetime) else str(value))
            for name, value in values
            if value not in (None, "")
        ]


def _control(field: Field) -> forms.Field:
    label = both(field.zh, field.en)
    match field.kind:
        case "number":
            return forms.IntegerField(label=label, min_value=field.least, max_value=field.most)
        case "choice":
            return forms.ChoiceField(label=label, choices=[(v, v) for v in field.values])
        case "start":
            return _StartField(label=label)
        case "factor":
            return _FactorField(label=label, max_length=12)
        case _:
            raise ValueError(f"{field.name}: no kind {field.kind}")


class _StartField(forms.Field):
    """Start of an interval, a local time to the minute."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def to_python(self, value: Any) -> datetime | None:
        """Read it as a browser sends it."""
        if not value:
            return None
        try:
            return datetime.fromisoformat(value).replace(second=0, microsecond=0, tzinfo=None)
        except ValueError as error:
            told = both("应如 2026-03-01T08:00", "write it as 2026-03-01T08:00")
            raise forms.ValidationError(told) from error


class _FactorField(forms.CharField):
    """Code of a factor that the standard knows."""

    def clean(self, value: Any) -> str:
        """Look it up."""
        code: str = super().clean(value)
        if factor(code) is None:
            raise forms.ValidationError(
                both("不是标准的因子编码", "no factor code of the standard")
            )
        return code
