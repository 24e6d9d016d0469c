"""Command `roster`: load stations, places, targets and exclusions."""

import argparse
import sys
from pathlib import Path
from typing import Final

from lantian.lake.enrol import enrol
from lantian.lake.register import REGISTERS
from lantian.lake.store import Lake

SUMMARY = "名册：站点、区域、目标、剔除 / roster: stations, places, targets, exclusions"
EXAMPLE = "lantian roster county stations stations.csv"

_FILES: Final = "; ".join(
    f"{r.name}: {','.join(r.required)}" + (f"[,{','.join(r.optional)}]" if r.optional else "")
    for r in REGISTERS.values()
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("dir", type=Path, metavar="DIR", help="数据湖 / the lake")
    parser.add_argument("register", choices=tuple(REGISTERS), help="名册 / which register")
    parser.add_argument("file", type=Path, metavar="FILE.csv", help=_FILES)


def run(arguments: argparse.Namespace) -> int:
    """Load one file and say what it changed."""
    with Lake.open(arguments.dir) as lake:
        done = enrol(lake, arguments.register, arguments.file)
    print(
        f"{done.register}: 新 / added {done.added}, 终止 / ended {done.ended}, "
        f"不变 / unchanged {done.kept} (seq {done.sequence})"
    )
    for note in done.notes:
        print(f"  注意 / note: {note}", file=sys.stderr)
    return 0
