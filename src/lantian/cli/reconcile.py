"""The command `lantian reconcile`: an official table beside ours, with the class of differences."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from lantian.evaluate.reconcile import Difference
from lantian.flows.grounds import shelf_of
from lantian.flows.official import read_official
from lantian.flows.reconcile import (
    Compared,
    ReconcileReport,
    VariantFit,
    counted,
    reconcile,
    write_reconciled,
)
from lantian.flows.station_days import IN_FORCE
from lantian.lake.store import Lake
from lantian.report.figure import BLANK
from lantian.report.listing import listing
from lantian.terms.period import parse_period
from lantian.terms.rounding import spell

SUMMARY = "与公布数据核对，差异归类 / compare with an official table, classify the differences"
EXAMPLE = (
    "lantian reconcile county --official june.xlsx --period 2019-06\n"
    "  lantian reconcile county --official june.csv --level city -o differences.csv"
)
_KINDS = {
    Difference.EQUAL: "一致",
    Difference.ROUNDING: "修约",
    Difference.SAND: "扣沙",
    Difference.VARIANT: "指数口径",
    Difference.MISSING_DAYS: "缺日",
    Difference.AUDITED: "审核数据",
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("lake", type=Path, metavar="DIR", help="数据湖 / the lake")
    parser.add_argument(
        "--official",
        type=Path,
        required=True,
        metavar="FILE",
        help="公布表：place, period, so2 … o3, index, rank, good_days / the published table",
    )
    parser.add_argument("--period", metavar="P", help="表中无时段列时 / where it has no periods")
    parser.add_argument("--level", metavar="LEVEL", help="station, city, county …")
    parser.add_argument("--index", default="", metavar="NAME", help="综合指数口径 / index variant")
    parser.add_argument("--rules", default=IN_FORCE, metavar="NAME", help="规则集 / a rule set")
    parser.add_argument("--as-of", type=int, metavar="SEQ", help="lake sequence")
    parser.add_argument(
        "-o",
        dest="out",
        type=Path,
        metavar="FILE",
        help=".csv, .parquet, .xlsx: 全部 / all figures",
    )


def run(arguments: argparse.Namespace) -> int:
    """Print counts, differences and variants; write all figures."""
    period = None if arguments.period is None else parse_period(arguments.period)
    rows = read_official(arguments.official, period)
    with Lake.open(arguments.lake) as lake:
        report = reconcile(
            lake,
            rows,
            level=arguments.level,
            rules=arguments.rules,
            variant=arguments.index,
            shelf=shelf_of(lake),
            as_of=arguments.as_of,
        )
    for note in report.notes:
        print(note, file=sys.stderr)
    print("\n".join(_lines(report)))
    if arguments.out is not None:
        print(f"{write_reconciled(report, arguments.out)} 行 / rows -> {arguments.out}")
    return 0


def _lines(report: ReconcileReport) -> list[str]:
    counts = [f"{_KINDS[kind]} {kind}: {n}" for kind, n in counted(report).items()]
    lines = [f"{report.level}: {len(report.cells)} 个数值 / figures; " + ", ".join(counts)]
    different = [c for c in report.cells if c.finding.kind is not Difference.EQUAL]
    if different:
        lines += ["", *_differences(different)]
    if report.fits:
        lines += ["", *_fits(report.fits)]
    return [*lines, "", f"依据 / basis {report.basis}"]


def _differences(cells: Sequence[Compared]) -> list[str]:
    head = (
        "时段 period",
        "地区 place",
        "项 item",
        "我们 ours",
        "公布 official",
        "差 diff",
        "类 class",
    )
    rows: list[Sequence[str]] = [(*head, "证据 evidence")]
    for c in cells:
        gap = BLANK if c.ours is None else _spelled(c, c.ours - c.official)
        kind = f"{_KINDS[c.finding.kind]} {c.finding.kind}"
        ours, official = (_spelled(c, v) for v in (c.ours, c.official))
        evidence = " / ".join(c.finding.words)
        rows.append((c.period.label, c.place, c.item, ours, official, gap, kind, evidence))
    return listing(rows, numbers=frozenset({3, 4, 5}))


def _spelled(cell: Compared, value: int | None) -> str:
    if value is None:
        return BLANK
    return str(value) if cell.scale == 1 else spell(value, cell.decimals)


def _fits(fits: Sequence[VariantFit]) -> list[str]:
    head = ("时段 period", "口径 variant", "名次相同 equal ranks", "最大差 largest")
    rows: list[Sequence[str]] = [(*head, "顺序一致 pairs in order", "指数相同 equal indices", "")]
    for one in fits:
        ranks = (BLANK, BLANK, BLANK)
        if one.ranks is not None:
            ranks = (
                f"{one.ranks.equal}/{one.ranks.places}",
                str(one.ranks.largest),
                f"{one.ranks.same_order}/{one.ranks.pairs}",
            )
        marks = [] if one.verified else ["未核实 unverified"]
        marks += ["本次所用 used here"] if one.own else []
        equal = f"{one.equal_indices}/{one.indices}" if one.indices else BLANK
        rows.append((one.period.label, one.variant, *ranks, equal, ", ".join(marks)))
    return listing(rows, numbers=frozenset({2, 3, 4, 5}))
