"""Kinds of column: how a value is read from a form or sheet, spelled, shown and typed."""

import re
import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar, Final

from django.apps import apps
from django.db.models import Model

from lantian.desk.language import both, language
from lantian.desk.register.cells import LostDigits
from lantian.desk.register.faults import CellFault

#: Finds the row that a cell refers to; None where there is none.
type Find = Callable[["Reference", str], Model | None]

_DAY: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{4})(\d\d)(\d\d)")
_YES: Final = frozenset({"是", "yes", "y", "true", "1", "√", "✓"})
_NO: Final = frozenset({"否", "no", "n", "false", "0", "×"})
_BETWEEN: Final = re.compile(r"[、,，;；|\s]+")

#: What is wrong with a reference to nothing.
ABSENT: Final = "没有这一项 / there is no such row"


def folded(text: str) -> str:
    """Text as it is compared: full width made half, no case, no blanks around.

    Examples
    --------
    >>> folded(" ＰＭ２.5 ")
    'pm2.5'
    """
    return unicodedata.normalize("NFKC", text).strip().casefold()


class Kind(ABC):
    """A kind of column; each knows its reading and its spellings.

    Attributes
    ----------
    align : str
        "left" or "right" in tables.
    input : str
        How it is entered: text, area, number, date, select, many, shape.
    """

    align: ClassVar[str] = "left"
    input: ClassVar[str] = "text"

    @property
    def allowed(self) -> str:
        """What may stand in a cell, "zh / en"."""
        return "文字 / text"

    @abstractmethod
    def read(self, text: str, find: Find) -> Any:
        """Read what a person wrote; the text is not empty.

        Raises
        ------
        CellFault
            If it is not of this kind.
        """

    def spell(self, value: Any) -> str:
        """Spell a value so that `read` gives it again; empty for none."""
        return "" if value is None else str(value)

    def show(self, value: Any) -> str:
        """Spell a value for the reader of a page, in the page's language."""
        return self.spell(value)

    def typed(self, value: Any) -> Any:
        """Value of the cell in a workbook."""
        return self.show(value)

    def brief(self, text: str) -> str:
        """Shorten a shown text to what a page has room for."""
        return text

    def reshow(self, spelled: str) -> str:
        """Show a spelling that stands in the log."""
        return self.brief(spelled)

    def choices(self) -> list[tuple[str, str]]:
        """Spellings and what they show, where only few values are possible."""
        return []


@dataclass(frozen=True, slots=True)
class Text(Kind):
    """Words, at most `longest` characters; `pattern` with its meaning where the form is fixed."""

    longest: int = 200
    pattern: str = ""
    meaning: str = ""

    @property
    def allowed(self) -> str:
        """Its longest length, or the meaning of its pattern."""
        return self.meaning or (f"不超过 {self.longest} 字 / at most {self.longest} characters")

    def read(self, text: str, find: Find) -> str:
        """Read words."""
        if isinstance(text, LostDigits):
            raise CellFault(
                "Excel 只保留 15 位数字，其余已丢失 / Excel kept 15 digits of it and lost the rest",
                "先设单元格为文本再填写 / make the cell text, then fill it in",
            )
        if text[:1] in ("=", "@"):
            raise CellFault("以 = 或 @ 开头，会被当作公式 / begins like a formula", self.allowed)
        if len(text) > self.longest:
            raise CellFault(
                f"有 {len(text)} 字，过长 / too long, {len(text)} characters", self.allowed
            )
        if any(unicodedata.category(c) == "Cc" and c not in "\n\r\t" for c in text):
            raise CellFault("含有控制字符 / holds control characters", self.allowed)
        if self.pattern and not re.fullmatch(self.pattern, text):
            raise CellFault("写法不对 / not of the right form", self.allowed)
        return text


@dataclass(frozen=True, slots=True)
class Paragraph(Text):
    """Words of several lines."""

    longest: int = 2000

    input: ClassVar[str] = "area"


@dataclass(frozen=True, slots=True)
class Number(Kind):
    """A number of `places` decimals between two bounds; a whole one where `places` is 0."""

    low: Decimal | int | None = None
    high: Decimal | int | None = None
    places: int = 0
    unit: str = ""

    align: ClassVar[str] = "right"
    input: ClassVar[str] = "number"

    @property
    def allowed(self) -> str:
        """The bounds."""
        zh, en = ("整数", "a whole number") if not self.places else ("数", "a number")
        if self.low is None and self.high is None:
            return f"{zh} / {en}"
        low = "" if self.low is None else self.low
        high = "" if self.high is None else self.high
        return f"{low}…{high} 的{zh} / {en} in {low} … {high}"

    def read(self, text: str, find: Find) -> Decimal | int:
        """Read a number; more decimals than are kept are refused, never cut."""
        try:
            value = Decimal(unicodedata.normalize("NFKC", text).strip())
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite():
            raise CellFault("不是数 / not a number", self.allowed)
        if (self.low is not None and value < self.low) or (
            self.high is not None and value > self.high
        ):
            raise CellFault("超出范围 / out of range", self.allowed)
        kept = round(value, self.places)
        if kept != value:
            raise CellFault(
                f"小数多于 {self.places} 位 / more than {self.places} decimals", self.allowed
            )
        return kept if self.places else int(value)

    def spell(self, value: Any) -> str:
        """Spell without zeros at the end."""
        if value is None:
            return ""
        text = format(Decimal(str(value)), "f")
        return text.rstrip("0").rstrip(".") if "." in text else text

    def typed(self, value: Any) -> Any:
        """Give a number to the workbook."""
        return None if value is None else float(value) if self.places else int(value)


