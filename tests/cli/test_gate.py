"""The command `lantian gate decode`: one line out for each frame in, whatever comes."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from hj212.plain import upload

GOOD = upload("a34004-Rtd=35.2,a34004-Flag=N")

type Decoded = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def decoded(done: Callable[..., tuple[str, str]], monkeypatch: pytest.MonkeyPatch) -> Decoded:
    """Run the verb on these bytes; return what it printed, line by line."""

    def run(given: bytes, *words: str) -> list[dict[str, Any]]:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(given)))
        out, err = done("gate", "decode", *words)
        assert err == ""
        return [json.loads(line) for line in out.splitlines()]

    return run


def test_raw_frames_one_a_line(decoded: Decoded) -> None:
    for end in (b"\r\n", b"\n"):
        found = decoded((GOOD[:-2] + end) * 2)
        assert [row["values"][0]["value"] for row in found] == [35.2, 35.2]
        assert found[0]["faults"] == []
    assert len(decoded(GOOD[:-2])) == 1


def test_json_lines(decoded: Decoded) -> None:
    given = json.dumps({"packet": GOOD[:-2].decode(), "st": "22"}).encode() + b"\n"
    found = decoded(given + b"{}\n" + given, "--jsonl")
    assert [row.get("error", "")[:5] for row in found] == ["", "json:", ""]


def test_bad_input_never_stops_it(decoded: Decoded) -> None:
    bad = [b"\x00" * 9, b"x" * 10_000_000, b"\xff\xfe\xfd", b"##", b'{"packet": 1}', b"##0101"]
    given = b"".join(line + b"\n" + GOOD for line in bad)
    found = decoded(given)
    assert len(found) == 2 * len(bad)
    assert ["error" in row for row in found] == [True, False] * len(bad)
    assert all("error" in row for row in decoded(b"".join(b + b"\n" for b in bad), "--jsonl"))


def test_nothing_in_nothing_out(decoded: Decoded) -> None:
    assert decoded(b"") == []
    assert decoded(b"\r\n\n") == []
