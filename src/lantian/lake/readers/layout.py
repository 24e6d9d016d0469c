"""Layouts of monitor files: told apart by kind and header, each read by its reader."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

from lantian.errors import BadFile, BadRequest
from lantian.lake.clock import file_note
from lantian.lake.readers.archive import is_archive, read_archive
from lantian.lake.readers.columns import Headings, demand_clear, fold, headings, spelled_known
from lantian.lake.readers.excel import Workbook
from lantian.lake.readers.live import straight_ozone
from lantian.lake.readers.long import read_long
from lantian.lake.readers.parquet import ParquetSheet
from lantian.lake.readers.sheet import Sheet
from lantian.lake.readers.stamp import Clock
from lantian.lake.readers.text import TextSheet
from lantian.lake.readers.unit import said_units
from lantian.lake.readers.wide import read_wide
from lantian.lake.rows import Reading
from lantian.terms.hour import BEIJING_H

#: What a caller may ask for; auto tells the others apart.
LAYOUTS: Final = ("auto", "cnemc-sites", "cnemc-live", "prsa", "wide", "long")

_PRSA: Final = frozenset({"temp", "pres", "dewp", "rain", "wd", "wspm", "station"})
_LIVE: Final = frozenset({"stationcode", "timepoint"})
#: Units that a layout declares; the Beijing set gives CO in ug/m3.
_DECLARED: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {"prsa": {"co": "ugm3"}, "cnemc-live": {"co": "mgm3"}}
)
_NO_UNITS: Final[Mapping[str, str]] = MappingProxyType({})


def read(
    path: Path,
    *,
    layout: str = "auto",
    units: Mapping[str, str] = _NO_UNITS,
    offset_h: int = BEIJING_H,
    hour_begins: bool = False,
) -> Reading:
    """Read one monitor file.

    Parameters
    ----------
    path : Path
        A CSV, Excel (.xlsx) or Parquet file; told by its content, not by its name.
    layout : str
        One of `LAYOUTS`.
    units : mapping of str to str
        Units by pollutant, as ``{"co": "ugm3"}``; ug/m3 and CO in mg/m3 where nothing is said.
    offset_h : int
        What the file's stamps are ahead of UTC, in hours.
    hour_begins : bool
        True where a stamp is the beginning of its hour; the usual stamp is its end.

    Returns
    -------
    Reading
        Rows in the file's order, repeats included; weather where the file has any; each
        refused row or value with its line; notes for the user.

    Raises
    ------
    BadFile
        If the file cannot be read as its layout, or no line of it is good.
    BadRequest
        If the layout or a unit is none.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder) / "june.csv"
    ...     _ = file.write_text("time,site,PM10\\n2019-06-01 01:00,1001A,48\\n")
    ...     found = read(file).rows
    >>> found.names, found.h.tolist(), found.values[2].tolist()
    (('1001A',), [433145], [48000])
    """
    if layout not in LAYOUTS:
        raise BadRequest(
            f"没有布局 {layout!r} / no layout {layout!r}",
            where="--layout",
            fix=f"可选 / one of: {', '.join(LAYOUTS)}",
        )
    said = said_units(units)
    sheet = _open(path)
    chosen = _detect(sheet, path.name) if layout == "auto" else layout
    clock = Clock(offset_h, hour_begins)
    found = _read_as(chosen, sheet, file=path.name, clock=clock, said=said)
    return _finished(found, path.name, offset_h)


def _open(path: Path) -> Sheet:
    """Open a file as what its first bytes say it is."""
    try:
        with path.open("rb") as stream:
            head = stream.read(8)
    except OSError as error:
        raise BadFile(
            f"打不开 / cannot be opened: {error.strerror}",
            where=str(path),
            fix="核对文件名和权限 / check name and permissions",
        ) from error
    if head[:4] == b"PAR1":
        return ParquetSheet(path)
    if head[:4] == b"PK\x03\x04":
        return Workbook(path)
    for start, kind, fix in _UNREAD_KINDS:
        if head.startswith(start):
            raise BadFile(f"不读取的文件类型 / not read: {kind}", where=path.name, fix=fix)
    if not head.strip():
        raise BadFile(
            "文件是空的 / the file is empty", where=path.name, fix="核对文件 / check the file"
        )
    return TextSheet(path)


_UNREAD_KINDS: Final = (
    (b"\xd0\xcf\x11\xe0", "Excel 97 (.xls)", "在 Excel 中另存为 .xlsx / save it as .xlsx"),
    (b"\x1f\x8b", "gzip", "先解压 / unpack it first"),
    (b"%PDF", "PDF", "请取得表格文件 / ask for a table instead"),
)


def _is_wide(found: Headings) -> bool:
    items = set(found.of("pollutant")) | (set(found.of("weather")) - {"dew_c"})
    return found.has_stamp() and found.one_of("station") is not None and bool(items)


def _is_long(found: Headings) -> bool:
    long = {"pollutant", "value"} <= set(found.of("long"))
    return found.has_stamp() and found.one_of("station") is not None and long


def _detect(sheet: Sheet, file: str) -> str:
    """Tell a file's layout by its header.

    Raises
    ------
    BadFile
        Where none or more than one fits, naming the columns seen.
    """
    if is_archive(sheet.names):
        return "cnemc-sites"
    folded = {fold(name) for name in sheet.names}
    if folded >= _LIVE:
        return "cnemc-live"
    if folded >= _PRSA:
        return "prsa"
    found = headings(sheet.names)
    wide, long = _is_wide(found), _is_long(found)
    if wide != long:
        return "wide" if wide else "long"
    if not wide and found.unknown and found.has_stamp():
        demand_clear(found, file)
    problem = "既像宽表又像长表 / both wide and long" if wide else "认不出布局 / unknown layout"
    raise BadFile(
        f"{problem}; 列 / columns: {_shortened(sheet.names)}",
        where=file,
        fix=f"改列名，或用 --layout 指明；已知的列 / rename columns, or give --layout; "
        f"known: {spelled_known()}",
    )


def _read_as(
    layout: str, sheet: Sheet, *, file: str, clock: Clock, said: Mapping[str, str]
) -> Reading:
    """Read a sheet as one layout.

    Raises
    ------
    BadFile
        If its header is another's, or has unknown columns.
    """
    if layout == "cnemc-sites":
        if not is_archive(sheet.names):
            raise _other_layout(layout, sheet, file, "date, hour, type, 1001A …")
        return read_archive(sheet, file=file, clock=clock)
    found = headings(sheet.names)
    demand_clear(found, file)
    units = {**_DECLARED.get(layout, {}), **said}
    if layout == "long":
        if not _is_long(found):
            raise _other_layout(
                layout, sheet, file, "time | date + hour, station, pollutant, value"
            )
        return read_long(sheet, found, file=file, clock=clock, said=units)
    if not _is_wide(found):
        raise _other_layout(layout, sheet, file, "time | date + hour, station, SO2 … O3")
    if layout == "cnemc-live":
        found, notes = straight_ozone(sheet, found, file)
        reading = read_wide(sheet, found, file=file, clock=clock, said=units)
        return replace(reading, notes=(*reading.notes, *notes))
    return read_wide(sheet, found, file=file, clock=clock, said=units)


def _other_layout(layout: str, sheet: Sheet, file: str, needs: str) -> BadFile:
    return BadFile(
        f"不是布局 {layout} / not the layout {layout}; 列 / columns: {_shortened(sheet.names)}",
        where=file,
        fix=f"它需要 / it needs: {needs}",
    )


def _shortened(names: Sequence[str]) -> str:
    spelled = ", ".join(names)
    return spelled if len(spelled) <= 300 else f"{spelled[:300]} …"


def _finished(found: Reading, file: str, offset_h: int) -> Reading:
    """Order the refusals, add what the whole file shows, refuse a file with nothing good."""
    refused = tuple(sorted(found.refused, key=lambda r: r.line))
    nothing = not len(found.rows) and found.weather is None
    if nothing and refused:
        raise BadFile(
            f"没有一行可用，{len(refused)} 处被拒 / no good line, {len(refused)} refusals; "
            f"第 {refused[0].line} 行 / line {refused[0].line}: {refused[0].reason}",
            where=file,
            fix="改正后重新载入 / correct the file and load it again",
        )
    notes = list(found.notes)
    if nothing:
        notes.append("文件里没有一个值 / the file gives no value at all")
    if note := file_note(found.rows, offset_h):
        notes.append(note)
    return replace(found, refused=refused, notes=tuple(notes))
