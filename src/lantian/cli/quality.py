"""Command `quality`: marks on hours, signs of manipulation, reviews by people."""

import argparse
import sys
from pathlib import Path

from lantian.errors import BadRequest, NoData
from lantian.evaluate.exceptional import ClaimState
from lantian.flows.quality import judge_quality, last_months
from lantian.flows.review import StandingReview, judged_reviews
from lantian.lake.findings import findings, tampered
from lantian.lake.reviews import reviews
from lantian.lake.store import Lake
from lantian.quality.review import ORPHANED_NAMES, Verdict
from lantian.report.listing import listing
from lantian.terms.hour import local_end
from lantian.terms.mark import MISSING
from lantian.terms.period import parse_period
from lantian.terms.rounding import spell

SUMMARY = "数据质量：标记、可疑记录、人工审核 / quality: marks, findings, reviews"
EXAMPLE = "lantian quality run county --period 2019-06 && lantian quality findings county"

_STATES = {
    ClaimState.CANDIDATE: "候选 candidate",
    ClaimState.SUBMITTED: "已提交 submitted",
    ClaimState.APPROVED: "已批准 approved",
    ClaimState.WITHDRAWN: "已撤回 withdrawn",
}
_VERDICTS = {Verdict.VALID: "有效 valid", Verdict.INVALID: "无效 invalid"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="run|findings|reviews")
    text = "标记各小时并查找造假迹象，结果存入湖中 / mark hours, look for manipulation, keep both"
    run_ = verbs.add_parser("run", help=text, description=text)
    run_.add_argument("lake", type=Path, metavar="DIR", help="数据湖 / the lake")
    run_.add_argument(
        "--period",
        metavar="P",
        help="2019-06, 2019-Q3 …；默认最后两个月 / default: last two months",
    )
    run_.add_argument(
        "--station", action="append", default=[], metavar="CODE", help="只评这些站 / only these"
    )
    run_.add_argument(
        "--again", action="store_true", help="未变也重做 / judge anew even where nothing changed"
    )
    text = "列出可疑记录；有被篡改的记录时返回 1 / list findings; 1 where one was tampered with"
    listed = verbs.add_parser("findings", help=text, description=text)
    listed.add_argument("lake", type=Path, metavar="DIR", help="数据湖 / the lake")
    listed.add_argument("--station", default="", metavar="CODE", help="只列此站 / only this one")
    text = "列出人工审核及失去依据的审核 / list reviews, and which are orphaned"
    listed = verbs.add_parser("reviews", help=text, description=text)
    listed.add_argument("lake", type=Path, metavar="DIR", help="数据湖 / the lake")
    listed.add_argument("--station", default="", metavar="CODE", help="只列此站 / only this one")
    listed.add_argument("--orphaned", action="store_true", help="只列失去依据的 / only those")


def run(arguments: argparse.Namespace) -> int:
    """Do what the verb says."""
    with Lake.open(arguments.lake) as lake:
        if arguments.verb == "run":
            return _run(lake, arguments)
        if arguments.station:
            _require([arguments.station], lake)
        if arguments.verb == "findings":
            return _findings(lake, arguments.station)
        return _reviews(lake, arguments)


def _require(stations: list[str], lake: Lake) -> None:
    unknown = [s for s in stations if s not in lake.stations()]
    if unknown:
        raise BadRequest(
            f"没有这个站点 / no station {', '.join(unknown)}",
            where=str(lake.folder),
            fix="有哪些站 / see which there are: lantian lake check DIR",
        )


def _run(lake: Lake, arguments: argparse.Namespace) -> int:
    _require(arguments.station, lake)
    period = parse_period(arguments.period) if arguments.period else last_months(lake)
    if period is None:
        raise NoData(
            "湖中没有数据 / the lake is empty",
            where=str(lake.folder),
            fix="lantian lake add DIR FILES…",
        )
    done = judge_quality(
        lake, period, stations=arguments.station, again=arguments.again, progress=_say
    )
    fresh = [one for one in done if one.fresh]
    print(
        f"{len(fresh)} 个月重新评判 / months judged, "
        f"{sum(one.run.marks for one in fresh)} 个标记 / marks, "
        f"{sum(one.run.findings for one in fresh)} 条可疑记录 / findings"
    )
    return 0


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _findings(lake: Lake, station: str) -> int:
    found = findings(lake.ledger, station=station)
    for held in found:
        again = "" if held.confirms is None else f"（再次 / again: {held.confirms}）"
        first, last = (
            f"{local_end(h):%Y-%m-%d %H:00}"
            for h in (held.finding.first_hour, held.finding.last_hour)
        )
        print(f"{held.id}{again}  {first} – {last}  run {held.run}  {held.finding.clause}")
        print(f"  {held.finding.zh}")
        print(f"  {held.finding.en}")
    broken = tampered(lake.ledger)
    if broken:
        numbers = ", ".join(map(str, broken))
        print(f"被改动或缺失 / altered, or one before it is gone: {numbers}")
    print(f"{len(found)} 条 / findings")
    return 1 if broken else 0


def _reviews(lake: Lake, arguments: argparse.Namespace) -> int:
    found = judged_reviews(lake, reviews(lake.ledger, station=arguments.station))
    if arguments.orphaned:
        found = [one for one in found if one.orphaned]
    if found:
        head = ("编号", "站点 station", "小时 hour", "项目", "原值 old", "结论", "状态 state",
                "审核人 by", "理由 reason", "依据 ground")  # fmt: skip
        print("\n".join(listing([head, *map(_row, found)], numbers=frozenset({0, 4}))))
    orphaned = sum(one.orphaned is not None for one in found)
    print(f"{len(found)} 项审核 / reviews, {orphaned} 项失去依据 / orphaned")
    return 0


def _row(one: StandingReview) -> tuple[str, ...]:
    held, review = one.held, one.held.review
    value = MISSING if review.old_value is None else review.old_value
    ground = "—" if one.orphaned is None else " ".join(ORPHANED_NAMES[one.orphaned])
    return (
        *(str(held.id), review.station, f"{local_end(review.hour):%Y-%m-%d %H:00}"),
        *(review.pollutant, "—" if value == MISSING else spell(value, 3).rstrip("0").rstrip(".")),
        *(_VERDICTS[review.verdict], _STATES[held.state], held.steps[0].by, review.reason, ground),
    )
