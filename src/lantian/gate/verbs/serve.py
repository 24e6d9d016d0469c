"""Verb `serve`: take in what monitors send until told to stop."""

import argparse
import asyncio
import ssl
from pathlib import Path

from lantian.errors import BadRequest
from lantian.gate.address import address
from lantian.gate.doors.opening import Ways
from lantian.gate.running import Options
from lantian.gate.running import run as run_gate
from lantian.gate.server import Limits


def run(arguments: argparse.Namespace) -> int:
    """Run a gate."""
    host, port = address(arguments.hj212, "--hj212")
    figures = address(arguments.metrics, "--metrics") if arguments.metrics else None
    tls = _tls(arguments.tls)
    pushed = address(arguments.http, "--http") if arguments.http else None
    ways = Ways(arguments.mqtt, arguments.drop, pushed, tls)
    options = Options(arguments.lake, host, port, tls, Limits(), figures, ways)
    try:
        asyncio.run(run_gate(options, lambda line: print(line, flush=True)))
    except OSError as error:
        raise BadRequest(
            f"不能监听 / cannot listen ({error})",
            where="--hj212 --metrics --http",
            fix="换一个端口 / take another port",
        ) from error
    return 0


def _tls(files: list[Path] | None) -> ssl.SSLContext | None:
    if not files:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(files[0], files[1])
    except (ssl.SSLError, OSError) as error:
        raise BadRequest(
            f"证书与私钥不可用 / certificate and key do not serve ({error})",
            where="--tls",
            fix="PEM 格式，配对 / PEM files of each other",
        ) from error
    return context
