"""Forms of flagged hours: which are asked for, and a verdict on some of them."""

from typing import Any

from django import forms

from lantian.desk.language import both
from lantian.desk.quality.words import KINDS, LEAST, VERDICTS
from lantian.evaluate.exceptional import ClaimState
from lantian.terms.pollutant import POLLUTANTS


class FilterForm(forms.Form):
    """Which flagged hours are asked for."""

    month = forms.CharField(
        label=both("月份", "Month"),
        required=False,
        max_length=7,
        widget=forms.DateInput(attrs={"type": "month"}),
    )
    station = forms.ChoiceField(label=both("站点", "Station"), required=False)
    pollutant = forms.ChoiceField(
        label=both("污染物", "Pollutant"),
        required=False,
        choices=[("", both("全部", "all")), *((p.key, p.symbol) for p in POLLUTANTS)],
    )
    kind = forms.ChoiceField(
        label=both("标记", "Mark"),
        required=False,
        choices=[
            ("", both("全部（缺测除外）", "all but missing")),
            *((kind.value, words) for kind, words in KINDS.items()),
        ],
    )

    def __init__(self, names: dict[str, str], *args: Any, **kwargs: Any) -> None:
        """Offer the stations."""
        super().__init__(*args, **kwargs)
        field: Any = self.fields["station"]
        field.choices = [("", both("全部", "all")), *names.items()]


class ReviewForm(forms.Form):
    """A verdict on hours of a mark."""

    first = forms.DateTimeField(
        label=both("自（小时末）", "From (end of the hour)"),
        widget=forms.DateTimeInput(
            attrs={"type": "datetime-local", "step": 3600}, format="%Y-%m-%dT%H:%M"
        ),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
    )
    last = forms.DateTimeField(
        label=both("至（小时末）", "To (end of the hour)"),
        widget=forms.DateTimeInput(
            attrs={"type": "datetime-local", "step": 3600}, format="%Y-%m-%dT%H:%M"
        ),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
    )
    verdict = forms.ChoiceField(
        label=both("结论", "Verdict"),
        choices=[(v.value, words) for v, words in VERDICTS.items()],
        widget=forms.RadioSelect,
    )
    state = forms.ChoiceField(
        label=both("提交", "Submit"),
        choices=[
            (ClaimState.SUBMITTED.value, both("提交审批", "submit for approval")),
            (ClaimState.CANDIDATE.value, both("先存为候选", "keep as a candidate")),
        ],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=both("理由", "Reason"),
        min_length=LEAST,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=both(
            "如现场检查、运维记录、相邻站点", "inspection on site, upkeep log, stations nearby"
        ),
    )
    basis = forms.IntegerField(min_value=0, max_value=2**62, widget=forms.HiddenInput)
