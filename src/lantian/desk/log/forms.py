"""Forms of the log's pages."""

from typing import Any

from django import forms

from lantian.desk.language import both
from lantian.desk.log.words import kinds, verbs


class FilterForm(forms.Form):
    """What of the log is asked for."""

    kind = forms.CharField(
        label=both("对象类别", "Kind"), required=False, max_length=64, widget=forms.Select
    )
    key = forms.CharField(label=both("对象编号", "Key"), required=False, max_length=128)
    actor = forms.CharField(label=both("操作人", "Who"), required=False, max_length=150)
    verb = forms.CharField(
        label=both("动作", "Action"), required=False, max_length=64, widget=forms.Select
    )
    first = forms.DateField(
        label=both("自", "From"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    last = forms.DateField(
        label=both("至", "To"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    action = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    account = forms.IntegerField(
        required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput
    )
    before = forms.IntegerField(
        required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        """Offer the kinds and actions that have a name; others may stand in an address."""
        super().__init__(*args, **more)
        every: list[tuple[str, Any]] = [("", both("全部", "all"))]
        self.fields["kind"].widget.choices = every + kinds()
        self.fields["verb"].widget.choices = every + verbs()


class HeadForm(forms.Form):
    """A head that was printed earlier."""

    head = forms.CharField(
        label=both("日报或备份上印的链头", "Head printed in a report or backup"),
        help_text=both("可留空；形如 1234:0f3a…", "may be left empty; as 1234:0f3a…"),
        required=False,
        max_length=100,
    )
