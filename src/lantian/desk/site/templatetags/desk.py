"""Tags of every page: both languages, figures, levels of the index, icons, moments."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, tzinfo
from typing import Any, Final

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from lantian.desk.language import language
from lantian.report.figure import BLANK, DataState, Figure
from lantian.report.language import SUBSCRIPT, unit_label

register = template.Library()

#: Roman numerals of the six levels, as the standards write them.
NUMERALS: Final = ("", "Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ", "Ⅴ", "Ⅵ")
#: What stands in every moment, by its fineness.
_MOMENTS: Final = {"day": "%Y-%m-%d", "minute": "%Y-%m-%d %H:%M", "second": "%Y-%m-%d %H:%M:%S"}


@register.simple_tag
def t(zh: str, en: str) -> str:
    """Text of the page's language.

    Examples
    --------
    >>> t("今日", "Today")
    '今日'
    """
    return language().of(zh, en)


@register.simple_block_tag(end_name="endkeep")
def keep(content: str) -> SafeString:
    """Render a part once and keep it: `{% keep as name %}…{% endkeep %}`."""
    return SafeString(content.strip())


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Icon of the sprite; hidden from readers of the screen unless it has a label.

    Parameters
    ----------
    name : str
        Its id in static/img/icons.svg.
    label : str
        What it says where no text stands beside it.
    """
    href = f"{static('img/icons.svg')}#{name}"
    if not label:
        return format_html(
            '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}"/></svg>', href
        )
    return format_html(
        '<svg class="icon" role="img" aria-label="{}"><use href="{}"/></svg>', label, href
    )


@register.filter
def lowered(text: object) -> SafeString:
    """Escaped text with the digits of pollutants below the line.

    Examples
    --------
    >>> lowered("PM2.5 <75")
    'PM<sub>2.5</sub> &lt;75'
    """
    return SafeString(SUBSCRIPT.sub(r"\1<sub>\2</sub>", conditional_escape(str(text))))


@register.filter
def unit(key: str) -> str:
    """Printed form of a unit: "ug/m3" gives "μg/m³"."""
    return unit_label(key, language())


@register.filter
def state_label(state: str) -> str:
    """Printed form of a figure's state: "realtime" gives 实时."""
    return DataState(state).label(language())


def ink_on(colour: str) -> str:
    """Black or white ("dark", "light"), whichever contrasts more with the colour.

    Parameters
    ----------
    colour : str
        As "#FF7E00".

    Notes
    -----
    Small text needs 4.5 to 1 (WCAG 2.2, 1.4.3). Of black and white, one always has it.

    Examples
    --------
    >>> [ink_on(c) for c in ("#00E400", "#FF0000", "#99004C", "#7E0023")]
    ['dark', 'dark', 'light', 'light']
    """
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    light = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return "dark" if (light + 0.05) / 0.05 >= 1.05 / (light + 0.05) else "light"


def _asked(thing: object, name: str) -> Any:
    return thing.get(name) if isinstance(thing, Mapping) else getattr(thing, name, None)


@register.inclusion_tag("parts/aqi.html")
def aqi(value: object, level: object, *, size: str = "", bare: bool = False) -> dict[str, Any]:
    """Index with its level: number, numeral and word, never the colour alone.

    Parameters
    ----------
    value : object
        The index as it is printed; None or "" where there is none.
    level : object
        Mapping or object with number (1 to 6), name (in the page's language) and colour
        ("#00E400", from the rule book); None where there is no level.
    size : str
        "" or "large".
    bare : bool
        Leave the word out where a heading or legend says it.
    """
    number = _asked(level, "number") if level else None
    colour = _asked(level, "colour") if level else None
    return {
        "value": BLANK if value is None or value == "" else value,
        "numeral": NUMERALS[number] if number else "",
        "name": _asked(level, "name") if level else t("无数据", "no data"),
        "colour": colour,
        "ink": ink_on(colour) if colour else "dark",
        "size": size,
        "bare": bare,
    }


