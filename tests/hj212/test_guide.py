"""The guides for users of the codec say what it does: their examples run."""

import doctest
from pathlib import Path

import pytest


@pytest.mark.parametrize("page", ["docs/hj212.md", "docs/hj212.zh-CN.md"])
def test_the_examples_of_a_guide_are_true(root: Path, page: str) -> None:
    found = doctest.testfile(str(root / page), module_relative=False, encoding="utf-8")
    assert found.attempted > 20
    assert found.failed == 0


def test_both_guides_show_the_same_examples(root: Path) -> None:
    pages = [(root / "docs" / name).read_text("utf-8") for name in ("hj212.md", "hj212.zh-CN.md")]
    shown = [[line for line in page.splitlines() if line.startswith(">>>")] for page in pages]
    assert shown[0] == shown[1]
