"""The command `lantian rank`: places in order of a composite index over a period."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from lantian.errors import BadRequest, NoData, NoRuleInForce
from lantian.flows.day_file import read_members
from lantian.flows.grounds import shelf_of
from lantian.flows.level_days import STATION, LevelDays, file_days, lake_days
from lantian.flows.rank import Ranking, months_among_last, rank, write_ranking
from lantian.flows.station_days import IN_FORCE
from lantian.lake.store import Lake
from lantian.rules.book import NATIONAL, read_shelf
from lantian.rules.ruleset import RuleSet, Shelf, for_period
from lantian.terms.period import Period, PeriodKind, parse_period

SUMMARY = "综合指数排名 / rank places by a composite index over a period"
EXAMPLE = (
    "lantian rank county --period 2019-06 --level city -o rank.csv\n"
    "  lantian rank --days daily.parquet --o3 O3_mda8_calc --period 2019-06 --level city "
    "--places places.csv -o rank.csv"
)
LAST_YEAR = "same-period-last-year"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("lake", type=Path, nargs="?", metavar="DIR", help="数据湖 / the lake")
    parser.add_argument("--days", type=Path, metavar="FILE", help="日值表 / table of station days")
    parser.add_argument("--o3", metavar="COLUMN", help="臭氧日最大 8 小时列 / the MDA8 column")
    parser.add_argument("--period", required=True, metavar="P", help="2019, 2019-06, 2019-Q3, D..D")
    parser.add_argument("--level", default=STATION, metavar="LEVEL", help="station, city, county …")
    parser.add_argument("--places", type=Path, metavar="CSV", help="station,place,background")
    parser.add_argument(
        "--index",
        default="",
        metavar="NAME[,NAME…]",
        help="排名口径，其余并列 / the variant that ranks, then others set beside it",
    )
    parser.add_argument("--rules", default=IN_FORCE, metavar="NAME", help="规则集 / a rule set")
    parser.add_argument(
        "--min-days", type=int, metavar="N", help="最少有效天数 / fewest valid days to be ranked"
    )
    parser.add_argument(
        "--against", metavar="P", help=f"同比基期 / compare with: {LAST_YEAR}, or a period"
    )
    parser.add_argument(
        "--among-last",
        type=int,
        metavar="N",
        help="连续几个月列后 N 位（月度排名）/ consecutive months among the last N, of a month",
    )
    parser.add_argument(
        "--exclude-approved",
        action="store_true",
        help="扣除已批准的例外日 / leave out approved exceptional days",
    )
    parser.add_argument("--as-of", type=int, metavar="SEQ", help="lake sequence")
    parser.add_argument(
        "-o", dest="out", type=Path, required=True, metavar="FILE", help=".csv, .parquet, .xlsx"
    )


def run(arguments: argparse.Namespace) -> int:
    """Rank and write; say who stands first and last."""
    if (arguments.lake is None) == (arguments.days is None):
        raise BadRequest(
            "给出 DIR 或 --days 之一 / give either DIR or --days FILE",
            where="rank",
            fix="lantian rank --help",
        )
    given = {"--o3": arguments.o3}
    if arguments.days is not None:
        approved = arguments.exclude_approved or None
        given = {"--as-of": arguments.as_of, "--exclude-approved": approved}
    if arguments.level == STATION:
        given["--places"] = arguments.places
    idle = [option for option, value in given.items() if value is not None]
    if idle:
        raise BadRequest(
            f"{', '.join(idle)} 不适用于此输入 / has no meaning for this input",
            where="rank",
            fix="--o3 goes with --days; --as-of and --exclude-approved with DIR; --places with a "
            "--level of places",
        )
    if arguments.min_days is not None and arguments.min_days < 0:
        raise BadRequest("--min-days is negative", where="--min-days", fix="0 or more")
    period = parse_period(arguments.period)
    if arguments.days is not None:
        return _rank(arguments, period, None, read_shelf([NATIONAL]))
    with Lake.open(arguments.lake) as lake:
        return _rank(arguments, period, lake, shelf_of(lake))


def _rank(arguments: argparse.Namespace, period: Period, lake: Lake | None, shelf: Shelf) -> int:
    name = None if arguments.rules == IN_FORCE else arguments.rules
    rules, crossed = for_period(period, name, shelf)
    against = None
    if arguments.against is not None:
        last_year = arguments.against == LAST_YEAR
        earlier = period.year_earlier() if last_year else parse_period(arguments.against)
        against = _days(arguments, lake, earlier, rules)
    ranking = rank(
        _days(arguments, lake, period, rules),
        [n for n in arguments.index.split(",") if n],
        shelf=shelf,
        min_days=arguments.min_days,
        against=against,
        notes=crossed,
    )
    runs = None
    if arguments.among_last is not None:
        months = _earlier_months(arguments, lake, period, shelf)
        runs = months_among_last(ranking, months, arguments.among_last)
    rows = write_ranking(ranking, arguments.out, runs)
    for note in ranking.notes:
        print(note, file=sys.stderr)
    ranked = int((ranking.ranks > 0).sum())
    print(
        f"{rows} 地 / places, {ranked} 有排名 / ranked, {ranking.rules.name}, "
        f"{ranking.variant.id} -> {arguments.out}"
    )
    return 0


def _earlier_months(
    arguments: argparse.Namespace, lake: Lake | None, period: Period, shelf: Shelf
) -> Iterator[Ranking]:
    """Rankings of the months before, latest first, as far back as there are data."""
    if period.kind is not PeriodKind.MONTH or arguments.among_last < 1:
        raise BadRequest(
            "仅用于月度排名，N 至少为 1 / only for a month, and N is at least 1",
            where="--among-last",
            fix="--period 2019-06 --among-last 3",
        )
    variants = [n for n in arguments.index.split(",") if n][:1]
    name = None if arguments.rules == IN_FORCE else arguments.rules
    month = period.month_earlier()
    while True:
        try:
            rules, _ = for_period(month, name, shelf)
            days = _days(arguments, lake, month, rules)
        except (NoData, NoRuleInForce):
            return
        yield rank(days, variants, shelf=shelf, min_days=arguments.min_days)
        month = month.month_earlier()


def _days(
    arguments: argparse.Namespace, lake: Lake | None, period: Period, rules: RuleSet
) -> LevelDays:
    places, level = arguments.places, arguments.level
    members = None if places is None else read_members(places, level)
    if lake is not None:
        return lake_days(
            lake,
            level,
            period,
            rules,
            members=members,
            exclude_approved=arguments.exclude_approved,
            as_of=arguments.as_of,
            detail=False,
        )
    return file_days(arguments.days, level, period, rules, members=members, o3=arguments.o3)
