"""Verb `restore`: bring a backup into an empty folder."""

import argparse

from lantian.desk.env import env
from lantian.desk.site.backup import fill
from lantian.desk.site.install import prepare


def run(arguments: argparse.Namespace) -> int:
    """Bring what was unpacked into use: tables of this version, rows of PostgreSQL."""
    manifest = arguments.manifest
    prepare(env())
    tables = fill(env(), manifest)
    print(f"已恢复 / restored: {env().folder}, {len(manifest['sha256'])} 文件 / files", end="")
    print(f", {tables} 表 / tables" if tables else "")
    print(f"备份时间 / saved at: {manifest['at']}, 版本 / version {manifest['version']}")
    print(f"日志链头 / head of the log: {manifest['log_head'] or '-'}")
    return 0
