"""Verb `check`: say what is well and what is not."""

import argparse

from lantian.desk.env import env
from lantian.desk.site.checkup import checkup


def run(arguments: argparse.Namespace) -> int:
    """Print each finding; return 1 where something must be mended."""
    found = checkup(env())
    for finding in found:
        print(f"{'✓' if finding.well else '✗'} {finding.what}: {finding.said}")
        if not finding.well:
            print(f"    -> {finding.fix}")
    return 0 if all(finding.well for finding in found) else 1
