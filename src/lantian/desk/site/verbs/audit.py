"""Verb `audit verify`: prove the chain of the log."""

import argparse

from lantian.desk.log.chain import verify


def run(arguments: argparse.Namespace) -> int:
    """Print what is wrong with the chain; return 1 where anything is."""
    verdict = verify(head=arguments.head)
    for finding in verdict.findings:
        print(f"✗ {finding}")
    if verdict.more:
        print(f"  … 另 / and {verdict.more}")
    print(f"{verdict.entries} 条已封存 / entries sealed, 链头 / head {verdict.head}")
    return 0 if verdict.whole else 1
