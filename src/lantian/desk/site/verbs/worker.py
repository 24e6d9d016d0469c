"""Verb `worker`: run jobs until told to stop."""

import argparse

from lantian.desk.jobs.worker import run_worker


def run(arguments: argparse.Namespace) -> int:
    """Run jobs."""
    run_worker()
    return 0
