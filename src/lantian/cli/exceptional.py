"""The command `lantian exceptional`: candidates for sand and fireworks, claims, both versions."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from lantian.flows.episodes import Found
from lantian.flows.exceptional import (
    ExceptionalReport,
    Version,
    exceptional,
    kind_label,
    state_label,
    write_candidates,
)
from lantian.flows.grounds import shelf_of
from lantian.flows.station_days import IN_FORCE
from lantian.lake.store import Lake
from lantian.report.figure import BLANK
from lantian.report.language import Language
from lantian.report.listing import listing
from lantian.terms.hour import local_end
from lantian.terms.mark import MISSING
from lantian.terms.period import parse_period
from lantian.terms.pollutant import PM10, PM25
from lantian.terms.rounding import spell

SUMMARY = "例外日候选与两种口径 / candidates for exceptional days, both versions side by side"
EXAMPLE = (
    "lantian exceptional county --period 2019-05 --level city -o exclusions.csv\n"
    "  lantian roster county exclusions exclusions.csv"
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("lake", type=Path, metavar="DIR", help="数据湖 / the lake")
    parser.add_argument("--period", required=True, metavar="P", help="2019, 2019-06, 2019-Q3, D..D")
    parser.add_argument(
        "--level", metavar="LEVEL", help="默认地区最多的层级 / by default the one with most places"
    )
    parser.add_argument("--rules", default=IN_FORCE, metavar="NAME", help="规则集 / a rule set")
    parser.add_argument("--as-of", type=int, metavar="SEQ", help="lake sequence")
    parser.add_argument(
        "-o",
        dest="out",
        type=Path,
        metavar="FILE.csv",
        help="未登记的候选，供修改后载入名册 / candidates not yet registered, to edit and load",
    )


def run(arguments: argparse.Namespace) -> int:
    """Print candidates, claims and versions; write the register of candidates."""
    period = parse_period(arguments.period)
    with Lake.open(arguments.lake) as lake:
        report = exceptional(
            lake,
            period,
            level=arguments.level,
            rules=arguments.rules,
            shelf=shelf_of(lake),
            as_of=arguments.as_of,
        )
    print(
        f"{report.level} {period.label}: {len(report.found)} 个候选过程 / candidate episodes, "
        f"{len(report.claims)} 个污染物日 / pollutant days"
    )
    if report.found:
        print("\n".join(_episodes(report.found)))
    if report.claims:
        print("\n".join(["", *_claims(report), "", *_versions(report)]))
        print("候选不改变正式结果 / a candidate changes nothing official")
    if arguments.out is not None:
        rows = write_candidates(report, arguments.out)
        print(f"{rows} 行 / rows -> {arguments.out}")
    print(f"\n依据 / basis {report.basis}")
    return 0


def _both(zh: str, en: str) -> str:
    return zh if zh == en else f"{zh} {en}"


def _number(thousandths: int, decimals: int) -> str:
    return BLANK if thousandths == MISSING else spell(thousandths, decimals)


def _episodes(found: Sequence[Found]) -> list[str]:
    head = (
        "地区 place",
        "类型 kind",
        "起 from",
        "止 to",
        "小时 h",
        "此前 PM10 before",
        "最高 highest",
    )
    rows = [head]
    for one in found:
        c = one.candidate
        ends = [f"{local_end(h, one.offset_h):%Y-%m-%d %H:00}" for h in (c.first_h, c.last_h)]
        kind = _both(kind_label(c.kind, Language.ZH), kind_label(c.kind, Language.EN))
        rows.append(
            (
                *(c.scope, kind, ends[0], ends[1], str(c.last_h - c.first_h + 1)),
                *(_number(c.before, 0), _number(c.highest, 0)),
            )
        )
    return listing(rows, numbers=frozenset({4, 5, 6}))


def _claims(report: ExceptionalReport) -> list[str]:
    rows = [
        ("地区 place", "日 day", "污染物", "日值 value", "原因 reason", "状态 state", "申报 by")
    ]
    for c in report.claims:
        kind = _both(kind_label(c.reason, Language.ZH), kind_label(c.reason, Language.EN))
        state = _both(state_label(c.state, Language.ZH), state_label(c.state, Language.EN))
        value = _number(c.value, c.decimals)
        rows.append((c.place, str(c.day), c.pollutant, value, kind, state, c.declared_by))
    return listing(rows, numbers=frozenset({3}))


def _versions(report: ExceptionalReport) -> list[str]:
    decimals = report.official.rules.evaluation.clause.period_decimals
    digits = report.official.index.index_decimals

    def cells(version: Version) -> list[str]:
        return [
            _number(version.pm10, decimals[PM10.key]),
            _number(version.pm25, decimals[PM25.key]),
            _number(version.index, digits),
        ]

    rows: list[Sequence[str]] = [
        ("地区 place", "口径 version", "PM10", "PM2.5", "综合指数 index"),
    ]
    for v in report.versions:
        rows.append((v.place, "正式 official", *cells(v.official)))
        rows.append(("", "扣已批准 approved left out", *cells(v.approved)))
        rows.append(("", "若全部批准 if all approved", *cells(v.everything)))
    return listing(rows, numbers=frozenset({2, 3, 4}))
