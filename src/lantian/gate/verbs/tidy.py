"""Verb `tidy`: old values into files, old frames let go; or the proofs of those."""

import argparse
from datetime import UTC, date, datetime, timedelta

from lantian.flows.gate_tidy import retentions, tidy
from lantian.lake.gate_ledger import GateLedger
from lantian.lake.ledger import BUSY_S
from lantian.lake.letting_go import all_let_go
from lantian.lake.store import Lake

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def run(arguments: argparse.Namespace) -> int:
    """Tidy a data folder, or print what was let go."""
    with Lake.open(arguments.lake):
        pass
    if arguments.proofs:
        return _print_proofs(arguments)
    for name, kept in retentions(arguments.lake).items():
        print(f"{name}: {kept.days} 天 / days. {kept.zh} / {kept.en}")
    done = tidy(arguments.lake, lambda line: print(line, flush=True))
    print(
        f"{done.rows} 行入档 / rows in files, {len(done.let_go)} 天报文已删除 / days of frames let "
        f"go, {done.turns} 次写入 / writes, 最长占用 / longest hold {done.longest_s * 1000:.0f} ms "
        f"(CPU {done.longest_cpu_s * 1000:.0f} ms)"
    )
    return 0


def _print_proofs(arguments: argparse.Namespace) -> int:
    ledger = GateLedger.open(arguments.lake, busy_s=BUSY_S)
    try:
        proofs = all_let_go(ledger)
    finally:
        ledger.close()
    print("day,frames,monitors,first,last,digest,size,sha256,kept_days,begun,ended")
    for each in proofs:
        times = (each.first_us, each.last_us, each.begun_us, each.ended_us)
        first, last, begun, ended = ("" if t is None else _spelled(t) for t in times)
        day = date(1970, 1, 1) + timedelta(days=each.day)
        print(
            f"{day},{each.frames},{len(each.by_source)},{first},{last},{each.digest},{each.size},"
            f"{each.sha256},{each.kept_days},{begun},{ended}"
        )
    return 0


def _spelled(at_us: int) -> str:
    return (_EPOCH + timedelta(microseconds=at_us)).strftime("%Y-%m-%dT%H:%M:%SZ")
