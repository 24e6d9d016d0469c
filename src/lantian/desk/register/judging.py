"""Judging a sheet: each row is new, changed, the same or wrong; nothing is written."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import batched
from typing import Any, Final

import shapely
from django.apps import apps
from django.db.models import Model, Q

from lantian.desk.register.cells import ERRORS
from lantian.desk.register.faults import CellFault, Fault
from lantian.desk.register.filling import fill, told
from lantian.desk.register.geometry import DECIMALS, loaded, spelled
from lantian.desk.register.headings import SYSTEMS, Headings
from lantian.desk.register.kinds import ABSENT, Reference, find_one, folded
from lantian.desk.register.row import Row
from lantian.desk.register.sheet.reading import Sheet
from lantian.desk.register.spec import Column, Register, Values
from lantian.desk.register.stored import packed
from lantian.desk.rights.reach import Reach
from lantian.terms.coordinates import CoordinateSystem, to_wgs84

CHUNK: Final = 500
IMPORT: Final = "register.import"
#: What empties a cell; an empty cell leaves what is there.
_EMPTIED: Final = frozenset({"（空）", "(空)", "(empty)", "（empty）"})


@dataclass(slots=True)
class Verdict:
    """What a row of the sheet would do.

    `before` and `was` tell the row as it is, for the log and for undoing; empty for a new one.
    """

    line: int
    cells: Sequence[str]
    row: Row | None = None
    before: dict[str, Any] = field(default_factory=dict)
    was: str = ""
    same: bool = False
    faults: list[Fault] = field(default_factory=list)


@dataclass(slots=True)
class _Read:
    line: int
    cells: Sequence[str]
    values: Values
    faults: list[Fault]


def nothing_earlier(key: str) -> Row | None:
    """Know no earlier rows."""
    return None


class Judge:
    """Reads a sheet against the register.

    Parameters
    ----------
    register : Register
    headings : Headings
    system : CoordinateSystem
        Of rows that do not say it themselves.
    reach : Reach
        What the importer reaches.
    since : datetime or None
        When the importer saw the outcome: a row that was changed later is refused.
    ours : mapping of int to int, optional
        Versions of rows that this very import wrote already, before it was interrupted.
    earlier : callable
        Finds a new row of the chunks before by its key, which later rows may refer to.
    """

    def __init__(
        self,
        register: Register,
        headings: Headings,
        system: CoordinateSystem,
        reach: Reach,
        since: datetime | None = None,
        ours: Mapping[int, int] | None = None,
        earlier: Callable[[str], Row | None] = nothing_earlier,
    ) -> None:
        self.register = register
        self.headings = headings
        self.system = system
        self.reach = reach
        self.since = since
        self.ours = ours or {}
        self._seen: dict[tuple[str, ...], int] = {}
        self.earlier = earlier
        # New rows of this chunk, which its later rows may refer to.
        self._pending: dict[str, Row] = {}
        self._columns = [c for c in register.edited if c.name in headings.at]

    def verdicts(self, sheet: Sheet) -> Iterator[list[Verdict]]:
        """Yield the verdicts on the rows of a sheet, some hundred at a time."""
        for chunk in batched(sheet.rows(), CHUNK):
            yield self._judge(chunk)

    def _judge(self, chunk: Sequence[tuple[int, list[str]]]) -> list[Verdict]:
        self._pending.clear()
        texts = [(line, cells, self._texts(cells)) for line, cells in chunk]
        found = self._referred([t for _, _, t in texts])

        def find(reference: Reference, text: str) -> Model | None:
            return found.get((reference, text)) or self._own(reference, text)

        verdicts = []
        reads = [self._read(line, cells, said, find) for line, cells, said in texts]
        existing = self._existing(reads)
        for first, (line, cells, said) in zip(reads, texts, strict=True):
            # A row above may be what this one refers to.
            absent = any(fault.wrong == ABSENT for fault in first.faults)
            read = self._read(line, cells, said, find) if absent else first
            verdicts.append(self._verdict(read, existing))
        return verdicts

    def _texts(self, cells: Sequence[str]) -> dict[str, str]:
        at = self.headings.at
        return {c.name: cells[at[c.name]] if at[c.name] < len(cells) else "" for c in self._columns}

    def _referred(self, rows: Sequence[Mapping[str, str]]) -> dict[tuple[Reference, str], Model]:
        """Find the rows that a chunk refers to, by one query for each column."""
        found: dict[tuple[Reference, str], Model] = {}
        for column in self._columns:
            kind = column.kind
            if isinstance(kind, Reference):
                said = {t for row in rows if (text := row[column.name]) for t in _spellings(text)}
                model = apps.get_model(kind.model)
                for row in model._default_manager.filter(**{f"{kind.key}__in": said}):
                    found[kind, str(getattr(row, kind.key))] = row
        return found

    def _own(self, reference: Reference, text: str) -> Model | None:
        if apps.get_model(reference.model) is not self.register.model:
            return None
        return self._pending.get(text) or self.earlier(text)

    def _read(self, line: int, cells: Sequence[str], said: Mapping[str, str], find: Any) -> _Read:
        values: Values = {}
        faults: list[Fault] = []
        for column in self._columns:
            text = said[column.name]
            if not text:
                continue
            if folded(text) in _EMPTIED:
                values[column.name] = None
                continue
            try:
                if text in ERRORS:
                    raise CellFault("公式出错 / a formula failed", column.kind.allowed)
                values[column.name] = column.kind.read(text, find)
            except CellFault as fault:
                faults.append(_fault(column, text, fault))
        try:
            self._to_wgs84(values, cells)
        except CellFault as fault:
            faults.append(Fault("", "", fault.wrong, fault.allowed))
        return _Read(line, cells, values, faults)

    def _to_wgs84(self, values: Values, cells: Sequence[str]) -> None:
        shown, at = self.register.shown, self.headings.system
        said = cells[at] if at is not None and at < len(cells) else ""
        system = SYSTEMS.get(folded(said)) if said else self.system
        if system is None:
            raise CellFault(
                f"坐标系「{said}」不认识 / coordinates {said!r} are unknown",
                "WGS84、GCJ-02、BD-09 / WGS84, GCJ-02, BD-09",
            )
        if shown is None or system is CoordinateSystem.WGS84:
            return
        lon, lat = values.get(shown.lon), values.get(shown.lat)
        if lon is not None and lat is not None:
            x, y = to_wgs84(float(lon), float(lat), system)
            values[shown.lon], values[shown.lat] = _kept(x), _kept(y)
        if text := values.get(shown.shape):
            moved = spelled(shapely.transform(loaded(text), to_wgs84_of(system)))
            values[shown.shape] = self.register.by_name[shown.shape].kind.read(moved, find_one)

    def _existing(self, reads: Sequence[_Read]) -> dict[tuple[str, ...], Row]:
        """Rows of the register that have the keys of a chunk, one query."""
        register = self.register
        wanted = Q()
        for name in register.key:
            values = [r.values.get(name) for r in reads]
            given = [v for v in values if v is not None and not _is_new(v)]
            wanted &= Q(**{f"{name}__in": given}) | (
                Q(**{name: None}) if None in values else Q(pk__in=())
            )
        rows = register.model._default_manager.prefetch_related(*register.joined).filter(wanted)
        return {self._key({n: getattr(r, n) for n in register.key}): r for r in rows}

    def _key(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        register = self.register
        return tuple(register.by_name[n].kind.spell(values.get(n)) for n in register.key)

    def _verdict(self, read: _Read, existing: Mapping[tuple[str, ...], Row]) -> Verdict:
        verdict = Verdict(read.line, read.cells, faults=read.faults)
        key = self._key(read.values)
        if verdict.faults:
            return verdict
        if key[0] and (above := self._seen.setdefault(key, read.line) - read.line):
            verdict.faults.append(self._doubled(key, read.line + above))
            return verdict
        row = existing.get(key)
        if row is None:
            row = self.register.model()
        else:
            verdict.faults += self._untouchable(row)
            verdict.before, verdict.was = told(self.register, row), packed(row)
        if verdict.faults:
            return verdict
        values = self._without_masks(read.values, row, verdict)
        verdict.faults += fill(self.register, row, values, reach=self.reach, permissions=(IMPORT,))
        verdict.row = row
        verdict.same = bool(verdict.before) and told(self.register, row) == verdict.before
        if not verdict.faults and row.pk is None and len(key) == 1:
            self._pending[key[0]] = row
        return verdict

    def _doubled(self, key: tuple[str, ...], line: int) -> Fault:
        return Fault(
            self.register.key[0],
            " ".join(key),
            f"与第 {line} 行重复 / the same as in line {line}",
            "每个编码一行 / one row for each",
        )

    def _untouchable(self, row: Row) -> list[Fault]:
        register, key = self.register, self.register.key_of(row)
        limits = register.limits.of(row)
        if not all(self.reach.covers(p, **limits) for p in (register.write, IMPORT)):
            return [
                Fault(
                    register.key[0],
                    key,
                    "不在您的管辖范围 / outside of what you may edit",
                    "本人管辖的区域与领域 / your own area and subjects",
                )
            ]
        late = self.since is not None and row.changed_at > self.since
        if late and self.ours.get(row.pk) != row.version:
            who = row.changed_by
            wrong = f"检查之后被 {who} 改过 / changed by {who} after the check"
            return [Fault(register.key[0], key, wrong, "重新检查 / check the sheet again")]
        return []

    def _without_masks(self, values: Values, row: Row, verdict: Verdict) -> Values:
        """Leave personal texts alone where the sheet holds their masks."""
        kept = dict(values)
        for column in self._columns:
            text = values.get(column.name)
            if not column.personal or not isinstance(text, str) or "*" not in text:
                continue
            del kept[column.name]
            if str(column.value(row) or "") != text:
                verdict.faults.append(
                    Fault(
                        column.name,
                        text,
                        "掩码不是原值 / a mask is no value",
                        "完整内容，或留空不改 / the whole, or empty to leave it",
                    )
                )
        return kept


def to_wgs84_of(system: CoordinateSystem) -> Any:
    """Conversion of an array of points, as shapely wants it."""

    def convert(points: Any) -> Any:
        lon, lat = to_wgs84(points[:, 0], points[:, 1], system)
        moved = points.copy()
        moved[:, 0], moved[:, 1] = lon, lat
        return moved

    return convert


def _kept(degrees: Any) -> Decimal:
    return round(Decimal(float(degrees)), DECIMALS)


def _is_new(value: Any) -> bool:
    return isinstance(value, Model) and value.pk is None


def _spellings(text: str) -> tuple[str, str]:
    return text, text.partition(" ")[0]


def _fault(column: Column, text: str, fault: CellFault) -> Fault:
    said = "***" if column.personal else text[:300]
    return Fault(column.name, said, fault.wrong, fault.allowed)
