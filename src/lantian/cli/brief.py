"""The command `lantian brief`: the morning brief, ready to paste into a group chat."""

import argparse
from pathlib import Path

from lantian.flows.brief import brief_of
from lantian.flows.grounds import shelf_of
from lantian.lake.store import Lake
from lantian.report.brief import brief_text
from lantian.report.language import Language
from lantian.terms.period import parse_day

SUMMARY = "晨报：昨日、本月、排名、目标 / the morning brief as text"
EXAMPLE = "lantian brief county --day 2015-12-20 --place 北京市"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("lake", type=Path, metavar="DIR", help="数据湖 / the lake")
    parser.add_argument("--day", required=True, metavar="D", help="报告日 / the day reported")
    parser.add_argument("--place", metavar="P", help="地区 / the place")
    parser.add_argument("--level", metavar="LEVEL", help="排名层级 / the level that is ranked")
    parser.add_argument("--lang", choices=[v.value for v in Language], default="zh")


def run(arguments: argparse.Namespace) -> int:
    """Print the brief."""
    with Lake.open(arguments.lake) as lake:
        brief = brief_of(
            lake,
            parse_day(arguments.day),
            lang=Language(arguments.lang),
            shelf=shelf_of(lake),
            place=arguments.place,
            level=arguments.level,
        )
    print(brief_text(brief))
    return 0
