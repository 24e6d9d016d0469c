"""Command `gate`: monitors connect."""

import argparse
import math
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    type Verbs = argparse._SubParsersAction[argparse.ArgumentParser]


class Verb(Protocol):
    """One verb of the command."""

    def run(self, arguments: argparse.Namespace) -> int:
        """Do it; return the exit status."""


SUMMARY = "接入：接收、解析、模拟监测设备 / gate: take in, take apart, simulate monitors"
EXAMPLE = "lantian gate decode --jsonl"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    verbs = parser.add_subparsers(
        dest="verb", required=True, metavar="decode|serve|doors|devices|command|lines|tidy|simulate"
    )
    text = "解析标准输入中的报文，每帧一行 JSON / one line of JSON for each frame on standard input"
    decode = verbs.add_parser("decode", help=text, description=text)
    decode.add_argument(
        "--jsonl",
        action="store_true",
        help='输入为 JSON 行，报文在 packet 中 / input is JSON lines with the frame in "packet"',
    )
    text = "接收监测设备的 HJ 212 数据，先落盘后应答 / take HJ 212 in: kept first, then answered"
    serve = verbs.add_parser("serve", help=text, description=text)
    serve.add_argument(
        "--lake", type=Path, required=True, metavar="DIR", help="数据目录 / data folder"
    )
    serve.add_argument(
        "--hj212", required=True, metavar="HOST:PORT", help="监听地址 / where to listen"
    )
    serve.add_argument(
        "--tls", nargs=2, type=Path, metavar=("CERT", "KEY"), help="加密监听 / listen with TLS"
    )
    serve.add_argument(
        "--metrics", metavar="HOST:PORT", help="Prometheus 指标 / figures for Prometheus"
    )
    _configure_doors(verbs, serve)
    text = "设备状态一览 CSV / state of all devices as CSV"
    devices = verbs.add_parser("devices", help=text, description=text)
    devices.add_argument("lake", type=Path, metavar="DIR", help="数据目录 / data folder")
    devices.add_argument(
        "--days", type=int, default=1, help="统计几天内的故障 / faults of so many days (1)"
    )
    text = "向设备下发命令；不带 CN 则列出以往命令 / queue a command; without CN list those before"
    command = verbs.add_parser("command", help=text, description=text)
    command.add_argument("lake", type=Path, metavar="DIR", help="数据目录 / data folder")
    command.add_argument("mn", metavar="MN", help="设备标识 / identity")
    command.add_argument("cn", metavar="CN", nargs="?", help="命令编码，如 1062 / command code")
    command.add_argument("items", metavar="NAME=VALUE", nargs="*", help="参数 / parameters")
    text = "生产而治理设施停运的时段 CSV / when a line ran and its treatment device did not, as CSV"
    lines = verbs.add_parser("lines", help=text, description=text)
    lines.add_argument("lake", type=Path, metavar="DIR", help="数据目录 / data folder")
    lines.add_argument(
        "--day", type=date.fromisoformat, help="日期，默认今天 / day, today by default"
    )
    lines.add_argument(
        "--runs", action="store_true", help="列出各设备的开停 / list when each machine was on"
    )
    text = "旧值入档、过期报文删除并留证 / file old values, let go of old frames with a proof"
    tidy = verbs.add_parser("tidy", help=text, description=text)
    tidy.add_argument("lake", type=Path, metavar="DIR", help="数据目录 / data folder")
    tidy.add_argument(
        "--proofs", action="store_true", help="只列出已删报文的凭证 / only list what was let go"
    )
    _configure_simulate(verbs)


def _configure_doors(verbs: "Verbs", serve: argparse.ArgumentParser) -> None:
    serve.add_argument(
        "--mqtt", metavar="URL", help="MQTT 服务器 / broker: mqtt[s]://USER@HOST:PORT"
    )
    serve.add_argument("--drop", type=Path, metavar="DIR", help="监视目录 / folder to watch")
    serve.add_argument(
        "--http", metavar="HOST:PORT", help="HTTP 推送的监听地址 / where to listen for HTTP"
    )
    text = "其他入口的状态；带目录则检查其声明 / other doors; with a folder its streams are checked"
    doors = verbs.add_parser("doors", help=text, description=text)
    doors.add_argument("lake", type=Path, metavar="DIR", nargs="?", help="数据目录 / data folder")
    doors.add_argument(
        "--read",
        nargs=2,
        metavar=("STREAM", "FILE"),
        help="按声明试读一个文件，不保存 / read a file as a stream declares, without keeping it",
    )
    doors.add_argument(
        "--origin", default="", help="试读时的主题或文件名 / topic or name to read it under"
    )


def _configure_simulate(verbs: "Verbs") -> None:
    text = "模拟任意多台监测设备 / simulate any number of monitors"
    simulate = verbs.add_parser("simulate", help=text, description=text)
    simulate.add_argument("--to", metavar="HOST:PORT", help="接入地址 / where the gate listens")
    simulate.add_argument("--devices", type=int, default=10, help="台数 / how many (10)")
    simulate.add_argument("--every", type=float, default=60, help="上传间隔 秒 / s between uploads")
    simulate.add_argument("--seconds", type=float, default=math.inf, help="时长 秒 / for how long")
    simulate.add_argument(
        "--faults", type=float, default=0, help="故障比例 %% / share with a fault"
    )
    simulate.add_argument("--password", default="123456", help="密码 / password of all (123456)")
    simulate.add_argument("--prefix", default="SIM", help="标识前缀 / identities begin with (SIM)")
    simulate.add_argument("--seed", type=int, default=1, help="随机种子 / seed (1)")
    simulate.add_argument(
        "--county",
        action="store_true",
        help="演示县的空气，每站一台 / the fictional county's air, one for each station",
    )
    simulate.add_argument(
        "--roster",
        metavar="STATION",
        help="只打印设备名册 CSV，均归该站点；--county 时各归本站 / only print the register, all "
        "of this station, with --county each of its own",
    )
    simulate.add_argument(
        "--unknown",
        type=int,
        nargs="*",
        default=[],
        metavar="NUMBER",
        help="名册中略去的序号，待认领 / left out of the register, to be adopted",
    )
    simulate.add_argument(
        "--lie",
        metavar="NUMBER:MODE",
        help="一台造假：capped 封顶、smoothed 平滑、copied 抄邻站 / one lies about particles",
    )


def run(arguments: argparse.Namespace) -> int:
    """Do what the verb says."""
    verb = cast(Verb, import_module(f"lantian.gate.verbs.{arguments.verb}"))
    return verb.run(arguments)
