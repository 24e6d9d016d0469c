"""Verb `doors`: what the other doors do and do not, and whether what is declared can be read."""

import argparse
import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from lantian.errors import BadRequest
from lantian.gate.doors.message import Message, Number
from lantian.gate.doors.opening import settings_of
from lantian.gate.doors.status import statuses
from lantian.gate.doors.streams import DOORS, Stream, load
from lantian.terms.hour import BEIJING_H


def run(arguments: argparse.Namespace) -> int:
    """Print the doors; with a folder its streams; with a file what a stream reads in it."""
    if arguments.lake is None:
        if arguments.read:
            raise BadRequest(
                "--read", where="gate doors", fix="lantian gate doors DIR --read STREAM FILE"
            )
        _print_doors()
        return 0
    streams = load(arguments.lake)
    for stream in streams.values():
        settings_of(stream)
    if arguments.read:
        name, file = arguments.read
        if name not in streams:
            raise BadRequest(
                f"没有声明 / no stream: {name}",
                where=str(arguments.lake / DOORS),
                fix=f"可选 / one of: {', '.join(streams)}",
            )
        _print_read(streams[name], Path(file), arguments.origin)
        return 0
    print("stream,door,title")
    for stream in streams.values():
        print(f"{stream.name},{stream.door},{stream.title}")
    return 0


def _print_doors() -> None:
    for name, status in statuses().items():
        print(f"{name}  {status.grade}  {status.zh} / {status.en}  ({status.use})")
        for line in status.does:
            print(f"  + {line.zh}\n    {line.en}")
        for lack in status.lacks:
            print(f"  - {lack.zh}：{lack.why_zh}\n    {lack.en}: {lack.why_en}")


def _print_read(stream: Stream, file: Path, origin: str) -> None:
    try:
        body = file.read_bytes()
    except OSError as error:
        raise BadRequest(
            f"打不开 / cannot be opened: {error.strerror}", where=str(file), fix="核对 / check it"
        ) from error
    received_us = time.time_ns() // 1000
    message = Message(stream.door, stream.name, origin or file.name, body, received_us, "")
    told, notes = stream.reader.read(message)
    for each in told:
        for number in each.numbers:
            print(_number(each.mn, number))
        if each.cause or each.faults:
            wrong = {"mn": each.mn, "cause": each.cause, "faults": each.faults}
            print(json.dumps(wrong, ensure_ascii=False))
    for note in notes:
        print(json.dumps({"note": note}, ensure_ascii=False))


def _number(mn: str, number: Number) -> str:
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=number.t, hours=BEIJING_H)
    shown = {
        "mn": mn,
        "factor": number.factor,
        "time": f"{at:%Y-%m-%d %H:%M:%S}",
        "span_s": number.span_s,
        "value": None if number.value is None else str(number.value),
        "unit": number.unit,
        "flag": number.flag,
    }
    return json.dumps(shown, ensure_ascii=False)
