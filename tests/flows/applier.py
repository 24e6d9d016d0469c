"""One of several workers that apply the same intents at once: `applier.py DIR INTENTS`.

It says "ready", waits for a line, applies each intent of a JSON file and prints its batch.
"""

import json
import sys
from pathlib import Path

from lantian.flows.intent import apply_intent
from lantian.lake.store import Lake


def main(folder, file):
    intents = json.loads(Path(file).read_text("utf-8"))
    with Lake.open(Path(folder)) as lake:
        print("ready", flush=True)
        sys.stdin.readline()
        for uuid, kind, body in intents:
            print(apply_intent(lake, uuid, kind, body), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
