"""Command `demo`: the whole loop on data that come with Lantian, then a running desk."""

import argparse
from pathlib import Path

from lantian.desk.site.entry import load, set_up
from lantian.flows.demo import LAKE, demonstrate
from lantian.twin.county import county

SUMMARY = "演示：实测数据全流程，再打开指挥台 / the whole loop on data that come along, then a desk"
EXAMPLE = "lantian demo --once"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "--once", action="store_true", help="做完即退出 / do everything once and stop"
    )
    parser.add_argument(
        "--out", type=Path, default=Path("lantian-demo"), metavar="DIR", help="lantian-demo"
    )
    parser.add_argument(
        "--devices",
        type=int,
        default=300,
        help="经接入上报的模拟设备台数，0 为无 / simulated monitors at the gate, 0 for none (300)",
    )
    parser.add_argument(
        "--port", type=int, default=0, help="指挥台端口，默认任选空闲 / port of the desk; any free"
    )


def run(arguments: argparse.Namespace) -> int:
    """Run the demonstration and say where the documents lie; then serve the desk."""
    made = demonstrate(arguments.out, print)
    print("\n文件 / documents:")
    for path in made:
        print(f"  {path}")
    print("\n指挥台 / command desk:", flush=True)
    folder = arguments.out / LAKE
    served = county().place(county().code)
    (folder / "desk.toml").write_text(
        f'# 演示 / demonstration\n[desk]\ndemo = true\nplace = "{served.name_zh}"\n',
        encoding="utf-8",
    )
    set_up(folder)
    return load("demo").run(arguments)
