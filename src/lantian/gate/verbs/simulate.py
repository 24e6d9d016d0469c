"""Verb `simulate`: send what simulated monitors would, or print their register."""

import argparse
import asyncio
from contextlib import suppress

from lantian.errors import BadRequest
from lantian.gate.address import address
from lantian.gate.lying import Lying, lying
from lantian.gate.simulate import Plan, simulate
from lantian.gate.voice import UNITS, CountyAir, UsualDay, Voice


def run(arguments: argparse.Namespace) -> int:
    """Send what simulated monitors would, or print their register."""
    if not (arguments.devices > 0 and arguments.every > 0 and 0 <= arguments.faults <= 100):
        raise BadRequest(
            "--devices 与 --every 须为正，--faults 在 0 到 100 之间 / "
            "--devices and --every must be positive, --faults between 0 and 100",
            where="lantian gate simulate",
            fix="改正后重做 / correct it and repeat",
        )
    if not (arguments.to or arguments.roster):
        raise BadRequest(
            "要发到哪里 / where to send to",
            where="--to",
            fix="--to HOST:PORT，或 / or --roster STATION",
        )
    host, port = ("", 0) if arguments.roster else address(arguments.to, "--to")
    plan = Plan(
        host=host,
        port=port,
        devices=arguments.devices,
        every_s=arguments.every,
        seconds=arguments.seconds,
        faults_pct=arguments.faults,
        password=arguments.password,
        voice=_voice(arguments),
        seed=arguments.seed,
    )
    if arguments.roster:
        print("mn,station,password,units")
        for number in range(plan.devices):
            if number not in arguments.unknown:
                station = _station(arguments, plan.voice, number)
                print(f"{plan.voice.mn(number)},{station},{plan.password},{UNITS}")
        return 0
    if arguments.county:
        text = "演示县，模拟 / the fictional county, simulated"
        print(f"{text}: {plan.voice.mn(0)} … {plan.voice.mn(plan.devices - 1)}", flush=True)
    with suppress(KeyboardInterrupt):
        asyncio.run(simulate(plan, lambda line: print(line, flush=True)))
    return 0


def _voice(arguments: argparse.Namespace) -> Voice:
    voice: Voice = UsualDay(arguments.prefix, arguments.seed)
    if arguments.county:
        voice = CountyAir(arguments.devices)
    return lying(voice, arguments.lie) if arguments.lie else voice


def _station(arguments: argparse.Namespace, voice: Voice, number: int) -> str:
    """Station of a monitor: its own in the county, else the one that is given."""
    air = voice.voice if isinstance(voice, Lying) else voice
    return air.county.stations[number].code if isinstance(air, CountyAir) else arguments.roster
