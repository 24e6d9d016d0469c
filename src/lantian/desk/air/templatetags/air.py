"""Tags of the air pages: a figure with its derivation, a level, a sparkline."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from lantian.desk.air.links import asked, why
from lantian.desk.air.words import KINDS, LEVELS, said
from lantian.desk.language import language
from lantian.desk.marks import figure_mark
from lantian.report.bulletin import Compared, Item
from lantian.report.figure import Figure

register = template.Library()

_STEP: Final = 4
_HIGH: Final = 24


@register.simple_tag(takes_context=True)
def derived(context: dict[str, Any], shown: Figure, **more: Any) -> SafeString:
    """Figure that links to its derivation.

    Parameters
    ----------
    context : mapping
        `why` holds what derivations of this page must know: level, variant, rules.
    shown : Figure
    **more
        As with the tag `figure`; `href` replaces the address, `plain` leaves the state out,
        `quiet` the mark of an unverified rule.
    """
    kept = {
        "unit": shown.unit,
        "state": "" if more.pop("plain", False) else shown.state.value,
        "unverified": False if more.pop("quiet", False) else not shown.verified,
        "href": more["href"] if "href" in more else why(shown, context.get("why", {})),
    }
    return figure_mark(more.pop("text", shown.text), **{**kept, **more})


@register.simple_tag(takes_context=True)
def why_url(context: dict[str, Any], shown: Figure) -> str:
    """Address of a figure's derivation."""
    return why(shown, context.get("why", {}))


@register.simple_tag(takes_context=True)
def address(context: dict[str, Any], **query: object) -> str:
    """Address of this page with parts of its query replaced; an empty one is left out."""
    request = context["request"]
    held = {k: request.GET.getlist(k) for k in request.GET if k not in {"lang", "place"}}
    return asked(request.path, {**held, **query})


@register.simple_tag
def spark(values: Sequence[int | None], label: str) -> SafeString:
    """Small course of an index: a line that breaks where there is none, dots for lonely hours."""
    top = max([v for v in values if v is not None], default=0) or 1
    spots = [
        None if v is None else (n * _STEP + 2, round(_HIGH - 2 - (_HIGH - 4) * v / top, 1))
        for n, v in enumerate(values)
    ]
    runs: list[list[tuple[int, float]]] = [[]]
    for spot in spots:
        if spot is None:
            runs.append([])
        else:
            runs[-1].append(spot)
    lines = [(" ".join(f"{x},{y}" for x, y in run),) for run in runs if len(run) > 1]
    dots = [run[0] for run in runs if len(run) == 1]
    return format_html(
        '<svg class="spark" viewBox="0 0 {} {}" width="{}" height="{}" role="img" '
        'aria-label="{}">{}{}</svg>',
        len(values) * _STEP,
        _HIGH,
        len(values) * _STEP,
        _HIGH,
        label,
        format_html_join(
            "",
            '<polyline points="{}" fill="none" stroke="currentColor" stroke-width="1.5"/>',
            lines,
        ),
        format_html_join("", '<circle cx="{}" cy="{}" r="1.5" fill="currentColor"/>', dots),
    )


@register.filter
def half(both: str) -> str:
    """This language's half of a text that gives both as "zh / en"."""
    return language().half(both)


@register.filter
def only_if(text: str, condition: object) -> str:
    """Text where the condition holds, else nothing."""
    return text if condition else ""


@register.filter
def cat(text: object, more: object) -> str:
    """Two texts with a space between."""
    return f"{text} {more}"


@register.filter
def with_items(statistics: Sequence[Compared], items: Sequence[Item]) -> list[tuple[Item, Any]]:
    """Each statistic with the item that it is of."""
    return list(zip(items, statistics, strict=True))


@register.filter
def by_variant(query: Mapping[str, object], name: str) -> dict[str, object]:
    """Query of derivations with another index variant."""
    return {**query, "variant": name}


@register.filter
def level_word(level: str) -> str:
    """Word of a level of places."""
    return said(LEVELS, level)


@register.filter
def kind_word(kind: str) -> str:
    """Word of a kind of station."""
    return said(KINDS, kind)


@register.filter
def in_short(text: str) -> str:
    """What a text says before its details.

    Examples
    --------
    >>> in_short("too few valid days: PM10 3/27")
    'too few valid days'
    """
    return text.partition(":")[0]
