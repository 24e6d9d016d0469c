"""The command `lantian target`: what each goal has left, and whether it can still be reached."""

import argparse
import sys
from pathlib import Path

from lantian.flows.grounds import shelf_of
from lantian.flows.station_days import IN_FORCE
from lantian.flows.target import targets
from lantian.lake.store import Lake
from lantian.report.progress import progress_text
from lantian.terms.period import parse_day

SUMMARY = "目标进度：已用多少、剩余日可到多少 / progress to targets: what is used up and left"
EXAMPLE = "lantian target county\n  lantian target county --place 濮阳 --today 2019-06-20"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("lake", type=Path, metavar="DIR", help="数据湖 / the lake")
    parser.add_argument("--place", metavar="P", help="只看此地 / only this place's targets")
    parser.add_argument(
        "--today",
        metavar="D",
        help="截至此日（含），默认数据的最后一个整日 / the last day that has passed, "
        "by default the last whole day of data",
    )
    parser.add_argument("--rules", default=IN_FORCE, metavar="NAME", help="规则集 / a rule set")
    parser.add_argument("--as-of", type=int, metavar="SEQ", help="lake sequence")


def run(arguments: argparse.Namespace) -> int:
    """Print the listing and the sentences."""
    today = None if arguments.today is None else parse_day(arguments.today)
    with Lake.open(arguments.lake) as lake:
        report = targets(
            lake,
            today=today,
            place=arguments.place,
            rules=arguments.rules,
            shelf=shelf_of(lake),
            as_of=arguments.as_of,
        )
    for note in report.notes:
        print(note, file=sys.stderr)
    print(f"截至 / through {report.day}")
    if report.rows:
        print("\n".join(progress_text(report.rows)))
    else:
        print("未登记目标 / no target is registered: lantian roster DIR targets FILE.csv")
    print(f"\n依据 / basis {report.basis}")
    return 0
