"""Command `lake`: make, fill, check, compact an observation store, and hold its days."""

import argparse
import sys
from pathlib import Path
from typing import Final

import numpy as np

from lantian.flows.add import add_files
from lantian.flows.refresh import forget_days, refresh_days
from lantian.lake.audit import Audit, audit
from lantian.lake.readers import LAYOUTS
from lantian.lake.store import Lake
from lantian.terms.hour import BEIJING_H, local_end
from lantian.terms.mark import Source
from lantian.terms.pollutant import POLLUTANTS

SUMMARY = (
    "数据湖：建立、入库、检查、压实、更新 / observation store: init, add, check, compact, refresh"
)
EXAMPLE = "lantian lake init county && lantian lake add county data/*.csv --state audited"

_STATES: Final = {"realtime": Source.REALTIME_FILE, "audited": Source.AUDITED_FILE}
#: Lines of each list that are printed; the rest is counted.
_SHOWN: Final = 60


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    verbs = parser.add_subparsers(
        dest="verb", required=True, metavar="init|add|check|compact|refresh"
    )
    for name, text in (
        ("init", "建立空的数据湖 / make an empty lake"),
        ("check", "核对数量、缺口、有效率、隔离区和分片 / counts, gaps, availability, parts"),
        ("compact", "合并各月数据 / merge each month's data into one part"),
    ):
        verbs.add_parser(name, help=text, description=text).add_argument(
            "dir", type=Path, metavar="DIR"
        )
    text = "评价待更新的站日，供页面读取 / evaluate the station days that wait, for the pages"
    refresh = verbs.add_parser("refresh", help=text, description=text)
    refresh.add_argument("dir", type=Path, metavar="DIR")
    refresh.add_argument(
        "--anew", action="store_true", help="全部重做，结果相同 / drop all and make the same again"
    )
    text = "读入监测文件 / add monitors' files"
    add = verbs.add_parser("add", help=text, description=text)
    add.add_argument("dir", type=Path, metavar="DIR")
    add.add_argument("files", type=Path, nargs="+", metavar="FILE")
    add.add_argument("--layout", choices=LAYOUTS, default="auto", help="文件格式 / layout")
    add.add_argument(
        "--unit",
        action="append",
        default=[],
        metavar="P=U",
        help="某污染物的单位，如 co=ugm3 / unit of a pollutant, as co=ugm3",
    )
    add.add_argument(
        "--state",
        choices=tuple(_STATES),
        default="realtime",
        help="实时或审核后 / real-time or audited data",
    )
    add.add_argument(
        "--clock-offset",
        type=int,
        default=BEIJING_H,
        metavar="H",
        help="文件时间减 UTC 的小时数，默认 8 / local time of the files minus UTC, default 8",
    )
    add.add_argument(
        "--hour-begins",
        action="store_true",
        help="时标为小时起点（默认终点） / stamps name the hour's beginning, not its end",
    )


def run(arguments: argparse.Namespace) -> int:
    """Do what the verb says; `check` returns 1 where something must be mended."""
    if arguments.verb == "init":
        Lake.init(arguments.dir)
        print(f"已建立 / made: {arguments.dir}")
        return 0
    with Lake.open(arguments.dir) as lake:
        if arguments.verb == "add":
            return _add(lake, arguments)
        if arguments.verb == "refresh":
            return _refresh(lake, arguments)
        if arguments.verb == "compact":
            report = lake.compact(_progress)
            print(
                f"压实 / compacted: {report.months} 个月 / months, {report.rows} 行 / rows, "
                f"删旧文件 / old files deleted: {report.deleted}"
            )
            return 0
        found = audit(lake)
    _print_audit(found)
    return 1 if found.faults else 0


def _progress(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _refresh(lake: Lake, arguments: argparse.Namespace) -> int:
    if arguments.anew:
        forget_days(lake)
    done = refresh_days(lake, say=_progress)
    print(
        f"更新 / refreshed: {done.station_days} 站日 / station days, "
        f"{done.station_months} 站月 / station months written, "
        f"仍待 / still waiting {done.left}; seq {done.sequence}"
    )
    return 0


def _add(lake: Lake, arguments: argparse.Namespace) -> int:
    added = add_files(
        lake,
        arguments.files,
        layout=arguments.layout,
        units={name: unit for name, _, unit in (word.partition("=") for word in arguments.unit)},
        origin=_STATES[arguments.state],
        clock_offset_h=arguments.clock_offset,
        hour_begins=arguments.hour_begins,
        progress=_progress,
    )
    stored = [r for r in added.reports if not r.skipped]
    total = {
        "行 / rows": sum(r.hours.rows for r in stored),
        "新 / new": sum(r.hours.new for r in stored),
        "改 / changed": sum(r.hours.changed for r in stored),
        "隔离 / quarantined": sum(r.quarantined for r in stored),
        "跳过 / skipped files": len(added.reports) - len(stored),
        "坏文件 / bad files": len(added.bad),
    }
    print(
        f"入库 / added: {len(stored)} 文件 / files; "
        + ", ".join(f"{name} {count}" for name, count in total.items())
        + f"; seq {lake.sequence}"
    )
    for error in added.bad:
        print(f"lantian lake: {error}", file=sys.stderr)
    return 2 if added.bad else 0


def _print_audit(found: Audit) -> None:
    print(f"序号 / sequence: {found.sequence}    修订值 / values revised: {found.revisions}")
    for holding in found.holdings:
        print(
            f"{holding.kind}: 分片 / parts {holding.parts} ({holding.part_rows} 行 / rows), "
            f"热行 / hot rows {holding.hot_rows}"
        )
    _print_availability(found)
    _print_list(
        "缺口 / gaps",
        [
            f"{gap.station} {local_end(gap.h_from):%Y-%m-%d %H:00} … "
            f"{local_end(gap.h_to - 1):%Y-%m-%d %H:00} ({gap.h_to - gap.h_from} h)"
            for gap in found.gaps
        ],
    )
    _print_list("隔离区 / quarantine", [f"{count}  {reason}" for reason, count in found.quarantine])
    _print_list("注意 / notes", list(found.notes))
    _print_list("须处理 / faults", list(found.faults))


def _print_list(title: str, lines: list[str]) -> None:
    print(f"{title}: {len(lines)}")
    for line in lines[:_SHOWN]:
        print(f"  {line}")
    if len(lines) > _SHOWN:
        print(f"  … 另 / and {len(lines) - _SHOWN}")


def _print_availability(found: Audit) -> None:
    """Print, by station and year, the per cent of hours of each month with values."""
    lines = []
    months = np.array(found.months, np.int64)
    for s, station in enumerate(found.stations):
        for year in sorted({month // 12 + 1970 for month in found.months}):
            mine = np.flatnonzero(months // 12 + 1970 == year)
            cells = ["    "] * 12
            for m in mine.tolist():
                share = found.present[:, s, m].sum() * 100 // (len(POLLUTANTS) * found.hours[m])
                cells[found.months[m] % 12] = f"{share:4d}"
            lines.append(f"{station:<14} {year} {''.join(cells)}")
    head = "".join(f"{month:4d}" for month in range(1, 13))
    print(f"有效率 %（六项均值，按月） / availability, mean of six, by month\n{'':22}{head}")
    for line in lines:
        print(f"  {line}")
