"""Forms of a register, made from its columns; they read as its sheets do."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from lantian.desk.env import env
from lantian.desk.language import language
from lantian.desk.register.faults import CellFault, Fault
from lantian.desk.register.geometry import Shape
from lantian.desk.register.kinds import Choices, Kind, Reference, find_one
from lantian.desk.register.listing import reference_choices
from lantian.desk.register.row import Row
from lantian.desk.register.spec import Column, Register, Values
from lantian.desk.rights.reach import Reach
from lantian.errors import LantianError

#: More rows than this are not offered in a list; the key is typed instead.
_MOST: Final = 500
#: What a personal field reads as when its mask comes back: leave what is there.
UNCHANGED: Final = object()


class CellField(forms.Field):
    """One column in a form."""

    def __init__(
        self,
        column: Column,
        register: Register,
        *,
        reach: Reach | None,
        row: Row | None = None,
        mask: str = "",
    ) -> None:
        """Choose the control by the kind of column; `mask` is what a personal field shows."""
        self.column = column
        self.mask = mask
        self.many = isinstance(column.kind, Choices)
        super().__init__(
            required=column.needed,
            label=column.label,
            help_text=said(column.note) if column.note else "",
            widget=_widget(column, reach, register, row),
        )

    def clean(self, value: Any) -> Any:
        """Read the text as a sheet's cell is read."""
        text = "、".join(value) if self.many and value else str(value or "").strip()
        if not text:
            if self.required:
                raise forms.ValidationError(said("不能为空 / must not be empty"))
            return None
        if text == self.mask:
            return UNCHANGED
        try:
            return self.column.kind.read(text, find_one)
        except CellFault as fault:
            raise forms.ValidationError(spoken(fault.wrong, fault.allowed)) from fault

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare spellings."""
        return str(initial or "") != str(data or "")


class FileWidget(forms.FileInput):
    """The control for a file; scripts tell at once that one is too large."""

    def __init__(self, accept: str) -> None:
        """Offer files of some endings and types."""
        super().__init__(attrs={"accept": accept, "data-largest": env().upload_b})


def said(both: str) -> str:
    """Half of "zh / en" in the language of the page."""
    return language().half(both)


def spoken(wrong: str, allowed: str) -> str:
    """What is wrong and what is allowed, in the language of the page."""
    if not allowed:
        return said(wrong)
    return f"{said(wrong)}{language().of('；应为：', '; allowed: ')}{said(allowed)}"


def _widget(
    column: Column, reach: Reach | None, register: Register, row: Row | None
) -> forms.Widget:
    kind = column.kind
    if isinstance(kind, Shape):
        return _shape_input(kind, register, row)
    if isinstance(kind, Choices):
        return forms.CheckboxSelectMultiple(choices=kind.choices())
    if isinstance(kind, Reference):
        pairs = reference_choices(kind, reach, register.write, _MOST)
        if len(pairs) <= _MOST:
            return forms.Select(choices=_with_blank(pairs))
        return forms.TextInput(attrs={"autocomplete": "off"})
    if kind.choices():
        return forms.Select(choices=_with_blank(kind.choices()))
    return _plain_widget(kind)


def _with_blank(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [("", "—"), *pairs]


class ShapeInput(forms.Textarea):
    """A map to draw on, and the GeoJSON of what is drawn."""

    wide = True

    def __init__(self, shapes: str, source: str) -> None:
        """Take what may be drawn, as "line,polygon", and what the map shows below."""
        super().__init__(attrs={"rows": 3, "class": "code", "spellcheck": "false"})
        self.attrs["data-map-value"] = True
        self.shapes = shapes
        self.source = source

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Put the map above the text."""
        box = format_html(
            '<div class="map map-low" data-map data-map-edit="{}" data-src="{}"></div>',
            self.shapes,
            self.source,
        )
        return box + super().render(name, value, attrs, renderer)


def _shape_input(kind: Shape, register: Register, row: Row | None) -> forms.Widget:
    known = {"Point": "point", "LineString": "line", "Polygon": "polygon"}
    shapes = [known[name] for name in kind.types if name in known]
    source = reverse(register.route("map"))
    return ShapeInput(",".join(shapes), f"{source}?row={row.pk}" if row else source)


def _plain_widget(kind: Kind) -> forms.Widget:
    if kind.input == "area":
        return forms.Textarea(attrs={"rows": 3})
    if kind.input == "date":
        return forms.TextInput(attrs={"type": "date"})
    if kind.input == "number":
        return forms.TextInput(attrs={"inputmode": "decimal"})
    return forms.TextInput()