@register.inclusion_tag("parts/figure.html")
def figure(shown: Figure | Mapping[str, Any], **more: object) -> dict[str, Any]:
    """Number with unit, state, mark of an unverified rule, and link to its derivation.

    Parameters
    ----------
    shown : Figure or mapping
        A frozen figure of `report`, or text, unit, state, verified, href.
    **more
        Any of these again, to replace or add: `{% figure f href=why_url %}`; `size="large"`;
        `state=""` leaves the state out where a heading says it.
    """
    names = ("text", "unit", "state", "verified", "href", "rules")
    asked = {name: _asked(shown, name) for name in names}
    shown_with = {**asked, "size": "", **more}
    text = shown_with["text"]
    shown_with["text"] = BLANK if text is None or text == "" else text
    shown_with["unverified"] = shown_with["verified"] is False
    return shown_with


@register.simple_tag
def moment(at: datetime | date | None, fine: str = "minute") -> str:
    """Time in the zone of the page, readable and exact.

    Parameters
    ----------
    at : datetime or date or None
        None gives a dash.
    fine : str
        "day", "minute", "second", or "hour" for the hour that ends then.

    Examples
    --------
    >>> moment(date(2026, 3, 2), "day")
    '<time datetime="2026-03-02">2026-03-02</time>'
    """
    if at is None:
        return BLANK
    if isinstance(at, datetime):
        at = at.astimezone(_zone())
    if fine == "hour":
        text = at.strftime("%Y-%m-%d %H") + t("时", ":00")
    else:
        text = at.strftime(_MOMENTS[fine])
    return format_html('<time datetime="{}">{}</time>', at.isoformat(), text)


def _zone() -> tzinfo:
    return timezone.get_current_timezone() or UTC


@register.filter
def each_bound(form: Any) -> list[Any]:
    """Fields of a form that hold errors, for the summary above it."""
    return [field for field in form if field.errors]


@register.inclusion_tag("parts/table.html")
def table(shown: Mapping[str, Any]) -> dict[str, Any]:
    """Table of data that becomes cards on a phone.

    Parameters
    ----------
    shown : mapping
        caption; columns [{title, kind, sort_url, sorted}] with kind text, number, date,
        code, tag or aqi and sorted "asc", "desc" or absent; rows [{cells, href, key, mark}].
        A cell is a value, or a mapping with text, url, tag (good, warn, bad, info, off),
        sub, figure, or aqi {value, level}. `href` links the first cell; `mark` (warn, bad,
        good, own) marks the row. Optional: select (name of the tick boxes), empty
        {title, text, url, label}, id, show_caption, full (no inner scrolling), keep_shape
        (scroll instead of cards on a phone).
    """
    columns = [{"kind": "text", **column} for column in shown["columns"]]
    rows = [_row(row, columns) for row in shown["rows"]]
    return {**shown, "columns": columns, "rows": rows, "empty": shown.get("empty") or {}}


def _row(row: Mapping[str, Any], columns: list[dict[str, Any]]) -> dict[str, Any]:
    cells = [_cell(value, column) for value, column in zip(row["cells"], columns, strict=True)]
    cells[0] |= {"head": True}
    if row.get("href"):
        cells[0] |= {"url": row["href"]}
    return {**row, "cells": cells, "name": cells[0].get("text", "")}


def _cell(value: object, column: dict[str, Any]) -> dict[str, Any]:
    cell = dict(value) if isinstance(value, Mapping) else {"text": value}
    if isinstance(value, Figure):
        cell = {"figure": value}
    text = cell.get("text")
    blank = (text is None or text == "") and not (cell.get("figure") or cell.get("aqi"))
    shown = {"text": BLANK} if blank else {}
    return {**cell, **shown, "blank": blank, "kind": column["kind"], "label": column["title"]}
