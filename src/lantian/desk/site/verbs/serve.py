"""Verb `serve`: run web pages, jobs and schedule until told to stop."""

import argparse

from lantian.desk.env import env
from lantian.desk.site.install import prepare
from lantian.desk.site.server import Server, address, must_have_tls


def run(arguments: argparse.Namespace) -> int:
    """Run until Ctrl-C."""
    by_proxy = env().settings.desk.tls_by_proxy
    must_have_tls(arguments.host, arguments.tls, by_proxy=by_proxy)
    at = address(arguments.host, arguments.port, arguments.tls)
    prepare(env())
    server = Server(at, max(arguments.processes, 1), lambda line: print(line, flush=True))
    server.start()
    print(f"指挥台 / the desk: {at.url}    Ctrl-C 停止 / stops", flush=True)
    server.run()
    print("已停止 / stopped")
    return 0
