"""Verb `audit verify`: prove the chain of the log."""

import argparse

from lantian.desk.log.chain import verify


def run(arguments: argparse.Namespace) -> int:
    """Print what is wrong with the chain; return 1 where anything is."""
    found = verify(head=arguments.head)
    for line in found.findings:
        print(f"✗ {line}")
    print(f"{found.entries} 条 / entries, 链头 / head {found.head}")
    return 1 if found.findings else 0
