"""Command `gate`: what monitors send, taken apart."""

import argparse
import asyncio
import ssl
import sys
from pathlib import Path

from lantian.errors import BadRequest
from lantian.gate.decode import describe, frame_of_json, lines, refuse
from lantian.gate.running import Options
from lantian.gate.running import run as run_gate
from lantian.gate.server import Limits

SUMMARY = "接入：解析监测设备的 HJ 212 报文 / gate: take frames of monitors apart"
EXAMPLE = "lantian gate decode --jsonl"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="decode|serve")
    text = "解析标准输入中的报文，每帧一行 JSON / one line of JSON for each frame on standard input"
    decode = verbs.add_parser("decode", help=text, description=text)
    decode.add_argument(
        "--jsonl",
        action="store_true",
        help='输入为 JSON 行，报文在 packet 中 / input is JSON lines with the frame in "packet"',
    )
    decode.set_defaults(work=_decode)
    text = "接收监测设备的 HJ 212 数据，先落盘后应答 / take HJ 212 in: kept first, then answered"
    serve = verbs.add_parser("serve", help=text, description=text)
    serve.add_argument(
        "--lake", type=Path, required=True, metavar="DIR", help="数据目录 / data folder"
    )
    serve.add_argument(
        "--hj212", required=True, metavar="HOST:PORT", help="监听地址 / where to listen"
    )
    serve.add_argument(
        "--tls", nargs=2, type=Path, metavar=("CERT", "KEY"), help="加密监听 / listen with TLS"
    )
    serve.add_argument(
        "--metrics", metavar="HOST:PORT", help="Prometheus 指标 / figures for Prometheus"
    )
    serve.set_defaults(work=_serve)


def run(arguments: argparse.Namespace) -> int:
    """Do what the verb says."""
    status: int = arguments.work(arguments)
    return status


def _decode(arguments: argparse.Namespace) -> int:
    """Print one line for each frame; none stops it, a broken one has an `error`."""
    for line in lines(sys.stdin.buffer):
        frame = frame_of_json(line) if arguments.jsonl else line
        print(describe(frame) if isinstance(frame, bytes) else refuse(frame), flush=True)
    return 0


def _serve(arguments: argparse.Namespace) -> int:
    """Take in what monitors send until told to stop."""
    host, port = _address(arguments.hj212, "--hj212")
    figures = _address(arguments.metrics, "--metrics") if arguments.metrics else None
    options = Options(arguments.lake, host, port, _tls(arguments.tls), Limits(), figures)
    try:
        asyncio.run(run_gate(options, lambda line: print(line, flush=True)))
    except OSError as error:
        raise BadRequest(
            f"不能监听 {arguments.hj212} / cannot listen there ({error})",
            where="--hj212",
            fix="换一个端口 / take another port",
        ) from error
    return 0


def _address(text: str, option: str) -> tuple[str, int]:
    host, sign, port = text.rpartition(":")
    if not (host and sign and port.isascii() and port.isdigit() and int(port) < 65536):
        raise BadRequest(
            f"{text!r} 不是地址 / is no address",
            where=option,
            fix="HOST:PORT，如 / as 0.0.0.0:9212",
        )
    return host.strip("[]"), int(port)


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
