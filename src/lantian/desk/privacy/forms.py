"""Forms of privacy."""

from django import forms

from lantian.desk.language import both


class ReasonForm(forms.Form):
    """Why somebody reads a personal field."""

    reason = forms.CharField(
        label=both("查看理由", "Reason"),
        min_length=2,
        max_length=200,
        help_text=both("理由与查看人记入日志。", "The reason and your name are logged."),
    )
