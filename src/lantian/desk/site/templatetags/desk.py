"""Tags of every page: both languages, figures, levels of the index, icons, moments."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, tzinfo
from typing import Any, Final

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from lantian.desk.language import language
from lantian.desk.marks import figure_mark, level_mark, printed
from lantian.report.figure import BLANK, DataState, Figure
from lantian.report.language import SUBSCRIPT, unit_label

register = template.Library()

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


def _asked(thing: object, name: str) -> Any:
    return thing.get(name) if isinstance(thing, Mapping) else getattr(thing, name, None)


@register.simple_tag
def aqi(value: object, level: object, *, size: str = "", bare: bool = False) -> SafeString:
    """Index with its level, as `marks.level_mark` prints it.

    Parameters
    ----------
    level : object
        Mapping or object with number (1 to 6), name (in the page's language) and colour
        ("#00E400", from the rule book); None where there is no level.
    """
    if not level:
        return level_mark(value, 0, t("无数据", "no data"), "", size=size, bare=bare)
    number, name, colour = (_asked(level, part) for part in ("number", "name", "colour"))
    return level_mark(value, number, name, colour, size=size, bare=bare)


@register.simple_tag
def figure(shown: Figure | Mapping[str, Any], **more: Any) -> SafeString:
    """Number as `marks.figure_mark` prints it.

    Parameters
    ----------
    shown : Figure or mapping
        A frozen figure of `report`, or text, unit, state, verified, href.
    **more
        Any of these again, to replace or add: `{% figure f href=why_url %}`; `size="large"`;
        `state=""` leaves the state out where a heading says it.
    """
    names = ("text", "unit", "state", "verified", "href", "size")
    asked = {name: _asked(shown, name) for name in names} | more
    return figure_mark(
        asked["text"],
        unit=asked["unit"] or "",
        state=asked["state"] or "",
        unverified=asked["verified"] is False,
        href=asked["href"] or "",
        size=asked["size"] or "",
    )


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
    marks = [_marks(column) for column in columns]
    select = shown.get("select") or ""
    rows = [_row(row, marks, select) for row in shown["rows"]]
    return {**shown, "columns": columns, "rows": rows, "empty": shown.get("empty") or {}}


# Rows are put together here and not by a template: a list has hundreds of cells, and a template
# takes ten times as long for each.


def _marks(column: Mapping[str, Any]) -> tuple[str, str]:
    """Attributes of the cells of a column, before and behind the mark of a blank one."""
    return f' class="is-{column["kind"]}', f'" data-label="{conditional_escape(column["title"])}">'


def _row(row: Mapping[str, Any], marks: Sequence[tuple[str, str]], select: str) -> SafeString:
    cells = [{**value} if isinstance(value, Mapping) else {"text": value} for value in row["cells"]]
    if row.get("href"):
        cells[0]["url"] = row["href"]
    mark = f' class="row-{row["mark"]}"' if row.get("mark") else ""
    parts = [f'<tr role="row"{mark}>']
    if select:
        parts.append(
            f'<td class="is-tick" role="cell"><label><span class="unseen">{t("选择", "Select")} '
            f'{printed(cells[0].get("text") or "")}</span><input type="checkbox" '
            f'name="{select}" value="{conditional_escape(row.get("key", ""))}"></label></td>'
        )
    kind = 'th scope="row" role="rowheader"'
    for cell, (before, behind) in zip(cells, marks, strict=True):
        blank, inner = _cell(cell)
        parts += (f"<{kind}", before, " is-blank" if blank else "", behind, "<span>", inner)
        parts.append(f"</span></{kind[:2]}>")
        kind = 'td role="cell"'
    parts.append("</tr>")
    return SafeString("".join(parts))


def _cell(cell: Mapping[str, Any]) -> tuple[bool, str]:
    """Whether a cell is blank, and what stands in it."""
    text, url, tag = cell.get("text"), cell.get("url"), cell.get("tag")
    if isinstance(text, Figure):
        cell = {**cell, "figure": text}
    blank = False
    inner: str
    if "figure" in cell:
        inner = figure(cell["figure"])
    elif "aqi" in cell:
        inner = aqi(cell["aqi"]["value"], cell["aqi"]["level"])
    else:
        blank = text is None or text == ""
        inner = printed(BLANK if blank else text)
        marked = f' class="tag tag-{tag}"' if tag else ""
        if url:
            inner = f'<a{marked} href="{conditional_escape(url)}">{inner}</a>'
        elif tag:
            inner = f"<span{marked}>{inner}</span>"
    if cell.get("sub"):
        inner += f'<small class="cell-sub">{printed(cell["sub"])}</small>'
    return blank, inner
