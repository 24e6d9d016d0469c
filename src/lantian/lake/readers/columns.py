"""Headers of files: what each column is, by the declared table of names in columns.toml."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from lantian.errors import BadFile
from lantian.terms.pollutant import POLLUTANTS

_TABLE: Final[dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("columns.toml").read_text(encoding="utf-8")
)
#: What stands in a cell: missing marks and codes, marks that hold or withdraw a value.
CELL: Final[dict[str, Any]] = _TABLE["cell"]
#: Degrees of the wind's sectors by their names.
SECTORS: Final[dict[str, float]] = _TABLE["sectors"]
#: Lowest and highest value of each weather item, in the unit of its name.
WEATHER_RANGE: Final[dict[str, tuple[float, float]]] = {
    item: (entry["lowest"], entry["highest"]) for item, entry in _TABLE["weather"].items()
}


def fold(name: str) -> str:
    """Spelling of a column's name under which spellings are compared.

    Examples
    --------
    >>> fold("ＰＭ2.5 （μg/m³）"), fold("Station Code")
    ('pm2.5(μg/m3)', 'station_code')
    """
    text = unicodedata.normalize("NFKC", name).casefold().strip()
    text = re.sub(r"\s*([()\[\]])\s*", r"\1", text).replace("-", "_")
    return re.sub(r"\s+", "_", text)


def _by_spelling(groups: dict[str, Iterable[str]]) -> dict[str, str]:
    return {fold(name): key for key, names in groups.items() for name in names}


UNITS: Final = _by_spelling(_TABLE["units"])
_POLLUTANT: Final = _by_spelling(_TABLE["pollutant"])
_WEATHER: Final = _by_spelling({key: entry["names"] for key, entry in _TABLE["weather"].items()})
_GROUPS: Final = {
    "stamp": _by_spelling(_TABLE["stamp"]),
    "station": _by_spelling(_TABLE["station"]),
    "pollutant": _POLLUTANT,
    "weather": _WEATHER,
    "long": _by_spelling(_TABLE["long"]),
    "unused": _by_spelling({"unused": _TABLE["unused"]["names"]}),
}
_UNIT_AT_END: Final = re.compile(
    r"(.+?)(?:[(\[]({0})[)\]]|[_,/:]({0}))".format(
        "|".join(re.escape(u) for u in sorted(UNITS, key=len, reverse=True))
    )
)


@dataclass(frozen=True, slots=True)
class Heading:
    """One column of a file: where it stands and what it is.

    Attributes
    ----------
    at : int
        Place in the file, from 0.
    name : str
        Name as the file spells it.
    group : str
        "stamp", "station", "pollutant", "weather", "mark", "long" or "unused".
    role : str
        Which one of its group: a key as "time", "code", "pm25", "wind_ms".
    unit : str
        Unit that the name states, as "ugm3"; empty where it states none.
    """

    at: int
    name: str
    group: str
    role: str
    unit: str = ""


def heading(at: int, name: str) -> Heading | None:
    """Say what the column `name` is, or None where no declared name fits.

    Examples
    --------
    >>> heading(0, "PM2.5浓度(μg/m³)")
    Heading(at=0, name='PM2.5浓度(μg/m³)', group='pollutant', role='pm25', unit='ugm3')
    >>> heading(0, "PM2.5_24h").group, heading(0, "PM7")
    ('unused', None)
    """
    folded = fold(name)
    if found := _look_up(folded):
        return Heading(at, name, *found)
    for suffix in _TABLE["mark_suffixes"]:
        marked = folded.removesuffix(suffix)
        if marked != folded and marked in _POLLUTANT:
            return Heading(at, name, "mark", _POLLUTANT[marked])
        if marked != folded and _is_derived(marked):
            return Heading(at, name, "unused", "unused")
    match = _UNIT_AT_END.fullmatch(folded)
    base, unit = (match[1], UNITS[match[2] or match[3]]) if match else (folded, "")
    if found := _look_up(base):
        return Heading(at, name, *found, unit)
    for suffix in _TABLE["suffixes"]:
        if (found := _look_up(base.removesuffix(suffix))) and found[0] in {"pollutant", "weather"}:
            return Heading(at, name, *found, unit)
    return Heading(at, name, "unused", "unused", unit) if _is_derived(base) else None


def _look_up(folded: str) -> tuple[str, str] | None:
    return next(((g, names[folded]) for g, names in _GROUPS.items() if folded in names), None)


def _is_derived(base: str) -> bool:
    """Whether the name is a pollutant's published mean or index."""
    prefixes = ["", *_TABLE["unused"]["prefixes"]]
    suffixes = ["", *_TABLE["unused"]["suffixes"]]
    return any(
        f"{prefix}{suffix}" and _between(base, prefix, suffix) in _POLLUTANT
        for prefix in prefixes
        for suffix in suffixes
        if base.startswith(prefix) and base.endswith(suffix)
    )


def _between(base: str, prefix: str, suffix: str) -> str:
    return base.removeprefix(prefix).removesuffix(suffix)


@dataclass(frozen=True, slots=True)
class Headings:
    """All columns of a file that are known, and the names of those that are not."""

    known: tuple[Heading, ...]
    unknown: tuple[str, ...]

    def of(self, group: str) -> dict[str, Heading]:
        """Columns of one group by role."""
        return {h.role: h for h in self.known if h.group == group}

    def one_of(self, group: str) -> Heading | None:
        """Return the column of a group that holds: the first in the table's order."""
        columns = self.of(group)
        return next((columns[role] for role in _TABLE[group] if role in columns), None)

    def has_stamp(self) -> bool:
        """Whether an hour can be made from the columns."""
        stamp = set(self.of("stamp"))
        return bool(stamp & {"time", "date"}) or {"year", "month", "day", "hour"} <= stamp


def headings(names: Sequence[str]) -> Headings:
    """Read a file's header.

    Examples
    --------
    >>> found = headings(["监测时间", "站点编码", "SO2", "weight"])
    >>> [h.role for h in found.known], found.unknown
    (['time', 'code', 'so2'], ('weight',))
    """
    read = [heading(at, name) for at, name in enumerate(names)]
    return Headings(
        tuple(h for h in read if h is not None),
        tuple(name for name, h in zip(names, read, strict=True) if h is None),
    )


def demand_clear(found: Headings, file: str) -> None:
    """Refuse unknown columns, and two columns that mean the same.

    Raises
    ------
    BadFile
        Naming the columns and what is known.
    """
    if found.unknown:
        raise BadFile(
            f"未知的列 / unknown column {', '.join(repr(n) for n in found.unknown)}",
            where=file,
            fix=f"删去或改名；已知的列 / remove or rename it; known: {spelled_known()}",
        )
    seen: dict[tuple[str, str], Heading] = {}
    for h in found.known:
        twin = seen.setdefault((h.group, h.role), h)
        if twin is not h and h.group != "unused":
            raise BadFile(
                f"两列同义 / columns {twin.name!r} and {h.name!r} both mean {h.role}",
                where=file,
                fix="只保留一列 / keep one of them",
            )


def spelled_known() -> str:
    """Return the names a user may fall back on, one for each thing that is read.

    Examples
    --------
    >>> spelled_known()[:20]
    'time | date + hour, '
    """
    pollutants = ", ".join(p.symbol for p in POLLUTANTS)
    return (
        f"time | date + hour, station, {pollutants}, {', '.join(WEATHER_RANGE)}; "
        "AQI, level, primary, *_24h, O3_8h (不读取 / not read)"
    )
