"""Codes of HJ 212: systems, commands, factors, data flags, results, each with its source."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any


class Way(StrEnum):
    """Direction of a command."""

    #: From platform to device.
    DOWN = "down"
    #: From device to platform.
    UP = "up"


class Kind(StrEnum):
    """What a command opens: its dialogue."""

    REQUEST = "request"
    UPLOAD = "upload"
    NOTICE = "notice"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class Code:
    """One code with its names; `verified` is False where no official text was seen."""

    code: str
    zh: str
    en: str
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Command(Code):
    """A command code CN in one direction; `year` is that of the standard that brought it."""

    way: Way
    kind: Kind
    year: int


@dataclass(frozen=True, slots=True)
class System(Code):
    """A system code ST; `year` is that of the standard that brought it."""

    year: int


@dataclass(frozen=True, slots=True)
class Factor(Code):
    """A factor that is measured.

    `unit` and `amount` are the default units as printed, `symbol` is `unit` in symbols,
    `old` the code of 2005, `form` the printed data type, `pollutant` the key in
    `terms.pollutant`; each is "" where there is none.
    """

    unit: str
    symbol: str
    amount: str
    form: str
    old: str
    pollutant: str


@dataclass(frozen=True, slots=True)
class DataFlag(Code):
    """A data flag; `counts` says whether its values serve statistics by default."""

    counts: bool


def _book(name: str) -> dict[str, Any]:
    path = files("lantian.hj212") / "books" / f"{name}.toml"
    return tomllib.loads(path.read_text("utf-8"))


def _dated(book: dict[str, Any], key: str) -> Iterator[dict[str, Any]]:
    """Rows of a book whose blocks are of one year, with that year's source."""
    for block in book[key]:
        source = book["source"][str(block["year"])]
        for row in block["rows"]:
            yield row | {
                "year": block["year"],
                "source": source["text"],
                "verified": source["verified"],
            }


@cache
def systems() -> dict[str, System]:
    """System codes.

    Examples
    --------
    >>> systems()["22"].zh, systems()["44"].verified
    ('空气质量监测', False)
    """
    return {row["code"]: System(**row) for row in _dated(_book("systems"), "system")}


@cache
def commands() -> dict[tuple[str, Way], Command]:
    """Command codes by code and direction.

    Examples
    --------
    >>> commands()["2011", Way.UP].zh
    '上传污染物实时数据'
    """
    rows = _dated(_book("commands"), "command")
    return {
        (row["code"], Way(row["way"])): Command(
            **row | {"way": Way(row["way"]), "kind": Kind(row["kind"])}
        )
        for row in rows
    }


@cache
def factors() -> dict[str, Factor]:
    """Factors of tables B.1, B.2, B.3, B.5, B.7 and B.10, and ozone, by code.

    Codes of processes and devices end with x for each digit of the device's number.

    Examples
    --------
    >>> pm25 = factors()["a34004"]
    >>> pm25.unit, pm25.symbol, pm25.pollutant
    ('纳克/立方米', 'ng/m3', 'pm25')
    """
    empty = {"unit": "", "amount": "", "form": "", "old": "", "pollutant": ""}
    return {
        row["code"]: Factor(
            **empty | row,
            symbol=book["units"].get(row.get("unit"), ""),
            source=block["text"],
            verified=block["verified"],
        )
        for book in map(_book, ("factors", "processes"))
        for block in book["factor"]
        for row in block["rows"]
    }


@cache
def _factors_by_old_code() -> dict[str, Factor]:
    return {factor.old: factor for factor in factors().values() if factor.old}


def factor(code: str) -> Factor | None:
    """Factor of a code, also of one of 2005 or with a device's number; None for a maker's own.

    Examples
    --------
    >>> factor("a05024").en, factor("011").zh, factor("02").code, factor("R01")
    ('ozone', '化学需氧量', 'a21026', None)
    >>> factor("g10402").zh
    '浆液循环泵电流'
    """
    known = factors()
    if found := known.get(code) or _factors_by_old_code().get(code):
        return found
    if code[-2:].isdigit():
        return known.get(f"{code[:-2]}xx") or known.get(f"{code[:-1]}x")
    return None


@cache
def data_flags() -> dict[str, DataFlag]:
    """Data flags by capital letter.

    Examples
    --------
    >>> data_flags()["B"].counts
    False
    """
    block = _book("words")["flags"]
    return {row["code"]: DataFlag(**row, **_source(block)) for row in block["rows"]}


def data_flag(spelled: str) -> DataFlag | None:
    """Flag of a letter in either case, as devices write both; None for others.

    Examples
    --------
    >>> data_flag("d").code, data_flag("")
    ('D', None)
    """
    return data_flags().get(spelled.upper())


@cache
def answers() -> dict[int, Code]:
    """Answers to a request (QnRtn) by number.

    Examples
    --------
    >>> answers()[3].en
    'wrong PW'
    """
    return _numbered("answers")


@cache
def results() -> dict[int, Code]:
    """Results of a request (ExeRtn) by number.

    Examples
    --------
    >>> results()[100].en
    'no data'
    """
    return _numbered("results")


def _numbered(name: str) -> dict[int, Code]:
    block = _book("words")[name]
    return {
        row["code"]: Code(str(row["code"]), row["zh"], row["en"], **_source(block))
        for row in block["rows"]
    }


def _source(block: dict[str, Any]) -> dict[str, Any]:
    return {"source": block["text"], "verified": block["verified"]}
