"""The command `lantian why`: walks one figure back to its hours and its cited rules."""

import argparse
import json
from pathlib import Path

from lantian.errors import BadRequest
from lantian.flows.grounds import shelf_of
from lantian.flows.station_days import IN_FORCE
from lantian.flows.why import Answer, why_place_period, why_station_day
from lantian.lake.store import Lake
from lantian.report.derivation import as_text
from lantian.report.page import derivation_pdf
from lantian.rules.ruleset import Shelf
from lantian.terms.period import parse_day, parse_period
from lantian.terms.pollutant import POLLUTANTS, pollutant

SUMMARY = "数字溯源：小时、修约、断点、条文 / walk a figure back to its hours and rules"
EXAMPLE = (
    "lantian why county --station 1001A --day 2019-06-01 --pollutant O3\n"
    "  lantian why county --place 濮阳 --period 2019-06 --pdf why.pdf"
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("lake", type=Path, metavar="DIR", help="数据湖 / the lake")
    parser.add_argument("--station", metavar="S", help="站点 / a station, with --day")
    parser.add_argument("--day", metavar="D", help="2019-06-01")
    parser.add_argument("--pollutant", metavar="X", help="PM2.5, O3 …")
    parser.add_argument("--place", metavar="P", help="地区或站点 / a place, with --period")
    parser.add_argument("--period", metavar="P", help="2019, 2019-06, 2019-Q3, D..D")
    parser.add_argument("--level", metavar="LEVEL", help="排名层级 / the level it is ranked in")
    parser.add_argument("--index", default="", metavar="NAME", help="综合指数口径 / index variant")
    parser.add_argument(
        "--min-days", type=int, metavar="N", help="同 rank 的 --min-days / as with rank"
    )
    parser.add_argument("--rules", default=IN_FORCE, metavar="NAME", help="规则集 / a rule set")
    parser.add_argument("--as-of", type=int, metavar="SEQ", help="lake sequence")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="JSON with every intermediate")
    form.add_argument("--pdf", type=Path, metavar="FILE", help="PDF 一页 / as a page")


def run(arguments: argparse.Namespace) -> int:
    """Print the derivation."""
    with Lake.open(arguments.lake) as lake:
        answer = _answer(arguments, lake, shelf_of(lake))
    if arguments.json:
        print(json.dumps(answer.table(), ensure_ascii=False, indent=1))
    elif arguments.pdf is not None:
        if not arguments.pdf.parent.is_dir():
            raise BadRequest(
                f"no folder {arguments.pdf.parent}", where="--pdf", fix="make it first"
            )
        arguments.pdf.write_bytes(derivation_pdf(answer.printed(), answer.period.last))
        print(f"-> {arguments.pdf}")
    else:
        print(as_text(answer.printed()))
    return 0


def _answer(arguments: argparse.Namespace, lake: Lake, shelf: Shelf) -> Answer:
    common = {"rules": arguments.rules, "shelf": shelf, "as_of": arguments.as_of}
    if arguments.station and arguments.day and not (arguments.place or arguments.period):
        named = None
        if arguments.pollutant is not None:
            named = pollutant(arguments.pollutant)
            if named is None:
                raise BadRequest(
                    f"no pollutant {arguments.pollutant!r}",
                    where="--pollutant",
                    fix=f"one of: {', '.join(p.symbol for p in POLLUTANTS)}",
                )
        return why_station_day(
            lake, arguments.station, parse_day(arguments.day), pollutant=named, **common
        )
    if arguments.place and arguments.period and not (arguments.station or arguments.day):
        return why_place_period(
            lake,
            arguments.place,
            parse_period(arguments.period),
            level=arguments.level,
            variant=arguments.index,
            min_days=arguments.min_days,
            **common,
        )
    raise BadRequest(
        "给出 --station 与 --day，或 --place 与 --period / give --station with --day, or --place "
        "with --period",
        where="why",
        fix="lantian why --help",
    )
