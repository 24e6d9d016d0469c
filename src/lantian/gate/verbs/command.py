"""Verb `command`: queue a command to a monitor, or see what came of those before."""

import argparse
import time
import uuid

from lantian.errors import BadRequest
from lantian.hj212.codes import Kind, Way, commands
from lantian.lake import commands as queued
from lantian.lake.device import read_devices
from lantian.lake.gate_ledger import GateLedger
from lantian.lake.ledger import BUSY_S
from lantian.lake.store import Lake


def run(arguments: argparse.Namespace) -> int:
    """Queue one command, or print the last ones."""
    ask = _checked(arguments) if arguments.cn else None
    with Lake.open(arguments.lake) as lake:
        known = {device.mn for device in read_devices(lake.ledger)}
    if arguments.mn not in known:
        raise BadRequest(
            f"名册中没有设备 {arguments.mn} / no such device in the register",
            where="MN",
            fix="lantian roster DIR devices FILE.csv",
        )
    ledger = GateLedger.open(arguments.lake, busy_s=BUSY_S)
    try:
        if ask is not None:
            queued.queue(ledger, [ask])
            print(f"已排队 / queued: {ask.uuid}")
            return 0
        print("cn,items,state,said,tries")
        for one in queued.commands(ledger):
            if one.mn == arguments.mn:
                items = " ".join(f"{name}={value}" for name, value in one.items)
                print(f"{one.cn},{items},{one.state.value},{one.said},{one.tries}")
    finally:
        ledger.close()
    return 0


def _checked(arguments: argparse.Namespace) -> queued.Command:
    command = commands().get((arguments.cn, Way.DOWN))
    if command is None or command.kind not in _KINDS:
        asked = sorted(
            c for (c, way), k in commands().items() if way is Way.DOWN and k.kind in _KINDS
        )
        raise BadRequest(
            f"{arguments.cn} 不是平台可下发的命令 / is no command of a platform",
            where="CN",
            fix=f"one of: {', '.join(asked)}",
        )
    pairs = [word.partition("=") for word in arguments.items]
    if not all(name and sign for name, sign, _ in pairs):
        raise BadRequest(
            "参数应写作 名=值 / parameters are written NAME=VALUE",
            where="NAME=VALUE",
            fix="RtdInterval=30",
        )
    return queued.Command(
        str(uuid.uuid4()),
        arguments.mn,
        arguments.cn,
        tuple((name, value) for name, _, value in pairs),
        asked_us=time.time_ns() // 1000,
    )


_KINDS = (Kind.REQUEST, Kind.NOTICE)
