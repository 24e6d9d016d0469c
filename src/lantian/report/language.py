"""The two languages of every document, and how units and pollutants are printed."""

import re
import unicodedata
from datetime import date
from enum import StrEnum
from typing import Final

from lantian.terms.period import Period, PeriodKind


class Language(StrEnum):
    """Language of a document; each document is wholly in one."""

    ZH = "zh"
    EN = "en"

    def of(self, zh: str, en: str) -> str:
        """Choose the text of this language.

        Examples
        --------
        >>> Language.EN.of("排名", "Rank")
        'Rank'
        """
        return zh if self is Language.ZH else en

    def half(self, both: str) -> str:
        """Choose this language's half of a text that gives both as "zh / en".

        Examples
        --------
        >>> Language.EN.half("有效天数不足 / too few valid days: PM10 3/27")
        'too few valid days: PM10 3/27'
        """
        zh, _, en = both.partition(" / ")
        return self.of(zh, en or zh)

    def joined(self, names: tuple[str, ...]) -> str:
        """Names in one run, with this language's comma.

        Examples
        --------
        >>> Language.ZH.joined(("PM2.5", "O3"))
        'PM2.5、O3'
        """
        return self.of("、", ", ").join(names)


_UNITS: Final = {"ug/m3": "μg/m³", "mg/m3": "mg/m³"}
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_COUNTED: Final = {"d": ("天", "d"), "h": ("小时", "h")}

#: Symbols whose digits stand below the line, longest first; group 2 is what is lowered.
SUBSCRIPT: Final = re.compile(r"(?<![A-Za-z0-9])(PM|SO|NO|O)(2\.5|10|2|3|x)(?![0-9A-Za-z])")


def width_of(text: str) -> int:
    """Columns that `text` takes on a terminal: wide characters count two.

    Examples
    --------
    >>> width_of("PM2.5 均值")
    10
    """
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def unit_label(unit: str, lang: Language) -> str:
    """Printed form of a unit.

    Examples
    --------
    >>> unit_label("ug/m3", Language.ZH), unit_label("d", Language.ZH), unit_label("%", Language.EN)
    ('μg/m³', '天', '%')
    """
    if unit in _COUNTED:
        return lang.of(*_COUNTED[unit])
    return _UNITS.get(unit, unit)


def day_label(day: date, lang: Language) -> str:
    """Day as it is written in running text.

    Examples
    --------
    >>> day_label(date(2015, 12, 8), Language.ZH), day_label(date(2015, 12, 8), Language.EN)
    ('2015年12月8日', '8 December 2015')
    """
    month = _MONTHS[day.month - 1]
    return lang.of(f"{day.year}年{day.month}月{day.day}日", f"{day.day} {month} {day.year}")


def period_label(period: Period, lang: Language) -> str:
    """Period as it is written in a title.

    Examples
    --------
    >>> from lantian.terms.period import parse_period
    >>> period_label(parse_period("2015-12"), Language.ZH)
    '2015年12月'
    >>> period_label(parse_period("2019-Q3"), Language.EN)
    'third quarter of 2019'
    """
    year, month = period.first.year, period.first.month
    match period.kind:
        case PeriodKind.YEAR:
            return lang.of(f"{year}年", f"{year}")
        case PeriodKind.QUARTER:
            quarter = month // 3
            ordinal = ("first", "second", "third", "fourth")[quarter]
            return lang.of(f"{year}年{'一二三四'[quarter]}季度", f"{ordinal} quarter of {year}")
        case PeriodKind.MONTH:
            return lang.of(f"{year}年{month}月", f"{_MONTHS[month - 1]} {year}")
        case PeriodKind.DAY:
            return day_label(period.first, lang)
        case _:
            first, last = day_label(period.first, lang), day_label(period.last, lang)
            return lang.of(f"{first}至{last}", f"{first} to {last}")