class RowForm(forms.Form):
    """Form of one row; knows what its editor saw, so that others' changes are found."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, required=False)
    was = forms.CharField(widget=forms.HiddenInput, required=False, strip=False)

    def __init__(
        self,
        register: Register,
        data: Mapping[str, Any] | None = None,
        *,
        row: Row | None = None,
        reach: Reach | None,
        initial: Mapping[str, str] | None = None,
    ) -> None:
        """Make the fields; of a row that exists they hold its values."""
        self.register = register
        now = spelled(register, row) if row else dict(initial or {})
        first = {**now, "version": row.version if row else "", "was": json.dumps(now)}
        super().__init__(data, initial={**first, **_ticked(register, now)})
        for column in register.edited:
            mask = now.get(column.name, "") if row and column.personal else ""
            field = CellField(column, register, reach=reach, row=row, mask=mask)
            field.disabled = bool(row and column.fixed)
            if row and isinstance(field.widget, forms.Select):
                _keep(field.widget, now.get(column.name, ""), column.kind.show(column.value(row)))
            self.fields[column.name] = field

    def values(self) -> Values:
        """Return what the editor entered; personal fields only where they were changed."""
        return {
            c.name: self.cleaned_data[c.name]
            for c in self.register.edited
            if not self.fields[c.name].disabled and self.cleaned_data[c.name] is not UNCHANGED
        }

    def seen(self) -> dict[str, str]:
        """Return what stood in the fields when the editor opened them."""
        try:
            was = json.loads(self.cleaned_data.get("was") or "{}")
        except ValueError:
            return {}
        return {str(k): str(v) for k, v in was.items()} if isinstance(was, dict) else {}

    def entered(self) -> dict[str, str]:
        """Return the texts that the editor sent, by column."""
        seen = self.seen()
        return {
            c.name: seen.get(c.name, "") if self.fields[c.name].disabled else _sent(self.data, c)
            for c in self.register.edited
        }

    def put(self, texts: Mapping[str, str]) -> None:
        """Let the form open with these texts, over the values of its row."""
        self.initial = {**self.initial, **texts, **_ticked(self.register, texts)}

    def tell(self, faults: Iterable[Fault]) -> None:
        """Show faults at their fields, those of no field above the form."""
        _tell(self, faults, "")


def _keep(widget: forms.Select, value: str, shown: str) -> None:
    """Offer what a row has also where its editor could not choose it: saving must not empty it."""
    if value and value not in {pair[0] for pair in widget.choices}:
        widget.choices = [*widget.choices, (value, shown)]


def spelled(register: Register, row: Row) -> dict[str, str]:
    """Texts of a row's fields as a form holds them."""
    return {c.name: c.kind.spell(c.value(row)) for c in register.edited}


def _sent(data: Mapping[str, Any], column: Column) -> str:
    if isinstance(column.kind, Choices) and isinstance(data, QueryDict):
        return " ".join(data.getlist(column.name))
    return str(data.get(column.name, "")).strip()


def _ticked(register: Register, texts: Mapping[str, str]) -> dict[str, list[str]]:
    return {
        c.name: texts.get(c.name, "").split()
        for c in register.edited
        if isinstance(c.kind, Choices)
    }


def _tell(form: forms.Form, faults: Iterable[Fault], where: str) -> None:
    for fault in faults:
        name = fault.column if fault.column in form.fields else None
        text = spoken(fault.wrong, fault.allowed)
        form.add_error(name, f"{where}：{text}" if where else text)


class BulkForm(forms.Form):
    """Form of many rows: what stays empty stays as it is, unless it is ticked to be emptied."""

    reason = forms.CharField(required=False, max_length=300)

    def __init__(
        self, register: Register, data: Mapping[str, Any] | None = None, *, reach: Reach
    ) -> None:
        """Make the fields of columns that may be given at once."""
        self.register = register
        super().__init__(data)
        self.fields["reason"].label = language().of("理由", "Reason")
        for column in (c for c in register.edited if c.bulk):
            field = CellField(column, register, reach=reach)
            field.required = False
            self.fields[column.name] = field
        self.order_fields([*[c.name for c in register.edited if c.bulk], "empty", "reason"])
        emptied = [(c.name, str(c.label)) for c in register.edited if c.bulk and not c.needed]
        if emptied:
            self.fields["empty"] = forms.MultipleChoiceField(
                choices=emptied,
                required=False,
                label=language().of("清空这些字段", "Empty these"),
                widget=forms.CheckboxSelectMultiple,
            )

    def clean(self) -> dict[str, Any]:
        """Refuse a column that is both given and emptied, and a form that says nothing."""
        cleaned = super().clean() or self.cleaned_data
        for name in cleaned.get("empty", ()):
            if cleaned.get(name) is not None:
                self.add_error(name, said("既填写又清空 / both given and emptied"))
        if not self.errors and not self.values():
            raise forms.ValidationError(said("没有填写要改的内容 / nothing to change was given"))
        return cleaned

    def values(self) -> Values:
        """Return the values to give, None for those to empty."""
        given = {
            c.name: self.cleaned_data[c.name]
            for c in self.register.edited
            if c.bulk and self.cleaned_data.get(c.name) is not None
        }
        return given | dict.fromkeys(self.cleaned_data.get("empty", ()), None)

    def tell(self, faults: Iterable[Fault], *, where: str) -> None:
        """Show what is wrong with one of the rows, naming it."""
        _tell(self, faults, where)

    def told(self, error: LantianError) -> str:
        """Say an error in the language of the page, naming its row."""
        return f"{error.where}：{said(error.what)}"
