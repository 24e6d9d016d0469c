"""The command `lantian evaluate`: every station day or hour by the rule in force."""

import argparse
import sys
from pathlib import Path

from lantian.evaluate.hourly import HourlyForm
from lantian.flows.evaluate import evaluate_days, evaluate_hours
from lantian.flows.grounds import shelf_of
from lantian.flows.station_days import IN_FORCE
from lantian.lake.store import Lake
from lantian.terms.period import Period, parse_day

SUMMARY = "逐站逐日（时）评价 / judge every station day or hour by the rule in force"
EXAMPLE = "lantian evaluate county --from 2019-06-01 --to 2019-06-30 -o days.parquet"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("lake", type=Path, metavar="DIR", help="数据湖 / the lake")
    parser.add_argument("--from", dest="first", required=True, metavar="D", help="2019-06-01")
    parser.add_argument("--to", dest="last", required=True, metavar="D", help="2019-06-30")
    parser.add_argument(
        "--rules",
        default=IN_FORCE,
        metavar="NAME",
        help="in-force（默认 / default）, HJ633-2012, HJ633-2026 …",
    )
    parser.add_argument("--hourly", action="store_true", help="逐时 / hours instead of days")
    parser.add_argument(
        "--form",
        choices=[f.value for f in HourlyForm],
        default=HourlyForm.NETWORK.value,
        help="HJ 633-2012 实时报: network 按发布口径, text 按标准文本滑动平均 / as published, or "
        "with the sliding means of the text",
    )
    parser.add_argument(
        "--as-of", type=int, metavar="SEQ", help="按该序号时的数据 / data as at this sequence"
    )
    parser.add_argument(
        "-o", dest="out", type=Path, required=True, metavar="FILE", help=".parquet, .csv, .xlsx"
    )


def run(arguments: argparse.Namespace) -> int:
    """Judge and write; say how many rows."""
    period = Period(parse_day(arguments.first), parse_day(arguments.last))
    with Lake.open(arguments.lake) as lake:
        shelf = shelf_of(lake)
        if arguments.hourly:
            rows = evaluate_hours(
                lake,
                period,
                arguments.out,
                rules=arguments.rules,
                form=HourlyForm(arguments.form),
                shelf=shelf,
                as_of=arguments.as_of,
                progress=_say,
            )
        else:
            rows = evaluate_days(
                lake,
                period,
                arguments.out,
                rules=arguments.rules,
                shelf=shelf,
                as_of=arguments.as_of,
                progress=_say,
            )
    print(f"{rows} 行 / rows -> {arguments.out}")
    return 0


def _say(line: str) -> None:
    print(line, file=sys.stderr)
