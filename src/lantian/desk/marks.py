"""A number with its marks as HTML: a figure with unit and state, an index with its level.

A page has hundreds of them; a template would take ten times as long for each.
"""

from datetime import datetime
from typing import Final

from django.utils.formats import localize
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.timezone import is_aware, localtime

from lantian.desk.language import language
from lantian.report.figure import BLANK, DataState
from lantian.report.language import unit_label

#: Roman numerals of the six levels, as the standards write them.
_NUMERALS: Final = ("", "Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ", "Ⅴ", "Ⅵ")


def printed(value: object) -> str:
    """Text of a value as a template prints it: by the page's language and zone, escaped.

    Examples
    --------
    >>> printed("PM2.5 <75")
    'PM2.5 &lt;75'
    """
    if isinstance(value, str):
        return conditional_escape(value)
    if isinstance(value, datetime) and is_aware(value):
        value = localtime(value)
    return conditional_escape(str(localize(value)))


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


def figure_mark(
    text: object,
    *,
    unit: str = "",
    state: str = "",
    unverified: bool = False,
    href: str = "",
    size: str = "",
) -> SafeString:
    """Number with unit, state, mark of an unverified rule, and link to its derivation.

    Parameters
    ----------
    text : object
        The number as it is printed; None or "" where there is none.
    unit, state : str
        Key of the unit, value of a `DataState`; left out where empty.
    unverified : bool
        Whether it rests on a rule that was not checked against the official text.
    href : str
        Address of its derivation.
    size : str
        "" or "large".

    Examples
    --------
    >>> figure_mark("35", unit="ug/m3")
    '<span class="figure-number"><b>35</b> <span class="figure-unit">μg/m³</span></span>'
    """
    lang = language()
    number = f"<b>{printed(BLANK if text is None or text == '' else text)}</b>"
    if href:
        title = lang.of("查看推算过程", "See how it was derived")
        address = conditional_escape(href)
        number = f'<a class="figure-link" href="{address}" title="{title}">{number}</a>'
    parts = [f'<span class="figure-number{f" figure-{size}" if size else ""}">{number}']
    if unit:
        label = conditional_escape(unit_label(unit, lang))
        parts.append(f' <span class="figure-unit">{label}</span>')
    if state:
        label = conditional_escape(DataState(state).label(lang))
        parts.append(f' <span class="state state-{state}">{label}</span>')
    if unverified:
        word = lang.of("未核实", "unverified")
        title = lang.of(
            "所依规则未经官方文本核实", "Its rule was not checked against the official text"
        )
        parts.append(f' <abbr class="unverified" title="{title}">{word}</abbr>')
    return SafeString("".join([*parts, "</span>"]))


def level_mark(
    value: object,
    number: int,
    name: str,
    colour: str,
    *,
    size: str = "",
    bare: bool = False,
) -> SafeString:
    """Index with its level: number, numeral and word, never the colour alone.

    Parameters
    ----------
    value : object
        The index as it is printed; None or "" where there is none.
    number : int
        Of the level, 1 to 6; 0 where there is none.
    name : str
        Of the level, in the page's language.
    colour : str
        "#00E400", from the rule book; empty for none.
    size : str
        "" or "large".
    bare : bool
        Leave the word to readers of the screen, where a heading or legend says it.
    """
    # The pad's colour is an attribute of SVG: data, not style.
    pad = (
        '<svg class="aqi-fill" aria-hidden="true" focusable="false">'
        f'<rect width="100%" height="100%" rx="3" fill="{conditional_escape(colour)}"/></svg>'
        if colour
        else ""
    )
    numeral = (
        f'<span class="aqi-numeral" aria-hidden="true">{_NUMERALS[number]}</span>' if number else ""
    )
    return SafeString(
        f'<span class="aqi{f" aqi-{size}" if size else ""} '
        f'ink-{ink_on(colour) if colour else "dark"}"><span class="aqi-pad">{pad}'
        f'<b class="aqi-value">{printed(BLANK if value is None or value == "" else value)}</b>'
        f'{numeral}</span><span class="{"unseen" if bare else "aqi-name"}">'
        f"{conditional_escape(name)}</span></span>"
    )
