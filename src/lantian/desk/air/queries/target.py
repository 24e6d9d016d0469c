"""What the page of targets says: every goal of the group's places, and who meets how many."""

from dataclasses import dataclass
from typing import Final

from lantian.desk.air.queries.ground import Ground
from lantian.desk.language import language
from lantian.errors import NoData
from lantian.flows.station_days import data_period
from lantian.flows.target import TargetReport, targets
from lantian.report.bulletin import TargetRow
from lantian.report.figure import DataState
from lantian.report.progress import Progress, Status, sentence, target_row
from lantian.terms.period import Period

#: Words and tag of each status.
STATUS: Final = {
    Status.REFUSED: ("目标有误", "not understood", "bad"),
    Status.NOT_BEGUN: ("未开始", "not begun", "off"),
    Status.OUTSIDE: ("无数据时段", "outside the data", "off"),
    Status.NO_DATA: ("无有效数据", "no data", "off"),
    Status.UNDER_WAY: ("进行中", "under way", "info"),
    Status.UNREACHABLE: ("已无法实现", "out of reach", "bad"),
    Status.MET: ("已实现", "met", "good"),
    Status.MISSED: ("未实现", "missed", "bad"),
}


@dataclass(frozen=True, slots=True)
class TargetLine:
    """One target in one state of the data.

    `until` is the part of its period that has data, None where there is none: the period
    whose derivation shows its standing.
    """

    progress: Progress
    row: TargetRow
    sentence: str
    status: str
    tag: str
    until: Period | None


@dataclass(frozen=True, slots=True)
class PlaceTally:
    """How many targets of a place are met, missed, out of reach, under way, not judged."""

    place: str
    met: int
    missed: int
    unreachable: int
    under_way: int
    other: int


@dataclass(frozen=True, slots=True)
class TargetsPage:
    """All targets of a group as they stand."""

    lines: tuple[TargetLine, ...]
    tallies: tuple[PlaceTally, ...]
    report: TargetReport


def targets_page(ground: Ground, *, place: str = "") -> TargetsPage:
    """Return the targets of the places in view, or of one of them.

    Raises
    ------
    NoData
        If the place is none of the group.
    """
    known = {name for level in ground.group.levels for name in ground.group.places[level]}
    known |= set(ground.group.stations)
    if place and place not in known:
        raise NoData(
            f"没有地区 {place[:40]} / no place {place[:40]}",
            where="place",
            fix="从列表选择 / choose",
        )
    wanted = {place} if place else known
    report = ground.kept(
        ("targets", tuple(sorted(wanted))),
        lambda: targets(ground.lake, shelf=ground.shelf, within=lambda t: t.place in wanted),
    ).value
    held = data_period(ground.lake)
    lines = tuple(_line(one, report, held) for one in report.rows)
    places = dict.fromkeys(line.progress.place for line in lines)
    return TargetsPage(lines, tuple(_tally(name, lines) for name in places), report)


def _line(one: Progress, report: TargetReport, held: Period) -> TargetLine:
    zh, en, tag = STATUS[one.status]
    lang = language()
    until = None
    if one.standing is not None:
        first = max(one.period.first, held.first)
        until = Period(first, min(report.day, one.period.last))
    return TargetLine(one, target_row(one, lang), sentence(one, lang), lang.of(zh, en), tag, until)


def _tally(place: str, lines: tuple[TargetLine, ...]) -> PlaceTally:
    own = [
        line.progress.status
        for line in lines
        if line.progress.place == place and line.progress.state is not DataState.SAND_EXCLUDED
    ]
    met, missed = own.count(Status.MET), own.count(Status.MISSED)
    lost, going = own.count(Status.UNREACHABLE), own.count(Status.UNDER_WAY)
    return PlaceTally(place, met, missed, lost, going, len(own) - met - missed - lost - going)
