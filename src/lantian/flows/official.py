"""An official table: published statistics of places, read from CSV, Excel or Parquet."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

from lantian.errors import BadFile, BadRequest
from lantian.lake.readers.columns import fold, heading
from lantian.lake.readers.excel import Workbook
from lantian.lake.readers.parquet import ParquetSheet
from lantian.lake.readers.sheet import Sheet, Table
from lantian.lake.readers.text import TextSheet
from lantian.terms.period import Period, parse_period
from lantian.terms.pollutant import CO, POLLUTANTS
from lantian.terms.rounding import THOUSAND

INDEX: Final = "index"
RANK: Final = "rank"
GOOD_DAYS: Final = "good_days"
#: Items of a table in the order in which they are compared.
ITEMS: Final = (*(p.key for p in POLLUTANTS), INDEX, RANK, GOOD_DAYS)
#: Items that are whole numbers.
COUNTS: Final = (RANK, GOOD_DAYS)
_PLACE: Final = "place"
_PERIOD: Final = "period"
_UNUSED: Final = "unused"

_NAMES: Final = {
    _PLACE: "place city county district station site name 地区 城市 城市名称 区县 县区 县市区 "
    "县(市、区) 区域 乡镇 街道 乡镇(街道) 行政区 名称 站点 站点名称 点位",
    _PERIOD: "period month 时段 月份 年月 评价时段 统计时段 统计周期 时间",
    INDEX: "index composite composite_index 综合指数 环境空气质量综合指数 空气质量综合指数 "
    "综合质量指数 综合污染指数",
    RANK: "rank 排名 名次 位次 排序 综合指数排名 综合排名",
    GOOD_DAYS: "good_days 优良天数 优良天数(天) 优良天 达标天数 达标天数(天)",
    _UNUSED: "index_max 最大指数 最大质量指数 最大单项指数 首要污染物 主要污染物 序号 备注 note "
    "rules valid_days good_day_ratio change_pct improvement_rank months_among_last attains "
    "优良天数比例 优良率 同比 省份 province",
}
_ROLE: Final = {fold(name): role for role, names in _NAMES.items() for name in names.split()}
#: Words in a pollutant's column that say which statistic it is.
_STATISTIC: Final = re.compile(
    r"[_ ]?(?:mda8|8h|日最大8小时(?:滑动)?|第?9\d(?:per|th|百分位数?)|[月季年]?(?:平均|均)值?|mean)"
)
_UNITS: Final = {"", "ugm3", "mgm3"}
_SINGLE: Final = re.compile(r"index[_\[].+|rank\[.+")
_BLANK: Final = {"", "-", "--", "—", "–", "/", "na", "n/a", "nan", "null", "none", "无"}
_MONTH: Final = re.compile(r"(\d{4})年(\d{1,2})月(?:份)?|(\d{4})(\d{2})")
_QUARTER: Final = re.compile(r"(\d{4})年第?([1-4一二三四])季度")
_NUMERAL: Final = {"一": "1", "二": "2", "三": "3", "四": "4"}


@dataclass(frozen=True, slots=True)
class Published:
    """One published figure: thousandths, or a whole number of days or a rank; its digits."""

    value: int
    decimals: int


@dataclass(frozen=True, slots=True)
class OfficialRow:
    """What an official table says of one place and period, by item."""

    line: int
    place: str
    period: Period
    figures: Mapping[str, Published]


@dataclass(frozen=True, slots=True)
class _Column:
    at: int
    name: str
    role: str
    unit: str


def read_official(path: Path, period: Period | None = None) -> list[OfficialRow]:
    """Read an official table.

    Parameters
    ----------
    path : Path
        CSV (UTF-8 or GBK), Excel or Parquet with a column of places, one of periods unless
        `period` is given, and any of the six pollutants (ug/m3, CO in mg/m3), index, rank
        and good days, under their usual names in Chinese or English.
    period : Period, optional
        Of every row; where the table has a column of periods, only its rows are taken.

    Returns
    -------
    list of OfficialRow

    Raises
    ------
    BadFile
        If the file cannot be read, is empty, or a column, cell or place is wrong; named.
    """
    sheet = _open(path)
    columns = _columns(sheet.names, path)
    roles = {c.role for c in columns}
    if _PERIOD not in roles and period is None:
        raise BadFile(
            "没有时段列 / no column of periods",
            where=str(path),
            fix="加一列 period（如 2019-06），或用 --period / add the column, or give --period",
        )
    table = sheet.load([c.at for c in columns])
    if table.refused:
        first = table.refused[0]
        raise BadFile(
            f"第 {first.line} 行 / line {first.line}: {first.reason}",
            where=str(path),
            fix="改正后重试 / correct it",
        )
    rows = [_row(table, n, columns, period, path) for n in range(len(table))]
    kept = [row for row in rows if row.figures and period in (None, row.period)]
    if not kept:
        what = f"没有 {period.label} 的数值 / no figure of {period.label}" if period else ""
        raise BadFile(
            what or "表中没有数值 / the table has no figures",
            where=str(path),
            fix="检查文件 / check the file",
        )
    _refuse_repeats(kept, path)
    return kept


def _open(path: Path) -> Sheet:
    """Open a file as what its first bytes say it is."""
    if not path.is_file():
        raise BadFile(
            "没有这个文件 / no such file", where=str(path), fix="检查路径 / check the path"
        )
    with path.open("rb") as stream:
        head = stream.read(4)
    if head == b"PAR1":
        return ParquetSheet(path)
    if head == b"PK\x03\x04":
        return Workbook(path)
    if not head.strip():
        raise BadFile("文件是空的 / the file is empty", where=str(path), fix="检查文件 / check it")
    return TextSheet(path)


def _columns(names: Sequence[str], path: Path) -> list[_Column]:
    found, unknown = [], []
    for at, name in enumerate(names):
        role, unit = _role(at, name)
        if not role:
            unknown.append(name)
        elif role != _UNUSED:
            found.append(_Column(at, name, role, unit))
    problem = ""
    roles = [c.role for c in found]
    twice = sorted({r for r in roles if roles.count(r) > 1})
    if unknown:
        problem = f"未知列 / unknown column: {', '.join(map(repr, unknown))}"
    elif twice:
        same = ", ".join(repr(c.name) for c in found if c.role == twice[0])
        problem = f"{same} 同为 / are both {twice[0]}"
    elif _PLACE not in roles:
        problem = "没有地区列 / no column of places"
    elif not set(roles) & set(ITEMS):
        problem = "没有可比较的列 / no column to compare"
    if problem:
        raise BadFile(
            problem,
            where=str(path),
            fix=f"可用的列 / known columns: {_PLACE}, {_PERIOD}, {', '.join(ITEMS)}",
        )
    return found


def _role(at: int, name: str) -> tuple[str, str]:
    """What a column is, and the unit that its name states; empty where it is unknown."""
    folded = fold(name)
    if not folded or _SINGLE.fullmatch(folded):
        return _UNUSED, ""
    if folded in _ROLE:
        return _ROLE[folded], ""
    found = heading(at, _STATISTIC.sub("", folded))
    if found is not None and found.group == "pollutant" and found.unit in _UNITS:
        return found.role, found.unit
    return "", ""


def _row(
    table: Table, n: int, columns: Sequence[_Column], period: Period | None, path: Path
) -> OfficialRow:
    line = int(table.line[n])
    cells = {c.role: table.cells[c.at].text(n).strip() for c in columns}
    figures = {
        c.role: figure
        for c in columns
        if c.role in ITEMS
        and (figure := _figure(c, cells[c.role], f"{path}, 第 {line} 行 / line {line}"))
    }
    if not cells[_PLACE] and figures:
        raise BadFile("地区为空 / place is empty", where=f"{path}, {line}", fix="补上 / fill it in")
    if _PERIOD in cells or period is None:
        period = _period(cells.get(_PERIOD, ""), path, line)
    return OfficialRow(line, cells[_PLACE], period, figures)


def _period(text: str, path: Path, line: int) -> Period:
    compact = text.replace(" ", "")
    if match := _MONTH.fullmatch(compact):
        year, month = match[1] or match[3], match[2] or match[4]
        compact = f"{year}-{int(month):02d}"
    elif match := _QUARTER.fullmatch(compact):
        compact = f"{match[1]}-Q{_NUMERAL.get(match[2], match[2])}"
    try:
        return parse_period(compact.removesuffix("年"))
    except BadRequest as error:
        raise BadFile(
            error.what, where=f"{path}, 第 {line} 行 / line {line}", fix=error.fix
        ) from error


def _figure(column: _Column, text: str, where: str) -> Published | None:
    if text.lower() in _BLANK:
        return None
    try:
        number = Decimal(text).normalize()
    except InvalidOperation:
        number = Decimal("NaN")
    whole = column.role in COUNTS
    if not number.is_finite() or number < 0 or (whole and number % 1):
        raise BadFile(
            f"{column.name} = {text!r} 不是{'整' if whole else ''}数 / is not a "
            f"{'whole ' if whole else ''}number",
            where=where,
            fix="改正，或留空 / correct it, or leave it empty",
        )
    if whole:
        return Published(int(number), 0)
    scaled = number * THOUSAND * _factor(column)
    if scaled % 1:
        raise BadFile(
            f"{column.name} = {text!r} 多于三位小数 / has more than three decimals",
            where=where,
            fix="按公布的位数填写 / write it with the published digits",
        )
    exponent = (scaled / THOUSAND).normalize().as_tuple().exponent
    return Published(int(scaled), max(0, -exponent) if isinstance(exponent, int) else 0)


def _factor(column: _Column) -> Decimal:
    """What makes the stated unit ours: mg/m3 for CO, ug/m3 for the others."""
    if column.role == CO.key:
        return Decimal("0.001") if column.unit == "ugm3" else Decimal(1)
    return Decimal(1000) if column.unit == "mgm3" else Decimal(1)


def _refuse_repeats(rows: Sequence[OfficialRow], path: Path) -> None:
    seen: dict[tuple[Period, str], int] = {}
    for row in rows:
        first = seen.setdefault((row.period, row.place), row.line)
        if first != row.line:
            raise BadFile(
                f"第 {first} 行和第 {row.line} 行都是 / lines {first} and {row.line} are both "
                f"{row.place} {row.period.label}",
                where=str(path),
                fix="只保留一行 / keep one of them",
            )
