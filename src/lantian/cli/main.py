"""The command `lantian`: finds the command's file by name, runs it, prints errors for people."""

import argparse
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from lantian import __version__
from lantian.errors import LantianError


class Command(Protocol):
    """What the file of a command holds."""

    SUMMARY: str
    EXAMPLE: str

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Declare the arguments."""

    def run(self, arguments: argparse.Namespace) -> int:
        """Do it; return the exit status."""


def names() -> list[str]:
    """Names of all commands: one file each in this folder."""
    here = Path(__file__).parent
    return sorted(p.stem for p in here.glob("*.py") if p.stem not in {"__init__", "main"})


def load(name: str) -> Command:
    """Load one command's file; the only import by name in the package, for a fast start."""
    return cast(Command, import_module(f"lantian.cli.{name}"))


def _overview() -> str:
    rows = [f"  {name:<12}{load(name).SUMMARY}" for name in names()]
    return "\n".join(
        [
            f"lantian {__version__}  大气污染防治指挥系统 / air-pollution command system",
            "",
            "usage: lantian COMMAND …   (lantian COMMAND --help explains one, with an example)",
            "",
            *rows,
        ]
    )


def main(argv: list[str] | None = None) -> int:
    """Run one command line and return its exit status: 0 done, 1 found wanting, 2 refused."""
    words = sys.argv[1:] if argv is None else argv
    if not words or words[0] in {"-h", "--help", "help"}:
        print(_overview())
        return 0
    if words[0] in {"-V", "--version"}:
        print(f"lantian {__version__}")
        return 0
    if words[0] not in names():
        print(f"lantian: no command {words[0]!r} -> one of: {', '.join(names())}", file=sys.stderr)
        return 2
    command = load(words[0])
    parser = argparse.ArgumentParser(
        prog=f"lantian {words[0]}",
        description=command.SUMMARY,
        epilog=f"example:\n  {command.EXAMPLE}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.configure(parser)
    try:
        return command.run(parser.parse_args(words[1:]))
    except LantianError as error:
        print(f"lantian {words[0]}: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


if __name__ == "__main__":
    sys.exit(main())
