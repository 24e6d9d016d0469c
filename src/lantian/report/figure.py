"""A frozen figure: its spelling, number, unit, state and rule, with the key of its derivation."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Final

from lantian.errors import DocumentFailed
from lantian.report.language import Language
from lantian.terms.mark import MISSING
from lantian.terms.rounding import spell

#: What is printed where there is no number.
BLANK: Final = "—"


class DataState(StrEnum):
    """Standing of the data under a figure; printed with it, never mixed silently."""

    REALTIME = "realtime"
    AUDITED = "audited"
    SAND_EXCLUDED = "sand-excluded"

    def label(self, lang: Language) -> str:
        """Printed form.

        Examples
        --------
        >>> DataState.AUDITED.label(Language.ZH), DataState.SAND_EXCLUDED.label(Language.EN)
        ('审核后', 'sand excluded')
        """
        return {
            DataState.REALTIME: lang.of("实时", "real-time"),
            DataState.AUDITED: lang.of("审核后", "audited"),
            DataState.SAND_EXCLUDED: lang.of("扣沙", "sand excluded"),
        }[self]


@dataclass(frozen=True, slots=True)
class Figure:
    """One printed number.

    Parameters
    ----------
    text : str
        Spelling, already rounded, without unit: "60", "-4.1", or "—" where there is none.
    value : Decimal or int or None
        The same number for cells of a spreadsheet; None where there is none.
    unit : str
        "ug/m3", "mg/m3", "%", "d", "h", or "" for an index or a rank.
    state : DataState
        Real-time, audited or sand-excluded.
    rules : str
        Name of the rule set or index variant that made it.
    verified : bool
        False where the rule was not confirmed by an official text.
    key : str
        Path under which its derivation is asked, as place/朝阳/2015-12/pm25/mean.

    Raises
    ------
    DocumentFailed
        If the value is a float, or spelling and value differ.

    Examples
    --------
    >>> Figure("4.1", Decimal("4.1"), "mg/m3", DataState.AUDITED, "HJ633-2012", True, "x").text
    '4.1'
    """

    text: str
    value: Decimal | int | None
    unit: str
    state: DataState
    rules: str
    verified: bool
    key: str

    def __post_init__(self) -> None:
        """Refuse a float and a spelling that says another number."""
        if self.value is not None and type(self.value) not in (int, Decimal):
            raise DocumentFailed(
                f"{self.value!r} is not an exact number",
                where=f"figure {self.key}",
                fix="give a Decimal or an int, rounded by the rule",
            )
        if self._spelled() != self.value:
            raise DocumentFailed(
                f"spelled {self.text!r} but worth {self.value}",
                where=f"figure {self.key}",
                fix="make spelling and value from the same rounded number",
            )

    def _spelled(self) -> Decimal | None:
        if self.text == BLANK:
            return None
        try:
            return Decimal(self.text)
        except InvalidOperation:
            raise DocumentFailed(
                f"{self.text!r} is no number",
                where=f"figure {self.key}",
                fix=f"spell a number without its unit, or {BLANK}",
            ) from None

    @property
    def decimals(self) -> int:
        """Number of printed decimals.

        Examples
        --------
        >>> Figure("60", 60, "ug/m3", DataState.AUDITED, "HJ633-2012", True, "x").decimals
        0
        """
        return len(self.text.partition(".")[2])


@dataclass(frozen=True, slots=True)
class Stamp:
    """State and rule that a run of figures share; makes figures from integers."""

    state: DataState
    rules: str
    verified: bool

    def number(self, thousandths: int, decimals: int, unit: str, key: str) -> Figure:
        """Figure of a rounded integer in thousandths; MISSING gives a blank.

        Examples
        --------
        >>> stamp = Stamp(DataState.REALTIME, "HJ633-2012", True)
        >>> stamp.number(4_100, 1, "mg/m3", "x").text, stamp.number(MISSING, 1, "mg/m3", "x").text
        ('4.1', '—')
        """
        if thousandths == MISSING:
            return self.blank(unit, key)
        text = spell(int(thousandths), decimals)
        return Figure(text, Decimal(text), unit, self.state, self.rules, self.verified, key)

    def change(self, thousandths: int, decimals: int, unit: str, key: str) -> Figure:
        """Figure of a difference, spelled with its sign.

        Examples
        --------
        >>> Stamp(DataState.REALTIME, "HJ633-2012", True).change(3_140, 1, "%", "x").text
        '+3.1'
        """
        plain = self.number(thousandths, decimals, unit, key)
        if plain.value is None or plain.value <= 0:
            return plain
        return Figure(
            f"+{plain.text}", plain.value, unit, self.state, self.rules, self.verified, key
        )

    def count(self, number: int, unit: str, key: str) -> Figure:
        """Figure of a whole number: days, hours, a rank, an AQI; MISSING gives a blank.

        Examples
        --------
        >>> Stamp(DataState.REALTIME, "HJ633-2012", True).count(31, "d", "x").value
        31
        """
        if number == MISSING:
            return self.blank(unit, key)
        whole = int(number)
        return Figure(str(whole), whole, unit, self.state, self.rules, self.verified, key)

    def blank(self, unit: str, key: str) -> Figure:
        """Figure without a number."""
        return Figure(BLANK, None, unit, self.state, self.rules, self.verified, key)


@dataclass(frozen=True, slots=True)
class FigureSet:
    """All figures of one document, in order of key, and their identity."""

    figures: tuple[Figure, ...]

    def canonical(self) -> str:
        """One spelling of the whole set: JSON with sorted keys and no floats."""
        return canonical_json(self.figures)

    @property
    def sha256(self) -> str:
        """Digest of the canonical spelling: the identity of what the document says."""
        return hashlib.sha256(self.canonical().encode()).hexdigest()

    def __getitem__(self, key: str) -> Figure:
        """Figure of that key; KeyError where there is none."""
        for figure in self.figures:
            if figure.key == key:
                return figure
        raise KeyError(key)


def collect(content: object) -> FigureSet:
    """Every figure inside frozen content, each key once.

    Raises
    ------
    DocumentFailed
        If two figures of one key differ: the document would contradict itself.

    Examples
    --------
    >>> stamp = Stamp(DataState.AUDITED, "HJ633-2012", True)
    >>> [f.key for f in collect((stamp.count(2, "", "b"), stamp.count(1, "", "a"))).figures]
    ['a', 'b']
    """
    found: dict[str, Figure] = {}
    for figure in _walk(content):
        known = found.setdefault(figure.key, figure)
        if known != figure:
            raise DocumentFailed(
                f"two values, {known.text} and {figure.text}, in state {known.state} and "
                f"{figure.state}",
                where=f"figure {figure.key}",
                fix="give each figure its own key, or make both from the same result",
            )
    return FigureSet(tuple(found[key] for key in sorted(found)))


def _walk(content: object) -> Iterator[Figure]:
    if isinstance(content, Figure):
        yield content
    elif is_dataclass(content):
        for field in fields(content):
            yield from _walk(getattr(content, field.name))
    elif isinstance(content, tuple):
        for part in content:
            yield from _walk(part)


def canonical_json(content: object) -> str:
    """One spelling of frozen content: dataclasses, tuples, strings, integers, Decimals, dates.

    Raises
    ------
    DocumentFailed
        If it holds a float or anything else without one exact spelling.

    Examples
    --------
    >>> canonical_json((Decimal("4.10"), None, date(2015, 12, 1), "优"))
    '["4.10",null,"2015-12-01","优"]'
    """
    return json.dumps(_plain(content), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _plain(content: object) -> Any:
    if is_dataclass(content) and not isinstance(content, type):
        return {f.name: _plain(getattr(content, f.name)) for f in fields(content)}
    if isinstance(content, tuple):
        return [_plain(part) for part in content]
    if isinstance(content, Decimal | date):
        return str(content)
    if isinstance(content, StrEnum):
        return content.value
    if content is None or type(content) in (str, int, bool):
        return content
    raise DocumentFailed(
        f"{content!r} ({type(content).__name__}) has no one exact spelling",
        where="contents of a document",
        fix="give integers, Decimals, strings, dates, tuples or frozen dataclasses",
    )
