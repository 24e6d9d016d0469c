"""Verb `backup`: save everything in one file."""

import argparse

from django.utils import timezone

from lantian.desk.env import env
from lantian.desk.log.queries import head
from lantian.desk.site.backup import save


def run(arguments: argparse.Namespace) -> int:
    """Write the archive and say what proves it."""
    saved = save(env(), arguments.file, head=str(head()), now=timezone.now())
    print(f"已备份 / saved: {saved.path} ({saved.files} 文件 / files)")
    print(f"sha256 {saved.sha256}")
    print(f"日志链头 / head of the log: {saved.head}")
    print("内含密钥与个人信息，请妥善保管 / it holds keys and personal data: keep it safe")
    return 0
