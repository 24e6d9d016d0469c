"""Forms of the log's pages."""

from django import forms

from lantian.desk.language import both


class FilterForm(forms.Form):
    """What of the log is asked for."""

    kind = forms.CharField(label=both("对象类别", "Kind"), required=False, max_length=64)
    key = forms.CharField(label=both("对象编号", "Key"), required=False, max_length=128)
    actor = forms.CharField(label=both("操作人", "Who"), required=False, max_length=150)
    action = forms.CharField(label=both("动作", "Action"), required=False, max_length=64)
    first = forms.DateField(
        label=both("自", "From"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    last = forms.DateField(
        label=both("至", "To"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    account = forms.IntegerField(
        required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput
    )
    before = forms.IntegerField(
        required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput
    )


class HeadForm(forms.Form):
    """A head that was printed earlier."""

    head = forms.CharField(
        label=both("日报或备份上印的链头", "Head printed in a report or backup"),
        help_text=both("可留空；形如 1234:0f3a…", "may be left empty; as 1234:0f3a…"),
        required=False,
        max_length=100,
    )
