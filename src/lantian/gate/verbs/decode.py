"""Verb `decode`: take the frames on standard input apart."""

import argparse
import sys

from lantian.gate.decode import describe, frame_of_json, lines, refuse


def run(arguments: argparse.Namespace) -> int:
    """Print one line for each frame; none stops it, a broken one has an `error`."""
    for line in lines(sys.stdin.buffer):
        frame = frame_of_json(line) if arguments.jsonl else line
        print(describe(frame) if isinstance(frame, bytes) else refuse(frame), flush=True)
    return 0
