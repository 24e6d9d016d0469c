"""Command `desk`: make, serve, check, save and restore a command desk."""

import argparse
import os
from pathlib import Path

from lantian.desk.site.backup import empty, unpack
from lantian.desk.site.entry import load, require, set_up
from lantian.errors import LantianError

SUMMARY = "指挥台：建立、运行、检查、备份、恢复 / command desk: init, serve, check, backup, restore"
EXAMPLE = "lantian desk init --dir county && lantian desk serve --dir county"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    verbs = parser.add_subparsers(
        dest="verb",
        required=True,
        metavar="init|serve|check|backup|restore|worker|scheduler|audit",
    )

    def verb(name: str, text: str) -> argparse.ArgumentParser:
        added = verbs.add_parser(name, help=text, description=text)
        added.add_argument(
            "--dir",
            type=Path,
            default=Path(os.environ.get("LANTIAN_DIR", "lantian-data")),
            metavar="DIR",
            help="数据目录，默认 $LANTIAN_DIR 或 lantian-data / data folder",
        )
        return added

    verb("init", "建立或升级指挥台 / make a desk, or bring one up to date")
    serve = verb("serve", "运行网页、任务与定时器 / run web pages, jobs and schedule")
    serve.add_argument("--host", default="127.0.0.1", help="监听地址 / address, 127.0.0.1")
    serve.add_argument("--port", type=int, default=8000, help="端口，0 为任选 / port; 0: any free")
    serve.add_argument("--processes", type=int, default=2, help="网页进程数 / web processes, 2")
    serve.add_argument(
        "--tls", type=Path, nargs=2, metavar=("CERT", "KEY"), help="证书与私钥 / PEM files"
    )
    verb("check", "检查设置、数据库、日志链、磁盘 / check settings, database, log, disk")
    verb("backup", "备份为一个文件 / save everything in one file").add_argument(
        "file", type=Path, metavar="FILE"
    )
    verb("restore", "从备份恢复到空目录 / restore into an empty folder").add_argument(
        "file", type=Path, metavar="FILE"
    )
    verb("worker", "只运行任务 / run jobs only")
    verb("scheduler", "只运行定时器 / run the schedule only")
    audit = verb("audit", "校验日志链 / verify the chain of the log")
    audit.add_argument("what", choices=["verify"])
    audit.add_argument(
        "--head",
        metavar="SEQ:HASH",
        help="报表或备份所印链头 / head printed in a report or backup",
    )


def run(arguments: argparse.Namespace) -> int:
    """Set the desk up and do what the verb says."""
    if arguments.verb in {"init", "restore"}:
        arguments.dir.mkdir(parents=True, exist_ok=True)
    else:
        require(arguments.dir)
    if arguments.verb == "restore":
        # Before the desk is set up: that writes into the folder, which must be empty.
        arguments.manifest = unpack(arguments.file, arguments.dir)
    set_up(arguments.dir)
    try:
        return load(arguments.verb).run(arguments)
    except LantianError:
        if arguments.verb == "restore":
            empty(arguments.dir)
        raise
