"""The demonstration: every document is made, and a second run changes nothing."""

import hashlib
from pathlib import Path

import pytest

from lantian.flows.demo import demonstrate


def digests(made: list[Path]) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in made}


@pytest.mark.slow
def test_all_documents_are_made_and_made_the_same_again(tmp_path: Path) -> None:
    said: list[str] = []
    first = demonstrate(tmp_path / "out", said.append)
    names = {p.name for p in first}
    assert {
        f"bulletin-2015-12-{v}.{e}" for v in ("zh", "en") for e in ("docx", "xlsx", "pdf")
    } < names
    assert {"days.parquet", "rank-2015-12.csv", "brief-2015-12-20.txt"} < names
    assert any("怀柔区" in line for line in said)
    before = digests(first)
    assert digests(demonstrate(tmp_path / "out", said.append)) == before
