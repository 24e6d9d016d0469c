"""Verb `audit verify`: prove the chain of the log."""

import argparse

from django.utils import timezone

from lantian.desk.log.chain import verify
from lantian.desk.log.heads import Head


def run(arguments: argparse.Namespace) -> int:
    """Print what is wrong with the chain; return 1 where anything is."""
    printed = Head.parse(arguments.head) if arguments.head else None
    verdict = verify(now=timezone.now(), head=printed)
    for finding in verdict.findings:
        print(f"✗ {finding.what}")
    if verdict.more:
        print(f"  … 另 / and {verdict.more}")
    print(f"{verdict.sealed} 条已封存 / entries sealed, 链头 / head {verdict.head}")
    return 0 if verdict.whole else 1
