"""Verb `scheduler`: start jobs when they are due until told to stop."""

import argparse

from lantian.desk.jobs.scheduler import run_scheduler


def run(arguments: argparse.Namespace) -> int:
    """Run the schedule."""
    run_scheduler()
    return 0
