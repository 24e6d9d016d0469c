"""Rows of a register from a CSV file or from memory: every one must be good, or none is taken."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final

from lantian.errors import BadFile, BadRequest
from lantian.lake.register import Cells, Register, Row, RowError

#: Problems of one file that are spelled out; the rest is counted.
_NAMED: Final = 20


def read_register(register: Register, path: Path) -> list[Row]:
    """Read a CSV file of a register.

    Raises
    ------
    BadFile
        Naming every unknown or absent column, and every bad row with its line.
    """
    try:
        lines = list(csv.reader(io.StringIO(_text(path), newline="")))
    except csv.Error as error:
        raise BadFile(
            f"不是 CSV / not CSV ({error})", where=str(path), fix="另存为 CSV / save it as CSV"
        ) from error
    header = [name.strip().lower() for name in lines[0]] if lines else []
    if faults := _faults_of_header(register, header):
        raise BadFile("; ".join(faults), where=str(path), fix=_header_of(register))
    given: list[tuple[int, Cells | RowError]] = []
    for number, cells in enumerate(lines[1:], 2):
        if len(cells) == len(header):
            named = {n: c.strip() for n, c in zip(header, cells, strict=True)}
            if any(named.values()):
                given.append((number, named))
        elif any(cell.strip() for cell in cells):
            said = f"{len(cells)} 列，表头 {len(header)} 列 / cells and columns differ"
            given.append((number, RowError(said)))
    rows, wrong = _parse(register, given)
    if wrong:
        raise BadFile(
            f"{len(wrong)} 处错误，整个文件未采用 / wrong rows, nothing of the file was taken: "
            + _listed(wrong),
            where=str(path),
            fix="改正后重新载入 / correct the rows and load it again",
        )
    return rows


def check_rows(register: Register, given: Sequence[Mapping[str, object]], where: str) -> list[Row]:
    """Read rows that are in memory, as of a form or an intent; the first is line 1.

    Cells may be text, numbers, flags, days or None, under the names of the file's columns.

    Raises
    ------
    BadRequest
        Naming every unknown or absent column, and every bad row with its number.

    Examples
    --------
    >>> from lantian.lake.register import REGISTERS
    >>> check_rows(REGISTERS["places"], [{"station": "1001A", "place": "甲县"}], "form")
    [('1001A', '甲县', 'city', None, None, None)]
    """
    rows, wrong = _parse(register, ((n, _cells(register, row)) for n, row in enumerate(given, 1)))
    if wrong:
        raise BadRequest(
            f"{len(wrong)} 处错误，一行都未采用 / wrong rows, none was taken: " + _listed(wrong),
            where=where,
            fix=_header_of(register),
        )
    return rows


def _cells(register: Register, row: Mapping[str, object]) -> Cells | RowError:
    if said := _faults_of_header(register, list(row)):
        return RowError("; ".join(said))
    try:
        return {name: _cell(name, value) for name, value in row.items()}
    except RowError as error:
        return error


def _cell(name: str, value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(int(value))
        case str():
            return value.strip()
        case int() | float() | Decimal() | date():
            return str(value)
    raise RowError(f"{name}={value!r}: 不是文字或数 / is neither text nor a number")


def _parse(
    register: Register, given: Iterable[tuple[int, Cells | RowError]]
) -> tuple[list[Row], list[str]]:
    """Rows of the table, and what is wrong with each line."""
    rows: list[Row] = []
    origin: list[int] = []
    wrong: list[str] = []
    for number, cells in given:
        try:
            if isinstance(cells, RowError):
                raise cells
            found = register.parse(cells)
        except (RowError, BadRequest) as error:
            wrong.append(f"第 {number} 行 / line {number}: {_reason(error)}")
        else:
            rows += found
            origin += [number] * len(found)
    return rows, wrong + _contradictions(register, rows, origin)


def _reason(error: Exception) -> str:
    return f"{error.what}; {error.fix}" if isinstance(error, BadRequest) else str(error)


def _listed(wrong: Sequence[str]) -> str:
    more = [f"… 另 / and {len(wrong) - _NAMED}"] if len(wrong) > _NAMED else []
    return "; ".join([*wrong[:_NAMED], *more])


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise BadFile(
            f"文件打不开 / cannot open the file ({error.strerror})",
            where=str(path),
            fix="检查路径和权限 / check path and permission",
        ) from error
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadFile(
        "既非 UTF-8 也非 GBK / neither UTF-8 nor GBK",
        where=str(path),
        fix="另存为 UTF-8 的 CSV / save it as CSV in UTF-8",
    )


def _faults_of_header(register: Register, header: Sequence[str]) -> list[str]:
    known = (*register.required, *register.optional)
    said = [f"未知列 / unknown column {name!r}" for name in header if name not in known]
    said += [f"缺列 / no column {name!r}" for name in register.required if name not in header]
    said += [f"重复列 / column {n!r} twice" for n in sorted(set(header)) if header.count(n) > 1]
    return said


def _header_of(register: Register) -> str:
    optional = f"[,{','.join(register.optional)}]" if register.optional else ""
    return f"表头应为 / the header is: {','.join(register.required)}{optional}"


def _contradictions(register: Register, rows: list[Row], origin: list[int]) -> list[str]:
    """Rows of one file that say two things of the same."""
    wrong = []
    seen: dict[Row, list[tuple[Row, int]]] = {}
    for row, line in zip(rows, origin, strict=True):
        same = seen.setdefault(tuple(row[i] for i in register.once), [])
        for other, earlier in same:
            if register.dated is None or _overlap(row, other, *register.dated):
                wrong.append(
                    f"第 {line} 行与第 {earlier} 行重复或日期重叠 / line {line} repeats "
                    f"line {earlier} or overlaps it in time: {row[0]} ({other[1]}, {row[1]})"
                )
                break
        same.append((row, line))
    return wrong


def _overlap(one: Row, other: Row, first: int, last: int) -> bool:
    starts = max(one[first] or "", other[first] or "")
    ends = min(one[last] or "9999", other[last] or "9999")
    return bool(starts <= ends)
