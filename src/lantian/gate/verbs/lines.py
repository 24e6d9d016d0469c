"""Verb `lines`: production lines that ran while their treatment device did not, as CSV."""

import argparse
import csv
import sys
from datetime import UTC, date, datetime, timedelta
from typing import Final

from lantian.flows.lines import Running, declared_lines, running
from lantian.lake.gate_ledger import GateLedger
from lantian.lake.ledger import BUSY_S
from lantian.terms.hour import BEIJING_H

_DAY_S: Final = 86_400
_LOCAL: Final = timedelta(hours=BEIJING_H)


def run(arguments: argparse.Namespace) -> int:
    """Print a line for each finding of a day; with `--runs` one for each run of a machine."""
    lines = declared_lines(arguments.lake)
    day = arguments.day or (datetime.now(UTC) + _LOCAL).date()
    first_t = (day - date(1970, 1, 1)).days * _DAY_S - _LOCAL // timedelta(seconds=1)
    ledger = GateLedger.open(arguments.lake, busy_s=BUSY_S)
    try:
        found = running(ledger, lines, first_t=first_t, last_t=first_t + _DAY_S)
    finally:
        ledger.close()
    out = csv.writer(sys.stdout, lineterminator="\n")
    if arguments.runs:
        out.writerow(("source", "title", "machine", "from", "to", "minutes", "on"))
        out.writerows(row for each in found for row in _runs(each))
        return 0
    out.writerow(("source", "title", "from", "to", "minutes", "known_minutes", "zh", "en"))
    for each in found:
        for finding in each.findings:
            span = (finding.first_t, finding.last_t)
            minutes = (span[1] - span[0]) // 60
            texts = (finding.text_zh, finding.text_en)
            named = (finding.source, each.line.title, *map(_local, span), minutes)
            out.writerow((*named, finding.known_s // 60, *texts))
    return 0


def _runs(each: Running) -> list[tuple[object, ...]]:
    return [
        (each.line.source, each.line.title, machine, _local(run.first_t), _local(run.last_t),
         (run.last_t - run.first_t) // 60, int(run.on))
        for machine, some in (("production", each.production), ("control", each.control))
        for run in some
    ]  # fmt: skip


def _local(t: int) -> str:
    return f"{datetime.fromtimestamp(t, UTC) + _LOCAL:%Y-%m-%d %H:%M:%S}"
