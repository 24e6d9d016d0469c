"""The command `lantian demo`: load, judge, rank, report on real data that come with Lantian."""

import argparse
from pathlib import Path

from lantian.flows.demo import demonstrate

SUMMARY = "用随附真实数据演示全流程 / the whole loop on real data that come with Lantian"
EXAMPLE = "lantian demo --once"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--once", action="store_true", help="做完即退出 / do everything once and stop"
    )
    parser.add_argument(
        "--out", type=Path, default=Path("lantian-demo"), metavar="DIR", help="lantian-demo"
    )


def run(arguments: argparse.Namespace) -> int:
    """Run the demonstration and say where the documents lie."""
    made = demonstrate(arguments.out, print)
    print("\n文件 / documents:")
    for path in made:
        print(f"  {path}")
    return 0