@dataclass(frozen=True, slots=True)
class Day(Kind):
    """A calendar day."""

    input: ClassVar[str] = "date"

    @property
    def allowed(self) -> str:
        """The form."""
        return "日期，如 2026-03-01 / a day, as 2026-03-01"

    def read(self, text: str, find: Find) -> date:
        """Read a day in any usual spelling."""
        match = _DAY.fullmatch(unicodedata.normalize("NFKC", text).strip())
        try:
            if match:
                year, month, day = (int(part) for part in match.groups() if part)
                return date(year, month, day)
        except ValueError:
            raise CellFault("没有这一天 / no such day", self.allowed) from None
        raise CellFault("不是日期 / not a day", self.allowed)

    def typed(self, value: Any) -> Any:
        """Give a day to the workbook."""
        return value


@dataclass(frozen=True, slots=True)
class Choice(Kind):
    """One of a few values: (value, zh, en)."""

    options: tuple[tuple[str, str, str], ...]

    input: ClassVar[str] = "select"

    @property
    def allowed(self) -> str:
        """The values."""
        zh = "、".join(zh for _, zh, _ in self.options)
        return f"{zh} / {', '.join(en for _, _, en in self.options)}"

    def read(self, text: str, find: Find) -> str:
        """Read a value by itself or by its name in either language."""
        said = folded(text)
        for option in self.options:
            if said in map(folded, option):
                return option[0]
        raise CellFault("不在可选值之内 / none of the values", self.allowed)

    def show(self, value: Any) -> str:
        """Name of the value in the page's language."""
        for key, zh, en in self.options:
            if key == value:
                return language().of(zh, en)
        return self.spell(value)

    def reshow(self, spelled: str) -> str:
        """Show the name."""
        return self.show(spelled)

    def choices(self) -> list[tuple[str, str]]:
        """All values."""
        return [(key, language().of(zh, en)) for key, zh, en in self.options]


@dataclass(frozen=True, slots=True)
class Choices(Choice):
    """Several of a few values, kept as one text with blanks between."""

    input: ClassVar[str] = "many"

    def read(self, text: str, find: Find) -> str:
        """Read values with any usual separator, into the order of the options."""
        one = Choice(self.options)
        said = {one.read(part, find) for part in _BETWEEN.split(text.strip()) if part}
        return " ".join(key for key, _, _ in self.options if key in said)

    def show(self, value: Any) -> str:
        """Names of the values in the page's language."""
        one = Choice(self.options)
        return "、".join(one.show(part) for part in str(value or "").split())


@dataclass(frozen=True, slots=True)
class Flag(Kind):
    """Yes or no."""

    input: ClassVar[str] = "select"

    @property
    def allowed(self) -> str:
        """The two words."""
        return "是、否 / yes, no"

    def read(self, text: str, find: Find) -> bool:
        """Read yes or no."""
        said = folded(text)
        if said in _YES or said in _NO:
            return said in _YES
        raise CellFault("不是「是」或「否」 / neither yes nor no", self.allowed)

    def spell(self, value: Any) -> str:
        """One spelling for both languages."""
        return "" if value is None else "1" if value else "0"

    def show(self, value: Any) -> str:
        """Word in the page's language."""
        return "" if value is None else str(both("是", "yes") if value else both("否", "no"))

    def reshow(self, spelled: str) -> str:
        """Show the word."""
        return self.show(spelled == "1" if spelled else None)

    def choices(self) -> list[tuple[str, str]]:
        """Both."""
        return [(spelled, self.reshow(spelled)) for spelled in ("1", "0")]


@dataclass(frozen=True, slots=True)
class Reference(Kind):
    """A row of another table, named by its business key.

    Attributes
    ----------
    model : str
        As "places.Place".
    key, label : str
        Fields of that row: the one it is named by, the one that people know it by.
    area : str
        Field with its path, where only rows in the editor's area may be chosen.
    """

    model: str
    key: str = "code"
    label: str = "name_zh"
    area: str = ""

    input: ClassVar[str] = "reference"

    @property
    def allowed(self) -> str:
        """How the row is named."""
        name = apps.get_model(self.model)._meta.verbose_name
        return f"已登记的编码 / the {self.key} of a row of {name}"

    def read(self, text: str, find: Find) -> Model:
        """Find the row by its key, or by "key name" as the drop-down writes it."""
        found = find(self, text) or find(self, text.partition(" ")[0])
        if found is None:
            raise CellFault(ABSENT, self.allowed)
        return found

    def spell(self, value: Any) -> str:
        """Its business key."""
        return "" if value is None else str(getattr(value, self.key))

    def show(self, value: Any) -> str:
        """Its name, with the key before."""
        return "" if value is None else f"{self.spell(value)} {getattr(value, self.label)}"


def find_one(reference: Reference, text: str) -> Model | None:
    """Find a row that is referred to, as a form needs it."""
    model = apps.get_model(reference.model)
    found: Model | None = model._default_manager.filter(**{reference.key: text}).first()
    return found
